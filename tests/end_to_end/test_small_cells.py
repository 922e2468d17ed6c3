"""What dbt's audit of small cells finds once every mask is taken away, counted here person by person."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.end_to_end.harness import World

pytestmark = pytest.mark.end_to_end

AUDIT = "audit_no_small_cell_is_shown.sql"
K = 5
Cell = tuple[dt.date, str, str, str]  # week, unit, tool, measure


@pytest.fixture
def unmasked(first_night: World, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the warehouse in which marts show a figure wherever they hid one."""
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(first_night.environment.warehouse, copy)
    with duckdb.connect(str(copy)) as connection:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns "
            "where table_schema = 'marts' and numeric_precision is not null"
        ).fetchall()
        for table, column in columns:
            connection.execute(f'update marts."{table}" set "{column}" = coalesce("{column}", 1)')
        yield connection


def told(connection: duckdb.DuckDBPyConnection, world: World) -> list[tuple[Any, ...]]:
    """What the audit finds: table, period, unit, tool, measure, item, people."""
    (query,) = (world.environment.data_dir / "target" / "compiled").rglob(AUDIT)
    return connection.execute(query.read_text(encoding="utf-8")).fetchall()


def shares(connection: duckdb.DuckDBPyConnection) -> dict[Cell, dict[int, int]]:
    """Messages and sessions of each person in each week and cell."""
    units = {
        (week, person): unit
        for week, person, unit in connection.execute(
            "select p.period_start, p.person_key, u.unit_key from intermediate.int_person_periods as p "
            "inner join restricted.dim_reporting_units as u using (period_type, period_start, department_key) "
            "where p.period_type = 'week'"
        ).fetchall()
    }
    found: dict[Cell, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for measure, source in {
        "user_messages": "user_messages from restricted.fct_usage_daily",
        "sessions": "1 from restricted.fct_sessions",
    }.items():
        query = f"select activity_date, person_key, tool, {source}"
        for day, person, tool, amount in connection.execute(query).fetchall():
            week = day - dt.timedelta(days=day.weekday())
            if not amount or (week, person) not in units:
                continue
            for unit in (units[week, person], "all"):
                for of_tool in (tool, "all"):
                    found[week, unit, of_tool, measure][person] += amount
    return found


def test_it_finds_every_cell_that_few_people_or_two_of_them_made(
    unmasked: duckdb.DuckDBPyConnection, first_night: World
) -> None:
    shown = {
        (week, unit, tool)
        for week, unit, tool in unmasked.execute(
            "select week_start, department_key, tool from marts.department_usage_weekly"
        ).fetchall()
    }
    few, by_one, by_two = set(), set(), set()
    for cell, people in shares(unmasked).items():
        amounts = sorted(people.values(), reverse=True)
        if cell[:3] not in shown:
            continue
        if len(amounts) < K:
            few.add(cell)
        elif amounts[0] * 2 > sum(amounts):
            by_one.add(cell)
        elif (amounts[0] + amounts[1]) * 4 > sum(amounts) * 3:
            by_two.add(cell)
    found = {
        (period, unit, tool, measure)
        for table, period, unit, tool, measure, *_ in told(unmasked, first_night)
        if table == "department_usage_weekly" and measure in ("user_messages", "sessions")
    }
    assert found == few | by_one | by_two
    assert len(few) > 20
    assert by_two, "the company has a figure that no person made half of, and two made three quarters"


def test_it_finds_nothing_in_what_was_masked(first_night: World) -> None:
    with duckdb.connect(str(first_night.environment.warehouse), read_only=True) as connection:
        assert told(connection, first_night) == []
