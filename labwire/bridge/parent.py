"""An orphan must not go on holding an instrument's socket: the bridge ends with whoever started
it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

POLL_S = 1.0


async def parent_gone(environment: Mapping[str, str], poll_s: float = POLL_S) -> None:
    """Return when the process that started us is gone. On Windows: never (see
    docs/protocols/bridge.md).

    A launcher may stand between Jupyter and us. So both are watched: who started us, and the
    process that Jupyter names in ``JPY_PARENT_PID``.
    """
    if os.name == "nt":
        await asyncio.get_running_loop().create_future()
    started_by = os.getppid()
    named = environment.get("JPY_PARENT_PID", "")
    jupyter = int(named) if named.isdigit() else 0
    while os.getppid() == started_by and (jupyter in (0, started_by) or _alive(jupyter)):
        await asyncio.sleep(poll_s)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
