"""A sync_struct publisher in plain Python: the foreign end for our subscriber.

Written from the recordings in vectors/sipyco, with the standard library alone; run it as
``python -m tests.peers.sync_publisher`` from the root of the checkout. It prints
``port N`` and then obeys standard input, one JSON object a line:

    {"op": "setitem", "path": [...], "key": ..., "value": ...}   also delitem, append, insert, pop
    {"op": "raw", "line": "..."}       send this text to everyone, whatever it is
    {"op": "drop"}                     close every connection, keep listening
    {"op": "dump"}                     print the struct as PYON v2

Keys and values are PYON v2. After each command it prints ``done``; it ends with its input.
"""

import argparse
import asyncio
import sys
from typing import Any

from tests.peers import pyon


class Publisher:
    """One struct, its subscribers, and the mods between them."""

    def __init__(self, notifier: str, struct: Any, version: int) -> None:
        self.notifier = notifier
        self.struct = struct
        self.version = version
        self.writers: set[asyncio.StreamWriter] = set()

    def encode(self, value: Any) -> bytes:
        return pyon.encode(value, self.version).encode("utf-8") + b"\n"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readline() != b"ARTIQ sync_struct\n":
                return
            if await reader.readline() != self.notifier.encode("utf-8") + b"\n":
                return
            writer.write(self.encode({"action": "init", "struct": self.struct}))
            self.writers.add(writer)
            await reader.read()
        except ConnectionError:
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    def publish(self, mod: dict[str, Any]) -> None:
        self.send(self.encode(mod))

    def send(self, line: bytes) -> None:
        for writer in self.writers:
            writer.write(line)

    def obey(self, command: dict[str, Any]) -> None:
        operation = command["op"]
        if operation == "raw":
            self.send(command["line"].encode("utf-8") + b"\n")
        elif operation == "drop":
            for writer in list(self.writers):
                writer.close()
            self.writers.clear()
        elif operation == "dump":
            print("struct", pyon.encode(self.struct, 2))
        else:
            mod = {"action": operation}
            mod.update((name, value) for name, value in command.items() if name != "op")
            pyon.apply(self.struct, mod)
            self.publish(mod)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--notifier", default="datasets")
    parser.add_argument("--pyon", type=int, choices=(1, 2), default=2)
    parser.add_argument("--struct", default="{}", help="the first struct, as PYON v2")
    options = parser.parse_args()

    publisher = Publisher(options.notifier, pyon.decode(options.struct), options.pyon)
    server = await asyncio.start_server(publisher.serve, "127.0.0.1", options.port)
    print("port", server.sockets[0].getsockname()[1], flush=True)

    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        publisher.obey(pyon.decode(line))
        for writer in list(publisher.writers):
            await writer.drain()
        print("done", flush=True)


asyncio.run(main())
