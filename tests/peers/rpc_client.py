"""A pc_rpc client in plain Python: the foreign end for our server.

Written from the recordings in vectors/sipyco, with the standard library alone; run it as
``python -m tests.peers.rpc_client HOST PORT`` from the root of the checkout. It reads as SiPyCo's
blocking client does, and is as particular: a reply is one line of ASCII, and nothing comes that was
not asked for. Commands are lines of PYON v2 on standard input, each a list; each is
answered by one line:

    ["open", TARGET, VERSION]              -> ["opened", identity, methods]
    ["call", NAME, ARGS, KWARGS]           -> ["returned", value] or ["raised", class, text, frames]
    ["pipeline", [[NAME, ARGS, KWARGS]…]]  -> ["replies", [reply…]], as they came
    ["list"]                               -> as call
    ["raw", TEXT, END?]                    -> ["heard", TEXT] up to the end of the connection
    ["close"]                              -> ["closed"]

What the server does wrong is ["broken", why].
"""

import argparse
import ast
import builtins
import socket
import sys
from typing import Any

from tests.peers import pyon

BANNER = b"ARTIQ pc_rpc\n"


class GenericRemoteException(Exception):
    """What the server raised that is no builtin exception."""


class Broken(Exception):
    """The server is not what a client expects."""


def decode(text: str, version: int) -> Any:
    """Version 1 is a Python expression. SiPyCo has it evaluated; its literals are read here."""
    if version == 1:
        return pyon._from_node(ast.parse(text, mode="eval").body)
    return pyon.decode(text)


def reraise(packed: dict[str, Any]) -> None:
    """Raise what the server raised, as SiPyCo's client does."""
    if set(packed) != {"class", "message", "traceback"}:
        raise Broken(f"a packed exception has {sorted(packed)}")
    if not all(isinstance(entry, str) and entry.endswith("\n") for entry in packed["traceback"]):
        raise Broken(f"no traceback entries: {packed['traceback']}")
    if packed["class"] == "GenericRemoteException":
        error: BaseException = GenericRemoteException(packed["message"])
    else:
        error = getattr(builtins, packed["class"])(packed["message"])
    error.parent_traceback = packed["traceback"]  # type: ignore[attr-defined]
    raise error


class Client:
    """One connection, one request at a time."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.version = 1

    def open(self, target: str, version: int) -> tuple[dict[str, Any], set[str]]:
        self.version = version
        self.socket.sendall(BANNER)
        # What the server says of itself is read before anything is agreed on: as JSON it is both.
        identity = decode(self.line(), 2)
        features = identity.get("features", [])
        if target not in identity["targets"]:
            raise Broken(f"there is no target {target}: {identity['targets']}")
        if version == 2 and "pyon_v2" not in features:
            raise Broken(f"version 2 is not among {features}")
        choice = f"{target} pyon_v2\n" if version == 2 else f"{target}\n"
        self.socket.sendall(choice.encode())
        methods = decode(self.line(), version)
        if type(methods) is not set or not all(type(name) is str for name in methods):
            raise Broken(f"the methods are no set of str: {methods!r}")
        return identity, methods

    def line(self) -> str:
        """The next line. Whoever sends two at once, SiPyCo's client cannot follow."""
        heard = ""
        while not heard.endswith("\n"):
            chunk = self.socket.recv(4096)
            if not chunk:
                raise EOFError(f"the connection ended after {heard[-60:]!r}")
            heard += chunk.decode("ascii")
        if heard.count("\n") != 1:
            raise Broken(f"{heard.count(chr(10))} lines came at once")
        return heard

    def lines(self, count: int) -> list[str]:
        """So many lines, however they come."""
        heard = ""
        while heard.count("\n") < count:
            chunk = self.socket.recv(65536)
            if not chunk:
                raise EOFError(f"the connection ended after {heard[-60:]!r}")
            heard += chunk.decode("ascii")
        if heard.count("\n") != count or not heard.endswith("\n"):
            raise Broken(f"more came than the {count} lines that were asked for")
        return heard.splitlines()

    def request(self, **fields: Any) -> bytes:
        return (pyon.encode(fields, self.version) + "\n").encode("ascii")

    def ask(self, **fields: Any) -> Any:
        self.socket.sendall(self.request(**fields))
        reply = decode(self.line(), self.version)
        if reply["status"] == "ok":
            if set(reply) != {"status", "ret"}:
                raise Broken(f"a reply has {sorted(reply)}")
            return reply["ret"]
        reraise(reply["exception"])

    def call(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return self.ask(action="call", name=name, args=tuple(args), kwargs=kwargs)

    def pipeline(self, calls: list[list[Any]]) -> list[Any]:
        requests = [
            self.request(action="call", name=name, args=tuple(args), kwargs=kwargs)
            for name, args, kwargs in calls
        ]
        self.socket.sendall(b"".join(requests))
        return [decode(line, self.version) for line in self.lines(len(requests))]

    def close(self) -> None:
        self.socket.close()


def listen_to_end(host: str, port: int, said: bytes, ends: bool) -> str:
    """Say something and hear what comes until the server closes. A reset counts as the end."""
    with socket.create_connection((host, port)) as connection:
        heard = b""
        try:
            connection.sendall(said)
            if ends:
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                heard += chunk
        except ConnectionError:
            pass
    return heard.decode("ascii")


class Operator:
    """Does what standard input says."""

    def __init__(self, host: str, port: int) -> None:
        self.address = (host, port)
        self.client: Client | None = None

    def obey(self, command: list[Any]) -> list[Any]:
        match command:
            case ["open", target, version]:
                self.client = Client(*self.address)
                return ["opened", *self.client.open(target, version)]
            case ["raw", text, *ends]:
                return ["heard", listen_to_end(*self.address, text.encode(), bool(ends))]
        if self.client is None:
            raise Broken("nothing is open")
        match command:
            case ["call", name, args, kwargs]:
                return ["returned", self.client.call(name, args, kwargs)]
            case ["list"]:
                return ["returned", self.client.ask(action="get_rpc_method_list")]
            case ["pipeline", calls]:
                return ["replies", self.client.pipeline(calls)]
            case ["close"]:
                self.client.close()
                return ["closed"]
        raise Broken(f"{command!r} is no command")

    def answer(self, command: list[Any]) -> list[Any]:
        try:
            return self.obey(command)
        except (Broken, OSError, EOFError) as error:
            if not hasattr(error, "parent_traceback"):
                return ["broken", f"{type(error).__name__}: {error}"]
            return raised(error)
        except Exception as error:
            return raised(error)


def raised(error: BaseException) -> list[Any]:
    return ["raised", type(error).__name__, str(error), getattr(error, "parent_traceback", None)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    options = parser.parse_args()
    operator = Operator(options.host, options.port)
    for line in sys.stdin:
        print(pyon.encode(operator.answer(pyon.decode(line)), 2), flush=True)


if __name__ == "__main__":
    main()
