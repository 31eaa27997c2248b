#!/usr/bin/env python3
"""Reads a ZeroMQ feed of Lineside and prints each message as one line of JSON.

    feed_consumer.py tcp://127.0.0.1:5556 health events/
    feed_consumer.py tcp://10.0.0.5:5556 --server-key K --public-key P --secret-key S tracks/

Needs pyzmq (Debian: python3-zmq). Keys of your own: python3 -c 'import zmq; print(zmq.curve_keypair())'
"""
import argparse
import json

import zmq


def main():
    parser = argparse.ArgumentParser(description="Reads a ZeroMQ feed of Lineside.")
    parser.add_argument("endpoint")
    parser.add_argument("topics", nargs="*", help="beginnings of topics; all without any")
    parser.add_argument("--server-key", help="public key of the feed")
    parser.add_argument("--public-key")
    parser.add_argument("--secret-key")
    parser.add_argument("--count", type=int, default=0, help="end after so many messages")
    options = parser.parse_intermixed_args()

    socket = zmq.Context.instance().socket(zmq.SUB)
    if options.server_key:
        socket.curve_serverkey = options.server_key.encode()
        socket.curve_publickey = options.public_key.encode()
        socket.curve_secretkey = options.secret_key.encode()
    socket.connect(options.endpoint)
    for topic in options.topics or [""]:
        socket.setsockopt_string(zmq.SUBSCRIBE, topic)

    newest = {}  # (run, topic) -> number of its newest message
    received = 0
    while options.count == 0 or received < options.count:
        topic, body, *rest = socket.recv_multipart()
        topic = topic.decode()
        message = json.loads(body)
        key = (message["run"], topic)
        # Numbers rise by one for each topic: a gap is what this program was too slow for.
        lost = message["seq"] - newest[key] - 1 if key in newest else 0
        newest[key] = message["seq"]
        picture = {"jpegBytes": len(rest[0])} if rest else {}
        print(json.dumps({"topic": topic, "lost": lost, **picture, "message": message}), flush=True)
        received += 1


main()
