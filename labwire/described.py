"""What a cell shows: a description for the page, and a text where nobody reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar


class Described:
    """The last expression of a cell, or ``display(it)``, shows it. It holds no data."""

    __slots__ = ()

    mime_type: ClassVar[str]

    def spec(self) -> dict[str, Any]:
        """The description as JSON-ready data; a new object each time."""
        raise NotImplementedError

    def _repr_mimebundle_(
        self,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
    ) -> dict[str, Any]:
        bundle = {self.mime_type: self.spec(), "text/plain": repr(self)}
        if include is not None:
            wanted = set(include)
            bundle = {name: data for name, data in bundle.items() if name in wanted}
        unwanted = set(exclude or ())
        return {name: data for name, data in bundle.items() if name not in unwanted}

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.spec() == other.spec()
