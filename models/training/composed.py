"""Pictures of spills and litter that are put together: real photographs, drawn liquid and powder, real litter cut out.

No photograph of a spill is at hand that may be used. A spill is drawn onto a photograph so that it takes part in the
picture's light: liquid lets the ground through, mirrors what stands behind it and shines; powder is rough and ragged.
Shadows and gleams, which are no spills, are drawn too, and the same photographs without anything are negatives.
"""
import random

import cv2
import numpy as np

from floors import interior
from furniture import jittered, noise, put_furniture

SPILL, LITTER = 0, 1
COLOURS = ((62, 40, 24), (120, 70, 30), (190, 60, 30), (150, 20, 25), (225, 140, 30), (240, 235, 225), (60, 110, 50), (30, 30, 34), (205, 190, 90), (110, 25, 70))
POWDERS = ((245, 243, 238), (232, 220, 190), (200, 160, 105), (120, 80, 50), (235, 205, 90), (150, 145, 138))


def blob(height, width, ragged=0.0):
    """An irregular patch, [H,W] in 0..1 with a soft edge of about a pixel."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    field = 0.75 - np.sqrt(x * x + y * y) + 0.17 * noise(height, width, 3) + 0.07 * noise(height, width, 8)
    if ragged:
        field += ragged * noise(height, width, max(8, width // 3))
    edge = 1.5 / max(8, min(height, width))
    return np.clip(field / edge + 0.5, 0, 1)


def area_for(picture, low, high, flat):
    """A place on the lower part of the picture: x0, y0, width, height in whole pixels."""
    height, width = picture.shape[:2]
    w = max(14, round(width * np.exp(random.uniform(np.log(low), np.log(high)))))
    h = max(8, min(round(w * random.uniform(*flat)), round(0.6 * height)))
    x = round(random.uniform(-0.1 * w, width - 0.9 * w))
    y = round(random.uniform(0.3 * height, height - 0.8 * h))
    return x, y, w, h


def onto(picture, x, y, layer, alpha):
    """Blends `layer` [h,w,3] into the picture at x, y by `alpha` [h,w]; what lies outside is cut off."""
    height, width = picture.shape[:2]
    h, w = alpha.shape
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
    if x1 <= x0 or y1 <= y0:
        return None
    part = (slice(y0 - y, y1 - y), slice(x0 - x, x1 - x))
    a = alpha[part][..., None]
    picture[y0:y1, x0:x1] = picture[y0:y1, x0:x1] * (1 - a) + layer[part] * a
    rows, columns = np.where((alpha[part] > 0.4).any(1))[0], np.where((alpha[part] > 0.4).any(0))[0]
    if len(rows) < 4 or len(columns) < 6:
        return None
    return [columns[0] + x0, rows[0] + y0, columns[-1] + 1 + x0, rows[-1] + 1 + y0]


def ground(picture, x, y, w, h):
    """The pixels under an area, repeated at the picture's edge."""
    rows, columns = np.clip(np.arange(y, y + h), 0, picture.shape[0] - 1), np.clip(np.arange(x, x + w), 0, picture.shape[1] - 1)
    return picture[rows][:, columns]


def gleam(h, w, few):
    return cv2.GaussianBlur((noise(h, w, 4) > few).astype(np.float32), (0, 0), max(0.8, w / 60))


def put_liquid(picture):
    x, y, w, h = area_for(picture, 0.12, 0.6, (0.2, 0.75))
    mask, under = blob(h, w), ground(picture, x, y, w, h)
    light = np.clip(under.mean(2, keepdims=True) / (under.mean() + 1e-6), 0.5, 1.6)
    if random.random() < 0.35:  # clear: the ground, darker and wet
        layer = cv2.GaussianBlur(under, (0, 0), 1.2) * random.uniform(0.5, 0.9)
    else:
        layer = np.clip(jittered(random.choice(COLOURS)) * (0.55 + 0.45 * light) * random.uniform(0.6, 1.1), 0, 255)
        cover = random.uniform(0.6, 1.0)
        layer = layer * cover + under * (1 - cover)
    behind = cv2.GaussianBlur(ground(picture, x, y - h, w, h)[::-1], (0, 0), random.uniform(1, 5))
    mirror = random.uniform(0.0, 0.4)
    layer = layer * (1 - mirror) + behind * mirror
    shine = gleam(h, w, random.uniform(1.4, 2.4)) * random.uniform(0, 0.9)
    layer = layer * (1 - shine[..., None]) + 250 * shine[..., None]
    rim = np.clip(4 * mask * (1 - cv2.GaussianBlur(mask, (0, 0), max(1.0, w / 40))), 0, 1)[..., None]
    layer = np.clip(layer * (1 + rim * random.uniform(-0.35, 0.35)), 0, 255)
    return onto(picture, x, y, layer.astype(np.float32), mask)


def put_powder(picture):
    x, y, w, h = area_for(picture, 0.12, 0.55, (0.25, 0.8))
    mask = blob(h, w, ragged=random.uniform(0.05, 0.22))
    grain = 1 + random.uniform(0.04, 0.22) * np.random.randn(h, w, 1).astype(np.float32) + 0.08 * noise(h, w, 7)[..., None]
    under = ground(picture, x, y, w, h)
    brightness = np.clip(under.mean() / 150, 0.45, 1.1)
    layer = np.clip(jittered(random.choice(POWDERS)) * grain * brightness, 0, 255)
    return onto(picture, x, y, layer.astype(np.float32), mask * random.uniform(0.75, 1))


def put_litter(picture, cutouts, standing):
    """One cut-out, scaled, turned, seen flat, with a soft shadow below. With `standing` a bottle lies: it is turned to its side."""
    cut, mask, upright = random.choice(cutouts)
    angle = random.uniform(0, 360) if upright is None or not standing else random.choice((0, 180)) + random.uniform(45, 135) - upright
    return put_object(picture, cut, mask, angle, (0.04, 0.3), random.uniform(0.45, 1))


def put_standing(picture, cutouts):
    """A bottle that stands, as bottles do where they are filled, kept and drunk from: nothing to clean."""
    bottles = [c for c in cutouts if c[2] is not None]
    if bottles:
        cut, mask, upright = random.choice(bottles)
        angle = random.choice((0, 180)) + random.uniform(-8, 8) - upright
        put_object(picture, cut, mask, angle, (0.08, 0.75), 1)


def put_object(picture, cut, mask, angle, sizes, flat):
    """Pastes a cut-out turned by `angle` degrees, its longer side within `sizes` (fractions of the width); -> its box."""
    side = picture.shape[1] * np.exp(random.uniform(np.log(sizes[0]), np.log(sizes[1])))
    gain = side / max(mask.shape)
    extent = int(np.hypot(*mask.shape) * gain) + 4
    turn = cv2.getRotationMatrix2D((mask.shape[1] / 2, mask.shape[0] / 2), angle, gain)
    turn[:, 2] += extent / 2 - np.array([mask.shape[1], mask.shape[0]]) / 2
    turn[1] *= flat
    size = (extent, max(6, int(extent * flat)))
    layer = cv2.warpAffine(cut, turn, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    alpha = cv2.warpAffine(mask.astype(np.float32), turn, size, flags=cv2.INTER_LINEAR)
    layer = np.clip(layer * random.uniform(0.6, 1.15) * np.clip(picture.mean() / 130, 0.5, 1.2), 0, 255)
    x = round(random.uniform(0, picture.shape[1] - size[0]))
    y = round(random.uniform(0.3 * picture.shape[0], max(0.31 * picture.shape[0], picture.shape[0] - size[1])))
    shadow = cv2.GaussianBlur(alpha, (0, 0), max(1.0, side / 14)) * random.uniform(0.1, 0.5)
    onto(picture, x + round(side / 20), y + round(side / 16), np.zeros_like(layer), shadow)
    return onto(picture, x, y, layer, alpha)


def put_distraction(picture):
    """A shadow, a gleam of a lamp, or a painted line: what a floor has and nobody must clean."""
    x, y, w, h = area_for(picture, 0.1, 0.6, (0.15, 0.8))
    kind = random.random()
    if kind < 0.75:
        soft = cv2.GaussianBlur(blob(h, w), (0, 0), max(2.0, w / random.uniform(6, 16)))
        onto(picture, x, y, np.full((h, w, 3), 0.0 if kind < 0.45 else 255.0, np.float32), soft * random.uniform(0.15, 0.5))
        return
    height, width = picture.shape[:2]
    ends = [(random.randrange(-20, width + 20), random.randrange(height // 3, height + 20)) for _ in range(2)]
    cv2.line(picture, *ends, [float(v) for v in jittered(random.choice(((235, 200, 40), (230, 230, 230), (200, 40, 40))))], random.randrange(2, 12), cv2.LINE_AA)


def composed(backgrounds, cutouts, standing=False, interiors=0.0):
    """-> (name, picture, table) with nothing, spills, litter or both on one of the backgrounds; `standing`: with bottles in
    their place, and only bottles that lie are litter; `interiors`: the part of the pictures that shows a drawn
    interior instead of a photograph; where it is above 0, furniture stands in both."""
    if interiors and random.random() < interiors:
        name, picture = "interior", interior()
    else:
        name, picture, _ = random.choice(backgrounds)
    picture, rows = picture.astype(np.float32), []
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        put_distraction(picture)
    for _ in range(random.choice((0, 0, 1, 1, 2, 3)) if interiors else 0):
        put_furniture(picture)
    for _ in range(random.choice((0, 0, 0, 1, 1, 3)) if standing else 0):
        put_standing(picture, cutouts)
    for _ in range(random.choice((0, 0, 1, 1, 2, 3) if interiors else (0, 1, 1, 1, 2, 3))):
        kind = random.random()
        box = put_litter(picture, cutouts, standing) if kind < 0.4 else put_powder(picture) if kind < 0.62 else put_liquid(picture)
        if box is not None:
            rows.append([LITTER if kind < 0.4 else SPILL, *box])
    return name, np.clip(picture, 0, 255).astype(np.uint8), np.array(rows, np.float32).reshape(-1, 5)
