"""The way up: from the client to an instrument's socket, under credit that the bridge grants.

Three positions, absolute: ``taken <= received <= allowed``. The window is small and fixed, so a
client that outruns an instrument makes the bridge hold one window, no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable

from .limits import Limits

COPY_BYTES = 4096  # a view of a few bytes would keep its whole message in memory


class OutOfCredit(Exception):
    """The client sent more than it was allowed."""


class OutOfBudget(Exception):
    """The client sent more than a read-only stream may. Nothing of it was written."""


class Outlet:
    """Writes to ``sock`` (non-blocking, connected). ``budget``: bytes for its whole life, or None.

    ``on_progress()``: more was taken by the socket; ``on_lost(error)``: it takes no more.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        limits: Limits,
        budget: int | None,
        on_progress: Callable[[], None],
        on_lost: Callable[[OSError], None],
    ) -> None:
        self._loop = loop
        self._sock = sock
        self._window = limits.up_window_bytes
        self._on_progress = on_progress
        self._on_lost = on_lost
        self._backlog: deque[memoryview] = deque()
        self._watching = False
        self.budget = budget
        self.received = self.taken = 0
        self.allowed = self._window
        self.ended = False
        self.closed = False

    @property
    def waiting(self) -> int:
        """Bytes that the instrument has not taken."""
        return self.received - self.taken

    def write(self, payload: memoryview) -> None:
        """Write now what the socket takes, the rest when it can.

        Raises
        ------
        OutOfCredit, OutOfBudget
            Nothing of ``payload`` was written.
        """
        count = len(payload)
        if self.received + count > self.allowed or self.ended:
            raise OutOfCredit
        if self.budget is not None and self.received + count > self.budget:
            raise OutOfBudget
        self.received += count
        if self.closed:
            return
        if not self._backlog:
            sent = self._send(payload)
            if sent == count or self.closed:
                return
            payload = payload[sent:]
        self._backlog.append(memoryview(bytes(payload)) if len(payload) < COPY_BYTES else payload)
        if not self._watching:
            self._watching = True
            self._loop.add_writer(self._sock, self._writable)

    def end(self) -> None:
        """The client sends no more: the instrument sees end of file behind the last byte."""
        self.ended = True
        self._shut_if_empty()

    def grant(self) -> int | None:
        """The new ``allowed`` to tell the client, once it has moved by a quarter of the window;
        else None.
        """
        allowed = self.taken + self._window
        if allowed - self.allowed < self._window // 4:
            return None
        self.allowed = allowed
        return allowed

    def close(self) -> None:
        """Drop what waits."""
        self.closed = True
        self._unwatch()
        self._backlog.clear()

    def _send(self, payload: memoryview) -> int:
        try:
            sent = self._sock.send(payload)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self.close()
            self._on_lost(error)
            return 0
        self.taken += sent
        return sent

    def _writable(self) -> None:
        backlog = self._backlog
        while backlog:
            payload = backlog[0]
            sent = self._send(payload)
            if self.closed:
                return
            if sent < len(payload):
                backlog[0] = payload[sent:]
                break
            backlog.popleft()
        if not backlog:
            self._unwatch()
            self._shut_if_empty()
        self._on_progress()

    def _shut_if_empty(self) -> None:
        if self.ended and not self._backlog and not self.closed:
            with contextlib.suppress(OSError):  # it is gone already: reading tells how
                self._sock.shutdown(socket.SHUT_WR)

    def _unwatch(self) -> None:
        if self._watching:
            self._watching = False
            self._loop.remove_writer(self._sock)
