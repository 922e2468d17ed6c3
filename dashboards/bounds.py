"""Ranges of hidden figures: what `hidden_figure_bounds` says of a query's rows, beside their figures.

A figure stays NULL. For a column `people` the answer gains `people_low` and `people_high`, which charts and
tables write and draw; sentences do not use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb

from dashboards.answers import Answer, Rows
from dashboards.declaration import PERIOD_COLUMNS, Bounds
from dashboards.references import PUBLISHED

TABLE = "hidden_figure_bounds"
LOW, HIGH = "_low", "_high"


def with_bounds(
    connection: duckdb.DuckDBPyConnection, answer: Answer, bounds: Bounds, values: Mapping[str, str]
) -> Answer:
    """The answer with the ranges of its hidden figures. `values`: what names in `bounds.where` mean.

    Columns are added for figures that have a range in any row.
    """
    if answer.period is None:
        return answer
    period = PERIOD_COLUMNS[answer.period]
    described = answer.query.columns.items()
    figures = [name for name, column in described if column.metric == f"{bounds.table}.{name}"]
    known = _known(connection, bounds, values)
    rows: list[dict[str, Any]] = []
    limited: set[str] = set()
    for row in answer.rows:
        key = (row[period], *(row[column] for column in bounds.same.values()))
        hidden = [name for name in figures if row[name] is None and row.get("is_suppressed")]
        limits = {name: known[*key, name] for name in hidden if (*key, name) in known}
        limited |= limits.keys()
        rows.append({**row, **_ends(limits)})
    added = _ends(dict.fromkeys(sorted(limited), (None, None)))
    return replace(answer, columns=(*answer.columns, *added), rows=Rows({**added, **row} for row in rows))


def _ends(limits: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    return {
        name + end: limit for name, pair in limits.items() for end, limit in zip((LOW, HIGH), pair, strict=True)
    }


def _known(
    connection: duckdb.DuckDBPyConnection, bounds: Bounds, values: Mapping[str, str]
) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    """Low and high by period, by what rows have in common with it, and by figure."""
    keys = ["period_start", *bounds.same, "figure"]
    listed = ", ".join(f'"{name}"' for name in keys)
    conditions = " and ".join(["published_table = ?", *(f'"{name}" = ?' for name in bounds.where)])
    wanted = [bounds.table, *(values.get(value, value) for value in bounds.where.values())]
    found = connection.execute(
        f'select {listed}, low, high from {PUBLISHED}."{TABLE}" where {conditions}', wanted
    ).fetchall()
    return {tuple(row[: len(keys)]): (row[-2], row[-1]) for row in found}
