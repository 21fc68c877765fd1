"""The Python side of bench/sipyco.mjs: asyncio and the standard library, doing what SiPyCo does.

serve                   prints a port, then serves until its input ends
calls PORT COUNT        one call at a time: calls per second
array PORT COUNT        replies of 10 MB: MB per second
connects PORT COUNT N   connect, handshake, close, N at a time: so many per second
logs FILE               lines of a log parsed per second
publish MODS COUNT      mods encoded once, written to COUNT readers: deliveries per second
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from mods_peer import hook

Link = tuple[asyncio.StreamReader, asyncio.StreamWriter]
LINE_BYTES = 100 << 20
METHODS = {"__jsonclass__": ["set", [["ping", "echo", "add", "ramp", "terminate"]]]}
IDENTITY = {"targets": ["bench"], "description": None, "features": ["pyon_v2"]}


def default(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        text = base64.b64encode(np.ascontiguousarray(value).data).decode("ascii")
        return {"__jsonclass__": ["nparray", [list(value.shape), value.dtype.str, text]]}
    raise TypeError(f"{value!r} is not PYON encodable")


def encode(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), default=default).encode() + b"\n"


decode = json.JSONDecoder(object_hook=lambda value: hook_or_set(value)).decode


def hook_or_set(value: dict[str, Any]) -> Any:
    if value.get("__jsonclass__", [None])[0] == "set":
        return set(value["__jsonclass__"][1][0])
    return hook(value)


class Bench:
    def ping(self) -> bool:
        return True

    def echo(self, x: Any) -> Any:
        return x

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def ramp(self, count: int) -> Any:
        return np.arange(count, dtype=np.float64)


async def serve_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    target, lock = Bench(), asyncio.Lock()
    try:
        await reader.readline()
        writer.write(encode(IDENTITY))
        await reader.readline()
        writer.write(encode(METHODS))
        while line := await reader.readline():
            request = decode(line.decode())
            async with lock:
                value = getattr(target, request["name"])(*request["args"], **request["kwargs"])
            writer.write(encode({"status": "ok", "ret": value}))
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve() -> None:
    server = await asyncio.start_server(serve_client, "127.0.0.1", 0, limit=4 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


async def connect(port: int) -> Link:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LINE_BYTES)
    writer.write(b"ARTIQ pc_rpc\n")
    identity = json.loads(await reader.readline())
    writer.write(f"{identity['targets'][0]} pyon_v2\n".encode())
    decode((await reader.readline()).decode())
    return reader, writer


async def call(link: Link, name: str, *args: Any) -> Any:
    reader, writer = link
    arguments = {"__jsonclass__": ["tuple", [list(args)]]}
    writer.write(encode({"action": "call", "name": name, "args": arguments, "kwargs": {}}))
    return decode((await reader.readline()).decode())["ret"]


async def calls(port: int, count: int) -> float:
    link = await connect(port)
    start = time.perf_counter()
    for _ in range(count):
        await call(link, "add", 1, 2)
    return count / (time.perf_counter() - start)


async def array(port: int, count: int) -> float:
    link = await connect(port)
    start = time.perf_counter()
    for _ in range(count):
        value = await call(link, "ramp", 1_250_000)
        assert value.nbytes == 10_000_000
    return 10 * count / (time.perf_counter() - start)


async def connects(port: int, count: int, under_way: int) -> float:
    turns = iter(range(count))

    async def go_on() -> None:
        for _ in turns:
            _reader, writer = await connect(port)
            writer.close()
            await writer.wait_closed()

    start = time.perf_counter()
    await asyncio.gather(*(go_on() for _ in range(under_way)))
    return count / (time.perf_counter() - start)


RECORD = re.compile(r"(CRITICAL|ERROR|WARNING|WARN|INFO|DEBUG|TRACE)(<\d+>)?:([^:]*):(.*)")
LEVELS = {
    "CRITICAL": 50,
    "ERROR": 40,
    "WARNING": 30,
    "WARN": 30,
    "INFO": 20,
    "DEBUG": 10,
    "TRACE": 5,
}


def logs(file: str) -> float:
    lines = Path(file).read_bytes().splitlines()
    records = []
    missing = 0
    begun: list[Any] = []
    start = time.perf_counter()
    for raw in lines:
        line = raw.decode()
        if missing > 0:
            begun[-1] += "\n" + line
            missing -= 1
            if missing == 0:
                records.append(tuple(begun))
            continue
        source, text = line.split(":", 1)
        match = RECORD.match(text)
        if match is None:
            records.append((source, 20, "print", text))
            continue
        level, more, name, message = match.groups()
        begun = [source, LEVELS[level], name, message]
        missing = int(more[1:-1]) - 1 if more else 0
        if missing == 0:
            records.append(tuple(begun))
        if len(records) >= 100_000:
            records.clear()
    return len(lines) / (time.perf_counter() - start)


async def publish(mods: int, count: int) -> float:
    """A publisher with a queue for each of its subscribers, which only read."""
    queues: list[asyncio.Queue[bytes]] = []
    done: list[asyncio.Task[None]] = []

    async def follow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        queues.append(queue)
        try:
            while line := await queue.get():
                writer.write(line)
                await writer.drain()
        finally:
            writer.close()

    async def read(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while await reader.read(1 << 20):
            pass
        writer.close()

    server = await asyncio.start_server(follow, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    done = [asyncio.create_task(read(port)) for _ in range(count)]
    while len(queues) < count:
        await asyncio.sleep(0.01)
    start = time.perf_counter()
    for i in range(mods):
        mod = {"action": "setitem", "path": ["rabi.p", 1], "key": i % 1000, "value": i / 3}
        line = encode(mod)
        for queue in queues:
            queue.put_nowait(line)
        if i % 100 == 0:
            await asyncio.sleep(0)
    for queue in queues:
        queue.put_nowait(b"")
    await asyncio.gather(*done)
    return mods * count / (time.perf_counter() - start)


def main() -> None:
    what, *arguments = sys.argv[1:]
    match what:
        case "serve":
            asyncio.run(serve())
        case "calls":
            print(asyncio.run(calls(*map(int, arguments))))
        case "array":
            print(asyncio.run(array(*map(int, arguments))))
        case "connects":
            print(asyncio.run(connects(*map(int, arguments))))
        case "logs":
            print(logs(arguments[0]))
        case "publish":
            print(asyncio.run(publish(*map(int, arguments))))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
