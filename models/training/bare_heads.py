#!/usr/bin/env python3
"""Proposes bare heads in pictures in which only helmets are labelled, and writes them as corrections.

  bare_heads.py FOLDER --model ppe.onnx --faces DIR --rebox corrections/NAME.json --out corrections/NAME.json
               [--sheets DIR] [--leave corrections/NAME.bare.left.txt]

Two models have to agree: a model of ours says "bare head", and a face detector sees a face there (or ours is rather sure:
heads from behind have no face). A head that carries a labelled helmet is none. The box follows the rule of rebox.py.
`--sheets` draws every proposal, numbered, for a person to look at; the numbers listed in `--leave` are not added.
"""
import argparse
import json
import os

import numpy as np

from faces import UltraLight, YuNet
from measure import look, suppress
from network import Detector
from pictures import read_folder
from rebox import drawn, face_at, reboxed, write, write_sheets
from sources import corrected
from weights import fill

LABELS, BARE, LEAST, SURE = 3, 2, 0.25, 0.6


def overlaps(box, others, limit=0.2):
    """Whether a box shares more than `limit` of the smaller box with one of the others."""
    shared = (np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])).clip(0).prod(1)
    size = lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    return bool((shared > limit * np.minimum(size(box), size(others))).any())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    for name in ("model", "faces", "rebox", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--size", type=int, default=416)
    parser.add_argument("--sheets")
    parser.add_argument("--leave", help="file with the numbers of proposals that a person turned down")
    args = parser.parse_args()
    detectors = [YuNet(os.path.join(args.faces, "yunet_n_320_320.onnx")), UltraLight(os.path.join(args.faces, "version-RFB-320.onnx"))]
    left = set(open(args.leave).read().split()) if args.leave else set()
    net = Detector(LABELS)
    fill(net, args.model, {})
    items = corrected(read_folder(args.folder, {0: 1}, 4096), args.rebox)
    boxes, cells, number = {}, [], 0
    for (name, picture, table), rows in zip(items, look(net.eval(), items, args.size)):
        height, width = picture.shape[:2]
        scale = np.array([width, height, width, height])
        rows = rows[rows[:, 5].astype(int) == BARE]
        rows = rows[rows[:, 4] > LEAST]
        rows = rows[suppress(rows[:, :4], rows[:, 4], 0.3)]
        for row in rows:
            box = row[:4].clip(0, scale)
            if overlaps(box, table[:, 1:]) or min(box[2:] - box[:2]) < 0.02 * max(width, height):
                continue
            face, seen = face_at(picture, box, detectors)
            if face is None and row[4] < SURE:
                continue
            new = reboxed(box, face, BARE, whole=True).clip(0, scale)
            if str(number) not in left:
                boxes.setdefault(name, []).append([BARE, *(round(float(v), 5) for v in new / scale)])
            cells.append(drawn(picture, box, new, "%d" % number, seen))
            number += 1
    lists = json.load(open(args.rebox))
    lists["boxes"] = boxes
    write(lists, args.out)
    print("%d pictures, %d bare heads proposed, %d added" % (len(items), number, sum(map(len, boxes.values()))))
    if args.sheets:
        write_sheets(cells, args.sheets)


if __name__ == "__main__":
    main()
