"""Average precision of a detector over labelled pictures (all-point interpolation, as in PASCAL VOC 2010)."""
import numpy as np
import torch

from network import Deployed
from pictures import letterbox


def suppress(boxes, scores, limit):
    """Greedy NMS -> kept indices, best first."""
    order, kept = scores.argsort()[::-1], []
    size = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    while len(order):
        i, rest = order[0], order[1:]
        kept.append(i)
        width = (np.minimum(boxes[i, 2], boxes[rest, 2]) - np.maximum(boxes[i, 0], boxes[rest, 0])).clip(0)
        height = (np.minimum(boxes[i, 3], boxes[rest, 3]) - np.maximum(boxes[i, 1], boxes[rest, 1])).clip(0)
        shared = width * height
        order = rest[shared / (size[i] + size[rest] - shared + 1e-9) <= limit]
    return np.array(kept, int)


def detections(output, least=0.01, limit=0.6, most=300):
    """[4+C,N] -> [K,6] x1, y1, x2, y2, score, class."""
    centre, extent, scores = output[:2].T, output[2:4].T, output[4:]
    boxes = np.concatenate([centre - extent / 2, centre + extent / 2], 1)
    rows = []
    for c, column in enumerate(scores):
        some = np.where(column > least)[0]
        if not len(some):
            continue
        some = some[column[some].argsort()[::-1][:1000]]
        some = some[suppress(boxes[some], column[some], limit)]
        rows.append(np.concatenate([boxes[some], column[some, None], np.full((len(some), 1), c)], 1))
    if not rows:
        return np.zeros((0, 6))
    rows = np.concatenate(rows)
    return rows[rows[:, 4].argsort()[::-1][:most]]


def curves(found, truth, label, ious):
    """Per IoU the cumulative (precision, recall, score) of one class, best score first; and the number of truths.

    Within a picture the detections choose in the order of their scores, each the free truth that it overlaps most.
    """
    scores, hits, total, ious = [], [], 0, np.array(ious)
    for rows, table in zip(found, truth):
        real = table[table[:, 0] == label][:, 1:]
        total += len(real)
        rows = rows[rows[:, 5] == label]
        scores.append(rows[:, 4])
        marks = np.zeros((len(rows), len(ious)), bool)
        if len(real) and len(rows):
            low, high = np.maximum(rows[:, None, :2], real[None, :, :2]), np.minimum(rows[:, None, 2:4], real[None, :, 2:])
            shared = (high - low).clip(0).prod(2)
            size = lambda b: (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
            overlap = shared / (size(rows)[:, None] + size(real)[None] - shared + 1e-9)
            used = np.zeros((len(ious), len(real)), bool)
            for n in np.where(overlap.max(1) >= ious.min())[0]:
                free = np.where(used, -1, overlap[n][None])
                best = free.argmax(1)
                hit = free[np.arange(len(ious)), best] >= ious
                used[hit, best[hit]] = True
                marks[n] = hit
        hits.append(marks)
    scores, hits = np.concatenate(scores), np.concatenate(hits)
    order = np.argsort(-scores, kind="stable")
    true = np.cumsum(hits[order], 0)
    count = np.arange(1, len(scores) + 1)
    return [(true[:, k] / count, true[:, k] / max(1, total), scores[order]) for k in range(len(ious))], total


def precision_recall(found, truth, label, iou):
    """(precision, recall, score, number of truths) at one IoU."""
    (curve,), total = curves(found, truth, label, [iou])
    return (*curve, total)


def area(precision, recall):
    """Average precision, all-point interpolation."""
    r, p = np.concatenate([[0], recall, [1]]), np.concatenate([[0], precision, [0]])
    p = np.maximum.accumulate(p[::-1])[::-1]
    return float(((r[1:] - r[:-1]) * p[1:]).sum())


def best_f1(precision, recall, scores):
    """The point of the curve with the best F1: {score, precision, recall}."""
    at = int((2 * precision * recall / (precision + recall + 1e-9)).argmax())
    return {"score": round(float(scores[at]), 3), "precision": round(float(precision[at]), 3), "recall": round(float(recall[at]), 3)}


@torch.no_grad()
def look(net, items, size):
    """Detections of every picture, in that picture's pixels."""
    device = next(net.parameters()).device
    model, found = Deployed(net, size).eval().to(device), []
    for i in range(0, len(items), 16):
        boxed = [letterbox(picture, size) for _, picture, _ in items[i : i + 16]]
        for output, (_, gain, left, top) in zip(model(torch.from_numpy(np.stack([b[0] for b in boxed])).to(device)).cpu().numpy(), boxed):
            rows = detections(output)
            rows[:, :4] = (rows[:, :4] - np.array([left, top, left, top])) / gain
            found.append(rows)
    return found


STEPS = [0.5 + 0.05 * k for k in range(10)]


def report(net, items, size, labels, labelled):
    """{label: {ap50, ap30, ap50_95, boxes, best}} over the classes that are labelled in this source."""
    return figures_of(look(net, items, size), [t for _, _, t in items], labels, labelled)


def figures_of(found, truth, labels, labelled):
    out = {}
    for c, name in enumerate(labels):
        if c not in labelled:
            continue
        (loose, *strict), total = curves(found, truth, c, [0.3, *STEPS])
        if total == 0:
            continue
        areas = [area(p, r) for p, r, _ in strict]
        best = best_f1(*strict[0]) if len(strict[0][0]) else None
        out[name] = {"ap50": round(areas[0], 4), "ap30": round(area(*loose[:2]), 4), "ap50_95": round(float(np.mean(areas)), 4), "boxes": total, "best": best}
    return out


def without_cut_off(found, truth, sizes, margin=0.02):
    """Without the detections at an edge of the picture that no labelled object of their class explains.

    Some sets label only what is completely in the picture. What their authors left out is no false detection, and a score
    that is chosen to silence it loses objects elsewhere. `sizes`: (width, height) of each picture.
    """
    kept = []
    for rows, table, (width, height) in zip(found, truth, sizes):
        low, high = np.array([width, height]) * margin, np.array([width, height]) * (1 - margin)
        cut = (rows[:, :2] < low).any(1) | (rows[:, 2:4] > high).any(1)
        for n in np.where(cut)[0]:
            real = table[table[:, 0] == rows[n, 5]][:, 1:]
            shared = (np.minimum(rows[n, 2:4], real[:, 2:]) - np.maximum(rows[n, :2], real[:, :2])).clip(0).prod(1)
            size = lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
            cut[n] = not (shared >= 0.3 * (size(rows[n]) + size(real) - shared)).any()
        kept.append(rows[~cut])
    return kept


def cheapest_score(found, truth, label, iou, miss_cost, low=0.15, high=0.6):
    """The least score at which a label's errors cost least: {score, precision, recall}.

    A false detection costs 1, an object that is missed `miss_cost`. Scores outside low..high are not chosen: below, a
    detector says everything; above, another camera than these pictures' would lose too much.
    """
    precision, recall, scores, total = precision_recall(found, truth, label, iou)
    if not total or not len(scores):
        return None
    scores, hits = np.array(scores), recall * total
    false = np.arange(1, len(scores) + 1) - hits
    cost = false + miss_cost * (total - hits)
    allowed = np.where((scores >= low) & (scores <= high))[0]
    above = int((scores > high).sum())
    if not len(allowed) and not above:
        return None
    # Where nothing scores in between, every score there does the same; the highest lets the least through.
    at = allowed[cost[allowed].argmin()] if len(allowed) else above - 1
    return {"score": round(float(min(scores[at], high)), 2), "precision": round(float(precision[at]), 3), "recall": round(float(recall[at]), 3)}


def at_score(found, truth, label, iou, score):
    """Precision and recall of one label at a score."""
    precision, recall, scores, total = precision_recall(found, truth, label, iou)
    count = int((np.array(scores) >= score).sum())
    if not total or not count:
        return {"precision": None, "recall": 0.0}
    return {"precision": round(float(precision[count - 1]), 3), "recall": round(float(recall[count - 1]), 3)}
