"""The barest kernel: what the path itself carries, with nothing of Labwire in it.

Echo and flood of ``comm_msg`` on shell, in raw pyzmq, without a TCP leg. Benchmarks compare the
bridge with it in the same run. Requests are the content's ``data``:

    {"do": "echo"}                                        the buffers come back
    {"do": "flood", "bytes": B, "window": W, "total": T}  messages of one buffer of B bytes, T bytes
                                                          in all, at most W of them not acknowledged
    {"do": "ack", "bytes": N}                             N bytes of the flood have arrived

Run as a kernel, ``probe_kernel.py -f CONNECTION_FILE``. It ends with shutdown_request or with its
parent.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import zmq

DELIMITER = b"<IDS|MSG>"
EMPTY = b"{}"
BATCH = 64  # messages of a flood between two looks at the sockets
HEADER = (
    '{"msg_id":"probe_%d","msg_type":"%s","username":"probe","session":"probe",'
    '"date":"2026-01-01T00:00:00Z","version":"5.3"}'
)
KERNEL_INFO = json.dumps(
    {"status": "ok", "protocol_version": "5.3", "implementation": "probe", "banner": ""}
).encode()

Frames = Sequence[Any]


class Probe:
    def __init__(self, path: str) -> None:
        self.connection = connection = json.loads(Path(path).read_text())
        self.hmac = hmac.new(connection["key"].encode(), digestmod=hashlib.sha256)
        self.count = 0
        self.identity = b""
        self.buffer = b""
        self.window = self.total = self.sent = self.acked = 0
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.shell = self.bind(context, zmq.ROUTER, "shell_port")
        self.control = self.bind(context, zmq.ROUTER, "control_port")
        self.stdin = self.bind(context, zmq.ROUTER, "stdin_port")
        self.iopub = self.bind(context, zmq.PUB, "iopub_port")
        heart = self.bind(context, zmq.ROUTER, "hb_port")
        threading.Thread(target=zmq.proxy, args=(heart, heart), daemon=True).start()

    def bind(
        self, context: zmq.Context[zmq.Socket[bytes]], kind: int, port: str
    ) -> zmq.Socket[bytes]:
        socket = context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        if kind == zmq.ROUTER:
            socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        where = self.connection
        socket.bind(f"{where['transport']}://{where['ip']}:{where[port]}")
        return socket

    def frames(self, msg_type: str, content: bytes, parent: bytes = EMPTY) -> list[bytes]:
        self.count += 1
        parts = [(HEADER % (self.count, msg_type)).encode(), parent, EMPTY, content]
        signature = self.hmac.copy()
        signature.update(b"".join(parts))
        return [DELIMITER, signature.hexdigest().encode(), *parts]

    def status(self, state: str, parent: bytes = EMPTY) -> None:
        content = json.dumps({"execution_state": state}).encode()
        self.iopub.send_multipart([b"status", *self.frames("status", content, parent)])

    def run(self) -> None:
        self.status("starting")
        poller = zmq.Poller()
        for socket in (self.shell, self.control):
            poller.register(socket, zmq.POLLIN)
        parent = os.getppid()
        while os.getppid() == parent:
            for socket, _ in poller.poll(0 if self.may_send else 1000):
                for _ in range(BATCH):
                    try:
                        message = socket.recv_multipart(zmq.NOBLOCK, copy=False)
                    except zmq.Again:
                        break
                    if self.receive(socket, message):
                        return
            self.flood()

    def receive(self, socket: zmq.Socket[bytes], message: Frames) -> bool:
        """True: that was the end."""
        identity, _, _, header, _, _, content = (bytes(frame) for frame in message[:7])
        msg_type = json.loads(header)["msg_type"]
        if msg_type == "comm_msg":
            self.command(identity, json.loads(content)["data"], message[7:])
            return False
        self.status("busy", header)
        reply = self.frames(msg_type.replace("_request", "_reply"), KERNEL_INFO, header)
        socket.send_multipart([identity, *reply])
        self.status("idle", header)
        return bool(msg_type == "shutdown_request")

    def command(self, identity: bytes, data: dict[str, Any], buffers: Frames) -> None:
        if data["do"] == "echo":
            echo = [identity, *self.frames("comm_msg", EMPTY), *buffers]
            self.shell.send_multipart(echo, copy=False)
        elif data["do"] == "flood":
            self.identity, self.buffer = identity, b"a" * data["bytes"]
            self.window, self.total = data["window"], data["total"]
            self.sent = self.acked = 0
        else:
            self.acked = data["bytes"]

    @property
    def may_send(self) -> bool:
        return self.sent < self.total and self.sent - self.acked < self.window

    def flood(self) -> None:
        copy = len(self.buffer) < 65536
        for _ in range(BATCH):
            if not self.may_send:
                return
            frames = [self.identity, *self.frames("comm_msg", EMPTY), self.buffer]
            try:
                self.shell.send_multipart(frames, zmq.NOBLOCK, copy=copy)
            except zmq.Again:
                time.sleep(0.0005)
                return
            self.sent += len(self.buffer)


if __name__ == "__main__":
    Probe(sys.argv[sys.argv.index("-f") + 1]).run()
