"""All streams of the bridge, and what each record does to them.

Source: docs/protocols/bridge.md, "OPEN" ... "ATTACH", "A stream's life".
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections import Counter
from collections.abc import Callable

from .addresses import Address
from .audit import Audit
from .buffers import Buffers
from .failures import Failure, Stage, over_limit
from .intake import Beyond
from .limits import Limits
from .link import Client, Link
from .opening import Opener, Wish
from .policy import Policy
from .questions import Questions
from .records import COUNT, CREDIT, Json, Kind, Record, with_bytes
from .stream import Stream

LEASE_OVER = (
    "lease",
    "nothing was heard of the client for too long",
    "open it again; a page in the background must be allowed to run its worker",
)
AUDITED = ("action", "endpoint", "method", "old", "new", "detail")


class Streams:
    """Opens, carries, hands over and closes.

    ``on_busy(parent)``: the first stream opened, on behalf of the message with that header;
    ``on_idle()``: the last socket closed. ``lease_s``: how long a finished stream is kept.
    """

    def __init__(
        self,
        *,
        opener: Opener,
        policy: Policy,
        questions: Questions,
        audit: Audit,
        limits: Limits,
        lease_s: float,
        on_busy: Callable[[bytes], None],
        on_idle: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._opener = opener
        self._policy = policy
        self._questions = questions
        self._audit = audit
        self._limits = limits
        self._lease_s = lease_s
        self._on_busy = on_busy
        self._on_idle = on_idle
        self._buffers = Buffers(limits.small_bytes, limits.record_bytes)
        self._by_token: dict[str, Stream] = {}
        self._claims: dict[str, tuple[Client, Stream]] = {}  # by a token that was used
        self.ignored: Counter[str] = Counter()
        """Records for streams that are not open, by kind: they crossed a CLOSED."""
        self._actions: dict[int, Callable[[Client, Link, Record], None]] = {
            Kind.ACK: self._nothing,
            Kind.PONG: self._nothing,
            Kind.PING: self._ping,
            Kind.STOP: self._stop,
            Kind.AUDIT: self._report,
            Kind.OPEN: self._open,
            Kind.DATA: self._data,
            Kind.CREDIT: self._credit,
            Kind.END: self._end,
            Kind.CLOSE: self._close,
            Kind.ANSWER: self._answer,
            Kind.ATTACH: self._attach,
        }

    def __len__(self) -> int:
        """How many have a socket, detached ones too."""
        return sum(not stream.finished for stream in self._by_token.values())

    def endpoints(self) -> list[str]:
        """Where they lead, for the status text."""
        living = (stream for stream in self._by_token.values() if not stream.finished)
        return sorted({stream.target.endpoint for stream in living})

    def perform(self, client: Client, link: Link, record: Record) -> None:
        """Do what ``record`` asks for."""
        self._actions[record.kind](client, link, record)

    def leave(self, link: Link, deadline: float) -> None:
        """``link`` is void: what it opens is cancelled, what it holds is detached until
        ``deadline``.
        """
        for task in list(link.opening.values()):
            task.cancel()
        self._questions.withdraw(link)
        for stream in list(link.streams.values()):
            stream.detach(deadline)

    def expire(self, now: float) -> None:
        """Close detached streams that nobody claimed in time, and forget finished ones that
        nobody confirmed.
        """
        for stream in list(self._by_token.values()):
            if stream.deadline is not None and now > stream.deadline:
                self._end_of(stream, *LEASE_OVER)
        self._audit.tick()

    def expire_link(self, link: Link) -> None:
        """Close what a client holds that has gone silent."""
        for stream in list(link.streams.values()):
            self._end_of(stream, *LEASE_OVER)

    def bye(self, link: Link, keep: list[object]) -> None:
        """Close what a client holds that goes away, but for the numbers in ``keep``."""
        for number, stream in list(link.streams.items()):
            if number not in keep:
                self._end_of(stream, "client", "the client said BYE")

    def close_all(self, reason: str, message: str) -> None:
        for stream in list(self._by_token.values()):
            self._end_of(stream, reason, message)

    def stop(self, link: Link, number: int) -> Json:
        """Urgent stop of one stream of a link, or of all (0): nothing more goes out."""
        numbers = [number] if number else [*link.opening, *link.streams]
        count = dropped = 0
        for one in numbers:
            stream = link.streams.get(one)
            task = link.opening.get(one)
            if stream is not None and not stream.finished:
                stream.close("stop", "stopped by the user", abort=True)
                dropped += stream.lost
            elif task is not None:
                self._cancel(link, one, task, "stop", "stopped by the user")
            else:
                continue
            count += 1
        link.outbox.flush()
        self._audit.write(
            "stop", {"client": link.client_name, "streams": count, "dropped": dropped}
        )
        return {"streams": count, "dropped": dropped}

    # -- records -----------------------------------------------------------------------------

    def _nothing(self, client: Client, link: Link, record: Record) -> None:
        """A sign of life, which was noted."""

    def _ping(self, client: Client, link: Link, record: Record) -> None:
        link.outbox.put(with_bytes(Kind.PONG, record.stream, record.payload))

    def _stop(self, client: Client, link: Link, record: Record) -> None:
        link.put(Kind.STOPPED, record.stream, self.stop(link, record.stream))

    def _report(self, client: Client, link: Link, record: Record) -> None:
        fields: Json = {"client": link.client_name}
        if record.stream in link.streams:
            fields["to"] = link.streams[record.stream].target.endpoint
        for name in AUDITED:
            if name in record.fields:
                fields[name] = record.fields[name][: self._limits.audit_text]
        self._audit.offer("report", fields)

    def _data(self, client: Client, link: Link, record: Record) -> None:
        stream = link.streams.get(record.stream)
        if stream is None or stream.finished:
            self.ignored["DATA"] += 1
        else:
            self._confirmed(stream)
            stream.data(record.payload)

    def _credit(self, client: Client, link: Link, record: Record) -> None:
        stream = link.streams.get(record.stream)
        if stream is None:
            self.ignored["CREDIT"] += 1
        else:
            self._confirmed(stream)
            stream.credit(*CREDIT.unpack(record.payload))

    def _end(self, client: Client, link: Link, record: Record) -> None:
        stream = link.streams.get(record.stream)
        if stream is None or stream.finished:
            self.ignored["END"] += 1
        else:
            self._confirmed(stream)
            stream.end(*COUNT.unpack(record.payload))

    def _close(self, client: Client, link: Link, record: Record) -> None:
        stream = link.streams.get(record.stream)
        task = link.opening.get(record.stream)
        if stream is not None and stream.finished:
            self._forget(stream)
        elif stream is not None and record.fields.get("abort", False):
            stream.close("client", "the client closed the stream", abort=True)
        elif stream is not None:
            stream.close_gently()
        elif task is not None:
            self._cancel(
                link, record.stream, task, "client", "the client gave up while it was opening"
            )
        else:
            self.ignored["CLOSE"] += 1

    def _answer(self, client: Client, link: Link, record: Record) -> None:
        choice = record.fields["choice"]
        try:
            question = self._questions.answer(link, record.fields["question"], choice)
        except Failure as failure:
            link.put(Kind.FAILED, 0, failure.as_json())
            return
        # Now, not when those who wait wake up: an OPEN that is judged in between must know.
        address, port = question.place
        if choice != "no":
            client.once.add(question.place)
        written = None
        if choice == "always":
            try:
                self._policy.remember(address, port)
                written = True
            except OSError as error:
                written = False
                print(f"labwire: the user's list cannot be written: {error}", file=sys.stderr)
        self._audit.write(
            "answer",
            {
                "client": link.client_name,
                "endpoint": question.endpoint,
                "address": str(address),
                "choice": choice,
                **({} if written is None else {"written": written}),
            },
        )

    def _attach(self, client: Client, link: Link, record: Record) -> None:
        number, fields = record.stream, record.fields
        try:
            self._check_number(link, number, "attach")
            stream = self._claimable(client, fields["token"])
            if stream is None or stream.closing:
                raise Failure(
                    "attach",
                    "token",
                    "no stream has that token, or it was used",
                    "open the stream again",
                )
            token = stream.token
            try:
                stream.attach(link, number, fields["received"], fields["credit"])
            except Beyond:
                ahead = fields["received"] > stream.newest
                raise Failure(
                    "attach",
                    "ahead" if ahead else "gone",
                    f"bytes {stream.oldest} to {stream.newest} are kept, "
                    f"not from {fields['received']} on",
                    "open the stream again",
                    oldest=stream.oldest,
                    newest=stream.newest,
                ) from None
        except Failure as failure:
            self._refuse(link, number, failure)
            return
        del self._by_token[token]
        self._by_token[stream.token] = stream
        self._confirmed(stream)
        self._claims[fields["token"]] = (client, stream)
        stream.claimed_with = fields["token"]
        self._audit.write(
            "attach", {"client": link.client_name, "endpoint": stream.target.endpoint}
        )

    # -- opening -----------------------------------------------------------------------------

    def _open(self, client: Client, link: Link, record: Record) -> None:
        number = record.stream
        try:
            self._check_number(link, number, "open")
            if len(self._by_token) >= self._limits.all_streams:
                most = self._limits.all_streams
                raise over_limit("open", "all_streams", most, "streams", "close some first")
            wish = Wish.of(record.fields, self._limits)
        except Failure as failure:
            self._refuse(link, number, failure)
            self._audit_refusal(
                link, str(record.fields.get("host", ""))[: self._limits.host_chars], failure
            )
            return
        link.opening[number] = self._loop.create_task(
            self._opening(client, link, number, wish, record.fields["credit"])
        )

    async def _opening(
        self, client: Client, link: Link, number: int, wish: Wish, allowed: int
    ) -> None:
        async def ask(host: str, address: Address, port: int, rule: str) -> str:
            place = (address, port)
            return await self._questions.ask(link, number, host, place, rule, self._policy.choices)

        try:
            sock, target, budget = await self._opener.open(
                wish, lambda a, p: (a, p) in client.once, ask
            )
        except Failure as failure:
            link.opening.pop(number, None)
            link.put(Kind.FAILED, number, failure.as_json())
            self._audit_refusal(link, wish.endpoint, failure)
            return
        except Exception:
            link.opening.pop(number, None)
            traceback.print_exc(file=sys.stderr)
            defect = Failure(
                "open",
                "defect",
                "the bridge failed in itself; its log says where",
                "report the log",
            )
            link.put(Kind.FAILED, number, defect.as_json())
            return
        # No await from here on: nobody can cancel a socket away.
        link.opening.pop(number, None)
        stream = Stream(self._loop, sock, target, self._limits, self._buffers, budget, self._closed)
        if not len(self):
            self._on_busy(link.parent)
        self._by_token[stream.token] = stream
        stream.open(link, number, allowed)
        self._audit.write(
            "open",
            {
                "client": link.client_name,
                "endpoint": target.endpoint,
                "address": target.address,
                "rule": target.rule,
                "budget": budget,
                "label": target.label,
            },
        )

    def _claimable(self, client: Client, token: str) -> Stream | None:
        """The stream of a token. One that was used works again for who used it, as long as
        nothing has shown that ATTACHED, with the next one, arrived.
        """
        claimant, claimed = self._claims.get(token, (None, None))
        return claimed if claimant is client else self._by_token.get(token)

    def _confirmed(self, stream: Stream) -> None:
        """Its client speaks on it: so it has heard ATTACHED."""
        if stream.claimed_with is not None:
            del self._claims[stream.claimed_with]
            stream.claimed_with = None

    def _check_number(self, link: Link, number: int, stage: Stage) -> None:
        before = link.streams.get(number)
        if before is not None and before.finished:
            self._forget(before)  # to use its number again, the client must have heard CLOSED
        if number == 0 or number in link.streams or number in link.opening:
            raise Failure(
                stage,
                "stream",
                f"stream {number} is {'the link itself' if number == 0 else 'in use'}",
                "choose a number that is free",
                stream=number,
            )
        if len(link.streams) + len(link.opening) >= self._limits.streams:
            most = self._limits.streams
            raise over_limit(stage, "streams", most, "streams", "close some first")

    def _refuse(self, link: Link, number: int, failure: Failure) -> None:
        # FAILED on a number in use would be taken for the stream that has it.
        link.put(Kind.FAILED, 0 if failure.rule == "stream" else number, failure.as_json())

    def _cancel(
        self, link: Link, number: int, task: asyncio.Task[None], reason: str, message: str
    ) -> None:
        link.opening.pop(number, None)
        task.cancel()
        link.put(
            Kind.CLOSED,
            number,
            {"reason": reason, "message": message, "sent": 0, "received": 0, "lost": 0},
        )

    def _end_of(self, stream: Stream, reason: str, message: str, hint: str = "") -> None:
        if stream.finished:
            self._forget(stream)
        else:
            stream.close(reason, message, hint)

    def _forget(self, stream: Stream) -> None:
        stream.forget()
        self._confirmed(stream)
        self._by_token.pop(stream.token, None)

    def _closed(self, stream: Stream) -> None:
        if stream.finished:
            stream.deadline = self._loop.time() + self._lease_s
        else:
            self._confirmed(stream)
            self._by_token.pop(stream.token, None)
        self._audit.write(
            "close",
            {
                "client": stream.client_name,
                "endpoint": stream.target.endpoint,
                "address": stream.target.address,
                "reason": stream.reason,
                "sent": stream.sent,
                "received": stream.received,
                "lost": stream.lost,
            },
        )
        if not len(self):
            self._on_idle()

    def _audit_refusal(self, link: Link, endpoint: str, failure: Failure) -> None:
        self._audit.offer(
            "refused" if failure.stage in ("policy", "open") else "failed",
            {
                "client": link.client_name,
                "endpoint": endpoint,
                **({"address": failure.facts["address"]} if "address" in failure.facts else {}),
                "stage": failure.stage,
                "rule": failure.rule,
            },
        )
