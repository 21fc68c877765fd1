"""Views that other extensions draw: described by name, checked on the page."""

from __future__ import annotations

from typing import Any

import pytest

import labwire as lw

DEMO = "demo+sipyco+sync:///datasets"


class TestAddedView:
    def test_is_described_by_its_name(self) -> None:
        view = lw.dataset(DEMO, "temperature", view="example:gauge", min=0, max=300, unit="K")
        assert view.spec() == {
            "version": 1,
            "view": "example:gauge",
            "sources": [{"role": "value", "address": f"{DEMO}#temperature"}],
            "options": {"min": 0, "max": 300, "unit": "K"},
        }
        assert repr(view) == f"<Labwire live example:gauge of {DEMO}#temperature>"
        assert lw.view("example:gauge", f"{DEMO}#temperature") == lw.dataset(
            DEMO, "temperature", view="example:gauge"
        )

    def test_takes_any_role_that_there_is(self) -> None:
        view = lw.view("a.b/c@d:e-f", {"y": [f"{DEMO}#a", f"{DEMO}#b"], "x": f"{DEMO}#t"})
        assert [role for role, *_ in view.sources] == ["y", "y", "x"]
        curve = lw.dataset(DEMO, "p", view="example:gauge", x="t", title="at {f/t}")
        assert curve.sources == (
            ("value", f"{DEMO}#p"),
            ("x", f"{DEMO}#t"),
            ("title", f"{DEMO}#f.t", "f/t"),
        )
        channel = "sipyco+broadcast://host/log"
        assert lw.view("example:tail", channel).sources == (("value", channel),)

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (
                lambda: lw.view("example:", f"{DEMO}#t"),
                "view='example:' does not exist: there are auto, ",
            ),
            (
                lambda: lw.view("an example:gauge", f"{DEMO}#t"),
                "view='an example:gauge' does not exist: there are auto, ",
            ),
            (
                lambda: lw.view("example:gauge", {"x": f"{DEMO}#t"}),
                "view='example:gauge' needs a source 'value': the address of what it shows",
            ),
            (
                lambda: lw.view("example:gauge", {"colour": f"{DEMO}#t"}),
                "view='example:gauge' has no source 'colour': it takes value, ",
            ),
            (lambda: lw.view("example:gauge", f"{DEMO}#t", min=3, max=2), "min is a number below"),
        ],
    )
    def test_says_what_is_wrong(self, call: Any, message: str) -> None:
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value).startswith(message)

    def test_knows_no_option_that_nobody_has(self) -> None:
        with pytest.raises(TypeError, match="there is no option 'colour'"):
            lw.view("example:gauge", f"{DEMO}#t", colour="red")
