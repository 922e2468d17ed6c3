"""Recommended actions as publishing asks them: one query over published tables, here tables made by hand."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

import duckdb
import pytest

from orchestration.compiled import compiled_queries
from runtime.environment import environment
from tests.docs.markdown import ROOT
from tests.docs.published import contracts

TABLE = "recommended_actions"
RULES = "action_rules"
CAPABILITIES = "metric_capabilities"
Rows = Mapping[str, list[Mapping[str, Any]]]


class Published:
    """Published tables in memory, empty until rows are put in, with the rules and limits as shipped."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._connection = duckdb.connect()
        self._connection.execute("set threads = 1")  # a handful of rows: less to set up
        self._connection.execute("attach ':memory:' as warehouse")
        self._connection.execute("create schema warehouse.marts")
        self._columns = {name: columns for name, columns in contracts().items() if name != TABLE}
        for name, columns in self._columns.items():
            listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            self._connection.execute(f"create table warehouse.marts.{name} ({listed})")
        self.put(RULES, shipped_rules())
        self.put(CAPABILITIES, shipped(CAPABILITIES))

    def put(self, table: str, rows: list[Mapping[str, Any]]) -> None:
        """Add rows; columns that a row leaves out are NULL."""
        for row in rows:
            names = [name for name in row if name in self._columns[table]]
            marks = ", ".join("?" for _ in names)
            self._connection.execute(
                f"insert into warehouse.marts.{table} ({', '.join(names)}) values ({marks})",
                [row[name] for name in names],
            )

    def empty(self) -> None:
        """Take out every row but the rules and what tools can give."""
        for table in self._columns.keys() - {RULES, CAPABILITIES}:
            self._connection.execute(f"delete from warehouse.marts.{table}")

    def change(self, table: str, where: str, **values: object) -> None:
        """Set cells of rows."""
        for name, value in values.items():
            self._connection.execute(f"update warehouse.marts.{table} set {name} = ? where {where}", [value])

    def limit(self, rule_id: str, **limits: float) -> None:
        """Set limits of one rule."""
        for name, value in limits.items():
            self._connection.execute(
                f"update warehouse.marts.{RULES} set {name} = ? where rule_id = ?", [value, rule_id]
            )

    def actions(self) -> list[dict[str, Any]]:
        """Every action, the most important first."""
        return self._rows(f"select * from ({self._query}) order by priority")

    def rows(self, query: str | None = None) -> list[dict[str, Any]]:
        """What the query, or another one, gives, whatever it is."""
        return self._rows(query or self._query)

    def found_in(self, area: str) -> list[dict[str, Any]]:
        """What the rules of one area find, before sentences and severity: a fiftieth of the work."""
        last = "select * from final"
        rules = self._query.partition(f"__dbt__cte__{area}_actions as (")[2].partition(f"{last}\n)")[0]
        return self._rows(rules + last)

    def _rows(self, query: str) -> list[dict[str, Any]]:
        found = self._connection.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def shipped_rules() -> list[Mapping[str, Any]]:
    """The seed as the mart `action_rules` shows it where a company sets no limit."""
    return [dict(row) | {"rule_version": row["version"]} for row in shipped(RULES)]


def shipped(seed: str) -> list[Mapping[str, Any]]:
    """The rows of a seed; empty cells are NULL."""
    with (ROOT / f"seeds/reference/{seed}.csv").open(encoding="utf-8", newline="") as file:
        return [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The query, compiled as publishing does when no build has left it."""
    folder = tmp_path_factory.mktemp("actions")
    return compiled_queries(environment(folder, "dev"), [TABLE])[TABLE]


@pytest.fixture(scope="module")
def tables(compiled: str) -> Published:
    return Published(compiled)


@pytest.fixture
def published(tables: Published) -> Published:
    """Empty tables."""
    tables.empty()
    return tables
