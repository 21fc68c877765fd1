"""Real Jupyter servers, for tests of the bridge behind them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bridge.conftest import Place
from tests.bridge.peer import WAIT_S, Peer, WebsocketWire, peer_on

TOKEN = "for-tests"


@dataclass
class Server:
    """A running jupyter_server and one bridge kernel in it."""

    url: str
    port: int
    pid: int
    kernel: str = ""

    def api(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    async def call(self, method: str, path: str, body: object = None) -> Any:
        return await asyncio.to_thread(self.api, method, path, body)

    async def wire(self, session_id: str | None = None, v1: bool = True) -> WebsocketWire:
        base = self.url.replace("http", "ws", 1)
        url = f"{base}api/kernels/{self.kernel}/channels?token={TOKEN}"
        return await WebsocketWire.connect(url, session_id or uuid.uuid4().hex, v1)

    @contextlib.asynccontextmanager
    async def peer(self, session_id: str | None = None, v1: bool = True) -> AsyncIterator[Peer]:
        async with peer_on(await self.wire(session_id, v1), text=not v1) as peer:
            yield peer


@contextlib.contextmanager
def running_server(place: Place, *options: str) -> Iterator[Server]:
    """A jupyter_server on a port that it chooses itself, with all of its files in `place`."""
    with (place.root / "server.log").open("wb") as log:
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter_server", "--allow-root"),
                "--ServerApp.ip=127.0.0.1",
                "--ServerApp.port=0",
                f"--ServerApp.root_dir={place.root}",
                f"--IdentityProvider.token={TOKEN}",
                *options,
            ],
            env=place.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield started(place.root / "runtime" / f"jpserver-{child.pid}.json", child)
        finally:
            child.terminate()
            try:
                child.wait(WAIT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def started(path: Path, child: subprocess.Popen[bytes]) -> Server:
    """Wait until the server says, in its file, where it listens, and answers there."""
    while child.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            info = json.loads(path.read_text())
            server = Server(info["url"], info["port"], info["pid"])
            server.api("GET", "api")
            return server
        time.sleep(0.05)
    raise AssertionError("the server ended")
