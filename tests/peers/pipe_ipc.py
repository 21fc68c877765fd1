"""Two pipes to a child, as SiPyCo lays them, in plain Python: the foreign end for our pipes.

Written from what is known of SiPyCo's address, ``RFD,WFD``: the descriptors of the child. Run it as
``python -m tests.peers.pipe_ipc {child|parent} ...`` from the root of the checkout.

``child ADDRESS`` answers every line with the same line in capitals, and ends when the parent does.
``parent TEXT COMMAND...`` starts the command with its address as the last argument, sends the text
as a line, prints ``answer LINE`` for every line that comes back before the child closes, and
``code N`` when the child has ended.
"""

import argparse
import asyncio
import os
import subprocess
import sys


async def child(address: str) -> None:
    """With asyncio, which looks more closely at what kind of file a pipe is."""
    loop = asyncio.get_running_loop()
    read_fd, write_fd = map(int, address.split(","))
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_fd, "rb", 0)
    )
    transport, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(write_fd, "wb", 0)
    )
    # drain() then waits for the last byte, as a pipe's close() cannot be waited for.
    transport.set_write_buffer_limits(high=0)
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


def parent(text: str, command: list[str]) -> None:
    child_reads, parent_writes = os.pipe()
    parent_reads, child_writes = os.pipe()
    process = subprocess.Popen(
        [*command, f"{child_reads},{child_writes}"], pass_fds=(child_reads, child_writes)
    )
    os.close(child_reads)
    os.close(child_writes)
    with open(parent_writes, "wb", 0) as writer:
        writer.write(text.encode("utf-8") + b"\n")
    with open(parent_reads, "rb") as reader:
        for line in reader:
            print("answer", line.decode("utf-8").rstrip("\n"), flush=True)
    print("code", process.wait(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("child").add_argument("address")
    parser_of_parent = commands.add_parser("parent")
    parser_of_parent.add_argument("text")
    parser_of_parent.add_argument("program", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.command == "child":
        asyncio.run(child(options.address))
    else:
        parent(options.text, options.program)
    sys.stdout.flush()


main()
