"""The ports of Jupyter itself on this machine: where a bridge must never lead.

Whoever reaches the server's port with no browser in between is past its origin checks, and a
kernel's ports take orders from anyone who has its key. Jupyter writes both down in its runtime
directory.

Source: jupyter_server's ``jpserver-PID.json``, jupyter_client's ``kernel-ID.json``.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .addresses import Address

FILE_BYTES = 64 * 1024
FILES = 4096  # of one directory; runtime directories collect files of dead kernels
SERVER, KERNEL = "Jupyter server port", "kernel port"
_PATTERNS = (("jpserver-", SERVER), ("nbserver-", SERVER), ("kernel-", KERNEL))
_KERNEL_FIELDS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


class JupyterPorts:
    """Which local ports belong to Jupyter, as the files say.

    Files are read again when they change.
    """

    def __init__(self, directories: Iterable[Path], own_file: Path | None = None) -> None:
        self._directories = tuple(dict.fromkeys(directories))
        self._own_file = own_file
        self._known: dict[Path, tuple[int, str, frozenset[int]]] = {}
        self._fixed = frozenset(_ports_of_environment(os.environ))

    def rule(self, address: Address, port: int) -> str | None:
        """The rule that forbids ``port`` of ``address``, or None."""
        if not is_local(address):
            return None
        if port in self._fixed:
            return SERVER
        self._look()
        for _, rule, ports in self._known.values():
            if port in ports:
                return rule
        return None

    def _look(self) -> None:
        seen: dict[Path, tuple[int, str, frozenset[int]]] = {}
        for path, rule in self._files():
            try:
                changed = path.stat().st_mtime_ns
                known = self._known.get(path)
                if known is not None and known[0] == changed:
                    seen[path] = known
                else:
                    seen[path] = (changed, rule, _ports_in(path))
            except OSError:
                continue  # it went away while we looked: its owner ended
        self._known = seen

    def _files(self) -> Iterable[tuple[Path, str]]:
        if self._own_file is not None:
            yield self._own_file, KERNEL
        for directory in self._directories:
            try:
                with os.scandir(directory) as entries:
                    names = [entry.name for _, entry in zip(range(FILES), entries, strict=False)]
            except OSError:
                continue  # a directory that is not there holds no server
            for name in names:
                for prefix, rule in _PATTERNS:
                    if name.startswith(prefix) and name.endswith(".json"):
                        yield directory / name, rule


def is_local(address: Address) -> bool:
    """Does ``address`` belong to this machine? The kernel of the system knows: only such can be
    bound.
    """
    if address.is_loopback or address.is_unspecified:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def _ports_in(path: Path) -> frozenset[int]:
    with path.open("rb") as file:
        data = file.read(FILE_BYTES)
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return frozenset()  # half written: the next look reads it
    if not isinstance(fields, dict) or fields.get("transport", "tcp") != "tcp":
        return frozenset()
    values = [fields.get(name) for name in ("port", *_KERNEL_FIELDS)]
    return frozenset(value for value in values if isinstance(value, int) and 0 < value < 65536)


def _ports_of_environment(environment: Mapping[str, str]) -> Iterable[int]:
    # JupyterHub tells its single-user server where to listen; the server's children inherit it.
    for name in ("JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_API_URL"):
        try:
            port = urlsplit(environment.get(name, "")).port
        except ValueError:
            continue
        if port:
            yield port
