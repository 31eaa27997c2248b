#!/usr/bin/env python3
"""Trains one of the models that ship, from its recipe, on a CPU (torch 1.13 of Debian 12, two cores).

  train.py recipes/defect.json --data DIR --out runs/defect [--minutes 8] [--init runs/x/weights.pt]

DIR holds the folders that the recipe names (twin/... are made by scripts/twin; the others are public data sets named in
the model's card). Seeded; the cosine schedule follows time, so a slower machine gets fewer steps in the same minutes.
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

from measure import report
from network import Detector, centres
from objective import objective
from pictures import augmented, read_folder, without_twins

SOURCES = []  # filled before the batch process forks, so that it sees the pictures without a copy


def load_sources(recipe, root, longest=512):
    """-> [{name, weight, labelled, train, valid}]"""
    sources = []
    for spec in recipe["sources"]:
        mapping = {int(k): v for k, v in spec["classes"].items()}
        read = lambda folder: read_folder(os.path.join(root, folder), mapping, longest)
        train, valid = [i for f in spec["train"] for i in read(f)], [i for f in spec.get("valid", []) for i in read(f)]
        if "holdOut" in spec:  # frames of one video stay on one side
            held = lambda item: any(item[0].startswith(p) for p in spec["holdOut"])
            both = train + valid
            train, valid = [i for i in both if not held(i)], [i for i in both if held(i)]
        sources.append({"name": spec["name"], "weight": spec["weight"], "labelled": spec["labelled"], "train": train, "valid": valid})
    everything = [item for s in sources for item in s["valid"]]
    for spec, source in zip(recipe["sources"], sources):
        if spec.get("dropNearValid"):
            source["train"] = without_twins(source["train"], everything)
        print(source["name"], "train", len(source["train"]), "valid", len(source["valid"]), flush=True)
    return sources


def seed_process(seed):
    random.seed(seed)
    np.random.seed(seed)
    cv2.setNumThreads(1)


def make_batch(job):
    """Runs in a process of its own (a thread was 1.4 times slower), uses no torch."""
    count, size, mosaic, light, classes = job
    pictures, tables, labelled = [], [], []
    for source in random.choices(SOURCES, [s["weight"] for s in SOURCES], k=count):
        pool = source["train"]
        picture, table = augmented(pool, random.randrange(len(pool)), size, mosaic, light=light)
        pictures.append(picture)
        tables.append(table.astype(np.float32))
        labelled.append([1.0 if c in source["labelled"] else 0.0 for c in range(classes)])
    return np.stack(pictures), tables, np.array(labelled, np.float32)


def new_optimiser(net, rate):
    weights = [p for p in net.parameters() if p.ndim > 1]
    rest = [p for p in net.parameters() if p.ndim <= 1]
    return torch.optim.AdamW([{"params": weights, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0}], lr=rate)


def step(net, optimiser, batch, points, rate):
    pictures, tables, labelled = batch
    for group in optimiser.param_groups:
        group["lr"] = rate
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float().mul_(1 / 255).contiguous(memory_format=torch.channels_last)
    targets = [(torch.from_numpy(t[:, 0]).long(), torch.from_numpy(t[:, 1:].copy())) for t in tables]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, reach = net(x)
    loss = objective(logits, reach, points, targets, torch.from_numpy(labelled))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 10.0)
    optimiser.step()
    return float(loss.detach())


@torch.no_grad()
def follow(average, net, steps, keep=0.998):
    keep = min(keep, (1 + steps) / (10 + steps))
    for mean, now in zip(average.state_dict().values(), net.state_dict().values()):
        if mean.dtype.is_floating_point:
            mean.mul_(keep).add_(now, alpha=1 - keep)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--threads", type=int, default=2, help="1 for each of two trainings side by side")
    parser.add_argument("--init", help="weights of an earlier run to start from")
    args = parser.parse_args()
    recipe = json.load(open(args.recipe))
    minutes, labels, size = args.minutes or recipe["minutes"], recipe["labels"], recipe["size"]
    random.seed(recipe["seed"]); np.random.seed(recipe["seed"]); torch.manual_seed(recipe["seed"])
    torch.set_num_threads(args.threads)
    SOURCES[:] = load_sources(recipe, args.data)
    workers = multiprocessing.get_context("fork").Pool(1, seed_process, (recipe["seed"],))
    net = Detector(len(labels), recipe["arch"], recipe["activation"])
    if args.init:
        net.load_state_dict(torch.load(args.init)["model"])
    net = net.to(memory_format=torch.channels_last)
    average, optimiser = copy.deepcopy(net).eval(), new_optimiser(net, recipe["rate"])
    stages = [(0.0, size - 128), (0.3, size - 64), (0.7, size)] if recipe.get("growing", True) else [(0.0, size)]
    begun, steps, progress, losses, printed = time.time(), 0, 0.0, [], 0.0

    def order(progress):
        side = [s for at, s in stages if progress >= at][-1]
        late = progress > 0.85
        return side, workers.apply_async(make_batch, ((16, side, 0.0 if late else recipe["mosaic"], late, len(labels)),))

    side, waiting = order(0.0)
    while progress < 1:
        batch, points = waiting.get(), centres(side)
        side, waiting = order(progress)
        rate = recipe["rate"] * (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2) * min(1, (steps + 1) / 100)
        losses.append(step(net, optimiser, batch, points, rate))
        steps += 1
        follow(average, net, steps)
        progress = min(1.0, (time.time() - begun) / (minutes * 60))
        if progress - printed >= 0.1:
            printed = progress
            print("%3.0f %% steps %d px %d loss %.3f" % (progress * 100, steps, side, np.mean(losses[-100:])), flush=True)
    waiting.get()
    workers.terminate()
    os.makedirs(args.out, exist_ok=True)
    average.eval()
    figures = {s["name"]: report(average, s["valid"], size, labels, s["labelled"]) for s in SOURCES if s["valid"]}
    torch.save({"model": average.state_dict(), "recipe": recipe, "steps": steps}, os.path.join(args.out, "weights.pt"))
    json.dump({"steps": steps, "minutes": minutes, "size": size, "figures": figures}, open(os.path.join(args.out, "figures.json"), "w"), indent=2)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
