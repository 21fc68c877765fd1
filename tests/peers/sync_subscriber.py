"""A sync_struct subscriber in plain Python: the foreign end for our publisher.

Written from the recordings in vectors/sipyco, with the standard library alone; run it as
``python -m tests.peers.sync_subscriber`` from the root of the checkout. It prints
``mod ACTION`` for every line it has applied, ``eof`` when the publisher closes, and, for every line
of its standard input, ``struct TEXT``: what it holds, as PYON v2.
"""

import argparse
import asyncio
import sys
from typing import Any

from tests.peers import pyon


class Subscriber:
    """The struct as this end sees it."""

    def __init__(self) -> None:
        self.struct: Any = None

    async def receive(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            mod = pyon.decode(line.decode("utf-8"))
            if mod["action"] == "init":
                self.struct = mod["struct"]
            else:
                pyon.apply(self.struct, mod)
            print("mod", mod["action"], flush=True)
        print("eof", flush=True)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("notifier")
    options = parser.parse_args()

    reader, writer = await asyncio.open_connection(options.host, options.port, limit=100 << 20)
    writer.write(b"ARTIQ sync_struct\n" + options.notifier.encode("utf-8") + b"\n")
    subscriber = Subscriber()
    receiving = asyncio.create_task(subscriber.receive(reader))
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print("struct", pyon.encode(subscriber.struct, 2), flush=True)
    receiving.cancel()
    writer.close()


asyncio.run(main())
