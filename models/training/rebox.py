#!/usr/bin/env python3
"""Proposes boxes of heads by one rule, the entire head with its hat down to the chin, and writes them as corrections.

  rebox.py FOLDER --faces DIR --out corrections/NAME.json [--sheets DIR] [--leave corrections/NAME.left.txt]

FOLDER has images/ and labels/ (hardhat4: classes 0, 1 headwear, 2 bare head). DIR holds the two face detectors that
faces.py names. A face that a detector sees at a labelled head gives chin and sides; the label gives the top of the hat.
Where no face is seen, a box that is wider than high is a hat alone and is made longer, and any other stays. `--sheets`
draws every change, numbered, for a person to look at; the numbers listed in `--leave` keep their label's box.

  rebox.py FOLDER --whole --classes 0=1,2=2 ...

`--whole` is for sets whose boxes are mostly meant as hat and face already: a face then only corrects them, and one that
would leave less than 0.6 of a box is no whole head (a profile, or somebody else's) and changes nothing.
"""
import argparse
import json
import os

import cv2
import numpy as np

from faces import around, UltraLight, YuNet
from pictures import read_folder

HARDHAT4 = "0=1,1=1,2=2"
LEAST_LEFT = 0.6


def face_at(picture, box, detectors):
    """The face of this head, and how many detectors saw it; None without one."""
    part, x, y = around(picture, box)
    best = []
    for detector in detectors:
        rows = detector.faces(part, 0.5)
        rows[:, [0, 2]] += x
        rows[:, [1, 3]] += y
        middle = (rows[:, :2] + rows[:, 2:4]) / 2
        reach = np.array([box[2] - box[0], box[3] - box[1]])
        low, high = box[:2] - 0.1 * reach, box[2:] + reach * np.array([0.1, 0.7])  # a hat's face lies below it
        wide = rows[:, 2] - rows[:, 0]
        rows = rows[((middle > low) & (middle < high)).all(1) & (wide < 1.3 * reach[0]) & (wide > 0.25 * reach[0])]
        if len(rows):
            best.append(rows[rows[:, 4].argmax()])
    if not best:
        return None, 0
    return best[0][:4], len(best)


def reboxed(box, face, label, whole=False):
    """The entire head by the rule: [x1, y1, x2, y2]."""
    if whole and face is not None:
        new = reboxed(box, face, label)
        area = lambda b: (b[2] - b[0]) * (b[3] - b[1])
        return new if area(new) > LEAST_LEFT * area(box) else box
    width, height = box[2] - box[0], box[3] - box[1]
    if face is None:
        if label == 1 and width > 1.1 * height:
            return np.array([box[0], box[1], box[2], box[1] + 1.25 * width])
        return box
    fw, fh = face[2] - face[0], face[3] - face[1]
    head = np.array([face[0] - 0.12 * fw, face[1] - 0.4 * fh, face[2] + 0.12 * fw, face[3] + 0.04 * fh])
    if height > 1.7 * (head[3] - head[1]) or width > 1.9 * (head[2] - head[0]):
        return head  # a label much too large says nothing about the hat
    top = min(box[1], head[1]) if label == 2 else box[1] if box[1] < face[1] else head[1]
    return np.array([min(box[0], head[0]), top, max(box[2], head[2]), head[3]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    for name in ("faces", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--sheets")
    parser.add_argument("--onto", help="a list of other corrections of the same set, which is kept")
    parser.add_argument("--classes", default=HARDHAT4, help="class in the labels = 1 headwear or 2 bare head, with commas between")
    parser.add_argument("--whole", action="store_true", help="the boxes are mostly meant as hat and face already")
    parser.add_argument("--leave", help="file with the numbers of changes that a person turned down")
    args = parser.parse_args()
    detectors = [YuNet(os.path.join(args.faces, "yunet_n_320_320.onnx")), UltraLight(os.path.join(args.faces, "version-RFB-320.onnx"))]
    left = set(open(args.leave).read().split()) if args.leave else set()
    classes = {int(a): int(b) for a, b in (pair.split("=") for pair in args.classes.split(","))}
    changes, cells, number, heads = {}, [], 0, 0
    for name, picture, table in read_folder(args.folder, classes, 4096):
        height, width = picture.shape[:2]
        scale = np.array([width, height, width, height])
        for label, *box in table:
            box = np.array(box)
            heads += 1
            face, seen = face_at(picture, box, detectors)
            new = reboxed(box, face, int(label), args.whole).clip(0, scale)
            if np.abs(new - box).max() < 0.04 * max(box[2:] - box[:2]):
                continue
            if str(number) not in left:
                middle = (box[:2] + box[2:]) / 2 / scale[:2]
                changes.setdefault(name, []).append([round(float(v), 5) for v in (*middle, *(new / scale))])
            cells.append(drawn(picture, box, new, "%d" % number, seen))
            number += 1
    write({**(json.load(open(args.onto)) if args.onto else {}), "rebox": changes}, args.out)
    print("%d heads, %d changes proposed, %d kept" % (heads, number, sum(map(len, changes.values()))))
    if args.sheets:
        write_sheets(cells, args.sheets)


def write(lists, path):
    """One picture a line, so that a change of one is seen as such."""
    parts = []
    for key, value in lists.items():
        if isinstance(value, dict):
            rows = ["%s: %s" % (json.dumps(name), json.dumps(entry)) for name, entry in sorted(value.items())]
        else:
            rows = [json.dumps(entry) for entry in value]
        brackets = "{}" if isinstance(value, dict) else "[]"
        parts.append('  "%s": %s\n    %s\n  %s' % (key, brackets[0], ",\n    ".join(rows), brackets[1]))
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(parts) + "\n}\n")


def drawn(picture, old, new, text, seen, side=92):
    part, x, y = around(picture, np.concatenate([np.minimum(old, new)[:2], np.maximum(old, new)[2:]]), 1.7)
    gain = side / part.shape[0]
    cell = cv2.cvtColor(cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA if gain < 1 else cv2.INTER_LINEAR), cv2.COLOR_RGB2BGR)
    for box, colour in ((old, (0, 0, 255)), (new, (0, 255, 0))):
        a, b = ((box[:2] - (x, y)) * gain).astype(int), ((box[2:] - (x, y)) * gain).astype(int)
        cv2.rectangle(cell, tuple(map(int, a)), tuple(map(int, b)), colour, 1)
    cv2.putText(cell, text + "*" * seen, (1, 11), cv2.FONT_HERSHEY_PLAIN, 0.9, (0, 255, 255), 1)
    return cell


def write_sheets(cells, folder, columns=16, rows=10):
    os.makedirs(folder, exist_ok=True)
    for first in range(0, len(cells), columns * rows):
        part = cells[first : first + columns * rows]
        part += [np.zeros_like(part[0])] * (-len(part) % columns)
        lines = [np.hstack(part[k : k + columns]) for k in range(0, len(part), columns)]
        cv2.imwrite(os.path.join(folder, "%03d.png" % (first // (columns * rows))), np.vstack(lines))


if __name__ == "__main__":
    main()
