#!/usr/bin/env python3
"""A program that drives the plant for Lineside: it answers requests over ZeroMQ.

    controller.py tcp://127.0.0.1:5557

    outputs:
      - {id: reject-1, url: "zmq+tcp://127.0.0.1:5557", reject: reject, results: results, encoder: {point: encoder}, ...}

Needs pyzmq (Debian: python3-zmq). Replace `switch` by what moves the actuator. It must not take longer than a few
milliseconds, and must switch off by itself when nothing was written for a second: Lineside may have been stopped.
"""
import json
import sys
import time

import zmq

POINTS = {"reject": False, "results": [0] * 20, "encoder": 0}
SILENT_S = 1.0


def switch(on):
    print(json.dumps({"reject": on}), flush=True)


def answer(request):
    if "read" in request:
        values = [{"value": POINTS[name]} if name in POINTS else {"bad": "unknown"} for name in request["read"]]
        return {"values": values}
    for write in request.get("write", []):
        if write["point"] not in POINTS:
            return {"error": "there is no point " + write["point"]}
        if write["point"] == "reject" and write["value"] != POINTS["reject"]:
            switch(write["value"])
        POINTS[write["point"]] = write["value"]
    return {"ok": True}


def main():
    socket = zmq.Context.instance().socket(zmq.REP)
    socket.bind(sys.argv[1])
    heard = time.monotonic()
    while True:
        POINTS["encoder"] = int(time.monotonic() * 1000) % 2**32
        if socket.poll(50):
            request = json.loads(socket.recv())
            heard = time.monotonic()
            socket.send_string(json.dumps({"id": request["id"], **answer(request)}))
        elif POINTS["reject"] and time.monotonic() - heard > SILENT_S:
            POINTS["reject"] = False
            switch(False)


main()
