#!/usr/bin/env python3
"""Proposes entire heads where a label still holds a part of one: the hat alone, or the face alone below it.

  parts.py FOLDER --run RUN --onto corrections/NAME.json --out corrections/NAME.json [--sheets DIR] [--leave NAME.parts.left.txt]

For pictures to train on, after rebox.py: a face detector sees no face from behind or under a bent head, so hats stayed alone
there. A run that learned the rule elsewhere says where the head is; a label that lies in its box and fills little of it is a part.
Never for pictures to judge on: there a person draws the boxes.
"""
import argparse
import json
import os

import numpy as np
import torch

from measure import look
from network import Detector
from pictures import read_folder
from rebox import drawn, HARDHAT4, write, write_sheets
from sources import corrected

LEAST, INSIDE, PART = 0.4, 0.85, 0.62


def whole_head(box, label, rows):
    """The box of the head of which `box` is a part, or None."""
    rows = rows[(rows[:, 5] == label) & (rows[:, 4] > LEAST)][:, :4]
    if not len(rows):
        return None
    shared = (np.minimum(box[2:], rows[:, 2:]) - np.maximum(box[:2], rows[:, :2])).clip(0).prod(1)
    area = lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    fits = (shared > INSIDE * area(box)) & (area(box) < PART * area(rows))
    return np.concatenate([np.minimum(box[:2], rows[fits][0, :2]), np.maximum(box[2:], rows[fits][0, 2:])]) if fits.sum() == 1 else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    for name in ("run", "onto", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--size", type=int, default=416)
    parser.add_argument("--sheets")
    parser.add_argument("--leave", help="file with the numbers of proposals that a person turned down")
    args = parser.parse_args()
    left = set(open(args.leave).read().split()) if args.leave else set()
    net = Detector(3)
    net.load_state_dict(torch.load(os.path.join(args.run, "weights.pt"))["model"])
    classes = {int(a): int(b) for a, b in (pair.split("=") for pair in HARDHAT4.split(","))}
    given = read_folder(args.folder, classes, 4096)
    lists, cells, number, kept = json.load(open(args.onto)), [], 0, 0
    now = corrected(given, args.onto)
    for (name, picture, table), (_, _, boxes), rows in zip(given, now, look(net.eval(), given, args.size)):
        scale = np.tile(np.array(picture.shape[1::-1]), 2)
        for (label, *before), (_, *box) in zip(table, boxes):
            box = np.array(box)
            new = whole_head(box, label, rows)
            if new is None:
                continue
            if str(number) not in left:
                middle = (np.array(before[:2]) + before[2:]) / 2 / scale[:2]
                same = lambda row: np.abs(np.array(row[:2]) - middle).sum() < 1e-3
                entry = [round(float(v), 5) for v in (*middle, *(new.clip(0, scale) / scale))]
                lists["rebox"][name] = [row for row in lists["rebox"].get(name, []) if not same(row)] + [entry]
                kept += 1
            cells.append(drawn(picture, box, new, "%d" % number, 0))
            number += 1
    write(lists, args.out)
    print("%d proposed, %d kept" % (number, kept))
    if args.sheets:
        write_sheets(cells, args.sheets)


if __name__ == "__main__":
    main()
