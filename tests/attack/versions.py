"""Two versions that a reader can lay side by side: whose doings is the difference of two shown figures?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeGuard

from tests.attack.attack import K
from tests.attack.judge import Truth
from tests.attack.knowledge import Quantity
from tests.attack.published import BESIDE_THE_COMPANY, Published, Row, period_of

KEYS = (
    "department_key",
    "tool",
    "product",
    "week_start",
    "month_start",
    "cost_basis",
    "model_family",
    "feature",
    "task_category",
    "tier_key",
    "measure",
    "tool_set",
    "dimension",
    "dimension_value",
    "metric",
    "benchmark",
    "series",
    "usage_date",
)
# Figures of calendars and contracts, and medians, which are about other rows.
_TELLS_NOBODY = frozenset({"weeks_observed", "working_days", "purchased", "minimum_seats", "minimum_tokens"})


@dataclass(frozen=True)
class Moved:
    """A shown figure that differs between two versions, and how many people make the difference."""

    table: str
    column: str
    row: tuple[Any, ...]
    before: float
    after: float
    people: int

    def __str__(self) -> str:
        where = " ".join(str(part) for part in self.row if part is not None)
        moved = f"{self.before:g} -> {self.after:g}"
        return f"{self.table}.{self.column} [{where}]: {moved}, made by {self.people} people"


def moved(older: Published, newer: Published, before: Truth, after: Truth) -> list[Moved]:
    """Differences of shown figures that one to four people make."""
    changes = _Changes(before, after)
    found: list[Moved] = []
    for table, column, row, was, became in differences(older, newer):
        people = changes.people(row)
        if 1 <= people < K:
            key = tuple(row.get(name) for name in KEYS)
            found.append(Moved(table, column, key, was, became, people))
    return found


def differences(older: Published, newer: Published) -> Iterator[tuple[str, str, Row, float, float]]:
    """Every number of one row that both versions show and that is not the same."""
    for table in sorted(older.tables.keys() & newer.tables.keys()):
        rows = _by_key(table, older)
        for row in newer.rows(table):
            was = rows.get(_key(row), {})
            for column, value in row.items():
                earlier = was.get(column)
                if column in KEYS or column in _TELLS_NOBODY or column.startswith("median_"):
                    continue
                if _is_number(value) and _is_number(earlier) and _differ(float(earlier), float(value)):
                    yield table, column, row, float(earlier), float(value)


def laid_over(older: Published, newer: Published) -> Published:
    """The newer version with what the older one shows of rows whose figures did not move since."""
    tables: dict[str, list[Row]] = {}
    for table, rows in newer.tables.items():
        earlier = _by_key(table, older)
        tables[table] = [_filled(row, earlier.get(_key(row), {})) for row in rows]
    return Published(tables)


def _filled(row: Row, was: Row) -> Row:
    both = [column for column in row if _is_number(row[column]) and _is_number(was.get(column))]
    if not both or any(float(row[column]) != float(was[column]) for column in both):
        return row
    return {column: was.get(column) if value is None else value for column, value in row.items()}


def _by_key(table: str, published: Published) -> dict[tuple[Any, ...], Row]:
    """A table's rows of periods.

    Raises:
        ValueError: two rows have the same key: `KEYS` lacks a column of the table.
    """
    rows = [row for row in published.rows(table) if period_of(row) is not None]
    found = {_key(row): row for row in rows}
    if len(found) < len(rows):
        raise ValueError(f"Rows of {table} cannot be told apart by KEYS.")
    return found


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in KEYS)


def _is_number(value: Any) -> TypeGuard[int | float | Decimal]:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


class _Changes:
    """People whose contribution to any figure of a unit, tool and period is not what it was."""

    def __init__(self, before: Truth, after: Truth) -> None:
        self._people: dict[tuple[Any, ...], set[Any]] = defaultdict(set)
        for quantity in before.shares.keys() | after.shares.keys():
            for person in _changed(before.shares.get(quantity, {}), after.shares.get(quantity, {})):
                self._people[_cell(quantity)].add(person)

    def people(self, row: Row) -> int:
        """How many people make a row's differences; the headcount is part of every row of its unit."""
        period, start = period_of(row) or ("", None)
        tool = row.get("tool", "")
        cell = (period, start, row.get("department_key"), tool)
        found = set(self._people.get(cell, ()))
        if row.get("department_key") not in BESIDE_THE_COMPANY:
            found |= self._people.get((*cell[:3], ""), set())
        return len(found)


def _cell(quantity: Quantity) -> tuple[Any, ...]:
    return quantity.period, quantity.start, quantity.unit, quantity.tool


def _changed(before: Mapping[Any, float], after: Mapping[Any, float]) -> set[Any]:
    people = before.keys() | after.keys()
    return {person for person in people if _differ(before.get(person, 0.0), after.get(person, 0.0))}


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > 1e-9 * max(1.0, abs(other))
