"""The rule of alarms: checked by hand, by how often it is wrong, and beside the published table's query."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace

import duckdb
import pytest

from benchmarks.alarms import (
    LEAST_FOUND,
    MOST_FALSE,
    THRESHOLD,
    Series,
    Week,
    company,
    false_alarms,
    onsets,
    share_found,
    statistics,
)
from orchestration.compiled import compiled_queries
from runtime.environment import environment
from tests.docs.published import contracts

TABLE = "usage_alarms_weekly"
FIRST = dt.date(2026, 1, 5)
ALL: tuple[Series, ...] = ("active_people", "credits", "messages_per_session")


def test_a_doubled_cost_adds_at_most_two_and_a_half_a_week() -> None:
    """Half of the cost for 14 weeks, then two thirds: ln 2 is 6.5 deviations of 0.106, of which 3 count."""
    weeks = [Week(100, 200)] * 14 + [Week(200, 300)] * 2
    assert statistics(weeks, "credits") == [None] * 14 + [2.5, 5.0]


def test_a_sum_forgets_what_is_eight_weeks_old() -> None:
    """After eight weeks a run cannot grow further by starting earlier: each week counts 2.5 at most."""
    weeks = [Week(100, 200)] * 14 + [Week(200, 300)] * 7
    found = [value for value in statistics(weeks, "credits") if value is not None]
    assert found[:7] == [2.5, 5.0, 7.5, 10.0, 12.5, 15.0, 17.5]
    assert max(value or 0 for value in statistics([*weeks, *[Week(200, 300)] * 20], "credits")) <= 20.0


def test_a_small_department_and_one_without_figures_are_not_judged() -> None:
    """Nine active people on average are too few; cost that the rest does not have has no ratio."""
    assert set(statistics([Week(9, 100, 20, 200)] * 20, "active_people")) == {None}
    assert set(statistics([Week(10, 100, 20, 200)] * 20, "active_people")) == {None, 0.0}
    assert set(statistics([Week(100, 100)] * 20, "credits")) == {None}


def test_an_alarm_begins_once() -> None:
    high = THRESHOLD
    assert list(onsets([None, high - 1, high, high + 1, 0.0, high])) == [2, 5]


@pytest.mark.parametrize("series", ALL)
def test_alarms_are_seldom_wrong_and_find_what_was_planted(series: Series) -> None:
    """With fewer companies than `python -m benchmarks.alarms` takes."""
    assert false_alarms(random.Random(7), series, 60) <= MOST_FALSE
    assert share_found(random.Random(8), series, 150) >= LEAST_FOUND


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The published table's query, compiled once."""
    return compiled_queries(environment(tmp_path_factory.mktemp("alarms"), "dev"), [TABLE])[TABLE]


@pytest.mark.parametrize("series", ALL)
def test_the_published_query_gives_the_same(series: Series, query: str) -> None:
    """Over invented companies with a planted change, some weeks hidden, against the rule in Python."""
    chance, alarms = random.Random(3), 0
    for _ in range(3):
        departments = [
            [None if chance.random() < 0.05 else _in_cents(week) for week in weeks]
            for weeks in company(chance, series, (0, 30))
        ]
        published = _published(query, series, departments)
        for number, weeks in enumerate(departments):
            shown = [(at, week) for at, week in enumerate(weeks) if week is not None]
            values = statistics([week for _, week in shown], series)
            expected = dict(zip((at for at, _ in shown), values, strict=True))
            for at, (statistic, is_alarm, since) in enumerate(published[f"d{number}"]):
                wanted = expected.get(at)
                assert statistic == (None if wanted is None else pytest.approx(wanted, abs=1e-6))
                assert is_alarm == (None if wanted is None else wanted >= THRESHOLD)
                assert (since is not None) == bool(is_alarm)
                alarms += bool(is_alarm)
    assert alarms > 0


def _published(
    query: str, series: Series, departments: Sequence[Sequence[Week | None]]
) -> dict[str, list[tuple[float | None, bool | None, dt.date | None]]]:
    """Rows of the query by department, over tables in memory with these weeks."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("create schema warehouse.marts")
    for table in ("department_usage_weekly", "department_tokens_weekly"):
        listed = ", ".join(f'"{name}" {kind}' for name, kind in contracts()[table].items())
        connection.execute(f"create table warehouse.marts.{table} ({listed})")
    for number, weeks in enumerate(departments):
        for at, week in enumerate(weeks):
            day = FIRST + dt.timedelta(weeks=at)
            figure, base = (week.figure, week.base) if week else (None, 0.0)
            _put(connection, series, f"d{number}", day, figure, base)
            # The company's row says the same in every department's week; one of them writes it.
            first = next((other for other in (each[at] for each in departments) if other is not None), None)
            if number == 0:
                company_figure, company_base = (first.company, first.company_base) if first else (None, 0.0)
                _put(connection, series, "all", day, company_figure, company_base)
    found: dict[str, list[tuple[float | None, bool | None, dt.date | None]]] = {}
    for key, *row in connection.execute(
        f"select department_key, statistic, is_alarm, since_week from ({query}) where series = ? "
        "order by department_key, week_start",
        [series],
    ).fetchall():
        found.setdefault(key, []).append(tuple(row))
    return found


def _in_cents(week: Week) -> Week:
    """As the published table has it: credits with three decimals."""
    return replace(week, figure=round(week.figure, 3), company=round(week.company, 3))


def _put(
    connection: duckdb.DuckDBPyConnection,
    series: Series,
    key: str,
    day: dt.date,
    figure: float | None,
    base: float,
) -> None:
    if series != "credits":
        connection.execute(
            "insert into warehouse.marts.department_usage_weekly (department_key, department_name, tool, "
            f"week_start, {series}, headcount, is_complete_week, is_suppressed) "
            "values (?, ?, 'all', ?, ?, ?, true, false)",
            [key, key, day, figure, base],
        )
    else:
        connection.execute(
            "insert into warehouse.marts.department_tokens_weekly (department_key, department_name, tool, "
            "week_start, credits, is_complete_week, is_suppressed) values (?, ?, 'chatgpt', ?, ?, true, false)",
            [key, key, day, figure],
        )
