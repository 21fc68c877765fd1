"""A log server in plain Python: the foreign end for our forwarder.

Written from the recordings in vectors/sipyco, with the standard library alone; run it as
``python -m tests.peers.log_server`` from the root of the checkout. It prints ``port N``, then
``record JSON`` for every record, and ``dropped JSON`` with the line for which it drops a client.
"""

import argparse
import asyncio
import json
import re

LEVELS = {
    "CRITICAL": 50,
    "ERROR": 40,
    "WARNING": 30,
    "WARN": 30,
    "INFO": 20,
    "DEBUG": 10,
    "TRACE": 5,
}
FIRST_LINE = re.compile(f"({'|'.join(LEVELS)})(<[0-9]+>)?:([^:]*):(.*)")


async def read_text(reader: asyncio.StreamReader) -> str | None:
    """The next line without its end; None at the end of the connection."""
    line = await reader.readline()
    return line.decode("utf-8").removesuffix("\n") if line else None


async def take_record(first: str, reader: asyncio.StreamReader) -> None:
    source, rest = first.split(":", 1)
    match = FIRST_LINE.fullmatch(rest)
    level, name, lines = 20, "print", [rest]
    if match is not None:
        level, name, lines = LEVELS[match[1]], match[3], [match[4]]
        for _ in range(int((match[2] or "<1>")[1:-1]) - 1):
            line = await read_text(reader)
            if line is None:
                return
            lines.append(line)
    record = {"levelno": level, "source": source, "name": name, "message": "\n".join(lines)}
    print("record", json.dumps(record), flush=True)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        if await reader.readline() != b"ARTIQ logging\n":
            return
        while (line := await read_text(reader)) is not None:
            if ":" not in line:
                print("dropped", json.dumps(line), flush=True)
                return
            await take_record(line, reader)
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()

    server = await asyncio.start_server(serve, "127.0.0.1", options.port, limit=4 << 20)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
