"""YOLOX-nano (Ge et al. 2021; depthwise CSP backbone, PAN neck) with a head of our own classes.

The architecture follows Megvii's YOLOX (Apache-2.0), so that its published weights can be read: weights.py. Two changes:
the focus layer and the 3x3 convolution after it are one 6x6 convolution of stride 2, and the head has no objectness. One
1x1 convolution over both towers gives the class logits, because objectness can't be trained from pictures in which only
some classes are labelled. Pictures are RGB, 0 to 255, as floats.
"""
import functools
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

STRIDES = (8, 16, 32)
PRIOR = -math.log(99)  # bias of a class at the start: a score of 0.01, so that the first steps are not all loss


class Conv(nn.Module):
    """Convolution, batch norm, SiLU."""

    def __init__(self, inp, out, kernel=1, stride=1, groups=1, padding=None):
        super().__init__()
        self.conv = nn.Conv2d(inp, out, kernel, stride, kernel // 2 if padding is None else padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(out, eps=1e-3, momentum=0.03)

    def forward(self, x):
        return F.silu(self.norm(self.conv(x)))


def depthwise(inp, out, stride=1):
    return nn.Sequential(Conv(inp, inp, 3, stride, inp), Conv(inp, out))


class Residual(nn.Module):
    def __init__(self, width, add):
        super().__init__()
        self.reduce, self.body, self.add = Conv(width, width), depthwise(width, width), add

    def forward(self, x):
        y = self.body(self.reduce(x))
        return x + y if self.add else y


class CrossStage(nn.Module):
    """Half of the channels pass through `blocks` residuals, half pass beside them."""

    def __init__(self, inp, out, blocks, add=True):
        super().__init__()
        half = out // 2
        self.main, self.side = Conv(inp, half), Conv(inp, half)
        self.blocks = nn.Sequential(*[Residual(half, add) for _ in range(blocks)])
        self.join = Conv(2 * half, out)

    def forward(self, x):
        main, side = self.main(x), self.side(x)
        return self.join(torch.cat([self.blocks(main), side], 1))


class PyramidPool(nn.Module):
    """Max pools of three sizes side by side: a wide view at the coarsest stride."""

    def __init__(self, width):
        super().__init__()
        self.enter, self.leave = Conv(width, width // 2), Conv(width * 2, width)

    def forward(self, x):
        x = self.enter(x)
        return self.leave(torch.cat([x] + [F.max_pool2d(x, k, 1, k // 2) for k in (5, 9, 13)], 1))


class Head(nn.Module):
    """One level: logits [B,C,H,W] and box numbers [B,4,H,W] (offset of the centre in cells, log of the size in cells)."""

    def __init__(self, width, classes):
        super().__init__()
        self.enter = Conv(width, 64)
        self.class_tower = nn.Sequential(depthwise(64, 64), depthwise(64, 64))
        self.box_tower = nn.Sequential(depthwise(64, 64), depthwise(64, 64))
        self.classes, self.box = nn.Conv2d(128, classes, 1), nn.Conv2d(64, 4, 1)
        nn.init.normal_(self.classes.weight, std=0.01)
        nn.init.constant_(self.classes.bias, PRIOR)

    def forward(self, x):
        x = self.enter(x)
        classes, box = self.class_tower(x), self.box_tower(x)
        return self.classes(torch.cat([classes, box], 1)), self.box(box)


class Detector(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.classes = classes
        self.stem = Conv(3, 16, 6, 2, padding=2)
        self.at4 = nn.Sequential(depthwise(16, 32, 2), CrossStage(32, 32, 1))
        self.at8 = nn.Sequential(depthwise(32, 64, 2), CrossStage(64, 64, 3))
        self.at16 = nn.Sequential(depthwise(64, 128, 2), CrossStage(128, 128, 3))
        self.at32 = nn.Sequential(depthwise(128, 256, 2), PyramidPool(256), CrossStage(256, 256, 1, add=False))
        self.side32, self.top16 = Conv(256, 128), CrossStage(256, 128, 1, add=False)
        self.side16, self.top8 = Conv(128, 64), CrossStage(128, 64, 1, add=False)
        self.halve8, self.bottom16 = depthwise(64, 64, 2), CrossStage(128, 128, 1, add=False)
        self.halve16, self.bottom32 = depthwise(128, 128, 2), CrossStage(256, 256, 1, add=False)
        self.heads = nn.ModuleList([Head(width, classes) for width in (64, 128, 256)])

    def early(self):
        """The layers that stay as they were given: too general to gain from a few thousand pictures, and costly."""
        return self.stem, self.at4

    def levels(self, x):
        x8 = self.at8(self.at4(self.stem(x)))
        x16 = self.at16(x8)
        x32 = self.at32(x16)
        double = lambda t: F.interpolate(t, scale_factor=2.0, mode="nearest")
        p32 = self.side32(x32)
        p16 = self.side16(self.top16(torch.cat([double(p32), x16], 1)))
        p8 = self.top8(torch.cat([double(p16), x8], 1))
        n16 = self.bottom16(torch.cat([self.halve8(p8), p16], 1))
        n32 = self.bottom32(torch.cat([self.halve16(n16), p32], 1))
        return [head(p) for head, p in zip(self.heads, (p8, n16, n32))]

    def forward(self, x):
        """x [B,3,S,S] -> class logits [B,N,classes], boxes x1, y1, x2, y2 in pixels [B,N,4]."""
        found, size = self.levels(x), x.shape[-1]
        rows = lambda k: torch.cat([level[k].float().flatten(2) for level in found], 2).transpose(1, 2)
        corners, strides = cells(size, x.device)
        numbers = rows(1)
        centre = (numbers[..., :2] + corners) * strides
        half = numbers[..., 2:].clamp(max=6).exp() * strides / 2
        return rows(0), torch.cat([centre - half, centre + half], -1)


@functools.lru_cache(maxsize=None)
def cells(size, device="cpu"):
    """Upper left corners of all cells of a size x size picture in cells [N,2], and their strides [N,1], finest first."""
    corners, strides = [], []
    for stride in STRIDES:
        line = torch.arange(size // stride).float()
        y, x = torch.meshgrid(line, line, indexing="ij")
        corners.append(torch.stack([x, y], -1).reshape(-1, 2))
        strides.append(torch.full((len(corners[-1]), 1), float(stride)))
    return torch.cat(corners).to(device), torch.cat(strides).to(device)


def centres(size):
    """Centres of all cells, [N,2] in pixels."""
    corners, strides = cells(size)
    return (corners + 0.5) * strides


class Deployed(nn.Module):
    """uint8 [B,S,S,3] RGB in; [B,4+classes,N] out: cx, cy, w, h in input pixels, then scores. NMS is outside.

    Reshapes have constant sizes: flatten() would export as chains of Shape, Slice and Concat.
    """

    def __init__(self, net, size):
        super().__init__()
        self.net = net
        self.cells = [(size // stride) ** 2 for stride in STRIDES]
        corners, strides = cells(size)
        self.register_buffer("corners", corners.t()[None].contiguous())
        self.register_buffer("strides", strides.t()[None].contiguous())

    def forward(self, pixels):
        batch = 1 if torch.onnx.is_in_onnx_export() else pixels.shape[0]
        found = self.net.levels(pixels.permute(0, 3, 1, 2).float())
        rows = lambda k, count: torch.cat([level[k].reshape(batch, count, n) for level, n in zip(found, self.cells)], 2)
        numbers = rows(1, 4)
        centre, extent = (numbers[:, :2] + self.corners) * self.strides, numbers[:, 2:].exp() * self.strides
        return torch.cat([centre, extent, rows(0, self.net.classes).sigmoid()], 1)
