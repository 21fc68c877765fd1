"""PYON with the standard library: enough of both versions for the test peers.

An array is kept as shape, dtype and bytes; elements of a flat one can be set. Version 1 is read
through Python's own parser, from whose tree only literals and five calls are taken.
"""

import ast
import base64
import json
import struct as binary
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

FORMATS = {"<f8": "<d", "<f4": "<f", "<i8": "<q", "<i4": "<i", "<u2": "<H", "|u1": "B"}


@dataclass
class Array:
    """`data` is C-order, as on the wire."""

    shape: tuple[int, ...]
    dtype: str
    data: bytearray

    def __setitem__(self, key: int, value: float) -> None:
        form = FORMATS[self.dtype]
        size = binary.calcsize(form)
        index = key + self.shape[0] if key < 0 else key
        if len(self.shape) != 1 or not 0 <= index < self.shape[0]:
            raise IndexError(key)
        binary.pack_into(form, self.data, index * size, value)


@dataclass
class Scalar:
    """A numpy scalar: its dtype and its bytes."""

    dtype: str
    data: bytes


# ---- version 2 ----------------------------------------------------------------------------------


def decode(text: str) -> Any:
    """Read a line in either version: v1 writes a blank after the first colon, v2 does not."""
    if text.startswith('{"action": '):
        return _from_node(ast.parse(text.strip(), mode="eval").body)
    return json.loads(text, object_hook=_from_json)


def _from_json(node: dict[str, Any]) -> Any:
    if "__jsonclass__" not in node:
        return node
    name, arguments = node["__jsonclass__"]
    return _construct(name, arguments)


def _construct(name: str, arguments: Any) -> Any:
    if name == "nparray":
        shape, dtype, text = arguments
        return Array(tuple(shape), dtype, bytearray(base64.b64decode(text)))
    if name == "npscalar":
        return Scalar(arguments[0], base64.b64decode(arguments[1]))
    if name == "bytes":
        return base64.b64decode(arguments[0])
    makers: dict[str, Any] = {
        "tuple": tuple,
        "dict": dict,
        "set": set,
        "slice": slice,
        "complex": complex,
        "Fraction": Fraction,
        "OrderedDict": dict,
    }
    return makers[name](*arguments)


def _to_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return _jsonclass("tuple", [[_to_json(item) for item in value]])
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: _to_json(item) for key, item in value.items()}
        return _jsonclass("dict", [[[_to_json(key), _to_json(v)] for key, v in value.items()]])
    if isinstance(value, set):
        return _jsonclass("set", [[_to_json(item) for item in value]])
    if isinstance(value, bytes):
        return _jsonclass("bytes", [_base64(value)])
    if isinstance(value, slice):
        return _jsonclass("slice", [value.start, value.stop, value.step])
    if isinstance(value, complex):
        return _jsonclass("complex", [value.real, value.imag])
    if isinstance(value, Fraction):
        return _jsonclass("Fraction", [value.numerator, value.denominator])
    if isinstance(value, Array):
        return _jsonclass("nparray", [list(value.shape), value.dtype, _base64(value.data)])
    if isinstance(value, Scalar):
        return _jsonclass("npscalar", [value.dtype, _base64(value.data)])
    return value


def _jsonclass(name: str, arguments: list[Any]) -> dict[str, Any]:
    return {"__jsonclass__": [name, arguments]}


def _base64(data: bytes | bytearray) -> str:
    return base64.b64encode(data).decode("ascii")


# ---- version 1 ----------------------------------------------------------------------------------

NAMES = {"null": None, "true": True, "false": False, "inf": float("inf"), "nan": float("nan")}


def _from_node(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return NAMES[name]
        case ast.List(elts=items):
            return [_from_node(item) for item in items]
        case ast.Tuple(elts=items):
            return tuple(_from_node(item) for item in items)
        case ast.Set(elts=items):
            return {_from_node(item) for item in items}
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return {_from_node(key): _from_node(v) for key, v in pairs if key is not None}
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_from_node(operand)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _from_node(left) + _from_node(right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _from_node(left) - _from_node(right)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _construct(name, [_from_node(argument) for argument in arguments])
        case _:
            raise ValueError(f"not PYON: {ast.dump(node)}")


def _to_v1(value: Any) -> str:
    if value is None or isinstance(value, bool | str):
        return json.dumps(value)
    if isinstance(value, tuple):
        inner = ", ".join(map(_to_v1, value))
        return f"({inner}, )" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(map(_to_v1, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_to_v1(k)}: {_to_v1(v)}" for k, v in value.items()) + "}"
    if isinstance(value, set):
        return "{" + ", ".join(map(_to_v1, value)) + "}"
    if isinstance(value, Fraction):
        return f"Fraction({value.numerator}, {value.denominator})"
    if isinstance(value, Array):
        return f'nparray({_to_v1(value.shape)}, "{value.dtype}", b"{_base64(value.data)}")'
    if isinstance(value, Scalar):
        return f'npscalar("{value.dtype}", b"{_base64(value.data)}")'
    if isinstance(value, int | float | complex | bytes | slice):
        return repr(value)
    raise TypeError(f"{type(value).__name__} has no form in PYON")


# ---- both ---------------------------------------------------------------------------------------


def encode(value: Any, version: int) -> str:
    """Write `value` as one line without its end."""
    if version == 1:
        return _to_v1(value)
    return json.dumps(_to_json(value), separators=(",", ":"))


def apply(struct: Any, mod: dict[str, Any]) -> None:
    """Change `struct` as `mod` says."""
    target = struct
    for key in mod["path"]:
        target = target[key]
    match mod["action"]:
        case "append":
            target.append(mod["x"])
        case "insert":
            target.insert(mod["i"], mod["x"])
        case "pop":
            target.pop(mod["i"])
        case "setitem":
            target[mod["key"]] = mod["value"]
        case "delitem":
            del target[mod["key"]]
        case action:
            raise ValueError(f"{action!r} is not an action")
