#!/usr/bin/env python3
"""Makes the bundle that ships: model.onnx, manifest.json, golden images with PyTorch's own detections, figures and card.

  export.py runs/ppe-1 runs/ppe-2 --id ppe --version 2.0.0 --data DIR --out ../catalog/ppe

Of several runs that began from the same start the mean of their weights ships, or with --ship SEED those of one of them, where
long runs have moved too far apart for their mean; figures.json gives the figures of each.
Least scores per label are chosen on the validation pictures that the recipe names, at its cost of a miss.
Golden pictures come from the twin and are scaled to the model's input size before they are stored, so that no resampling
stands between them and the network: what is compared is the network and its decoder.
"""
import argparse
import glob
import hashlib
import json
import os

import cv2
import onnx
import torch

from measure import at_score, cheapest_score, figures_of, look, without_cut_off
from network import Deployed, Detector
from pictures import read_labels
from sources import load_sources
from weights import mean_weights

OPSET = 13  # runs on older runtimes too


def load(runs, ship):
    """-> the network with the mean of the runs' weights, or those of run number `ship`; one network per run; the recipe of the first."""
    kept = [torch.load(os.path.join(run, "weights.pt")) for run in runs]
    recipe = kept[0]["recipe"]

    def filled(state):
        net = Detector(len(recipe["labels"]))
        net.load_state_dict(state)
        return net.eval()

    shipped = mean_weights([k["model"] for k in kept]) if ship is None else kept[ship]["model"]
    return filled(shipped), [filled(k["model"]) for k in kept], recipe


def write_onnx(net, recipe, path):
    size = recipe["size"]
    sample = torch.zeros(1, size, size, 3, dtype=torch.uint8)
    torch.onnx.export(Deployed(net, size).eval(), sample, path, opset_version=OPSET, input_names=["image"], output_names=["output"], do_constant_folding=True)
    model = onnx.load(path)
    for key, value in {"names": json.dumps(recipe["labels"]), "task": "detect", "imgsz": str(size), "start": recipe["start"]["name"]}.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_golden(net, recipe, source, folder, scores, count):
    """Pictures that hold labels first, one without any last."""
    os.makedirs(folder, exist_ok=True)
    size, made = recipe["size"], []
    paths = sorted(glob.glob(os.path.join(source, "images", "*")))
    labels = lambda p: read_labels(os.path.join(source, "labels", os.path.splitext(os.path.basename(p))[0] + ".txt"))
    rich = sorted(paths, key=lambda p: (-len(set(labels(p)[:, 0])), p))[: count - 1]
    plain = [p for p in paths if not len(labels(p))][:1]
    for n, path in enumerate(rich + plain):
        picture = cv2.imread(path)
        gain = size / max(picture.shape[:2])
        small = cv2.resize(picture, (round(picture.shape[1] * gain), round(picture.shape[0] * gain)), interpolation=cv2.INTER_AREA)
        name = "%02d" % (n + 1)
        cv2.imwrite(os.path.join(folder, name + ".png"), small, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        rows = look(net, [(name, cv2.cvtColor(small, cv2.COLOR_BGR2RGB), None)], size)[0]
        rows = [r for r in rows if r[4] >= scores[recipe["labels"][int(r[5])]]]
        clip = lambda v, top: round(float(min(max(v, 0), top)), 2)
        found = [{"label": recipe["labels"][int(r[5])], "score": round(float(r[4]), 4), "box": [clip(r[0], small.shape[1]), clip(r[1], small.shape[0]), clip(r[2], small.shape[1]), clip(r[3], small.shape[0])]} for r in rows]
        with open(os.path.join(folder, name + ".json"), "w") as file:
            json.dump({"detections": found, "tolerance": {"score": 0.02, "pixels": 1.5}}, file, indent=1)
        made.append({"image": "golden/%s.png" % name, "expect": "golden/%s.json" % name})
    return made


def chosen_scores(net, sources, recipe):
    """{label: {score, precision, recall, on, missCost, iou}}: the cheapest least score of each label."""
    chosen, seen = {}, {}
    for number, label in enumerate(recipe["labels"]):
        rule = {**recipe["threshold"], **recipe["threshold"].get("of", {}).get(label, {})}
        names = rule["on"].split(" and ")
        for source in sources:
            if source["name"] in names and source["name"] not in seen:
                found, truth = look(net, source["valid"], recipe["size"]), [t for _, _, t in source["valid"]]
                if source["cutOffUnlabelled"]:
                    found = without_cut_off(found, truth, [(picture.shape[1], picture.shape[0]) for _, picture, _ in source["valid"]])
                seen[source["name"]] = found, truth
        found, truth = ([item for name in names for item in seen[name][part]] for part in (0, 1))
        cheapest = cheapest_score(found, truth, number, rule["iou"], rule["missCost"], rule["low"], rule["high"])
        chosen[label] = {**cheapest, "on": rule["on"], "missCost": rule["missCost"], "iou": rule["iou"]}
    return chosen


def judged(net, sources, recipe, scores):
    """Figures of every source with validation pictures; of one without objects, in how many pictures a label is reported."""
    figures, clean = {}, {}
    for source in sources:
        if not source["valid"]:
            continue
        labels, truth = recipe["labels"], [t for _, _, t in source["valid"]]
        if not any(len(t) for t in truth):
            found = look(net, source["valid"], recipe["size"])
            hit = lambda c, label: sum(bool(((rows[:, 5] == c) & (rows[:, 4] >= scores[label])).any()) for rows in found)
            clean[source["name"]] = {"pictures": len(found), "withFalse": {label: hit(c, label) for c, label in enumerate(labels)}}
            continue
        found = look(net, source["valid"], recipe["size"])
        rows = figures_of(found, truth, labels, source["labelled"])
        for label, row in rows.items():
            for name, iou in (("atScore", 0.5), ("atScoreIou30", 0.3)):
                row[name] = at_score(found, truth, labels.index(label), iou, scores[label])
        figures[source["name"]] = rows
    return figures, clean


def figures_table(figures, clean, labels):
    """The figures as Markdown; of each source only what it labels."""
    percent = lambda pair: "%s / %s" % tuple("-" if v is None else "%.2f" % v for v in (pair["precision"], pair["recall"]))
    rows = ["| validation pictures | label | boxes | AP50 | AP30 | AP50-95 | precision / recall at the least score, IoU 0.5 | IoU 0.3 |", "|---|---|---|---|---|---|---|---|"]
    for source, found in figures.items():
        for label in labels:
            row = found.get(label)
            if row:
                rows.append("| %s | `%s` | %d | %.3f | %.3f | %.3f | %s | %s |" % (source, label, row["boxes"], row["ap50"], row["ap30"], row["ap50_95"], percent(row["atScore"]), percent(row["atScoreIou30"])))
    for source, found in clean.items():
        false = ", ".join("`%s` in %d" % pair for pair in found["withFalse"].items())
        rows += ["", "%s, %d pictures without any of these: %s." % (source, found["pictures"], false)]
    return "\n".join(rows)


def runs_table(runs, figures):
    """Seed, steps and time of each run, and its AP50 on its own, so that the spread can be seen."""
    rows = ["| seed | steps | pictures seen | time | AP50 alone |", "|---|---|---|---|---|"]
    for run, found in zip(runs, figures):
        scores = "; ".join("%s: %s" % (source, ", ".join("%s %.3f" % (label, row["ap50"]) for label, row in labels.items())) for source, labels in found.items())
        took = "%.1f minutes on %s" % (run["minutes"], run["device"]) if "device" in run else "%.1f CPU minutes" % run["cpuMinutes"]
        rows.append("| %d | %d | %d | %s | %s |" % (run["seed"], run["steps"], run["pictures"], took, scores))
    return "\n".join(rows)


def write_card(model, facts, path):
    """The hand-written card with the measured figures put in."""
    text = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "recipes", model + ".card.md")).read()
    for key, value in facts.items():
        text = text.replace("{{%s}}" % key, str(value))
    open(os.path.join(path, "CARD.md"), "w").write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+")
    for name in ("id", "version", "data", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--ship", type=int, help="seed of the run whose weights ship, instead of the mean of all")
    parser.add_argument("--recipe", help="take sources, thresholds and remarks from this file instead of the run's own recipe")
    args = parser.parse_args()
    torch.set_num_threads(1)
    runs = [json.load(open(os.path.join(run, "figures.json"))) for run in args.runs]
    seeds = [run["seed"] for run in runs]
    if args.ship is not None and args.ship not in seeds:
        parser.error("no run with seed %d: %s" % (args.ship, seeds))
    net, each, recipe = load(args.runs, None if args.ship is None else seeds.index(args.ship))
    if args.recipe:
        recipe = json.load(open(args.recipe))
    sources = load_sources(recipe, args.data, recipe.get("longest", 512), train=False)
    chosen = chosen_scores(net, sources, recipe)
    scores = {label: row["score"] for label, row in chosen.items()}
    figures, clean = judged(net, sources, recipe, scores)
    alone = [judged(one, sources, recipe, scores)[0] for one in each] if len(each) > 1 else [figures]
    os.makedirs(args.out, exist_ok=True)
    path = os.path.join(args.out, "model.onnx")
    write_onnx(net, recipe, path)
    golden = write_golden(net, recipe, os.path.join(args.data, recipe["golden"]), os.path.join(args.out, "golden"), scores, 4)
    size = recipe["size"]
    manifest = {
        "schema": 1, "id": args.id, "version": args.version, "task": "detect", "file": "model.onnx",
        "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest(),
        "input": {"name": "image", "type": "uint8", "layout": "nhwc", "width": size, "height": size, "color": "rgb", "letterbox": {"anchor": "center", "fill": 114}},
        "output": {"name": "output", "family": "yolov8"},
        "labels": recipe["labels"], "thresholds": {"score": min(scores.values()), "iou": 0.6, "labels": scores}, "golden": golden, "licence": "Apache-2.0",
    }
    if "demonstration" in recipe:
        manifest["demonstration"] = {"reason": recipe["demonstration"]}
    json.dump(manifest, open(os.path.join(args.out, "manifest.json"), "w"), indent=2)
    open(os.path.join(args.out, "labels.txt"), "w").write("\n".join(recipe["labels"]) + "\n")
    facts = ("seed", "steps", "pictures", "cpuMinutes", "minutes", "device")
    kept = [{**{k: run[k] for k in facts if k in run}, "figures": found} for run, found in zip(runs, alone)]
    shipped = "mean" if args.ship is None else args.ship
    json.dump({"size": size, "seeds": seeds, "shipped": shipped, "thresholds": chosen, "figures": figures, "clean": clean, "runs": kept, "data": runs[0]["data"]}, open(os.path.join(args.out, "figures.json"), "w"), indent=2)
    thresholds = "\n".join("| `%s` | %.2f | %s at IoU %.1f, a miss costs %g | %.2f / %.2f |" % (label, row["score"], row["on"], row["iou"], row["missCost"], row["precision"], row["recall"]) for label, row in chosen.items())
    write_card(args.id, {"figures": figures_table(figures, clean, recipe["labels"]), "runs": runs_table(kept, alone), "thresholds": thresholds, "version": args.version, "sha256": manifest["sha256"], "size": size, "demonstration": recipe.get("demonstration", "")}, args.out)
    print(path, os.path.getsize(path), "bytes, least scores", scores)


if __name__ == "__main__":
    main()
