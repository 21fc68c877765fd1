"""The audit: one JSON line per open, refusal and close, and per write or call that the page
reports.

ASCII only, control characters escaped, so that no text of a peer can fake a line or steer a
terminal. The file has mode 0600 and is rotated by size: ``audit.jsonl``, ``audit.jsonl.1``, ...
``.5``. Lines that a client can cause as often as it likes are bounded per minute, so that a page
that goes wild, or wants to hide something, cannot rotate the history away.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path

MINUTE_S = 60.0


class Audit:
    """Appends to ``path``; None keeps no audit.

    A full disk is reported once and never stops the bridge. ``minute_bytes`` bounds the lines of
    ``offer``; ``clock`` gives monotonic seconds.
    """

    def __init__(
        self,
        path: Path | None,
        size_bytes: int = 10 * 1024 * 1024,
        files: int = 5,
        minute_bytes: int = 4 * 1024 * 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self.failures = 0
        self._minute_bytes = minute_bytes
        self._clock = clock
        self._minute_ends = 0.0
        self._offered = 0  # bytes, in this minute
        self._left_out = 0  # lines, in this minute
        self._size = size_bytes
        self._files = files
        self._who = _user()

    def write(self, event: str, fields: Mapping[str, object]) -> None:
        """One line: when, who, what, then ``fields`` in their order."""
        if self.path is not None:
            self._append_or_tell(self.path, self._line(event, fields))

    def offer(self, event: str, fields: Mapping[str, object]) -> None:
        """``write``, for what a client can cause at any rate: over the limit of the minute the
        line is left out and counted.
        """
        if self.path is None:
            return
        self.tick()
        line = self._line(event, fields)
        if self._left_out or self._offered + len(line) > self._minute_bytes:
            self._left_out += 1  # and the shorter ones that follow: no picking by length
        else:
            self._offered += len(line)
            self._append_or_tell(self.path, line)

    def tick(self) -> None:
        """To be called now and then: a minute that is over says what it left out."""
        if self._clock() >= self._minute_ends:
            self.close()

    def close(self) -> None:
        """Say now what was left out; a new minute begins."""
        left_out, self._left_out = self._left_out, 0
        self._offered = 0
        self._minute_ends = self._clock() + MINUTE_S
        if left_out:
            self.write("left out", {"lines": left_out})

    def _line(self, event: str, fields: Mapping[str, object]) -> bytes:
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        text = json.dumps({"time": now, "user": self._who, "event": event, **fields})
        return (escape(text) + "\n").encode("ascii")

    def _append_or_tell(self, path: Path, line: bytes) -> None:
        try:
            self._append(path, line)
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
