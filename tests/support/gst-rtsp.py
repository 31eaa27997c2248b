#!/usr/bin/python3
"""Serves H.264 files over RTSP by gst-rtsp-server: a second implementation to hold ours against.

Usage: gst-rtsp.py [--user NAME:PASSWORD] MOUNT=FILE...

Each file loops on one continuous time line and is shared by its clients. Prints {"port": N} when it accepts.
"""

import argparse
import json
import os
import sys
import threading
import time
from dataclasses import dataclass

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

LAUNCH = (
    "( appsrc name=source is-live=true format=time max-buffers=8 leaky-type=downstream "
    "caps=video/x-h264,stream-format=byte-stream,alignment=au "
    "! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)
CAPS = "video/x-h264,stream-format=byte-stream,alignment=au"
ROLE = "viewer"


@dataclass(frozen=True)
class Picture:
    """One coded picture of a film; times in nanoseconds from its start."""

    data: bytes
    pts: int
    dts: int


@dataclass(frozen=True)
class Film:
    pictures: list
    duration: int


def read_film(path):
    """All pictures of a file's first H.264 track."""
    pipeline = Gst.parse_launch(
        f"filesrc name=file ! qtdemux ! h264parse config-interval=-1 ! {CAPS} ! appsink name=out sync=false"
    )
    pipeline.get_by_name("file").set_property("location", path)
    pipeline.set_state(Gst.State.PLAYING)
    pictures, end = [], 0
    try:
        while (sample := next_sample(pipeline)) is not None:
            buffer = sample.get_buffer()
            dts = buffer.pts if buffer.dts == Gst.CLOCK_TIME_NONE else buffer.dts
            pictures.append(Picture(buffer.extract_dup(0, buffer.get_size()), buffer.pts, dts))
            end = max(end, buffer.pts + buffer.duration)
    finally:
        pipeline.set_state(Gst.State.NULL)
    if not pictures:
        sys.exit(f"Error: {path} has no H.264 track\nTry: a file that ffprobe calls h264")
    first = pictures[0].dts
    return Film(
        [Picture(p.data, p.pts - first, p.dts - first) for p in pictures],
        end - min(p.pts for p in pictures),
    )


def next_sample(pipeline):
    """The next sample, or None at the end; a pipeline that broke has come to its end."""
    out, bus = pipeline.get_by_name("out"), pipeline.get_bus()
    while (sample := out.emit("try-pull-sample", Gst.SECOND // 10)) is None:
        if out.get_property("eos") or bus.pop_filtered(Gst.MessageType.ERROR) is not None:
            return None
    return sample


def feed(source, film):
    """Pushes the film's pictures in real time, over and over, until the media is gone."""
    start = time.monotonic_ns()
    offset = 0
    while True:
        for picture in film.pictures:
            due = start + offset + picture.dts
            time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
            buffer = Gst.Buffer.new_wrapped(picture.data)
            buffer.pts = offset + picture.pts
            buffer.dts = offset + picture.dts
            if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
        offset += film.duration


def factory_for(film, protected):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(LAUNCH)
    factory.set_shared(True)

    def on_configure(_factory, media):
        source = media.get_element().get_by_name("source")
        threading.Thread(target=feed, args=(source, film), daemon=True).start()

    factory.connect("media-configure", on_configure)
    if protected:
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_role(ROLE)
        for name in ("media.factory.access", "media.factory.construct"):
            permissions.add_permission_for_role(ROLE, name, True)
        factory.set_permissions(permissions)
    return factory


def digest_auth(user, password):
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    auth.add_digest(user, password, token)
    return auth


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--user", default="")
    parser.add_argument("mounts", nargs="+")
    arguments = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    if arguments.user:
        server.set_auth(digest_auth(*arguments.user.split(":", 1)))
    for mount in arguments.mounts:
        path, file = mount.split("=", 1)
        server.get_mount_points().add_factory(f"/{path.strip('/')}", factory_for(read_film(file), bool(arguments.user)))
    if server.attach(None) == 0:
        sys.exit("Error: cannot listen on 127.0.0.1")
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    loop, parent = GLib.MainLoop(), os.getppid()
    # Whoever started it may have been killed without a word.
    GLib.timeout_add_seconds(1, lambda: os.getppid() == parent or loop.quit())
    loop.run()


main()
