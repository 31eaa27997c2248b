"""Two face detectors of other makers, for proposing boxes and labels: YuNet and Ultra-Light-Fast (version-RFB-320).

Neither is part of the project or of a model that ships: they only propose, and a person looks.
"""
import cv2
import numpy as np

from measure import suppress


class YuNet:
    """yunet_n_320_320.onnx, 320x320 BGR: scores are class times objectness, boxes relative to the cell."""

    def __init__(self, path):
        self.net = cv2.dnn.readNetFromONNX(path)
        self.names = ["%s_%d" % (kind, stride) for kind in ("cls", "obj", "bbox") for stride in (8, 16, 32)]

    def faces(self, picture, least=0.3):
        """RGB picture -> [K,5] x1, y1, x2, y2, score in its pixels."""
        height, width = picture.shape[:2]
        self.net.setInput(cv2.dnn.blobFromImage(picture, 1.0, (320, 320), swapRB=True))
        found = dict(zip(self.names, self.net.forward(self.names)))
        rows = []
        for stride in (8, 16, 32):
            part = lambda kind, n: found["%s_%d" % (kind, stride)].reshape(-1, n)
            scores = np.sqrt(np.clip(part("cls", 1), 0, 1) * np.clip(part("obj", 1), 0, 1))[:, 0]
            y, x = np.divmod(np.arange(len(scores)), 320 // stride)
            box = part("bbox", 4)
            centre = (box[:, :2] + np.stack([x, y], 1)) * stride
            half = np.exp(box[:, 2:]) * stride / 2
            rows.append(np.concatenate([centre - half, centre + half, scores[:, None]], 1)[scores > least])
        return kept(np.concatenate(rows), np.array([width, height, width, height]) / 320)


class UltraLight:
    """version-RFB-320.onnx, 320x240 RGB, (x - 127) / 128: boxes are already decoded, as fractions."""

    def __init__(self, path):
        self.net = cv2.dnn.readNetFromONNX(path)

    def faces(self, picture, least=0.3):
        height, width = picture.shape[:2]
        self.net.setInput(cv2.dnn.blobFromImage(picture, 1 / 128, (320, 240), (127, 127, 127)))
        scores, boxes = self.net.forward(["scores", "boxes"])
        rows = np.concatenate([boxes[0], scores[0, :, 1:]], 1)
        return kept(rows[rows[:, 4] > least], np.array([width, height, width, height]))


def kept(rows, scale):
    if not len(rows):
        return np.zeros((0, 5))
    rows = rows[suppress(rows[:, :4] * 1000, rows[:, 4], 0.3)].copy()
    rows[:, :4] *= scale
    return rows


def around(picture, box, times=3.0):
    """A square part of the picture around a box, and its upper left corner; grey beyond the picture."""
    side = int(max(24, times * max(box[2] - box[0], box[3] - box[1])))
    x, y = int((box[0] + box[2] - side) / 2), int((box[1] + box[3] - side) / 2)
    part = np.full((side, side, 3), 114, np.uint8)
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
    part[y0 - y : y1 - y, x0 - x : x1 - x] = picture[y0:y1, x0:x1]
    return part, x, y
