"""What lw.log and lw.progress describe, and what they say about arguments that cannot work."""

from __future__ import annotations

import doctest
import logging
from typing import Any

import pytest

import labwire as lw
from labwire import logs

CHANNEL = "sipyco+broadcast://127.0.0.1:1067/log"
LAB = "sipyco+sync://127.0.0.1:3250/datasets"


class TestLog:
    def test_describes_a_channel(self) -> None:
        assert lw.log(CHANNEL).spec() == {
            "version": 1,
            "view": "log",
            "sources": [{"role": "value", "address": CHANNEL}],
            "options": {},
        }
        assert lw.log(CHANNEL) == lw.view("log", CHANNEL)

    def test_takes_a_log_input(self) -> None:
        assert lw.log("demo+sipyco+log:///").sources == (("value", "demo+sipyco+log:///"),)

    def test_takes_filters(self) -> None:
        view = lw.log(CHANNEL, level="ERROR", source="worker(7,scan.py)", filter="ion", title="Lab")
        assert view.options == {
            "level": "ERROR",
            "source": "worker(7,scan.py)",
            "filter": "ion",
            "title": "Lab",
        }

    @pytest.mark.parametrize("level", ["warning", "WARNING", logging.WARNING, 30])
    def test_takes_a_level_as_python_has_it(self, level: Any) -> None:
        assert lw.log(CHANNEL, level=level).options == {"level": "WARNING"}

    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (
                lambda: lw.log(LAB),
                ValueError,
                "view='log' shows sipyco+broadcast:// or sipyco+log://, not sipyco+sync://",
            ),
            (
                lambda: lw.log("sipyco+broadcast://127.0.0.1"),
                ValueError,
                "address 'sipyco+broadcast://127.0.0.1' does not say what to watch: add a channel",
            ),
            (
                lambda: lw.log(CHANNEL, level="LOUD"),
                ValueError,
                "level is 'CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG' or 'TRACE', not 'LOUD'",
            ),
            (
                lambda: lw.log(CHANNEL, level=31),
                ValueError,
                "level is 'CRITICAL', 'ERROR', 'WARNING', 'INFO', 'DEBUG' or 'TRACE', not 31",
            ),
            (
                lambda: lw.log(CHANNEL, min=0),
                ValueError,
                "min has no meaning for view='log': the options are title, height, filter, level",
            ),
            (
                lambda: lw.view("number", CHANNEL),
                ValueError,
                "view='number' shows sipyco+sync://, not sipyco+broadcast://",
            ),
        ],
    )
    def test_says_what_is_wrong(self, call: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error) as caught:
            call()
        assert str(caught.value).startswith(message)


class TestProgress:
    def test_describes_a_dataset(self) -> None:
        assert lw.progress(LAB, "progress").spec() == {
            "version": 1,
            "view": "progress",
            "sources": [{"role": "value", "address": f"{LAB}#progress"}],
            "options": {},
        }
        assert lw.progress(f"{LAB}#progress") == lw.dataset(LAB, "progress", view="progress")

    def test_takes_its_ends(self) -> None:
        assert lw.progress(LAB, "n", min=-5, max=250).options == {"min": -5, "max": 250}

    @pytest.mark.parametrize(
        ("call", "error", "message"),
        [
            (
                lambda: lw.progress(LAB),
                ValueError,
                "a progress bar needs a key: which dataset says how far it is?",
            ),
            (
                lambda: lw.progress(LAB, "n", min=100),
                ValueError,
                "min is a number below max, 100, not 100",
            ),
            (
                lambda: lw.progress(LAB, "n", max=1.5),  # type: ignore[arg-type]
                TypeError,
                "max is an int from",
            ),
            (
                lambda: lw.progress(CHANNEL),
                ValueError,
                "view='progress' shows sipyco+sync://, not sipyco+broadcast://",
            ),
        ],
    )
    def test_says_what_is_wrong(self, call: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error) as caught:
            call()
        assert str(caught.value).startswith(message)


def test_examples_of_the_documentation_are_true() -> None:
    assert doctest.testmod(logs, extraglobs={"lw": lw}) == (0, 2)
