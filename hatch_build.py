"""Refuse to make a wheel without the page's code.

``labwire/labextension`` is built by npm and not in git, so hatchling would leave it out without a
word, and the wheel would install an extension that is not there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LabextensionHook(BuildHookInterface):  # type: ignore[type-arg]
    """Checks what ``npm run build`` must have made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        manifest = root / "labwire" / "labextension" / "package.json"
        if not manifest.is_file():
            raise SystemExit(f"{manifest} is missing: run `npm run build` before making the wheel")
        built = json.loads(manifest.read_text(encoding="utf-8"))
        entry = built.get("jupyterlab", {}).get("_build", {}).get("load", "")
        if not entry or not (manifest.parent / entry).is_file():
            raise SystemExit(f"{manifest} names no built entry: run `npm run build` again")
        if built.get("version") != self.metadata.version:
            raise SystemExit(
                f"the labextension is version {built.get('version')}, the package "
                f"{self.metadata.version}: run `npm run build` again"
            )
        kernelspec = root / "jupyter-config" / "kernels" / "labwire" / "kernel.json"
        if not kernelspec.is_file():
            raise SystemExit(f"{kernelspec} is missing: the wheel would have no bridge kernel")
