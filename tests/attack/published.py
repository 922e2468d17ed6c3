"""Published tables as a reader gets them: rows by column name, nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

Row = Mapping[str, Any]
COMPANY = "all"
# Rows that stand beside the company and are no part of it.
BESIDE_THE_COMPANY = frozenset({"unattributed", "unallocated"})


@dataclass(frozen=True)
class Published:
    """One version of the published tables."""

    tables: Mapping[str, Sequence[Row]]

    def rows(self, table: str) -> Sequence[Row]:
        """Rows of a table, none if there is no such table."""
        return self.tables.get(table, ())


def read(database: Path) -> Published:
    """Every table of a published DuckDB file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'published'"
        ).fetchall()
        tables: dict[str, list[Row]] = {}
        for (name,) in names:
            found = connection.execute(f'select * from published."{name}"')
            columns = [column[0] for column in found.description]
            tables[str(name)] = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
    return Published(tables)


def period_of(row: Row) -> tuple[str, dt.date] | None:
    """Type and first day of the period that a row is about."""
    for column, kind in (("week_start", "week"), ("month_start", "month")):
        if row.get(column) is not None:
            return kind, row[column]
    return None
