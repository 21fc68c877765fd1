"""What a person reads who opens a notebook on the bridge kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

HELP = """\
This is Labwire's bridge kernel. It carries bytes between this browser and
instruments, and runs no code. Live views use it by themselves. For a notebook
choose another kernel (Kernel > Change Kernel), and there:

    import labwire as lw
    lw.dataset("demo+sipyco+sync:///datasets", "rabi.p")
"""


def status(
    version: str,
    clients: int,
    endpoints: Sequence[str],
    streams: int,
    counts: Mapping[str, int],
    audit: Path | None,
    audit_failures: int,
) -> str:
    """The help text, then how the bridge is doing."""
    lines = [HELP, f"version   {version}", f"pages     {clients}", f"streams   {streams}"]
    lines += [f"          {endpoint}" for endpoint in endpoints]
    refused = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()) if count)
    lines.append(f"refused   {refused or 'nothing'}")
    lines.append(
        f"audit     {audit or 'off'}"
        + (f" ({audit_failures} lines lost)" if audit_failures else "")
    )
    return "\n".join(lines)
