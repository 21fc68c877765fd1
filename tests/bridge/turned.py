"""A loop whose clock is turned by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from typing import Any, cast

Call = tuple[Callable[..., Any], tuple[Any, ...]]


class Handle:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class TurnedLoop:
    """What the outbox and the intake use of a loop. Sockets are ready when `ready` says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.readers: dict[Any, Callable[[], None]] = {}
        self._soon: deque[Call] = deque()
        self._later: list[tuple[float, int, Handle, Call]] = []
        self._order = itertools.count()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return cast(asyncio.AbstractEventLoop, self)

    def time(self) -> float:
        return self.now

    def call_soon(self, call: Callable[..., Any], *arguments: Any) -> None:
        self._soon.append((call, arguments))

    def call_at(self, when: float, call: Callable[..., Any], *arguments: Any) -> Handle:
        handle = Handle()
        heapq.heappush(self._later, (when, next(self._order), handle, (call, arguments)))
        return handle

    def call_later(self, delay: float, call: Callable[..., Any], *arguments: Any) -> Handle:
        return self.call_at(self.now + delay, call, *arguments)

    def add_reader(self, sock: Any, call: Callable[[], None]) -> None:
        self.readers[sock] = call

    def remove_reader(self, sock: Any) -> None:
        self.readers.pop(sock, None)

    def turn(self, seconds: float = 0.0) -> None:
        """Let time pass, then run what is due and what was asked for soon."""
        until = self.now + seconds
        while self._later and self._later[0][0] <= until:
            when, _, handle, (call, arguments) = heapq.heappop(self._later)
            self.now = max(self.now, when)
            if not handle.cancelled:
                call(*arguments)
            self._run_soon()
        self.now = until
        self._run_soon()

    def readable(self, sock: Any) -> None:
        """Bytes have arrived: wake the reader, if it watches."""
        if sock in self.readers:
            self.readers[sock]()
        self._run_soon()

    def _run_soon(self) -> None:
        for _ in range(len(self._soon)):
            call, arguments = self._soon.popleft()
            call(*arguments)
