"""A master's datasets in plain Python: a notifier, and the target that sets them.

Standard library alone; run it as ``python -m tests.peers.master [--old] --struct PYON`` from the
root of the checkout. It prints ``ports NOTIFY CONTROL``, obeys standard input a line at a time and
ends with it:

    dump        print the struct as PYON v2

``--old`` is ARTIQ 7 on SiPyCo 1.9: PYON version 1 alone, pairs without metadata, and a ``set`` that
takes none.
"""

import argparse
import asyncio
import sys
from typing import Any

from tests.peers import pyon
from tests.peers.rpc_server import REQUEST_BYTES, Server

Struct = dict[str, tuple[Any, ...]]


class Notifier:
    """The struct ``datasets`` and who is subscribed to it."""

    def __init__(self, struct: Struct, version: int) -> None:
        self.struct = struct
        self.version = version
        self.writers: set[asyncio.StreamWriter] = set()

    def encode(self, value: Any) -> bytes:
        return pyon.encode(value, self.version).encode() + b"\n"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            banner, name = await reader.readline(), await reader.readline()
            if (banner, name) == (b"ARTIQ sync_struct\n", b"datasets\n"):
                writer.write(self.encode({"action": "init", "struct": self.struct}))
                self.writers.add(writer)
                await reader.read()
        except ConnectionError:
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    def publish(self, mod: dict[str, Any]) -> None:
        for writer in self.writers:
            writer.write(self.encode({"path": [], **mod}))

    def put(self, key: str, entry: tuple[Any, ...]) -> None:
        self.struct[key] = entry
        self.publish({"action": "setitem", "key": key, "value": entry})

    def remove(self, key: str) -> None:
        del self.struct[key]
        self.publish({"action": "delitem", "key": key})


class DatasetDB:
    """As ARTIQ 8 has it."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def set(self, key: str, value: Any, persist: Any = None, metadata: Any = None) -> None:
        old = self._notifier.struct.get(key, (False, None, {}))
        persist = old[0] if persist is None else persist
        metadata = old[2] if metadata is None else metadata
        self._notifier.put(key, (persist, value, metadata))

    def delete(self, key: str) -> None:
        self._notifier.remove(key)


class OldDatasetDB:
    """As ARTIQ 7 has it."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def set(self, key: str, value: Any, persist: Any = None) -> None:
        old = self._notifier.struct.get(key, (False,))
        self._notifier.put(key, (old[0] if persist is None else persist, value))

    def delete(self, key: str) -> None:
        self._notifier.remove(key)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--old", action="store_true")
    parser.add_argument("--struct", required=True, help="the first struct, as PYON v2")
    options = parser.parse_args()
    notifier = Notifier(pyon.decode(options.struct), 1 if options.old else 2)
    targets: dict[str, Any] = (
        {"master_dataset_db": OldDatasetDB(notifier)}
        if options.old
        else {"dataset_db": DatasetDB(notifier)}
    )
    server = Server(targets, old=options.old, micro=False)
    notify = await asyncio.start_server(notifier.serve, "127.0.0.1", 0)
    control = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=REQUEST_BYTES)
    ports = [listener.sockets[0].getsockname()[1] for listener in (notify, control)]
    print("ports", *ports, flush=True)
    while (await asyncio.to_thread(sys.stdin.readline)).strip() == "dump":
        print("struct", pyon.encode(notifier.struct, 2), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
