"""Who may speak: links, nonces, numbers, limits, text mode."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import struct

import pytest
from jupyter_client.session import Session

from tests.bridge.conftest import Listen, Place, Running, Start, Watched, echo, never_reads
from tests.bridge.peer import (
    BYE,
    DATA,
    FAILED,
    HELLO,
    OPEN,
    PING,
    RESET,
    SEQ,
    STOP,
    STOPPED,
    WAIT_S,
    Peer,
    peer_on,
    record,
)

MIB = 1024 * 1024


async def refused_count(bridge: Running) -> str:
    """The line of the status text that counts what was refused."""
    client = await bridge.client()
    client.execute("status")
    while True:
        message = await client.get_iopub_msg(timeout=WAIT_S)
        if message["msg_type"] == "stream":
            lines = str(message["content"]["text"]).splitlines()
            return next(line for line in lines if line.startswith("refused"))


async def test_welcome_tells_what_a_client_must_know(bridge: Running) -> None:
    async with bridge.peer() as peer:
        welcome = peer.welcome
        assert welcome["protocol"] == 1
        assert welcome["text"] is False
        assert len(welcome["nonce"]) == 32
        assert (welcome["lease_s"], welcome["heartbeat_s"]) == (30, 5)
        assert (welcome["micro_ack_ms"], welcome["coalesce_ms"]) == (2, 5)
        assert welcome["limits"]["record_bytes"] == MIB
        assert welcome["limits"]["window_bytes"] == 8 * MIB
        assert welcome["kinds"] == ["tcp"]
        assert welcome["policy"] == {
            "default": "loopback",
            "allow": [],
            "always": True,
            "locked": False,
            "read_only": [],
        }


async def test_without_the_nonce_nothing_is_acted_on(own: Running, listen: Listen) -> None:
    connected = asyncio.Event()

    async def notices(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()

    port = await listen(notices)
    wish = {"kind": "tcp", "host": "127.0.0.1", "port": port, "credit": 1}
    async with own.peer() as peer:
        nonce = peer.nonce
        for wrong in (None, "", "0" * 32, secrets.token_hex(16)):
            await peer.raw([record(SEQ, peer.number), record(OPEN, 1, wish)], wrong)
        reset = await peer.json(RESET, 0)
        assert (reset["reason"], reset["nonce"]) == ("nonce", None)
        await peer.ping()  # the link itself has not suffered
        assert peer.nonce == nonce
        assert not connected.is_set()
    assert "nonce: 4" in await refused_count(own)


async def test_the_nonce_of_another_client_is_refused(bridge: Running, listen: Listen) -> None:
    port = await listen(echo)
    async with bridge.peer() as mine, bridge.peer() as theirs:
        stream = await mine.open(port)
        await theirs.raw(
            [record(SEQ, theirs.number) + record(DATA, stream.number, b"x")], mine.nonce
        )
        assert (await theirs.json(RESET, 0))["nonce"] == mine.nonce
        await theirs.ping()
        await stream.send(b"y")
        assert await stream.read(1) == b"y"


async def test_two_clients_do_not_see_each_others_streams(bridge: Running, listen: Listen) -> None:
    port = await listen(echo)
    async with bridge.peer() as one, bridge.peer() as two:
        first, second = await one.open(port), await two.open(port)
        assert first.number == second.number
        await first.send(b"from one")
        await second.send(b"from two")
        assert await first.read(8) == b"from one"
        assert await second.read(8) == b"from two"
        await two.send([record(0x26, 1, {})])
        await second.closed()
        await first.send(b"alive")
        assert await first.read(5) == b"alive"


async def test_hello_again_is_answered_with_the_same_welcome(bridge: Running) -> None:
    async with bridge.peer() as peer:
        nonce = peer.nonce
        await peer.say_hello()
        await peer.ping()
        peer.welcome, peer.expected = {}, peer.expected
        expected = peer.expected
        await peer.say_hello()
        await peer.until(lambda: bool(peer.welcome))
        assert peer.nonce == nonce
        peer.expected = expected
        await peer.ping()


async def test_a_lost_message_voids_the_link_and_is_named(bridge: Running) -> None:
    async with bridge.peer() as peer:
        expected = peer.number
        peer.number += 2
        await peer.send([record(PING, 0)])
        reset = await peer.json(RESET, 0)
        assert reset["reason"] == "gap"
        assert reset["nonce"] == peer.nonce
        assert reset["message"] == f"message {expected} was expected, {expected + 2} came"
        await peer.hello()
        await peer.ping()


async def test_a_message_that_comes_twice_is_acted_on_once(own: Running, listen: Listen) -> None:
    port = await listen(echo)
    async with own.peer() as peer:
        stream = await peer.open(port)
        for _ in range(3):
            await peer.send([record(DATA, stream.number, b"once")])
            peer.number -= 1
        peer.number += 1
        await peer.ping()
        assert await stream.read(4) == b"once"
        await peer.ping()
        assert stream.received == 4
    assert "duplicate: 2" in await refused_count(own)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([b"\x01\x02"], "a record's header needs 12 bytes, 2 are left"),
        (
            [struct.pack("<BBHII", DATA, 0, 0, 1, 5) + b"abc"],
            "a record of 5 bytes, 3 are left in its buffer",
        ),
        (
            [struct.pack("<BBHII", PING, 1, 0, 0, 0)],
            "flags 1 and reserved 0 must be 0 in protocol 1",
        ),
        ([record(DATA, 1)], "DATA without a byte"),
        ([record(0x11, 0, {})], "WELCOME is sent by the bridge only"),
        ([record(0x24, 1, b"123")], "CREDIT has a payload of 3 bytes, it needs 16"),
        ([record(OPEN, 1, b"[]")], "the payload of OPEN is JSON but no object"),
        ([record(OPEN, 1, {"credit": 0})], "OPEN without 'kind'"),
        (
            [record(OPEN, 1, {"kind": "tcp", "credit": True})],
            "'credit' of OPEN is bool, it must be int",
        ),
        (
            [record(OPEN, 1, {"kind": "tcp", "credit": -1})],
            "'credit' of OPEN must be from 0 to 2**53",
        ),
        (
            [record(OPEN, 1, {"kind": "tcp", "credit": 10**30})],
            "'credit' of OPEN must be from 0 to 2**53",
        ),
        ([record(SEQ, 9)], "SEQ comes first and once, HELLO comes alone"),
        (
            [record(HELLO, 0, {"protocol": 1, "client": "", "link": "x" * 8})],
            "SEQ comes first and once, HELLO comes alone",
        ),
    ],
)
async def test_a_malformed_message_is_refused_whole(
    bridge: Running, parts: list[bytes], message: str
) -> None:
    async with bridge.peer() as peer:
        await peer.send([record(PING, 0, b"not answered"), *parts])
        reset = await peer.json(RESET, 0)
        assert (reset["reason"], reset["message"]) == ("malformed", message)
        await peer.hello()
        await peer.ping()
        assert peer.events == []


@pytest.mark.parametrize(
    "payload", [b"{", b'{"a": NaN}', b"[" * 16384, b"\xff", b'{"a": ' + b"9" * 5000 + b"}"]
)
async def test_json_that_is_none_is_malformed(bridge: Running, payload: bytes) -> None:
    async with bridge.peer() as peer:
        await peer.send([record(OPEN, 1, payload)])
        assert (await peer.json(RESET, 0))["reason"] == "malformed"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            [record(DATA, 1, bytes(MIB + 1))],
            f"record_bytes is {MIB + 1} bytes, the most is {MIB}",
        ),
        (
            [record(DATA, 1, bytes(MIB))] * 2,
            f"message_bytes is {2 * MIB + 36} bytes, the most is {2 * MIB}",
        ),
        ([b""] * 256, "buffers is 257 buffers, the most is 256"),
        ([record(PING, 0) * 16384], "records is 16385 records, the most is 16384"),
        (
            [record(OPEN, 1, b" " * (16 * 1024 + 1))],
            "json_bytes is 16385 bytes, the most is 16384",
        ),
        ([record(PING, 0, bytes(129))], "ping_bytes is 129 bytes, the most is 128"),
    ],
)
async def test_a_message_over_a_limit_is_refused_whole(
    bridge: Running, parts: list[bytes], message: str
) -> None:
    async with bridge.peer() as peer:
        await peer.send(parts)
        reset = await peer.json(RESET, 0)
        assert (reset["reason"], reset["message"]) == ("limit", message)


async def test_records_of_unknown_kind_are_skipped(own: Running) -> None:
    async with own.peer() as peer:
        await peer.send([record(0x7F, 5, b"future"), record(PING, 0, b"now")])
        assert await peer.event(4, 0) == b"now"
    assert "unknown kind: 1" in await refused_count(own)


async def test_an_older_protocol_is_refused_by_name(bridge: Running) -> None:
    peer = Peer(await bridge.wire())
    try:
        peer.link = "a" * 16
        await peer.say_hello(protocol=0)
        failed = await peer.json(FAILED, 0)
        assert (failed["stage"], failed["rule"], failed["protocol"]) == ("hello", "protocol", 1)
        assert failed["link"] == peer.link
    finally:
        await peer.close()


async def test_a_newer_protocol_gets_ours(bridge: Running) -> None:
    peer = Peer(await bridge.wire())
    try:
        assert (await peer.hello(protocol=7))["protocol"] == 1
    finally:
        await peer.close()


async def test_more_clients_than_the_limit_are_refused(own: Running) -> None:
    peers: list[Peer] = []
    try:
        for _ in range(64):
            peer = Peer(await own.wire())
            peers.append(peer)
            await peer.hello()
        late = Peer(await own.wire())
        peers.append(late)
        late.link = "b" * 16
        await late.say_hello()
        failed = await late.json(FAILED, 0)
        assert (failed["stage"], failed["rule"], failed["limit"]) == ("hello", "limit", "clients")
    finally:
        for peer in peers:
            await peer.close()


async def test_text_mode_carries_the_same_buffers_as_base64(
    bridge: Running, listen: Listen
) -> None:
    port = await listen(echo)
    async with peer_on(await bridge.wire(), text=True) as peer:
        assert peer.welcome["text"] is True
        stream = await peer.open(port)
        blob = bytes(range(256)) * 4096
        sender = asyncio.ensure_future(stream.send(blob, chunk=100_000))
        assert await stream.read(len(blob)) == blob
        await sender


@pytest.mark.parametrize("buffers", ["x", [1], ["a"], ["=A=="], ["µµµµ"]])
async def test_text_that_is_not_base64_is_malformed(bridge: Running, buffers: object) -> None:
    async with peer_on(await bridge.wire(), text=True) as peer:
        content = {"comm_id": "labwire", "data": {"nonce": peer.nonce, "buffers": buffers}}
        await peer.wire.send("shell", "comm_msg", content, [])
        assert (await peer.json(RESET, 0))["reason"] == "malformed"


async def test_what_is_not_for_the_bridge_is_counted_and_dropped(own: Running) -> None:
    async with own.peer() as peer:
        for content in ({"comm_id": "other", "data": {}}, {"comm_id": "labwire"}, {}):
            await peer.wire.send("shell", "comm_msg", content, [b"x"])
        await peer.ping()
    assert "not for the bridge: 3" in await refused_count(own)


async def test_a_wrong_signature_is_dropped(own: Running) -> None:
    async with own.peer():
        client = own.new_client()
        right, client.session = client.session, Session(key=b"guess")
        client.start_channels(iopub=False, stdin=False, hb=False)
        frames = client.session.serialize(client.session.msg("shutdown_request", {}))
        await client.shell_channel.socket.send_multipart(frames)
        await client.shell_channel.socket.send_multipart([b"", b"junk", b"<IDS|MSG>"])
        await client.shell_channel.socket.send_multipart([b"<IDS|MSG>"] * 40)
        client.session = right  # in order behind those, and rightly signed
        good = client.session.msg("kernel_info_request", {})
        await client.shell_channel.socket.send_multipart(client.session.serialize(good))
        await client.shell_channel.socket.recv_multipart()
        client.stop_channels()
    assert "signature or form: 3" in await refused_count(own)


async def test_stop_on_control_resets_everything_at_once(bridge: Running, listen: Listen) -> None:
    port = await listen(never_reads)
    async with bridge.peer() as peer:
        one, two = await peer.open(port), await peer.open(port)
        sender = asyncio.ensure_future(one.send(bytes(64 * MIB)))
        standing, seen = 0, -1
        while standing < 5:
            standing = standing + 1 if one.sent == seen else 0
            seen = one.sent
            await peer.ping()
        await peer.raw([record(STOP, 0, {})], peer.nonce, channel="control")
        stopped = await peer.json(STOPPED, 0)
        assert stopped["streams"] == 2
        closed = [await one.closed(), await two.closed()]
        assert [c["reason"] for c in closed] == ["stop", "stop"]
        assert stopped["dropped"] == closed[0]["lost"] > 0
        sender.cancel()


async def test_stop_of_one_stream_leaves_the_others(bridge: Running, listen: Listen) -> None:
    port = await listen(echo)
    async with bridge.peer() as peer:
        one, two = await peer.open(port), await peer.open(port)
        await peer.send([record(STOP, one.number, {})])
        assert await peer.json(STOPPED, one.number) == {"streams": 1, "dropped": 0}
        assert (await one.closed())["reason"] == "stop"
        await two.send(b"on")
        assert await two.read(2) == b"on"


async def test_control_takes_nothing_but_stop(bridge: Running) -> None:
    async with bridge.peer() as peer:
        await peer.raw([record(PING, 0)], peer.nonce, channel="control")
        assert (await peer.json(RESET, 0))["message"] == "only STOP travels on control"


async def test_bye_closes_what_is_not_kept(
    start: Start, place: Place, listen: Listen, watched: Watched
) -> None:
    leaving, staying = watched.port, await listen(echo)
    async with start() as bridge, bridge.peer() as other:
        async with bridge.peer() as peer:
            await peer.open(leaving)
            kept = await peer.open(staying)
            token = kept.token
            await peer.send([record(BYE, 0, {"keep": [kept.number]})])
            await watched.over()
            await peer.send([record(PING, 0)])
            assert (await peer.json(RESET, 0))["reason"] == "nonce"
        claimed = await other.attach(token, 0)
        await claimed.send(b"still here")
        assert await claimed.read(10) == b"still here"


async def test_nothing_survives_a_fuzz_but_the_bridge(bridge: Running) -> None:
    """Random damage to good messages: each is refused with our words or acted on, none hangs."""
    random.seed(20260101)
    good = [
        record(OPEN, 1, {"kind": "tcp", "host": "127.0.0.1", "port": 1, "credit": 10}),
        record(DATA, 1, b"abc"),
        record(0x24, 1, bytes(16)),
        record(0x2A, 3, {"token": "x", "received": None, "credit": 1}),
        record(0x29, 1, {"question": "x", "choice": "once"}),
        record(0x16, 0, {"action": "write", "endpoint": "ca://x"}),
        record(PING, 0, b"p"),
    ]
    async with bridge.peer() as peer:
        for _ in range(600):
            damaged = bytearray(b"".join(random.choices(good, k=3)))
            for _ in range(random.randrange(4)):
                damaged[random.randrange(len(damaged))] = random.randrange(256)
            await peer.send([bytes(damaged)])
            if any(kind == RESET for kind, _, _ in peer.events):
                peer.events.clear()
                await peer.hello()
        await peer.hello()
        await peer.ping()
        assert json.dumps(peer.welcome)
