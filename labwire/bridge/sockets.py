"""zmq sockets on an asyncio loop, without zmq.asyncio: a future per message is what costs there.

``zmq.FD`` is edge-triggered: it wakes the loop once, and a send may swallow the edge. So a port
reads until EAGAIN, and looks again after every send.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

import zmq

from .messages import DELIMITER, Buffer

COPY_BYTES = 64 * 1024  # zmq's own bookkeeping for a buffer it does not copy costs more below
BATCH = 64  # messages read before the loop turns: one busy client must not starve the rest
HEAD_FRAMES = 16  # identities, delimiter, signature, four JSON frames; real messages have 7

# What a local peer can make large before anything is verified. zmq drops a peer that sends a larger
# frame; frames over the count are read and forgotten.
FRAME_BYTES = 64 * 1024 * 1024  # tornado takes 10 MiB from a browser, unless a site raises it
BUFFER_FRAMES = 1024


class Gone(Exception):
    """No peer of that identity is connected."""


class Port:
    """A bound ROUTER. Every message is handed to ``receive(head, buffers)``.

    ``head`` holds the frames up to the content, ``buffers`` views of the frames behind it, which
    belong to the receiver.
    """

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        address: str,
        receive: Callable[[list[bytes], list[memoryview]], None],
        linger_ms: int = 1000,
    ) -> None:
        self._socket = socket = context.socket(zmq.ROUTER)
        socket.setsockopt(zmq.LINGER, linger_ms)
        socket.setsockopt(zmq.MAXMSGSIZE, FRAME_BYTES)
        socket.setsockopt(zmq.ROUTER_MANDATORY, 1)  # else a full pipe drops silently
        socket.setsockopt(
            zmq.ROUTER_HANDOVER, 1
        )  # a websocket that comes back is the same identity
        socket.bind(address)
        self.address = socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._again = False
        self._loop.add_reader(socket.FD, self._drain)
        self._look_again()

    def send(self, frames: Sequence[Buffer]) -> bool:
        """Send one message: identity first. False: the peer's pipe is full, nothing was sent.

        Buffers of 64 KiB and more are not copied: they must not change afterwards.

        Raises
        ------
        Gone
            Nobody has that identity.
        """
        socket = self._socket
        last = len(frames) - 1
        flags = zmq.NOBLOCK | zmq.SNDMORE
        try:
            # A ROUTER decides at the identity frame; the frames behind it always fit.
            for frame in frames[:last]:
                socket.send(frame, flags, copy=len(frame) < COPY_BYTES)
            socket.send(frames[last], zmq.NOBLOCK, copy=len(frames[last]) < COPY_BYTES)
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno == zmq.EHOSTUNREACH:
                raise Gone from None
            raise
        finally:
            self._look_again()
        return True

    def close(self) -> None:
        self._loop.remove_reader(self._socket.FD)
        self._socket.close()

    def _look_again(self) -> None:
        if not self._again:
            self._again = True
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        self._again = False
        socket = self._socket
        if socket.closed:
            return
        for _ in range(BATCH):
            try:
                frame = socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                return
            head = [frame]
            buffers: list[memoryview] = []
            content = 0  # where the content is, once the delimiter has been seen
            while socket.getsockopt(zmq.RCVMORE):
                if content and len(head) == content:
                    buffer = socket.recv(copy=False).buffer
                    if len(buffers) < BUFFER_FRAMES:
                        buffers.append(buffer)
                    continue
                frame = socket.recv()
                if len(head) < HEAD_FRAMES:
                    if frame == DELIMITER and not content:
                        content = len(head) + 6
                    head.append(frame)
            self._receive(head, buffers)
            if socket.closed:
                return
        self._look_again()


class Publisher:
    """The iopub socket. A few status messages a minute: nothing of weight travels here."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], address: str) -> None:
        self._socket = socket = context.socket(zmq.PUB)
        socket.setsockopt(zmq.LINGER, 1000)
        socket.bind(address)

    def send(self, topic: bytes, frames: Sequence[bytes]) -> None:
        self._socket.send_multipart([topic, *frames])

    def close(self) -> None:
        self._socket.close()


class Heartbeat(threading.Thread):
    """Echoes on its own thread, inside libzmq, so that a busy loop never looks dead."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], address: str) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._socket = context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(address)

    def run(self) -> None:
        try:
            zmq.proxy(self._socket, self._socket)
        except zmq.ContextTerminated:
            pass  # the kernel ends
        finally:
            self._socket.close()
