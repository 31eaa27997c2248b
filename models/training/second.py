#!/usr/bin/env python3
"""Trains the second stage `heads`, which looks at the crop of a head and says whether it is covered, and exports its bundle.

  second.py recipes/heads.json --data DIR --out runs/heads-1 --seed 1
  second.py recipes/heads.json --data DIR --export runs/heads-1 runs/heads-2 --version 1.0.0 --to ../catalog/heads
"""
import argparse
import hashlib
import json
import math
import os
import random
import time

import cv2
import numpy as np
import onnx
import torch
import torch.nn.functional as F

from crops import Classifier, Deployed, cropped, example, heads_of, probabilities, tensor
from export import OPSET, write_card
from measure import look
from network import Detector
from sources import load_sources, original_hash
from weights import fill


def train(recipe, args):
    random.seed(args.seed); np.random.seed(args.seed); torch.manual_seed(args.seed)
    weights = {spec["name"]: spec["weight"] for spec in recipe["sources"]}
    heads = heads_of(load_sources(recipe, args.data, 512), weights)
    size, steps, batch = recipe["size"], args.steps or recipe["steps"], recipe["batch"]
    net = Classifier(2)
    optimiser = torch.optim.AdamW(net.parameters(), recipe["rate"], weight_decay=0.05)
    began, mean = time.process_time(), 0.0
    for n in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = recipe["rate"] * min(1, (n + 1) / 50) * (0.02 + 0.98 * (1 + math.cos(math.pi * n / steps)) / 2)
        truth = [random.randrange(2) for _ in range(batch)]
        logits = net(tensor([example(heads[1 + label], size, recipe["margin"]) for label in truth]))
        loss = F.cross_entropy(logits, torch.tensor(truth), label_smoothing=0.04)
        optimiser.zero_grad(); loss.backward(); optimiser.step()
        mean = float(loss) if n == 0 else 0.98 * mean + 0.02 * float(loss)
        if (n + 1) % 250 == 0:
            print(time.strftime("%H:%M"), "step %d of %d, loss %.3f" % (n + 1, steps, mean), flush=True)
    os.makedirs(args.out, exist_ok=True)
    torch.save({"model": net.state_dict(), "recipe": recipe}, os.path.join(args.out, "weights.pt"))
    run = {"seed": args.seed, "steps": steps, "cropsSeen": steps * batch, "cpuMinutes": round((time.process_time() - began) / 60, 1)}
    run["data"] = {f: original_hash(args.data, f) for spec in recipe["sources"] for f in spec["train"]}
    json.dump(run, open(os.path.join(args.out, "figures.json"), "w"), indent=2)


def overlap(a, b):
    shared = (np.minimum(a[2:4], b[2:4]) - np.maximum(a[:2], b[:2])).clip(0).prod()
    area = lambda r: (r[2] - r[0]) * (r[3] - r[1])
    return shared / (area(a) + area(b) - shared + 1e-9)


def refined(rows, answers, labels=(1, 2), same=0.5):
    """Detections [K,6], best first, with the labels that detector and second stage give together.

    On one place the odds of the labels are those of their scores there times those of the crop, as in
    `refineLabels` of the device, which may also see detections below the least scores.
    """
    kept = []
    for row, answer in zip(rows, answers):
        if any(overlap(row, better) >= same for better in kept):
            continue
        score = [max([r[4] for r in rows if r[5] == c and overlap(row, r) >= same] or [0.02]) for c in labels]
        odds = math.log(score[1] / score[0]) + math.log(max(answer[1], 1e-3) / max(answer[0], 1e-3))
        kept.append(np.array([*row[:5], labels[odds > 0]]))
    return kept


def confusion(nets, detector, source, recipe, size, scores):
    """{alone, refined}: of each label {right, wrong, missed, false}, at IoU 0.3 and the least scores of the detector."""
    out = {}
    found = look(detector, source["valid"], size)
    for name in ("alone", "refined"):
        counts = {label: dict.fromkeys(("right", "wrong", "missed", "false"), 0) for label in recipe["labels"]}
        for rows, (_, picture, table) in zip(found, source["valid"]):
            rows = [r for r in rows if r[5] > 0 and r[4] >= scores[int(r[5])]]
            if name == "refined":
                rows = refined(rows, probabilities(nets, picture, [r[:4] for r in rows], recipe))
            used = set()
            for label, *box in table:
                if label < 1:
                    continue
                near = [(r[4], n) for n, r in enumerate(rows) if overlap(r, np.array(box)) >= 0.3]
                used |= {n for _, n in near}
                verdict = "missed" if not near else "right" if rows[max(near)[1]][5] == label else "wrong"
                counts[recipe["labels"][int(label) - 1]][verdict] += 1
            for n, r in enumerate(rows):
                if n not in used:
                    counts[recipe["labels"][int(r[5]) - 1]]["false"] += 1
        out[name] = counts
    return out


def figures(nets, recipe, data):
    """Crops of true boxes that are judged right, and what the second stage does for the detector of the recipe."""
    detector = Detector(3)
    fill(detector, os.path.join(data, recipe["detector"]["file"]), {})
    detector.eval()
    result = {"crops": {}, "detector": {}}
    for source in load_sources(recipe, data, 512, train=False):
        if not source["valid"]:
            continue
        counts = {label: [0, 0] for label in recipe["labels"]}
        for _, picture, table in source["valid"]:
            heads = [row for row in table if row[0] > 0]
            for row, answer in zip(heads, probabilities(nets, picture, [row[1:] for row in heads], recipe)):
                count = counts[recipe["labels"][int(row[0]) - 1]]
                count[0] += int(answer[int(row[0]) - 1] > 0.5)
                count[1] += 1
        result["crops"][source["name"]] = counts
        for size in recipe["detector"]["sizes"].get(source["name"], [416]):
            result["detector"]["%s, %d px" % (source["name"], size)] = confusion(nets, detector, source, recipe, size, recipe["detector"]["scores"])
    return result


def write_golden(net, recipe, data, folder, count=4):
    """Crops of the twin's heads, in turn covered and bare."""
    os.makedirs(folder, exist_ok=True)
    source = next(s for s in load_sources(recipe, data, 512, train=False) if s["name"] == "twin")
    made = []
    for n in range(count):
        items = ((p, row) for _, p, t in source["valid"][17 * n :] for row in t if row[0] == 1 + n % 2 and row[3] - row[1] > 24)
        picture, row = next(items)
        crop, name = cropped(picture, row[1:], recipe["size"], recipe["margin"]), "%02d" % (n + 1)
        cv2.imwrite(os.path.join(folder, name + ".png"), cv2.cvtColor(crop, cv2.COLOR_RGB2BGR))
        with torch.no_grad():
            answer = Deployed(net).eval()(torch.from_numpy(crop[None]))[0].numpy()
        best, size = int(answer.argmax()), recipe["size"]
        found = [{"label": recipe["labels"][best], "score": round(float(answer[best]), 4), "box": [0, 0, size, size]}]
        json.dump({"detections": found, "tolerance": {"score": 0.02, "pixels": 1.5}}, open(os.path.join(folder, name + ".json"), "w"), indent=1)
        made.append({"image": "golden/%s.png" % name, "expect": "golden/%s.json" % name})
    return made


def tables(runs, labels):
    """{crops, detector, runs}: the figures of all runs as Markdown."""
    spread = lambda values: "%.1f (%d to %d)" % (np.mean(values), min(values), max(values)) if len(values) > 1 else str(values[0])
    crops = ["| heads of | label | crops | right, each run |", "|---|---|---|---|"]
    for source in runs[0]["crops"]:
        for label in labels:
            right = ", ".join(str(run["crops"][source][label][0]) for run in runs)
            crops.append("| %s | `%s` | %d | %s |" % (source, label, runs[0]["crops"][source][label][1], right))
    rows = ["| pictures, input of `ppe` | label | | right | given the other label | missed | detected where there is none |", "|---|---|---|---|---|---|---|"]
    for place, found in runs[0]["detector"].items():
        for label in labels:
            for name in found:
                each = [run["detector"][place][name][label] for run in runs][: 1 if name == "alone" else None]
                rows.append("| %s | `%s` | %s | %s |" % (place, label, name, " | ".join(spread([one[k] for one in each]) for k in ("right", "wrong", "missed", "false"))))
    trained = ["| seed | steps | crops seen | time |", "|---|---|---|---|"]
    trained += ["| %d | %d | %d | %.1f CPU minutes |" % (run["seed"], run["steps"], run["cropsSeen"], run["cpuMinutes"]) for run in runs]
    return {"crops": "\n".join(crops), "detector": "\n".join(rows), "runs": "\n".join(trained)}


def export(recipe, args):
    """The first run ships, whatever the figures: those of all are given. The mean of weights that began apart is no network."""
    each = []
    for run in args.export:
        net = Classifier(2)
        net.load_state_dict(torch.load(os.path.join(run, "weights.pt"))["model"])
        each.append(net.eval())
    os.makedirs(args.to, exist_ok=True)
    net, path, size = each[0], os.path.join(args.to, "model.onnx"), recipe["size"]
    torch.onnx.export(Deployed(net).eval(), torch.zeros(1, size, size, 3, dtype=torch.uint8), path, opset_version=OPSET, input_names=["image"], output_names=["output"], do_constant_folding=True)
    onnx.checker.check_model(onnx.load(path))
    manifest = {
        "schema": 1, "id": recipe["id"], "version": args.version, "task": "classify", "file": "model.onnx",
        "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest(),
        "input": {"name": "image", "type": "uint8", "layout": "nhwc", "width": size, "height": size, "color": "rgb", "letterbox": {"anchor": "center", "fill": 114}},
        "output": {"name": "output", "family": "classify"},
        "labels": recipe["labels"], "thresholds": {"score": 0.5, "iou": 0.6},
        "golden": write_golden(net, recipe, args.data, os.path.join(args.to, "golden")), "licence": "Apache-2.0",
        "demonstration": {"reason": recipe["demonstration"]},
    }
    json.dump(manifest, open(os.path.join(args.to, "manifest.json"), "w"), indent=2)
    open(os.path.join(args.to, "labels.txt"), "w").write("\n".join(recipe["labels"]) + "\n")
    runs = [{**json.load(open(os.path.join(run, "figures.json"))), **figures([one], recipe, args.data)} for run, one in zip(args.export, each)]
    shipped = "The run with seed %d ships, as was settled before any was measured." % runs[0]["seed"]
    share = lambda place, label: round(float(np.mean([run["crops"][place][label][0] / max(1, run["crops"][place][label][1]) for run in runs])), 4)
    recalls = {"crops of " + place: {label: {"recall": share(place, label)} for label in recipe["labels"]} for place in runs[0]["crops"]}
    json.dump({"size": size, "seeds": [run["seed"] for run in runs], "shipped": runs[0]["seed"], "figures": recalls, "runs": runs}, open(os.path.join(args.to, "figures.json"), "w"), indent=2)
    facts = {"version": args.version, "sha256": manifest["sha256"], "size": size, "demonstration": recipe["demonstration"], "shipped": shipped}
    write_card(recipe["id"], {**facts, **tables(runs, recipe["labels"])}, args.to)
    print(path, os.path.getsize(path), "bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", help="folder of this run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--export", nargs="+", help="folders of runs")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--to", help="folder of the bundle")
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    recipe = json.load(open(args.recipe))
    (export if args.export else train)(recipe, args)


if __name__ == "__main__":
    main()
