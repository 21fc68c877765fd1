"""All clients of the bridge: who may speak.

A message is acted on only if it carries the nonce of a living link, can be read as a whole, and
is the next one. What its records do is told in ``streams``.

Source: docs/protocols/bridge.md, "Envelope", "SEQ", "HELLO" ... "STOP".
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import importlib.metadata
import os
import socket
import sys
import traceback
from collections import Counter

from .failures import Failure, over_limit
from .limits import Limits
from .link import Client, Link, Send, envelope
from .messages import Buffer, Json, Messenger, Request
from .opening import KINDS
from .outbox import HOLD_DENSE_S
from .policy import Policy
from .records import PROTOCOL, Kind, Malformed, OverLimit, read, with_json
from .sockets import Gone
from .streams import Streams

HEARTBEAT_S = 5
MICRO_ACK_MS = 2
RESET_EVERY_S = 1.0
LINK_CHARS = (8, 64)


class Switchboard:
    """Takes comm messages, keeps clients, links and leases."""

    def __init__(
        self,
        *,
        messenger: Messenger,
        send: Send,
        send_control: Send,
        streams: Streams,
        policy: Policy,
        limits: Limits,
        lease_s: float,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._messenger = messenger
        self._send = send
        self._send_control = send_control
        self._streams = streams
        self._policy = policy
        self._limits = limits
        self._lease_s = lease_s
        self._clients: dict[bytes, Client] = {}
        self._reset_at: dict[bytes, float] = {}
        self.counts: Counter[str] = Counter()
        """What was refused or ignored, by reason: for the status text."""
        self._leases = self._loop.create_task(self._watch_leases())

    def __len__(self) -> int:
        """How many clients have a link."""
        return sum(client.link is not None for client in self._clients.values())

    def close(self) -> None:
        """The kernel ends."""
        self._leases.cancel()

    def flush(self) -> None:
        """Send now what waits for the end of the loop's turn."""
        for client in self._clients.values():
            if client.link is not None:
                client.link.outbox.flush()

    # -- messages ----------------------------------------------------------------------------

    def receive(self, request: Request, control: bool = False) -> None:
        """A comm_msg arrived. Whatever it holds, the bridge goes on."""
        data = request.content.get("data")
        if request.content.get("comm_id") != "labwire" or not isinstance(data, dict):
            self.counts["not for the bridge"] += 1
            return
        client = self._clients.get(request.identity)
        link = client.link if client is not None else None
        nonce = data.get("nonce")
        if nonce is None and not control:
            self._first(request, data)
        elif client is None or link is None or nonce != link.nonce:
            self._refuse(
                request.identity,
                nonce,
                "the nonce is not the one of a living link",
                "buffers" in data,
            )
        else:
            self._next(client, link, request, data, control)

    def _first(self, request: Request, data: Json) -> None:
        try:
            buffers, text = buffers_of(request.buffers, data, self._limits)
            records, _ = read(buffers, self._limits)
        except (Malformed, OverLimit):
            records, text = [], False
        if [(r.kind, r.stream) for r in records] != [(Kind.SEQ, 0), (Kind.HELLO, 0)]:
            self._refuse(
                request.identity,
                None,
                "a message without a nonce must be a HELLO",
                "buffers" in data,
            )
            return
        try:
            self._hello(request, records[1].fields, text)
        except Failure as failure:
            fields = {**failure.as_json(), "link": records[1].fields["link"][: LINK_CHARS[1]]}
            self._send_bare(request.identity, with_json(Kind.FAILED, 0, fields), text)

    def _next(
        self, client: Client, link: Link, request: Request, data: Json, control: bool
    ) -> None:
        try:
            buffers, _ = buffers_of(request.buffers, data, self._limits)
            records, unknown = read(buffers, self._limits)
            self.counts["unknown kind"] += unknown
            if control:
                if any(record.kind != Kind.STOP for record in records):
                    raise Malformed("only STOP travels on control")
                link.heard = self._loop.time()
                for record in records:
                    stopped = self._streams.stop(link, record.stream)
                    answer: list[Buffer] = [with_json(Kind.STOPPED, record.stream, stopped)]
                    self._try_send(self._send_control, link.frames(answer))
                return
            if not records or records[0].kind != Kind.SEQ:
                raise Malformed("the first record must be SEQ")
            if any(record.kind in (Kind.SEQ, Kind.HELLO) for record in records[1:]):
                raise Malformed("SEQ comes first and once, HELLO comes alone")
        except (Malformed, OverLimit) as error:
            reason = "limit" if isinstance(error, OverLimit) else "malformed"
            self.counts[reason] += 1
            self._void(client, link, reason, str(error))
            return
        judged = link.number(records[0].stream)
        if judged == "duplicate":
            self.counts["duplicate"] += 1
            return
        if judged == "gap":
            self.counts["gap"] += 1
            self._void(
                client,
                link,
                "gap",
                f"message {link.expected} was expected, {records[0].stream} came",
            )
            return
        link.heard = self._loop.time()
        for record in records[1:]:
            if record.kind == Kind.BYE:
                self._bye(client, link, record.fields.get("keep", []))
                return
            try:
                self._streams.perform(client, link, record)
            except Exception:
                # A defect of ours. The streams of others must not die of it; the log says where.
                self.counts["defect"] += 1
                traceback.print_exc(file=sys.stderr)

    # -- links -------------------------------------------------------------------------------

    def _hello(self, request: Request, fields: Json, text: bool) -> None:
        name = fields["link"]
        if fields["protocol"] < PROTOCOL:
            raise Failure(
                "hello",
                "protocol",
                f"the client speaks protocol {fields['protocol']}, the bridge speaks {PROTOCOL}",
                "reload the page so that it gets the client that fits",
                protocol=PROTOCOL,
            )
        if not LINK_CHARS[0] <= len(name) <= LINK_CHARS[1]:
            raise Failure(
                "hello", "link", f"link has {len(name)} characters, 8 to 64 are needed", ""
            )
        client = self._clients.get(request.identity)
        if client is None:
            client = self._come_in(request.identity, fields.get("previous"))
        link = client.link
        if link is None or link.name != name:
            if link is not None:
                self._leave(client, link)
            link = client.link = self._welcome(request, name, fields["client"], text)
            client.nonce = link.nonce
        link.heard = self._loop.time()
        link.outbox.put_number_zero(with_json(Kind.WELCOME, 0, link.welcome))

    def _come_in(self, identity: bytes, previous: str | None) -> Client:
        """A client on a websocket that is new: perhaps one we know, by its nonce."""
        known = next((c for c in self._clients.values() if c.nonce == previous), None)
        if known is None:
            if len(self._clients) >= self._limits.clients:
                most = self._limits.clients
                raise over_limit("hello", "clients", most, "clients", "close pages of Labwire")
            client = Client()
        else:
            client = known
            del self._clients[known.identity]
            if known.link is not None:
                self._leave(known, known.link)
        client.identity = identity
        self._clients[identity] = client
        return client

    def _welcome(self, request: Request, name: str, client_name: str, text: bool) -> Link:
        link = Link(
            self._loop,
            self._send,
            self._messenger,
            request.identity,
            name,
            client_name[: self._limits.text_chars],
            text,
            self._limits,
            request.header,
        )
        link.welcome = {
            "protocol": PROTOCOL,
            "link": name,
            "bridge": VERSION,
            "nonce": link.nonce,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "text": text,
            "lease_s": self._lease_s,
            "heartbeat_s": HEARTBEAT_S,
            "micro_ack_ms": MICRO_ACK_MS,
            "coalesce_ms": round(HOLD_DENSE_S * 1000),
            "limits": self._limits.as_dict(),
            "kinds": list(KINDS),
            "policy": self._policy.summary(),
        }
        return link

    def _bye(self, client: Client, link: Link, keep: list[object]) -> None:
        self._streams.bye(link, keep)
        link.outbox.flush()
        self._leave(client, link)
        self._clients.pop(client.identity, None)

    def _leave(self, client: Client, link: Link) -> None:
        """The link is void: its streams wait for someone who claims them."""
        client.link = None
        client.until = link.heard + self._lease_s
        link.outbox.close()
        self._streams.leave(link, client.until)

    def _void(self, client: Client, link: Link, reason: str, message: str) -> None:
        self._leave(client, link)
        self._reset(client.identity, reason, link.nonce, message, link.text)

    def _refuse(self, identity: bytes, nonce: object, message: str, text: bool) -> None:
        """A message without right: counted, and answered now and then."""
        self.counts["nonce"] += 1
        now = self._loop.time()
        if now - self._reset_at.get(identity, -RESET_EVERY_S) < RESET_EVERY_S:
            return
        if len(self._reset_at) >= self._limits.clients:
            self._reset_at.clear()
        self._reset_at[identity] = now
        self._reset(identity, "nonce", nonce, message, text)

    def _reset(self, identity: bytes, reason: str, nonce: object, message: str, text: bool) -> None:
        fields: Json = {
            "reason": reason,
            "nonce": nonce[:64] if isinstance(nonce, str) else None,
            "message": message,
            "hint": "say HELLO again and attach the streams",
        }
        self._send_bare(identity, with_json(Kind.RESET, 0, fields), text)

    def _send_bare(self, identity: bytes, record: bytes, text: bool) -> None:
        self._try_send(self._send, envelope(self._messenger, identity, None, None, [record], text))

    def _try_send(self, send: Send, frames: list[Buffer]) -> None:
        try:
            if not send(frames):
                self.counts["not sent: pipe full"] += 1
        except Gone:
            self.counts["not sent: client gone"] += 1

    async def _watch_leases(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self._lease_s / 4))
            now = self._loop.time()
            for client in list(self._clients.values()):
                link = client.link
                if link is not None and now - link.heard > self._lease_s:
                    self._streams.expire_link(link)
                    link.outbox.flush()
                    self._leave(client, link)
                if client.link is None and now > client.until:
                    del self._clients[client.identity]
            self._streams.expire(now)


def buffers_of(
    binary: list[memoryview], data: Json, limits: Limits
) -> tuple[list[memoryview], bool]:
    """The buffers of a message, and whether they came as text."""
    texts = data.get("buffers")
    if texts is None:
        return binary, False
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Malformed("buffers must be a list of base64 strings")
    size = sum(len(text) * 3 // 4 for text in texts)
    if size > limits.message_bytes + 3 * len(texts):
        raise OverLimit("message_bytes", size, limits.message_bytes)
    try:
        return [memoryview(base64.b64decode(text, validate=True)) for text in texts], True
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"a buffer is not base64: {error}") from None


def _version() -> str:
    try:
        return importlib.metadata.version("labwire")
    except importlib.metadata.PackageNotFoundError:
        return "0+checkout"


VERSION = _version()
