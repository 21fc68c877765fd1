"""``python -m labwire.bridge -f CONNECTION_FILE``"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from traitlets import TraitError

from .config import load
from .kernel import Kernel, StartError


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="labwire-bridge", description="Labwire's bridge kernel; Jupyter starts it."
    )
    parser.add_argument("-f", dest="connection_file", type=Path, required=True, metavar="FILE")
    arguments = parser.parse_args()
    if sys.platform == "win32":
        # The default loop of Windows has no add_reader.
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    try:
        asyncio.run(Kernel(arguments.connection_file, load()).run())
    except (StartError, TraitError) as error:
        print(f"labwire: the bridge does not start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
