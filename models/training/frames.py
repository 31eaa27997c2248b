"""Frames of a film with boxes drawn by hand, for judging only."""
import json
import os

import cv2
import numpy as np


def film_frames(path, truth):
    """-> (name, RGB picture, [M,5]) of the frames that `truth` lists: {"frames": {number: [[class, x1, y1, x2, y2]]}}, in pixels."""
    wanted = {int(number): rows for number, rows in json.load(open(truth))["frames"].items()}
    film, items, number = cv2.VideoCapture(path), [], 0
    while len(items) < len(wanted):
        there, picture = film.read()
        if not there:
            raise SystemExit("%s ends after %d frames: %s lists later ones" % (path, number, truth))
        if number in wanted:
            rows = np.array(wanted[number], np.float32).reshape(-1, 5)
            items.append(("%s %d" % (os.path.basename(path), number), cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), rows))
        number += 1
    return items
