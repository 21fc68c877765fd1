"""The example notebooks are clean, and every cell of theirs describes a view."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

import labwire as lw

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_is_clean(file: Path) -> None:
    notebook = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_describes_views(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.delenv("LABWIRE_DEMO_SYNC", raising=False)
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
    shown = [view for view in views if isinstance(view, lw.View)]
    assert len(shown) >= 5
    assert {source[1].split("://")[0] for view in shown for source in view.sources} == {
        "sipyco+sync",
        "demo+sipyco+sync",
    }


def test_there_are_some() -> None:
    assert [file.name for file in EXAMPLES] == ["01-live-datasets.ipynb"]
