"""From OPEN to a connected socket: resolve once, judge the addresses, ask if need be, connect to
what was judged.

Source: docs/protocols/bridge.md, "OPEN", "Policy".
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .addresses import Address, endpoint, parse_address
from .failures import Failure
from .limits import Limits
from .policy import Policy, Verdict
from .records import Json
from .resolver import Resolver
from .stream import Target

KINDS = ("tcp",)
RESERVED = ("tcp-listen", "udp", "tls", "process", "unix", "serial", "file")
TIMEOUT_S = 10.0
TIMEOUTS_S = (0.1, 60.0)
KEEP_IDLE_S, KEEP_INTERVAL_S, KEEP_COUNT = 10, 5, 3  # a silent instrument is known dead after 25 s

Ask = Callable[[str, Address, int, str], Awaitable[str]]
"""Ask a person about host, address, port; the rule that made it necessary.

Gives `once`, `always` or `no`.
"""


@dataclass(frozen=True)
class Wish:
    """What an OPEN asks for, checked."""

    host: str
    port: int
    timeout_s: float
    read_only: bool
    label: str

    @property
    def endpoint(self) -> str:
        return endpoint(self.host, self.port)

    @classmethod
    def of(cls, fields: Json, limits: Limits) -> Wish:
        """Read the fields of OPEN.

        Raises
        ------
        Failure
            Stage `open`: kind, host or port.
        """
        kind = fields["kind"]
        if kind not in KINDS:
            known = "comes later" if kind in RESERVED else "is unknown"
            raise Failure(
                "open",
                "kind",
                f"a stream of kind {kind[:32]!r} {known}, this bridge opens {', '.join(KINDS)}",
                "use a newer bridge" if kind in RESERVED else "",
                feature=kind[:32],
            )
        host, port = fields.get("host", ""), fields.get("port", 0)
        if not 0 < len(host) <= limits.host_chars or not all(_plain(c) for c in host):
            raise Failure(
                "open",
                "host",
                f"{host[: limits.host_chars]!r} is no host name: "
                f"1 to {limits.host_chars} characters without spaces",
                "check the address",
            )
        if not 0 < port < 65536:
            raise Failure(
                "open", "port", f"port {port} is not between 1 and 65535", "check the address"
            )
        timeout_s = min(max(fields.get("timeout_s", TIMEOUT_S), TIMEOUTS_S[0]), TIMEOUTS_S[1])
        label = fields.get("label", "")[: limits.text_chars]
        return cls(host, port, timeout_s, fields.get("read_only", False), label)


class Opener:
    """Opens what the policy allows."""

    def __init__(self, loop: asyncio.AbstractEventLoop, policy: Policy, resolver: Resolver) -> None:
        self._loop = loop
        self._policy = policy
        self._resolver = resolver

    async def open(
        self, wish: Wish, answered_once: Callable[[Address, int], bool], ask: Ask
    ) -> tuple[socket.socket, Target, int | None]:
        """A connected socket, where it leads, and the byte budget of the stream.

        Raises
        ------
        Failure
            Stage `resolve`, `policy` or `connect`. Nothing stays open.
        """
        started = self._loop.time()
        addresses = await self._resolve(wish)
        judged = [
            (
                address,
                self._policy.judge(
                    wish.host, address, wish.port, answered_once(address, wish.port)
                ),
            )
            for address in addresses
        ]
        left_s = wish.timeout_s - (self._loop.time() - started)
        allowed = [
            (address, verdict.rule) for address, verdict in judged if verdict.outcome == "allowed"
        ]
        if not allowed:
            allowed = [await self._ask(wish, judged, ask)]
        failure: Failure | None = None
        deadline = self._loop.time() + left_s
        for address, rule in allowed:
            try:
                sock = await self._connect(wish, address, deadline - self._loop.time())
            except Failure as error:
                failure = error
                continue
            host, port = sock.getsockname()[:2]
            target = Target(
                wish.host, str(address), wish.port, endpoint(host, port), rule, wish.label
            )
            budget = self._policy.budget(wish.host, address, wish.port)
            if budget is None and wish.read_only:
                budget = self._policy.default_budget
            return sock, target, budget
        assert failure is not None
        raise failure

    async def _resolve(self, wish: Wish) -> list[Address]:
        try:
            return [parse_address(wish.host)]
        except ValueError:
            pass  # a name
        try:
            texts = await asyncio.wait_for(self._resolver(wish.host, wish.port), wish.timeout_s)
        except asyncio.TimeoutError:
            raise Failure(
                "resolve",
                "timeout",
                f"the name {wish.host} was not resolved within {wish.timeout_s:g} s",
                "check the network of the bridge's host, or use the address",
                endpoint=wish.endpoint,
            ) from None
        except (OSError, UnicodeError) as error:
            unknown = isinstance(error, UnicodeError) or error.errno in _UNKNOWN_NAME
            raise Failure(
                "resolve",
                "unknown name" if unknown else "failed",
                f"the name {wish.host} is unknown to the bridge's host"
                if unknown
                else f"the name {wish.host} was not resolved: {error}",
                "check the spelling, or use the address",
                endpoint=wish.endpoint,
            ) from None
        addresses = list(dict.fromkeys(map(parse_address, texts)))
        if not addresses:
            raise Failure(
                "resolve",
                "unknown name",
                f"the name {wish.host} has no address",
                "use the address",
                endpoint=wish.endpoint,
            )
        return addresses

    async def _ask(
        self, wish: Wish, judged: list[tuple[Address, Verdict]], ask: Ask
    ) -> tuple[Address, str]:
        asked = [pair for pair in judged if pair[1].outcome == "ask"]
        if not asked:
            raise _refusal(wish, *judged[0])
        address, verdict = asked[0]
        choice = await ask(wish.host, address, wish.port, verdict.rule)
        if choice == "no":
            raise Failure(
                "policy",
                "answer no",
                f"connecting to {endpoint(address, wish.port)} was answered with no",
                "connect again to be asked again",
                endpoint=wish.endpoint,
                address=str(address),
            )
        # Much can happen while a question is open: a kernel may have started on that port.
        verdict = self._policy.judge(wish.host, address, wish.port, True)
        if verdict.outcome != "allowed":
            raise _refusal(wish, address, verdict)
        return address, choice

    async def _connect(self, wish: Wish, address: Address, timeout_s: float) -> socket.socket:
        sock = socket.socket(
            socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM
        )
        try:
            sock.setblocking(False)
            await asyncio.wait_for(
                self._loop.sock_connect(sock, _sockaddr(address, wish.port)), max(timeout_s, 0.1)
            )
            _tune(sock)
            return sock
        except asyncio.TimeoutError:
            sock.close()
            where = _where(wish, address)
            raise Failure(
                "connect",
                "timeout",
                f"{where} did not answer within {wish.timeout_s:g} s",
                "check that the instrument is on, and that no firewall is between",
                endpoint=wish.endpoint,
                address=str(address),
            ) from None
        except OSError as error:
            sock.close()
            name = errno.errorcode.get(error.errno or 0, "unknown")
            where = _where(wish, address)
            what, hint = _CONNECT.get(
                name, (f"could not be connected to: {error.strerror or error}", "")
            )
            raise Failure(
                "connect",
                name,
                f"{where} {what}",
                hint,
                endpoint=wish.endpoint,
                address=str(address),
            ) from None
        except BaseException:
            sock.close()
            raise


def _plain(character: str) -> bool:
    return character.isprintable() and not character.isspace() and character not in "/@\\"


def _refusal(wish: Wish, address: Address, verdict: Verdict) -> Failure:
    return Failure(
        "policy",
        verdict.rule,
        verdict.message,
        verdict.hint,
        endpoint=wish.endpoint,
        address=str(address),
    )


def _where(wish: Wish, address: Address) -> str:
    actual = endpoint(address, wish.port)
    return actual if wish.endpoint == actual else f"{wish.endpoint} ({actual})"


def _sockaddr(address: Address, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    if address.version == 4:
        return (str(address), port)
    scope = getattr(address, "scope_id", None)
    number = 0
    if scope:
        number = int(scope) if scope.isdigit() else socket.if_nametoindex(scope)
    return (str(address).partition("%")[0], port, 0, number)


def _tune(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", KEEP_IDLE_S),
        ("TCP_KEEPALIVE", KEEP_IDLE_S),  # macOS's name
        ("TCP_KEEPINTVL", KEEP_INTERVAL_S),
        ("TCP_KEEPCNT", KEEP_COUNT),
    ):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


_UNKNOWN_NAME = frozenset(
    number
    for name in ("EAI_NONAME", "EAI_NODATA")
    if (number := getattr(socket, name, None)) is not None
)

_CONNECT = {
    "ECONNREFUSED": (
        "refused the connection",
        "start the program that listens there, or check the port",
    ),
    "EHOSTUNREACH": ("is unreachable", "check that the instrument is on, and the network between"),
    "ENETUNREACH": (
        "is in a network that the bridge's host cannot reach",
        "check the address, or the network",
    ),
    "ETIMEDOUT": (
        "did not answer",
        "check that the instrument is on, and that no firewall is between",
    ),
    "ECONNRESET": (
        "reset the connection",
        "check that the port speaks the protocol that is expected",
    ),
}
