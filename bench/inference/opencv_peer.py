"""OpenCV's dnn on the same file: `opencv_peer.py MODEL WIDTH HEIGHT THREADS`. Reads a number of seconds per line, runs
frames for that long and prints {"frames", "p50Ms", "version"}: uint8 picture to blob, forward pass, nothing decoded."""
import json
import statistics
import sys
import time

import cv2
import numpy as np

path, width, height, threads = sys.argv[1], *map(int, sys.argv[2:5])
cv2.setNumThreads(threads)
net = cv2.dnn.readNetFromONNX(path)
net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
picture = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
names = net.getUnconnectedOutLayersNames()


def frame():
    net.setInput(cv2.dnn.blobFromImage(picture, 1 / 255, (width, height)))
    return net.forward(names)


for _ in range(3):
    frame()
for line in sys.stdin:
    until, times = time.monotonic() + float(line), []
    while not times or time.monotonic() < until:
        begun = time.monotonic()
        frame()
        times.append(1000 * (time.monotonic() - begun))
    print(json.dumps({"frames": len(times), "p50Ms": statistics.median(times), "version": cv2.__version__}), flush=True)
