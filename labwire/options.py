"""What a person may set on a view: its Python name, what it must be, and for which views."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from typing import Any, NamedTuple

from .added import is_added

__all__ = ["check", "in_words"]

_TEXT_LIMIT = 200  # characters
_EXACT = 2**53 - 1  # the largest int that JavaScript's numbers tell from its neighbours


def in_words(words: Iterable[str]) -> str:
    """``a, b or c``"""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a str")
    if len(value) > _TEXT_LIMIT:
        raise ValueError(f"a str of at most {_TEXT_LIMIT} characters")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("True or False")
    return value


def _number(expected: str, fits: Callable[[float], bool]) -> Callable[[object], float]:
    def read(value: object) -> float:
        # numpy's numbers are Real too, and JSON does not know them
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(expected)
        try:
            number = int(value) if isinstance(value, Integral) else float(value)
            is_finite = math.isfinite(number)
        except OverflowError:  # an int or a fraction beyond every float
            raise ValueError(expected) from None
        if not is_finite or not fits(number):
            raise ValueError(expected)
        return number

    return read


def _whole(low: int, high: int) -> Callable[[object], int]:
    expected = f"an int from {low} to {high}"

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise TypeError(expected)
        if not low <= int(value) <= high:
            raise ValueError(expected)
        return int(value)

    return read


def _word(*words: str) -> Callable[[object], str]:
    expected = in_words(repr(word) for word in words)

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise TypeError(expected)
        if value not in words:
            raise ValueError(expected)
        return value

    return read


def _percentiles(value: object) -> list[float]:
    expected = "two ascending percentiles such as (1, 99)"
    if not isinstance(value, (tuple, list)):
        raise TypeError(expected)
    if len(value) != 2:
        raise ValueError(expected)
    low, high = (_number(expected, lambda number: 0 <= number <= 100)(item) for item in value)
    if not low < high:
        raise ValueError(expected)
    return [low, high]


_LEVELS = {50: "CRITICAL", 40: "ERROR", 30: "WARNING", 20: "INFO", 10: "DEBUG", 5: "TRACE"}


def _level(value: object) -> str:
    expected = in_words(map(repr, _LEVELS.values()))
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise TypeError(expected)
    name = value.upper() if isinstance(value, str) else _LEVELS.get(value, "")
    if name not in _LEVELS.values():
        raise ValueError(expected)
    return name


class _Option(NamedTuple):
    written: str
    """Its name in the description."""
    read: Callable[[Any], object]
    """The value for the description; raises an error whose text is what was expected."""
    views: tuple[str, ...]


_ALL = (
    "number",
    "trace",
    "histogram",
    "xy",
    "xy_hist",
    "image",
    "table",
    "log",
    "progress",
    "chart",
)

_OPTIONS = {
    "title": _Option("title", _text, _ALL),
    "height": _Option(
        "height", _number("a number of pixels from 20 to 10000", lambda v: 20 <= v <= 10_000), _ALL
    ),
    "unit": _Option("unit", _text, ("number",)),
    "scale": _Option("scale", _number("a number other than 0", lambda v: v != 0), ("number",)),
    "precision": _Option("precision", _whole(0, 20), ("number",)),
    "style": _Option("style", _word("line", "points", "steps"), ("trace",)),
    "log_x": _Option("logX", _truth, ("trace", "histogram", "xy")),
    "log_y": _Option("logY", _truth, ("trace", "histogram", "xy", "xy_hist")),
    "colormap": _Option(
        "colormap", _word("viridis", "gray", "inferno", "cividis", "twilight"), ("image",)
    ),
    "levels": _Option("levels", _percentiles, ("image",)),
    "filter": _Option("filter", _text, ("table", "log")),
    "level": _Option("level", _level, ("log",)),
    "source": _Option("source", _text, ("log",)),
    "min": _Option("min", _whole(-_EXACT, _EXACT), ("progress",)),
    "max": _Option("max", _whole(-_EXACT, _EXACT), ("progress",)),
}


def check(view: str, options: Mapping[str, object]) -> dict[str, object]:
    """The options of a description; those that are None are left out.

    Raises
    ------
    TypeError
        An unknown option, or a value of another type.
    ValueError
        A value that cannot be, or an option that means nothing to this view.
    """
    checked: dict[str, object] = {}
    for name, value in options.items():
        option = _OPTIONS.get(name)
        if option is None:
            raise TypeError(f"there is no option {name!r}: {_known(view)}")
        if value is None:
            continue
        if not _fits(view, option):
            raise ValueError(f"{name} has no meaning for view={view!r}: {_known(view)}")
        try:
            checked[option.written] = option.read(value)
        except (TypeError, ValueError) as expected:
            raise type(expected)(f"{name} is {expected}, not {value!r}") from None
    low, high = checked.get("min", 0), checked.get("max", 100)
    if isinstance(low, int) and isinstance(high, int) and low >= high:
        raise ValueError(f"min is a number below max, {high}, not {low}")
    return checked


def _fits(view: str, option: _Option) -> bool:
    # What auto becomes, and what other extensions draw, is known on the page.
    return view == "auto" or is_added(view) or view in option.views


def _known(view: str) -> str:
    names = [name for name, option in _OPTIONS.items() if _fits(view, option)]
    return f"the options are {', '.join(names)}"
