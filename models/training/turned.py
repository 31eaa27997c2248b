"""Heads from behind, made of heads that are seen from the front or the side.

The sets of photographs show people who look at the camera or past it; a camera over a line sees most of them from behind. The
face of a bare head is covered with its own hair, spread downwards; under a hat the face becomes the hair of a bare head of
the same picture set, so that a patch of hair alone means nothing.
"""
import random

import cv2
import numpy as np

# Parts of a head's box: hair is looked for in the first, a face lies in the second (x0, y0, x1, y1).
CROWN = (0.25, 0.08, 0.75, 0.3)
EVEN = 28  # most standard deviation of the grey of hair: more is a background, a hat or a parting
LEAST = 20  # pixels of the smaller side; of less there is no texture to spread


def area(box, part):
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0
    return [int(round(v)) for v in (x0 + part[0] * w, y0 + part[1] * h, x0 + part[2] * w, y0 + part[3] * h)]


def is_skin(pixels):
    """Whether most of [h,w,3] RGB has the hue of skin: a shaved head or a forehead is no hair to spread."""
    ycc = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb).reshape(-1, 3).astype(np.float32)
    skin = (ycc[:, 1] > 138) & (ycc[:, 1] < 178) & (ycc[:, 2] > 80) & (ycc[:, 2] < 122) & (ycc[:, 0] > 90)
    return skin.mean() > 0.35


def hair_of(picture, box):
    """A patch of hair of a bare head, or None where its crown shows skin or lies outside of the picture."""
    x0, y0, x1, y1 = area(box, CROWN)
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, picture.shape[1]), min(y1, picture.shape[0])
    if x1 - x0 < 6 or y1 - y0 < 4:
        return None
    patch = picture[y0:y1, x0:x1]
    return None if is_skin(patch) or patch.mean(2).std() > EVEN else patch.copy()


def texture(patch, height, width):
    """[height,width,3] of the patch mirrored again and again, stretched downwards as hair falls, uneven in its light."""
    tall = cv2.resize(patch, (max(patch.shape[1], width // 2), max(patch.shape[0] * 2, height // 2)), interpolation=cv2.INTER_CUBIC)
    row = np.concatenate([tall, tall[:, ::-1]], 1)
    tile = np.concatenate([row, row[::-1]], 0)
    tile = np.tile(tile, (height // tile.shape[0] + 2, width // tile.shape[1] + 2, 1))
    y, x = random.randrange(tile.shape[0] - height), random.randrange(tile.shape[1] - width)
    light = cv2.resize(np.random.uniform(0.8, 1.15, (3, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(tile[y : y + height, x : x + width] * light[..., None], 0, 255)


def cover(picture, box, patch, top, bottom, wide):
    """Covers the head from `top` to `bottom` (fractions of its box) by an ellipse of the texture, soft at its edge."""
    x0, y0, x1, y1 = area(box, (0.5 - wide / 2, top, 0.5 + wide / 2, bottom))
    w, h = x1 - x0, y1 - y0
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
    far = np.abs(x) ** 2.2 + np.abs(y) ** 2.2
    far = far + np.random.uniform(-0.06, 0.06, far.shape).astype(np.float32)
    alpha = cv2.GaussianBlur(np.clip((1 - far) * 5, 0, 1), (0, 0), max(0.6, w / 40))
    cx0, cy0, cx1, cy1 = max(x0, 0), max(y0, 0), min(x1, picture.shape[1]), min(y1, picture.shape[0])
    if cx1 - cx0 < 4 or cy1 - cy0 < 4:
        return
    cut = (slice(cy0 - y0, cy1 - y0), slice(cx0 - x0, cx1 - x0))
    a = alpha[cut][..., None]
    # Light comes from above, and a round head is darker towards its sides.
    shade = (1.08 - 0.2 * x * x - 0.14 * (y + 1))[..., None]
    layer = np.clip(texture(patch, h, w) * shade, 0, 255)[cut]
    part = picture[cy0:cy1, cx0:cx1]
    picture[cy0:cy1, cx0:cx1] = (part * (1 - a) + layer * a).astype(np.uint8)


def darker(patch):
    """Hair of another colour: mostly dark, as most hair is, some of it fair."""
    wanted = np.array(random.choice(((28, 25, 24), (38, 32, 30), (55, 44, 38), (80, 62, 50), (150, 120, 85), (120, 118, 116))), np.float32)
    own = patch.astype(np.float32)
    grey = own.mean(2, keepdims=True)
    strands = 1 + 0.6 * (grey - grey.mean()) / max(grey.mean(), 12)
    return np.clip(wanted * random.uniform(0.8, 1.2) * strands, 0, 255).astype(np.uint8)


def turned(items, covered, bare, seed=3):
    """Copies of the pictures that hold bare heads, with their heads turned away from the camera.

    `covered` and `bare` are the numbers of the classes; tables stay as they are, for the head keeps its place.
    """
    dice = random.getstate(), np.random.get_state()
    random.seed(seed), np.random.seed(seed)
    known = [hair for _, picture, table in items for row in table if row[0] == bare and min(row[3:] - row[1:3]) >= LEAST for hair in [hair_of(picture, row[1:])] if hair is not None]
    out = []
    for name, picture, table in items:
        heads = [row for row in table if row[0] in (covered, bare) and min(row[3:] - row[1:3]) >= LEAST]
        if not any(row[0] == bare for row in heads):
            continue
        copy = picture.copy()
        for label, *box in heads:
            own = hair_of(picture, box) if label == bare else None
            patch = own if own is not None else random.choice(known)
            patch = darker(patch) if own is None or random.random() < 0.5 else patch
            if label == bare:
                # Without hair of its own the crown is covered whole.
                top = random.uniform(0.0, 0.12) if own is not None else random.uniform(-0.04, 0.02)
                cover(copy, box, patch, top, random.uniform(0.85, 1.05), random.uniform(0.86, 1.02))
            else:
                cover(copy, box, patch, random.uniform(0.5, 0.62), random.uniform(0.85, 1.05), random.uniform(0.7, 0.9))
        out.append((name + "-turned", copy, table))
    random.setstate(dice[0]), np.random.set_state(dice[1])
    return out
