#!/usr/bin/env python3
"""Trains one of the models that ship, from its recipe, on a CPU (torch 1.13 of Debian 12) or a GPU.

  train.py recipes/ppe.json --data DIR --out runs/ppe-1 [--seed 1] [--steps 2000] [--init runs/ppe-0] [--threads 1]
  train.py recipes/ppe.json --data DIR --out runs/ppe-1 --device cuda --workers 8

DIR holds the folders that the recipe names. The schedule follows steps, and every batch is made from the seed and the
number of its step, so that the same recipe, seed and data choose the same pictures whatever the device and the number of
processes that make them. A run that was interrupted goes on from its last checkpoint when the same command is given again.
Where a machine is available for a while only, `--until` makes the schedule follow time instead of steps; figures.json has the steps.
"""
import argparse
import collections
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
from pictures import augmented, tiled, worsened
from sources import load_sources, original_hash
from weights import fill, unfold

SOURCES = []  # filled before the processes that make batches fork, so that they see the pictures without a copy


class Fresh:
    """A pool of four of which each picture is made when it is taken: a mosaic takes four, everything else one."""

    def __init__(self, make):
        self.make = make

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return self.make()


def make_batch(job):
    """Runs in a process of its own (a thread was 1.4 times slower), uses no torch."""
    seed, size, mosaic, light, classes, poor, count = job
    random.seed(seed)
    np.random.seed(seed % 2**32)
    cv2.setNumThreads(1)
    pictures, tables, labelled, placed = [], [], [], []
    for source in random.choices(SOURCES, [s["weight"] for s in SOURCES], k=count):
        pool = Fresh(source["make"]) if "make" in source else source["train"]
        if source["tiled"] and random.random() < source["tiled"]:
            picture, table = tiled(pool, size, random.choice((2, 3, 3, 4, 4, 5)), source["rare"])
        else:
            picture, table = augmented(pool, random.randrange(len(pool)), size, mosaic, light=light)
        pictures.append(worsened(picture) if random.random() < poor else picture)
        tables.append(table.astype(np.float32))
        labelled.append([1.0 if c in source["labelled"] else 0.0 for c in range(classes)])
        placed.append(source["placed"])
    return np.stack(pictures), tables, np.array(labelled, np.float32), placed


def tensor(pictures, device="cpu"):
    """[B,S,S,3] uint8 -> [B,3,S,S] float; channels last doubles the speed on a CPU and is a fifth faster on a GPU."""
    return torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)


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


def step(net, optimiser, batch, points, rate, opposites, part=0):
    """One step over a batch, in parts of `part` pictures (0: at once) whose gradients are added.

    A part of 16 stays in the cache of a CPU: at 416 pixels 1.4 times the pictures a second of a batch of 64 at once. The
    norms see one part at a time.
    """
    pictures, tables, labelled, placed = batch
    for group in optimiser.param_groups:
        group["lr"] = rate * group["times"]
    optimiser.zero_grad(set_to_none=True)
    part, losses = part or len(pictures), []
    for at in range(0, len(pictures), part):
        some = slice(at, at + part)
        targets = [(torch.from_numpy(t[:, 0]).long(), torch.from_numpy(t[:, 1:].copy())) for t in tables[some]]
        logits, boxes = net(tensor(pictures[some], points.device))
        loss = objective(logits, boxes, points, targets, torch.from_numpy(labelled[some]).to(points.device), placed[some], opposites)
        (loss * (len(targets) / len(pictures))).backward()
        losses.append(loss.detach())
    nn.utils.clip_grad_norm_([p for p in net.parameters() if p.grad is not None], 10.0)
    optimiser.step()
    return torch.stack(losses).mean()


@torch.no_grad()
def follow(average, net, steps, keep=0.998):
    keep = min(keep, (1 + steps) / (10 + steps))
    pairs = [(m, n) for m, n in zip(average.state_dict().values(), net.state_dict().values()) if m.dtype.is_floating_point]
    means, now = [m for m, _ in pairs], [n for _, n in pairs]
    torch._foreach_mul_(means, keep)
    torch._foreach_add_(means, now, alpha=1 - keep)


def starting_point(recipe, init, data, first):
    """The network before the first step: an earlier run, or the ONNX file that the recipe starts from."""
    net = Detector(len(recipe["labels"]))
    if init:
        net.load_state_dict(torch.load(os.path.join(init, "weights.pt"))["model"])
        return net, False
    start = recipe["start"]
    path = start["file"] if os.path.isabs(start["file"]) else os.path.join(data, start["file"])
    fill(net, path, {int(k): v for k, v in start.get("classes", {}).items()})
    unfold(net, [tensor(make_batch((n, recipe["size"], 0.0, True, len(recipe["labels"]), 0.0, 16))[0]) for n in first])
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
    parser.add_argument("--steps", type=int, help="0 writes the start itself as a run, so that a mean can include it")
    parser.add_argument("--until", type=float, help="end at this time (seconds since 1970) instead of after a number of steps")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--workers", type=int, default=1, help="processes that make batches")
    parser.add_argument("--init", help="folder of an earlier run to start from")
    parser.add_argument("--look", type=int, default=400, help="steps between two looks at the validation pictures; 0 leaves the last look out too")
    args = parser.parse_args()
    recipe = json.load(open(args.recipe))
    labels, size, total = recipe["labels"], recipe["size"], args.steps
    if total is None:
        total = recipe["steps"] if args.until is None else 10**9
    seed = recipe["seed"] if args.seed is None else args.seed
    random.seed(seed); np.random.seed(seed); torch.manual_seed(seed)
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)  # before the fork: its threads do not live on in the processes that make batches
    os.makedirs(args.out, exist_ok=True)
    SOURCES[:] = load_sources(recipe, args.data, recipe.get("longest", 512))
    workers = multiprocessing.get_context("fork").Pool(args.workers)
    net, fresh = starting_point(recipe, args.init, args.data, range(10))
    net = net.to(args.device, memory_format=torch.channels_last)
    average = copy.deepcopy(net).eval()
    for layer in net.early():
        for p in layer.parameters():
            p.requires_grad_(False)
    optimiser = new_optimiser(net, recipe["rate"], fresh)
    batch_size = recipe.get("batch", 16)
    done, cpu, wall, kept = 0, 0.0, 0.0, os.path.join(args.out, "checkpoint.pt")
    if os.path.exists(kept):
        state = torch.load(kept, map_location=args.device)
        net.load_state_dict(state["net"]); average.load_state_dict(state["average"]); optimiser.load_state_dict(state["optimiser"])
        done, cpu, wall = state["steps"], state["cpu"], state.get("wall", 0.0)
        print("goes on after step", done, flush=True)

    def progress(n):
        """The part of the schedule, 0 to 1, that is behind when step `n` begins."""
        return n / total if args.until is None else min(1, (time.time() - first) / max(1, args.until - first))

    def order(n):
        late = progress(n) > 0.85
        return workers.apply_async(make_batch, ((seed * 1_000_003 + n, size, 0.0 if late else recipe["mosaic"], late, len(labels), recipe.get("poorCameras", 0.0), batch_size),))

    def keep():
        save(kept, {"net": net.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict(), "steps": done, "cpu": cpu, "wall": wall})
        weights = {name: value.cpu() for name, value in average.state_dict().items()}
        save(os.path.join(args.out, "weights.pt"), {"model": weights, "recipe": recipe, "steps": done})

    def look():
        figures = {s["name"]: report(average, s["valid"], size, labels, s["labelled"]) for s in SOURCES if s["valid"]}
        for name, rows in figures.items():
            print("  ", name, {k: (v["ap50"], v["ap30"]) for k, v in rows.items()}, flush=True)
        return figures

    points, losses, opposites = centres(size).to(args.device), [], [tuple(p) for p in recipe.get("opposites", [])]
    first = time.time()
    waiting = collections.deque(order(n) for n in range(done, min(total, done + 2 * args.workers - 1)))
    began, since = time.process_time(), time.monotonic()
    while done < total and (args.until is None or time.time() < args.until):
        if done + len(waiting) < total:
            waiting.append(order(done + len(waiting)))
        batch = waiting.popleft().get()
        net.train()
        for layer in net.early():
            layer.eval()
        rate = recipe["rate"] * (0.02 + 0.98 * (1 + math.cos(math.pi * progress(done))) / 2) * min(1, (done + 1) / recipe.get("warmUp", 100))
        losses.append(step(net, optimiser, batch, points, rate, opposites, recipe.get("part", 0)))
        done += 1
        follow(average, net, done)
        if done % 50 == 0 or done == total or (args.until is not None and time.time() >= args.until):
            cpu, began = cpu + time.process_time() - began, time.process_time()
            wall, since = wall + time.monotonic() - since, time.monotonic()
            loss = float(torch.stack(losses[-100:]).mean())
            print(time.strftime("%H:%M"), "step %d, %.0f %%, loss %.3f, %.1f CPU minutes, %.1f minutes" % (done, 100 * progress(done), loss, cpu / 60, wall / 60), flush=True)
            keep()
        if args.look and done % args.look == 0 and done < total:
            look()
            began, since = time.process_time(), time.monotonic()
    workers.terminate()
    if total == 0:
        keep()
    figures = look() if args.look else {}
    folders = sorted({f for spec in recipe["sources"] for f in spec["train"] + spec.get("valid", [])})
    run = {"steps": done, "pictures": done * batch_size, "cpuMinutes": round(cpu / 60, 1), "seed": seed, "size": size, "figures": figures}
    if args.device != "cpu":
        run |= {"minutes": round(wall / 60, 1), "device": torch.cuda.get_device_name()}
    run["data"] = {f: original_hash(args.data, f) for f in folders}
    json.dump(run, open(os.path.join(args.out, "figures.json"), "w"), indent=2)


if __name__ == "__main__":
    main()
