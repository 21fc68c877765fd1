"""One client's link: from a HELLO to the next, or to its end.

It numbers what leaves, checks the numbers of what comes, and knows the client's streams by their
numbers.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Callable
from typing import Literal

from .addresses import Address
from .limits import Limits
from .messages import Buffer, Messenger, dump
from .outbox import Outbox
from .records import Json, Kind, with_json
from .sockets import Gone
from .stream import Stream

Send = Callable[[list[Buffer]], bool]
"""Sends frames on the shell socket, identity first. Raises Gone."""


class Link:
    """A client that said HELLO. ``streams``: what it holds; ``opening``: what it waits for."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        send: Send,
        messenger: Messenger,
        identity: bytes,
        name: str,
        client_name: str,
        text: bool,
        limits: Limits,
        parent: bytes,
    ) -> None:
        self._send = send
        self._messenger = messenger
        self.identity = identity
        self.name = name
        self.client_name = client_name
        self.text = text
        self.record_bytes = limits.text_record_bytes if text else limits.record_bytes
        self.parent = parent
        """The header of the HELLO: parent of status messages on its behalf."""
        self.nonce = secrets.token_hex(16)
        self._content = dump({"comm_id": "labwire", "data": {"nonce": self.nonce}})
        self._expected = 1  # HELLO was 0
        self.heard = loop.time()
        self.streams: dict[int, Stream] = {}
        self.opening: dict[int, asyncio.Task[None]] = {}
        self.outbox = Outbox(loop, self._transmit)
        self.welcome: Json = {}

    def put(self, kind: Kind, stream: int, fields: Json) -> None:
        """Send a JSON record soon."""
        self.outbox.put(with_json(kind, stream, fields))

    def number(self, number: int) -> Literal["next", "duplicate", "gap"]:
        """Judge the number of a message that arrived; count it if it is the next."""
        ahead = (number - self._expected) & 0xFFFFFFFF
        if ahead == 0:
            self._expected = (self._expected + 1) & 0xFFFFFFFF
            return "next"
        return "gap" if ahead < 0x80000000 else "duplicate"

    @property
    def expected(self) -> int:
        return self._expected

    def frames(self, buffers: list[Buffer]) -> list[Buffer]:
        """A whole message of the link, ready to send."""
        return envelope(
            self._messenger, self.identity, self.nonce, self._content, buffers, self.text
        )

    def _transmit(self, buffers: list[Buffer]) -> bool:
        try:
            return self._send(self.frames(buffers))
        except Gone:
            # The websocket is away. Its client says HELLO when it comes back, or its
            # lease ends; until then
            # what is sent goes nowhere, and DATA is kept by its stream.
            return True


def envelope(
    messenger: Messenger,
    identity: bytes,
    nonce: str | None,
    content: bytes | None,
    buffers: list[Buffer],
    text: bool,
) -> list[Buffer]:
    """The frames of one comm_msg. ``content``: ready-made for a binary message with that nonce."""
    if text or content is None:
        data: Json = {} if nonce is None else {"nonce": nonce}
        if text:
            data["buffers"] = [base64.b64encode(buffer).decode("ascii") for buffer in buffers]
        content = dump({"comm_id": "labwire", "data": data})
    frames: list[Buffer] = [identity, *messenger.frames("comm_msg", content)]
    if not text:
        frames += buffers
    return frames


class Client:
    """One page, over all its links and websockets."""

    def __init__(self) -> None:
        self.identity = b""
        """Of the websocket it speaks on."""
        self.link: Link | None = None
        self.nonce = ""
        """Of its last link: with it the client is known on another websocket."""
        self.once: set[tuple[Address, int]] = set()
        """Where it may connect because a person said so, this time."""
        self.until = 0.0
        """When it is forgotten, if it has no link."""
