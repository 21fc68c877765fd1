"""numpy's own answers to random indexing: `python numpy_index.py SEED COUNT`.

Prints COUNT lines of JSON. Each is one case: an array, the view of it that `path` names, a key, and
either what reading that key gives (`got`, and whether it shares memory with the array) or what
assigning `value` to it leaves in the array (`result`); with `error`, the class of the exception.
Values are in the exact JSON form of vectors/sipyco/README.md.

Left out, because numpy's answer depends on the processor or its fast paths: floats outside the
range of an integer array, what lies in the padding of a long double (printed as zeros), an array of
texts assigned to nothing (whether it is read at all).
"""

from __future__ import annotations

import base64
import json
import math
import random
import struct
import sys
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

Tree = dict[str, Any]

DTYPES = ["|b1", "|i1", "|u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", "<u8", ">u8"]
DTYPES += ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<f16", "<c8", "<c16", ">c16"]
TEXT_DTYPES = ["<U1", "<U4", ">U3", "|S1", "|S4", "|V3", "<M8[D]", "<M8[ns]", "<m8[s]", "<M8[M]"]
TEXTS = ["7", "-3", " 12 ", "1_0", "1.5", "1e2", "abc", "", "nan", "inf", "1+2j"]
TEXTS += ["2001-02-03", "NaT"]


def double_bits(x: float) -> str:
    """The sixteen hex digits of a float, "nan" for any NaN."""
    return "nan" if math.isnan(x) else struct.pack(">d", x).hex()


def array_bytes(array: np.ndarray[Any, Any]) -> bytes:
    """The elements in C order, long doubles with clean padding."""
    data = bytearray(np.ascontiguousarray(array).tobytes())
    if array.dtype.char == "g":
        for start in range(10, len(data), 16):
            data[start : start + 6] = bytes(6)
    return bytes(data)


def tree(value: Any) -> Tree:
    """`value` in the exact JSON form."""
    if value is None:
        return {"t": "none"}
    if isinstance(value, np.ndarray):
        encoded = base64.b64encode(array_bytes(value)).decode()
        return {"t": "ndarray", "dtype": value.dtype.str, "shape": list(value.shape), "b": encoded}
    if isinstance(value, np.generic):
        data = array_bytes(np.asarray(value)) if value.dtype.itemsize else b""
        encoded = base64.b64encode(data).decode()
        return {"t": "npscalar", "dtype": value.dtype.str, "b": encoded}
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
        return {"t": "dict", "v": [[tree(k), tree(v)] for k, v in value.items()]}
    if isinstance(value, (list, tuple)):
        return {"t": type(value).__name__, "v": [tree(item) for item in value]}
    raise TypeError(type(value))


class Cases:
    """Random cases, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def shape(self, most: int = 3) -> tuple[int, ...]:
        return tuple(
            self.random.choice([0, 1, 2, 3, 3, 4]) for _ in range(self.random.randint(0, most))
        )

    def number(self) -> int:
        """Small enough for every dtype, mostly."""
        return self.random.choice([0, 1, 2, 5, 7, 100, -1, -3, 60]) if self.chance(0.9) else 300

    def array(self, dtype: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
        count = math.prod(shape)
        kind = np.dtype(dtype).kind
        if kind == "U":
            values: Any = [
                self.random.choice(["a", "7", "xy", "", "-12", "é"]) for _ in range(count)
            ]
        elif kind in "SV":
            values = [self.random.choice([b"a", b"7", b"xy", b"", b"-1"]) for _ in range(count)]
        elif kind in "fc":
            values = [self.number() + self.random.choice([0, 0.5, 0.25]) for _ in range(count)]
        elif kind in "Mm":
            values = [self.random.randint(-1000, 20000) for _ in range(count)]
            return np.array(values, "<i8").astype(dtype).reshape(shape)
        else:
            values = [self.number() for _ in range(count)]
            return np.array(values, "<i8").astype(dtype).reshape(shape)
        return np.array(values, dtype).reshape(shape)

    def slice(self, length: int) -> slice:
        def bound() -> int | None:
            return None if self.chance(0.4) else self.random.randint(-length - 1, length + 1)

        return slice(bound(), bound(), self.random.choice([None, None, 1, 2, -1, -2, 3]))

    def integer(self, length: int) -> Any:
        low, high = (
            (-length, length - 1) if length > 0 and self.chance(0.95) else (-length - 2, length + 1)
        )
        value = self.random.randint(low, high)
        wrapped: list[Any] = [value, value, value, np.int64(value), np.int8(value), np.array(value)]
        return self.random.choice(wrapped)

    def fancy(self, length: int, shape: tuple[int, ...]) -> Any:
        if length == 0:
            return np.zeros((0,), "<i8") if self.chance(0.5) else []
        values = np.array(
            [self.random.randint(-length, length - 1) for _ in range(math.prod(shape))], "<i8"
        )
        array = values.reshape(shape)
        if self.chance(0.1) and array.size > 0:
            array.flat[0] = length
        return (
            array.tolist()
            if self.chance(0.4) and array.ndim > 0
            else array.astype(self.dtype_of("iu", array))
        )

    def dtype_of(self, kinds: str, array: np.ndarray[Any, Any]) -> str:
        signed = bool((array < 0).any()) if array.size else True
        return self.random.choice(
            ["<i8", "<i2", ">i4", "|i1"] if signed or "u" not in kinds else ["|u1", "<u8"]
        )

    def key(self, shape: tuple[int, ...]) -> Any:
        """A key for an array of `shape`, most of the time a good one."""
        if self.chance(0.03):
            return self.random.choice(
                ["a", 1.5, b"x", {}, np.float32(1), 2**70, np.array([1.5]), slice(1.5), [1.0]]
            )
        if self.chance(0.05):
            return np.array([self.chance(0.5) for _ in range(math.prod(shape))], "|b1").reshape(
                shape
            )
        picked = self.random.choice([(2,), (3,), (1,), (2, 1), (), (2, 2)])
        parts: list[Any] = []
        axis = 0
        while axis < len(shape) and self.chance(0.8):
            length = shape[axis]
            choice = self.random.random()
            if choice < 0.3:
                parts.append(self.integer(length))
            elif choice < 0.65:
                parts.append(self.slice(length))
            elif choice < 0.72:
                parts.append(None)
                continue
            elif choice < 0.76:
                parts.append(self.random.choice([True, False, np.True_, np.False_]))
                continue
            elif choice < 0.9:
                parts.append(self.fancy(length, picked))
            elif axis + 1 < len(shape) and self.chance(0.3):
                cut = shape[axis : axis + 2]
                parts.append(
                    np.array([self.chance(0.5) for _ in range(math.prod(cut))], "|b1").reshape(cut)
                )
                axis += 1
            else:
                mask = [
                    self.chance(0.5) for _ in range(length if self.chance(0.95) else length + 1)
                ]
                parts.append(mask if self.chance(0.5) and mask else np.array(mask, "|b1"))
            axis += 1
        if self.chance(0.02):
            parts.append(0)
        return parts[0] if len(parts) == 1 and self.chance(0.7) else tuple(parts)

    def scalar(self, dtype: np.dtype[Any]) -> Any:
        number = self.number()
        plain: list[Any] = [
            number,
            number,
            float(number),
            number + 0.5,
            True,
            False,
            None,
            complex(number, 1),
        ]
        plain += [
            Fraction(number, 4),
            self.random.choice(TEXTS),
            self.random.choice(TEXTS).encode(),
            {},
            2**63,
            2**70,
        ]
        if self.chance(0.6):
            return self.random.choice(plain)
        return self.array(self.random.choice(DTYPES + TEXT_DTYPES[:6]), ()).copy()[()]

    def value(self, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Any:
        """Something for a place of `shape`: a scalar, a list, an array to be broadcast."""
        if self.chance(0.3):
            return self.scalar(dtype)
        own = list(shape)
        for axis in range(len(own)):
            if self.chance(0.15):
                own[axis] = 1
        if self.chance(0.3):
            own = own[self.random.randint(0, len(own)) :]
        if self.chance(0.07):
            own = [*own, 2] if self.chance(0.5) else [1, *own]
        if self.chance(0.6):
            return self.nested(
                tuple(own), lambda: self.scalar(dtype) if self.chance(0.1) else self.number()
            )
        texts = TEXT_DTYPES if math.prod(shape) > 0 else []
        source = self.random.choice([*DTYPES, dtype.str, dtype.str, *texts])
        return self.array(source, tuple(own))

    def nested(self, shape: tuple[int, ...], leaf: Callable[[], Any]) -> Any:
        """Lists and tuples of `shape`, an array among them now and then."""
        if not shape:
            return leaf()
        if self.chance(0.1):
            return self.array(self.random.choice(DTYPES), shape)
        make = list if self.chance(0.8) else tuple
        return make(self.nested(shape[1:], leaf) for _ in range(shape[0]))

    def case(self) -> Tree:
        dtype = self.random.choice(DTYPES if self.chance(0.8) else TEXT_DTYPES)
        array = self.array(dtype, self.shape())
        path = tuple(self.slice(length) for length in array.shape) if self.chance(0.4) else ()
        view = array[path] if path else array
        key = self.key(view.shape)
        line: Tree = {"array": tree(array), "path": tree(path), "key": tree(key)}
        if self.chance(0.35):
            try:
                got = view[key]
            except Exception as error:
                return {**line, "error": type(error).__name__, "message": str(error)}
            shared = (
                isinstance(got, np.ndarray) and got.size > 0 and bool(np.shares_memory(got, array))
            )
            return {**line, "got": tree(got), "shared": shared}
        try:
            target = view[key].shape
        except Exception:
            target = self.shape(1)
        value = self.value(array.dtype, target)
        line["value"] = tree(value)
        try:
            view[key] = value
        except Exception as error:
            line["error"] = type(error).__name__
            line["message"] = str(error)
        return {**line, "result": tree(array)}


def main() -> None:
    warnings.simplefilter("ignore")
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    cases = Cases(seed)
    for _ in range(count):
        sys.stdout.write(json.dumps(cases.case()) + "\n")


if __name__ == "__main__":
    main()
