"""OpenCV's VideoCapture, one thread a stream: `opencv_peer.py FPS SOURCE_FPS SIDE FRAME_HEIGHT URL...`. Prints "ready" when every
stream has delivered; then "begin" on its input forgets, and "end" prints {"version", "delivered": [[stream, number, ms], ...]}."""
import json
import os
import sys
import threading
import time

os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp|threads;1|allowed_media_types;video"
import cv2
import numpy as np

cv2.setNumThreads(1)
fps, source_fps, side, height = map(int, sys.argv[1:5])
delivered, lock, seen = [], threading.Lock(), set()


def number_in(picture):
    square = side / 32
    row = picture[(side - height) // 2 + int(square / 2)]
    return sum(2**bit for bit in range(8) if row[int((bit + 0.5) * square)][0] > 127)


def read(stream, url):
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
    square = np.full((side, side, 3), 114, np.uint8)
    top, count, every = (side - height) // 2, 0, source_fps // fps
    while capture.grab():
        count += 1
        if count % every:
            continue
        _, frame = capture.retrieve()
        small = cv2.resize(frame, (side, height), interpolation=cv2.INTER_LINEAR)
        square[top : top + height] = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)
        with lock:
            delivered.append((stream, number_in(square), 1000 * time.monotonic()))
            seen.add(stream)


for stream, url in enumerate(sys.argv[5:]):
    threading.Thread(target=read, args=(stream, url), daemon=True).start()
while len(seen) < len(sys.argv) - 5:
    time.sleep(0.05)
print("ready", flush=True)
for line in sys.stdin:
    with lock:
        if line.strip() == "begin":
            delivered.clear()
        else:
            print(json.dumps({"version": cv2.__version__, "delivered": delivered}), flush=True)
os._exit(0)
