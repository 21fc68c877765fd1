"""Writes records.jsonl and messages.jsonl: bytes of the bridge contract and what they mean.

Packed here by hand from docs/protocols/bridge.md, with nothing of either end, so that both ends are
held to the page. Run it in this folder; Python 3.10, no dependency.
"""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

KINDS = {
    "SEQ": 0x01,
    "ACK": 0x02,
    "PING": 0x03,
    "PONG": 0x04,
    "HELLO": 0x10,
    "WELCOME": 0x11,
    "BYE": 0x12,
    "RESET": 0x13,
    "STOP": 0x14,
    "STOPPED": 0x15,
    "AUDIT": 0x16,
    "OPEN": 0x20,
    "OPENED": 0x21,
    "FAILED": 0x22,
    "DATA": 0x23,
    "CREDIT": 0x24,
    "END": 0x25,
    "CLOSE": 0x26,
    "CLOSED": 0x27,
    "QUESTION": 0x28,
    "ANSWER": 0x29,
    "ATTACH": 0x2A,
    "ATTACHED": 0x2B,
}
NONCE = "3f" * 16
Row = dict[str, Any]


def bytes_of(one: Row) -> bytes:
    if "json" in one:
        payload = json.dumps(one["json"], separators=(",", ":")).encode("ascii")
    elif "allowed" in one:
        payload = struct.pack("<QQ", int(one["received"]), int(one["allowed"]))
    elif "total" in one:
        payload = struct.pack("<Q", int(one["total"]))
    else:
        payload = bytes.fromhex(one.get("bytes", ""))
    kind = KINDS.get(one["kind"], one["kind"])
    return struct.pack("<BBHII", kind, 0, 0, one["stream"], len(payload)) + payload


def one(kind: str | int, stream: int, **payload: object) -> Row:
    return {"kind": kind, "stream": stream, **payload}


def good(name: str, sender: str, *records: Row) -> Row:
    data = b"".join(map(bytes_of, records))
    return {"name": name, "from": sender, "hex": data.hex(), "records": list(records)}


def bad(name: str, sender: str, data: bytes, error: str) -> Row:
    return {"name": name, "from": sender, "hex": data.hex(), "error": error}


def raw(kind: int, flags: int, reserved: int, stream: int, length: int, rest: bytes = b"") -> bytes:
    return struct.pack("<BBHII", kind, flags, reserved, stream, length) + rest


OPEN = {"kind": "tcp", "host": "127.0.0.1", "port": 3250, "credit": 524288}
CLOSED = {
    "reason": "client",
    "message": "the client closed the stream",
    "sent": 4096,
    "received": 123456,
    "lost": 0,
}

RECORDS = [
    good("nothing", "both"),
    good("seq-0", "both", one("SEQ", 0)),
    good("seq-before-it-wraps", "both", one("SEQ", 2**32 - 1)),
    good("micro-ack", "client", one("SEQ", 9), one("ACK", 41)),
    good("ping-empty", "client", one("PING", 0, bytes="")),
    good("pong-echoes", "bridge", one("PONG", 0, bytes="0001020304050607")),
    good(
        "hello",
        "client",
        one("SEQ", 0),
        one("HELLO", 0, json={"protocol": 1, "client": "labwire 0.1.0", "link": "5d" * 8}),
    ),
    good(
        "welcome-alone",
        "bridge",
        one("SEQ", 0),
        one("WELCOME", 0, json={"protocol": 1, "link": "5d" * 8, "nonce": NONCE, "text": False}),
    ),
    good("bye", "client", one("BYE", 0, json={"keep": [3, 7]})),
    good(
        "reset", "bridge", one("RESET", 0, json={"reason": "gap", "nonce": NONCE, "message": "m"})
    ),
    good("stop-all", "client", one("STOP", 0, json={})),
    good("stopped", "bridge", one("STOPPED", 0, json={"streams": 2, "dropped": 1380})),
    good(
        "audit-with-escapes",
        "client",
        one("AUDIT", 3, json={"action": "write", "endpoint": "ca://T", "new": "\u0007\n µΩ 𝄞"}),
    ),
    good("open", "client", one("SEQ", 1), one("OPEN", 1, json=OPEN)),
    good("open-largest-number", "client", one("OPEN", 2**32 - 1, json=OPEN)),
    good("opened", "bridge", one("OPENED", 1, json={"token": "9c" * 16, "credit": 1048576})),
    good(
        "failed",
        "bridge",
        one("FAILED", 1, json={"stage": "policy", "rule": "link-local", "message": "no"}),
    ),
    good("data-one-byte", "both", one("DATA", 1, bytes="00")),
    good("data-text", "both", one("DATA", 258, bytes=b"ARTIQ pc_rpc\n".hex())),
    good("credit", "both", one("CREDIT", 1, received="123456", allowed="647744")),
    good(
        "credit-past-2-to-53", "both", one("CREDIT", 1, received=str(2**53 + 1), allowed=str(2**60))
    ),
    good("end", "both", one("END", 1, total="123456")),
    good("close", "client", one("CLOSE", 1, json={"abort": True, "reason": "view closed"})),
    good("close-plain", "client", one("CLOSE", 1, json={})),
    good("closed", "bridge", one("CLOSED", 1, json=CLOSED)),
    good(
        "question",
        "bridge",
        one("QUESTION", 1, json={"question": "b1" * 16, "choices": ["once", "always", "no"]}),
    ),
    good("answer", "client", one("ANSWER", 1, json={"question": "b1" * 16, "choice": "once"})),
    good(
        "attach",
        "client",
        one("ATTACH", 2, json={"token": "9c" * 16, "received": 123456, "credit": 647744}),
    ),
    good(
        "attach-from-the-oldest",
        "client",
        one("ATTACH", 2, json={"token": "9c" * 16, "received": None, "credit": 524288}),
    ),
    good("attached", "bridge", one("ATTACHED", 2, json={"token": "e0" * 16, "offset": 123456})),
    good(
        "many-streams-in-one-buffer",
        "both",
        one("SEQ", 77),
        one("DATA", 1, bytes="aa"),
        one("DATA", 2, bytes="bbbb"),
        one("CREDIT", 1, received="1", allowed="2"),
        one("DATA", 1, bytes="cc"),
    ),
    {
        **good("unknown-kind-is-skipped", "both", one(0x7F, 5, bytes="0102"), one("SEQ", 3)),
        "records": [one("SEQ", 3)],
        "skipped": 1,
    },
    bad("header-cut", "both", raw(1, 0, 0, 0, 0)[:11], "malformed"),
    bad("payload-cut", "both", raw(0x23, 0, 0, 1, 5, b"abcd"), "malformed"),
    bad("second-record-cut", "both", raw(1, 0, 0, 0, 0) + b"\x23", "malformed"),
    bad("flags", "both", raw(1, 1, 0, 0, 0), "malformed"),
    bad("reserved", "both", raw(1, 0, 256, 0, 0), "malformed"),
    bad("seq-with-payload", "both", raw(1, 0, 0, 0, 1, b"x"), "malformed"),
    bad("credit-short", "both", raw(0x24, 0, 0, 1, 15, bytes(15)), "malformed"),
    bad("credit-long", "both", raw(0x24, 0, 0, 1, 17, bytes(17)), "malformed"),
    bad("end-short", "both", raw(0x25, 0, 0, 1, 7, bytes(7)), "malformed"),
    bad("data-empty", "both", raw(0x23, 0, 0, 1, 0), "malformed"),
    bad("welcome-from-a-client", "client", raw(0x11, 0, 0, 0, 2, b"{}"), "malformed"),
    bad("open-from-the-bridge", "bridge", raw(0x20, 0, 0, 1, 2, b"{}"), "malformed"),
    bad("json-array", "client", raw(0x26, 0, 0, 1, 2, b"[]"), "malformed"),
    bad("json-cut", "client", raw(0x26, 0, 0, 1, 1, b"{"), "malformed"),
    bad("json-nan", "client", raw(0x26, 0, 0, 1, 9, b'{"a":NaN}'), "malformed"),
    bad("json-not-utf-8", "client", raw(0x26, 0, 0, 1, 2, b"\xff\xfe"), "malformed"),
    bad(
        "field-of-the-wrong-type",
        "client",
        raw(0x26, 0, 0, 1, 11, b'{"abort":1}'),
        "malformed",
    ),
    bad("length-over-the-limit", "both", raw(0x23, 0, 0, 1, 2**32 - 1), "limit"),
    bad("ping-over-the-limit", "both", raw(3, 0, 0, 0, 129, bytes(129)), "limit"),
]


def message(name: str, data: Row, *buffers: bytes) -> Row:
    return {
        "name": name,
        "content": {"comm_id": "labwire", "data": data},
        "buffers": [buffer.hex() for buffer in buffers],
    }


def as_text(row: Row) -> Row:
    """The same message in text mode."""
    texts = [base64.b64encode(bytes.fromhex(buffer)).decode() for buffer in row["buffers"]]
    content = {"comm_id": "labwire", "data": {**row["content"]["data"], "buffers": texts}}
    return {**row, "name": f"{row['name']}-text", "mode": "text", "content": content}


HELLO = bytes.fromhex(next(row for row in RECORDS if row["name"] == "hello")["hex"])
BINARY = [
    message("hello", {}, HELLO),
    message("micro-ack", {"nonce": NONCE}, raw(1, 0, 0, 9, 0) + raw(2, 0, 0, 41, 0)),
    message(
        "bulk-alone-in-its-buffer",
        {"nonce": NONCE},
        raw(1, 0, 0, 10, 0),
        raw(0x23, 0, 0, 1, 3, b"abc"),
    ),
]
MESSAGES = [row for one_ in BINARY for row in ({**one_, "mode": "binary"}, as_text(one_))]


def write(name: str, rows: list[Row]) -> None:
    lines = [json.dumps(row, ensure_ascii=True) for row in rows]
    Path(__file__).with_name(name).write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    write("records.jsonl", RECORDS)
    write("messages.jsonl", MESSAGES)
