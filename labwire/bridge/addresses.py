"""Addresses: what kind one is, and whether an entry of a list covers it.

Entries: ``host:port``, ``10.0.0.0/24:port``, ``[fe80::1]:port``, ``[fd00::/8]:port``. The port is
a number, a range ``5000-5100`` or ``*``.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")
_BROADCAST = ipaddress.IPv4Address("255.255.255.255")
_ENTRY = re.compile(
    r"(?:\[(?P<bracketed>[^\]\s]+)\]|(?P<plain>[^\s:\[\]]+)):(?P<low>\d{1,5}|\*)(?:-(?P<high>\d{1,5}))?"
)


def parse_address(text: str) -> Address:
    """The address ``text`` is, with an IPv4 address taken out of an IPv4-mapped IPv6 one.

    Raises
    ------
    ValueError
        It is a name.
    """
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def forbidden_kind(address: Address) -> str | None:
    """The rule by which ``address`` is refused unless an administrator lists it, or None."""
    if address.is_unspecified or (address.version == 4 and address in _THIS_NETWORK):
        return "unspecified"
    if address.is_multicast:
        return "multicast"
    if address == _BROADCAST:
        return "broadcast"
    if address.is_link_local:
        return "link-local"
    inner = _inner(address)
    return forbidden_kind(inner) if inner is not None else None


def _inner(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a translator would send an IPv6 packet to."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def endpoint(host: str | Address, port: int) -> str:
    """``host:port``, brackets around IPv6."""
    text = str(host)
    return f"[{text}]:{port}" if ":" in text else f"{text}:{port}"


@dataclass(frozen=True)
class Entry:
    """One line of a list: a network or a name, and ports ``low ... high``."""

    text: str
    where: Network | str
    low: int
    high: int

    @classmethod
    def parse(cls, text: str) -> Entry:
        """Read an entry.

        Raises
        ------
        ValueError
            It is none; the message names the text and the form.
        """
        match = _ENTRY.fullmatch(text.strip())
        if match is None:
            raise ValueError(
                f"{text!r} is no entry; write host:port, 10.0.0.0/24:5000-5100, [fd00::/8]:*"
            )
        low, high = 1, 65535
        if match["low"] != "*":
            low = int(match["low"])
            high = int(match["high"] or low)
        if not 1 <= low <= high <= 65535 or (match["low"] == "*" and match["high"]):
            raise ValueError(f"{text!r}: ports go from 1 to 65535, the lower one first")
        host = match["bracketed"] or match["plain"]
        try:
            where: Network | str = ipaddress.ip_network(host)
        except ValueError as error:
            if match["bracketed"] or "/" in host or re.fullmatch(r"[\d.]+", host):
                raise ValueError(f"{text!r}: {error}") from None
            where = canonical(host)
        return cls(text.strip(), where, low, high)

    def names_address(self, address: Address, port: int) -> bool:
        """Does it list the address itself (not a name that leads to it)?"""
        return (
            self.low <= port <= self.high
            and not isinstance(self.where, str)
            and address.version == self.where.version
            and address in self.where
        )

    def covers(self, host: str, address: Address, port: int) -> bool:
        """Does it list the address, or the name it was asked for by?"""
        if isinstance(self.where, str):
            return self.low <= port <= self.high and self.where == canonical(host)
        return self.names_address(address, port)


def canonical(host: str) -> str:
    """A host name for comparison: names do not distinguish case, and may end in a dot."""
    return host.rstrip(".").casefold()
