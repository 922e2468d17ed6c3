"""The attacker is a stranger: nothing of the product helps it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ATTACKER = (
    "attack",
    "features",
    "knowledge",
    "licences",
    "program",
    "published",
    "targets",
    "usage",
    "versions",
)
KNOWN = {
    "__future__",
    "calendar",
    "collections",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "math",
    "pathlib",
    "typing",
}
KNOWN |= {"duckdb", "numpy", "scipy", "yaml"}


@pytest.mark.parametrize("module", [*ATTACKER, "judge"])
def test_it_imports_nothing_of_the_product(module: str) -> None:
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    foreign = {name for name in imported if not name.startswith("tests.attack.")}
    assert {name.split(".")[0] for name in foreign} <= KNOWN


@pytest.mark.parametrize("module", [name for name in ATTACKER if name not in ("attack", "versions")])
def test_it_is_told_nothing_by_the_judge(module: str) -> None:
    """Relations and bounds come from published rows alone; only the verdict needs the truth."""
    text = (HERE / f"{module}.py").read_text(encoding="utf-8")
    assert "judge" not in text
    assert "restricted" not in text
