"""Charts that a person describes with Vega-Lite, over live datasets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from . import address as addresses
from . import options as option_table
from . import vegalite
from .address import Address
from .views import View, check_scheme, title_sources

__all__ = ["Chart", "chart"]

_SOURCE_LIMIT = 48


class Chart(View):
    """A description of a live chart: the last expression of a cell, or ``display(it)``, shows it.

    Attributes
    ----------
    kind : str
        ``"chart"``.
    sources : tuple of (role, address, name, column)
        What is bound, without a column where the source is all of the rows.
    options : dict
        What was set, with the names of the description.
    chart : dict
        The Vega-Lite specification.
    """

    __slots__ = ("chart",)

    def __init__(
        self, sources: tuple[tuple[str, ...], ...], options: dict[str, Any], chart: dict[str, Any]
    ) -> None:
        super().__init__("chart", sources, options)
        self.chart = chart

    def spec(self) -> dict[str, Any]:
        """The description as JSON-ready data; a new object each time."""
        return {**super().spec(), "chart": json.loads(json.dumps(self.chart))}

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{'.'.join(names)}: {address}" for _, address, *names in self.sources if names
        )
        return f"<Labwire live chart of {shown}>"


def chart(
    spec: Mapping[str, Any],
    sources: Mapping[str, str | Mapping[str, str]],
    *,
    title: str | None = None,
    **options: Any,
) -> Chart:
    """Show a Vega-Lite chart over live datasets in this cell.

    Parameters
    ----------
    spec
        A Vega-Lite 6 specification as a dict, or an Altair chart. It names its data,
        ``{"data": {"name": "rabi"}}``, and the rows come live. It has at most 256 KiB and loads
        nothing: no ``url``, no ``href``, no images. A chart by itself or in layers fills the view
        unless it has a ``width`` or a ``height``.
    sources
        For each name in the specification the address of a dataset, or ``{column: address}`` for
        datasets that are columns of one table, such as
        ``{"rabi": {"t": "…/datasets#rabi.t", "p": "…/datasets#rabi.p"}}``. An address by itself
        gives

        - of a list or 1-D array the columns ``index`` and ``value``;
        - of a scalar ``time`` (ms since 1970, for a temporal axis) and ``value``: its last 1000
          readings. Scalars with columns give ``time`` and the columns;
        - of a dict of equally long lists its columns, of a dict of scalars ``key`` and ``value``;
        - of a list of dicts their items.

        Numbers are value / scale; NaN is a missing value. A column whose name has a dot is written
        ``"rabi\\\\.p"`` in a field.
    title
        Shown above the view instead of the names.
    **options
        ``height`` (px).

    Returns
    -------
    Chart
        Make it the last expression of the cell to show it. Of more than 1000 rows 1000 are drawn,
        among them the least and greatest of each stretch, at most 20 times a second.

    Raises
    ------
    TypeError, ValueError
        An argument that cannot work, with what would.

    Examples
    --------
    >>> lw.chart(
    ...     {
    ...         "data": {"name": "rabi"},
    ...         "mark": "point",
    ...         "encoding": {
    ...             "x": {"field": "t", "type": "quantitative"},
    ...             "y": {"field": "p", "type": "quantitative"},
    ...         },
    ...     },
    ...     {
    ...         "rabi": {
    ...             "t": "demo+sipyco+sync:///datasets#rabi.t",
    ...             "p": "demo+sipyco+sync:///datasets#rabi.p",
    ...         }
    ...     },
    ... )
    <Labwire live chart of rabi.t: demo+sipyco+sync:///datasets#rabi.t, \
rabi.p: demo+sipyco+sync:///datasets#rabi.p>
    """
    checked = vegalite.check(spec)
    if not isinstance(sources, Mapping):
        raise TypeError(
            f"sources is a dict {{name of the data: address}}, not {type(sources).__name__}"
        )
    bound = [source for name, given in sources.items() for source in _sources(name, given)]
    _compare_names(set(sources), vegalite.data_names(checked))
    if len(bound) > _SOURCE_LIMIT:
        raise ValueError(f"a chart has at most {_SOURCE_LIMIT} sources, not {len(bound)}")
    settings = option_table.check("chart", {"title": title, **options})
    titles = title_sources(bound[0][0], settings.get("title"))
    return Chart(
        (*(("data", address.text, *names) for address, *names in bound), *titles),
        settings,
        checked,
    )


def _sources(name: object, given: object) -> list[tuple[Address, str] | tuple[Address, str, str]]:
    if not isinstance(name, str) or not name:
        raise TypeError(f"sources has the key {name!r}: it is the name of data in spec, a str")
    if not isinstance(given, Mapping):
        return [(_address(repr(name), given), name)]
    if not given:
        raise ValueError(f"sources[{name!r}] has no column: write {{column: address}}")
    columns: list[tuple[Address, str] | tuple[Address, str, str]] = []
    for column, address in given.items():
        if not isinstance(column, str) or not column:
            raise TypeError(f"sources[{name!r}] has the key {column!r}: a column is a str")
        columns.append((_address(f"{name!r}][{column!r}", address), name, column))
    return columns


def _address(where: str, given: object) -> Address:
    if not isinstance(given, str):
        raise TypeError(
            f"sources[{where}] is an address or a dict {{column: address}}, not "
            f"{type(given).__name__}: {given!r}"
        )
    address = addresses.parse(given)
    check_scheme("chart", address)
    if address.fragment is None:
        raise ValueError(
            f"sources[{where}] needs a key: which dataset of {given}? Write {given}#NAME"
        )
    return address


def _compare_names(bound: set[str], used: set[str]) -> None:
    if missing := used - bound:
        raise ValueError(
            f"spec uses data called {_listed(missing)}, and sources binds {_listed(bound)}"
        )
    if unused := bound - used:
        raise ValueError(
            f"sources binds {_listed(unused)}, and spec uses {_listed(used)}: write "
            f'{{"data": {{"name": {json.dumps(min(unused))}}}}} where it is drawn'
        )
    if not bound:
        raise ValueError(
            'spec uses no live data: write {"data": {"name": NAME}} and bind NAME in sources'
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, sorted(names))) or "none"
