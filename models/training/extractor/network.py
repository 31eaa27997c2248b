"""The student: plain convolutions with ReLU, which every runtime has and fuses, at strides 8 and 16."""
import torch.nn as nn


def conv(inp, out, kernel=3, stride=1):
    return nn.Sequential(nn.Conv2d(inp, out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.narrow, self.wide = conv(width, width // 2, 1), conv(width // 2, width)

    def forward(self, x):
        return x + self.wide(self.narrow(x))


class Student(nn.Module):
    def __init__(self, keep):
        super().__init__()
        self.at4 = nn.Sequential(conv(3, 16, 3, 2), conv(16, 32, 3, 2), Residual(32))
        self.at8 = nn.Sequential(conv(32, 64, 3, 2), Residual(64), Residual(64))
        self.at16 = nn.Sequential(conv(64, 128, 3, 2), Residual(128), Residual(128))
        self.head8, self.head16 = nn.Conv2d(64, keep[0], 1), nn.Conv2d(128, keep[1], 1)

    def trunk(self, x):
        """float [B,3,S,S] 0..255 RGB -> the two stages before their heads."""
        x8 = self.at8(self.at4((x - 114) / 58))
        return x8, self.at16(x8)

    def forward(self, x):
        x8, x16 = self.trunk(x)
        return self.head8(x8), self.head16(x16)
