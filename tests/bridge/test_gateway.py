"""The bridge behind a gateway: a jupyter_server with its kernels in another (`--gateway-url`).

The front server speaks no subprotocol and passes text alone, so everything here is in text mode.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tornado.websocket import websocket_connect

from tests.bridge.conftest import Listen, Place, echo
from tests.bridge.peer import END, V1
from tests.bridge.servers import TOKEN, Server, running_server

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without kernels of its own. The other one is its gateway."""
    with running_server(Place(tmp_path_factory.mktemp("gateway"))) as gateway:
        options = (
            f"--gateway-url={gateway.url}",
            f"--GatewayClient.auth_token={TOKEN}",
        )
        with running_server(Place(tmp_path_factory.mktemp("front")), *options) as server:
            kernel = server.api("POST", "api/kernels", {"name": "labwire"})["id"]
            yield replace(server, kernel=kernel)
            server.api("DELETE", f"api/kernels/{kernel}")


async def test_bytes_go_both_ways_and_end(front: Server, listen: Listen) -> None:
    port = await listen(echo)
    async with front.peer(v1=False) as peer:
        assert peer.welcome["text"] is True
        stream = await peer.open(port)
        blob = os.urandom(3 * MIB)
        await stream.send(blob, chunk=256 * 1024)
        assert hashlib.sha256(await stream.read(3 * MIB)).digest() == hashlib.sha256(blob).digest()
        await stream.end()
        await peer.event(END, stream.number)


async def test_the_front_server_takes_no_subprotocol(front: Server) -> None:
    """A client that offers it is answered without, and so knows that binary frames are lost."""
    url = f"{front.url.replace('http', 'ws', 1)}api/kernels/{front.kernel}/channels?token={TOKEN}"
    connection = await websocket_connect(url, subprotocols=[V1])
    assert connection.selected_subprotocol is None
    connection.close()


async def test_a_dropped_websocket_claims_its_stream_back(front: Server, listen: Listen) -> None:
    port = await listen(echo)
    async with front.peer(v1=False) as peer:
        stream = await peer.open(port)
        await stream.send(b"before")
        assert await stream.read(6) == b"before"
        token = stream.token
    async with front.peer(v1=False) as peer:
        again = await peer.attach(token, 6)
        await again.send(b"after")
        assert await again.read(5) == b"after"
