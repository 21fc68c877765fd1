"""What the notebook helper describes, and what it says about arguments that cannot work."""

from __future__ import annotations

import ast
import doctest
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import labwire as lw
from labwire import views

LAB = "sipyco+sync://127.0.0.1:3250/datasets"
DEMO = "demo+sipyco+sync:///datasets"


def spec(view: lw.View) -> dict[str, Any]:
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.labwire.view.v1+json", "text/plain"}
    description: dict[str, Any] = bundle["application/vnd.labwire.view.v1+json"]
    return description


class TestDataset:
    def test_describes_one_key(self) -> None:
        assert spec(lw.dataset(LAB, "rabi.p")) == {
            "version": 1,
            "view": "auto",
            "sources": [{"role": "value", "address": f"{LAB}#rabi.p"}],
            "options": {},
        }

    def test_without_a_key_is_the_table_of_all(self) -> None:
        assert spec(lw.dataset(DEMO)) == {
            "version": 1,
            "view": "table",
            "sources": [{"role": "table", "address": DEMO}],
            "options": {},
        }

    def test_over_x_is_a_trace(self) -> None:
        view = lw.dataset(LAB, "rabi.p", x="rabi.t", error=f"{DEMO}#rabi.e", title="Rabi")
        assert spec(view) == {
            "version": 1,
            "view": "trace",
            "sources": [
                {"role": "y", "address": f"{LAB}#rabi.p"},
                {"role": "x", "address": f"{LAB}#rabi.t"},
                {"role": "error", "address": f"{DEMO}#rabi.e"},
            ],
            "options": {"title": "Rabi"},
        }

    def test_draws_several_curves_in_one_trace(self) -> None:
        view = lw.dataset(LAB, y=["a", f"{DEMO}#b", ("grid", 1)], x="t", error=["a_err"])
        assert view.kind == "trace"
        assert view.sources == (
            ("y", f"{LAB}#a"),
            ("y", f"{DEMO}#b"),
            ("y", lw.dataset(LAB, ("grid", 1)).sources[0][1]),
            ("x", f"{LAB}#t"),
            ("error", f"{LAB}#a_err"),
        )
        assert lw.dataset(LAB, y="a") == lw.dataset(LAB, "a", view="trace")
        pairs = lw.dataset(LAB, y=["a", "b"], x=["s", "t"])
        assert [role for role, _ in pairs.sources] == ["y", "y", "x", "x"]

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (
                {"key": "a", "y": ["b"]},
                "a trace has its datasets in y, or one as its key, not both",
            ),
            ({"y": ["a"], "view": "number"}, "y belongs to a trace, not to view='number'"),
            ({"y": []}, "view='trace' needs a source 'y': the address of what it shows"),
            ({"y": list("abcdefghi")}, "a trace has at most 8 curves, not 9"),
            ({"y": ["a", "b", "c"], "x": ["s", "t"]}, "3 curves have one x for all, or 3, not 2"),
            ({"y": ["a"], "error": ["b", "c"]}, "1 curve has no 2 errors"),
        ],
    )
    def test_refuses_curves_that_do_not_go_together(
        self, arguments: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(ValueError) as raised:
            lw.dataset(LAB, **arguments)
        assert str(raised.value) == words

    def test_takes_the_key_from_the_address_too(self) -> None:
        view = lw.dataset(f"{LAB}#rabi.p", x="rabi.t", view="trace")
        assert view == lw.dataset(LAB, "rabi.p", x="rabi.t", view="trace")

    @pytest.mark.parametrize(
        ("key", "fragment"),
        [
            ("rabi.p", "rabi.p"),
            ("a b", "a%20b"),
            ("50%", "50%25"),
            ("a#b?c/d", "a%23b%3Fc/d"),
            ("fréquence", "fr%C3%A9quence"),
            ("", ""),
            ("[odd", "[%22[odd%22]"),
            ("line\nbreak", "[%22line%5Cnbreak%22]"),
            ("\x85", "[%22%5Cu0085%22]"),
            ("\ud800", "[%22%5Cud800%22]"),
            (["rabi.p"], "[%22rabi.p%22]"),
            (["scan", 1, -1, 2.0, True, None], "[%22scan%22,%201,%20-1,%202.0,%20true,%20null]"),
            (("scan", 2**70), "[%22scan%22,%201180591620717411303424]"),
        ],
    )
    def test_writes_the_key_as_a_fragment(self, key: Any, fragment: str) -> None:
        assert lw.dataset(LAB, key).sources == (("value", f"{LAB}#{fragment}"),)

    def test_writes_a_tuple_inside_a_path_as_pyon(self) -> None:
        ((_, address),) = lw.dataset(LAB, ["grid", (1, 2)]).sources
        assert address.endswith(
            "#[%22grid%22,%20%7B%22__jsonclass__%22:%20[%22tuple%22,%20[[1,%202]]]%7D]"
        )

    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (
                lambda: lw.dataset("127.0.0.1:3250", "rabi.p"),
                ValueError,
                "address '127.0.0.1:3250' has no scheme: "
                "write it like 'sipyco+sync://127.0.0.1:3250/datasets'",
            ),
            (
                lambda: lw.dataset(3250),  # type: ignore[arg-type]
                TypeError,
                "an address is a str such as 'sipyco+sync://127.0.0.1:3250/datasets', "
                "not int: 3250",
            ),
            (
                lambda: lw.dataset("sipyco+rpc://127.0.0.1:3251/master"),
                ValueError,
                "a dataset has an address that starts with sipyco+sync://, not sipyco+rpc://",
            ),
            (
                lambda: lw.dataset(f"{LAB}#a", "b"),
                ValueError,
                f"address '{LAB}#a' already names the key 'a': give 'b' or that",
            ),
            (
                lambda: lw.dataset(LAB, 7),  # type: ignore[arg-type]
                TypeError,
                "a key is a str, or a list that is the path to one, not int: 7",
            ),
            (
                lambda: lw.dataset(LAB, []),
                ValueError,
                "the path of a key is empty: leave the key out to show everything",
            ),
            (
                lambda: lw.dataset(LAB, ["a", {}]),  # type: ignore[list-item]
                TypeError,
                "{} in the key ['a', {}] is a dict: "
                "a part is a str, int, float, bool, None or a tuple of these",
            ),
            (
                lambda: lw.dataset(LAB, ["a", float("nan")]),
                ValueError,
                "nan in the key ['a', nan] can never be found",
            ),
            (
                lambda: lw.dataset(LAB, "a", view="pie"),
                ValueError,
                "view='pie' does not exist: there are auto, number, trace, histogram, xy, xy_hist, "
                "image, table, log, progress",
            ),
            (
                lambda: lw.dataset(LAB, "a", view=["image"]),  # type: ignore[arg-type]
                ValueError,
                "view=['image'] does not exist: there are auto, number, trace, histogram, xy, "
                "xy_hist, image, table, log, progress",
            ),
            (
                lambda: lw.dataset(LAB, "a", x="t", view="image"),
                ValueError,
                "x and error belong to a trace, not to view='image'",
            ),
            (
                lambda: lw.dataset(LAB, x="t"),
                ValueError,
                "x and error need a key: which dataset is drawn over x?",
            ),
            (
                lambda: lw.dataset(LAB, "a", x=3),  # type: ignore[arg-type]
                TypeError,
                "x is the key of a dataset or an address, not int: 3",
            ),
        ],
    )
    def test_says_what_is_wrong(self, call: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error) as caught:
            call()
        assert str(caught.value) == message


class TestView:
    def test_gives_one_address_its_role(self) -> None:
        roles = {
            kind: lw.view(kind, f"{DEMO}#a").sources[0][0]
            for kind in ("auto", "number", "trace", "image", "table")
        }
        assert roles == {
            "auto": "value",
            "number": "value",
            "trace": "y",
            "image": "value",
            "table": "table",
        }

    def test_takes_roles(self) -> None:
        view = lw.view("trace", {"x": f"{DEMO}#t", "y": f"{DEMO}#p"})
        assert view == lw.view("trace", {"x": f"{DEMO}#t", "y": f"{DEMO}#p"})
        assert view.sources == (("x", f"{DEMO}#t"), ("y", f"{DEMO}#p"))

    def test_takes_the_axes_by_name(self) -> None:
        a, b, t = (f"{DEMO}#{name}" for name in "abt")
        expected = lw.view("trace", {"y": [a, b], "x": t})
        assert lw.view("trace", y=[a, b], x=t) == expected
        assert expected.sources == (("y", a), ("y", b), ("x", t))
        with pytest.raises(ValueError, match="sources are given, and y or x beside them"):
            lw.view("trace", a, y=b, x=t)
        with pytest.raises(TypeError, match="sources is missing"):
            lw.view("trace")
        with pytest.raises(ValueError, match="view='image' shows one source, not 2"):
            lw.view("image", {"value": [a, b]})

    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (
                lambda: lw.view("trace", {"x": f"{DEMO}#t"}),
                ValueError,
                "view='trace' needs a source 'y': the address of what it shows",
            ),
            (
                lambda: lw.view("image", {"value": f"{DEMO}#t", "x": f"{DEMO}#t"}),
                ValueError,
                "view='image' has no source 'x': it takes value",
            ),
            (
                lambda: lw.view("trace", [f"{DEMO}#t"]),  # type: ignore[arg-type]
                TypeError,
                "sources is an address or a dict {role: address}, not list",
            ),
            (
                lambda: lw.view("number", "ca://XF:mtr1"),
                NotImplementedError,
                "ca:// cannot be shown yet: this release of Labwire shows sipyco+sync://, "
                "sipyco+broadcast:// or sipyco+log://",
            ),
        ],
    )
    def test_says_what_is_wrong(self, call: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error) as caught:
            call()
        assert str(caught.value) == message


class TestOptions:
    def test_are_written_with_the_names_of_the_description(self) -> None:
        every = {
            "title": "Rabi",
            "unit": "MHz",
            "scale": 1e6,
            "precision": 3,
            "style": "points",
            "log_x": True,
            "log_y": False,
            "colormap": "gray",
            "levels": (5, 95.5),
            "filter": "rabi",
            "height": 280,
        }
        assert lw.dataset(LAB, "a", **every).options == {  # type: ignore[arg-type]
            "title": "Rabi",
            "unit": "MHz",
            "scale": 1e6,
            "precision": 3,
            "style": "points",
            "logX": True,
            "logY": False,
            "colormap": "gray",
            "levels": [5, 95.5],
            "filter": "rabi",
            "height": 280,
        }

    def test_become_plain_numbers(self) -> None:
        view = lw.dataset(LAB, "a", scale=np.float32(0.5), precision=np.int64(3))
        assert [type(value) for value in view.options.values()] == [float, int]

    def test_that_are_none_are_left_out(self) -> None:
        assert lw.dataset(LAB, "a", unit=None).options == {}

    @pytest.mark.parametrize(
        ("view", "options", "error", "message"),
        [
            (
                "trace",
                {"colour": "red"},
                TypeError,
                "there is no option 'colour': the options are title, height, style, log_x, log_y",
            ),
            (
                "trace",
                {"levels": (1, 99)},
                ValueError,
                "levels has no meaning for view='trace': "
                "the options are title, height, style, log_x, log_y",
            ),
            ("number", {"scale": 0}, ValueError, "scale is a number other than 0, not 0"),
            ("number", {"scale": "1"}, TypeError, "scale is a number other than 0, not '1'"),
            (
                "number",
                {"scale": float("inf")},
                ValueError,
                "scale is a number other than 0, not inf",
            ),
            ("number", {"precision": 2.0}, TypeError, "precision is an int from 0 to 20, not 2.0"),
            ("number", {"precision": 21}, ValueError, "precision is an int from 0 to 20, not 21"),
            (
                "number",
                {"height": True},
                TypeError,
                "height is a number of pixels from 20 to 10000, not True",
            ),
            ("number", {"title": 5}, TypeError, "title is a str, not 5"),
            ("number", {"unit": "m" * 201}, ValueError, "unit is a str of at most 200 characters"),
            (
                "trace",
                {"style": "dots"},
                ValueError,
                "style is 'line', 'points' or 'steps', not 'dots'",
            ),
            ("trace", {"log_x": 1}, TypeError, "log_x is True or False, not 1"),
            (
                "image",
                {"levels": (99, 1)},
                ValueError,
                "levels is two ascending percentiles such as (1, 99), not (99, 1)",
            ),
            (
                "image",
                {"levels": (0, 101)},
                ValueError,
                "levels is two ascending percentiles such as (1, 99), not (0, 101)",
            ),
            (
                "image",
                {"levels": "1-99"},
                TypeError,
                "levels is two ascending percentiles such as (1, 99), not '1-99'",
            ),
        ],
    )
    def test_say_what_is_wrong(
        self, view: str, options: dict[str, Any], error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error) as caught:
            lw.dataset(LAB, "a", view=view, **options)
        assert str(caught.value).startswith(message)


class TestWhatACellShows:
    def test_is_text_where_labwire_is_not(self) -> None:
        view = lw.dataset(LAB, "rabi.p", x="rabi.t")
        assert repr(view) == f"<Labwire live trace of {LAB}#rabi.p, x: {LAB}#rabi.t>"
        assert view._repr_mimebundle_()["text/plain"] == repr(view)
        assert repr(lw.dataset(LAB, "rabi.p")) == f"<Labwire live view of {LAB}#rabi.p>"

    def test_can_be_asked_for_in_part(self) -> None:
        view = lw.dataset(DEMO)
        assert list(view._repr_mimebundle_(include=["text/plain"])) == ["text/plain"]
        assert "text/plain" not in view._repr_mimebundle_(exclude=["text/plain"])

    def test_cannot_be_changed_through_what_it_gave(self) -> None:
        view = lw.dataset(LAB, "a", title="A")
        view.spec()["options"]["title"] = "B"
        assert view.options == {"title": "A"}


class TestWhatComesLater:
    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (
                lambda: lw.get(LAB, "rabi.p"),
                "lw.get cannot bring values into Python yet: meanwhile use "
                "sipyco.pc_rpc.Client('127.0.0.1', 3251, 'dataset_db').get('rabi.p')",
            ),
            (
                lambda: lw.put(f"{LAB}#rabi.p", 2),
                "lw.put cannot write to instruments yet: meanwhile use "
                "sipyco.pc_rpc.Client('127.0.0.1', 3251, 'dataset_db').set('rabi.p', 2)",
            ),
            (
                lambda: lw.get("ca://XF:mtr1"),
                "lw.get cannot bring values into Python yet: meanwhile use epics.caget('XF:mtr1')",
            ),
            (
                lambda: lw.put("ca://XF:mtr1", 1.5),
                "lw.put cannot write to instruments yet: meanwhile use epics.caput('XF:mtr1', 1.5)",
            ),
            (
                lambda: lw.get("rpyc://lab7"),
                "lw.get cannot bring values into Python yet: "
                "meanwhile use rpyc.connect('lab7', 18812).root",
            ),
            (
                lambda: lw.pv("XF:mtr1"),
                "lw.pv cannot show EPICS process variables yet: this release of Labwire shows "
                "the datasets of SiPyCo, with lw.dataset",
            ),
        ],
    )
    def test_says_so_in_one_sentence(self, call: Any, message: str) -> None:
        with pytest.raises(NotImplementedError) as caught:
            call()
        assert str(caught.value) == message


class TestThePackage:
    def test_imports_nothing_but_the_standard_library(self) -> None:
        program = (
            "import sys; before = set(sys.modules); import labwire; "
            "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
        )
        # -S: without site-packages, as in a kernel whose environment has nothing of ours.
        root = Path(__file__).parents[2]
        output = subprocess.run(
            [sys.executable, "-S", "-c", program],
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        strangers = set(output.split()) - {"labwire"} - set(sys.stdlib_module_names)
        assert strangers == set()

    def test_is_written_for_python_3_9(self) -> None:
        for file in Path(lw.__file__).parent.glob("*.py"):
            ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 9))

    def test_exports_these_names(self) -> None:
        assert sorted(lw.__all__) == [
            "Chart",
            "Rpc",
            "View",
            "chart",
            "dataset",
            "get",
            "log",
            "progress",
            "put",
            "pv",
            "rpc",
            "view",
        ]

    def test_knows_its_version(self) -> None:
        assert lw.__version__
        with pytest.raises(AttributeError, match="module 'labwire' has no attribute 'datasets'"):
            _ = lw.datasets

    def test_shows_examples_that_run(self) -> None:
        assert doctest.testmod(views, extraglobs={"lw": lw}) == (0, 3)
