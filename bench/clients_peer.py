"""The Python side of bench/clients.mjs: `python clients_peer.py PORT NOTIFIER MODS`.

Subscribes as SiPyCo does, with asyncio streams, ``json`` and an ``object_hook``, applies every mod
to its struct, and prints mods per second from the first to the last.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from mods_peer import apply, hook


async def main() -> None:
    port, notifier, mods = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    decode = json.JSONDecoder(object_hook=hook).decode
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=100 << 20)
    writer.write(f"ARTIQ sync_struct\n{notifier}\n".encode())
    struct = decode((await reader.readline()).decode())["struct"]
    start = None
    for _ in range(mods):
        line = await reader.readline()
        start = start or time.perf_counter()
        apply(struct, decode(line.decode()))
    assert start is not None
    print(mods / (time.perf_counter() - start))
    writer.close()


asyncio.run(main())
