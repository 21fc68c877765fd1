"""Tests import each other by their place in the checkout: ``from tests.bridge.peer import ...``."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
