#!/usr/bin/python3
"""Serves H.264 files over RTSP by gst-rtsp-server: a second implementation to hold ours against.

Usage: gst-rtsp.py [--user NAME:PASSWORD] MOUNT=FILE...

Each file loops on one continuous time line, like the world before a camera: it begins with the first client, and a
client that comes later, or comes back, sees what is shown by then. Prints {"port": N} when it accepts, and
{"began": MOUNT, "atMs": N} (wall clock) when a file begins.
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
    key: bool


@dataclass
class Film:
    mount: str
    pictures: list
    duration: int
    began: int = 0

    def elapsed(self):
        """Nanoseconds since it began, which is now where it has not."""
        now = time.monotonic_ns()
        if self.began == 0:
            self.began = now
            print(json.dumps({"began": self.mount, "atMs": round(time.time() * 1000)}), flush=True)
        return now - self.began


def read_film(mount, path):
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
            key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
            pictures.append(Picture(buffer.extract_dup(0, buffer.get_size()), buffer.pts, dts, key))
            end = max(end, buffer.pts + buffer.duration)
    finally:
        pipeline.set_state(Gst.State.NULL)
    if not pictures:
        sys.exit(f"Error: {path} has no H.264 track\nTry: a file that ffprobe calls h264")
    first = pictures[0].dts
    return Film(
        mount,
        [Picture(p.data, p.pts - first, p.dts - first, p.key) for p in pictures],
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
    """Pushes what the film shows in real time, from the next key picture on, until the media is gone."""
    joined = film.elapsed()
    offset = joined // film.duration * film.duration
    base = None
    while True:
        for picture in film.pictures:
            due = offset + picture.dts
            if base is None:
                if due < joined or not picture.key:
                    continue
                base = due
            time.sleep(max(0, film.began + due - time.monotonic_ns()) / 1e9)
            buffer = Gst.Buffer.new_wrapped(picture.data)
            buffer.pts = offset + picture.pts - base
            buffer.dts = due - base
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
        factory = factory_for(read_film(path, file), bool(arguments.user))
        server.get_mount_points().add_factory(f"/{path.strip('/')}", factory)
    if server.attach(None) == 0:
        sys.exit("Error: cannot listen on 127.0.0.1")
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    loop, parent = GLib.MainLoop(), os.getppid()
    # Whoever started it may have been killed without a word.
    GLib.timeout_add_seconds(1, lambda: os.getppid() == parent or loop.quit())
    loop.run()


main()
