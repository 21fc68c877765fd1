"""A log forwarder in plain Python: the foreign end for our server.

Python's own ``logging`` with a handler written from the recordings in vectors/sipyco, and the
standard library alone; run it as ``python -m tests.peers.log_forwarder`` from the root of the
checkout. It obeys standard input, one JSON object a line, and prints ``done`` after each:

    {"level": 30, "name": "...", "message": "..."}     log this
    {"error": "..."}                                   log an exception with its traceback
    {"raw": "..."}                                     write these bytes, Latin-1

``eof`` is printed when the server has closed.
"""

import argparse
import json
import logging
import socket
import sys
import threading

logging.addLevelName(5, "TRACE")


class Handler(logging.Handler):
    """Writes each record to a socket."""

    def __init__(self, connection: socket.socket, source: str) -> None:
        super().__init__()
        self.connection = connection
        self.source = source
        self.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        level, rest = self.format(record).split(":", 1)
        breaks = rest.count("\n")
        count = f"<{breaks + 1}>" if breaks else ""
        self.connection.sendall(f"{self.source}:{level}{count}:{rest}\n".encode())


def say(word: str) -> None:
    """One write: with `print`, which makes two, the words of two threads run into each other."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def wait_for_end(connection: socket.socket) -> None:
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        pass
    say("eof")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--source", default="peer")
    options = parser.parse_args()

    connection = socket.create_connection((options.host, options.port))
    connection.sendall(b"ARTIQ logging\n")
    threading.Thread(target=wait_for_end, args=(connection,), daemon=True).start()
    root = logging.getLogger()
    root.addHandler(Handler(connection, options.source))
    root.setLevel(1)
    for line in sys.stdin:
        command = json.loads(line)
        if "raw" in command:
            connection.sendall(command["raw"].encode("latin-1"))
        elif "error" in command:
            try:
                raise ValueError(command["error"])
            except ValueError:
                logging.getLogger("peer").exception("failed")
        else:
            logging.getLogger(command["name"]).log(command["level"], "%s", command["message"])
        say("done")


main()
