"""Objects on a plain ground: where they are, and their cut-outs, for pasting onto other pictures."""
import cv2
import numpy as np


def object_mask(picture):
    """Mask [H,W] of what differs from the ground, as the picture's margin shows it; None where that is not clear.

    The ground is a plane in each channel of Lab, fitted to the margin: plain, but lit from one side.
    """
    height, width = picture.shape[:2]
    gain = 160 / max(height, width)
    small = cv2.resize(picture, None, fx=gain, fy=gain, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    h, w = lab.shape[:2]
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    plane = np.stack([np.ones_like(x), x / w, y / h, (x / w) ** 2, (y / h) ** 2], -1)
    margin = np.zeros((h, w), bool)
    edge = max(3, round(0.05 * min(h, w)))
    margin[:edge], margin[-edge:], margin[:, :edge], margin[:, -edge:] = True, True, True, True
    used = margin.copy()
    for _ in range(4):  # what touches the margin is left out little by little
        fit, *_ = np.linalg.lstsq(plane[used], lab[used], rcond=None)
        away = np.abs(lab - plane @ fit) @ np.array([0.7, 1.2, 1.2], np.float32)
        limit = max(6.0, 2.5 * float(np.median(away[used])))
        used = margin & (away < limit)
        if used.sum() < 0.3 * margin.sum():
            return None
    if used.sum() < 0.8 * margin.sum():
        return None  # the object leaves the picture
    rough = cv2.morphologyEx((away > max(12.0, 2 * limit)).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    hull = np.zeros_like(rough)
    outline, _ = cv2.findContours(rough, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    big = [o for o in outline if cv2.contourArea(o) > 0.004 * h * w]
    if not big:
        return None
    cv2.drawContours(hull, [cv2.convexHull(np.concatenate(big))], -1, 1, -1)
    state = np.where(hull > 0, np.where(rough > 0, cv2.GC_FGD, cv2.GC_PR_FGD), cv2.GC_BGD).astype(np.uint8)
    state[(away > limit) & (state == cv2.GC_FGD) & (away < 3 * limit)] = cv2.GC_PR_FGD
    if not (state != cv2.GC_BGD).any() or (state == cv2.GC_BGD).sum() < 100:
        return None
    cv2.grabCut(small, state, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(state, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    mask = cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    outline, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outline:
        return None
    filled = np.zeros_like(mask)
    cv2.drawContours(filled, [max(outline, key=cv2.contourArea)], -1, 1, -1)
    if not 0.02 < filled.mean() < 0.7:
        return None
    return cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)


def box_of(mask):
    rows, columns = np.where(mask.any(1))[0], np.where(mask.any(0))[0]
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)


def long_axis(mask):
    """-> (length / width, degrees from the vertical, -90..90) of an object by its tightest rectangle."""
    outline, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    corners = cv2.boxPoints(cv2.minAreaRect(max(outline, key=cv2.contourArea)))
    sides = [corners[1] - corners[0], corners[2] - corners[1]]
    lengths = [float(np.hypot(*side)) for side in sides]
    along = sides[int(lengths[1] > lengths[0])]
    angle = float(np.degrees(np.arctan2(along[0], along[1])))
    return max(lengths) / max(1.0, min(lengths)), (angle + 90) % 180 - 90
