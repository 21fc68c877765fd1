"""What Python prints of random values: `python pprint_values.py SEED COUNT`.

Prints COUNT lines of JSON: `value` in the exact JSON form of vectors/sipyco/README.md, and `text`,
what `pprint.pformat` makes of it (for an array: numpy's repr). Sets with texts in them are sorted
on one line too: the order of their hashes changes with every run.
"""

from __future__ import annotations

import base64
import json
import math
import pprint
import random
import struct
import sys
import warnings
from collections import OrderedDict
from fractions import Fraction
from typing import Any

import numpy as np

Tree = dict[str, Any]


def double_bits(x: float) -> str:
    """The sixteen hex digits of a float, "nan" for any NaN."""
    return "nan" if math.isnan(x) else struct.pack(">d", x).hex()


def tree(value: Any) -> Tree:
    """`value` in the exact JSON form."""
    if value is None:
        return {"t": "none"}
    if isinstance(value, (np.ndarray, np.generic)):
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        if isinstance(value, np.ndarray):
            return {
                "t": "ndarray",
                "dtype": value.dtype.str,
                "shape": list(value.shape),
                "b": data,
            }
        return {"t": "npscalar", "dtype": value.dtype.str, "b": data}
    if isinstance(value, bool):
        return {"t": "bool", "v": value}
    if isinstance(value, int):
        return {"t": "int", "v": str(value)}
    if isinstance(value, float):
        return {"t": "float", "bits": double_bits(value)}
    if isinstance(value, complex):
        return {"t": "complex", "re": double_bits(value.real), "im": double_bits(value.imag)}
    if isinstance(value, str):
        return {"t": "str", "v": value}
    if isinstance(value, bytes):
        return {"t": "bytes", "b": base64.b64encode(value).decode()}
    if isinstance(value, Fraction):
        return {"t": "fraction", "n": str(value.numerator), "d": str(value.denominator)}
    if isinstance(value, slice):
        return {"t": "slice", "v": [tree(value.start), tree(value.stop), tree(value.step)]}
    if isinstance(value, dict):
        name = "odict" if isinstance(value, OrderedDict) else "dict"
        return {"t": name, "v": [[tree(k), tree(v)] for k, v in value.items()]}
    if isinstance(value, (list, tuple, set)):
        return {"t": type(value).__name__, "v": [tree(item) for item in value]}
    raise TypeError(type(value))


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


WORDS = [
    "a",
    "laser",
    "MHz",
    "unlocked at",
    "µ",
    "d\u00e9rive",
    "\n",
    "\t",
    "  ",
    "it's",
    '"q"',
    "\\",
]
WORDS += [
    "\U0001f600",
    "\u2028",
    "\x85",
    "\xa0",
    "\x00",
    "\x1c",
    "\r\n",
    "_" * 30,
    "0123456789" * 9,
]
DTYPES = ["|b1", "|i1", "|u1", "<i2", ">i2", "<i4", ">u4", "<i8", "<u8", "<f2", ">f2", "<f4", ">f4"]
DTYPES += ["<f8", "<f8", "<f8", ">f8", "<c8", "<c16", "<c16", "<f16", "<c32", "<U3", ">U5", "|S4"]
DTYPES += ["|V3", "<M8[D]", "<M8[ns]", "<M8[M]", "<m8[ms]", "<m8", "<U20"]


def settled(members: set[Any]) -> set[Any]:
    """`members` in an order that stays when they are added to a new set in it; else few of them."""
    for _ in range(10):
        order = list(members)
        again = set(order)
        if all(a is b for a, b in zip(again, order, strict=True)):
            return again
        members = again
    return {0, 1}


class Values:
    """Random values, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def float(self) -> float:
        pick = self.random.random()
        if pick < 0.25:
            return self.random.choice([0.0, -0.0, 1.0, -1.5, 0.1, 1e6, 21.5, 1e-4, 100.0, 2.0**-9])
        if pick < 0.35:
            return self.random.choice([math.nan, math.inf, -math.inf])
        if pick < 0.5:
            return round(self.random.uniform(-1000, 1000), self.random.randint(0, 4))
        if pick < 0.6:
            return math.ldexp(1.0, self.random.randint(-60, 60))
        if pick < 0.7:
            return math.ldexp(self.random.randint(1, 99999), self.random.randint(-30, 0))
        return self.random.gauss(0, 1) * 10.0 ** self.random.randint(-12, 12)

    def text(self) -> str:
        return " ".join(self.random.choice(WORDS) for _ in range(self.random.randint(0, 14)))

    def bytes(self) -> bytes:
        return self.random.randbytes(self.random.choice([0, 1, 4, 5, 17, 60]))

    def scalar(self) -> Any:
        pick = self.random.randint(0, 11)
        if pick == 0:
            return self.random.choice([None, True, False])
        if pick <= 2:
            return self.random.randint(-1000, 1000)
        if pick == 3:
            return self.random.randint(-(10**30), 10**30)
        if pick <= 5:
            return self.float()
        if pick == 6:
            return complex(self.float(), self.float())
        if pick <= 8:
            return self.text()
        if pick == 9:
            return self.bytes()
        if pick == 10:
            return Fraction(self.random.randint(-9, 9), self.random.randint(1, 9))
        dtype = np.dtype(self.random.choice(["<i4", "|u1", "<f4", "<f2", "|b1", "<c8", "<f8"]))
        return self.elements(dtype, 1)[0]

    def number(self) -> Any:
        pick = self.random.randint(0, 9)
        if pick <= 4:
            return self.random.randint(-20, 200)
        if pick == 5:
            return self.random.randint(-(10**30), 10**30)
        if pick <= 7:
            return self.random.choice([0.5, -2.25, 1e9, math.inf, -math.inf, 0.1, 1e300, -1.0])
        return Fraction(self.random.randint(-9, 9), self.random.randint(1, 9))

    def key(self) -> Any:
        pick = self.random.randint(0, 9)
        if pick <= 4:
            return self.random.choice(["a", "b", "temps", "locked", "z\U0001f600", "\uffff", "key"])
        if pick <= 6:
            return self.random.randint(-5, 30)
        if pick == 7:
            return self.random.choice([0.5, -2.25, 1e9])
        if pick == 8:
            return self.random.choice([None, b"x", b"", True])
        return (self.random.randint(0, 3), self.random.choice(["p", "q"]))

    def elements(self, dtype: np.dtype[Any], count: int) -> np.ndarray[Any, Any]:
        if dtype.kind in "fc":
            few = [self.float() for _ in range(3)]
            plain = self.chance(0.5)

            def real() -> float:
                if plain:
                    return round(self.random.uniform(-99, 99), 3)
                return self.random.choice(few) if self.chance(0.3) else self.float()

            if dtype.kind == "c":
                return np.array([complex(real(), real()) for _ in range(count)]).astype(dtype)
            return np.array([real() for _ in range(count)], "<f8").astype(dtype)
        if dtype.kind == "U":
            words = [
                self.random.choice(["", "a", "xyz", "it's", "\U0001f600"]) for _ in range(count)
            ]
            return np.array(words, dtype)
        if dtype.kind in "SV":
            return np.array([self.random.randbytes(3) for _ in range(count)], dtype)
        if dtype.kind in "Mm":
            ticks = [self.random.randint(-1000, 30000) for _ in range(count)]
            if self.chance(0.3) and ticks:
                ticks[0] = -(2**63)
            return np.array(ticks, "<i8").astype(dtype)
        size = self.random.choice([1, 100, 10**5, 2**62])
        numbers = [self.random.randint(-size, size) for _ in range(count)]
        return np.array(numbers, "<i8").astype(dtype)

    def array(self) -> np.ndarray[Any, Any]:
        dtype = np.dtype(self.random.choice(DTYPES))
        pick = self.random.random()
        shape: tuple[int, ...]
        if pick < 0.08:
            shape = ()
        elif pick < 0.16:
            shape = self.random.choice([(0,), (0, 3), (2, 0), (1, 0, 2)])
        elif pick < 0.24:
            shape = self.random.choice([(1001,), (40, 30), (11, 10, 10), (4, 400), (1500, 2)])
        elif pick < 0.6:
            shape = (self.random.randint(1, 40),)
        else:
            shape = tuple(self.random.randint(1, 5) for _ in range(self.random.randint(2, 4)))
        array = self.elements(dtype, math.prod(shape)).reshape(shape)
        if array.ndim > 1 and self.chance(0.2):
            array = array.T
        return array

    def value(self, depth: int = 3) -> Any:
        pick = self.random.random()
        if depth == 0 or pick < 0.3:
            return self.scalar()
        if pick < 0.35:
            return self.array()
        count = self.random.choice([0, 1, 2, 3, 5, 9, 30])
        if pick < 0.5:
            return [self.value(depth - 1) for _ in range(count)]
        if pick < 0.62:
            return tuple(self.value(depth - 1) for _ in range(count))
        if pick < 0.72:
            member = self.key if self.chance(0.5) else self.number
            return settled({member() for _ in range(count)})
        if pick < 0.76:
            return OrderedDict((self.key(), self.value(depth - 1)) for _ in range(count))
        return {self.key(): self.value(depth - 1) for _ in range(count)}


def main() -> None:
    values = Values(int(sys.argv[1]))
    warnings.simplefilter("ignore")
    printer = SortedSets()
    for number in range(int(sys.argv[2])):
        value = values.array() if number % 2 else values.value()
        print(json.dumps({"value": tree(value), "text": printer.pformat(value)}))


if __name__ == "__main__":
    main()
