"""The pictures of a recipe: folders, classes, corrections of labels, negatives, hashes."""
import glob
import hashlib
import json
import os

import numpy as np

from pictures import read_folder, read_pictures, without_twins


def folder_hash(folder):
    """SHA-256 over the names and contents of all files below a folder: what a card says a run was trained on."""
    total = hashlib.sha256()
    for path in sorted(glob.glob(os.path.join(folder, "**", "*"), recursive=True)):
        if os.path.isfile(path):
            total.update(os.path.relpath(path, folder).encode() + b"\0")
            total.update(hashlib.sha256(open(path, "rb").read()).digest())
    return total.hexdigest()


def corrected(items, path):
    """Applies a list of corrections (corrections/README.md) to the items of a set; coordinates are fractions.

    {"drop": [names], "relabel": {name: [[cx, cy, class]]}, "boxes": {name: [[class, x1, y1, x2, y2]]},
    "rebox": {name: [[cx, cy, x1, y1, x2, y2]]}}. `relabel` and `rebox` mean the box whose centre is nearest.
    """
    lists = json.load(open(path))
    kept = []
    for name, picture, table in items:
        if name in lists.get("drop", []):
            continue
        height, width = picture.shape[:2]
        scale = np.array([width, height], np.float32)
        table = table.copy()
        middle = (table[:, 1:3] + table[:, 3:5]) / 2 / scale
        nearest = lambda cx, cy: np.abs(middle - np.array([cx, cy], np.float32)).sum(1).argmin()
        for cx, cy, label in lists.get("relabel", {}).get(name, []):
            table[nearest(cx, cy), 0] = label
        for cx, cy, *box in lists.get("rebox", {}).get(name, []):
            table[nearest(cx, cy), 1:] = np.array(box, np.float32) * np.concatenate([scale, scale])
        more = [[label, *np.array(box) * np.concatenate([scale, scale])] for label, *box in lists.get("boxes", {}).get(name, [])]
        if more:
            table = np.concatenate([table, np.array(more, np.float32)])
        kept.append((name, picture, table))
    return kept


def load_sources(recipe, root, longest):
    """-> [{name, weight, labelled, placed, train, valid}], training pictures near a validation picture dropped on demand."""
    here = os.path.dirname(os.path.abspath(__file__))
    sources = []
    for spec in recipe["sources"]:
        mapping = {int(k): v for k, v in spec.get("classes", {}).items()}

        def read(folder):
            path = os.path.join(root, folder)
            if spec.get("empty"):
                return read_pictures(path, longest)
            items = read_folder(path, mapping, longest)
            return corrected(items, os.path.join(here, spec["corrections"])) if "corrections" in spec else items

        train, valid = [i for f in spec["train"] for i in read(f)], [i for f in spec.get("valid", []) for i in read(f)]
        if "holdOut" in spec:  # frames of one video stay on one side
            held = lambda item: any(item[0].startswith(p) for p in spec["holdOut"])
            both = train + valid
            train, valid = [i for i in both if not held(i)], [i for i in both if held(i)]
        if "every" in spec:  # a set without a split of its own: each n-th picture is for judging
            valid = train[:: spec["every"]]
            train = [item for n, item in enumerate(train) if n % spec["every"]]
        sources.append({"name": spec["name"], "weight": spec["weight"], "labelled": spec.get("labelled", []), "placed": spec.get("placed", True), "train": train, "valid": valid})
    everything = [item for source in sources for item in source["valid"]]
    for spec, source in zip(recipe["sources"], sources):
        if spec.get("dropNearValid"):
            source["train"] = without_twins(source["train"], everything)
        print(source["name"], "train", len(source["train"]), "valid", len(source["valid"]), flush=True)
    return sources
