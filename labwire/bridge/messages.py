"""Jupyter messages: frames, signatures, headers.

A message on a zmq socket is ``identity..., <IDS|MSG>, signature, header, parent_header, metadata,
content, buffers...``. The signature covers the four JSON frames, so large buffers cost no HMAC.

Source: jupyter_client's messaging specification, "The Wire Protocol".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

VERSION = "5.3"
DELIMITER = b"<IDS|MSG>"
EMPTY = b"{}"
JSON_FRAME_BYTES = (
    4 * 1024 * 1024
)  # a text-mode message of 2 MiB in base64 is the largest that is meant

Json: TypeAlias = dict[str, Any]
Buffer: TypeAlias = bytes | bytearray | memoryview


class Rejected(Exception):
    """A message that is not ours to read: signature, frames or JSON are wrong."""


class Request(NamedTuple):
    """A message that arrived, verified."""

    identity: bytes
    msg_type: str
    header: bytes
    """JSON, verbatim: the parent of every reply."""
    content: Json
    buffers: list[memoryview]


class Messenger:
    """Signs what leaves and verifies what comes."""

    def __init__(self, key: bytes, scheme: str = "hmac-sha256") -> None:
        self.session = secrets.token_hex(16)
        self._count = 0
        self._second = 0
        self._tail = b""
        self._mac: hmac.HMAC | None = None
        if key:
            if not scheme.startswith("hmac-") or scheme[5:] not in hashlib.algorithms_available:
                raise ValueError(f"signature scheme {scheme!r} is unknown, hmac-sha256 is usual")
            self._mac = hmac.new(key, digestmod=scheme[5:])
        self._head = f'{{"msg_id":"{self.session}_'.encode()

    def header(self, msg_type: str) -> bytes:
        """A fresh header: every message has its own ``msg_id``, or a server takes it for a
        replay.
        """
        now = int(time.time())
        if now != self._second:
            self._second = now
            date = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
            self._tail = (
                f'","username":"labwire","session":"{self.session}","date":"{date}","version":"{VERSION}"}}'
            ).encode()
        self._count += 1
        return b'%b%d","msg_type":"%b%b' % (self._head, self._count, msg_type.encode(), self._tail)

    def sign(self, *frames: bytes) -> bytes:
        """The signature frame for the four JSON frames."""
        if self._mac is None:
            return b""
        mac = self._mac.copy()
        mac.update(b"".join(frames))
        return mac.hexdigest().encode()

    def frames(self, msg_type: str, content: bytes, parent: bytes = EMPTY) -> list[bytes]:
        """Delimiter to content, ready to send behind an identity and before buffers."""
        header = self.header(msg_type)
        return [
            DELIMITER,
            self.sign(header, parent, EMPTY, content),
            header,
            parent,
            EMPTY,
            content,
        ]

    def read(self, head: Sequence[bytes], buffers: list[memoryview]) -> Request:
        """``head``: all frames up to the content.

        Raises
        ------
        Rejected
            Too few frames, a signature that does not fit, JSON that is none.
        """
        try:
            at = head.index(DELIMITER)
        except ValueError:
            raise Rejected("no delimiter") from None
        if at == 0 or len(head) - at != 6:
            raise Rejected(f"{at} frames before the delimiter, {len(head) - at - 1} after it")
        signature, header, parent, metadata, content = head[at + 1 :]
        if self._mac is not None and not hmac.compare_digest(
            self.sign(header, parent, metadata, content), signature
        ):
            raise Rejected("the signature is wrong")
        if len(header) + len(content) > JSON_FRAME_BYTES:
            raise Rejected(
                f"{len(header) + len(content)} bytes of JSON, the most is {JSON_FRAME_BYTES}"
            )
        try:
            fields = json.loads(header.decode())
            value = json.loads(content.decode())
        except (ValueError, RecursionError) as error:
            raise Rejected(f"not JSON: {error}") from None
        if not isinstance(fields, dict) or not isinstance(value, dict):
            raise Rejected("header or content is no JSON object")
        msg_type = fields.get("msg_type")
        if not isinstance(msg_type, str):
            raise Rejected("the header names no msg_type")
        return Request(head[0], msg_type, header, value, buffers)


def dump(fields: Json) -> bytes:
    """Compact ASCII JSON."""
    return json.dumps(fields, separators=(",", ":"), allow_nan=False).encode("ascii")
