"""What is said and how far it is: logs and progress bars."""

from __future__ import annotations

from typing import Any

from . import address as addresses
from .address import Key
from .views import View, describe

__all__ = ["log", "progress"]


def log(
    address: str,
    *,
    level: str | int | None = None,
    source: str | None = None,
    filter: str | None = None,
    title: str | None = None,
    **options: Any,
) -> View:
    """Show what a channel says, line by line: the newest 100 000 records, followed live.

    A channel has messages and no value, so there is no key. Filters, pause, copy and what is
    unfolded are in the view; the arguments say what it begins with.

    Parameters
    ----------
    address
        The channel: ``"sipyco+broadcast://HOST:PORT/CHANNEL"``. The usual port is 1067, ARTIQ's
        channel is ``log``. On any other channel a message that is no log record is shown as Python
        would print it. The demo lab has ``"demo+sipyco+broadcast:///log"`` and, of its log server,
        ``"demo+sipyco+log:///"``. A page cannot be the log server of a network in this release.
    level
        The least level: ``"CRITICAL"``, ``"ERROR"``, ``"WARNING"``, ``"INFO"``, ``"DEBUG"``,
        ``"TRACE"``, or Python's number for it, such as ``logging.WARNING``. Without one, messages
        that have no level are shown as well.
    source
        Only what this one says, whole: ``"worker(7,scan.py)"``.
    filter
        Only records that contain this text in source, name or message, whatever its case.
    title
        Instead of the channel's name.
    **options
        ``height`` (px).

    Raises
    ------
    TypeError, ValueError
        An argument that cannot work, with what would.

    Examples
    --------
    >>> lw.log("demo+sipyco+broadcast:///log", level="WARNING")
    <Labwire live log of demo+sipyco+broadcast:///log>
    """
    settings = {"level": level, "source": source, "filter": filter, "title": title, **options}
    return describe("log", [("value", addresses.parse(address))], settings)


def progress(
    address: str,
    key: Key | None = None,
    *,
    min: int | None = None,
    max: int | None = None,
    title: str | None = None,
    **options: Any,
) -> View:
    """Show how far something is: one dataset as a bar between two ends.

    The raw value counts, rounded to a whole number as ARTIQ's ``progress_bar`` does; unit and
    scale do not. NaN is "not measured yet".

    Parameters
    ----------
    address, key
        The dataset, as in :func:`dataset`: ``"sipyco+sync://HOST:PORT/NOTIFIER"`` and
        ``"progress"``. There is no bar of all datasets, so without a key the address names one:
        ``"…/datasets#progress"``.
    min, max
        The value where the bar is empty, and where it is full: whole numbers, 0 and 100 where they
        are left out. Beyond them the bar stays at its end, and says so.
    title
        Instead of the dataset's name.
    **options
        ``height`` (px).

    Raises
    ------
    TypeError, ValueError
        An argument that cannot work, with what would.

    Examples
    --------
    >>> lw.progress("demo+sipyco+sync:///datasets", "progress")
    <Labwire live progress of demo+sipyco+sync:///datasets#progress>
    """
    base = addresses.parse(address)
    main = base if key is None else addresses.with_key(base, key)
    if main.scheme == "sipyco+sync" and main.fragment is None:
        raise ValueError("a progress bar needs a key: which dataset says how far it is?")
    return describe(
        "progress", [("value", main)], {"min": min, "max": max, "title": title, **options}
    )
