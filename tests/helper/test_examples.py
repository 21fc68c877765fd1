"""The example notebooks are clean, and the cells of theirs describe views and calls."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

import labwire as lw

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))

SCHEMES = {
    "01-live-datasets.ipynb": {"sipyco+sync", "demo+sipyco+sync"},
    "02-remote-methods.ipynb": {"demo+sipyco+rpc"},
}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_is_clean(file: Path) -> None:
    notebook = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_describes_what_it_shows(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.delenv("LABWIRE_DEMO_SYNC", raising=False)
    monkeypatch.delenv("LABWIRE_DEMO_RPC", raising=False)
    notebook = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    names: dict[str, Any] = {}
    views = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            *most, last = ast.parse(cell.source).body
            if isinstance(last, ast.Expr):
                exec(compile(ast.Module(most, []), cell.id, "exec"), names)
                views.append(eval(compile(ast.Expression(last.value), cell.id, "eval"), names))
            else:
                exec(compile(ast.parse(cell.source), cell.id, "exec"), names)
    shown = [view for view in views if isinstance(view, (lw.View, lw.Rpc))]
    assert len(shown) >= 5
    addresses = [
        address
        for view in shown
        for address in (
            [view.address] if isinstance(view, lw.Rpc) else [source[1] for source in view.sources]
        )
    ]
    assert {address.split("://")[0] for address in addresses} == SCHEMES[file.name]


def test_there_are_some() -> None:
    assert [file.name for file in EXAMPLES] == list(SCHEMES)
