"""Days on which cost runs away: the query beside the rule in Python, and who is behind what is published."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from benchmarks.cost_days import Day, Severity, department, growth, severities
from tests.end_to_end.harness import World

pytestmark = pytest.mark.end_to_end

Parts = dict[int | None, float]

MONDAY = dt.date(2026, 1, 5)
COMPILED = Path("target/compiled/ai_usage/models/disclosure/shown/masked_unit_cost_days.sql")


def test_the_query_gives_the_same_as_the_rule(first_night: World) -> None:
    """Over departments that run away, one of them with days of few people, against the rule in Python."""
    query = (first_night.environment.data_dir / COMPILED).read_text(encoding="utf-8")
    chance = random.Random(5)
    common = growth(chance)
    units = {f"d{start}": department(chance, common, start) for start in (70, 80, 90)}
    units["all"] = [
        Day(sum(day.amount for day in of_day), sum(day.contributors for day in of_day), 0.0, at % 7 < 5)
        for at, of_day in enumerate(zip(*units.values(), strict=True))
    ]
    units["few"] = [
        Day(day.amount, 9 if at % 3 else 10, day.largest, day.is_working_day)
        for at, day in enumerate(units["d80"])
    ]
    for week in (9, 11, 14):
        found = _asked(query, units, week)
        expected: dict[tuple[str, int], Severity] = {}
        for unit, days in units.items():
            for at, severity in enumerate(severities(days, unit == "all")):
                is_shown = severity is not None and (unit == "all" or severity != "usual")
                if severity is not None and is_shown and at // 7 == week:
                    expected[unit, at] = severity
        assert found == expected
        assert expected


def test_what_is_published_is_what_the_rule_says_of_the_facts(first_night: World) -> None:
    """Of the company, with people and their costs counted here: hardly a day of so small a company has ten
    people, and no other may be judged. No department has a row that fewer are behind."""
    costs: dict[tuple[str, str], dict[dt.date, Parts]] = defaultdict(lambda: defaultdict(dict))
    for tool, basis, day, person, amount in first_night.rows(
        "select tool, cost_basis, usage_date, person_key, "
        "sum(case when cost_basis = 'credits' then credits else cost end) from restricted.fct_costs_daily "
        "where cost_basis <> 'seat_allocated' and bucket <> 'unallocated' and not is_allocated "
        "group by tool, cost_basis, usage_date, person_key"
    ):
        costs[tool, basis][day][person] = float(amount or 0)
    working = {
        day: bool(is_working)
        for day, is_working in first_night.rows("select date_day, is_working_day from restricted.dim_dates")
    }
    closed = {
        week
        for (week,) in first_night.rows("select period_start from closed.periods where period_type = 'week'")
    }
    rows = first_night.published(
        "select department_key, tool, cost_basis, usage_date, severity from published.cost_anomalies_daily "
        "where usage_date is not null"
    )
    expected: set[tuple[object, ...]] = set()
    contributors: dict[tuple[object, ...], int] = {}
    for (tool, basis), by_day in costs.items():
        first, last = min(by_day), max(by_day)
        calendar = [first + dt.timedelta(days=at) for at in range((last - first).days + 1)]
        days = []
        for date in calendar:
            people = {key: cost for key, cost in by_day.get(date, {}).items() if key is not None and cost > 0}
            amount = sum(by_day.get(date, {}).values())
            days.append(Day(amount, len(people), max(people.values(), default=0.0), working[date]))
            contributors[tool, basis, date] = len(people)
        for date, severity in zip(calendar, severities(days, of_company=True), strict=True):
            if severity is not None and date - dt.timedelta(days=date.weekday()) in closed:
                expected.add(("all", tool, basis, date, severity))
    assert contributors
    assert {row for row in rows if row[0] == "all"} == expected
    assert all(contributors[row[1], row[2], row[3]] >= 10 for row in rows)


def _asked(query: str, units: dict[str, list[Day]], week: int) -> dict[tuple[str, int], str]:
    """Severities that the query gives of the days of a week, counted from the first Monday."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("create schema warehouse.restricted")
    connection.execute(
        "create table warehouse.restricted.unit_cost_days (week_start date, unit_key varchar, tool varchar, "
        "cost_basis varchar, usage_date date, is_working_day boolean, amount double, contributors bigint, "
        "largest_amount double)"
    )
    start = MONDAY + dt.timedelta(weeks=week)
    connection.executemany(
        "insert into warehouse.restricted.unit_cost_days values (?, ?, 'a', 'credits', ?, ?, ?, ?, ?)",
        [
            (
                *(start, unit, MONDAY + dt.timedelta(days=at), day.is_working_day),
                *(day.amount, day.contributors, day.largest),
            )
            for unit, days in units.items()
            for at, day in enumerate(days)
            if -7 <= at // 7 - week <= 0
        ],
    )
    rows = connection.execute(f"select unit_key, usage_date, severity from ({query})").fetchall()
    return {(unit, (date - MONDAY).days): severity for unit, date, severity in rows}
