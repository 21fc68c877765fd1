"""The Python side of bench/pyon.mjs: what a SiPyCo peer does, with the standard library and numpy.

Reads the documents that the caller wrote to a folder, times each job, prints one JSON line per
job: ``{"job": ..., "seconds": ...}``, the fastest of its runs. SiPyCo itself is on no package
index, so the codec is this file's own: ``json`` with an ``object_hook`` for version 2, ``eval``
with few names for version 1.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

SECONDS_PER_JOB = 1.0
MIN_RUNS = 5


def nparray(shape: Any, dtype: Any, data: Any) -> Array:
    return np.frombuffer(base64.b64decode(data), dtype=np.dtype(dtype)).reshape(shape)


CLASSES: dict[str, Callable[..., Any]] = {
    "tuple": tuple,
    "dict": dict,
    "set": set,
    "slice": slice,
    "complex": complex,
    "bytes": base64.b64decode,
    "Fraction": Fraction,
    "nparray": nparray,
}


def hook(pairs: dict[str, Any]) -> Any:
    if "__jsonclass__" in pairs:
        name, args = pairs["__jsonclass__"]
        return CLASSES[name](*args)
    return pairs


def decode_v2(text: bytes) -> Any:
    return json.loads(text.decode(), object_hook=hook)


class Encoder(json.JSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, np.ndarray):
            data = base64.b64encode(np.ascontiguousarray(o).data).decode()
            return {"__jsonclass__": ["nparray", [list(o.shape), o.dtype.str, data]]}
        return super().default(o)


def encode_v2(value: Any) -> bytes:
    return json.dumps(value, cls=Encoder, separators=(",", ":")).encode()


NAMES: dict[str, Any] = {
    "__builtins__": {},
    "null": None,
    "true": True,
    "false": False,
    "inf": float("inf"),
    "nan": float("nan"),
    "slice": slice,
    "Fraction": Fraction,
    "nparray": nparray,
}


def decode_v1(text: bytes) -> Any:
    return eval(text.decode(), NAMES, {})


def best_seconds(job: Callable[[], Any]) -> float:
    job()
    times: list[float] = []
    stop = time.perf_counter() + SECONDS_PER_JOB
    while len(times) < MIN_RUNS or time.perf_counter() < stop:
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


def main(folder: Path) -> None:
    mixed = (folder / "mixed.v2").read_bytes()
    tuples = (folder / "tuples.v2").read_bytes()
    array = (folder / "array.v2").read_bytes()
    values = decode_v2(array)
    mixed_v1 = (folder / "mixed.v1").read_bytes()
    jobs: dict[str, Callable[[], Any]] = {
        "decode mixed": lambda: decode_v2(mixed),
        "decode tuples": lambda: decode_v2(tuples),
        "decode array": lambda: decode_v2(array),
        "encode array": lambda: encode_v2(values),
        "decode v1": lambda: decode_v1(mixed_v1),
    }
    for name, job in jobs.items():
        print(json.dumps({"job": name, "seconds": best_seconds(job)}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
