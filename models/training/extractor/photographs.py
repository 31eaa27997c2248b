"""Photographs for the distillation: found by the recipe, hashed together, read small, cropped at random."""
import glob
import hashlib
import os

import cv2
import numpy as np


def find(recipe, root):
    """[(source, path)], sorted; every `every`-th of a source where it is so large that others would not count."""
    found = []
    for source in recipe["sources"]:
        paths = sorted(p for p in glob.glob(os.path.join(root, source["pictures"])) if p.lower().endswith((".jpg", ".jpeg", ".png", ".webp")))
        if not paths:
            raise SystemExit("no pictures under " + os.path.join(root, source["pictures"]))
        found += [(source["name"], p) for p in paths[:: source.get("every", 1)]]
    return found


def digest(found):
    """SHA-256 over the names and bytes of all pictures, so that a repetition knows whether it has the same ones."""
    all_of_them = hashlib.sha256()
    for _, path in found:
        all_of_them.update(os.path.basename(path).encode())
        all_of_them.update(hashlib.sha256(open(path, "rb").read()).digest())
    return all_of_them.hexdigest()


def read(found, longest):
    """RGB pictures, no side longer than `longest`."""
    pictures = []
    for _, path in found:
        picture = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
        factor = longest / max(picture.shape[:2])
        if factor < 1:
            picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        pictures.append(picture)
    return pictures


def crop(picture, size, random, smallest=0.35):
    """A random square of `smallest` to all of the shorter side, turned, mirrored and lit at random -> uint8 [size,size,3]."""
    high, wide = picture.shape[:2]
    side = max(16, int(min(high, wide) * random.uniform(smallest, 1)))
    y, x = random.integers(0, high - side + 1), random.integers(0, wide - side + 1)
    part = picture[y : y + side, x : x + side]
    part = cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_LINEAR)
    part = np.rot90(part, random.integers(4))
    if random.random() < 0.5:
        part = part[:, ::-1]
    if random.random() < 0.7:
        gain = random.uniform(0.6, 1.4) * random.uniform(0.92, 1.08, 3)
        part = np.clip(part * gain + random.uniform(-25, 25), 0, 255)
    return np.ascontiguousarray(part, np.uint8)
