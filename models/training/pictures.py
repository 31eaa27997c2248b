"""Pictures and labels: reading, split, de-duplication, augmentation, batches."""
import glob
import math
import os
import random

import cv2
import numpy as np

FILL = 114


def read_labels(path):
    """YOLO text, boxes or polygons -> [M,5] class, x1, y1, x2, y2 in fractions of the picture."""
    rows = []
    if os.path.exists(path):
        for line in open(path):
            v = [float(t) for t in line.split()]
            if len(v) == 5:
                rows.append((v[0], v[1] - v[3] / 2, v[2] - v[4] / 2, v[1] + v[3] / 2, v[2] + v[4] / 2))
            elif len(v) > 6:
                rows.append((v[0], min(v[1::2]), min(v[2::2]), max(v[1::2]), max(v[2::2])))
    table = np.array(rows, np.float32).reshape(-1, 5)
    table[:, 1:] = table[:, 1:].clip(0, 1)
    return table


def read_picture(path, longest):
    picture = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
    factor = longest / max(picture.shape[:2])
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else picture


def read_pictures(folder, longest):
    """All pictures below a folder, as pictures in which nothing is to be detected."""
    paths = sorted(p for kind in ("jpg", "jpeg", "png", "webp") for p in glob.glob(os.path.join(folder, "**", "*." + kind), recursive=True))
    return [(os.path.splitext(os.path.basename(p))[0], read_picture(p, longest), np.zeros((0, 5), np.float32)) for p in paths]


def read_folder(folder, mapping, longest):
    """Folder with images/ and labels/ -> list of (name, RGB picture, [M,5] with pixels); classes not mapped are dropped."""
    items = []
    for path in sorted(glob.glob(os.path.join(folder, "images", "*"))):
        name = os.path.splitext(os.path.basename(path))[0]
        picture = read_picture(path, longest)
        table = read_labels(os.path.join(folder, "labels", name + ".txt"))
        kept = np.array([int(c) in mapping for c in table[:, 0]], bool)
        table = table[kept]
        table[:, 0] = [mapping[int(c)] for c in table[:, 0]]
        height, width = picture.shape[:2]
        table[:, 1:] *= np.array([width, height, width, height], np.float32)
        items.append((name, picture, table))
    return items


def thumbnail(picture):
    small = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (16, 16), interpolation=cv2.INTER_AREA)
    flat = small.astype(np.float32).ravel()
    flat -= flat.mean()
    return flat / (np.linalg.norm(flat) + 1e-6)


def without_twins(train, valid, alike=0.985):
    """Drops training pictures that nearly equal a validation picture, mirrored ones too."""
    if not valid:
        return train
    known = np.stack([thumbnail(p) for _, p, _ in valid])
    fresh = lambda p: max((known @ thumbnail(p)).max(), (known @ thumbnail(p[:, ::-1].copy())).max()) < alike
    return [item for item in train if fresh(item[1])]


def letterbox(picture, size):
    """Centred letterbox -> canvas [S,S,3], gain, left, top."""
    gain = size / max(picture.shape[:2])
    height, width = round(picture.shape[0] * gain), round(picture.shape[1] * gain)
    top, left = (size - height) // 2, (size - width) // 2
    canvas = np.full((size, size, 3), FILL, np.uint8)
    how = cv2.INTER_AREA if gain < 1 else cv2.INTER_LINEAR
    canvas[top : top + height, left : left + width] = cv2.resize(picture, (width, height), interpolation=how)
    return canvas, gain, left, top


def tinted(picture, hue=0.015, saturation=0.6, value=0.4):
    r = np.random.uniform(-1, 1, 3) * (hue, saturation, value) + 1
    x = np.arange(256, dtype=np.float32)
    table = np.stack([(x * r[0]) % 180, np.clip(x * r[1], 0, 255), np.clip(x * r[2], 0, 255)], -1).astype(np.uint8)
    return cv2.cvtColor(cv2.LUT(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV), table[None]), cv2.COLOR_HSV2RGB)


def faded(picture):
    """Colours, or all of them, lost; less contrast; often darker towards the corners, as behind a cheap lens."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    left = 0 if random.random() < 0.4 else random.uniform(0.2, 0.8)
    out = grey + (picture - grey) * left
    contrast = random.uniform(0.5, 1.0)
    out = out * contrast + random.uniform(0.3, 1.0) * 255 * (1 - contrast) / 2
    if random.random() < 0.5:
        height, width = picture.shape[:2]
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        out = out * (1 - random.uniform(0.1, 0.35) * (x * x + y * y))[..., None]
    return np.clip(out, 0, 255).astype(np.uint8)


def worsened(picture):
    """What a poor camera makes of a picture: little light, sensor noise, out of focus, moved, few bits, faded; one to three of them."""
    out = picture
    done = random.sample(("light", "noise", "focus", "motion", "bits", "faded"), random.choice((1, 1, 2, 3)))
    if "faded" in done:
        out = faded(out)
    if "focus" in done:
        out = cv2.GaussianBlur(out, (0, 0), random.uniform(0.6, 2.2))
    if "motion" in done:
        length = random.randint(3, 9)
        out = cv2.blur(out, (length, 1) if random.random() < 0.8 else (1, length))
    noise = random.uniform(3, 14) if "noise" in done else 0
    if "light" in done:
        gain = random.uniform(0.2, 0.8)
        out = (out * gain).astype(np.uint8)
        noise = max(noise, random.uniform(0, 18) * (1 - gain))
    if noise:
        colour = np.random.randn(*out.shape[:2], 1 if random.random() < 0.5 else 3).astype(np.float32)
        out = np.clip(out + colour * noise, 0, 255).astype(np.uint8)
    if "bits" in done:
        coded = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, random.randint(12, 50)])[1]
        out = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return out


def paste(canvas, area, picture, table, scale, mirrored):
    """Puts a random part of `picture`, scaled, onto `area`; returns its boxes clipped to the area."""
    x0, y0, x1, y1 = area
    height, width = picture.shape[:2]
    sx, sy = scale
    tx = random.uniform(*sorted((0, x1 - x0 - width * sx)))
    ty = random.uniform(*sorted((0, y1 - y0 - height * sy)))
    matrix = np.array([[-sx, 0, tx + width * sx] if mirrored else [sx, 0, tx], [0, sy, ty]], np.float32)
    canvas[y0:y1, x0:x1] = cv2.warpAffine(picture, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderValue=(FILL,) * 3)
    if not len(table):
        return table
    boxes = table[:, 1:].copy()
    if mirrored:
        boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    boxes = boxes * np.array([sx, sy, sx, sy], np.float32) + np.array([tx, ty, tx, ty], np.float32)
    clipped = boxes.copy()
    clipped[:, [0, 2]] = clipped[:, [0, 2]].clip(0, x1 - x0)
    clipped[:, [1, 3]] = clipped[:, [1, 3]].clip(0, y1 - y0)
    size = lambda b: (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    seen = (size(clipped) / (size(boxes) + 1e-6) > 0.25) & (clipped[:, 2] - clipped[:, 0] > 2.5) & (clipped[:, 3] - clipped[:, 1] > 2.5)
    clipped += np.array([x0, y0, x0, y0], np.float32)
    return np.concatenate([table[:, :1], clipped], 1)[seen]


def tiled(pool, size, across, rare=()):
    """`across` times `across` random pictures, each cut to its cell: people as small as a camera that sees a whole hall shows
    them. Two in three come from `rare`, where it holds any: what is seldom small would otherwise be taken for its opposite."""
    canvas, tables = np.full((size, size, 3), FILL, np.uint8), []
    edges = np.linspace(0, size, across + 1).astype(int)
    for y0, y1 in zip(edges, edges[1:]):
        for x0, x1 in zip(edges, edges[1:]):
            _, picture, table = random.choice(rare if rare and random.random() < 2 / 3 else pool)
            scale = (x1 - x0) / min(picture.shape[:2]) * math.exp(random.uniform(-0.2, 0.4))
            if scale < 1:  # reduced first, as a camera would: `paste` takes single pixels
                small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                table, picture, scale = table * np.array([1] + [scale] * 4, np.float32), small, 1
            tables.append(paste(canvas, (x0, y0, x1, y1), picture, table, (scale, scale), random.random() < 0.5))
    return tinted(canvas), np.concatenate(tables)


def grid(items, side, across):
    """All pictures of a set, `across` times `across` on each square picture of `side` pixels, in order and completely:
    what a detector is judged on where its objects are small."""
    out, cell = [], side // across
    for first in range(0, len(items), across * across):
        canvas, tables = np.full((side, side, 3), FILL, np.uint8), []
        for n, (_, picture, table) in enumerate(items[first : first + across * across]):
            boxed, gain, left, top = letterbox(picture, cell)
            x, y = n % across * cell, n // across * cell
            canvas[y : y + cell, x : x + cell] = boxed
            moved = table.copy()
            moved[:, 1:] = moved[:, 1:] * gain + np.array([left + x, top + y] * 2, np.float32)
            tables.append(moved)
        out.append(("grid %d" % len(out), canvas, np.concatenate(tables)))
    return out


def augmented(pool, index, size, mosaic, low=0.6, high=1.6, light=False):
    """One training picture [S,S,3] and its boxes; `light` leaves scale and aspect alone (the last part of training)."""
    canvas = np.full((size, size, 3), FILL, np.uint8)
    coin = lambda: random.random() < 0.5
    spread = lambda a, b: math.exp(random.uniform(math.log(a), math.log(b)))
    if random.random() < mosaic:
        cx, cy = (int(random.uniform(0.3, 0.7) * size) for _ in range(2))
        areas = ((0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size))
        tables = []
        for n, area in enumerate(areas):
            _, picture, table = pool[index] if n == 0 else random.choice(pool)
            scale = size / max(picture.shape[:2]) * spread(low * 0.7, high * 0.8)
            tables.append(paste(canvas, area, picture, table, (scale, scale), coin()))
        return tinted(canvas), np.concatenate(tables)
    _, picture, table = pool[index]
    scale = size / max(picture.shape[:2]) * (1 if light else spread(low, high))
    aspect = 1 if light else math.exp(random.uniform(-0.1, 0.1))
    boxes = paste(canvas, (0, 0, size, size), picture, table, (scale * aspect, scale / aspect), coin())
    return tinted(canvas), boxes
