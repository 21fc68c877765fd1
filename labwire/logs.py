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
    """Show a log live in this cell: the newest 100 000 records, to filter, pause and copy.

    Parameters
    ----------
    address
        The channel on which a log is broadcast: ``"sipyco+broadcast://HOST:PORT/CHANNEL"``. The
        usual port is 1067, ARTIQ's channel is ``log``. Any other channel works as well: a message
        that is no log record is shown as Python would print it. The demo lab has
        ``"demo+sipyco+broadcast:///log"`` and the log input ``"demo+sipyco+log:///"``; to be the
        log server at an address of the network is more than a page can in this release.
    level
        The least level to begin with: ``"CRITICAL"``, ``"ERROR"``, ``"WARNING"``, ``"INFO"``,
        ``"DEBUG"``, ``"TRACE"``, or Python's number for it, such as ``logging.WARNING``.
    source
        The source to begin with, such as ``"worker(7,scan.py)"``.
    filter
        Only records that contain this text, in source, name or message, whatever its case.
    title
        Shown above the view instead of the channel's name.
    **options
        ``height`` (px).

    Returns
    -------
    View
        Make it the last expression of the cell to show it.

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
    """Show a dataset as a progress bar live in this cell.

    Parameters
    ----------
    address
        Where the datasets are published: ``"sipyco+sync://HOST:PORT/NOTIFIER"``.
    key
        The dataset, such as ``"progress"``; a list is the path to a nested value. It may stand in
        the address instead.
    min, max
        The value at either end of the bar, whole numbers; 0 and 100 where they are left out. The
        value is rounded to a whole number, as ARTIQ's ``progress_bar`` does; unit and scale of the
        dataset do not count.
    title
        Shown above the view instead of the name.
    **options
        ``height`` (px).

    Returns
    -------
    View
        Make it the last expression of the cell to show it.

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
