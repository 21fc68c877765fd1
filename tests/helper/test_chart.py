"""What lw.chart describes, and what it says about arguments that cannot work."""

from __future__ import annotations

import doctest
import json
from typing import Any

import pytest

import labwire as lw
from labwire import charts

LAB = "sipyco+sync://127.0.0.1:3250/datasets"
SPEC: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "data": {"name": "rabi"},
    "mark": "line",
    "encoding": {"x": {"field": "t", "type": "quantitative"}},
}


class TestChart:
    def test_describes_rows_from_one_dataset(self) -> None:
        assert lw.chart(SPEC, {"rabi": f"{LAB}#rabi.p"}).spec() == {
            "version": 1,
            "view": "chart",
            "sources": [{"role": "data", "address": f"{LAB}#rabi.p", "name": "rabi"}],
            "options": {},
            "chart": SPEC,
        }

    def test_describes_rows_from_several(self) -> None:
        chart = lw.chart(
            {"layer": [SPEC, {**SPEC, "data": {"name": "fit"}}]},
            {"rabi": {"t": f"{LAB}#rabi.t", "p": f"{LAB}#rabi.p"}, "fit": f"{LAB}#fit"},
            title="run {rid}",
            height=400,
        )
        assert chart.sources == (
            ("data", f"{LAB}#rabi.t", "rabi", "t"),
            ("data", f"{LAB}#rabi.p", "rabi", "p"),
            ("data", f"{LAB}#fit", "fit"),
            ("title", f"{LAB}#rid", "rid"),
        )
        assert chart.spec()["sources"][1] == {
            "role": "data",
            "address": f"{LAB}#rabi.p",
            "name": "rabi",
            "column": "p",
        }
        assert chart.options == {"title": "run {rid}", "height": 400}

    def test_keeps_a_copy(self) -> None:
        spec = {**SPEC, "encoding": {}}
        chart = lw.chart(spec, {"rabi": f"{LAB}#p"})
        spec["encoding"]["x"] = {"field": "t"}
        chart.spec()["chart"]["mark"] = "bar"
        assert chart.spec()["chart"] == {**SPEC, "encoding": {}}
        json.dumps(chart.spec())

    def test_takes_an_altair_chart(self) -> None:
        class Altair:
            def to_dict(self) -> dict[str, Any]:
                return SPEC

        altair: Any = Altair()
        assert lw.chart(altair, {"rabi": f"{LAB}#p"}) == lw.chart(SPEC, {"rabi": f"{LAB}#p"})

    def test_takes_data_of_its_own_beside(self) -> None:
        own = {"data": {"values": [{"url": "https://example.org/"}]}, "mark": "rule"}
        named = {"data": {"name": "limits"}, "mark": "rule"}
        spec = {"layer": [SPEC, own, named], "datasets": {"limits": [{"y": 1}]}}
        assert lw.chart(spec, {"rabi": f"{LAB}#p"}).chart == spec

    @pytest.mark.parametrize(
        ("part", "place"),
        [
            ({"data": {"url": "data.csv"}}, ".data.url asks for data or a picture from an address"),
            (
                {"data": {"url": "world.json", "format": {"type": "topojson", "feature": "land"}}},
                ".data.url asks for data",
            ),
            ({"mark": "image"}, ".mark asks for a picture"),
            ({"mark": {"type": "image"}}, ".mark.type asks for a picture"),
            ({"mark": {"type": "bar", "href": "x"}}, ".mark.href asks for a link"),
            ({"encoding": {"href": {"field": "x"}}}, ".encoding.href asks for a link"),
            ({"encoding": {"url": {"field": "x"}}}, ".encoding.url asks for data"),
            ({"config": {"mark": {"href": "x"}}}, ".config.mark.href asks for a link"),
            (
                {"layer": [{}, {"transform": [{"from": {"data": {"url": "x"}}}]}]},
                ".layer[1].transform[0].from.data.url asks for data",
            ),
            (
                {"config": {"background": "url(https://example.org/x.png)"}},
                ".config.background asks for an address",
            ),
            ({"params": [{"name": "u", "expr": "'https:' + '//x'"}]}, None),
            ({"params": [{"name": "u", "value": "//x.org/y"}]}, ".params[0].value asks for an"),
            ({"params": [{"name": "u", "value": "data:image/png;base64,"}]}, ".params[0].value"),
            ({"params": [{"name": "cursor", "value": "x"}]}, ".params[0].name: no parameter"),
            ({"mark": {"type": "bar", "cursor": {"expr": "u"}}}, ".mark.cursor: a cursor is a"),
            ({"mark": {"type": "bar", "cursor": "url(x), auto"}}, ".mark.cursor: a cursor is a"),
            ({"mark": {"type": "bar", "cursor": "pointer"}}, None),
            ({"title": ["see", "https://example.org/"], "description": "http://x"}, None),
            ({"usermeta": {"embedOptions": {"url": "https://example.org/"}}}, None),
            ({"data": {"name": "rabi", "values": "a,b"}}, ".data.values: the rows are a text"),
            ({"__proto__": {}}, ".__proto__: no name"),
        ],
    )
    def test_refuses_an_address_anywhere(self, part: dict[str, Any], place: str | None) -> None:
        spec = {"hconcat": [SPEC], **part}
        if place is None:
            assert lw.chart(spec, {"rabi": f"{LAB}#p"}).chart == spec
            return
        with pytest.raises(ValueError) as caught:
            lw.chart(spec, {"rabi": f"{LAB}#p"})
        assert str(caught.value).startswith(f"spec{place}")

    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (
                lambda: lw.chart("line", {}),  # type: ignore[arg-type]
                TypeError,
                "spec is a Vega-Lite specification, a dict, not str",
            ),
            (
                lambda: lw.chart(SPEC, [f"{LAB}#p"]),  # type: ignore[arg-type]
                TypeError,
                "sources is a dict {name of the data: address}, not list",
            ),
            (
                lambda: lw.chart(SPEC, {}),
                ValueError,
                "spec uses data called 'rabi', and sources binds none",
            ),
            (
                lambda: lw.chart(SPEC, {"rabi": f"{LAB}#p", "ramsey": f"{LAB}#q"}),
                ValueError,
                "sources binds 'ramsey', and spec uses 'rabi': write "
                '{"data": {"name": "ramsey"}} where it is drawn',
            ),
            (
                lambda: lw.chart({"mark": "line"}, {}),
                ValueError,
                'spec uses no live data: write {"data": {"name": NAME}} and bind NAME in sources',
            ),
            (
                lambda: lw.chart(SPEC, {"rabi": LAB}),
                ValueError,
                f"sources['rabi'] needs a key: which dataset of {LAB}? Write {LAB}#NAME",
            ),
            (
                lambda: lw.chart(SPEC, {"rabi": {"t": 3}}),  # type: ignore[dict-item]
                TypeError,
                "sources['rabi']['t'] is an address or a dict {column: address}, not int: 3",
            ),
            (
                lambda: lw.chart(SPEC, {"rabi": {}}),
                ValueError,
                "sources['rabi'] has no column: write {column: address}",
            ),
            (
                lambda: lw.chart({**SPEC, "x": [float("nan")]}, {"rabi": f"{LAB}#p"}),
                ValueError,
                "spec.x[0] is nan, which JSON does not know: use None",
            ),
            (
                lambda: lw.chart({**SPEC, "x": 10**400}, {"rabi": f"{LAB}#p"}),
                ValueError,
                "spec.x is an int beyond every float",
            ),
            (
                lambda: lw.chart({**SPEC, "datasets": ["rabi"]}, {"rabi": f"{LAB}#p"}),
                TypeError,
                "spec.datasets is a dict of names and rows, not list",
            ),
            (
                lambda: lw.chart(SPEC, {"rabi": f"{LAB}#p"}, height=10**400),
                ValueError,
                f"height is a number of pixels from 20 to 10000, not 1{'0' * 400}",
            ),
            (
                lambda: lw.chart({**SPEC, "x": {1}}, {"rabi": f"{LAB}#p"}),
                TypeError,
                "spec.x is set, which JSON does not know: data are bound by name, as in "
                '{"data": {"name": "rabi"}}',
            ),
            (
                lambda: lw.chart({**SPEC, "description": "x" * 262_144}, {"rabi": f"{LAB}#p"}),
                ValueError,
                "spec has 262312 characters as JSON, the limit is 262144: bind the data by name "
                "instead of writing them into it",
            ),
            (
                lambda: lw.chart({**SPEC, "x": _nested(70)}, {"rabi": f"{LAB}#p"}),
                ValueError,
                "spec is nested deeper than 64 levels",
            ),
            (
                lambda: lw.chart(SPEC, {"rabi": {f"c{i}": f"{LAB}#p" for i in range(49)}}),
                ValueError,
                "a chart has at most 48 sources, not 49",
            ),
            (
                lambda: lw.chart(SPEC, {"rabi": f"{LAB}#p"}, unit="V"),
                ValueError,
                "unit has no meaning for view='chart': the options are title, height",
            ),
            (
                lambda: lw.view("chart", f"{LAB}#p"),
                ValueError,
                "view='chart' needs a specification: write lw.chart(spec, sources)",
            ),
        ],
    )
    def test_says_what_is_wrong(self, call: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error) as caught:
            call()
        assert str(caught.value) == message


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_examples() -> None:
    assert doctest.testmod(charts, extraglobs={"lw": lw}).failed == 0
