"""The bridge kernel with room for the clients of a whole run.

Each test has clients of its own, and most fall silent without a word: the kernel keeps their places
for the 30 s of a lease, and a run that is quick would fill them all.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from labwire.bridge.config import load
from labwire.bridge.kernel import Kernel
from labwire.bridge.limits import Limits

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("-f", dest="file", type=Path, required=True)
    asyncio.run(Kernel(parser.parse_args().file, load(), limits=Limits(clients=4096)).run())
