"""The user's own list: what was answered with `always`.

One JSON file, ``{"allow": ["10.0.0.7:5025", ...]}``, mode 0600, replaced as a whole. Only
addresses: what a name means tomorrow, nobody has been asked about.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

from .addresses import Address, Entry, endpoint

FILE_BYTES = 256 * 1024
ENTRIES = 1000


class UserList:
    """The entries of ``path``, read again whenever the file has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._entries: tuple[Entry, ...] = ()

    def covers(self, address: Address, port: int) -> bool:
        """Was this address and port answered with `always`?"""
        return any(entry.names_address(address, port) for entry in self._read())

    def add(self, address: Address, port: int) -> None:
        """Write one more entry.

        Raises
        ------
        OSError
            The file could not be written, or holds ``ENTRIES`` already; it is as it was.
        """
        texts = [entry.text for entry in self._read()]
        text = endpoint(address, port)
        if text in texts:
            return
        if len(texts) >= ENTRIES:
            raise OSError(f"{self.path} holds {len(texts)} entries, the most is {ENTRIES}")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(
            dir=self.path.parent, prefix=self.path.name
        )  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                json.dump({"allow": [*texts, text]}, file, indent=1)
                file.write("\n")
            os.replace(temporary, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def _read(self) -> tuple[Entry, ...]:
        try:
            status = self.path.stat()
        except OSError:
            self._stamp, self._entries = None, ()  # no file: nothing was answered yet
            return ()
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp != self._stamp:
            self._stamp, self._entries = stamp, self._parse()
        return self._entries

    def _parse(self) -> tuple[Entry, ...]:
        try:
            with self.path.open("rb") as file:
                fields = json.loads(file.read(FILE_BYTES))
            return tuple(Entry.parse(text) for text in fields["allow"][:ENTRIES])
        except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
            # A damaged list allows nothing: the user is asked again.
            print(f"labwire: {self.path} is not read: {error}", file=sys.stderr)
            return ()
