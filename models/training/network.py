"""A small anchor-free detector: C2f-like backbone at strides 8/16/32, PAN neck, decoupled head.

Boxes are left/top/right/bottom distances from the cell's centre, by softplus, in pixels; no objectness, no DFL.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

STRIDES = (8, 16, 32)
ACTIVATIONS = {"relu": nn.ReLU, "hswish": nn.Hardswish}
# Widths at strides 2, 4, 8, 16, 32; blocks at strides 4, 8, 16, 32; width of the neck.
ARCHITECTURES = {
    "t": {"widths": (8, 24, 48, 96, 128), "blocks": (0, 1, 1, 1), "neck": 48},
    "s": {"widths": (16, 32, 64, 128, 160), "blocks": (0, 1, 2, 1), "neck": 64},
}


class Conv(nn.Module):
    """Convolution, batch norm, activation."""

    def __init__(self, inp, out, kernel, stride, act):
        super().__init__()
        self.conv = nn.Conv2d(inp, out, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(out, eps=1e-3, momentum=0.03)
        self.act = act(inplace=True)

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))


class Residual(nn.Module):
    def __init__(self, width, act):
        super().__init__()
        self.body = nn.Sequential(Conv(width, width, 3, 1, act), Conv(width, width, 3, 1, act))

    def forward(self, x):
        return x + self.body(x)


class Split(nn.Module):
    """Cross-stage block: half of the channels pass through `blocks` residuals, every intermediate is kept."""

    def __init__(self, inp, out, blocks, act):
        super().__init__()
        half = out // 2
        self.enter = Conv(inp, out, 1, 1, act)
        self.inner = nn.ModuleList([Residual(half, act) for _ in range(blocks)])
        self.leave = Conv((2 + blocks) * half, out, 1, 1, act)

    def forward(self, x):
        parts = list(self.enter(x).split(self.leave.conv.in_channels // (2 + len(self.inner)), 1))
        for block in self.inner:
            parts.append(block(parts[-1]))
        return self.leave(torch.cat(parts, 1))


class Pool(nn.Module):
    """Three stacked 5x5 max pools: a wide view at the coarsest stride."""

    def __init__(self, width, act):
        super().__init__()
        self.enter, self.leave = Conv(width, width // 2, 1, 1, act), Conv(width * 2, width, 1, 1, act)
        self.pool = nn.MaxPool2d(5, 1, 2)

    def forward(self, x):
        views = [self.enter(x)]
        for _ in range(3):
            views.append(self.pool(views[-1]))
        return self.leave(torch.cat(views, 1))


class Detector(nn.Module):
    def __init__(self, classes, arch, activation):
        super().__init__()
        shape, act = ARCHITECTURES[arch], ACTIVATIONS[activation]
        w, n, k = shape["widths"], shape["blocks"], shape["neck"]

        def stage(inp, out, blocks):
            return nn.Sequential(Conv(inp, out, 3, 2, act), *([Split(out, out, blocks, act)] if blocks else []))

        self.classes = classes
        self.stem = Conv(3, w[0], 3, 2, act)
        self.at4, self.at8, self.at16 = stage(w[0], w[1], n[0]), stage(w[1], w[2], n[1]), stage(w[2], w[3], n[2])
        self.at32 = nn.Sequential(stage(w[3], w[4], n[3]), Pool(w[4], act))
        self.side8, self.side16, self.side32 = (Conv(c, k, 1, 1, act) for c in w[2:])
        self.down_path = nn.ModuleList([Split(2 * k, k, 1, act) for _ in range(2)])
        self.up_path = nn.ModuleList([Split(2 * k, k, 1, act) for _ in range(2)])
        self.halve = nn.ModuleList([Conv(k, k, 3, 2, act) for _ in range(2)])

        def towers(out):
            return nn.ModuleList([nn.Sequential(Conv(k, k, 3, 1, act), nn.Conv2d(k, out, 1)) for _ in STRIDES])

        self.scores, self.distances = towers(classes), towers(4)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        for score, distance in zip(self.scores, self.distances):
            nn.init.normal_(score[-1].weight, std=0.01)
            nn.init.constant_(score[-1].bias, math.log(0.01 / 0.99))  # so that the first steps are not all loss
            nn.init.normal_(distance[-1].weight, std=0.01)
            nn.init.constant_(distance[-1].bias, 2.0)

    def levels(self, x):
        x8 = self.at8(self.at4(self.stem(x)))
        x16 = self.at16(x8)
        p32 = self.side32(self.at32(x16))
        double = lambda t: F.interpolate(t, scale_factor=2.0, mode="nearest")
        p16 = self.down_path[0](torch.cat([double(p32), self.side16(x16)], 1))
        p8 = self.down_path[1](torch.cat([double(p16), self.side8(x8)], 1))
        p16 = self.up_path[0](torch.cat([self.halve[0](p8), p16], 1))
        p32 = self.up_path[1](torch.cat([self.halve[1](p16), p32], 1))
        return [(s(p), d(p)) for s, d, p in zip(self.scores, self.distances, (p8, p16, p32))]

    def forward(self, x):
        """x [B,3,S,S] in 0..1 -> class logits [B,N,classes], distances in pixels [B,N,4]."""
        found = self.levels(x)
        logits = torch.cat([s.float().flatten(2) for s, _ in found], 2).transpose(1, 2)
        pixels = [(F.softplus(d.float()) * stride).flatten(2) for (_, d), stride in zip(found, STRIDES)]
        return logits, torch.cat(pixels, 2).transpose(1, 2)


def centres(size):
    """Centres of all cells of a size x size picture, [N,2] in pixels, finest stride first."""
    points = []
    for stride in STRIDES:
        line = (torch.arange(size // stride) + 0.5) * stride
        y, x = torch.meshgrid(line, line, indexing="ij")
        points.append(torch.stack([x, y], -1).reshape(-1, 2))
    return torch.cat(points)


class Deployed(nn.Module):
    """uint8 [B,S,S,3] RGB in; [B,4+classes,N] out: cx, cy, w, h in input pixels, then scores. NMS is outside.

    Reshapes have constant sizes: flatten() would export as chains of Shape, Slice and Concat.
    """

    def __init__(self, net, size):
        super().__init__()
        self.net = net
        self.cells = [(size // stride) ** 2 for stride in STRIDES]
        self.register_buffer("centres", centres(size).t()[None].contiguous())

    def forward(self, pixels):
        batch = 1 if torch.onnx.is_in_onnx_export() else pixels.shape[0]
        found = self.net.levels(pixels.permute(0, 3, 1, 2).float() * (1 / 255.0))
        scores = torch.cat([s.reshape(batch, self.net.classes, n) for (s, _), n in zip(found, self.cells)], 2).sigmoid()
        reach = [F.softplus(d).reshape(batch, 4, n) * stride for (_, d), n, stride in zip(found, self.cells, STRIDES)]
        reach = torch.cat(reach, 2)
        low, high = self.centres - reach[:, :2], self.centres + reach[:, 2:]
        return torch.cat([(low + high) * 0.5, high - low, scores], 1)
