"""The example notebook without Jupyter: its cells, its queries, and a run of them in one namespace."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

from orchestration.metrics.readers import questions
from tests.docs.markdown import ROOT

NOTEBOOK = ROOT / "examples/published.ipynb"


def cells() -> list[dict[str, Any]]:
    """Every cell as the file holds it."""
    found: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return found


def sources() -> dict[str, ast.Module]:
    """Code cells by id."""
    code = (cell for cell in cells() if cell["cell_type"] == "code")
    return {cell["id"]: ast.parse("".join(cell["source"])) for cell in code}


def queries() -> list[str]:
    """The SQL that is handed to `ask`."""
    return questions(NOTEBOOK.read_text(encoding="utf-8"))


def run() -> Iterator[tuple[str, Any]]:
    """Run the cells in their order; what a notebook would show below a cell, with the cell's id."""
    namespace: dict[str, Any] = {}
    for name, tree in sources().items():
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), namespace)
        if isinstance(last, ast.Expr):
            yield name, eval(compile(ast.Expression(last.value), name, "eval"), namespace)
