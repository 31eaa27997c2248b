"""Training objective: task-aligned assignment (Feng et al. 2021, TOOD), CIoU for boxes, BCE for classes."""
import math

import torch
import torch.nn.functional as F


def box_iou(a, b, complete=False, eps=1e-7):
    """IoU of x1,y1,x2,y2 boxes, broadcast; complete=True gives CIoU (Zheng et al. 2020)."""
    width = (torch.min(a[..., 2], b[..., 2]) - torch.max(a[..., 0], b[..., 0])).clamp(0)
    height = (torch.min(a[..., 3], b[..., 3]) - torch.max(a[..., 1], b[..., 1])).clamp(0)
    aw, ah = a[..., 2] - a[..., 0], a[..., 3] - a[..., 1]
    bw, bh = b[..., 2] - b[..., 0], b[..., 3] - b[..., 1]
    shared = width * height
    iou = shared / (aw * ah + bw * bh - shared + eps)
    if not complete:
        return iou
    cw = torch.max(a[..., 2], b[..., 2]) - torch.min(a[..., 0], b[..., 0])
    ch = torch.max(a[..., 3], b[..., 3]) - torch.min(a[..., 1], b[..., 1])
    off = ((a[..., 0] + a[..., 2] - b[..., 0] - b[..., 2]) ** 2 + (a[..., 1] + a[..., 3] - b[..., 1] - b[..., 3]) ** 2) / 4
    shape = 4 / math.pi**2 * (torch.atan(bw / (bh + eps)) - torch.atan(aw / (ah + eps))) ** 2
    with torch.no_grad():
        alpha = shape / (shape - iou + 1 + eps)
    return iou - off / (cw**2 + ch**2 + eps) - alpha * shape


@torch.no_grad()
def assign(scores, boxes, points, labels, truth, top=10, alpha=0.5, beta=6.0, smallest=16.0):
    """One picture: scores [N,C], boxes [N,4]; labels [M], truth [M,4] -> cells, their truth, their soft target."""
    middle = (truth[:, :2] + truth[:, 2:]) / 2
    half = (truth[:, 2:] - truth[:, :2]).clamp(min=smallest) / 2  # else no cell centre lies in a tiny box
    away = (points[None] - middle[:, None]).abs()
    inside = (away < half[:, None]).all(-1)
    iou = box_iou(truth[:, None], boxes[None]).clamp(0)
    aligned = scores[:, labels].t().pow(alpha) * iou.pow(beta)
    near = 1 - (away / half[:, None]).amax(-1).clamp(max=1)
    key = torch.where(inside, aligned + 1e-9 * near + 1e-12, torch.zeros_like(aligned))  # nearness breaks early ties
    best, index = key.topk(min(top, key.shape[1]), 1)
    chosen = torch.zeros_like(inside)
    chosen.scatter_(1, index, best > 0)
    chosen &= inside
    if (chosen.sum(0) > 1).any():  # a cell serves one truth: the one it overlaps most
        winner = torch.where(chosen, iou + 1e-6 * near, torch.full_like(iou, -1.0)).argmax(0)
        only = torch.zeros_like(chosen)
        only[winner, torch.arange(chosen.shape[1])] = True
        chosen &= only
    aligned, iou = aligned * chosen, iou * chosen
    soft = aligned / (aligned.amax(1, keepdim=True) + 1e-9) * iou.amax(1, keepdim=True)
    of_truth, cells = chosen.nonzero(as_tuple=True)
    return cells, of_truth, soft[of_truth, cells]


def objective(logits, boxes, points, targets, labelled, placed, opposites=(), box_weight=5.0):
    """The loss of one batch.

    logits [B,N,C], boxes [B,N,4] in pixels; targets: per picture (labels [M], boxes [M,4]); labelled [B,C]: 0 where a
    class has no labels in that picture; placed: per picture, whether its boxes teach position; opposites: pairs of
    classes of which a thing is never both, so that one is a negative of the other even where it is not labelled.
    """
    scores, fixed = logits.detach().sigmoid(), boxes.detach()
    wanted, counted = torch.zeros_like(logits), labelled[:, None].expand_as(logits).clone()
    found, truth, weight = [], [], []
    for i, (labels, real) in enumerate(targets):
        if len(labels) == 0:
            continue
        at, of_truth, soft = assign(scores[i], fixed[i], points, labels, real)
        chosen = labels[of_truth]
        wanted[i, at, chosen] = soft
        for a, b in opposites:
            counted[i, at[chosen == a], b] = 1
            counted[i, at[chosen == b], a] = 1
        if placed[i]:
            found.append(boxes[i, at]); truth.append(real[of_truth]); weight.append(soft)
    norm = wanted.sum().clamp(min=1)
    classes = (F.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * counted).sum() / norm
    if not found:
        return classes + boxes.sum() * 0
    weight = torch.cat(weight).clamp(min=0.02)  # boxes keep learning while scores are near zero
    place = ((1 - box_iou(torch.cat(found), torch.cat(truth), complete=True)) * weight).sum() / weight.sum().clamp(min=1)
    return classes + box_weight * place
