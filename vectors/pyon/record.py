"""What Python itself makes of PYON texts: `python record.py` (CPython 3.11, numpy 2.4.6).

The peers are CPython and numpy, which do the reading in SiPyCo: ``json.loads`` with an
``object_hook`` for version 2, ``eval`` with few names and no builtins for version 1, and
``numpy.dtype``. SiPyCo's own part, which name calls which function, is written here anew.

Reads the texts of ``texts_v1.txt`` and ``texts_v2.txt`` (one a line, U+23CE for a new line) and
mutates them. Writes ``v1.jsonl``, ``v2.jsonl`` and ``dtypes.jsonl`` beside itself; README.md has
the form.
"""

from __future__ import annotations

import ast
import base64
import json
import math
import random
import struct
import sys
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
SEED = 20260
MUTANTS = 400

Tree = dict[str, Any]


# ---- Values as trees ---------------------------------------------------------------------------


def float_bits(x: float) -> str:
    return "nan" if math.isnan(x) else struct.pack(">d", x).hex()


def base64_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def numpy_tree(kind: str, x: Any) -> Tree:
    tree: Tree = {"t": kind, "dtype": x.dtype.str, "b": base64_text(x.tobytes())}
    if kind == "ndarray":
        tree["shape"] = list(x.shape)
    if x.dtype.fields:
        tree["descr"] = json.loads(json.dumps(x.dtype.descr))
    return tree


def text_tree(x: str) -> Tree:
    points = [ord(c) for c in x]
    if any(0xD800 <= p < 0xE000 for p in points):
        return {"t": "str", "v": x, "cp": [f"{p:x}" for p in points]}
    return {"t": "str", "v": x}


def to_tree(x: Any) -> Tree:
    kind = type(x)
    if isinstance(x, np.ndarray):
        return numpy_tree("ndarray", x)
    if isinstance(x, np.generic):
        return numpy_tree("npscalar", x)
    if x is None:
        return {"t": "none"}
    if kind is bool:
        return {"t": "bool", "v": x}
    if kind is int:
        return {"t": "int", "v": str(x)}
    if kind is float:
        return {"t": "float", "bits": float_bits(x)}
    if kind is complex:
        return {"t": "complex", "re": float_bits(x.real), "im": float_bits(x.imag)}
    if kind is str:
        return text_tree(x)
    if kind is bytes:
        return {"t": "bytes", "b": base64_text(x)}
    if kind in (list, tuple):
        return {"t": kind.__name__, "v": [to_tree(i) for i in x]}
    if kind is set:
        return {"t": "set", "v": sorted((to_tree(i) for i in x), key=json.dumps)}
    if kind is slice:
        return {"t": "slice", "v": [to_tree(i) for i in (x.start, x.stop, x.step)]}
    if kind is Fraction:
        return {"t": "fraction", "n": str(int(x.numerator)), "d": str(int(x.denominator))}
    if kind in (dict, OrderedDict):
        pairs = [[to_tree(k), to_tree(v)] for k, v in x.items()]
        return {"t": "dict" if kind is dict else "odict", "v": pairs}
    raise TypeError(f"no tree for {kind}")


# ---- The two decoders --------------------------------------------------------------------------


def nparray(shape: Any, dtype: Any, data: Any) -> Any:
    return np.frombuffer(base64.b64decode(data), dtype=np.dtype(dtype)).reshape(shape)


def npscalar(ty: Any, data: Any) -> Any:
    return np.frombuffer(base64.b64decode(data), dtype=ty)[0]


CLASSES: dict[str, Callable[..., Any]] = {
    "tuple": tuple,
    "dict": dict,
    "OrderedDict": OrderedDict,
    "set": set,
    "complex": complex,
    "bytes": base64.b64decode,
    "slice": slice,
    "Fraction": Fraction,
    "nparray": lambda shape, dtype, data: nparray(shape, dtype, data),
    "npscalar": lambda dtype, data: npscalar(dtype, data),
}
FUNCTIONS = ("slice", "Fraction", "OrderedDict", "nparray", "npscalar")
NAMES: dict[str, Any] = {
    "__builtins__": {},
    "null": None,
    "true": True,
    "false": False,
    "inf": math.inf,
    "nan": math.nan,
    "slice": slice,
    "Fraction": Fraction,
    "OrderedDict": OrderedDict,
    "nparray": nparray,
    "npscalar": npscalar,
}


def hook(pairs: dict[str, Any]) -> Any:
    if "__jsonclass__" not in pairs:
        return pairs
    name, args = pairs["__jsonclass__"]
    return CLASSES[name](*args)


class NeedsEvaluationError(Exception):
    """Legal Python that is more than a literal: a reader that evaluates nothing refuses it."""


def is_real(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id in ("inf", "nan")
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def is_imaginary(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is complex


def is_literal(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant():
            return node.value is not Ellipsis
        case ast.Name():
            return node.id in ("null", "true", "false", "inf", "nan")
        case ast.Tuple() | ast.List() | ast.Set():
            return all(is_literal(item) for item in node.elts)
        case ast.Dict():
            return all(is_literal(item) for item in [*node.keys, *node.values])
        case ast.UnaryOp(op=ast.UAdd() | ast.USub()):
            return is_real(node.operand) or is_imaginary(node.operand)
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            left = node.left
            if isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.UAdd | ast.USub):
                left = left.operand
            return is_real(left) and is_imaginary(node.right)
        case ast.Call(func=ast.Name(id=name)):
            values = [*node.args, *(k.value for k in node.keywords)]
            named = all(k.arg is not None for k in node.keywords)
            return name in FUNCTIONS and named and all(is_literal(v) for v in values)
        case _:
            return False


def decode_v1(text: str) -> Any:
    if not is_literal(ast.parse(text.lstrip(" \t"), mode="eval").body):
        raise NeedsEvaluationError
    return eval(text, dict(NAMES), {})


def decode_v2(text: str) -> Any:
    return json.loads(text, object_hook=hook)


# ---- Texts -------------------------------------------------------------------------------------

NEW_LINE = "\u23ce"  # what stands for one in the files of texts

PIECES = {
    1: [
        *"'\"\\()[]{},:=+-._01ej# ",
        *("'''", "0x", "r'", "b'", "\\x41", "\\u00e9", "\u00e9", "*", "not "),
        *("inf", "nan", "None", "null"),
        *("slice(", "Fraction(", "OrderedDict(", "nparray(", "npscalar("),
    ],
    2: [
        *'"\\{}[],:-01.e ',
        *("\\u", "\\ud83d", "\\ude00", "NaN", "Infinity", "null", "true"),
        *('"__jsonclass__":', '"tuple"', '"dict"', '"set"', '"complex"', '"bytes"'),
        *("[[1]]", '"<i2"', '"AAA="'),
    ],
}


def texts_of(version: int) -> list[str]:
    lines = (HERE / f"texts_v{version}.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace(NEW_LINE, "\n") for line in lines]


def mutants(texts: list[str], version: int, rng: random.Random) -> Iterator[str]:
    """Texts with a few pieces cut out, put in or exchanged."""
    pieces = PIECES[version]
    while True:
        text = rng.choice(texts)
        for _ in range(rng.randint(1, 3)):
            at = rng.randint(0, len(text))
            match rng.randrange(4):
                case 0:
                    text = text[:at] + text[at + rng.randint(1, 3) :]
                case 1:
                    text = text[:at] + rng.choice(pieces) + text[at:]
                case 2:
                    text = text[:at] + rng.choice(texts) + text[at:]
                case _:
                    text = text[:at] + chr(rng.randrange(32, 127)) + text[at + 1 :]
        if text and len(text) <= 120:
            yield text


def answer(text: str, decoder: Callable[[str], Any]) -> Tree:
    try:
        return {"value": to_tree(decoder(text))}
    except NeedsEvaluationError:
        return {"error": "NeedsEvaluation"}
    except (Exception, RecursionError) as error:
        return {"error": type(error).__name__}


def record(version: int, decoder: Callable[[str], Any]) -> None:
    rng = random.Random(SEED + version)
    texts = texts_of(version)
    rows = [{"text": text, **answer(text, decoder)} for text in texts]
    seen = set(texts)
    accepted = refused = 0
    for text in mutants(texts, version, rng):
        if accepted + refused == MUTANTS:
            break
        if text in seen:
            continue
        row = {"text": text, **answer(text, decoder)}
        if "value" in row and accepted < MUTANTS // 2:
            accepted += 1
        elif "error" in row and refused < MUTANTS // 2:
            refused += 1
        else:
            continue
        seen.add(text)
        rows.append(row)
    write(f"v{version}.jsonl", rows)


ATOMS = [
    *"<>=|iufcbSUVmM?dhlqgeO12480,+_x",
    *("16", "01", "(2,)", "(2)", "()", "(2,3)", "(0,)"),
    *("[ns]", "[s]", "[25s]", "[D/24]", "[h/60]", "[2W]", "[generic]", "[\u03bcs]"),
    *("M8", "m8", "datetime64", "timedelta64", "i4", "f8", "U3", "S5"),
    *("int32", "float64", "double", "str", "bytes", "void", "bool", "complex", "int8", "half"),
    *("long", "uint", "object"),
]
DTYPES = 600


def record_dtypes() -> None:
    rng = random.Random(SEED)
    rows: list[Tree] = []
    seen: set[str] = set()
    while len(rows) < DTYPES:
        name = "".join(rng.choice(ATOMS) for _ in range(rng.randint(1, 4)))
        # A lone byte order behind a comma is dropped by accident of numpy's parser.
        if name in seen or (name[-1] in "<>=|" and "," in name):
            continue
        seen.add(name)
        try:
            dtype = np.dtype(name)
        except (TypeError, ValueError, SyntaxError):
            if rng.random() < 0.3:
                rows.append({"name": name, "error": True})
            continue
        row: Tree = {"name": name, "str": dtype.str, "itemsize": dtype.itemsize}
        if dtype.fields:
            row["descr"] = json.loads(json.dumps(dtype.descr))
        axes: list[int] = []
        while dtype.subdtype is not None:
            dtype, shape = dtype.subdtype
            axes += shape
        if axes:
            row["base"], row["shape"] = dtype.str, axes
        rows.append(row)
    write("dtypes.jsonl", rows)


def write(name: str, rows: list[Tree]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (HERE / name).write_text(text, encoding="ascii")
    print(f"{name}: {len(rows)}")


def main() -> None:
    warnings.simplefilter("ignore")
    if sys.version_info[:2] != (3, 11):
        print("recorded with CPython 3.11; other versions differ in a few corners", file=sys.stderr)
    record(1, decode_v1)
    record(2, decode_v2)
    record_dtypes()


if __name__ == "__main__":
    main()
