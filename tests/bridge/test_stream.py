"""A stream's life, under jupyter_client."""

from __future__ import annotations

import asyncio
import os

from tests.bridge.conftest import Running, echo
from tests.bridge.peer import CLOSE, END, FAILED, OPENED, record


async def test_bytes_come_back_from_an_echo(bridge: Running, listen) -> None:
    port = await listen(echo)
    async with bridge.peer() as peer:
        stream = await peer.open(port)
        assert stream.opened["address"] == "127.0.0.1"
        assert stream.opened["rule"] == "loopback"
        await stream.send(b"hello")
        assert await stream.read(5) == b"hello"
        blob = os.urandom(9 * 1024 * 1024)
        sender = asyncio.ensure_future(stream.send(blob))
        assert await stream.read(len(blob)) == blob
        await sender
        await stream.end()
        await peer.event(END, stream.number)
        closed = await stream.closed()
        assert closed["reason"] == "done"
        assert closed["sent"] == closed["received"] == 5 + len(blob)
