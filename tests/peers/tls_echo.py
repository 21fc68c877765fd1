"""TLS as SiPyCo sets it up, in plain Python: the foreign end for our sockets.

Written from what is known of SiPyCo's contexts: certificates required on both sides and checked
against one file, names not checked, versions and ciphers as Python has them. Run it as
``python -m tests.peers.tls_echo {server|client} ...`` from the root of the checkout.

``server CERT KEY PEER`` prints ``port N`` and answers every line with the same line; it prints
``failed CLASS`` for a connection whose handshake failed. ``client CERT KEY PEER PORT TEXT`` sends
one line and prints ``answer LINE``, or ``failed CLASS``.
"""

import argparse
import asyncio
import socket
import ssl
from typing import Any


def context(protocol: int, options: argparse.Namespace) -> ssl.SSLContext:
    made = ssl.SSLContext(protocol)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(cafile=options.peer)
    made.load_cert_chain(options.cert, options.key)
    if options.tls12:
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    if options.no_tickets:
        made.num_tickets = 0
    return made


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def serve(options: argparse.Namespace) -> None:
    def failed(_: Any, details: dict[str, Any]) -> None:
        print("failed", type(details.get("exception")).__name__, flush=True)

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(failed)
    secure = context(ssl.PROTOCOL_TLS_SERVER, options)
    server = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=secure)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def call(options: argparse.Namespace) -> None:
    secure = context(ssl.PROTOCOL_TLS_CLIENT, options)
    try:
        with (
            socket.create_connection(("127.0.0.1", options.port)) as plain,
            secure.wrap_socket(plain) as stream,
        ):
            stream.sendall(options.text.encode("utf-8") + b"\n")
            answer = stream.makefile("rb").readline()
    except OSError as error:
        print("failed", type(error).__name__, flush=True)
    else:
        print("answer", answer.decode("utf-8").rstrip("\n"), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("server", "client"):
        command = commands.add_parser(name)
        for argument in ("cert", "key", "peer"):
            command.add_argument(argument)
        command.add_argument("--tls12", action="store_true")
        command.add_argument("--no-tickets", action="store_true")
    command.add_argument("port", type=int)
    command.add_argument("text")
    options = parser.parse_args()
    if options.command == "server":
        asyncio.run(serve(options))
    else:
        call(options)


main()
