"""The pictures of a recipe: folders, classes, corrections of labels, negatives, hashes."""
import glob
import hashlib
import json
import os
import random

import cv2
import numpy as np

from composed import composed
from cutouts import box_of, long_axis, object_mask
from frames import film_frames
from pictures import grid, read_folder, read_pictures, without_twins
from turned import turned


def folder_hash(folder):
    """SHA-256 over the names and contents of all files below a folder: what a card says a run was trained on."""
    total = hashlib.sha256()
    for path in sorted(glob.glob(os.path.join(folder, "**", "*"), recursive=True)):
        if os.path.isfile(path):
            total.update(os.path.relpath(path, folder).encode() + b"\0")
            total.update(hashlib.sha256(open(path, "rb").read()).digest())
    return total.hexdigest()


HASHES = "hashes.json"


def original_hash(root, folder):
    """The hash of a folder as it was before `smaller.py` reduced its pictures, or as it is."""
    known = os.path.join(root, HASHES)
    hashes = json.load(open(known)) if os.path.exists(known) else {}
    return hashes.get(folder) or folder_hash(os.path.join(root, folder))


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


CONTAINERS = ("glass", "plastic")  # materials of which an object that is long is a bottle, or as good as one
LONG = 1.9


def cut_out(items):
    """(picture, mask, degrees) of the objects that differ clearly from their ground; `degrees` from the vertical of a
    bottle, None of anything else: a bottle that lies is litter, one that stands is a product or in its place."""
    cuts = []
    for name, picture, _ in items:
        mask = object_mask(picture)
        if mask is not None:
            x0, y0, x1, y1 = box_of(mask).astype(int)
            part = mask[y0:y1, x0:x1]
            length, degrees = long_axis(part)
            bottle = name.startswith(CONTAINERS) and length >= LONG
            cuts.append((picture[y0:y1, x0:x1], part, degrees if bottle else None))
    return cuts


def lying(items):
    """Without the pictures in which a bottle stands."""
    def stands(name, table):
        _, x0, y0, x1, y1 = table[0]
        return name.startswith(CONTAINERS) and (y1 - y0) / max(1.0, x1 - x0) >= LONG

    return [item for item in items if len(item[2]) != 1 or not stands(item[0], item[2][0:1])]


def composed_source(spec, root, longest, litter, count=150):
    """A source whose pictures are put together one by one; `count` of them, from other photographs, are for judging."""
    read = lambda folders: [i for f in folders for i in read_pictures(os.path.join(root, f), longest)[:: spec.get("thin", 1)]]
    backgrounds, others = read(spec["train"]), read(spec["valid"])
    state = random.getstate(), np.random.get_state()
    random.seed(5), np.random.seed(5)
    held = cut_out(litter["valid"])
    drawn = bool(spec.get("standing")), spec.get("interiors", 0.0)
    valid = [composed(others, held, *drawn) for _ in range(count)]
    random.setstate(state[0]), np.random.set_state(state[1])
    cuts = cut_out(litter["train"])
    make = lambda: composed(backgrounds, cuts, *drawn)
    return {"name": spec["name"], "weight": spec["weight"], "labelled": spec["labelled"], "placed": True, "cutOffUnlabelled": False, "tiled": 0.0, "rare": [], "train": [], "valid": valid, "make": make}


def load_sources(recipe, root, longest, train=True):
    """`train` false leaves out the pictures that only training needs.

    -> [{name, weight, labelled, placed, train, valid}], training pictures near a validation picture dropped on demand."""
    here = os.path.dirname(os.path.abspath(__file__))
    sources = []
    for spec in recipe["sources"]:
        mapping = {int(k): v for k, v in spec.get("classes", {}).items()}

        def read(folder):
            path = os.path.join(root, folder)
            if spec.get("empty"):
                return read_pictures(path, longest)[:: spec.get("thin", 1)]
            items = read_pictures(path, longest) if spec.get("unlabelled") else read_folder(path, mapping, longest)
            items = corrected(items, os.path.join(here, spec["corrections"])) if "corrections" in spec else items
            return [item for item in items if len(item[2])] if spec.get("unlabelled") else items

        if spec.get("kind") == "composed":
            sources.append(composed_source(spec if train else {**spec, "train": []}, root, longest, next(s for s in sources if s["name"] == spec["cutouts"])))
            continue
        if spec.get("kind") == "film":
            film = os.path.join(root, spec["valid"][0], spec["film"])
            items = film_frames(film, os.path.join(here, spec["truth"]))
            sources.append({"name": spec["name"], "weight": 0, "labelled": spec["labelled"], "placed": True, "cutOffUnlabelled": False, "tiled": 0.0, "rare": [], "train": [], "valid": items})
            continue
        split = "holdOut" in spec or "every" in spec
        wanted = spec["train"] if train or split else []
        train_items, valid = [i for f in wanted for i in read(f)], [i for f in spec.get("valid", []) for i in read(f)]
        if "holdOut" in spec:  # frames of one video stay on one side
            held = lambda item: any(item[0].startswith(p) for p in spec["holdOut"])
            both = train_items + valid
            train_items, valid = [i for i in both if not held(i)], [i for i in both if held(i)]
        if "every" in spec:  # a set without a split of its own: each n-th picture is for judging
            valid = train_items[:: spec["every"]]
            train_items = [item for n, item in enumerate(train_items) if n % spec["every"]]
        if spec.get("lying"):
            train_items, valid = lying(train_items), lying(valid)
        if "grid" in spec:  # judged where its objects are small
            valid = grid(valid, *spec["grid"])
        if train and "turned" in spec:  # more heads from behind
            train_items = train_items + turned(train_items, *spec["turned"])
        sources.append({"name": spec["name"], "weight": spec["weight"], "labelled": spec.get("labelled", []), "placed": spec.get("placed", True), "cutOffUnlabelled": spec.get("cutOffUnlabelled", False), "tiled": spec.get("tiled", 0.0), "rare": [], "train": train_items, "valid": valid})
    everything = [item for source in sources for item in source["valid"]]
    for spec, source in zip(recipe["sources"], sources):
        if spec.get("dropNearValid"):
            source["train"] = without_twins(source["train"], everything)
        if "rare" in spec:
            source["rare"] = [item for item in source["train"] if spec["rare"] in item[2][:, 0]]
        print(source["name"], "train", len(source["train"]), "valid", len(source["valid"]), flush=True)
    return sources
