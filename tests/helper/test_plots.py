"""Histograms, points with fits, and titles with fields: what the helper makes of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import labwire as lw

LAB = "sipyco+sync://127.0.0.1:3250/datasets"
DEMO = "demo+sipyco+sync:///datasets"


class TestPlots:
    def test_a_histogram_has_counts_and_perhaps_edges(self) -> None:
        assert lw.dataset(LAB, "n", view="histogram").sources == (("y", f"{LAB}#n"),)
        view = lw.dataset(LAB, "n", view="histogram", x="edges", log_y=True)
        assert view.sources == (("y", f"{LAB}#n"), ("x", f"{LAB}#edges"))
        assert view.options == {"logY": True}
        assert view == lw.dataset(LAB, y="n", x="edges", view="histogram", log_y=True)
        assert view == lw.view("histogram", {"y": f"{LAB}#n", "x": f"{LAB}#edges"}, log_y=True)

    def test_a_fit_makes_an_xy_plot(self) -> None:
        view = lw.dataset(LAB, "p", x="t", error="e", fit="f")
        assert view.kind == "xy"
        assert [role for role, _ in view.sources] == ["y", "x", "error", "fit"]
        several = lw.dataset(LAB, y=["p", "q"], x="t", fit=["f", "g"], log_x=True)
        assert several.kind == "xy"
        assert [role for role, _ in several.sources] == ["y", "y", "x", "fit", "fit"]
        assert lw.view("xy", y=f"{LAB}#p", fit=f"{LAB}#f").kind == "xy"

    def test_bins_make_histograms_over_x(self) -> None:
        view = lw.dataset(LAB, "counts", x="xs", bins="bins")
        assert view.spec() == {
            "version": 1,
            "view": "xy_hist",
            "sources": [
                {"role": "counts", "address": f"{LAB}#counts"},
                {"role": "x", "address": f"{LAB}#xs"},
                {"role": "bins", "address": f"{LAB}#bins"},
            ],
            "options": {},
        }
        assert repr(view) == (
            f"<Labwire live xy_hist of {LAB}#counts, x: {LAB}#xs, bins: {LAB}#bins>"
        )

    @pytest.mark.parametrize(
        ("call", "words"),
        [
            (
                lambda: lw.dataset(LAB, "n", view="histogram", error="e"),
                "view='histogram' has no source 'error': it takes y or x",
            ),
            (
                lambda: lw.dataset(LAB, y=["a", "b"], view="histogram"),
                "view='histogram' shows one source, not 2",
            ),
            (
                lambda: lw.dataset(LAB, y="a", x=["s", "t"], view="histogram"),
                "view='histogram' has one source 'x', not 2",
            ),
            (
                lambda: lw.dataset(LAB, "n", view="xy_hist", x="xs"),
                "view='xy_hist' needs a source 'bins' beside 'counts'",
            ),
            (
                lambda: lw.dataset(LAB, y="n", view="xy_hist"),
                "y belongs to a trace, not to view='xy_hist'",
            ),
            (
                lambda: lw.dataset(LAB, y="n", fit=["f", "g"]),
                "1 curve has no 2 fits",
            ),
            (
                lambda: lw.dataset(LAB, "n", view="trace", fit="f"),
                "view='trace' has no source 'fit': it takes y, x or error",
            ),
            (
                lambda: lw.dataset(LAB, "n", view="xy_hist", x="a", bins="b", log_x=True),
                "log_x has no meaning for view='xy_hist': the options are title, height, log_y",
            ),
        ],
    )
    def test_refuses_what_does_not_go_together(
        self, call: Callable[[], lw.View], words: str
    ) -> None:
        with pytest.raises(ValueError) as raised:
            call()
        assert str(raised.value) == words


class TestTitles:
    def test_a_field_is_a_dataset_of_the_same_notifier(self) -> None:
        title = "Rabi {rabi/pi_time:.3e} s, {n!r} {{x}} {n}"
        view = lw.dataset(DEMO, "rabi.p", title=title)
        assert view.spec()["sources"] == [
            {"role": "value", "address": f"{DEMO}#rabi.p"},
            {"role": "title", "address": f"{DEMO}#rabi.pi_time", "name": "rabi/pi_time"},
            {"role": "title", "address": f"{DEMO}#n", "name": "n"},
        ]
        assert view.options == {"title": title}

    def test_the_name_of_a_dataset_may_be_odd(self) -> None:
        ((_, _), (_, address, name)) = lw.view("table", LAB, title="{50% done}").sources
        assert (address, name) == (f"{LAB}#50%25%20done", "50% done")

    @pytest.mark.parametrize("title", ["Rabi", "50 } done", "{{x}}", ""])
    def test_without_fields_it_is_text(self, title: str) -> None:
        view = lw.dataset(LAB, "a", title=title)
        assert view.sources == (("value", f"{LAB}#a"),)
        assert view.options == {"title": title}

    def test_a_log_has_no_values_for_fields(self) -> None:
        view = lw.log("demo+sipyco+broadcast:///log", title="{a}")
        assert [source[0] for source in view.sources] == ["value"]

    @pytest.mark.parametrize(
        ("title", "words"),
        [
            (
                "{a",
                "title '{a' is no format string: expected '}' before end of string; "
                "a brace itself is written twice",
            ),
            (
                "{a} }",
                "title '{a} }' is no format string: Single '}' encountered in format string; "
                "a brace itself is written twice",
            ),
            (
                "{}",
                "title '{}' has a field without a name: write the dataset's, "
                "as in {rabi/pi_time:.3e}",
            ),
            (
                "{rabi.pi_time}",
                "title '{rabi.pi_time}' has the field 'rabi.pi_time': it names a dataset, "
                "with / for each dot, as in {rabi/pi_time}",
            ),
            (
                "{a[0]}",
                "title '{a[0]}' has the field 'a[0]': it names a dataset, with / for each dot, "
                "as in {a}",
            ),
            ("{a!a}", "title '{a!a}' has the conversion !a: use !r or !s"),
            ("{a:{b}}", "title '{a:{b}}' has a field in a field: write the number"),
            ("".join(f"{{a{i}}}" for i in range(17)), "a title has at most 16 fields, not 17"),
        ],
    )
    def test_refuses_what_the_page_cannot_write(self, title: str, words: str) -> None:
        with pytest.raises(ValueError) as raised:
            lw.dataset(LAB, "a", title=title)
        assert str(raised.value) == words
