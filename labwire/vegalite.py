"""What a chart may be: plain JSON of a bounded size that names nothing to be fetched.

The page checks the same again; here a mistake shows in the cell that made it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

__all__ = ["check", "data_names"]

_LIMIT = 256 * 1024  # characters as JSON
_DEPTH_LIMIT = 64

# Where no address has an effect: in what nobody reads, and in what is drawn as text.
_UNREAD = ("$schema", "usermeta")
_WRITTEN = ("title", "subtitle", "text", "description")
_REACHING = ("__proto__", "constructor", "prototype")
_ADDRESS = re.compile(
    r"\b[a-z][a-z\d+.-]*://|\burl\s*\(|^\s*(?://|(?:javascript|vbscript|file|blob|data|mailto):)"
    r"|\bdata:[\w.+-]+/[\w.+-]+[;,]",
    re.IGNORECASE | re.ASCII,
)
_CURSOR = re.compile(r"[a-z-]+")
_WORD = re.compile(r"[\w$]+", re.ASCII)
# What data has that does not come from elsewhere, and where rows of it stand.
_HOLDING = ("values", "sequence", "sphere", "graticule")
_ROWS = ("values", "datasets", "usermeta")

_Path = tuple["str | int", ...]


def check(spec: object) -> dict[str, Any]:
    """A copy of `spec` as JSON has it.

    Raises
    ------
    TypeError
        It is no dict, or has something in it that JSON does not know.
    ValueError
        It is too large or too deep, or names an address.
    """
    to_dict = getattr(spec, "to_dict", None)
    if callable(to_dict):  # an Altair chart
        spec = to_dict()
    if not isinstance(spec, Mapping):
        raise TypeError(f"spec is a Vega-Lite specification, a dict, not {type(spec).__name__}")
    copy: dict[str, Any] = _plain(spec, ())
    size = len(json.dumps(copy, ensure_ascii=False, separators=(",", ":")))
    if size > _LIMIT:
        raise ValueError(
            f"spec has {size} characters as JSON, the limit is {_LIMIT}: bind the data by name "
            "instead of writing them into it"
        )
    _refuse_addresses(copy, ())
    datasets = copy.get("datasets", {})
    if not isinstance(datasets, dict):
        raise TypeError(f"spec.datasets is a dict of names and rows, not {type(datasets).__name__}")
    return copy


def _plain(value: object, path: _Path) -> Any:
    if len(path) > _DEPTH_LIMIT:
        raise ValueError(f"spec is nested deeper than {_DEPTH_LIMIT} levels")
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        try:
            is_finite = math.isfinite(value)
        except OverflowError:
            raise ValueError(f"spec{_at(path)} is an int beyond every float") from None
        if not is_finite:
            raise ValueError(f"spec{_at(path)} is {value!r}, which JSON does not know: use None")
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"spec{_at(path)} has the key {key!r}: a key is a str")
        return {key: _plain(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, (*path, index)) for index, item in enumerate(value)]
    raise TypeError(
        f"spec{_at(path)} is {type(value).__name__}, which JSON does not know: data are bound by "
        'name, as in {"data": {"name": "rabi"}}'
    )


def _refuse_addresses(value: object, path: _Path) -> None:
    if isinstance(value, str):
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        if name not in _WRITTEN and _ADDRESS.search(value):
            raise _address(path, "an address")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_addresses(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_entry(key, item, path)


def _refuse_entry(key: str, value: object, parent: _Path) -> None:
    path = (*parent, key)
    above = parent[-1] if parent else ""
    if key in _REACHING:
        raise ValueError(f"spec{_at(path)}: no name in a specification may be this")
    if key == "url":
        raise _address(path, "data or a picture from an address")
    if key == "href":
        raise _address(path, "a link")
    if value == "image" and (key == "mark" or (key == "type" and above == "mark")):
        raise _address(path, "a picture from an address")
    if key == "cursor" and not (isinstance(value, str) and _CURSOR.fullmatch(value)):
        raise ValueError(f'spec{_at(path)}: a cursor is a word such as "pointer"')
    if key == "name" and value == "cursor" and len(parent) > 1 and parent[-2] == "params":
        raise ValueError(f'spec{_at(path)}: no parameter may be called "cursor"')
    if (key == "values" and above == "data") or (len(path) == 2 and above == "datasets"):
        if isinstance(value, str):
            raise ValueError(f"spec{_at(path)}: the rows are a text: write them as a list")
    elif key not in _UNREAD:
        _refuse_addresses(value, path)


def _address(path: _Path, what: str) -> ValueError:
    return ValueError(
        f"spec{_at(path)} asks for {what}, and a chart loads nothing: bind live data by name, or "
        "write the values into the specification"
    )


def _at(path: _Path) -> str:
    """`.layer[0].mark`, to be written behind a name."""
    return "".join(
        f".{part}" if isinstance(part, str) and _WORD.fullmatch(part) else f"[{json.dumps(part)}]"
        for part in path
    )


class _Data(NamedTuple):
    name: str
    is_held: bool


def data_names(spec: Mapping[str, Any]) -> set[str]:
    """The names under which a specification looks for data that it does not hold itself."""
    found = list(_data(spec, ""))
    held = {name for name, is_held in found if is_held} | set(spec.get("datasets") or ())
    return {name for name, _ in found} - held


def _data(value: object, key: str) -> Iterator[_Data]:
    items: Iterable[tuple[str, object]] = ()
    if isinstance(value, Mapping):
        name = value.get("name")
        if key == "data" and isinstance(name, str):
            yield _Data(name, any(own in value for own in _HOLDING))
        items = value.items()
    elif isinstance(value, (list, tuple)):
        items = (("", item) for item in value)
    for below, item in items:
        if below not in _ROWS:
            yield from _data(item, below)
