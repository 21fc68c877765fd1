"""The other end of the bridge contract, for tests: written from docs/protocols/bridge.md alone.

It imports nothing of the bridge, so that both cannot be wrong together.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import secrets
import struct
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

from jupyter_client import AsyncKernelClient
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

SEQ, ACK, PING, PONG = 1, 2, 3, 4
HELLO, WELCOME, BYE, RESET, STOP, STOPPED, AUDIT = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16
OPEN, OPENED, FAILED, DATA, CREDIT, END, CLOSE, CLOSED = (
    0x20,
    0x21,
    0x22,
    0x23,
    0x24,
    0x25,
    0x26,
    0x27,
)
QUESTION, ANSWER, ATTACH, ATTACHED = 0x28, 0x29, 0x2A, 0x2B
V1 = "v1.kernel.websocket.jupyter.org"
WAIT_S = 60.0  # a machine whose cores are busy may take long

Message = tuple[str, str, dict[str, Any], list[bytes]]
"""channel, msg_type, content, buffers"""


class Gone(Exception):
    """The wire has ended."""


class Wire(Protocol):
    """A way to a kernel's channels."""

    async def send(
        self, channel: str, msg_type: str, content: dict[str, Any], buffers: list[bytes]
    ) -> None: ...

    async def receive(self) -> Message: ...

    async def close(self) -> None: ...


def record(kind: int, stream: int, payload: bytes | dict[str, Any] = b"") -> bytes:
    data = json.dumps(payload).encode() if isinstance(payload, dict) else payload
    return struct.pack("<BBHII", kind, 0, 0, stream, len(data)) + data


def records(buffers: list[bytes]) -> list[tuple[int, int, bytes]]:
    found: list[tuple[int, int, bytes]] = []
    for buffer in buffers:
        at = 0
        while at < len(buffer):
            kind, flags, reserved, stream, length = struct.unpack_from("<BBHII", buffer, at)
            assert (flags, reserved) == (0, 0)
            assert at + 12 + length <= len(buffer)
            found.append((kind, stream, bytes(buffer[at + 12 : at + 12 + length])))
            at += 12 + length
    return found


class KernelWire:
    """zmq, with jupyter_client's sockets and signatures.

    Not with its channels: they send on a shadow of the socket, which can swallow the wake-up for a
    message that has arrived.
    """

    def __init__(self, client: AsyncKernelClient) -> None:
        self._client = client
        self._arrived: asyncio.Queue[Message] = asyncio.Queue()
        self._readers = [
            asyncio.ensure_future(self._read(client.shell_channel.socket, "shell")),
            asyncio.ensure_future(self._read(client.control_channel.socket, "control")),
        ]

    async def _read(self, socket: Any, channel: str) -> None:
        while True:
            _, frames = self._client.session.feed_identities(await socket.recv_multipart())
            message = self._client.session.deserialize(frames)
            buffers = [bytes(buffer) for buffer in message["buffers"]]
            self._arrived.put_nowait((channel, message["msg_type"], message["content"], buffers))

    async def send(
        self, channel: str, msg_type: str, content: dict[str, Any], buffers: list[bytes]
    ) -> None:
        session = self._client.session
        frames = session.serialize(session.msg(msg_type, content))
        socket = getattr(self._client, f"{channel}_channel").socket
        await socket.send_multipart([*frames, *buffers])

    async def receive(self) -> Message:
        return await self._arrived.get()

    async def close(self) -> None:
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        self._client.stop_channels()


class WebsocketWire:
    """A kernel websocket of a Jupyter server. Without `subprotocol`: text, as through a gateway."""

    def __init__(self, connection: WebSocketClientConnection, v1: bool) -> None:
        self.connection = connection
        self._v1 = v1
        self._session = uuid.uuid4().hex

    @classmethod
    async def connect(cls, url: str, session_id: str, v1: bool = True) -> WebsocketWire:
        request = HTTPRequest(f"{url}&session_id={session_id}", connect_timeout=WAIT_S)
        connection = await websocket_connect(
            request, subprotocols=[V1] if v1 else None, max_message_size=64 * 1024 * 1024
        )
        assert connection.selected_subprotocol == (V1 if v1 else None)
        return cls(connection, v1)

    async def send(
        self, channel: str, msg_type: str, content: dict[str, Any], buffers: list[bytes]
    ) -> None:
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": msg_type,
            "username": "",
            "session": self._session,
            "date": "2026-01-01T00:00:00Z",
            "version": "5.3",
        }
        if not self._v1:
            assert not buffers
            message = {
                "channel": channel,
                "header": header,
                "parent_header": {},
                "metadata": {},
                "content": content,
            }
            await self.connection.write_message(json.dumps(message))
            return
        parts = [channel.encode(), json.dumps(header).encode(), b"{}", b"{}"]
        parts += [json.dumps(content).encode(), *buffers]
        await self.connection.write_message(_join(parts), binary=True)

    async def receive(self) -> Message:
        while True:
            frame = await self.connection.read_message()
            if frame is None:
                raise Gone(self.connection.close_code)
            if self._v1:
                assert isinstance(frame, bytes)
                channel, header, _, _, content, *buffers = _split(frame)
                return (
                    channel.decode(),
                    json.loads(header)["msg_type"],
                    json.loads(content),
                    buffers,
                )
            assert isinstance(frame, str)
            message = json.loads(frame)
            return message["channel"], message["header"]["msg_type"], message["content"], []

    async def close(self) -> None:
        self.connection.close()


def _join(parts: list[bytes]) -> bytes:
    count = len(parts) + 1
    at = 8 * (count + 1)
    offsets = []
    for part in parts:
        offsets.append(at)
        at += len(part)
    return struct.pack(f"<{count + 1}Q", count, *offsets, at) + b"".join(parts)


def _split(frame: bytes) -> list[bytes]:
    (count,) = struct.unpack_from("<Q", frame)
    offsets = struct.unpack_from(f"<{count}Q", frame, 8)
    return [frame[a:b] for a, b in itertools.pairwise(offsets)]


class Far:
    """One stream, as the client sees it. ``auto``: bytes are credited as they come."""

    def __init__(self, peer: Peer, number: int, window: int) -> None:
        self.peer = peer
        self.number = number
        self.window = window
        self.auto = True
        self.data = bytearray()
        self.received = 0
        self.credited = 0
        self.allowed_up = 0
        self.taken_up = 0
        self.sent = 0
        self.unacknowledged = bytearray()
        self.ended: int | None = None
        self.opened: dict[str, Any] = {}
        self.token = ""

    async def send(self, data: bytes, chunk: int = 512 * 1024) -> None:
        """Send ``data`` in chunks, under the bridge's credit."""
        at = 0
        while at < len(data):
            await self.peer.until(lambda: self.allowed_up > self.sent)
            piece = data[at : at + min(chunk, self.allowed_up - self.sent)]
            self.sent += len(piece)
            self.unacknowledged += piece
            await self.peer.send([record(DATA, self.number, piece)])
            at += len(piece)

    async def end(self) -> None:
        await self.peer.send([record(END, self.number, struct.pack("<Q", self.sent))])

    async def close(self, **fields: Any) -> dict[str, Any]:
        await self.peer.send([record(CLOSE, self.number, fields)])
        return await self.closed()

    async def closed(self) -> dict[str, Any]:
        return await self.peer.json(CLOSED, self.number)

    async def confirm(self) -> None:
        """Say that CLOSED arrived, and all before it."""
        await self.peer.send([record(CLOSE, self.number, {})])

    async def read(self, count: int) -> bytes:
        """Wait for ``count`` bytes and take them."""
        await self.peer.until(lambda: len(self.data) >= count)
        taken = bytes(self.data[:count])
        del self.data[:count]
        return taken

    async def credit(self, more: int = 0) -> None:
        self.credited = self.received + (more or self.window)
        payload = struct.pack("<QQ", self.received, self.credited)
        await self.peer.send([record(CREDIT, self.number, payload)])


class Peer:
    """A client of the bridge. It checks what every message must be, and keeps the events."""

    def __init__(self, wire: Wire, text: bool = False) -> None:
        self.wire = wire
        self.text = text
        self.link = ""
        self.nonce: str | None = None
        self.welcome: dict[str, Any] = {}
        self.number = 0
        self.expected = 0
        self.messages = 0
        self.stale = 0
        self.events: list[tuple[int, int, bytes]] = []
        self.streams: dict[int, Far] = {}
        self.other: list[Message] = []
        self.error: BaseException | None = None
        self._changed = asyncio.Event()
        self._next = 1
        self._ack_due = False
        self._reader = asyncio.ensure_future(self._read())
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # -- sending -----------------------------------------------------------------------------------

    async def hello(self, **more: Any) -> dict[str, Any]:
        """A new link."""
        self.link = secrets.token_hex(8)
        self.nonce, self.welcome, self.number, self.expected = None, {}, 0, 0
        self.streams.clear()
        await self.until(lambda: bool(self.welcome), again=lambda: self.say_hello(**more))
        return self.welcome

    async def say_hello(self, **more: Any) -> None:
        fields = {"protocol": 1, "client": "test", "link": self.link, **more}
        self.number = max(self.number, 1)
        await self.raw([record(SEQ, 0) + record(HELLO, 0, fields)], None)

    async def raw(self, buffers: list[bytes], nonce: str | None, channel: str = "shell") -> None:
        data: dict[str, Any] = {} if nonce is None else {"nonce": nonce}
        if self.text:
            data["buffers"] = [base64.b64encode(b).decode() for b in buffers]
            buffers = []
        content = {"comm_id": "labwire", "data": data}
        await self.wire.send(channel, "comm_msg", content, buffers)

    async def send(self, parts: list[bytes]) -> None:
        """Send one numbered message; nothing while there is no link to number it in."""
        if self.nonce is None:
            return
        number, self.number = self.number, self.number + 1
        await self.raw([record(SEQ, number), *parts], self.nonce)

    async def open(
        self, port: int, host: str = "127.0.0.1", window: int = 512 * 1024, **more: Any
    ) -> Far:
        stream = await self.start_open(port, host, window, **more)
        stream.opened = await self.json(OPENED, stream.number)
        return stream

    async def start_open(
        self, port: int, host: str = "127.0.0.1", window: int = 512 * 1024, **more: Any
    ) -> Far:
        stream = self.stream(window)
        fields = {"kind": "tcp", "host": host, "port": port, "credit": window, **more}
        stream.credited = fields["credit"]
        await self.send([record(OPEN, stream.number, fields)])
        return stream

    def stream(self, window: int) -> Far:
        stream = Far(self, self._next, window)
        self._next += 1
        self.streams[stream.number] = stream
        return stream

    async def attach(
        self, token: str, received: int | None, old: Far | None = None, window: int = 512 * 1024
    ) -> Far:
        """Claim a stream. ``old``: its state, where the same client goes on."""
        stream = self.stream(window)
        start = received or 0
        stream.received = start
        stream.credited = start + window
        fields = {"token": token, "received": received, "credit": start + window}
        await self.send([record(ATTACH, stream.number, fields)])
        await self.until(lambda: any(e[1] == stream.number for e in self.events))
        failed = next((e for e in self.events if e[:2] == (FAILED, stream.number)), None)
        assert failed is None, failed
        stream.opened = answer = await self.json(ATTACHED, stream.number)
        if received is None:
            stream.received += answer["offset"]
        if old is not None:
            stream.data = old.data
            again = bytes(old.unacknowledged)[
                len(old.unacknowledged) - (old.sent - answer["received"]) :
            ]
            stream.sent = answer["received"]
            if again and old.sent > answer["received"]:
                await stream.send(again)
        return stream

    # -- waiting -----------------------------------------------------------------------------------

    async def until(
        self, condition: Callable[[], bool], again: Callable[[], Any] | None = None
    ) -> None:
        """Wait for something that messages bring; ``again`` is done each second meanwhile."""
        deadline = asyncio.get_running_loop().time() + WAIT_S
        while not condition():
            if self.error is not None:
                raise self.error
            if again is not None:
                await again()
            self._changed.clear()
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise AssertionError(f"nothing came; events: {self.events[-20:]}")
            with contextlib.suppress(asyncio.TimeoutError):
                wait = min(left, 1.0) if again is not None else left
                await asyncio.wait_for(self._changed.wait(), wait)

    async def event(self, kind: int, stream: int) -> bytes:
        """The payload of the first record of that kind and stream; it is taken."""

        def there() -> bool:
            return any(e[:2] == (kind, stream) for e in self.events)

        await self.until(there)
        found = next(e for e in self.events if e[:2] == (kind, stream))
        self.events.remove(found)
        return found[2]

    async def json(self, kind: int, stream: int) -> dict[str, Any]:
        fields = json.loads(await self.event(kind, stream))
        assert isinstance(fields, dict)
        return fields

    async def ping(self, payload: bytes = b"now") -> None:
        """When it returns, everything sent before has been acted on."""
        await self.send([record(PING, 0, payload)])
        assert await self.event(PONG, 0) == payload

    # -- receiving ---------------------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            while True:
                channel, msg_type, content, buffers = await self.wire.receive()
                if msg_type == "comm_msg":
                    await self._receive(channel, content, buffers)
                else:
                    self.other.append((channel, msg_type, content, buffers))
                self._changed.set()
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self.error = error
            self._changed.set()

    async def _receive(self, channel: str, content: dict[str, Any], buffers: list[bytes]) -> None:
        assert content["comm_id"] == "labwire"
        data = content["data"]
        if "buffers" in data:
            assert self.text
            buffers = [base64.b64decode(b) for b in data["buffers"]]
        found = records(buffers)
        if "nonce" not in data:
            assert [kind in (RESET, FAILED) for kind, _, _ in found] == [True]
            self.events += found
            return
        if channel == "control":
            assert [kind for kind, _, _ in found] == [STOPPED]
            self.events += found
            return
        assert channel == "shell"
        if found[1][0] == WELCOME:
            fields = json.loads(found[1][2])
            if fields["link"] == self.link and not self.welcome:
                assert found[0] == (SEQ, 0, b"") and fields["nonce"] == data["nonce"]
                self.nonce, self.expected, self.welcome = fields["nonce"], 1, fields
            return
        if data["nonce"] != self.nonce:
            self.stale += 1
            return
        kind, number, payload = found.pop(0)
        assert (kind, number, payload) == (SEQ, self.expected, b""), "a message was lost"
        self.expected += 1
        self.messages += 1
        self._ack_soon()
        for one in found:
            await self._act(*one)

    async def _act(self, kind: int, number: int, payload: bytes) -> None:
        stream = self.streams.get(number)
        if kind == DATA:
            if stream is None:
                return
            assert stream.received + len(payload) <= stream.credited, "beyond credit"
            stream.received += len(payload)
            stream.data += payload
            if stream.auto and stream.credited - stream.received <= stream.window * 3 // 4:
                await stream.credit()
            return
        if kind == CREDIT and stream is not None:
            received, stream.allowed_up = struct.unpack("<QQ", payload)
            keep = stream.sent - received
            del stream.unacknowledged[: len(stream.unacknowledged) - keep]
            stream.taken_up = received
        if kind in (OPENED, ATTACHED) and stream is not None:
            fields = json.loads(payload)
            stream.token, stream.allowed_up = fields["token"], fields["credit"]
        if kind == END and stream is not None:
            (stream.ended,) = struct.unpack("<Q", payload)
            assert stream.ended == stream.received
        self.events.append((kind, number, payload))

    def _ack_soon(self) -> None:
        if not self._ack_due:
            self._ack_due = True
            self._timer = asyncio.get_running_loop().call_later(0.002, self._ack)

    def _ack(self) -> None:
        self._ack_due = False
        if self.nonce is None or self.error is not None:
            return
        parts = [record(ACK, (self.expected - 1) & 0xFFFFFFFF)]
        for stream in self.streams.values():
            if stream.auto and stream.opened and stream.received:
                stream.credited = max(stream.credited, stream.received + stream.window)
                payload = struct.pack("<QQ", stream.received, stream.credited)
                parts.append(record(CREDIT, stream.number, payload))
        task = asyncio.ensure_future(self.send(parts))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop_reading(self) -> None:
        self._reader.cancel()

    async def close(self) -> None:
        """Let go of the wire, without a word to the bridge."""
        self._reader.cancel()
        if self._timer is not None:
            self._timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await self.wire.close()


@contextlib.asynccontextmanager
async def peer_on(wire: Wire, text: bool = False) -> AsyncIterator[Peer]:
    peer = Peer(wire, text)
    try:
        await peer.hello()
        yield peer
    finally:
        await peer.close()
