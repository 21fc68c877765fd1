"""The audit: one JSON line per open, refusal and close, and per write or call that the page
reports.

ASCII only, control characters escaped, so that no text of a peer can fake a line or steer a
terminal. The file has mode 0600 and is rotated by size: ``audit.jsonl``, ``audit.jsonl.1``, ...
``.5``.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path


class Audit:
    """Appends to ``path``; None keeps no audit.

    A full disk is reported once and never stops the bridge.
    """

    def __init__(
        self, path: Path | None, size_bytes: int = 10 * 1024 * 1024, files: int = 5
    ) -> None:
        self.path = path
        self.failures = 0
        self._size = size_bytes
        self._files = files
        self._who = _user()

    def write(self, event: str, fields: Mapping[str, object]) -> None:
        """One line: when, who, what, then ``fields`` in their order."""
        if self.path is None:
            return
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = escape(json.dumps({"time": now, "user": self._who, "event": event, **fields})) + "\n"
        try:
            self._append(self.path, line.encode("ascii"))
        except OSError as error:
            self.failures += 1
            if self.failures == 1:
                print(f"labwire: the audit cannot be written: {error}", file=sys.stderr)

    def _append(self, path: Path, line: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            if path.stat().st_size + len(line) > self._size:
                self._rotate(path)
        except FileNotFoundError:
            pass  # the first line
        # Opened per line: lines are rare, and another bridge of the same user may have
        # rotated the file.
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)

    def _rotate(self, path: Path) -> None:
        for number in range(self._files - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                os.replace(older, path.with_name(f"{path.name}.{number + 1}"))
        os.replace(path, path.with_name(f"{path.name}.1"))


def escape(line: str) -> str:
    """``line`` of JSON that ``json.dumps`` made ASCII, with DEL escaped too: the one control
    character it leaves.
    """
    return line.replace("\x7f", "\\u007f")


def _user() -> str:
    try:
        return os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return (
            str(os.getuid()) if hasattr(os, "getuid") else "unknown"
        )  # a container without a passwd entry
