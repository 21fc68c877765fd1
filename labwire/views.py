"""What a cell can show: descriptions that JupyterLab turns into live views.

The description is the content of ``application/vnd.labwire.view.v1+json``::

    {"version": 1, "view": "auto" | "number" | "trace" | "histogram" | …,
     "sources": [{"role": "value" | "y" | "x" | …, "address": "…"}, …],
     "options": {…}}

A source with the role ``title`` has a ``name`` as well: the field of the title that it fills.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import address as addresses
from . import options as option_table
from .added import ROLES as ADDED_ROLES
from .added import SHOWN, is_added
from .address import Address, Key
from .described import Described
from .options import in_words
from .titles import fields

__all__ = ["View", "dataset", "view"]

MIME_TYPE = "application/vnd.labwire.view.v1+json"

# The roles that a view takes, first that of the source that it shows.
_ROLES = {
    "auto": ("value",),
    "number": ("value",),
    "trace": ("y", "x", "error"),
    "histogram": ("y", "x"),
    "xy": ("y", "x", "error", "fit"),
    "xy_hist": ("counts", "x", "bins"),
    "image": ("value",),
    "table": ("table",),
    "log": ("value",),
    "progress": ("value",),
}
_SEVERAL = ("trace", "xy")  # views of several y, with x, error and fit for each
_HOLDING = ("sipyco+sync",)  # schemes of what has a value
_TALKING = ("sipyco+broadcast", "sipyco+log")  # of what sends messages
_CURVE_LIMIT = 8  # of one trace: as many as there are colours that can be told apart


class View(Described):
    """A description of a live view: the last expression of a cell, or ``display(view)``, shows it.

    It holds addresses and options, no data and no connection. Where Labwire is not installed, or
    the notebook is not trusted, its text is shown instead.

    Attributes
    ----------
    kind : str
        ``"auto"``, ``"number"``, ``"trace"``, ``"histogram"``, ``"xy"``, ``"xy_hist"``,
        ``"image"``, ``"table"``, ``"log"``, ``"progress"`` or ``"chart"``; or the name of a view
        that another extension draws, such as ``"example:gauge"``.
    sources : tuple of (role, address)
        What is shown; for a field of the title, (``"title"``, address, name of the field).
    options : dict
        What was set, with the names of the description.
    """

    __slots__ = ("kind", "options", "sources")

    mime_type = MIME_TYPE

    def __init__(
        self, kind: str, sources: tuple[tuple[str, ...], ...], options: dict[str, Any]
    ) -> None:
        self.kind = kind
        self.sources = sources
        self.options = options

    def spec(self) -> dict[str, Any]:
        """The description as JSON-ready data; a new object each time."""
        return {
            "version": 1,
            "view": self.kind,
            "sources": [
                dict(zip(("role", "address", "name", "column"), source, strict=False))
                for source in self.sources
            ],
            "options": dict(self.options),
        }

    def __repr__(self) -> str:
        shown = ", ".join(
            address if role == _roles(self.kind)[0] else f"{role}: {address}"
            for role, address, *_ in self.sources
        )
        kind = "live view" if self.kind == "auto" else f"live {self.kind}"
        return f"<Labwire {kind} of {shown}>"


def dataset(
    address: str,
    key: Key | None = None,
    *,
    view: str = "auto",
    y: Key | Sequence[Key] | None = None,
    x: Key | Sequence[Key] | None = None,
    error: Key | Sequence[Key] | None = None,
    fit: Key | Sequence[Key] | None = None,
    bins: Key | None = None,
    title: str | None = None,
    **options: Any,
) -> View:
    """Show a dataset live, several in one plot, or all of them as a table.

    Make it the last expression of a cell: the view stays live while the kernel computes, and after
    it was restarted. What it shows goes by the value; an extra source makes it a plot: ``x`` or
    ``error`` a trace, ``fit`` an xy plot, ``bins`` histograms over x.

    Parameters
    ----------
    address
        Where the datasets are published: ``"sipyco+sync://HOST:PORT/NOTIFIER"``. The usual port is
        3250, ARTIQ's notifier is ``datasets``. With ``demo+`` in front, the demo lab in the browser
        answers: ``"demo+sipyco+sync:///datasets"``.
    key
        The dataset, such as ``"rabi.p"``; a list is the path to a nested value. Without one, all
        datasets are shown as a table, in which a person can arm editing.
    view
        ``"number"``, ``"trace"``, ``"histogram"``, ``"xy"``, ``"xy_hist"``, ``"image"``,
        ``"table"``, or ``"auto"``, which goes by the shape of the value; or one that another
        extension of JupyterLab adds: ``"example:gauge"``.
    y
        Instead of a key, the datasets of a trace or an xy plot: up to eight keys or whole
        addresses, such as ``["rabi.p", "rabi.fit"]``.
    x, error
        For a trace or an xy plot: the datasets with the x values and with the errors, whose bars
        reach from y - error to y + error; by key in the same notifier or by whole address. With
        several y, ``x`` is one for all of them or a list with one for each, and ``error`` is a list
        for the first of them. For a histogram, ``x`` has the edges of the bins, one more than there
        are counts.
    fit
        For an xy plot: a line over the same x, or a list with one for each of the first y.
    bins
        For ``"xy_hist"``, whose key is a 2-D dataset with a row of counts for each ``x``: the edges
        of the bins.
    title
        Instead of the dataset's name. Fields in braces name datasets of the same notifier, with
        ``/`` where the name has a dot: ``"Rabi {rabi/pi_time:.3e} s"``.
    **options
        ``height`` (px) for every view; ``unit``, ``scale``, ``precision`` for numbers;
        ``style`` (``"line"``, ``"points"``, ``"steps"``) for traces; ``log_x``, ``log_y`` for
        traces, xy plots and histograms, ``log_y`` for ``"xy_hist"``;
        ``colormap`` (``"viridis"``, ``"gray"``, ``"inferno"``, ``"cividis"``, ``"twilight"``) and
        ``levels`` (two percentiles) for images; ``filter`` for tables.

    Returns
    -------
    View
        A description: addresses and options, no data and no connection.

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
    beside = [
        (role, _beside(base, role, other))
        for role, given in (("x", x), ("error", error), ("fit", fit), ("bins", bins))
        for other in (_listed(given) if y is not None else [] if given is None else [given])
    ]
    if view == "auto" and (y is not None or beside):
        view = "xy_hist" if bins is not None else "xy" if fit is not None else "trace"
    if y is not None:
        if key is not None:
            raise ValueError("a trace has its datasets in y, or one as its key, not both")
        if "y" not in _roles(view):
            raise ValueError(f"y belongs to a trace, not to view={view!r}")
        ys = [("y", _beside(base, "y", other)) for other in _listed(y)]
        return describe(view, ys + beside, {"title": title, **options})
    main = base if key is None else addresses.with_key(base, key)
    if beside:
        if len(_roles(view)) == 1:
            raise ValueError(f"x and error belong to a trace, not to view={view!r}")
        if main.fragment is None:
            raise ValueError("x and error need a key: which dataset is drawn over x?")
    elif view == "auto" and main.fragment is None:
        view = "table"
    return describe(view, [(_roles(view)[0], main), *beside], {"title": title, **options})


def view(
    view: str,
    sources: str | Mapping[str, str | Sequence[str]] | None = None,
    *,
    y: str | Sequence[str] | None = None,
    x: str | Sequence[str] | None = None,
    error: str | Sequence[str] | None = None,
    fit: str | Sequence[str] | None = None,
    **options: Any,
) -> View:
    """Show anything that has an address live in this cell.

    Parameters
    ----------
    view
        ``"number"``, ``"trace"``, ``"histogram"``, ``"xy"``, ``"xy_hist"``, ``"image"``,
        ``"table"``, ``"log"``, ``"progress"`` or ``"auto"``; or one that another extension of
        JupyterLab adds: ``"example:gauge"``.
    sources
        One address, or a dict ``{role: address}``. The roles are ``value`` (number, image, log,
        progress, auto), ``table`` (table), ``y`` and ``x`` (histogram), ``counts``, ``x`` and
        ``bins`` (xy_hist), and ``y``, ``x``, ``error`` (trace, xy) and ``fit`` (xy), whose
        addresses may be lists.
    y, x, error, fit
        The sources of a plot by themselves: up to eight ``y``; one ``x`` for all of them or one
        for each; an ``error``, and a ``fit``, for each of the first.
    **options
        ``title`` and those of :func:`dataset`. The fields of a title name datasets in the
        notifier of the first source.

    Examples
    --------
    >>> lw.view("number", "demo+sipyco+sync:///datasets#temperature", precision=2)
    <Labwire live number of demo+sipyco+sync:///datasets#temperature>
    """
    _check_view(view)
    axes = {"y": y, "x": x, "error": error, "fit": fit}
    given = {role: addresses_ for role, addresses_ in axes.items() if addresses_ is not None}
    if sources is None:
        if not given:
            raise TypeError("sources is missing: the address of what is shown")
        sources = given
    elif given:
        raise ValueError(f"sources are given, and {in_words(given)} beside them: one is enough")
    if isinstance(sources, str):
        sources = {_roles(view)[0]: sources}
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


def _roles(view: str) -> tuple[str, ...]:
    return ADDED_ROLES if is_added(view) else _ROLES[view]


def _check_view(name: object) -> None:
    if name == "chart":
        raise ValueError("view='chart' needs a specification: write lw.chart(spec, sources)")
    if not isinstance(name, str) or (name not in _ROLES and not is_added(name)):
        raise ValueError(f"view={name!r} does not exist: there are {', '.join(_ROLES)}")


def describe(view: str, sources: list[tuple[str, Address]], options: Mapping[str, Any]) -> View:
    allowed = _roles(view)
    main = allowed[0]
    mains = SHOWN if is_added(view) else allowed[:1]
    for role, address in sources:
        if role not in allowed:
            raise ValueError(f"view={view!r} has no source {role!r}: it takes {in_words(allowed)}")
        check_scheme(view, address)
    counts = {name: sum(role == name for role, _ in sources) for name in allowed}
    if not any(counts[name] for name in mains):
        raise ValueError(f"view={view!r} needs a source {main!r}: the address of what it shows")
    if is_added(view):
        pass  # the page knows which of them it takes, and how many
    elif view in _SEVERAL:
        _check_curves(counts["y"], counts["x"], counts["error"], counts.get("fit", 0))
    elif counts[main] > 1:
        raise ValueError(f"view={view!r} shows one source, not {counts[main]}")
    else:
        for role in allowed[1:]:
            if counts[role] > 1:
                raise ValueError(f"view={view!r} has one source {role!r}, not {counts[role]}")
            if view == "xy_hist" and counts[role] == 0:
                raise ValueError(f"view={view!r} needs a source {role!r} beside {main!r}")
    shown = tuple((role, address.text) for role, address in sources)
    checked = option_table.check(view, options)
    first = next(address for role, address in sources if role in mains)
    return View(view, (*shown, *title_sources(first, checked.get("title"))), checked)


def title_sources(beside: Address, title: object) -> tuple[tuple[str, str, str], ...]:
    if beside.scheme not in _HOLDING:
        return ()  # nothing there has a value
    return tuple(
        ("title", _beside(beside, "title", name.replace("/", ".")).text, name)
        for name in fields(title)
    )


def _check_curves(y: int, x: int, error: int, fit: int) -> None:
    if y > _CURVE_LIMIT:
        raise ValueError(f"a trace has at most {_CURVE_LIMIT} curves, not {y}")
    if x not in (0, 1, y):
        raise ValueError(f"{y} curves have one x for all, or {y}, not {x}")
    for count, name in ((error, "errors"), (fit, "fits")):
        if count > y:
            raise ValueError(f"{y} {'curve has' if y == 1 else 'curves have'} no {count} {name}")


def check_scheme(view: str, address: Address) -> None:
    shown = (*_HOLDING, *_TALKING)
    if address.scheme not in shown:
        raise NotImplementedError(
            f"{address.scheme}:// cannot be shown yet: this release of Labwire shows "
            f"{in_words([f'{scheme}://' for scheme in shown])}"
        )
    is_open = view == "auto" or is_added(view)
    fitting = _TALKING if view == "log" else shown if is_open else _HOLDING
    if address.scheme not in fitting:
        raise ValueError(
            f"view={view!r} shows {in_words([f'{scheme}://' for scheme in fitting])}, "
            f"not {address.scheme}://"
        )
