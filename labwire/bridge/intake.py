"""The way down: from an instrument's socket to the client, under the client's credit.

Four positions, absolute: ``received <= sent <= taken <= read <= allowed`` (the last after a
re-attach only once it has caught up). What lies between ``received`` and ``taken`` is kept for a
repeat, without a copy: the memory the socket was read into is what zmq sends and what is kept.
Nothing is read that could not be sent, so an idle client holds the instrument back by TCP.

Three gears. *Small*: read on every wake-up, let the outbox coalesce. *Dense* (many wake-ups in
one hold): stop watching the socket and poll it once per hold, which turns 10 000 wake-ups a
second into 200. *Bulk* (a full 64 KiB read): read into buffers that double up to the largest
record.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable

from .buffers import Buffers
from .limits import Limits
from .outbox import DENSE_READS, HOLD_DENSE_S, Outbox
from .records import HEADER, HEADER_BYTES, Kind, header


class Beyond(Exception):
    """The client counts bytes that were never sent, or are no longer kept."""


class Intake:
    """Reads ``sock`` (non-blocking, connected) once ``attach`` has told where to.

    ``on_end()``: the instrument ended and all that it sent is on its way. It may come again after
    an ``attach``. ``error`` then tells how it ended: None for an end of file, else the socket's
    error.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        limits: Limits,
        buffers: Buffers,
        on_end: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._sock = sock
        self._limits = limits
        self._buffers = buffers
        self._on_end = on_end
        self._stream = 0
        self._outbox: Outbox | None = None
        self._record_bytes = limits.record_bytes

        self.read = self.taken = self.sent = self.received = self.allowed = 0
        self._kept: deque[memoryview] = deque()  # bytes received ... taken
        self._kept_at = (
            0  # position of the first byte kept: the start of a chunk, at most `received`
        )

        self._parts: list[bytes] = []
        self._parts_bytes = 0
        self._bulk: bytearray | None = None
        self._bulk_at = 0
        self._bulk_size = limits.small_bytes
        self._bulk_timer: asyncio.TimerHandle | None = None

        self._watching = False
        self.dense = False
        self._urgent = False
        self.ended = False
        self.error: OSError | None = None
        self.closed = False

    # -- the client's side -------------------------------------------------------------------

    def attach(
        self, stream: int, outbox: Outbox, record_bytes: int, received: int | None, allowed: int
    ) -> None:
        """Send to ``outbox`` as ``stream`` from ``received`` on; None: from the oldest byte kept.

        Raises
        ------
        Beyond
            Those bytes are not kept. Nothing changed.
        """
        self._stow()
        if received is None:
            received = self.received
        if not self.received <= received <= self.taken:
            raise Beyond
        self._unwatch()  # what is kept goes first
        self._stream, self._outbox, self._record_bytes = stream, outbox, record_bytes
        self._bulk_size = min(self._bulk_size, record_bytes)
        self._forget(received)
        self.sent = received
        self.allowed = min(allowed, received + self._limits.window_bytes)
        # The answer that tells the offset must leave before the first byte.
        self._loop.call_soon(self.resume)

    def detach(self) -> None:
        """The client is away: go on reading into what is kept, as far as the credit goes."""
        self._leave_dense()
        self._stow()
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            outbox.landed(self.sent - self.received)

    def credit(self, received: int, allowed: int) -> None:
        """The client has ``received`` bytes and takes bytes up to ``allowed``. Counts that go
        back are ignored.

        Raises
        ------
        Beyond
            It counts bytes that were not sent.
        """
        if received > self.sent:
            raise Beyond
        landed = received - self.received
        if landed > 0:
            self._forget(received)
        self.allowed = max(self.allowed, min(allowed, self.received + self._limits.window_bytes))
        if self._bulk is None:
            self._cancel_bulk_timer()
        self.resume()
        if landed > 0 and self._outbox is not None:
            self._outbox.landed(landed)

    def expect_answer(self) -> None:
        """The client has just sent bytes: what comes next is probably the answer, and somebody
        waits for it.
        """
        self._urgent = True
        self._leave_dense()

    def resume(self) -> None:
        """Read again, if there is credit."""
        if self.closed:
            return
        if self._outbox is not None and self.sent < self.taken and not self._repeat():
            return
        if self.ended:
            self._on_end()
        elif not self._watching and not self.dense and self.allowed > self.read:
            self._watching = True
            self._loop.add_reader(self._sock, self._readable)

    def drain(self) -> None:
        """Read what is there now, as far as the credit goes: the connection is about to be
        closed.
        """
        self.dense = False
        while not self.ended and not self.closed and self._read_once():
            pass
        self._unwatch()
        self._send_all()

    def finish(self) -> None:
        """The socket is about to be closed: what was read is all there is, and it is kept."""
        self.dense = False
        self._unwatch()
        self._send_all()
        self.ended = True

    def close(self) -> None:
        """Stop; forget what is kept."""
        if self.closed:
            return
        self.closed = True
        self._unwatch()
        self._cancel_bulk_timer()
        if self._outbox is not None:
            self._outbox.release(self)
            self._outbox.landed(self.sent - self.received)
            self._outbox = None
        self._parts.clear()
        self._bulk = None
        self._kept.clear()

    # -- the socket's side -------------------------------------------------------------------

    def poll(self) -> None:
        """A hold is over. In dense gear: read; nothing there means the traffic has thinned out."""
        if self.dense and not self._read_once():
            self._leave_dense()

    def take_small(self) -> bytes | None:
        """The record for the small bytes that wait; None if there are none."""
        if not self._parts_bytes or self.closed:
            return None
        count = self._parts_bytes
        self._parts.insert(0, header(Kind.DATA, self._stream, count))
        record = b"".join(self._parts)
        self._parts.clear()
        self._parts_bytes = 0
        self._keep(memoryview(record)[HEADER_BYTES:])
        self._count_sent(count)
        return record

    def _readable(self) -> None:
        self._read_once()

    def _read_once(self) -> bool:
        """Read once. False: nothing was there, or nothing may be read."""
        room = self.allowed - self.read
        outbox = self._outbox
        if room <= 0:
            self._send_all()  # no more can come: the client's next credit may depend on these
            self._unwatch()
            return False
        if outbox is not None and outbox.blocked:
            outbox.starve(self)
            self._unwatch()
            return False
        try:
            if self._bulk_size > self._limits.small_bytes or self._bulk is not None:
                return self._read_bulk(room)
            data = self._sock.recv(min(self._limits.small_bytes, room))
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            self._end(error)
            return False
        if not data:
            self._end()
            return False
        count = len(data)
        self.read += count
        self._parts.append(data)
        self._parts_bytes += count
        if self._parts_bytes >= self._limits.small_bytes:
            if count == self._limits.small_bytes:
                self._bulk_size = min(2 * count, self._record_bytes)
                self._leave_dense()
            self._send_parts_alone()
        elif outbox is not None:
            urgent, self._urgent = self._urgent, False
            outbox.hold(self, urgent or count == room)
            if not self.dense and outbox.reads_in_hold() >= DENSE_READS:
                self.dense = True
                self._unwatch()
        return True

    def _read_bulk(self, room: int) -> bool:
        buffer = self._bulk
        if buffer is None:
            size = min(
                self._bulk_size, max(self._limits.small_bytes, (self.allowed - self.received) // 2)
            )
            outbox = self._outbox
            if self.sent > self.received:
                if room < self._limits.small_bytes:
                    # What is in flight brings credit for more: a scrap now would cost a message.
                    self._unwatch()
                    if self._bulk_timer is None:
                        self._bulk_timer = self._loop.call_later(HOLD_DENSE_S, self._bulk_due)
                    return False
                if outbox is not None and outbox.in_flight + size > self._limits.link_bytes:
                    outbox.starve(self)
                    self._unwatch()
                    return False
            buffer = self._bulk = self._buffers.take(min(size, room))
            self._bulk_at = HEADER_BYTES
        count = self._sock.recv_into(memoryview(buffer)[self._bulk_at :])
        if not count:
            self._end()
            return False
        self.read += count
        self._bulk_at += count
        if self._bulk_at == len(buffer):
            self._bulk_size = min(2 * self._bulk_size, self._record_bytes)
            self._send_bulk()
        elif self.sent == self.received or self._urgent:
            self._send_bulk()  # the client waits for it
        elif self._bulk_timer is None:
            self._bulk_timer = self._loop.call_later(HOLD_DENSE_S, self._bulk_due)
        return True

    def _bulk_due(self) -> None:
        self._bulk_timer = None
        if self._bulk is None:
            self._bulk_size = self._limits.small_bytes  # the client is in no hurry: take the scrap
            self.resume()
        else:
            count = self._bulk_at - HEADER_BYTES
            if count < self._limits.small_bytes:
                self._bulk_size = self._limits.small_bytes
            elif count < self._bulk_size // 2:
                self._bulk_size //= 2
            self._send_bulk()

    def _send_bulk(self) -> None:
        self._cancel_bulk_timer()
        self._urgent = False
        buffer, self._bulk = self._bulk, None
        if buffer is None:
            return
        count = self._bulk_at - HEADER_BYTES
        if not count:
            return
        if self._bulk_at < len(buffer):
            del buffer[self._bulk_at :]
        HEADER.pack_into(buffer, 0, Kind.DATA, 0, 0, self._stream, count)
        self._keep(memoryview(buffer)[HEADER_BYTES:])
        if self._outbox is not None:
            self._count_sent(count)
            self._outbox.put_bulk(buffer)

    def _send_parts_alone(self) -> None:
        record = self.take_small()
        if record is not None and self._outbox is not None:
            self._outbox.put_bulk(record)

    def _send_all(self) -> None:
        if self._outbox is None:
            self._stow()
            return
        record = self.take_small()
        if record is not None:
            self._outbox.put(record)
            self._outbox.release(self)
        self._send_bulk()

    def _stow(self) -> None:
        """Move what was read into what is kept, unsent."""
        outbox, self._outbox = self._outbox, None
        if outbox is not None:
            outbox.release(self)
        self.take_small()
        self._send_bulk()
        self._outbox = outbox

    def _keep(self, payload: memoryview) -> None:
        self._kept.append(payload)
        self.taken += len(payload)

    def _count_sent(self, count: int) -> None:
        if self._outbox is not None:
            self.sent += count
            self._outbox.in_flight += count

    def _forget(self, received: int) -> None:
        self.received = received
        kept = self._kept
        while kept and self._kept_at + len(kept[0]) <= received:
            chunk = kept.popleft()
            self._kept_at += len(chunk)
            self._buffers.give_back(chunk)

    def _repeat(self) -> bool:
        """Send what is kept from ``sent`` on, under the credit. True: all of it has left."""
        outbox = self._outbox
        if outbox is None:
            return False
        at = self._kept_at
        for chunk in list(self._kept):
            end = at + len(chunk)
            while self.sent < end:
                if outbox.blocked:
                    outbox.starve(self)
                    return False
                count = min(end - self.sent, self.allowed - self.sent, self._record_bytes)
                if count <= 0:
                    return False
                start = self.sent - at
                record = b"".join(
                    (header(Kind.DATA, self._stream, count), chunk[start : start + count])
                )
                self._count_sent(count)
                outbox.put_bulk(record)
            at = end
        return True

    def _end(self, error: OSError | None = None) -> None:
        self.ended, self.error = True, error
        self.dense = False
        self._unwatch()
        self._send_all()
        if self._outbox is not None and self.sent == self.taken:
            self._on_end()

    def _leave_dense(self) -> None:
        if self.dense:
            self.dense = False
            self.resume()

    def _unwatch(self) -> None:
        if self._watching:
            self._watching = False
            self._loop.remove_reader(self._sock)

    def _cancel_bulk_timer(self) -> None:
        if self._bulk_timer is not None:
            self._bulk_timer.cancel()
            self._bulk_timer = None
