"""What a cell can show: descriptions that JupyterLab turns into live views.

The description is the content of ``application/vnd.labwire.view.v1+json``::

    {"version": 1, "view": "auto" | "number" | "trace" | "image" | "table" | "log" | "progress",
     "sources": [{"role": "value" | "x" | "y" | "error" | "table", "address": "…"}, …],
     "options": {…}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import address as addresses
from . import options as option_table
from .address import Address, Key
from .options import in_words

__all__ = ["View", "dataset", "view"]

MIME_TYPE = "application/vnd.labwire.view.v1+json"

_VIEWS = ("auto", "number", "trace", "image", "table", "log", "progress")
# The role of the source that a view shows; a trace may have several, and beside them x and error.
_MAIN_ROLE = {
    "auto": "value",
    "number": "value",
    "trace": "y",
    "image": "value",
    "table": "table",
    "log": "value",
    "progress": "value",
}
_HOLDING = ("sipyco+sync",)  # schemes of what has a value
_TALKING = ("sipyco+broadcast", "sipyco+log")  # of what sends messages
_CURVE_LIMIT = 8  # of one trace: as many as there are colours that can be told apart


class View:
    """A description of a live view: the last expression of a cell, or ``display(view)``, shows it.

    It holds addresses and options, no data and no connection. Where Labwire is not installed, or
    the notebook is not trusted, its text is shown instead.

    Attributes
    ----------
    kind : str
        ``"auto"``, ``"number"``, ``"trace"``, ``"image"``, ``"table"``, ``"log"`` or
        ``"progress"``.
    sources : tuple of (role, address)
        What is shown.
    options : dict
        What was set, with the names of the description.
    """

    __slots__ = ("kind", "options", "sources")

    def __init__(
        self, kind: str, sources: tuple[tuple[str, str], ...], options: dict[str, Any]
    ) -> None:
        self.kind = kind
        self.sources = sources
        self.options = options

    def spec(self) -> dict[str, Any]:
        """The description as JSON-ready data; a new object each time."""
        return {
            "version": 1,
            "view": self.kind,
            "sources": [{"role": role, "address": address} for role, address in self.sources],
            "options": dict(self.options),
        }

    def _repr_mimebundle_(
        self,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
    ) -> dict[str, Any]:
        bundle = {MIME_TYPE: self.spec(), "text/plain": repr(self)}
        if include is not None:
            wanted = set(include)
            bundle = {name: data for name, data in bundle.items() if name in wanted}
        unwanted = set(exclude or ())
        return {name: data for name, data in bundle.items() if name not in unwanted}

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{role}: {address}" if role in ("x", "error") else address
            for role, address in self.sources
        )
        kind = "live view" if self.kind == "auto" else f"live {self.kind}"
        return f"<Labwire {kind} of {shown}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and self.spec() == other.spec()

    __hash__ = None  # type: ignore[assignment]


def dataset(
    address: str,
    key: Key | None = None,
    *,
    view: str = "auto",
    y: Key | Sequence[Key] | None = None,
    x: Key | Sequence[Key] | None = None,
    error: Key | Sequence[Key] | None = None,
    title: str | None = None,
    **options: Any,
) -> View:
    """Show a dataset, or several in one trace, live in this cell.

    Parameters
    ----------
    address
        Where the datasets are published: ``"sipyco+sync://HOST:PORT/NOTIFIER"``. The usual port is
        3250, ARTIQ's notifier is ``datasets``. With ``demo+`` in front, the demo lab in the browser
        answers: ``"demo+sipyco+sync:///datasets"``.
    key
        The dataset, such as ``"rabi.p"``; a list is the path to a nested value. Without one, all
        datasets are shown as a table.
    view
        ``"number"``, ``"trace"``, ``"image"``, ``"table"``, or ``"auto"``, which goes by the
        shape of the value.
    y
        Instead of a key, the datasets of a trace: up to eight keys or whole addresses, such as
        ``["rabi.p", "rabi.fit"]``.
    x, error
        For a trace: the datasets with the x values and with the error bars, by key in the same
        notifier or by whole address. With several y, ``x`` is one for all of them or a list with
        one for each, and ``error`` is a list for the first of them.
    title
        Shown above the view instead of the name.
    **options
        ``height`` (px) for every view; ``unit``, ``scale``, ``precision`` for numbers;
        ``style`` (``"line"``, ``"points"``, ``"steps"``), ``log_x``, ``log_y`` for traces;
        ``colormap`` (``"viridis"``, ``"gray"``, ``"inferno"``, ``"cividis"``, ``"twilight"``) and
        ``levels`` (two percentiles) for images; ``filter`` for tables.

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
    >>> lw.dataset("sipyco+sync://127.0.0.1:3250/datasets", "rabi.p", x="rabi.t")
    <Labwire live trace of sipyco+sync://127.0.0.1:3250/datasets#rabi.p, \
x: sipyco+sync://127.0.0.1:3250/datasets#rabi.t>
    >>> lw.dataset("demo+sipyco+sync:///datasets", y=["rabi.p", "rabi.p_err"])
    <Labwire live trace of demo+sipyco+sync:///datasets#rabi.p, \
demo+sipyco+sync:///datasets#rabi.p_err>
    """
    base = addresses.parse(address)
    if base.scheme != "sipyco+sync":
        raise ValueError(
            f"a dataset has an address that starts with sipyco+sync://, not {base.scheme}://"
        )
    _check_view(view)
    if y is not None:
        if key is not None:
            raise ValueError("a trace has its datasets in y, or one as its key, not both")
        if view not in ("auto", "trace"):
            raise ValueError(f"y belongs to a trace, not to view={view!r}")
        curves = [
            (role, _beside(base, role, other))
            for role, given in (("y", y), ("x", x), ("error", error))
            for other in _listed(given)
        ]
        return describe("trace", curves, {"title": title, **options})
    main = base if key is None else addresses.with_key(base, key)
    if x is not None or error is not None:
        if view not in ("auto", "trace"):
            raise ValueError(f"x and error belong to a trace, not to view={view!r}")
        if main.fragment is None:
            raise ValueError("x and error need a key: which dataset is drawn over x?")
        view = "trace"
    elif view == "auto" and main.fragment is None:
        view = "table"
    sources = [(_MAIN_ROLE[view], main)]
    for role, other in (("x", x), ("error", error)):
        if other is not None:
            sources.append((role, _beside(base, role, other)))
    return describe(view, sources, {"title": title, **options})


def view(
    view: str,
    sources: str | Mapping[str, str | Sequence[str]] | None = None,
    *,
    y: str | Sequence[str] | None = None,
    x: str | Sequence[str] | None = None,
    error: str | Sequence[str] | None = None,
    **options: Any,
) -> View:
    """Show anything that has an address live in this cell.

    Parameters
    ----------
    view
        ``"number"``, ``"trace"``, ``"image"``, ``"table"``, ``"log"``, ``"progress"`` or
        ``"auto"``.
    sources
        One address, or a dict ``{role: address}``. The roles are ``value`` (number, image, log,
        progress, auto), ``table`` (table), and ``y``, ``x``, ``error`` (trace), whose addresses may
        be lists.
    y, x, error
        The sources of a trace by themselves: up to eight ``y``; one ``x`` for all of them or one
        for each; an ``error`` for each of the first.
    **options
        ``title`` and those of :func:`dataset`.

    Examples
    --------
    >>> lw.view("number", "demo+sipyco+sync:///datasets#temperature", precision=2)
    <Labwire live number of demo+sipyco+sync:///datasets#temperature>
    """
    _check_view(view)
    axes = {"y": y, "x": x, "error": error}
    given = {role: addresses_ for role, addresses_ in axes.items() if addresses_ is not None}
    if sources is None:
        if not given:
            raise TypeError("sources is missing: the address of what is shown")
        sources = given
    elif given:
        raise ValueError(f"sources are given, and {in_words(given)} beside them: one is enough")
    if isinstance(sources, str):
        sources = {_MAIN_ROLE[view]: sources}
    elif not isinstance(sources, Mapping):
        raise TypeError(
            f"sources is an address or a dict {{role: address}}, not {type(sources).__name__}"
        )
    checked = [
        (role, addresses.parse(address))
        for role, listed in sources.items()
        for address in _listed(listed)
    ]
    return describe(view, checked, options)


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


def _beside(base: Address, role: str, other: object) -> Address:
    if isinstance(other, str) and "://" in other:
        return addresses.parse(other)
    if not isinstance(other, (str, list, tuple)):
        raise TypeError(
            f"{role} is the key of a dataset or an address, not {type(other).__name__}: {other!r}"
        )
    notifier = addresses.parse(base.text.partition("#")[0])
    return addresses.with_key(notifier, other)


def _check_view(name: object) -> None:
    if name not in _VIEWS:
        raise ValueError(f"view={name!r} does not exist: there are {', '.join(_VIEWS)}")


def describe(view: str, sources: list[tuple[str, Address]], options: Mapping[str, Any]) -> View:
    main = _MAIN_ROLE[view]
    allowed = (main, "x", "error") if view == "trace" else (main,)
    for role, address in sources:
        if role not in allowed:
            raise ValueError(f"view={view!r} has no source {role!r}: it takes {in_words(allowed)}")
        _refuse_scheme(view, address)
    counts = {name: sum(role == name for role, _ in sources) for name in allowed}
    if counts[main] == 0:
        raise ValueError(f"view={view!r} needs a source {main!r}: the address of what it shows")
    if view == "trace":
        _check_curves(counts["y"], counts["x"], counts["error"])
    elif counts[main] > 1:
        raise ValueError(f"view={view!r} shows one source, not {counts[main]}")
    pairs = tuple((role, address.text) for role, address in sources)
    return View(view, pairs, option_table.check(view, options))


def _check_curves(y: int, x: int, error: int) -> None:
    if y > _CURVE_LIMIT:
        raise ValueError(f"a trace has at most {_CURVE_LIMIT} curves, not {y}")
    if x not in (0, 1, y):
        raise ValueError(f"{y} curves have one x for all, or {y}, not {x}")
    if error > y:
        raise ValueError(f"{y} {'curve has' if y == 1 else 'curves have'} no {error} errors")


def _refuse_scheme(view: str, address: Address) -> None:
    shown = (*_HOLDING, *_TALKING)
    if address.scheme not in shown:
        raise NotImplementedError(
            f"{address.scheme}:// cannot be shown yet: this release of Labwire shows "
            f"{in_words([f'{scheme}://' for scheme in shown])}"
        )
    fitting = _TALKING if view == "log" else shown if view == "auto" else _HOLDING
    if address.scheme not in fitting:
        raise ValueError(
            f"view={view!r} shows {in_words([f'{scheme}://' for scheme in fitting])}, "
            f"not {address.scheme}://"
        )
