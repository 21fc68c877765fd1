"""Parts that need no kernel: sockets, outbox, audit, buffers, numbers."""

from __future__ import annotations

import asyncio
import json
import stat
import struct
from pathlib import Path

import pytest
import zmq
import zmq.asyncio

from labwire.bridge.audit import Audit
from labwire.bridge.buffers import SPARE, Buffers
from labwire.bridge.limits import Limits
from labwire.bridge.link import Link
from labwire.bridge.messages import Buffer, Messenger, Rejected
from labwire.bridge.outbox import Outbox
from labwire.bridge.records import Kind, empty, with_bytes
from labwire.bridge.sockets import Gone, Port
from tests.bridge.peer import WAIT_S, records


def unread(head: list[bytes], buffers: list[memoryview]) -> None:
    pass


async def test_a_full_pipe_is_told_and_loses_nothing() -> None:
    """What a ROUTER would drop silently: the peer does not read."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    port = Port(context, "tcp://127.0.0.1:*", unread, linger_ms=0)
    dealer = context.socket(zmq.DEALER)
    try:
        dealer.setsockopt(zmq.ROUTING_ID, b"tab")
        dealer.setsockopt(zmq.RCVHWM, 1)
        dealer.connect(port.address)
        while not sent(port, [b"tab", b"hello"]):
            await asyncio.sleep(0.01)
        count = 0
        while port.send([b"tab", b"%d" % count, bytes(100_000)]):
            count += 1
            assert count < 100_000
        assert dealer.recv_multipart() == [b"hello"]
        for number in range(count):
            assert dealer.recv_multipart()[0] == b"%d" % number
        assert sent(port, [b"tab", b"on"])
        assert dealer.recv_multipart() == [b"on"]
    finally:
        dealer.close(linger=0)
        port.close()
        context.term()


def sent(port: Port, frames: list[Buffer]) -> bool:
    try:
        return port.send(frames)
    except Gone:
        return False


async def test_every_message_is_read_though_the_wake_up_comes_once() -> None:
    """A burst, with sends between: the edge of zmq.FD must not be lost."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    got: list[bytes] = []
    done = asyncio.Event()

    def receive(head: list[bytes], buffers: list[memoryview]) -> None:
        got.append(head[-1])
        port.send([head[0], b"answer"])
        if len(got) == 5000:
            done.set()

    port = Port(context, "tcp://127.0.0.1:*", receive, linger_ms=0)
    dealer = context.socket(zmq.DEALER)
    try:
        dealer.setsockopt(zmq.SNDHWM, 0)
        dealer.setsockopt(zmq.RCVHWM, 0)
        dealer.connect(port.address)
        for number in range(5000):
            dealer.send(b"%d" % number)
        await asyncio.wait_for(done.wait(), WAIT_S)
        assert got == [b"%d" % number for number in range(5000)]
    finally:
        dealer.close(linger=0)
        port.close()
        context.term()


class Pipe:
    """A pipe of the outbox that a test opens and shuts."""

    def __init__(self) -> None:
        self.open = True
        self.messages: list[list[tuple[int, int, bytes]]] = []

    def __call__(self, buffers: list[Buffer]) -> bool:
        if self.open:
            self.messages.append(records([bytes(buffer) for buffer in buffers]))
        return self.open


async def test_while_the_pipe_is_full_messages_wait_in_their_order() -> None:
    pipe = Pipe()
    outbox = Outbox(asyncio.get_running_loop(), pipe)
    pipe.open = False
    for number in range(10):
        outbox.put(with_bytes(Kind.PONG, 0, b"%d" % number))
        outbox.put_bulk(bytearray(with_bytes(Kind.DATA, 1, bytes(100_000))))
    assert outbox.blocked
    assert pipe.messages == []
    pipe.open = True
    while outbox.blocked:
        await asyncio.sleep(0.001)
    numbers = [message[0][1] for message in pipe.messages]
    assert numbers == list(range(20))
    assert [message[1][0] for message in pipe.messages] == [Kind.PONG, Kind.DATA] * 10


async def test_a_turn_of_the_loop_makes_one_message_of_small_records() -> None:
    pipe = Pipe()
    outbox = Outbox(asyncio.get_running_loop(), pipe)
    for number in range(100):
        outbox.put(with_bytes(Kind.PONG, 0, b"%d" % number))
    await asyncio.sleep(0)
    assert len(pipe.messages) == 1
    assert len(pipe.messages[0]) == 101


async def test_a_heap_of_small_records_is_split() -> None:
    pipe = Pipe()
    outbox = Outbox(asyncio.get_running_loop(), pipe)
    for _ in range(10):
        outbox.put(with_bytes(Kind.DATA, 1, bytes(60_000)))
    await asyncio.sleep(0)
    assert [len(message) for message in pipe.messages] == [3] * 5


async def test_a_closed_outbox_sends_nothing() -> None:
    pipe = Pipe()
    outbox = Outbox(asyncio.get_running_loop(), pipe)
    outbox.put(empty(Kind.PONG, 0))
    outbox.close()
    outbox.put(empty(Kind.PONG, 0))
    outbox.put_bulk(bytearray(empty(Kind.PONG, 0)))
    await asyncio.sleep(0)
    assert pipe.messages == []


async def test_numbers_wrap() -> None:
    link = Link(
        asyncio.get_running_loop(),
        lambda frames: True,
        Messenger(b"k"),
        b"tab",
        "l" * 8,
        "test",
        False,
        Limits(),
        b"{}",
    )
    link._expected = 2**32 - 1
    assert link.number(2**32 - 2) == "duplicate"
    assert link.number(0) == "gap"
    assert link.number(2**32 - 1) == "next"
    assert link.number(2**32 - 1) == "duplicate"
    assert link.number(0) == "next"
    assert link.number(2**31) == "gap"
    assert link.number(2**31 + 1) == "duplicate"


def test_memory_that_is_still_looked_at_is_not_used_again() -> None:
    buffers = Buffers(64 * 1024, 1024 * 1024)
    first = buffers.take(1024 * 1024)
    assert len(first) == 12 + 1024 * 1024
    on_its_way = memoryview(first)
    buffers.give_back(memoryview(first)[12:])
    assert buffers.take(1024 * 1024) is not first
    on_its_way.release()
    assert buffers.take(2 * 1024 * 1024) is first
    assert len(first) == 12 + 1024 * 1024


def test_sizes_fit_in_what_is_asked_for_and_spares_are_few() -> None:
    buffers = Buffers(64 * 1024, 1024 * 1024)
    assert len(buffers.take(200_000)) == 12 + 128 * 1024
    assert len(buffers.take(5)) == 12 + 5
    taken = [buffers.take(64 * 1024) for _ in range(3 * SPARE)]
    for buffer in taken:
        buffers.give_back(memoryview(buffer)[12:])
    again = [buffers.take(64 * 1024) for _ in range(3 * SPARE)]
    assert sum(any(a is b for b in taken) for a in again) == SPARE


def test_a_cut_buffer_is_not_kept() -> None:
    buffers = Buffers(64 * 1024, 1024 * 1024)
    buffer = buffers.take(64 * 1024)
    del buffer[1000:]
    buffers.give_back(memoryview(buffer)[12:])
    assert buffers.take(64 * 1024) is not buffer


def test_signatures_cover_the_four_json_frames() -> None:
    ours, theirs = Messenger(b"key"), Messenger(b"another")
    head = [b"id", *ours.frames("comm_msg", b'{"comm_id":"labwire"}')]
    request = ours.read(head, [])
    assert (request.identity, request.msg_type) == (b"id", "comm_msg")
    with pytest.raises(Rejected, match="the signature is wrong"):
        theirs.read(head, [])
    for at in range(3, 7):
        changed = [*head]
        changed[at] = head[at].replace(b"}", b" }")
        with pytest.raises(Rejected, match="the signature is wrong"):
            ours.read(changed, [])
    assert Messenger(b"").read([b"id", *Messenger(b"").frames("x", b"{}")], []).content == {}


def test_every_message_has_its_own_id() -> None:
    messenger = Messenger(b"key")
    ids = {json.loads(messenger.header("comm_msg"))["msg_id"] for _ in range(1000)}
    assert len(ids) == 1000


def test_the_audit_is_private_ascii_and_rotated(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "audit.jsonl"
    audit = Audit(path, size_bytes=4096, files=2)
    for number in range(100):
        audit.write("open", {"n": number, "text": "\x00\x1b\x7f\u2028\ud800µ"})
    names = sorted(p.name for p in path.parent.iterdir())
    assert names == ["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]
    lines: list[str] = []
    for name in reversed(names):
        one = path.with_name(name)
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
        assert one.stat().st_size <= 4096
        lines += one.read_text("ascii").splitlines()
    numbers = [json.loads(line)["n"] for line in lines]
    assert numbers == list(range(numbers[0], 100))
    assert json.loads(lines[0])["text"] == "\x00\x1b\x7f\u2028\ud800µ"
    assert all(32 <= ord(c) < 127 for line in lines for c in line)


def test_an_audit_that_cannot_be_written_is_counted_and_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    audit = Audit(tmp_path / "file" / "audit.jsonl")
    audit.write("open", {})
    audit.write("open", {})
    assert audit.failures == 2
    assert capsys.readouterr().err.count("the audit cannot be written") == 1


def test_lines_that_a_client_causes_are_bounded_and_the_surplus_is_told(tmp_path: Path) -> None:
    now = 0.0
    path = tmp_path / "audit.jsonl"
    audit = Audit(path, minute_bytes=1000, clock=lambda: now)

    def events() -> list[tuple[str, int]]:
        lines = [json.loads(line) for line in path.read_text("ascii").splitlines()]
        return [(line["event"], line.get("n", line.get("lines"))) for line in lines]

    for n in range(10):
        audit.offer("report", {"n": n, "text": "x" * 200})
    audit.offer("report", {"n": 10})  # short, and yet too late
    audit.write("open", {"n": 11})  # never left out
    kept = len(events()) - 1
    assert 2 <= kept <= 4
    assert path.stat().st_size <= 1000 + 200
    assert events() == [*(("report", n) for n in range(kept)), ("open", 11)]
    now = 59.9
    audit.tick()
    assert len(events()) == kept + 1
    now = 60.0
    audit.tick()
    audit.offer("report", {"n": 12})
    assert events()[kept + 1 :] == [("left out", 11 - kept), ("report", 12)]
    now = 200.0
    audit.tick()
    audit.close()
    assert events()[-1] == ("report", 12)


def test_no_audit_where_it_is_switched_off(tmp_path: Path) -> None:
    audit = Audit(None)
    audit.write("open", {"n": 1})
    assert audit.failures == 0


def test_seq_is_in_the_stream_field() -> None:
    assert empty(Kind.SEQ, 7) == struct.pack("<BBHII", 1, 0, 0, 7, 0)
