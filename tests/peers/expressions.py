"""What Python makes of random expressions: `python expressions.py SEED COUNT`.

Prints COUNT lines of JSON: `text`, an expression as `sipyco_rpctool call` takes it, and either
`shown`, what `pprint.pformat` makes of its value, or `error`, the class of the exception.
"""

from __future__ import annotations

import json
import pprint
import random
import sys
import warnings
from fractions import Fraction

import numpy as np

NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "10",
    "255",
    "1_000",
    "0x1f",
    "0b101",
    "0o17",
    "12345678901234567890",
]
FLOATS = ["0.0", "1.0", "0.5", "2.5", "-0.0", "1e3", "1e-3", ".25", "3.", "1e300", "1e-300", "1e22"]
OTHERS = ["1j", "2.5j", "0j", "True", "False", "np.pi", "np.inf", "np.nan", "np.e", "float('inf')"]
TEXTS = [
    "''",
    "'a'",
    '"it\'s"',
    "'a' 'b'",
    "b'x'",
    "r'\\n'",
    "'\\x41\\u00b5'",
    "None",
    "'''t'''",
    "u'u'",
]
DTYPES = ["float", "int", "bool", "complex", "np.float32", "np.int8", "np.uint16", "'<f4'", "'>i2'"]
DTYPES += ["np.complex64", "np.int64", "np.float16", "np.uint64", "np.bool_", "'i4'"]


def has_fixed_hash(value: object) -> bool:
    """Does `value` have the same hash in every process?"""
    return isinstance(value, (int, float, complex, Fraction)) and value == value


class SortedSets(pprint.PrettyPrinter):
    """pprint, with sets in order whose hashes are others in every process."""

    def format(
        self, object: object, context: dict[int, int], maxlevels: int, level: int
    ) -> tuple[str, bool, bool]:
        if type(object) is set and object and not all(map(has_fixed_hash, object)):
            key = pprint._safe_key  # type: ignore[attr-defined]
            members = sorted(object, key=key)
            return "{" + ", ".join(map(repr, members)) + "}", True, False
        return super().format(object, context, maxlevels, level)


class Texts:
    """Random expressions, the same for the same seed.

    Members of sets are numbers: the order of others changes with every run.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def blank(self) -> str:
        return self.random.choice(["", "", "", " ", "  "])

    def number(self, depth: int = 2) -> str:
        pick = self.random.random()
        if depth == 0 or pick < 0.3:
            return self.random.choice(self.random.choice([NUMBERS, NUMBERS, FLOATS, OTHERS]))
        if pick < 0.75:
            operator = self.random.choice(["+", "-", "*", "/", "//", "%", "+", "-", "*"])
            left, right = self.number(depth - 1), self.number(depth - 1)
            return f"{left}{self.blank()}{operator}{self.blank()}{right}"
        if pick < 0.85:
            return f"({self.number(depth - 1)})"
        if pick < 0.92:
            return self.random.choice(["-", "+", "- "]) + self.number(depth - 1)
        power = self.random.choice(["2", "0", "-1", "3", "10", "-2"])
        return f"{self.random.choice(NUMBERS[:8])}**{power}"

    def integer(self) -> str:
        return self.random.choice(["0", "1", "2", "3", "5", "12", "-1", "1.5", "True"])

    def items(self, depth: int) -> str:
        count = self.random.choice([0, 1, 2, 3, 6])
        comma = "," if count and self.chance(0.2) else ""
        return (self.blank() + ", ").join(self.value(depth) for _ in range(count)) + comma

    def list(self, depth: int) -> str:
        """A nested list of numbers, not always a rectangle."""
        if depth == 0:
            return self.number(1) if self.chance(0.8) else self.random.choice(["1", "2.5", "True"])
        count = self.random.choice([0, 1, 2, 2, 2, 3])
        items = ", ".join(self.list(depth - 1) for _ in range(count))
        return f"[{items}]" if self.chance(0.8) or count == 1 else f"({items})"

    def shape(self) -> str:
        return self.random.choice(["3", "(2, 2)", "[2]", "()", "0", "(2, 0)", "-1", "1.5", "(12,)"])

    def dtype(self) -> str:
        if self.chance(0.6):
            return ""
        return ", " + self.random.choice(["dtype=", "dtype=", ""]) + self.random.choice(DTYPES)

    def array(self) -> str:
        pick = self.random.randint(0, 8)
        if pick <= 1:
            return f"np.array({self.list(self.random.randint(0, 3))}{self.dtype()})"
        if pick == 2:
            return f"np.{self.random.choice(['zeros', 'ones'])}({self.shape()}{self.dtype()})"
        if pick == 3:
            value = self.random.choice(NUMBERS[:-1] + FLOATS + OTHERS)
            return f"np.full({self.shape()}, {value}{self.dtype()})"
        if pick == 4:
            return f"np.eye({self.random.choice(['2', '3', '2, 3', '3, k=1', '3, 2, -1', '0'])})"
        if pick == 5:
            ends = self.random.choice(["5", "0, 1", "1, 10, 3", "0, 1, 0.1", "5, 0, -1", "3, 3"])
            return f"np.arange({ends})"
        if pick == 6:
            low, high = self.random.choice(FLOATS[:8]), self.random.choice(NUMBERS[:8])
            more = self.random.choice(
                ["", ", 5", ", 2", ", num=3", ", 1", ", 0", ", 4, endpoint=False"]
            )
            return f"np.linspace({low}, {high}{more})"
        kind = self.random.choice(
            ["int8", "uint8", "int32", "int64", "float32", "float64", "float16"]
        )
        kind = self.random.choice([kind, kind, "complex64", "bool_", "complex128", "uint64"])
        return f"np.{kind}({self.number(0)})"

    def builtin(self, depth: int) -> str:
        pick = self.random.randint(0, 5)
        if pick == 0:
            arguments = ", ".join(self.integer() for _ in range(self.random.randint(1, 3)))
            return f"{self.random.choice(['list', 'tuple', 'set', 'len'])}(range({arguments}))"
        if pick == 1:
            text = self.random.choice(["'1.5'", "'nan'", "' 12 '", "'x'", "'1_0'", "'-inf'", "''"])
            return f"{self.random.choice(['float', 'int', 'complex'])}({text})"
        if pick == 2:
            return f"{self.random.choice(['float', 'int', 'complex', 'bool'])}({self.number(1)})"
        if pick == 3:
            return f"complex({self.number(0)}, {self.number(0)})"
        if pick == 4:
            return f"dict(a={self.value(depth)}, b=1)"
        values = self.random.choice([self.number(1), f"[{self.items(depth)}]", self.array()])
        return f"{self.random.choice(['list', 'tuple', 'len', 'bool'])}({values})"

    def value(self, depth: int) -> str:
        pick = self.random.random()
        if depth == 0 or pick < 0.35:
            return self.number()
        if pick < 0.45:
            return self.random.choice(TEXTS)
        if pick < 0.65:
            return self.array()
        if pick < 0.75:
            return self.builtin(depth - 1)
        if pick < 0.83:
            return f"[{self.items(depth - 1)}]"
        if pick < 0.91:
            return f"({self.items(depth - 1)})"
        if pick < 0.95:
            members = [
                self.random.choice(NUMBERS + FLOATS) for _ in range(self.random.choice([1, 2, 5]))
            ]
            # Of more than two constants CPython makes its set twice, which changes the order.
            text = ", ".join(members)
            return f"set([{text}])" if len(members) > 2 else f"{{{text}}}"
        pairs = [f"{self.random.choice(TEXTS)}: {self.value(depth - 1)}" for _ in range(2)]
        return "{" + ", ".join(pairs) + "}"


def main() -> None:
    texts = Texts(int(sys.argv[1]))
    warnings.simplefilter("ignore")
    printer = SortedSets()
    for _ in range(int(sys.argv[2])):
        text = texts.value(3)
        line = {"text": text}
        try:
            line["shown"] = printer.pformat(eval(text, {"np": np}))
        except Exception as error:
            line["error"] = type(error).__name__
            line["message"] = str(error)
        print(json.dumps(line))


if __name__ == "__main__":
    main()
