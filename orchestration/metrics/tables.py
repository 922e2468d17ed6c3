"""Lists of published tables: in dbt's overview, in the names that pages use, on the page about trust."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from orchestration.kits.blocks import Comment, filled
from orchestration.metrics.published import Published

OVERVIEW = Path("models/overview.md")
NAMES = Path("dashboards/names.yml")
TRUST = Path("dashboards/pages/trust.yml")
Tables = Mapping[str, Published]


def files(tables: Tables, project: Path) -> Iterator[tuple[Path, str]]:
    """Each file with generated parts, by its path in the project, and its text.

    Raises:
        ValueError: a table that no page could name, or whose question nobody knows.
    """
    models = {name: table for name, table in tables.items() if table.model}
    if unnamed := sorted(name for name, table in models.items() if not (table.label and table.question)):
        raise ValueError(f"models/marts: meta needs a label and a question: {', '.join(unnamed)}")
    yield _filled(project, OVERVIEW, "published tables", _overview(models), Comment.MARKDOWN)
    names = [f"{name}: {table.label}" for name, table in models.items()]
    yield _filled(project, NAMES, "names of published tables", names, Comment.YAML)
    yield _filled(project, TRUST, "rows with something hidden", _hidden(models), Comment.SQL)


def _filled(project: Path, file: Path, what: str, lines: list[str], comment: Comment) -> tuple[Path, str]:
    return file, filled((project / file).read_text(encoding="utf-8"), file, what, lines, comment)


def _overview(models: Tables) -> list[str]:
    rows = [
        f"| {table.question} | [{name}](#!/model/model.ai_usage.{table.model}) |"
        for name, table in models.items()
    ]
    return ["| question | table |", "|---|---|", *rows]


def _hidden(models: Tables) -> list[str]:
    masked = [name for name, table in models.items() if "is_suppressed" in table.columns]
    lines = []
    for position, name in enumerate(masked):
        alias = " as published_table, is_suppressed as has_hidden" if position == 0 else ", is_suppressed"
        lines += ["union all"] if position else []
        lines.append(f"select '{name}'{alias} from published.{name}")
    return lines
