"""Records: the units inside a message's buffers.

Twelve bytes of header (kind, flags, reserved, stream, length), then the payload. A message is
read as a whole before anything of it is acted on, so a malformed one leaves no trace.

Source: docs/protocols/bridge.md, "Envelope" and "Kinds". Vectors: vectors/bridge/records.jsonl.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple, NoReturn, TypeAlias

from .limits import Limits

PROTOCOL = 1
HEADER = struct.Struct("<BBHII")
HEADER_BYTES = HEADER.size
CREDIT = struct.Struct("<QQ")
COUNT = struct.Struct("<Q")

Json: TypeAlias = dict[str, Any]


class Kind(IntEnum):
    """Record kinds, as on the wire."""

    SEQ = 0x01
    ACK = 0x02
    PING = 0x03
    PONG = 0x04
    HELLO = 0x10
    WELCOME = 0x11
    BYE = 0x12
    RESET = 0x13
    STOP = 0x14
    STOPPED = 0x15
    AUDIT = 0x16
    OPEN = 0x20
    OPENED = 0x21
    FAILED = 0x22
    DATA = 0x23
    CREDIT = 0x24
    END = 0x25
    CLOSE = 0x26
    CLOSED = 0x27
    QUESTION = 0x28
    ANSWER = 0x29
    ATTACH = 0x2A
    ATTACHED = 0x2B


class Malformed(Exception):
    """The message cannot be read. Nothing of it was acted on."""


class OverLimit(Exception):
    """The message is larger than we accept. Nothing of it was acted on."""

    def __init__(self, limit: str, value: int, maximum: int, unit: str = "bytes") -> None:
        super().__init__(f"{limit} is {value} {unit}, the most is {maximum}")


class Record(NamedTuple):
    """One record from a client. ``fields`` is the JSON payload of the kinds that have one."""

    kind: int
    stream: int
    payload: memoryview
    fields: Json


class Field(NamedTuple):
    """What a JSON payload must hold under one name."""

    types: tuple[type, ...]
    required: bool = True


_TEXT, _COUNT, _FLAG = (str,), (int,), (bool,)

# What clients send as JSON: name -> type. bool is an int in Python and never taken for one here.
FIELDS: Mapping[int, Mapping[str, Field]] = {
    Kind.HELLO: {
        "protocol": Field(_COUNT),
        "client": Field(_TEXT),
        "link": Field(_TEXT),
        "previous": Field(_TEXT, False),
    },
    Kind.BYE: {"keep": Field((list,), False)},
    Kind.STOP: {},
    Kind.AUDIT: {
        "action": Field(_TEXT),
        "endpoint": Field(_TEXT),
        "method": Field(_TEXT, False),
        "old": Field(_TEXT, False),
        "new": Field(_TEXT, False),
        "detail": Field(_TEXT, False),
    },
    Kind.OPEN: {
        "kind": Field(_TEXT),
        "host": Field(_TEXT, False),
        "port": Field(_COUNT, False),
        "credit": Field(_COUNT),
        "read_only": Field(_FLAG, False),
        "timeout_s": Field((int, float), False),
        "label": Field(_TEXT, False),
    },
    Kind.CLOSE: {"abort": Field(_FLAG, False), "reason": Field(_TEXT, False)},
    Kind.ANSWER: {"question": Field(_TEXT), "choice": Field(_TEXT)},
    Kind.ATTACH: {
        "token": Field(_TEXT),
        "received": Field((int, type(None))),
        "credit": Field(_COUNT),
    },
}

# What clients send with a payload of fixed length.
_LENGTHS: Mapping[int, int] = {
    Kind.SEQ: 0,
    Kind.ACK: 0,
    Kind.CREDIT: CREDIT.size,
    Kind.END: COUNT.size,
}

_FROM_BRIDGE = frozenset(
    {
        Kind.WELCOME,
        Kind.RESET,
        Kind.STOPPED,
        Kind.OPENED,
        Kind.FAILED,
        Kind.CLOSED,
        Kind.QUESTION,
        Kind.ATTACHED,
    }
)
_KNOWN = frozenset(int(kind) for kind in Kind)
_NO_FIELDS: Json = {}
_MAX_COUNT = 2**53  # a count beyond it would not survive the other end's JSON


def header(kind: int, stream: int, length: int) -> bytes:
    """The twelve bytes before a payload of ``length`` bytes."""
    return HEADER.pack(kind, 0, 0, stream, length)


def empty(kind: int, stream: int) -> bytes:
    """A record without payload."""
    return HEADER.pack(kind, 0, 0, stream, 0)


def with_bytes(kind: int, stream: int, payload: bytes | memoryview) -> bytes:
    """A record with a copy of ``payload``."""
    return b"".join((HEADER.pack(kind, 0, 0, stream, len(payload)), payload))


def with_json(kind: int, stream: int, fields: Json) -> bytes:
    """A record with ``fields`` as compact ASCII JSON.

    Lone surrogates in texts survive as escapes.
    """
    return with_bytes(
        kind, stream, json.dumps(fields, separators=(",", ":"), allow_nan=False).encode("ascii")
    )


def credit(stream: int, received: int, allowed: int) -> bytes:
    """CREDIT: both counts absolute."""
    return HEADER.pack(Kind.CREDIT, 0, 0, stream, CREDIT.size) + CREDIT.pack(received, allowed)


def end(stream: int, total: int) -> bytes:
    """END: ``total`` bytes were sent in this direction."""
    return HEADER.pack(Kind.END, 0, 0, stream, COUNT.size) + COUNT.pack(total)


def read(buffers: Sequence[memoryview], limits: Limits) -> tuple[list[Record], int]:
    """The records of one message from a client, in order, and how many of unknown kind were
    skipped.

    Payloads are views of ``buffers``.

    Raises
    ------
    Malformed, OverLimit
        The whole message is refused.
    """
    if len(buffers) > limits.buffers:
        raise OverLimit("buffers", len(buffers), limits.buffers, "buffers")
    total = sum(map(len, buffers))
    if total > limits.message_bytes:
        raise OverLimit("message_bytes", total, limits.message_bytes)
    records: list[Record] = []
    unknown = 0
    for buffer in buffers:
        at, size = 0, len(buffer)
        while at < size:
            if size - at < HEADER_BYTES:
                raise Malformed(
                    f"a record's header needs {HEADER_BYTES} bytes, {size - at} are left"
                )
            kind, flags, reserved, stream, length = HEADER.unpack_from(buffer, at)
            at += HEADER_BYTES
            if flags or reserved:
                raise Malformed(
                    f"flags {flags} and reserved {reserved} must be 0 in protocol {PROTOCOL}"
                )
            if length > limits.record_bytes:
                raise OverLimit("record_bytes", length, limits.record_bytes)
            if length > size - at:
                raise Malformed(f"a record of {length} bytes, {size - at} are left in its buffer")
            if len(records) + unknown == limits.records:
                raise OverLimit("records", limits.records + 1, limits.records, "records")
            payload = buffer[at : at + length]
            at += length
            if kind == Kind.DATA:
                if not length:
                    raise Malformed("DATA without a byte")
                records.append(Record(kind, stream, payload, _NO_FIELDS))
            elif kind in FIELDS:
                records.append(Record(kind, stream, payload, _fields(kind, payload, limits)))
            elif kind not in _KNOWN:
                unknown += 1
            else:
                _check(kind, length, limits)
                records.append(Record(kind, stream, payload, _NO_FIELDS))
    return records, unknown


def _check(kind: int, length: int, limits: Limits) -> None:
    name = Kind(kind).name
    if kind in _FROM_BRIDGE:
        raise Malformed(f"{name} is sent by the bridge only")
    if kind in _LENGTHS:
        if length != _LENGTHS[kind]:
            raise Malformed(f"{name} has a payload of {length} bytes, it needs {_LENGTHS[kind]}")
    elif length > limits.ping_bytes:  # PING, PONG
        raise OverLimit("ping_bytes", length, limits.ping_bytes)


def _fields(kind: int, payload: memoryview, limits: Limits) -> Json:
    name = Kind(kind).name
    if len(payload) > limits.json_bytes:
        raise OverLimit("json_bytes", len(payload), limits.json_bytes)
    try:
        fields = json.loads(bytes(payload).decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the payload of {name} is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise Malformed(f"the payload of {name} is JSON but no object")
    for key, field in FIELDS[kind].items():
        if key not in fields:
            if field.required:
                raise Malformed(f"{name} without {key!r}")
            continue
        value = fields[key]
        if not isinstance(value, field.types) or (
            isinstance(value, bool) and bool not in field.types
        ):
            wanted = " or ".join(t.__name__ for t in field.types)
            raise Malformed(f"{key!r} of {name} is {type(value).__name__}, it must be {wanted}")
        if isinstance(value, int) and not 0 <= value <= _MAX_COUNT:
            raise Malformed(f"{key!r} of {name} must be from 0 to 2**53")
    return fields


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")
