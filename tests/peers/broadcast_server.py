"""A broadcaster in plain Python: the foreign end for our receiver.

Written from the recordings in vectors/sipyco, with the standard library alone; run it as
``python -m tests.peers.broadcast_server`` from the root of the checkout. It prints ``port N``, then
``channel NAME`` for every receiver, and obeys standard input, one PYON v2 value a line:

    {"op": "broadcast", "channel": "...", "value": ...}
    {"op": "raw", "line": "..."}       send this text to everyone, whatever it is
    {"op": "drop"}                     close every connection, keep listening

After each command it prints ``done``; it ends with its input.
"""

import argparse
import asyncio
import sys
from typing import Any

from tests.peers import pyon


class Broadcaster:
    """Who listens, and to what."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.writers: dict[asyncio.StreamWriter, str] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readline() != b"ARTIQ broadcast\n":
                return
            channel = (await reader.readline()).decode("utf-8")[:-1]
            self.writers[writer] = channel
            print("channel", channel, flush=True)
            await reader.read()
        except ConnectionError:
            pass
        finally:
            self.writers.pop(writer, None)
            writer.close()

    def obey(self, command: dict[str, Any]) -> None:
        if command["op"] == "drop":
            for writer in list(self.writers):
                writer.close()
            self.writers.clear()
            return
        if command["op"] == "raw":
            line, wanted = command["line"], None
        else:
            line, wanted = pyon.encode(command["value"], self.version), command["channel"]
        for writer, channel in self.writers.items():
            if wanted is None or channel == wanted:
                writer.write(line.encode("utf-8") + b"\n")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--pyon", type=int, choices=(1, 2), default=2)
    options = parser.parse_args()

    broadcaster = Broadcaster(options.pyon)
    server = await asyncio.start_server(broadcaster.serve, "127.0.0.1", options.port)
    print("port", server.sockets[0].getsockname()[1], flush=True)

    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        broadcaster.obey(pyon.decode(line))
        for writer in list(broadcaster.writers):
            await writer.drain()
        print("done", flush=True)


asyncio.run(main())
