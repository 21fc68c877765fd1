"""Names to addresses. The resolver is an argument of the bridge, so that tests need no DNS."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""Addresses of a host for a TCP port, best first.

Raises ``socket.gaierror`` when the name is unknown.
"""

ADDRESSES = 16  # of one name; more than any instrument has


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """What the operating system answers.

    An address answers itself, without a question to anyone.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))[:ADDRESSES]
