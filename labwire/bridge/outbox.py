"""What leaves for one client: records become messages.

Small records share a message. It leaves at the end of the loop's turn when nothing was sent
lately or an answer is awaited, else after a hold: 2 ms, or 5 ms when the traffic is so dense that
messages would cost more than the bytes. Bulk leaves at once, alone in its buffer and after the
small ones that wait. A full pipe (EAGAIN) is the only back-pressure that zmq knows: then messages
queue here and streams stop reading.

Source: docs/protocols/bridge.md, "DATA", "SEQ".
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from .messages import Buffer
from .records import Kind, empty

if TYPE_CHECKING:
    from .intake import Intake

HOLD_S = 0.002
HOLD_DENSE_S = 0.005
DENSE_READS = 8  # reads within one hold: from here the longer hold pays
RETRY_S = 0.005
MESSAGE_BYTES = 128 * 1024  # of small records in one message

Transmit = Callable[[list[Buffer]], bool]
"""Sends the buffers as one message. False: the pipe is full, nothing was sent."""


class Outbox:
    """The sending half of a link.

    ``in_flight``: bytes of DATA sent and not yet received by the client.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, transmit: Transmit) -> None:
        self._loop = loop
        self._transmit = transmit
        self._number = 0
        self._records: list[bytes] = []
        self._records_bytes = 0
        self._holding: dict[Intake, None] = {}
        self._waiting: deque[list[Buffer]] = deque()
        self._soon = False
        self._timer: asyncio.TimerHandle | None = None
        self._last_small = 0.0
        self._reads = 0
        self._dense = False
        self._starved: dict[Intake, None] = {}
        self.in_flight = 0
        self.closed = False

    @property
    def blocked(self) -> bool:
        """Is the pipe full? Then nothing more should be read for this client."""
        return bool(self._waiting)

    def starve(self, intake: Intake) -> None:
        """``intake`` has credit but the link has not: wake it when the client has received
        something.
        """
        self._starved[intake] = None

    def landed(self, count: int) -> None:
        """The client has received ``count`` more bytes."""
        self.in_flight -= count
        self._wake()

    def put(self, record: bytes) -> None:
        """Send a small record soon: at the end of this turn of the loop."""
        if self.closed:
            return
        self._records.append(record)
        self._records_bytes += len(record)
        self.soon()

    def put_number_zero(self, record: bytes) -> None:
        """Send WELCOME: number 0 of the link, also when it is repeated."""
        self._emit([empty(Kind.SEQ, 0) + record])
        self._number = max(self._number, 1)

    def put_bulk(self, record: Buffer) -> None:
        """Send one DATA record, alone in its buffer, now. It must not change afterwards."""
        if self.closed:
            return
        self.flush()
        # A view: memory that somebody looks at is not used again (see Buffers).
        self._emit([self._next(), memoryview(record)])

    def hold(self, intake: Intake, urgent: bool) -> None:
        """``intake`` has read something small: take it soon if ``urgent``, else when the hold is
        over.
        """
        self._holding[intake] = None
        self._reads += 1
        due = self._last_small + (HOLD_DENSE_S if self._dense else HOLD_S)
        if urgent or self._loop.time() >= due:
            self.soon()
        elif self._timer is None:
            self._timer = self._loop.call_at(due, self._due)

    def reads_in_hold(self) -> int:
        """How often something small was read since the last message of small records."""
        return self._reads

    def release(self, intake: Intake) -> None:
        """``intake`` has nothing left to take."""
        self._holding.pop(intake, None)

    def soon(self) -> None:
        if not self._soon:
            self._soon = True
            self._loop.call_soon(self._turn_ends)

    def flush(self) -> None:
        """Send all small records that wait, held ones too."""
        if self._holding:
            self._take_held()
        if self._timer is not None and not self._holding:
            self._timer.cancel()
            self._timer = None
        if not self._records:
            return
        self._last_small = self._loop.time()
        records, self._records = self._records, []
        total, self._records_bytes = self._records_bytes, 0
        if total <= MESSAGE_BYTES:
            self._emit([b"".join((self._next(), *records))])
            return
        part: list[bytes] = []
        size = 0
        for record in records:
            if part and size + len(record) > MESSAGE_BYTES:
                self._emit([b"".join((self._next(), *part))])
                part, size = [], 0
            part.append(record)
            size += len(record)
        self._emit([b"".join((self._next(), *part))])

    def close(self) -> None:
        """Drop what waits. Later records are dropped too: their link is gone."""
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._records.clear()
        self._records_bytes = 0
        self._holding.clear()
        self._starved.clear()
        self._waiting.clear()

    def _take_held(self) -> None:
        holding, self._holding = self._holding, {}
        reads, self._reads = self._reads, 0
        for intake in holding:
            record = intake.take_small()
            if record:
                self._records.append(record)
                self._records_bytes += len(record)
            if intake.dense:
                self._holding[intake] = None  # it is polled: see Intake
        self._dense = bool(self._holding) or reads >= DENSE_READS
        if self._holding and self._timer is None:
            self._timer = self._loop.call_later(HOLD_DENSE_S, self._due)

    def _next(self) -> bytes:
        number = self._number
        self._number = (number + 1) & 0xFFFFFFFF
        return empty(Kind.SEQ, number)

    def _turn_ends(self) -> None:
        self._soon = False
        if not self.closed:
            self.flush()

    def _due(self) -> None:
        self._timer = None
        if self.closed:
            return
        for intake in list(self._holding):
            intake.poll()  # what arrived meanwhile goes along
        self.flush()

    def _emit(self, buffers: list[Buffer]) -> None:
        if self._waiting:
            self._waiting.append(buffers)
        elif not self._transmit(buffers):
            self._waiting.append(buffers)
            self._loop.call_later(RETRY_S, self._retry)

    def _retry(self) -> None:
        while self._waiting:
            if not self._transmit(self._waiting[0]):
                self._loop.call_later(RETRY_S, self._retry)
                return
            if self._waiting:  # transmitting can find the client gone, which clears the queue
                self._waiting.popleft()
        self._wake()

    def _wake(self) -> None:
        if self._starved and not self.closed:
            starved, self._starved = self._starved, {}
            for intake in starved:
                intake.resume()
