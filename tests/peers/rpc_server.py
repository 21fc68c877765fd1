"""A pc_rpc server in plain Python: the foreign end for our client.

Written from the recordings in vectors/sipyco, with the standard library alone; run it as
``python -m tests.peers.rpc_server [--old] [--micro]`` from the root of the checkout. It prints
``port N``, obeys standard input a line at a time and ends with it:

    drop        cut every connection, keep listening
    calls       print how many calls were carried out
"""

import argparse
import asyncio
import builtins
import inspect
import json
import sys
import traceback
from collections.abc import Callable
from typing import Any

from tests.peers import pyon

REQUEST_BYTES = 4 * 1024 * 1024


class LabFault(Exception):
    """An exception that is no builtin."""


class Oscillator:
    """A bench oscillator.

    Two channels.
    """

    def __init__(self) -> None:
        self.freq = {0: 1e6, 1: 2e6}

    def set_freq(self, channel: int, freq: float = 1e6, *, phase: float = 0.0) -> float:
        """Set one channel and give the applied frequency."""
        if not 1e3 <= freq <= 40e6:
            raise ValueError(f"frequency out of range: {freq:g} Hz")
        self.freq[channel] = freq
        return freq

    def get_freq(self, channel: int) -> float:
        return self.freq[channel]

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def echo(self, x: Any) -> Any:
        return x

    def ramp(self, count: int) -> pyon.Array:
        """`count` float64, all zero."""
        return pyon.Array((count,), "<f8", bytearray(8 * count))

    def fail(self) -> None:
        raise LabFault("laser unlocked")

    def opaque(self) -> object:
        return object()

    async def later(self, seconds: float, x: Any) -> Any:
        await asyncio.sleep(seconds)
        return x

    def ping(self) -> bool:
        return True


def packed(error: BaseException) -> dict[str, Any]:
    """An exception as it travels."""
    name, text = type(error).__name__, str(error)
    if getattr(builtins, name, None) is not type(error):
        qualified = f"{type(error).__module__}.{type(error).__qualname__}"
        name, text = "GenericRemoteException", f"{qualified}: {text}" if text else qualified
    return {
        "class": name,
        "message": text,
        "traceback": traceback.format_tb(error.__traceback__),
    }


def document(function: Callable[..., Any]) -> tuple[dict[str, Any], str | None]:
    spec = inspect.getfullargspec(function)
    annotations = {k: getattr(v, "__name__", str(v)) for k, v in spec.annotations.items()}
    return {
        "args": spec.args,
        "varargs": spec.varargs,
        "varkw": spec.varkw,
        "defaults": spec.defaults,
        "kwonlyargs": spec.kwonlyargs,
        "kwonlydefaults": spec.kwonlydefaults,
        "annotations": annotations,
    }, inspect.getdoc(function)


class Server:
    """Any number of targets; one call at a time."""

    def __init__(self, targets: dict[str, Any], *, old: bool, micro: bool) -> None:
        self.targets = targets
        self.old = old
        self.micro = micro
        self.lock = asyncio.Lock()
        self.writers: set[asyncio.StreamWriter] = set()
        self.calls = 0

    def identity(self) -> str:
        who: dict[str, Any] = {"targets": sorted(self.targets), "description": None}
        if self.micro:
            return repr(who)
        if self.old:
            return json.dumps(who)
        return json.dumps({**who, "features": ["pyon_v2"]}, separators=(",", ":"))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            await self.converse(reader, writer)
        except (ConnectionError, ValueError, SyntaxError):
            pass  # it was cut, or sent what cannot be read: closed without a word
        finally:
            self.writers.discard(writer)
            writer.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readline() != b"ARTIQ pc_rpc\n":
            return
        writer.write(self.identity().encode() + b"\n")
        name, *features = (await reader.readline()).decode()[:-1].split(" ")
        if name not in self.targets or features not in ([], ["pyon_v2"]):
            return
        version = 2 if features else 1
        target = self.targets[name]
        methods = {n for n, _ in inspect.getmembers(target, callable)}
        writer.write(self.encode(methods, version))
        while line := await reader.readline():
            reply = await self.reply(target, pyon.decode(line.decode()))
            try:
                text = self.encode(reply, version)
            except TypeError as error:
                text = self.encode({"status": "failed", "exception": packed(error)}, version)
            writer.write(text)
            await writer.drain()

    def encode(self, value: Any, version: int) -> bytes:
        text = repr(value) if self.micro else pyon.encode(value, version)
        return text.encode() + b"\n"

    async def reply(self, target: Any, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"status": "ok", "ret": await self.act(target, request)}
        except Exception as error:  # whatever it is, it travels
            exception = str(error) if self.micro else packed(error)
            return {"status": "failed", "exception": exception}

    async def act(self, target: Any, request: dict[str, Any]) -> Any:
        if request["action"] == "get_rpc_method_list":
            members = inspect.getmembers(target, inspect.ismethod)
            methods = {n: document(m) for n, m in members if not n.startswith("_")}
            return {"docstring": inspect.getdoc(target), "methods": methods}
        if request["action"] != "call":
            raise ValueError(f"Unknown action: {request['action']}")
        method = getattr(target, request["name"])
        async with self.lock:
            self.calls += 1
            value = method(*request["args"], **request["kwargs"])
            return await value if inspect.isawaitable(value) else value

    def drop(self) -> None:
        for writer in self.writers:
            writer.transport.abort()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--old", action="store_true", help="as SiPyCo 1.9: PYON version 1 only")
    parser.add_argument("--micro", action="store_true", help="as small imitations: repr, no dicts")
    parser.add_argument("--targets", nargs="*", default=["osc"])
    options = parser.parse_args()
    targets = {name: Oscillator() for name in options.targets}
    server = Server(targets, old=options.old or options.micro, micro=options.micro)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=REQUEST_BYTES)
    print("port", listener.sockets[0].getsockname()[1], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip() == "drop":
            server.drop()
            print("done", flush=True)
        else:
            print(server.calls, flush=True)
    listener.close()
    server.drop()
    while server.writers:
        await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(main())
