#!/usr/bin/env python3
"""Copies the folders of a data set with smaller pictures, to train on a machine to which little can be sent.

  smaller.py DATA OUT --longest 448 --quality 80 FOLDER [FOLDER ...]

Pictures become WebP with no side longer than `--longest` pixels; other files are copied. `hashes.json` in OUT keeps the
hash of each folder as it was, which is what figures and cards name.
"""
import argparse
import json
import os
import shutil

import cv2

from sources import HASHES, folder_hash

PICTURES = (".jpg", ".jpeg", ".png")


def smaller(source, target, longest, quality):
    picture = cv2.imread(source)
    factor = longest / max(picture.shape[:2])
    if factor < 1:
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    cv2.imwrite(target, picture, [cv2.IMWRITE_WEBP_QUALITY, quality])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--longest", type=int, default=448)
    parser.add_argument("--quality", type=int, default=80)
    args = parser.parse_args()
    known = os.path.join(args.out, HASHES)
    hashes = json.load(open(known)) if os.path.exists(known) else {}
    for folder in args.folders:
        hashes[folder] = folder_hash(os.path.join(args.data, folder))
        for where, _, names in os.walk(os.path.join(args.data, folder)):
            target = os.path.join(args.out, os.path.relpath(where, args.data))
            os.makedirs(target, exist_ok=True)
            for name in names:
                stem, kind = os.path.splitext(name)
                if kind.lower() in PICTURES:
                    smaller(os.path.join(where, name), os.path.join(target, stem + ".webp"), args.longest, args.quality)
                else:
                    shutil.copy(os.path.join(where, name), target)
        print(folder, hashes[folder], flush=True)
    json.dump(hashes, open(known, "w"), indent=1)


if __name__ == "__main__":
    main()
