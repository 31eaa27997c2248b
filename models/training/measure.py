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


def precision_recall(found, truth, label, iou):
    """Cumulative (precision, recall, score) of one class over all pictures, best score first, and the number of truths."""
    marks, total = [], 0
    for rows, table in zip(found, truth):
        real = table[table[:, 0] == label][:, 1:]
        total += len(real)
        used = np.zeros(len(real), bool)
        for row in rows[rows[:, 5] == label]:
            hit = 0
            if len(real):
                width = (np.minimum(row[2], real[:, 2]) - np.maximum(row[0], real[:, 0])).clip(0)
                height = (np.minimum(row[3], real[:, 3]) - np.maximum(row[1], real[:, 1])).clip(0)
                union = (row[2] - row[0]) * (row[3] - row[1]) + (real[:, 2] - real[:, 0]) * (real[:, 3] - real[:, 1]) - width * height
                overlap = np.where(used, -1, width * height / (union + 1e-9))
                best = overlap.argmax()
                if overlap[best] >= iou:
                    used[best], hit = True, 1
            marks.append((row[4], hit))
    marks.sort(key=lambda m: -m[0])
    hits = np.cumsum([m[1] for m in marks])
    return hits / np.arange(1, len(marks) + 1), hits / max(1, total), [m[0] for m in marks], total


def average_precision(found, truth, label, iou=0.5):
    """AP and the best-F1 point {score, precision, recall}; None where the class has no truth."""
    precision, recall, scores, total = precision_recall(found, truth, label, iou)
    if total == 0:
        return None, None
    if not len(scores):
        return 0.0, None
    f1 = 2 * precision * recall / (precision + recall + 1e-9)
    at = int(f1.argmax())
    best = {"score": round(float(scores[at]), 3), "precision": round(float(precision[at]), 3), "recall": round(float(recall[at]), 3)}
    r, p = np.concatenate([[0], recall, [1]]), np.concatenate([[0], precision, [0]])
    p = np.maximum.accumulate(p[::-1])[::-1]
    return float(((r[1:] - r[:-1]) * p[1:]).sum()), best


@torch.no_grad()
def look(net, items, size):
    """Detections of every picture, in that picture's pixels."""
    model, found = Deployed(net, size).eval(), []
    for i in range(0, len(items), 16):
        boxed = [letterbox(picture, size) for _, picture, _ in items[i : i + 16]]
        for output, (_, gain, left, top) in zip(model(torch.from_numpy(np.stack([b[0] for b in boxed]))).numpy(), boxed):
            rows = detections(output)
            rows[:, :4] = (rows[:, :4] - np.array([left, top, left, top])) / gain
            found.append(rows)
    return found


def report(net, items, size, labels, labelled):
    """{label: {ap50, ap30, ap50_95, boxes, best}} over the classes that are labelled in this source."""
    found, truth, out = look(net, items, size), [t for _, _, t in items], {}
    for c, name in enumerate(labels):
        if c not in labelled:
            continue
        ap, best = average_precision(found, truth, c)
        if ap is None:
            continue
        strict = np.mean([average_precision(found, truth, c, t)[0] for t in np.arange(0.5, 0.96, 0.05)])
        loose = average_precision(found, truth, c, 0.3)[0]
        out[name] = {"ap50": round(ap, 4), "ap30": round(loose, 4), "ap50_95": round(float(strict), 4), "boxes": int(sum((t[:, 0] == c).sum() for t in truth)), "best": best}
    return out


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
    if not len(allowed):
        return None
    at = allowed[cost[allowed].argmin()]
    return {"score": round(float(scores[at]), 2), "precision": round(float(precision[at]), 3), "recall": round(float(recall[at]), 3)}


def at_score(found, truth, label, iou, score):
    """Precision and recall of one label at a score."""
    precision, recall, scores, total = precision_recall(found, truth, label, iou)
    count = int((np.array(scores) >= score).sum())
    if not total or not count:
        return {"precision": None, "recall": 0.0}
    return {"precision": round(float(precision[count - 1]), 3), "recall": round(float(recall[count - 1]), 3)}
