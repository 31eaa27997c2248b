"""Drawn interiors as backgrounds: a floor of planks, tiles, concrete or resin that goes away from the camera, and a wall behind it.

The photographs at hand were taken at eye level and show hardly any floor; a camera that watches a floor shows little else.
"""
import random

import cv2
import numpy as np

from furniture import fill, jittered, noise

WOODS = ((175, 110, 60), (140, 85, 45), (205, 165, 115), (95, 65, 45), (185, 175, 160))
STONES = ((190, 190, 185), (150, 152, 150), (120, 110, 100), (205, 195, 175), (90, 100, 105), (170, 95, 70), (225, 225, 222))
SIDE = 512


def planks():
    """Boards side by side, each with a tone and a grain of its own, [SIDE,SIDE,3]."""
    plane, base = np.empty((SIDE, SIDE, 3), np.float32), np.array(random.choice(WOODS), np.float32)
    wide, varied = random.randrange(10, 50), random.uniform(0.03, 0.25)
    grain = 1 + 0.06 * cv2.resize(np.random.randn(8, SIDE).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    for x in range(0, SIDE, wide):
        cut = random.randrange(SIDE)
        for part in (slice(0, cut), slice(cut, SIDE)):
            plane[part, x : x + wide] = base * (1 + varied * random.uniform(-1, 1))
        plane[cut : cut + 1, x : x + wide] *= 0.6
        plane[:, x : x + random.choice((1, 1, 2))] *= random.uniform(0.4, 0.95)
    return plane * grain[..., None]


def tiles():
    plane, base = np.empty((SIDE, SIDE, 3), np.float32), np.array(random.choice(STONES), np.float32)
    wide, high, varied = random.randrange(16, 110), random.randrange(16, 110), random.uniform(0.0, 0.12)
    other = base * random.choice((1, 1, 1, 0.5, 0.8))  # a chequered floor now and then
    for row, y in enumerate(range(0, SIDE, high)):
        for column, x in enumerate(range(0, SIDE, wide)):
            plane[y : y + high, x : x + wide] = ((base, other)[(row + column) % 2]) * (1 + varied * random.uniform(-1, 1))
    joint = random.uniform(0.5, 1.2)
    for at in range(0, SIDE, wide):
        plane[:, at : at + 2] *= joint
    for at in range(0, SIDE, high):
        plane[at : at + 2] *= joint
    return plane


def screed():
    """Concrete or resin: one colour, cloudy, speckled or scratched."""
    plane = np.empty((SIDE, SIDE, 3), np.float32)
    plane[:] = random.choice(STONES)
    plane *= 1 + (random.uniform(0, 0.08) * noise(SIDE, SIDE, 5) + random.uniform(0, 0.05) * noise(SIDE, SIDE, 30))[..., None]
    return plane * (1 + random.choice((0, 0.04, 0.12)) * np.random.randn(SIDE, SIDE, 1).astype(np.float32))


def interior(width=416, height=312):
    """-> RGB picture [H,W,3] uint8 of an empty interior, seen from above or from across."""
    horizon = random.choice((0.0, random.uniform(0.1, 0.6))) * height
    floor = random.choice((planks, tiles, screed))() * np.random.uniform(0.9, 1.1, 3)
    near, far, turn = random.uniform(1.0, 2.2) * width, random.uniform(0.7, 1.0) * width, random.uniform(-0.5, 0.5) * width
    if random.random() < 0.5:
        floor = floor.swapaxes(0, 1).copy()
    corners = np.array([[width / 2 - far + turn, horizon], [width / 2 + far + turn, horizon], [width / 2 + near, height], [width / 2 - near, height]], np.float32)
    square = np.array([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]], np.float32)
    picture = cv2.warpPerspective(floor.astype(np.float32), cv2.getPerspectiveTransform(square, corners), (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
    y = np.arange(height)[:, None]
    wall = np.empty((height, width, 3), np.float32)
    wall[:] = jittered(random.choice(STONES + ((235, 238, 245),) * 3))
    wall *= 1 + 0.03 * noise(height, width, 3)[..., None]
    picture = np.where((y < horizon)[..., None], wall, picture)
    if horizon:
        board = random.uniform(0, 0.03) * height
        picture[int(horizon - board) : int(horizon)] *= random.uniform(0.4, 0.8)
        for _ in range(random.choice((0, 1, 2, 3))):  # a door, a window, a pillar, a machine: upright, with straight edges
            x, w, low = random.uniform(-20, width), random.uniform(0.05, 0.4) * width, random.uniform(0.4, 1.05) * horizon
            high = random.uniform(-20, 0.4) * horizon
            fill(picture, np.array([[x, high], [x + w, high], [x + w, low], [x, low]]), jittered(random.choice(STONES + WOODS + ((40, 42, 46),))))
    glow = np.clip(1 + random.uniform(0, 0.25) * noise(height, width, 2), 0.5, 1.5)[..., None]  # lamps, windows, shade
    return np.clip(picture * glow * random.uniform(0.6, 1.15), 0, 255).astype(np.uint8)
