"""Records against the vectors, and against damage."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path
from typing import Any

import pytest

from labwire.bridge import records
from labwire.bridge.limits import Limits
from labwire.bridge.records import Kind, Malformed, OverLimit, Record, read
from labwire.bridge.switchboard import buffers_of

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "bridge"
Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (VECTORS / name).read_text("ascii").splitlines()]


def name_of(row: Row) -> str:
    return str(row["name"])


def written(one: Row) -> bytes:
    """The record as the bridge writes it."""
    kind, stream = Kind[one["kind"]], one["stream"]
    if "json" in one:
        return records.with_json(kind, stream, one["json"])
    if "allowed" in one:
        return records.credit(stream, int(one["received"]), int(one["allowed"]))
    if "total" in one:
        return records.end(stream, int(one["total"]))
    if "bytes" in one:
        return records.with_bytes(kind, stream, bytes.fromhex(one["bytes"]))
    return records.empty(kind, stream)


def meaning(record: Record) -> Row:
    """A record that was read, in the words of the vectors."""
    row: Row = {"kind": Kind(record.kind).name, "stream": record.stream}
    if record.kind in records.FIELDS:
        row["json"] = record.fields
    elif record.kind == Kind.CREDIT:
        received, allowed = struct.unpack("<QQ", record.payload)
        row |= {"received": str(received), "allowed": str(allowed)}
    elif record.kind == Kind.END:
        row["total"] = str(struct.unpack("<Q", record.payload)[0])
    elif record.kind in (Kind.DATA, Kind.PING, Kind.PONG):
        row["bytes"] = record.payload.hex()
    return row


GOOD = [row for row in rows("records.jsonl") if "records" in row]
BAD = [row for row in rows("records.jsonl") if "error" in row]


@pytest.mark.parametrize(
    "row", [row for row in GOOD if row["from"] in ("client", "both")], ids=name_of
)
def test_reads_what_a_client_may_send(row: Row) -> None:
    found, skipped = read([memoryview(bytes.fromhex(row["hex"]))], Limits())
    assert [meaning(record) for record in found] == row["records"]
    assert skipped == row.get("skipped", 0)


@pytest.mark.parametrize("row", [row for row in GOOD if "skipped" not in row], ids=name_of)
def test_writes_the_same_bytes(row: Row) -> None:
    assert b"".join(map(written, row["records"])).hex() == row["hex"]


@pytest.mark.parametrize(
    "row", [row for row in BAD if row["from"] in ("client", "both")], ids=name_of
)
def test_refuses_what_cannot_be(row: Row) -> None:
    with pytest.raises(OverLimit if row["error"] == "limit" else Malformed):
        read([memoryview(bytes.fromhex(row["hex"]))], Limits())


@pytest.mark.parametrize("row", rows("messages.jsonl"), ids=name_of)
def test_reads_buffers_in_both_modes(row: Row) -> None:
    sent = [bytes.fromhex(buffer) for buffer in row["buffers"]]
    binary = [memoryview(b) for b in sent] if row["mode"] == "binary" else []
    found, text = buffers_of(binary, row["content"]["data"], Limits())
    assert [bytes(buffer) for buffer in found] == sent
    assert text is (row["mode"] == "text")


def test_records_may_be_spread_over_buffers() -> None:
    parts = [records.empty(Kind.SEQ, 1), records.with_bytes(Kind.DATA, 2, b"abc")]
    found, _ = read([memoryview(part) for part in parts], Limits())
    together, _ = read([memoryview(b"".join(parts))], Limits())
    assert [meaning(r) for r in found] == [meaning(r) for r in together]


def test_damage_is_refused_in_our_words_or_read() -> None:
    """Seeded: 50 000 damaged buffers, each read or refused, none hangs, none raises a stranger."""
    random.seed(20260102)
    good = [bytes.fromhex(row["hex"]) for row in GOOD if row["hex"]]
    refused = 0
    for _ in range(50_000):
        data = bytearray(b"".join(random.choices(good, k=random.randint(1, 3))))
        for _ in range(random.randint(1, 6)):
            data[random.randrange(len(data))] = random.randrange(256)
        del data[random.randrange(len(data) // 2, len(data) + 1) :]
        try:
            found, _ = read([memoryview(data)], Limits())
        except (Malformed, OverLimit) as error:
            refused += 1
            assert str(error)
        else:
            assert sum(len(r.payload) + 12 for r in found) <= len(data)
    assert 10_000 < refused < 50_000


def test_the_limits_are_those_of_the_page() -> None:
    page = (VECTORS.parents[1] / "docs" / "protocols" / "bridge.md").read_text("utf-8")
    table = page[page.index("## Limits") : page.index("## Other messages")]
    units = {"KiB": 1024, "MiB": 1024 * 1024}
    told: dict[str, int] = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].startswith("`"):
            number, _, unit = cells[1].partition(" ")
            told[cells[0].strip("`")] = int(number) * units.get(unit, 1)
    assert told == Limits().as_dict()


def test_the_kinds_are_those_of_the_page() -> None:
    page = (VECTORS.parents[1] / "docs" / "protocols" / "bridge.md").read_text("utf-8")
    table = page[page.index("## Kinds") : page.index("## SEQ")]
    told: dict[str, int] = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].startswith("0x"):
            names = cells[1].partition("]")[0].lstrip("[").split(", ")
            told.update(zip(names, (int(n, 16) for n in cells[0].split(", ")), strict=True))
    assert told == {kind.name: int(kind) for kind in Kind}
