"""The second stage `heads`: its network, and crops of heads as the device makes them.

Both classes are drawn equally often, so that the odds of the answer are a ratio of likelihoods, by which those of a detector can be
multiplied. Most crops are reduced first, down to a few pixels, because far heads are what a second stage is for.
"""
import math
import random

import cv2
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from pictures import letterbox, tinted, worsened

LEAST = 10  # heads with fewer pixels in the photograph teach nothing that is certain


def conv(inp, out, stride=1):
    return nn.Sequential(nn.Conv2d(inp, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.SiLU())


class Classifier(nn.Module):
    """Six convolutions and a mean; 0.4 million parameters."""

    def __init__(self, classes):
        super().__init__()
        widths = ((3, 24, 2), (24, 48, 2), (48, 48, 1), (48, 96, 2), (96, 96, 1), (96, 128, 2), (128, 128, 1))
        self.layers = nn.Sequential(*(conv(*width) for width in widths))
        self.last = nn.Linear(128, classes)

    def forward(self, x):
        """[B,3,S,S] from 0 to 255 -> [B,classes], before softmax."""
        return self.last(F.dropout(self.layers(x / 255 - 0.5).mean((2, 3)), 0.2, self.training))


class Deployed(nn.Module):
    """The picture as it comes from the device, and the mirrored one: the mean of both."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image):
        x = image.permute(0, 3, 1, 2).float()
        return (self.net(x).softmax(1) + self.net(x.flip(3)).softmax(1)) / 2


def cropped(picture, box, size, margin, shift=(0, 0)):
    """The crop of a box as the device makes it: whole pixels, inside the picture, letterboxed."""
    height, width = picture.shape[:2]
    w, h = box[2] - box[0], box[3] - box[1]
    x1, y1 = box[0] - margin * w + shift[0] * w, box[1] - margin * h + shift[1] * h
    left, top = int(np.clip(math.floor(x1), 0, width - 1)), int(np.clip(math.floor(y1), 0, height - 1))
    right = int(np.clip(math.ceil(x1 + (1 + 2 * margin) * w), left + 1, width))
    bottom = int(np.clip(math.ceil(y1 + (1 + 2 * margin) * h), top + 1, height))
    return letterbox(picture[top:bottom, left:right], size)[0]


def heads_of(sources, weights):
    """{class: ([(picture, box)], cumulative weights)} of the heads that are large enough to teach."""
    heads = {}
    for source in sources:
        for _, picture, table in source["train"]:
            for label, *box in table:
                if int(label) in (1, 2) and min(box[2] - box[0], box[3] - box[1]) >= LEAST:
                    heads.setdefault(int(label), []).append((picture, box, weights.get(source["name"], 0)))
    return {label: ([h[:2] for h in rows], np.cumsum([h[2] for h in rows])) for label, rows in heads.items()}


def example(heads, size, margin):
    """A crop of a random head, moved, scaled, reduced, tinted and made worse."""
    rows, weights = heads
    picture, box = rows[int(np.searchsorted(weights, random.random() * weights[-1]))]
    crop = cropped(picture, box, size, margin + random.uniform(-0.12, 0.15), [random.uniform(-0.12, 0.12) for _ in "xy"])
    if random.random() < 0.5:
        crop = np.ascontiguousarray(crop[:, ::-1])
    if random.random() < 0.6:
        few = min(size, random.choice((8, 10, 13, 16, 20, 26, 36)) * 8 // 5)
        crop = cv2.resize(cv2.resize(crop, (few, few), interpolation=cv2.INTER_AREA), (size, size), interpolation=cv2.INTER_LINEAR)
    crop = tinted(crop)
    return worsened(crop) if random.random() < 0.35 else crop


def tensor(crops):
    return torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float()


@torch.no_grad()
def probabilities(nets, picture, boxes, recipe):
    """[N,2]: the mean of the answers of all networks."""
    if not len(boxes):
        return np.zeros((0, 2))
    crops = torch.from_numpy(np.stack([cropped(picture, box, recipe["size"], recipe["margin"]) for box in boxes]))
    return np.mean([Deployed(net).eval()(crops).numpy() for net in nets], 0)
