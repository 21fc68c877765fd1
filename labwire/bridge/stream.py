"""One connection to an instrument, and who holds it.

A stream is *held* by a link or *detached*. Detached it goes on as if its client were slow, until
somebody claims it with its token or its lease is over. It ends once, with one CLOSED to its
holder.

An end that its client did not ask for makes it *finished*: the socket is closed, but what the
client has not confirmed is kept until it says CLOSE. A link that is cut just then loses nothing:
who claims the stream on the next one gets the rest, and the CLOSED again.

Source: docs/protocols/bridge.md, "A stream's life".
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import secrets
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .addresses import endpoint
from .buffers import Buffers
from .intake import Beyond, Intake
from .limits import Limits
from .outlet import Outlet, OutOfBudget, OutOfCredit
from .records import Json, Kind, credit, end

if TYPE_CHECKING:
    from .link import Link

LINGER_S = 1.0  # for bytes that CLOSE finds on their way to the instrument
UNASKED = ("done", "lost")  # reasons of a CLOSED that the client confirms with CLOSE
_ABORT = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Target:
    """Where a stream leads."""

    host: str
    address: str
    port: int
    local: str
    rule: str
    label: str = ""

    @property
    def endpoint(self) -> str:
        return endpoint(self.host, self.port)


class Stream:
    """A connected socket between two ends.

    ``on_close(stream)`` is called once, when the socket is closed.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        target: Target,
        limits: Limits,
        buffers: Buffers,
        budget: int | None,
        on_close: Callable[[Stream], None],
    ) -> None:
        self._loop = loop
        self._sock = sock
        self._limits = limits
        self._on_close = on_close
        self.target = target
        self.token = secrets.token_hex(16)
        self.claimed_with: str | None = None
        """The token of the last ATTACH, until its client speaks on the stream."""
        self.number = 0
        self.link: Link | None = None
        self.client_name = ""
        self.deadline: float | None = None
        """When a detached stream closes, in the loop's time."""
        self.reason: str | None = None
        """Why it closed; None while it lives."""
        self.finished = False
        """Closed, and not confirmed by its client."""
        self._verdict: Json = {}
        self._verdict_told = False
        self._closing: asyncio.TimerHandle | None = None
        self._end_sent = False
        self._end_sent_here = False  # on the present link
        self._broken: OSError | None = None
        self._intake = Intake(loop, sock, limits, buffers, self._instrument_ended)
        self._outlet = Outlet(loop, sock, limits, budget, self._progress, self._write_failed)

    # -- who holds it ------------------------------------------------------------------------

    def open(self, link: Link, number: int, allowed: int) -> None:
        """Give the new stream to ``link`` and say so."""
        self._intake.attach(number, link.outbox, link.record_bytes, 0, allowed)
        self._held_by(link, number)
        link.put(
            Kind.OPENED,
            number,
            {
                "address": self.target.address,
                "port": self.target.port,
                "local": self.target.local,
                "token": self.token,
                "credit": self._outlet.allowed,
                "window": self._limits.up_window_bytes,
                "budget": self._outlet.budget,
                "rule": self.target.rule,
            },
        )

    def attach(self, link: Link, number: int, received: int | None, allowed: int) -> None:
        """Give it to ``link``, with a new token, and go on after byte ``received``.

        Raises
        ------
        Beyond
            Those bytes are not kept; the stream is as it was.
        """
        if received is not None and not self.oldest <= received <= self.newest:
            raise Beyond
        if self.link is not None:
            if not self._verdict_told:
                self._tell(self._closed_fields("claimed", "another page has taken the stream over"))
            self.detach(self.deadline)
        self._intake.attach(number, link.outbox, link.record_bytes, received, allowed)
        self._held_by(link, number)
        self.token = secrets.token_hex(16)
        self._end_sent_here = False
        self._verdict_told = False
        link.put(
            Kind.ATTACHED,
            number,
            {
                "address": self.target.address,
                "port": self.target.port,
                "token": self.token,
                "offset": self._intake.sent,
                "received": self._outlet.received,
                "credit": self._outlet.allowed,
                "window": self._limits.up_window_bytes,
                "budget": self._outlet.budget,
                "sent_end": self._end_sent,
                "received_end": self._outlet.ended,
            },
        )
        self._loop.call_soon(self._tell_broken)  # behind what is sent again

    def detach(self, deadline: float | None) -> None:
        """Nobody holds it any more.

        It closes at ``deadline`` (the loop's time) unless somebody claims it.
        """
        self._intake.detach()
        self._unlink()
        self.deadline = deadline

    @property
    def closing(self) -> bool:
        """Its client has said CLOSE; the last bytes are leaving."""
        return self._closing is not None

    @property
    def oldest(self) -> int:
        """The first byte that could be sent again."""
        return self._intake.received

    @property
    def newest(self) -> int:
        """Behind the last byte that was read from the instrument."""
        return self._intake.read

    def _held_by(self, link: Link, number: int) -> None:
        self.link, self.number = link, number
        if not self.finished:
            self.deadline = None
        self.client_name = link.client_name
        link.streams[number] = self

    # -- what its client says ----------------------------------------------------------------

    def data(self, payload: memoryview) -> None:
        if self._closing is not None:
            return
        try:
            self._outlet.write(payload)
        except OutOfCredit:
            more = (
                "after its END"
                if self._outlet.ended
                else f"where {self._outlet.allowed} were allowed"
            )
            self.close(
                "protocol",
                f"the client sent {self._outlet.received + len(payload)} bytes {more}",
                "this is a defect of the client: report it",
            )
        except OutOfBudget:
            self.close(
                "budget",
                f"{self.target.endpoint} is read-only here: "
                f"{self._outlet.budget} bytes may be sent, "
                f"{self._outlet.received + len(payload)} were tried",
                "ask the administrator about LabwireBridge.read_only",
            )
        else:
            self._intake.expect_answer()
            self._grant()

    def credit(self, received: int, allowed: int) -> None:
        try:
            self._intake.credit(received, allowed)
        except Beyond:
            self.close(
                "protocol",
                f"the client counts {received} bytes where {self._intake.sent} were sent",
                "this is a defect of the client: report it",
            )

    def end(self, total: int) -> None:
        if total != self._outlet.received:
            self.close(
                "protocol",
                f"the client ends after {total} bytes where {self._outlet.received} arrived",
                "this is a defect of the client: report it",
            )
            return
        self._outlet.end()
        self._close_if_done()

    def close_gently(self) -> None:
        """CLOSE: the instrument gets what is on its way, if it takes it within a second."""
        if self._closing is not None:
            return
        if not self._outlet.waiting:
            self.close("client", "the client closed the stream")
            return
        self._intake.close()
        self._closing = self._loop.call_later(
            LINGER_S, self.close, "client", "the client closed the stream"
        )

    # -- what the instrument does ------------------------------------------------------------

    def _instrument_ended(self) -> None:
        if self.link is None or (self.reason is not None and not self.finished):
            return
        if self._intake.error is not None and not self.finished:
            self._lost(self._intake.error)
            return
        if not self._end_sent_here and (self._end_sent or not self.finished):
            self._end_sent = self._end_sent_here = True
            self.link.outbox.put(end(self.number, self._intake.sent))
        if not self.finished:
            self._close_if_done()
        elif not self._verdict_told:
            self._verdict_told = True
            self._tell(self._verdict)

    def _write_failed(self, error: OSError) -> None:
        # What the instrument said before it went may tell why.
        self._intake.drain()
        self._broken = error
        self._tell_broken()

    def _tell_broken(self) -> None:
        if self._broken is not None and self.link is not None and self.reason is None:
            self._lost(self._broken)

    def _lost(self, error: OSError) -> None:
        name = errno.errorcode.get(error.errno or 0, "unknown")
        self.close(
            "lost",
            f"the connection to {self.target.endpoint} broke: {error.strerror or error}",
            "see whether the instrument is on and its program runs",
            errno=name,
        )

    def _progress(self) -> None:
        if self._closing is not None and not self._outlet.waiting:
            self.close("client", "the client closed the stream")
            return
        self._grant()
        self._close_if_done()

    def _grant(self) -> None:
        if self.link is not None and self.reason is None:
            allowed = self._outlet.grant()
            if allowed is not None:
                self.link.outbox.put(credit(self.number, self._outlet.received, allowed))

    def _close_if_done(self) -> None:
        if self._end_sent_here and self._outlet.ended and not self._outlet.waiting:
            self.close("done", "both sides ended")

    # -- the end -----------------------------------------------------------------------------

    def close(
        self, reason: str, message: str, hint: str = "", *, abort: bool = False, errno: str = ""
    ) -> None:
        """Close the socket and tell the holder.

        ``abort``: reset the connection instead of ending it.
        """
        if self.reason is not None:
            return
        self.reason = reason
        self._verdict = self._closed_fields(reason, message, hint, errno)
        self.finished = reason in UNASKED and self._closing is None
        if self._closing is not None:
            self._closing.cancel()
        if self.finished:
            self._intake.finish()
        else:
            self._intake.close()
        self._outlet.close()
        if abort:
            with contextlib.suppress(OSError):  # broken already is what was wanted
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        self._sock.close()
        if self.finished:
            self._intake.resume()  # CLOSED comes behind the last byte
        else:
            self._tell(self._verdict)
            self._unlink()
        self._on_close(self)

    def forget(self) -> None:
        """A finished one: nobody will ask for what is kept."""
        self.finished = False
        self._intake.close()
        self._unlink()

    @property
    def sent(self) -> int:
        """Bytes that the instrument's socket has taken."""
        return self._outlet.taken

    @property
    def received(self) -> int:
        """Bytes that came out of the instrument's socket."""
        return self._intake.read

    @property
    def lost(self) -> int:
        """Bytes accepted from clients that the instrument's socket has not taken."""
        return self._outlet.waiting

    def _unlink(self) -> None:
        if self.link is not None:
            self.link.streams.pop(self.number, None)
            self.link = None

    def _tell(self, closed: Json) -> None:
        if self.link is not None:
            self.link.put(Kind.CLOSED, self.number, closed)

    def _closed_fields(self, reason: str, message: str, hint: str = "", errno: str = "") -> Json:
        fields: Json = {
            "reason": reason,
            "message": message,
            "sent": self.sent,
            "received": self.received,
            "lost": self.lost,
        }
        if hint:
            fields["hint"] = hint
        if errno:
            fields["errno"] = errno
        return fields
