"""A broadcast receiver in plain Python: the foreign end for our broadcaster.

Written from the recordings in vectors/sipyco, with the standard library alone; run it as
``python -m tests.peers.broadcast_receiver`` from the root of the checkout. It prints
``connected``, then ``message TEXT`` for every line, as PYON v2, and ``eof`` when the broadcaster
closes. With ``--deaf`` it reads nothing until a line comes on its standard input.
"""

import argparse
import socket
import sys
from typing import Any

from tests.peers import pyon


def decode(text: str, version: int) -> Any:
    if version == 2:
        return pyon.decode(text)
    return pyon.decode(f'{{"action": {text.strip()}}}')["action"]  # what begins so is version 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("channel")
    parser.add_argument("--pyon", type=int, choices=(1, 2), default=2)
    parser.add_argument("--deaf", action="store_true")
    options = parser.parse_args()

    connection = socket.create_connection((options.host, options.port))
    connection.sendall(b"ARTIQ broadcast\n" + options.channel.encode("utf-8") + b"\n")
    print("connected", flush=True)
    if options.deaf:
        sys.stdin.readline()
    for line in connection.makefile("rb"):
        print("message", pyon.encode(decode(line.decode("utf-8"), options.pyon), 2), flush=True)
    print("eof", flush=True)


main()
