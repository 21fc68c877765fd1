"""A stream's life, under jupyter_client."""

from __future__ import annotations

import asyncio
import os
import struct

import pytest

from tests.bridge.conftest import Listen, Place, Running, Start, echo, never_reads
from tests.bridge.peer import DATA, END, FAILED, OPEN, OPENED, PING, record

MIB = 1024 * 1024


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(bytes(MIB))
        await writer.drain()


async def test_carries_bytes_both_ways_and_ends_when_both_ended(
    bridge: Running, listen: Listen
) -> None:
    port = await listen(echo)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        assert stream.opened["address"] == "127.0.0.1"
        assert stream.opened["port"] == port
        assert stream.opened["rule"] == "loopback"
        assert stream.opened["budget"] is None
        blob = os.urandom(9 * MIB)
        sender = asyncio.ensure_future(stream.send(blob))
        assert await stream.read(len(blob)) == blob
        await sender
        await stream.end()
        await peer.event(END, stream.number)
        closed = await stream.closed()
        assert closed["reason"] == "done"
        assert (closed["sent"], closed["received"], closed["lost"]) == (len(blob), len(blob), 0)


async def test_half_close_lets_the_other_side_finish(bridge: Running, listen: Listen) -> None:
    async def answers_at_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"heard " + await reader.read(-1))

    port = await listen(answers_at_end)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        await stream.send(b"something")
        await stream.end()
        assert await stream.read(15) == b"heard something"
        assert (await stream.closed())["reason"] == "done"


async def test_nothing_is_sent_beyond_credit_and_the_instrument_is_held_back(
    bridge: Running, listen: Listen
) -> None:
    written = 0

    async def counts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        while True:
            writer.write(bytes(64 * 1024))
            await writer.drain()
            written += 64 * 1024

    port = await listen(counts)
    async with bridge.peer() as peer:
        stream = await peer.start_open(port, window=100_000)
        stream.auto = False  # a client that takes nothing
        await peer.event(OPENED, stream.number)
        await peer.until(lambda: stream.received == 100_000)
        # Socket buffers fill, then the instrument stands still.
        standing, seen = 0, -1
        while standing < 5:
            standing = standing + 1 if written == seen else 0
            seen = written
            await peer.ping()
        assert stream.received == 100_000
        await stream.credit(50_000)
        await peer.until(lambda: stream.received == 150_000)
        stream.auto = True
        await stream.credit()
        await peer.until(lambda: stream.received > 20 * MIB)


async def test_a_window_over_the_limit_is_clamped(bridge: Running, listen: Listen) -> None:
    port = await listen(flood)
    async with bridge.peer() as peer:
        stream = await peer.start_open(port, window=64 * MIB)
        stream.auto = False
        await peer.until(lambda: stream.received == 8 * MIB)
        await peer.ping()
        assert stream.received == 8 * MIB


async def test_an_instrument_that_does_not_read_stops_the_client(
    bridge: Running, listen: Listen
) -> None:
    port = await listen(never_reads)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        window = stream.opened["window"]
        sender = asyncio.ensure_future(stream.send(bytes(64 * MIB)))
        standing, seen = 0, -1
        while standing < 5:
            standing = standing + 1 if stream.sent == seen else 0
            seen = stream.sent
            await peer.ping()
        assert not sender.done()
        closed = await stream.close()
        assert closed["reason"] == "client"
        assert 0 < closed["lost"] <= window
        assert closed["sent"] + closed["lost"] == stream.sent
        sender.cancel()


async def test_a_client_that_sends_beyond_its_credit_is_closed(
    bridge: Running, listen: Listen
) -> None:
    port = await listen(never_reads)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        piece = record(DATA, stream.number, bytes(MIB))
        for _ in range(64):
            await peer.send([piece])
        closed = await stream.closed()
        assert closed["reason"] == "protocol"
        assert "were allowed" in closed["message"]


async def test_small_bytes_in_a_rush_share_messages(bridge: Running, listen: Listen) -> None:
    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in range(20_000):
            writer.write(struct.pack("<I", number) + bytes(36))
            if number % 10 == 0:
                await writer.drain()
                await asyncio.sleep(0)
        await reader.read()

    port = await listen(chatter)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        data = await stream.read(20_000 * 40)
        numbers = [struct.unpack_from("<I", data, at)[0] for at in range(0, len(data), 40)]
        assert numbers == list(range(20_000))
        assert peer.messages < 2_000


async def test_a_small_stream_is_served_beside_a_flood(bridge: Running, listen: Listen) -> None:
    flooding, talking = await listen(flood), await listen(echo)
    async with bridge.peer() as peer:
        bulk = await peer.open(flooding, window=MIB)
        small = await peer.open(talking)
        await peer.until(lambda: bulk.received > 4 * MIB)
        for number in range(50):
            before = bulk.received
            await small.send(b"%06d" % number)
            assert await small.read(6) == b"%06d" % number
            # Two windows at most go by before an answer: the flood does not queue in front of it.
            assert bulk.received - before < 4 * MIB


@pytest.mark.parametrize("abort", [False, True])
async def test_close_delivers_or_drops_what_is_on_its_way(
    bridge: Running, listen: Listen, abort: bool
) -> None:
    heard = asyncio.get_running_loop().create_future()

    async def hears(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heard.set_result(await reader.read(-1))
        except ConnectionResetError:
            heard.set_result(b"reset")

    port = await listen(hears)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        await stream.send(b"last words")
        closed = await stream.close(abort=abort)
        assert closed["reason"] == "client"
        assert await heard == (b"reset" if abort else b"last words")


async def test_an_instrument_that_resets_is_lost(bridge: Running, listen: Listen) -> None:
    async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.get_extra_info("socket").setsockopt(1, 13, struct.pack("ii", 1, 0))
        writer.transport.abort()

    port = await listen(resets)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        await stream.send(b"x")
        closed = await stream.closed()
        assert closed["reason"] == "lost"
        assert closed["errno"] == "ECONNRESET"
        assert closed["message"] == (
            f"the connection to 127.0.0.1:{port} broke: Connection reset by peer"
        )
        assert closed["hint"]


async def test_a_refused_port_says_what_where_and_what_to_try(
    bridge: Running, closed_port: int
) -> None:
    async with bridge.peer() as peer:
        stream = await peer.start_open(closed_port)
        assert await peer.json(FAILED, stream.number) == {
            "stage": "connect",
            "rule": "ECONNREFUSED",
            "message": f"127.0.0.1:{closed_port} refused the connection",
            "hint": "start the program that listens there, or check the port",
            "endpoint": f"127.0.0.1:{closed_port}",
            "address": "127.0.0.1",
        }


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"kind": "udp"}, "kind"),
        ({"kind": "teapot"}, "kind"),
        ({"host": ""}, "host"),
        ({"host": "a b"}, "host"),
        ({"host": "a\x00b"}, "host"),
        ({"host": "x" * 256}, "host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
    ],
)
async def test_a_wish_that_cannot_be_is_refused(
    bridge: Running, fields: dict[str, object], rule: str
) -> None:
    async with bridge.peer() as peer:
        wish = {"kind": "tcp", "host": "127.0.0.1", "port": 1, "credit": 1, **fields}
        await peer.send([record(OPEN, 9, wish)])
        failed = await peer.json(FAILED, 9)
        assert (failed["stage"], failed["rule"]) == ("open", rule)
        assert failed["message"]


async def test_a_number_in_use_is_refused_and_its_stream_lives(
    bridge: Running, listen: Listen
) -> None:
    port = await listen(echo)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        again = {"kind": "tcp", "host": "127.0.0.1", "port": port, "credit": 1}
        await peer.send([record(OPEN, stream.number, again)])
        failed = await peer.json(FAILED, 0)
        assert (failed["stage"], failed["rule"], failed["stream"]) == ("open", "stream", 1)
        await stream.send(b"alive")
        assert await stream.read(5) == b"alive"


async def test_more_streams_than_the_limit_are_refused(bridge: Running, listen: Listen) -> None:
    port = await listen(echo)
    async with bridge.peer() as peer:
        for _ in range(128):
            await peer.open(port, window=1024)
        one_more = await peer.start_open(port)
        failed = await peer.json(FAILED, one_more.number)
        assert (failed["rule"], failed["limit"], failed["maximum"]) == ("limit", "streams", 128)


async def test_records_for_streams_that_are_not_open_are_ignored(bridge: Running) -> None:
    async with bridge.peer() as peer:
        for kind, payload in ((DATA, b"x"), (0x24, bytes(16)), (END, bytes(8)), (0x26, b"{}")):
            await peer.send([record(kind, 77, payload)])
        await peer.ping()
        assert peer.events == []


async def test_closing_while_it_opens_cancels(start: Start, place: Place) -> None:
    place.names(lab=["127.0.0.1"])
    async with start() as bridge, bridge.peer() as peer:
        stream = await peer.start_open(1, host="silent.test")
        closed = await stream.close()
        assert (closed["reason"], closed["sent"], closed["received"]) == ("client", 0, 0)


async def test_a_name_that_is_not_answered_times_out(start: Start, place: Place) -> None:
    place.names(lab=["127.0.0.1"])
    async with start() as bridge, bridge.peer() as peer:
        stream = await peer.start_open(1, host="silent.test", timeout_s=0.2)
        failed = await peer.json(FAILED, stream.number)
        assert (failed["stage"], failed["rule"]) == ("resolve", "timeout")
        stream = await peer.start_open(1, host="unheard.test")
        failed = await peer.json(FAILED, stream.number)
        assert (failed["stage"], failed["rule"]) == ("resolve", "unknown name")
        assert failed["message"] == "the name unheard.test is unknown to the bridge's host"


async def test_ends_that_do_not_add_up_close_the_stream(bridge: Running, listen: Listen) -> None:
    port = await listen(echo)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        await peer.send([record(END, stream.number, struct.pack("<Q", 3))])
        closed = await stream.closed()
        assert closed["reason"] == "protocol"
        assert closed["message"] == "the client ends after 3 bytes where 0 arrived"


async def test_counting_bytes_that_were_not_sent_closes_the_stream(
    bridge: Running, listen: Listen
) -> None:
    port = await listen(echo)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        await peer.send([record(0x24, stream.number, struct.pack("<QQ", 10, 2**40))])
        assert (await stream.closed())["reason"] == "protocol"


async def test_a_read_only_stream_has_a_byte_budget(
    start: Start, place: Place, listen: Listen
) -> None:
    port = await listen(echo)
    place.configure(read_only=[f"127.0.0.0/8:{port}"], read_only_budget=10)
    async with start() as bridge, bridge.peer() as peer:
        stream = await peer.open(port)
        assert stream.opened["budget"] == 10
        await stream.send(b"12345678")
        assert await stream.read(8) == b"12345678"
        await stream.send(b"abc")
        closed = await stream.closed()
        assert (closed["reason"], closed["sent"]) == ("budget", 8)
        assert closed["message"] == (
            f"127.0.0.1:{port} is read-only here: 10 bytes may be sent, 11 were tried"
        )
    assert place.events("close")[-1]["reason"] == "budget"


async def test_a_client_may_ask_for_the_budget(bridge: Running, listen: Listen) -> None:
    port = await listen(echo)
    async with bridge.peer() as peer:
        stream = await peer.open(port, read_only=True)
        assert stream.opened["budget"] == 4096


async def test_pings_come_back_as_they_are(bridge: Running) -> None:
    async with bridge.peer() as peer:
        await peer.send([record(PING, 0, bytes(range(128)))])
        assert await peer.event(4, 0) == bytes(range(128))
