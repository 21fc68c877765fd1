"""A place of its own for every test: no file of the user's Jupyter is read or written."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from jupyter_client import AsyncKernelClient, AsyncKernelManager, KernelManager
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.session import Session

from tests.bridge.peer import WAIT_S, KernelWire, Peer, peer_on

ROOT = Path(__file__).resolve().parents[2]
KERNELS = ROOT / "jupyter-config" / "kernels"
Handler: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Place:
    """Jupyter's directories, for one test."""

    root: Path
    kernels: Path = KERNELS
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("config", "data", "runtime"):
            (self.root / name).mkdir(mode=0o700)
        share = self.root / "share"
        share.mkdir()
        (share / "kernels").symlink_to(self.kernels)

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY_"))}
        return {
            **kept,
            "JUPYTER_CONFIG_DIR": str(self.root / "config"),
            "JUPYTER_DATA_DIR": str(self.root / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.root / "runtime"),
            "JUPYTER_PATH": str(self.root / "share"),
            "JUPYTER_PREFER_ENV_PATH": "0",
            "PYTHONPATH": str(ROOT),
            **self.extra,
        }

    def configure(self, **traits: Any) -> None:
        """Write the user's configuration file."""
        text = json.dumps({"LabwireBridge": traits})
        (self.root / "config" / "labwire_config.json").write_text(text)

    def names(self, **addresses: list[str]) -> None:
        """Start kernels with a resolver that knows just these names."""
        self.extra["LABWIRE_TEST_NAMES"] = json.dumps(addresses)

    @property
    def audit(self) -> list[dict[str, Any]]:
        path = self.root / "data" / "labwire" / "audit.jsonl"
        return [json.loads(line) for line in path.read_text("ascii").splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.audit if line["event"] == name]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    root = tmp_path / "jupyter"
    root.mkdir()
    return Place(root)


@dataclass
class Running:
    """A bridge kernel under jupyter_client."""

    manager: KernelManager | AsyncKernelManager
    _clients: list[AsyncKernelClient] = field(default_factory=list)

    @property
    def connection_file(self) -> Path:
        return Path(self.manager.connection_file)

    def new_client(self) -> AsyncKernelClient:
        """A client that is not connected yet."""
        client = AsyncKernelClient(connection_file=self.manager.connection_file)
        client.load_connection_file()
        self._clients.append(client)
        return client

    async def client(self) -> AsyncKernelClient:
        """A client of the ordinary kind, connected."""
        client = self.new_client()
        client.start_channels(hb=False)  # a busy machine misses a beat and calls the kernel dead
        await client.wait_for_ready(timeout=WAIT_S)
        return client

    async def wire(self, identity: str | None = None) -> KernelWire:
        return wire_of(self.new_client(), identity)

    @contextlib.asynccontextmanager
    async def peer(self, identity: str | None = None) -> AsyncIterator[Peer]:
        async with peer_on(await self.wire(identity)) as peer:
            yield peer

    def stop_clients(self) -> None:
        for client in self._clients:
            client.stop_channels()


def wire_of(client: AsyncKernelClient, identity: str | None = None) -> KernelWire:
    # A manager's clients share its session; a websocket has its own.
    client.session = Session(key=client.session.key, session=identity or uuid.uuid4().hex)
    client.start_channels(iopub=False, stdin=False, hb=False)
    return KernelWire(client)


Listen: TypeAlias = Callable[[Handler], Awaitable[int]]
Start: TypeAlias = Callable[[], AbstractAsyncContextManager[Running]]


def specs() -> KernelSpecManager:
    return KernelSpecManager(kernel_dirs=[str(KERNELS)])


def run_with(manager: KernelManager, program: str) -> None:
    """Start the kernel by a program of this folder in place of the installed command."""
    assert manager.kernel_spec is not None
    path = str(Path(__file__).with_name(program))
    manager.kernel_spec.argv = [sys.executable, path, "-f", "{connection_file}"]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelManager]:
    """One bridge kernel with the default configuration, for all tests that leave it as it was.

    There is room in it for more clients than elsewhere.
    """
    place = Place(tmp_path_factory.mktemp("shared"))
    manager = KernelManager(
        kernel_name="labwire",
        kernel_spec_manager=specs(),
        connection_file=str(place.root / "runtime" / "kernel-shared.json"),
    )
    run_with(manager, "kernel_for_many.py")
    manager.start_kernel(env=place.environment)
    client = manager.client()
    client.start_channels(hb=False)
    client.wait_for_ready(timeout=WAIT_S)
    client.stop_channels()
    yield manager
    manager.shutdown_kernel()


@pytest.fixture
def bridge(shared: KernelManager) -> Iterator[Running]:
    """The shared kernel, which has answered: nobody waits for that again."""
    running = Running(shared)
    yield running
    running.stop_clients()


@pytest.fixture
def start(place: Place) -> Start:
    """Start a bridge kernel of one's own, once the place has been configured."""

    @contextlib.asynccontextmanager
    async def run() -> AsyncIterator[Running]:
        manager = AsyncKernelManager(
            kernel_name="labwire",
            kernel_spec_manager=specs(),
            connection_file=str(place.root / "runtime" / "kernel-under-test.json"),
        )
        if "LABWIRE_TEST_NAMES" in place.extra:
            run_with(manager, "kernel_with_names.py")
        await manager.start_kernel(env=place.environment)
        running = Running(manager)
        try:
            await running.client()
            yield running
        finally:
            running.stop_clients()
            if manager.has_kernel:
                await manager.shutdown_kernel()

    return run


@pytest.fixture
async def own(start: Start) -> AsyncIterator[Running]:
    """A bridge kernel of one's own with the default configuration."""
    async with start() as running:
        yield running


@pytest.fixture
async def listen() -> AsyncIterator[Listen]:
    """Start an instrument on loopback; gives its port."""
    servers: list[asyncio.Server] = []
    tasks: set[asyncio.Task[None]] = set()

    async def begin(handler: Handler) -> int:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            async def serve() -> None:
                with contextlib.suppress(ConnectionError):
                    await handler(reader, writer)
                with contextlib.suppress(ConnectionError):
                    writer.close()
                    await writer.wait_closed()

            task = asyncio.ensure_future(serve())
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=2**20)
        servers.append(server)
        port = server.sockets[0].getsockname()[1]
        assert isinstance(port, int)
        return port

    yield begin
    for task in list(tasks):
        task.cancel()
    for server in servers:
        server.close()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An instrument that says what it hears."""
    while data := await reader.read(2**16):
        writer.write(data)
        await writer.drain()


@dataclass
class Watched:
    """An instrument that says nothing and notices when its client ends."""

    port: int
    ended: asyncio.Event

    async def over(self) -> None:
        await asyncio.wait_for(self.ended.wait(), WAIT_S)


@pytest.fixture
async def watched(listen: Listen) -> Watched:
    ended = asyncio.Event()

    async def notice(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    return Watched(await listen(notice), ended)


async def never_reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An instrument that takes nothing."""
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    await asyncio.Event().wait()


async def says_ten(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An instrument of ten bytes that stays."""
    writer.write(b"0123456789")
    await reader.read()


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A loopback port where nobody listens: it is bound, so nobody else gets it meanwhile."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
