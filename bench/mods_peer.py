"""The Python side of bench/mods.mjs: `python mods_peer.py FILE`.

FILE holds lines of PYON v2: an init, then mods. The mods are decoded and applied as SiPyCo does it,
with ``json`` and an ``object_hook`` and Python's own indexing. Prints mods per second.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

CLASSES: dict[str, Any] = {
    "tuple": tuple,
    "dict": dict,
    "nparray": lambda shape, dtype, data: (
        np.frombuffer(base64.b64decode(data), dtype).copy().reshape(shape)
    ),
}


def hook(value: dict[str, Any]) -> Any:
    if "__jsonclass__" not in value:
        return value
    name, arguments = value["__jsonclass__"]
    return CLASSES[name](*arguments)


def apply(target: Any, mod: dict[str, Any]) -> None:
    for key in mod["path"]:
        target = target[key]
    match mod["action"]:
        case "setitem":
            target[mod["key"]] = mod["value"]
        case "append":
            target.append(mod["x"])
        case "pop":
            target.pop(mod["i"])
        case action:
            raise ValueError(action)


def main() -> None:
    init, *lines = Path(sys.argv[1]).read_bytes().splitlines()
    decode = json.JSONDecoder(object_hook=hook).decode
    struct = decode(init.decode())["struct"]
    start = time.perf_counter()
    for line in lines:
        apply(struct, decode(line.decode()))
    print(len(lines) / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
