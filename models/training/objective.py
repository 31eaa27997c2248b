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
def assign(scores, boxes, points, labels, truth, real, top=10, alpha=0.5, beta=6.0, smallest=16.0):
    """A batch: scores [B,N,C], boxes [B,N,4]; labels [B,M], truth [B,M,4], of which `real` [B,M] are no padding.

    -> [B,N]: whether a cell serves a truth, which one, and its soft target.
    """
    middle = (truth[..., :2] + truth[..., 2:]) / 2
    half = (truth[..., 2:] - truth[..., :2]).clamp(min=smallest) / 2  # else no cell centre lies in a tiny box
    away = (points[None, None] - middle[:, :, None]).abs()
    inside = (away < half[:, :, None]).all(-1) & real[..., None]
    iou = box_iou(truth[:, :, None], boxes[:, None]).clamp(0)
    aligned = scores.transpose(1, 2).gather(1, labels[..., None].expand(-1, -1, scores.shape[1])).pow(alpha) * iou.pow(beta)
    near = 1 - (away / half[:, :, None]).amax(-1).clamp(max=1)
    key = torch.where(inside, aligned + 1e-9 * near + 1e-12, torch.zeros_like(aligned))  # nearness breaks early ties
    best, index = key.topk(min(top, key.shape[2]), 2)
    chosen = torch.zeros_like(inside).scatter_(2, index, best > 0) & inside
    # A cell serves one truth: the one it overlaps most.
    winner = torch.where(chosen, iou + 1e-6 * near, torch.full_like(iou, -1.0)).argmax(1, keepdim=True)
    chosen &= torch.zeros_like(chosen).scatter_(1, winner, True)
    aligned, iou = aligned * chosen, iou * chosen
    soft = aligned / (aligned.amax(2, keepdim=True) + 1e-9) * iou.amax(2, keepdim=True)
    return chosen.any(1), winner[:, 0], soft.amax(1)


def padded(targets, device):
    """Per picture (labels [M], boxes [M,4]) -> labels [B,M], boxes [B,M,4], which are no padding [B,M]; M is the largest, at least 1."""
    most = max(1, max(len(labels) for labels, _ in targets))
    labels, boxes, real = torch.zeros(len(targets), most, dtype=torch.long), torch.zeros(len(targets), most, 4), torch.zeros(len(targets), most, dtype=torch.bool)
    for i, (some, corners) in enumerate(targets):
        labels[i, : len(some)], boxes[i, : len(some)], real[i, : len(some)] = some, corners, True
    return labels.to(device), boxes.to(device), real.to(device)


def objective(logits, boxes, points, targets, labelled, placed, opposites=(), box_weight=5.0):
    """The loss of one batch.

    logits [B,N,C], boxes [B,N,4] in pixels; targets: per picture (labels [M], boxes [M,4]); labelled [B,C]: 0 where a
    class has no labels in that picture, so that only its boxes count, if it has any; placed: per picture, whether its boxes teach position; opposites: pairs of
    classes of which a thing is never both, so that one is a negative of the other even where it is not labelled.
    """
    labels, truth, real = padded(targets, logits.device)
    serves, of_truth, soft = assign(logits.detach().sigmoid(), boxes.detach(), points, labels, truth, real)
    chosen = labels.gather(1, of_truth)
    wanted = torch.zeros_like(logits).scatter_(2, chosen[..., None], soft[..., None])
    counted = labelled[:, None].expand_as(logits).clone()
    counted = counted.maximum(torch.zeros_like(counted).scatter_(2, chosen[..., None], serves[..., None].to(counted.dtype)))
    for a, b in opposites:
        counted[..., b] = counted[..., b].maximum((serves & (chosen == a)).to(counted.dtype))
        counted[..., a] = counted[..., a].maximum((serves & (chosen == b)).to(counted.dtype))
    norm = wanted.sum().clamp(min=1)
    classes = (F.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * counted).sum() / norm
    taught = serves & torch.tensor(placed, device=logits.device)[:, None]
    weight = soft[taught].clamp(min=0.02)  # boxes keep learning while scores are near zero
    of_cell = truth.gather(1, of_truth[..., None].expand(-1, -1, 4))[taught]
    place = ((1 - box_iou(boxes[taught], of_cell, complete=True)) * weight).sum() / weight.sum().clamp(min=1)
    return classes + box_weight * place
