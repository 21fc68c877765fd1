"""lw.rpc: what it describes, what it refuses, and that the page reads it in the same way."""

from __future__ import annotations

import ast
import math
from typing import Any

import pytest

import labwire as lw
from labwire.rpc import MIME_TYPE
from tests.helper.test_address import node

SIGGEN = "demo+sipyco+rpc:///siggen"

VALUES: list[Any] = [
    None,
    True,
    0,
    -(2**70),
    1e6,
    -0.0,
    1e-300,
    1 + 2j,
    -1j,
    [complex(1.5, -2), {-0j}],
    "it's",
    "both ' and \"",
    "µ\n\t\\ \u2028 \U0001f600",
    b"\x00\xff'",
    [],
    (),
    (1,),
    {},
    {"a": [1, (2.5, None)], ("k", 1): {3}},
]

READ = """
import { readFileSync } from 'node:fs';
import { parseRpcSpec } from './lib/models/callformspec.js';
import { checkLiteral } from './lib/hub/remoteliteral.js';
const specs = JSON.parse(readFileSync(0, 'utf8'));
const says = text => {
  const check = checkLiteral(text);
  return check.pyType ?? check.fault.message;
};
console.log(JSON.stringify(specs.map(json => {
  const { address, method, args, kwargs } = parseRpcSpec(json);
  return [address, method, args.map(says), kwargs.map(([name, text]) => [name, says(text)])];
})));
"""


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_arguments_travel_as_literals(value: Any) -> None:
    call = lw.rpc(SIGGEN, "set", [value], {"value": value})
    for text in (call.args[0], call.kwargs["value"]):
        read = ast.literal_eval(text)
        assert repr(read) == repr(value)
        assert type(read) is type(value)


def test_the_page_reads_what_is_described() -> None:
    values = [*VALUES, math.nan, -math.inf]
    specs = [lw.rpc(SIGGEN).spec(), lw.rpc(SIGGEN, "set", values, {"a b": 1.0, "π": "x"}).spec()]
    bare, call = node(READ, specs)
    assert bare == [SIGGEN, None, [], []]
    assert call[:2] == [SIGGEN, "set"]
    assert call[3] == [["a b", "float"], ["π", "str"]]
    names = [text.split(" ")[0].split("[")[0] for text in call[2]]
    assert names == ["None", *(type(value).__name__ for value in values[1:])]


def test_describes_a_call() -> None:
    call = lw.rpc(f"  {SIGGEN} ", method="set_power", args=(0,), kwargs={"power": -3.5})
    text = f"<Labwire call of set_power(0, power=-3.5) at {SIGGEN}, not sent>"
    assert repr(call) == text
    assert call._repr_mimebundle_() == {
        MIME_TYPE: {
            "version": 1,
            "address": SIGGEN,
            "method": "set_power",
            "args": ["0"],
            "kwargs": {"power": "-3.5"},
        },
        "text/plain": text,
    }
    assert call._repr_mimebundle_(include=["text/plain"]) == {"text/plain": text}
    assert call == lw.rpc(SIGGEN, "set_power", [0], {"power": -3.5})
    assert call != lw.rpc(SIGGEN, "set_power", [0], {"power": -3})


class Loud(float):
    def __repr__(self) -> str:
        return "__import__('os').abort()"


REFUSED: list[tuple[Any, type[Exception], str]] = [
    (Loud(1.0), TypeError, "args[0] is a Loud, which has no literal: a form takes numbers,"),
    (object(), TypeError, "args[0] is a object, which has no literal"),
    ([1, {"a": print}], TypeError, "args[0][1]['a'] is a builtin_function_or_method, which"),
    (set(), TypeError, "args[0] is an empty set, which has no literal"),
    (frozenset({1}), TypeError, "args[0] is a frozenset, which has no literal"),
]


@pytest.mark.parametrize(("value", "error", "message"), REFUSED)
def test_refuses_what_has_no_literal(value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        lw.rpc(SIGGEN, "set", [value])
    assert str(caught.value).startswith(message)


def test_refuses_numpy_with_a_way_out() -> None:
    numpy = pytest.importorskip("numpy")
    with pytest.raises(TypeError) as caught:
        lw.rpc(SIGGEN, "set", [numpy.zeros(3)])
    assert str(caught.value) == (
        "args[0] is a numpy.ndarray, which has no literal: write .tolist() behind it if the "
        "method takes a list, or call the method from Python with sipyco"
    )
    with pytest.raises(TypeError, match=r"is a numpy\.float64: write \.item\(\) behind it"):
        lw.rpc(SIGGEN, "set", [numpy.float64(1)])


def test_refuses_a_value_that_holds_itself() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="nested deeper than 100 levels"):
        lw.rpc(SIGGEN, "set", [loop])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"address": "sipyco+sync://lab/datasets"}, ValueError, "starts with sipyco\\+rpc://"),
        ({"address": f"{SIGGEN}#a"}, ValueError, "has nothing after '#'"),
        ({"address": 5}, TypeError, "an address is a str"),
        ({"method": 5}, TypeError, "method is a str, not int: 5"),
        ({"method": ""}, ValueError, "not an empty text"),
        ({"method": "x" * 1001}, ValueError, "method has at most 1000 characters, not 1001"),
        ({"method": "\ud800"}, ValueError, "half of a surrogate pair"),
        ({"method": "set", "kwargs": {"x" * 1001: 1}}, ValueError, "a name in kwargs has at most"),
        ({"method": "set", "args": [complex("inf")]}, ValueError, r"args\[0\] has \(inf\+0j\) in"),
        ({"method": "set", "args": [10**5000]}, ValueError, r"args\[0\] has an int with too many"),
        ({"args": [1]}, ValueError, "which one takes them"),
        ({"method": "set", "args": "ab"}, TypeError, r"args is a list of values.*\['ab'\]\?"),
        ({"method": "set", "args": 5}, TypeError, r"args is a list of values, not int: \[5\]\?"),
        ({"method": "set", "kwargs": 5}, TypeError, "kwargs is a dict of names and values, not i"),
        ({"method": "set", "kwargs": [("a", 1)]}, TypeError, "kwargs is a dict .*, not list: "),
        ({"method": "set", "kwargs": {1: 2}}, TypeError, "a name in kwargs is a str, not 1"),
        ({"method": "set", "args": [0] * 256}, ValueError, "at most 255 arguments, not 256"),
        ({"method": "set", "args": ["x" * 10**6]}, ValueError, "not 1000002"),
    ],
)
def test_refuses(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        lw.rpc(**{"address": SIGGEN, **arguments})
