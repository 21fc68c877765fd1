"""Live views of lab instruments in notebook cells.

    import labwire as lw
    lw.dataset("sipyco+sync://127.0.0.1:3250/datasets", "rabi.p")

A view is a description: which instrument, shown how. JupyterLab draws it and receives the data, so
it keeps moving while this kernel computes, and after the kernel is gone. Nothing here connects to
anything, and nothing but the standard library is imported.
"""

from __future__ import annotations

from .charts import Chart, chart
from .later import get, put, pv
from .logs import log, progress
from .rpc import Rpc, rpc
from .views import View, dataset, view

__all__ = [
    "Chart",
    "Rpc",
    "View",
    "chart",
    "dataset",
    "get",
    "log",
    "progress",
    "put",
    "pv",
    "rpc",
    "view",
]


def __getattr__(name: str) -> str:
    if name == "__version__":
        # Read on demand: finding the metadata costs more than importing all of the rest.
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("labwire")
        except PackageNotFoundError:
            return "0+checkout"
    raise AttributeError(f"module 'labwire' has no attribute {name!r}")


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "labwire"}]
