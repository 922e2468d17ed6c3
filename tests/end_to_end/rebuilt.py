"""What a night built, beside what a full refresh builds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from publishing.closed import REBUILT
from publishing.derived import DERIVED_TABLES
from publishing.periods import PERIOD_COLUMNS
from tests.end_to_end.harness import BOOKKEEPING, RUN_COLUMNS, World, comparable

LAYERS = ("intermediate", "restricted", "marts")
# Which periods were built differs by design, and what is made of published tables is asked again of those.
_NOT_COMPARED = BOOKKEEPING | {REBUILT, *DERIVED_TABLES}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Built:
    """The tables of a build by layer and name, and the periods (`week` or `month`, first day) that it built."""

    tables: dict[str, list[Row]]
    periods: frozenset[tuple[str, dt.date]]


def built(made: World, layers: Collection[str] = LAYERS) -> Built:
    """What stands in these layers of the warehouse."""
    tables: dict[str, list[Row]] = {}
    with made.session() as session:
        for layer in layers:
            for table, described in session.columns_by_table(layer).items():
                if table in _NOT_COMPARED:
                    continue
                names = [column.name for column in described if column.name not in RUN_COLUMNS]
                columns = ", ".join(map(session.name, names))
                rows = session.rows(f"select {columns} from {session.name(layer, table)}")
                tables[f"{layer}.{table}"] = [dict(zip(names, row, strict=True)) for row in rows]
    return Built(tables, frozenset(made.rows(f"select period_type, period_start from intermediate.{REBUILT}")))


def differing(night: Built, full: Built) -> list[str]:
    """Tables that a full refresh gives otherwise, in the periods that the night built.

    A table that holds other periods as well, or none at all, is compared whole.
    """
    assert night.tables.keys() == full.tables.keys()
    return sorted(table for table in night.tables if not _are_same(night, full, table))


def _are_same(night: Built, full: Built, table: str) -> bool:
    rows, wanted = night.tables[table], full.tables[table]
    if all(_is_of(row, night) for row in rows):
        wanted = [row for row in wanted if _is_of(row, night)]
    return _values(rows) == _values(wanted)


def _is_of(row: Row, night: Built) -> bool:
    if "period_start" in row:  # without a type it is a month: costs and seats have no weeks
        return (row.get("period_type", "month"), row["period_start"]) in night.periods
    return all((kind, row[column]) in night.periods for column, kind in PERIOD_COLUMNS.items() if column in row)


def _values(rows: list[Row]) -> list[tuple[Any, ...]]:
    return comparable(tuple(row.values()) for row in rows)
