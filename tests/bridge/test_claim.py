"""Streams that change hands: a dropped websocket, a reloaded page, a thief."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct

import pytest

from tests.bridge.conftest import Listen, Place, Running, Start, Watched, echo, says_ten
from tests.bridge.peer import ATTACH, CLOSED, DATA, END, FAILED, OPEN, OPENED, record

MIB = 1024 * 1024


def numbers(start: int, count: int) -> bytes:
    return struct.pack(f"<{count}Q", *range(start, start + count))


async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says 0, 1, 2, ... as u64 for 32 MiB, then ends. A byte lost or doubled shows."""
    for start in range(0, 4 * MIB, 8192):
        writer.write(numbers(start, 8192))
        await writer.drain()


def hash_of_counting(length: int) -> str:
    digest = hashlib.sha256()
    for start in range(0, length // 8, 8192):
        digest.update(numbers(start, 8192))
    return digest.hexdigest()


async def test_nothing_is_lost_or_doubled_over_drops(bridge: Running, listen: Listen) -> None:
    """The wire breaks four times in mid-flood; the same identity comes back and goes on."""
    port = await listen(counting)
    got = bytearray()
    token, received = "", 0
    for round_ in range(5):
        async with bridge.peer("one-tab") as peer:
            if round_ == 0:
                stream = await peer.open(port, window=MIB)
            else:
                stream = await peer.attach(token, received, window=MIB)
                assert stream.opened["offset"] == received
            if round_ == 4:
                await peer.event(END, stream.number)
                await stream.end()
                assert (await stream.closed())["reason"] == "done"
            else:
                goal = received + 5 * MIB
                await peer.until(lambda s=stream, g=goal: s.received >= g)  # type: ignore[misc]
            got += stream.data
            token, received = stream.token, stream.received
    assert len(got) == received == 32 * MIB
    assert hashlib.sha256(got).hexdigest() == hash_of_counting(32 * MIB)


async def test_what_was_on_its_way_up_is_sent_again(bridge: Running, listen: Listen) -> None:
    heard = hashlib.sha256()
    count = 0

    async def hears(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while data := await reader.read(65536):
            heard.update(data)
            count += len(data)
        writer.write(b"%d" % count)

    port = await listen(hears)
    blob = numbers(0, MIB)  # 8 MiB
    async with bridge.peer("one-tab") as peer:
        stream = await peer.open(port)
        await stream.send(blob[: 3 * MIB])
        # Two messages that never arrive: the numbers are used, the link has a gap.
        lost = blob[3 * MIB : 3 * MIB + 1000]
        stream.sent += len(lost)
        stream.unacknowledged += lost
        peer.number += 1
        await peer.hello()
        again = await peer.attach(stream.token, stream.received, old=stream)
        assert again.sent == 3 * MIB + 1000
        await again.send(blob[again.sent :])
        await again.end()
        assert await again.read(7) == b"8388608"
    assert heard.hexdigest() == hashlib.sha256(blob).hexdigest()


@pytest.mark.parametrize("token", ["", "0" * 32, "x" * 5000])
async def test_a_stream_cannot_be_claimed_without_its_token(
    bridge: Running, listen: Listen, token: str
) -> None:
    port = await listen(echo)
    async with bridge.peer() as owner, bridge.peer() as thief:
        stream = await owner.open(port)
        await thief.send([record(ATTACH, 1, {"token": token, "received": 0, "credit": 100})])
        failed = await thief.json(FAILED, 1)
        assert (failed["stage"], failed["rule"]) == ("attach", "token")
        await stream.send(b"mine")
        assert await stream.read(4) == b"mine"


async def test_a_stream_of_another_client_cannot_be_used_by_its_number(
    bridge: Running, listen: Listen
) -> None:
    port = await listen(echo)
    async with bridge.peer() as owner, bridge.peer() as thief:
        stream = await owner.open(port)
        await thief.send([record(DATA, stream.number, b"evil")])
        await thief.send([record(0x26, stream.number, {})])
        await thief.ping()
        await stream.send(b"mine")
        assert await stream.read(4) == b"mine"


async def test_a_reloaded_page_claims_with_the_token_once(
    own: Running, listen: Listen, place: Place
) -> None:
    port = await listen(echo)
    async with own.peer() as before, own.peer() as after:
        stream = await before.open(port)
        await stream.send(b"one")
        await stream.read(3)
        token = stream.token
        claimed = await after.attach(token, 3)
        assert claimed.token != token
        assert claimed.opened["received"] == 3
        closed = await stream.closed()
        assert (closed["reason"], closed["sent"]) == ("claimed", 3)
        await claimed.send(b"two")
        assert await claimed.read(3) == b"two"
        await before.send([record(ATTACH, 8, {"token": token, "received": 0, "credit": 9})])
        assert (await before.json(FAILED, 8))["rule"] == "token"
    assert [line["event"] for line in place.audit] == ["open", "attach"]


async def test_null_goes_on_from_the_oldest_byte_kept(bridge: Running, listen: Listen) -> None:
    port = await listen(says_ten)
    async with bridge.peer() as before, bridge.peer() as after:
        stream = await before.start_open(port)
        stream.auto = False
        await before.until(lambda: stream.received == 10)
        await before.send([record(0x24, stream.number, struct.pack("<QQ", 4, 1000))])
        await before.ping()
        claimed = await after.attach(stream.token, None)
        assert claimed.opened["offset"] == 4
        assert await claimed.read(6) == b"456789"


@pytest.mark.parametrize(("received", "rule"), [(2, "gone"), (11, "ahead")])
async def test_bytes_that_are_not_there_cannot_be_asked_for(
    bridge: Running, listen: Listen, received: int, rule: str
) -> None:
    port = await listen(says_ten)
    async with bridge.peer() as before, bridge.peer() as after:
        stream = await before.start_open(port)
        stream.auto = False
        await before.until(lambda: stream.received == 10)
        await before.send([record(0x24, stream.number, struct.pack("<QQ", 4, 1000))])
        await before.ping()
        fields = {"token": stream.token, "received": received, "credit": 100}
        await after.send([record(ATTACH, 1, fields)])
        failed = await after.json(FAILED, 1)
        assert (failed["rule"], failed["oldest"], failed["newest"]) == (rule, 4, 10)
        # The token was not used up.
        assert await (await after.attach(stream.token, 4)).read(6) == b"456789"


async def test_the_repeat_keeps_to_the_new_credit(bridge: Running, listen: Listen) -> None:
    port = await listen(counting)
    async with bridge.peer("one-tab") as peer:
        stream = await peer.start_open(port, window=4 * MIB)
        stream.auto = False
        await peer.until(lambda: stream.received == 4 * MIB)
        token = stream.token
        await peer.hello()
        again = peer.stream(1000)
        again.auto = False
        again.credited = 1000
        fields = {"token": token, "received": 0, "credit": 1000}
        await peer.send([record(ATTACH, again.number, fields)])
        await peer.until(lambda: again.received == 1000)
        await peer.ping()
        assert again.received == 1000
        again.auto, again.window = True, MIB
        await again.credit()
        await peer.until(lambda: again.received == 32 * MIB)
        assert hashlib.sha256(again.data).hexdigest() == hash_of_counting(32 * MIB)


async def test_an_end_is_told_again(bridge: Running, listen: Listen) -> None:
    async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"bye")

    port = await listen(says)
    async with bridge.peer("one-tab") as peer:
        stream = await peer.open(port)
        await peer.event(END, stream.number)
        token = stream.token
        await peer.hello()
        again = await peer.attach(token, 0)
        assert again.opened["sent_end"] is True
        assert await again.read(3) == b"bye"
        await peer.event(END, again.number)
        await again.end()
        assert (await again.closed())["reason"] == "done"


async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hears a question to its end, answers, and ends."""
    writer.write(b"the answer to " + await reader.read(-1))


async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says its last words to the first who speaks, and resets the connection."""
    await reader.read(1)
    writer.write(b"last words")
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.parametrize("other", [False, True], ids=["the same page", "another page"])
async def test_a_finished_stream_is_kept_until_its_client_has_confirmed(
    own: Running, listen: Listen, place: Place, other: bool
) -> None:
    port = await listen(answers)
    async with own.peer() as peer, own.peer() as page:
        stream = await peer.open(port)
        stream.auto = False
        await stream.send(b"all")
        await stream.end()
        await peer.event(END, stream.number)
        told = await stream.closed()
        assert told["reason"] == "done"
        token = stream.token
        if not other:
            await peer.hello()  # the link was cut before any of it was heard
        heir = page if other else peer
        again = await heir.attach(token, 0)
        assert (again.opened["sent_end"], again.opened["received_end"]) == (True, True)
        assert await again.read(17) == b"the answer to all"
        await heir.event(END, again.number)
        assert await again.closed() == told
        await heir.send([record(DATA, again.number, b"late")])
        await again.confirm()
        await heir.ping()
        assert heir.events == []
        with pytest.raises(AssertionError, match="no stream has that token"):
            await heir.attach(again.token, 17)
    assert [line["event"] for line in place.audit] == ["open", "close", "attach"]


async def test_the_rest_of_a_broken_connection_is_kept_too(bridge: Running, listen: Listen) -> None:
    port = await listen(breaks)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        stream.auto = False
        await stream.send(b"?")
        while not any(event[:2] == (CLOSED, stream.number) for event in peer.events):
            await stream.send(b"!")  # writing finds out that it is broken
            await peer.ping()
        told = await stream.closed()
        assert told["reason"] == "lost"
        token, heard = stream.token, bytes(stream.data)
        await peer.hello()
        again = await peer.attach(token, 0, window=4)
        assert await again.closed() == told
        assert bytes(again.data) == heard


async def test_the_number_of_a_finished_stream_is_free(bridge: Running, listen: Listen) -> None:
    port = await listen(answers)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        token = stream.token
        await stream.end()
        assert (await stream.closed())["reason"] == "done"
        fields = {"kind": "tcp", "host": "127.0.0.1", "port": port, "credit": 100}
        await peer.send([record(OPEN, stream.number, fields)])
        assert (await peer.json(OPENED, stream.number))["token"] != token


async def test_a_finished_stream_that_nobody_confirms_is_forgotten_with_the_lease(
    start: Start, place: Place, listen: Listen, watched: Watched
) -> None:
    finishing, lasting = await listen(answers), watched.port
    place.configure(lease_s=1.0)
    async with start() as bridge, bridge.peer() as peer:
        stream = await peer.open(finishing)
        await peer.open(lasting)
        await stream.end()
        assert (await stream.closed())["reason"] == "done"
        await peer.hello()
        while not watched.ended.is_set():  # the other one's lease began with the same HELLO
            await peer.ping()
        with pytest.raises(AssertionError, match="no stream has that token"):
            await peer.attach(stream.token, 14)


async def test_a_token_works_again_until_its_client_has_the_next(
    bridge: Running, listen: Listen
) -> None:
    """ATTACHED is lost with the link, twice; then it arrives, which shows by what is said."""
    port = await listen(echo)
    async with bridge.peer("one-tab") as peer, bridge.peer() as thief:
        stream = await peer.open(port)
        token = stream.token
        for _ in range(2):
            await peer.hello()
            await peer.send([record(ATTACH, 1, {"token": token, "received": 0, "credit": 100})])
            await peer.ping()
        with pytest.raises(AssertionError, match="no stream has that token"):
            await thief.attach(token, 0)
        again = await peer.attach(token, 0)
        await again.send(b"here")
        assert await again.read(4) == b"here"
        with pytest.raises(AssertionError, match="no stream has that token"):
            await peer.attach(token, 4)
        await again.send(b"still")
        assert await again.read(5) == b"still"


async def test_an_instrument_that_ends_while_nobody_holds_it_is_told_later(
    bridge: Running, listen: Listen
) -> None:
    go = asyncio.Event()

    async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await go.wait()
        writer.write(b"nobody listens")

    port = await listen(says)
    async with bridge.peer("one-tab") as peer:
        stream = await peer.open(port)
        token = stream.token
        await peer.hello()
        go.set()
        await peer.ping()
        again = await peer.attach(token, 0)
        assert await again.read(14) == b"nobody listens"
        await peer.event(END, again.number)


async def test_a_silent_client_loses_its_streams_with_its_lease(
    start: Start, place: Place, watched: Watched
) -> None:
    port = watched.port
    place.configure(lease_s=1.0)
    async with start() as bridge, bridge.peer() as peer:
        assert peer.welcome["lease_s"] == 1.0
        stream = await peer.open(port)
        await watched.over()
        closed = await stream.closed()
        assert closed["reason"] == "lease"
        fields = {"token": stream.token, "received": 0, "credit": 9}
        await peer.hello()
        await peer.send([record(ATTACH, 5, fields)])
        assert (await peer.json(FAILED, 5))["rule"] == "token"
    assert place.events("close")[-1]["reason"] == "lease"


async def test_a_lease_is_renewed_by_any_message(
    start: Start, place: Place, listen: Listen
) -> None:
    port = await listen(echo)
    place.configure(lease_s=1.0)
    async with start() as bridge, bridge.peer() as quiet, bridge.peer() as busy:
        lost, kept = await quiet.open(port), await busy.open(port)
        while not any(kind == 0x27 for kind, _, _ in quiet.events):
            await busy.ping()
        assert (await lost.closed())["reason"] == "lease"
        await kept.send(b"here")
        assert await kept.read(4) == b"here"


async def test_a_detached_stream_that_nobody_claims_closes(
    start: Start, place: Place, watched: Watched
) -> None:
    port = watched.port
    place.configure(lease_s=1.0)
    async with start() as bridge, bridge.peer() as peer:
        await peer.open(port)
        await peer.hello()  # and never attaches
        while not watched.ended.is_set():
            await peer.ping()
    assert place.events("close")[-1]["reason"] == "lease"
