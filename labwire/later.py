"""What a later release will do. Each of these says what to use until then."""

from __future__ import annotations

from typing import Any, NoReturn

from . import address as addresses
from .address import Key

__all__ = ["get", "put", "pv"]


def pv(name: str, **options: Any) -> NoReturn:
    """Not available yet: show an EPICS process variable live in this cell.

    Raises
    ------
    NotImplementedError
        Always.
    """
    raise NotImplementedError(
        "lw.pv cannot show EPICS process variables yet: this release of Labwire shows "
        "the datasets of SiPyCo, with lw.dataset"
    )


def get(address: str, key: Key | None = None) -> NoReturn:
    """Not available yet: the value at an address, as a Python object.

    Raises
    ------
    NotImplementedError
        Always; the message names the Python call that gets the value meanwhile.
    """
    call = _python_call(address, key, "get")
    raise NotImplementedError(f"lw.get cannot bring values into Python yet: meanwhile use {call}")


def put(address: str, value: object, key: Key | None = None) -> NoReturn:
    """Not available yet: write a value to an instrument.

    Raises
    ------
    NotImplementedError
        Always; the message names the Python call that writes the value meanwhile.
    """
    call = _python_call(address, key, "set", value)
    raise NotImplementedError(f"lw.put cannot write to instruments yet: meanwhile use {call}")


def _python_call(text: str, key: Key | None, action: str, *values: object) -> str:
    address = addresses.parse(text)
    host = address.host or "127.0.0.1"
    if address.scheme == "ca":
        arguments = ", ".join(map(repr, (address.path, *values)))
        return f"epics.{'caput' if values else 'caget'}({arguments})"
    if address.scheme == "sipyco+sync":
        # What ARTIQ publishes on one port is read and written through pc_rpc on the next.
        name = address.fragment if key is None else key
        arguments = ", ".join(map(repr, (name or "NAME", *values)))
        return f"sipyco.pc_rpc.Client({host!r}, 3251, 'dataset_db').{action}({arguments})"
    if address.scheme == "sipyco+rpc":
        target = address.path or "TARGET"
        return f"a method of sipyco.pc_rpc.Client({host!r}, {address.port}, {target!r})"
    if address.scheme == "rpyc":
        return f"rpyc.connect({host!r}, {address.port}).root"
    return "the instrument's own Python client"
