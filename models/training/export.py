#!/usr/bin/env python3
"""Makes the bundle that ships: model.onnx, manifest.json, golden images with PyTorch's own detections.

  export.py runs/defect --id defect --version 1.0.0 --golden DIR/twin/product/valid --out ../catalog/defect

Golden pictures are scaled to the model's input size before they are stored, so that no resampling stands between them
and the network: what is compared is the network and its decoder.
"""
import argparse
import glob
import hashlib
import json
import os
import statistics

import cv2
import onnx
import torch

from measure import look
from network import Deployed, Detector
from pictures import read_labels

OPSET = 13  # HardSwish is one node from 14 on; 13 runs on older runtimes at the same speed


def load(run):
    kept = torch.load(os.path.join(run, "weights.pt"))
    recipe = kept["recipe"]
    net = Detector(len(recipe["labels"]), recipe["arch"], recipe["activation"])
    net.load_state_dict(kept["model"])
    return net.eval(), recipe


def write_onnx(net, recipe, path):
    size = recipe["size"]
    sample = torch.zeros(1, size, size, 3, dtype=torch.uint8)
    torch.onnx.export(Deployed(net, size).eval(), sample, path, opset_version=OPSET, input_names=["image"], output_names=["output"], do_constant_folding=True)
    model = onnx.load(path)
    for key, value in {"names": json.dumps(recipe["labels"]), "task": "detect", "imgsz": str(size)}.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_golden(net, recipe, source, folder, threshold, count):
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
        rows = [r for r in rows if r[4] >= threshold]
        clip = lambda v, top: round(float(min(max(v, 0), top)), 2)
        found = [{"label": recipe["labels"][int(r[5])], "score": round(float(r[4]), 4), "box": [clip(r[0], small.shape[1]), clip(r[1], small.shape[0]), clip(r[2], small.shape[1]), clip(r[3], small.shape[0])]} for r in rows]
        with open(os.path.join(folder, name + ".json"), "w") as file:
            json.dump({"detections": found, "tolerance": {"score": 0.02, "pixels": 1.5}}, file, indent=1)
        made.append({"image": "golden/%s.png" % name, "expect": "golden/%s.json" % name})
    return made


def figures_table(figures, recipe):
    """The figures of the run as Markdown; of each source only what it labels."""
    rows = ["| data (validation split) | label | boxes | AP50 | AP50-95 | at best F1: score, precision, recall |", "|---|---|---|---|---|---|"]
    for source, labels in figures["figures"].items():
        for label in recipe["labels"]:
            row = labels.get(label)
            if row:
                best = row["best"] or {"score": 0, "precision": 0, "recall": 0}
                rows.append("| %s | %s | %d | %.3f | %.3f | %.2f, %.2f, %.2f |" % (source, label, row["boxes"], row["ap50"], row["ap50_95"], best["score"], best["precision"], best["recall"]))
    return "\n".join(rows)


def write_card(recipe_id, figures, recipe, manifest, path):
    """The hand-written card with the measured figures put in."""
    text = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "recipes", recipe_id + ".card.md")).read()
    facts = {"figures": figures_table(figures, recipe), "version": manifest["version"], "sha256": manifest["sha256"], "threshold": manifest["thresholds"]["score"], "size": recipe["size"]}
    for key, value in facts.items():
        text = text.replace("{{%s}}" % key, str(value))
    open(os.path.join(path, "CARD.md"), "w").write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    for name in ("id", "version", "golden", "out"):
        parser.add_argument("--" + name, required=True)
    args = parser.parse_args()
    net, recipe = load(args.run)
    figures = json.load(open(os.path.join(args.run, "figures.json")))
    # What the rule decides by counts; a bottle found at a low score harms nobody.
    judged = [figures["figures"]["twin"][label]["best"]["score"] for label in recipe.get("judged", recipe["labels"])]
    threshold = round(min(0.5, max(0.3, statistics.median(judged))), 2)
    os.makedirs(args.out, exist_ok=True)
    path = os.path.join(args.out, "model.onnx")
    write_onnx(net, recipe, path)
    golden = write_golden(net, recipe, args.golden, os.path.join(args.out, "golden"), threshold, 4)
    size = recipe["size"]
    manifest = {
        "schema": 1, "id": args.id, "version": args.version, "task": "detect", "file": "model.onnx",
        "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest(),
        "input": {"name": "image", "type": "uint8", "layout": "nhwc", "width": size, "height": size, "color": "rgb", "letterbox": {"anchor": "center", "fill": 114}},
        "output": {"name": "output", "family": "yolov8"},
        "labels": recipe["labels"], "thresholds": {"score": threshold, "iou": 0.6}, "golden": golden, "licence": "Apache-2.0",
    }
    json.dump(manifest, open(os.path.join(args.out, "manifest.json"), "w"), indent=2)
    open(os.path.join(args.out, "labels.txt"), "w").write("\n".join(recipe["labels"]) + "\n")
    json.dump(figures, open(os.path.join(args.out, "figures.json"), "w"), indent=2)
    write_card(args.id, figures, recipe, manifest, args.out)
    print(path, os.path.getsize(path), "bytes, threshold", threshold)


if __name__ == "__main__":
    main()
