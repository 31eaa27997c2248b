#!/usr/bin/env python3
"""Trains one of the models that ship, from its recipe, on a CPU (torch 1.13 of Debian 12).

  train.py recipes/ppe.json --data DIR --out runs/ppe-1 [--seed 1] [--steps 2000] [--init runs/ppe-0] [--threads 1]

DIR holds the folders that the recipe names. The schedule follows steps, and every batch is made from the seed and the
number of its step, so that the same recipe, seed and data give the same run on the same machine. A run that was
interrupted goes on from its last checkpoint when the same command is given again.
"""
import argparse
import copy
import json
import math
import multiprocessing
import os
import random
import time

import cv2
import numpy as np
import torch
import torch.nn as nn

from measure import report
from network import Detector, centres
from objective import objective
from pictures import augmented, worsened
from sources import folder_hash, load_sources
from weights import fill, unfold

SOURCES = []  # filled before the process that makes batches forks, so that it sees the pictures without a copy
BATCH = 16


def make_batch(job):
    """Runs in a process of its own (a thread was 1.4 times slower), uses no torch."""
    seed, size, mosaic, light, classes, poor = job
    random.seed(seed)
    np.random.seed(seed % 2**32)
    cv2.setNumThreads(1)
    pictures, tables, labelled, placed = [], [], [], []
    for source in random.choices(SOURCES, [s["weight"] for s in SOURCES], k=BATCH):
        pool = [source["make"]() for _ in range(4)] if "make" in source else source["train"]
        picture, table = augmented(pool, random.randrange(len(pool)), size, mosaic, light=light)
        pictures.append(worsened(picture) if random.random() < poor else picture)
        tables.append(table.astype(np.float32))
        labelled.append([1.0 if c in source["labelled"] else 0.0 for c in range(classes)])
        placed.append(source["placed"])
    return np.stack(pictures), tables, np.array(labelled, np.float32), placed


def tensor(pictures):
    """[B,S,S,3] uint8 -> [B,3,S,S] float; channels last doubles the speed."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)


def new_optimiser(net, rate, fresh):
    """A class layer that starts from nothing (`fresh`) learns three times as fast."""
    new = lambda name: fresh and ".classes." in name
    named = [(n, p) for n, p in net.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for n, p in named if p.ndim > 1 and not new(n)], "times": 1, "weight_decay": 0.05},
        {"params": [p for n, p in named if p.ndim <= 1 and not new(n)], "times": 1, "weight_decay": 0},
        {"params": [p for n, p in named if new(n)], "times": 3, "weight_decay": 0},
    ]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=rate)


def step(net, optimiser, batch, points, rate, opposites):
    pictures, tables, labelled, placed = batch
    for group in optimiser.param_groups:
        group["lr"] = rate * group["times"]
    targets = [(torch.from_numpy(t[:, 0]).long(), torch.from_numpy(t[:, 1:].copy())) for t in tables]
    logits, boxes = net(tensor(pictures))
    loss = objective(logits, boxes, points, targets, torch.from_numpy(labelled), placed, opposites)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_([p for p in net.parameters() if p.grad is not None], 10.0)
    optimiser.step()
    return float(loss.detach())


@torch.no_grad()
def follow(average, net, steps, keep=0.998):
    keep = min(keep, (1 + steps) / (10 + steps))
    for mean, now in zip(average.state_dict().values(), net.state_dict().values()):
        if mean.dtype.is_floating_point:
            mean.mul_(keep).add_(now, alpha=1 - keep)


def starting_point(recipe, init, data, first):
    """The network before the first step: an earlier run, or the ONNX file that the recipe starts from."""
    net = Detector(len(recipe["labels"]))
    if init:
        net.load_state_dict(torch.load(os.path.join(init, "weights.pt"))["model"])
        return net, False
    start = recipe["start"]
    path = start["file"] if os.path.isabs(start["file"]) else os.path.join(data, start["file"])
    fill(net, path, {int(k): v for k, v in start.get("classes", {}).items()})
    unfold(net, [tensor(make_batch((n, recipe["size"], 0.0, True, len(recipe["labels"]), 0.0))[0]) for n in first])
    return net, bool(start.get("classes") or start.get("fresh"))


def save(path, value):
    torch.save(value, path + ".part")
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--init", help="folder of an earlier run to start from")
    parser.add_argument("--look", type=int, default=400, help="steps between two looks at the validation pictures")
    args = parser.parse_args()
    recipe = json.load(open(args.recipe))
    labels, size, total = recipe["labels"], recipe["size"], args.steps or recipe["steps"]
    seed = recipe["seed"] if args.seed is None else args.seed
    random.seed(seed); np.random.seed(seed); torch.manual_seed(seed)
    torch.set_num_threads(args.threads)
    os.makedirs(args.out, exist_ok=True)
    SOURCES[:] = load_sources(recipe, args.data, recipe.get("longest", 512))
    workers = multiprocessing.get_context("fork").Pool(1)
    net, fresh = starting_point(recipe, args.init, args.data, range(10))
    net = net.to(memory_format=torch.channels_last)
    average = copy.deepcopy(net).eval()
    for layer in net.early():
        for p in layer.parameters():
            p.requires_grad_(False)
    optimiser = new_optimiser(net, recipe["rate"], fresh)
    done, cpu, kept = 0, 0.0, os.path.join(args.out, "checkpoint.pt")
    if os.path.exists(kept):
        state = torch.load(kept)
        net.load_state_dict(state["net"]); average.load_state_dict(state["average"]); optimiser.load_state_dict(state["optimiser"])
        done, cpu = state["steps"], state["cpu"]
        print("goes on after step", done, flush=True)

    def order(n):
        late = n > 0.85 * total
        return workers.apply_async(make_batch, ((seed * 1_000_003 + n, size, 0.0 if late else recipe["mosaic"], late, len(labels), recipe.get("poorCameras", 0.0)),))

    def look():
        figures = {s["name"]: report(average, s["valid"], size, labels, s["labelled"]) for s in SOURCES if s["valid"]}
        for name, rows in figures.items():
            print("  ", name, {k: (v["ap50"], v["ap30"]) for k, v in rows.items()}, flush=True)
        return figures

    points, losses, waiting, opposites = centres(size), [], order(done), [tuple(p) for p in recipe.get("opposites", [])]
    began = time.process_time()
    while done < total:
        batch = waiting.get()
        waiting = order(done + 1)
        net.train()
        for layer in net.early():
            layer.eval()
        rate = recipe["rate"] * (0.02 + 0.98 * (1 + math.cos(math.pi * done / total)) / 2) * min(1, (done + 1) / recipe.get("warmUp", 100))
        losses.append(step(net, optimiser, batch, points, rate, opposites))
        done += 1
        follow(average, net, done)
        if done % 50 == 0 or done == total:
            cpu, began = cpu + time.process_time() - began, time.process_time()
            print(time.strftime("%H:%M"), "step %d of %d, loss %.3f, %.1f CPU minutes" % (done, total, np.mean(losses[-100:]), cpu / 60), flush=True)
            save(kept, {"net": net.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "steps": done, "cpu": cpu})
            save(os.path.join(args.out, "weights.pt"), {"model": average.state_dict(), "recipe": recipe, "steps": done})
        if done % args.look == 0 and done < total:
            look()
            began = time.process_time()
    waiting.get()
    workers.terminate()
    figures = look()
    folders = sorted({f for spec in recipe["sources"] for f in spec["train"] + spec.get("valid", [])})
    run = {"steps": done, "pictures": done * BATCH, "cpuMinutes": round(cpu / 60, 1), "seed": seed, "size": size, "figures": figures}
    run["data"] = {f: folder_hash(os.path.join(args.data, f)) for f in folders}
    json.dump(run, open(os.path.join(args.out, "figures.json"), "w"), indent=2)


if __name__ == "__main__":
    main()
