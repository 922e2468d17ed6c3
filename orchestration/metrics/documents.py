"""Columns of tables of use: contracts and descriptions in property files, definitions in docs/metrics.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from metrics.registry import Column, Family, Registry
from metrics.rules import Rules
from orchestration.kits.blocks import Comment, filled
from orchestration.metrics.rules import table

PAGE = Path("docs/metrics.md")
_FIGURES = Path("models/disclosure/shown/unit_use.yml")
_TABLES = {
    "week": Path("models/marts/adoption/department_usage_weekly.yml"),
    "month": Path("models/marts/adoption/department_usage_monthly.yml"),
}


def files(families: Registry, found: Rules, project: Path) -> Iterator[tuple[Path, str]]:
    """Each file with generated parts, by its path in the project, and its text."""
    usage = families["usage"]
    shown = {name: column for name, column in usage.columns.items() if column.is_shown}
    page = (project / PAGE).read_text(encoding="utf-8")
    for period, path in _TABLES.items():
        text = (project / path).read_text(encoding="utf-8")
        text = filled(text, path, "ranges of measures and ratios", _ranges(shown), Comment.YAML)
        text = filled(text, path, "measures and ratios", _contracts(shown, usage, period), Comment.YAML)
        text = filled(text, path, "comparisons", _comparisons(shown), Comment.YAML)
        yield path, text
        page = filled(page, PAGE, f"measures and ratios by {period}", _definitions(shown, period))
    yield PAGE, filled(page, PAGE, "rules and their limits", table(found))
    text = (project / _FIGURES).read_text(encoding="utf-8")
    lines = [
        line
        for name, column in usage.columns.items()
        for line in (f"- name: {name}", f'  description: "{_description(column, "period")}"')
    ]
    yield _FIGURES, filled(text, _FIGURES, "measures and ratios", lines, Comment.YAML)


Columns = dict[str, Column]


def _ranges(columns: Columns) -> list[str]:
    return [
        f"{name}: {{min: 0, max: 1}}" if _ends_at_one(column) else f"{name}: {{min: 0}}"
        for name, column in columns.items()
    ]


def _ends_at_one(column: Column) -> bool:
    return column.unit == "ratio" if column.at_most_one is None else column.at_most_one


def _contracts(columns: Columns, family: Family, period: str) -> list[str]:
    lines = []
    for name, column in columns.items():
        kind = "*double" if column.ratio else "bigint"
        lines += [
            f"- name: {name}",
            f"  data_type: {kind}",
            f'  description: "{_description(column, period)}"',
        ]
    return lines


def _comparisons(columns: Columns) -> list[str]:
    lines = []
    for name, column in columns.items():
        if column.is_compared:
            for suffix, meaning in _SUFFIXES.items():
                lines += [f"- name: {name}{suffix}", "  data_type: *double", f'  description: "{meaning}"']
    return lines


_SUFFIXES = {
    "_14_weeks_ago": "The same figure 14 weeks before; NULL unless the unit was the same set of departments "
    "and both are shown.",
    "_change": "Difference to that figure.",
}


def _description(column: Column, period: str) -> str:
    definition = column.definition.replace("{period}", period)
    ends = f" NULL: {column.null_when.replace('{period}', period)}." if column.null_when else ""
    return f"{definition[0].upper()}{definition[1:]}.{ends}"


def _definitions(columns: Columns, period: str) -> Sequence[str]:
    head = ["| column | unit | definition | NULL when |", "|---|---|---|---|"]
    return head + [
        f"| `{name}` | {column.unit} | {column.definition} | {column.null_when} |".replace("{period}", period)
        for name, column in columns.items()
    ]
