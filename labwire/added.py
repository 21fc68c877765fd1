"""Views that other extensions of JupyterLab draw. Their names have a colon: ``example:gauge``."""

from __future__ import annotations

import re

__all__ = ["ROLES", "SHOWN", "is_added"]

_NAME = re.compile(r"[\w.@/-]{1,60}:[\w.-]{1,60}", re.ASCII)

#: What a source may be to the view, and which of these it is about. Which of them a view takes is
#: known where it is drawn.
SHOWN = ("value", "y", "table", "counts")
ROLES = (*SHOWN, "x", "error", "fit", "bins")


def is_added(name: object) -> bool:
    """Whether this is the name of a view that is not Labwire's own."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None
