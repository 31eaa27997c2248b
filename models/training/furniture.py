"""Things that stand or lie on a floor and are neither spilled nor litter: tables, stands, crates, mats, gratings, buckets, cables.

The photographs at hand show next to none of them. Without them a light, round table top passes for milk: both are smooth,
bright and end in a clear edge. What tells them apart is what is drawn here: a regular outline, a rim, legs, a shadow below.
"""
import random

import cv2
import numpy as np

COLOURS = ((238, 238, 235), (238, 238, 235), (200, 200, 200), (150, 155, 160), (60, 60, 64), (170, 120, 70), (205, 165, 110), (110, 70, 40), (40, 80, 150), (190, 40, 35), (230, 190, 40), (50, 110, 70))


def jittered(colour):
    return np.clip(np.array(colour, np.float32) + np.random.uniform(-20, 20, 3), 0, 255)


def noise(height, width, cells):
    """Smooth noise of about `cells` waves across, mean 0, standard deviation 1."""
    rough = np.random.randn(max(2, round(cells * height / max(width, 1)) + 2), cells + 2).astype(np.float32)
    fine = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    return (fine - fine.mean()) / (fine.std() + 1e-6)


def ring(cx, cy, rx, ry, first=0.0, last=2 * np.pi):
    """The points of an ellipse, or of a part of it, [40,2]."""
    angle = np.linspace(first, last, 40)
    return np.stack([cx + rx * np.cos(angle), cy + ry * np.sin(angle)], 1)


def fill(picture, points, colour, cover=1.0, soft=0.0, texture=True):
    """Fills a polygon [N,2]: light that falls off to one side, and a gleam now and then; `soft` blurs its edge (a shadow)."""
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.round(np.clip(points, -4 * width, 4 * width) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    if soft:
        mask = cv2.GaussianBlur(mask, (0, 0), soft)
    x0, y0, w, h = cv2.boundingRect(mask)
    if w < 2 or h < 2:
        return
    part = (slice(y0, y0 + h), slice(x0, x0 + w))
    layer = np.empty((h, w, 3), np.float32)
    layer[:] = colour
    if texture:
        y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
        falls = random.uniform(-0.15, 0.15) * x + random.uniform(-0.15, 0.15) * y + random.choice((0.0, 0.0, 0.03)) * noise(h, w, 6)
        layer *= 1 + falls[..., None]
        if random.random() < 0.4:  # it mirrors a lamp or a window
            shine = cv2.GaussianBlur((noise(h, w, 3) > random.uniform(1.0, 2.0)).astype(np.float32), (0, 0), max(0.8, w / 40))
            layer += shine[..., None] * random.uniform(-50, 90)
    alpha = (mask[part].astype(np.float32) * (cover / 255))[..., None]
    picture[part] = np.clip(picture[part] * (1 - alpha) + layer * alpha, 0, 255)


def shadow(picture, points, size):
    fill(picture, points, (0, 0, 0), random.uniform(0.15, 0.5), max(1.5, size / random.uniform(10, 25)), texture=False)


def bar(picture, start, end, thick, colour):
    """A leg: a bar with its darker side."""
    side = np.array([end[1] - start[1], start[0] - end[0]], np.float32)
    side = side / (np.hypot(*side) + 1e-6) * thick / 2
    start, end = np.array(start, np.float32), np.array(end, np.float32)
    fill(picture, np.stack([start - side, end - side, end + side, start + side]), colour, texture=False)
    fill(picture, np.stack([start, end, end + side, start + side]), colour * 0.7, texture=False)


def ground_plane(cx, cy, w, h, lean):
    """A rectangle on the floor as a camera from above sees it: the far edge is shorter; [4,2], far left first."""
    far = random.uniform(0.65, 0.95)
    points = np.array([[-far, -1], [far, -1], [1, 1], [-1, 1]], np.float32) * (w / 2, h / 2)
    return points + (cx, cy) + np.stack([lean * points[:, 1] * -1, np.zeros(4)], 1)


def top_of(kind, cx, cy, w, h, lean):
    return ring(cx, cy, w / 2, h / 2) if kind == "round" else ground_plane(cx, cy, w, h, lean)


def put_table(picture, cx, cy, w, light):
    kind, h, lean = random.choice(("round", "round", "square")), w * random.uniform(0.15, 0.6), random.uniform(-0.6, 0.6)
    colour, metal = jittered(random.choice(COLOURS)) * light, jittered(random.choice(((170, 170, 175), (70, 70, 74), (150, 100, 60)))) * light
    long = w * random.uniform(0.3, 1.2)
    top = top_of(kind, cx, cy, w, h, lean)
    shadow(picture, top + (0.1 * w, long), w)
    thick = max(1.5, w * random.uniform(0.02, 0.07))
    if kind == "round" and random.random() < 0.7:
        foot = (cx + 0.03 * w, cy + long)
        for angle in np.arange(4) * np.pi / 2 + random.uniform(0, 1.5):
            bar(picture, foot, (foot[0] + 0.3 * w * np.cos(angle), foot[1] + 0.3 * h * np.sin(angle) + 0.03 * w), thick, metal)
        bar(picture, (cx, cy), foot, thick * 1.5, metal)
    else:
        for x, y in (top[[5, 15, 25, 35]] if kind == "round" else top):
            bar(picture, (x * 0.95 + cx * 0.05, y), (x * 0.95 + cx * 0.05, y + long), thick, metal)
    rim = max(1.0, w * random.uniform(0.01, 0.06))
    for n in range(1, 4):
        fill(picture, top + (0, rim * n / 3), colour * random.uniform(0.25, 0.75), texture=False)
    fill(picture, top, colour)


def put_crate(picture, cx, cy, w, light):
    """A box or a pallet: top, front and a shadow; sometimes with slats."""
    h, tall, colour = w * random.uniform(0.15, 0.5), w * random.uniform(0.1, 0.9), jittered(random.choice(COLOURS)) * light
    top = ground_plane(cx, cy, w, h, random.uniform(-0.3, 0.3))
    shadow(picture, top + (0.15 * w, tall), w)
    front = np.stack([top[3], top[2], top[2] + (0, tall), top[3] + (0, tall)])
    fill(picture, front, colour * random.uniform(0.45, 0.8))
    fill(picture, top, colour)
    for n in range(1, random.choice((1, 1, 4, 7))):
        bar(picture, front[0] + (0, tall * n / 7), front[1] + (0, tall * n / 7), max(1.0, tall / 25), colour * 0.4)


def put_mat(picture, cx, cy, w, light):
    colour = jittered(random.choice(COLOURS)) * light
    mat = ground_plane(cx, cy, w, w * random.uniform(0.2, 0.6), random.uniform(-0.8, 0.8))
    fill(picture, mat, colour * random.uniform(0.4, 0.9))
    middle = mat.mean(0)
    fill(picture, middle + (mat - middle) * random.uniform(0.75, 0.97), colour)


def put_grating(picture, cx, cy, w, light):
    """A floor drain or a manhole: dark slots in a metal frame."""
    kind, h = random.choice(("round", "square")), w * random.uniform(0.3, 0.8)
    metal = jittered((150, 150, 155)) * light
    frame = top_of(kind, cx, cy, w, h, 0)
    fill(picture, frame, metal)
    slots = random.randrange(3, 9)
    for n in range(slots):
        y = cy + h * 0.8 * ((n + 0.5) / slots - 0.5)
        half = 0.4 * w * (np.sqrt(max(0.1, 1 - (2 * (y - cy) / h) ** 2)) if kind == "round" else 0.9)
        bar(picture, (cx - half, y), (cx + half, y), max(1.0, 0.4 * h / slots), metal * 0.25)


def put_bucket(picture, cx, cy, w, light):
    """A bucket, bin or barrel: a round opening, darker inside or full, above a body that narrows."""
    h, tall, colour = w * random.uniform(0.2, 0.5), w * random.uniform(0.5, 1.4), jittered(random.choice(COLOURS)) * light
    narrow = random.uniform(0.65, 1.0)
    bottom = ring(cx, cy + tall, w / 2 * narrow, h / 2 * narrow, 0, np.pi)
    shadow(picture, bottom + (0.15 * w, 0), w)
    fill(picture, np.concatenate([[(cx + w / 2, cy)], bottom, [(cx - w / 2, cy)]]), colour)
    fill(picture, ring(cx, cy, w / 2, h / 2), colour * 0.85)
    fill(picture, ring(cx, cy, 0.44 * w, 0.42 * h), jittered(random.choice(COLOURS)) * light * random.choice((0.3, 0.5, 1.0)))


def put_cable(picture, cx, cy, w, light):
    start = np.array([cx - w, cy + random.uniform(-0.5, 0.5) * w], np.float32)
    bends = np.cumsum(np.random.randn(12, 2) * (0.1, 0.12) + (0.15, 0), 0) * w
    points = np.round((start + cv2.resize(bends.astype(np.float32), (2, 60), interpolation=cv2.INTER_CUBIC)) * 16).astype(np.int32)
    cv2.polylines(picture, [points], False, [float(v) for v in jittered(random.choice(COLOURS)) * light], max(1, round(w / random.uniform(15, 60))), cv2.LINE_AA, 4)


def put_stand(picture, cx, cy, w, light):
    """The foot of a table, a chair, a lamp or a tripod: bars from a hub, with or without the column above."""
    metal, flat = jittered(random.choice(((175, 175, 180), (175, 175, 180), (110, 112, 116), (50, 50, 54), (150, 100, 60)))) * light, random.uniform(0.3, 0.9)
    w *= random.uniform(0.3, 0.8)
    thick, count = max(1.5, w * random.uniform(0.05, 0.16)), random.choice((3, 4, 4, 5))
    ends = [(cx + 0.5 * w * np.cos(a), cy + 0.5 * w * flat * np.sin(a)) for a in np.arange(count) * 2 * np.pi / count + random.uniform(0, 2)]
    shadow(picture, np.array(ends) + (0.05 * w, 0.06 * w), w)
    if random.random() < 0.7:
        bar(picture, (cx, cy), (cx + random.uniform(-0.1, 0.1) * w, cy - w * random.uniform(0.3, 3)), thick * random.uniform(0.8, 1.6), metal)
    for end in sorted(ends, key=lambda e: e[1]):
        bar(picture, (cx, cy - 0.08 * w), end, thick, metal * random.uniform(0.7, 1.1))
    fill(picture, ring(cx, cy - 0.08 * w, thick, thick * 0.7), metal)


def put_furniture(picture):
    """One of them, anywhere: a table top far away stands high in the picture."""
    height, width = picture.shape[:2]
    w = width * np.exp(random.uniform(np.log(0.06), np.log(0.5)))
    put = random.choice((put_table, put_table, put_table, put_stand, put_stand, put_crate, put_mat, put_grating, put_bucket, put_cable))
    light = float(np.clip(picture.mean() / 130, 0.4, 1.2)) * random.uniform(0.8, 1.1)
    put(picture, random.uniform(0, width), random.uniform(0.1, 0.95) * height, w, light)
