"""Every title of every period, over tables with hidden figures, against the same tables with all of them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from dashboards.answers import Row
from dashboards.claims import Rank, Trend
from dashboards.declaration import load_pages
from dashboards.rendering import Renderer, Title
from dashboards.rounding import written
from dashboards.telling import Told
from tests.dashboards.claimed import faults, require_claimed
from tests.dashboards.published_schema import contracts, filled_schema

PAGES = load_pages()
KEYS = (
    "department_key",
    "tool",
    "product",
    "cost_basis",
    "family",
    "band",
    "capability",
    "week_start",
    "month_start",
)
NEVER_HIDDEN = {"headcount", "target", "missing_days", "permanent_gap_days"}


class Unhidden:
    """The figures of the same queries before anything was hidden. Merged units have a part of any size."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._rows: dict[tuple[object, ...], dict[tuple[object, ...], Row]] = {}

    def figure(self, row: Mapping[str, Any], column: str, title: Title) -> float | None:
        for rows in self._queries(title).values():
            found = rows.get(_key(row))
            if found is not None and column in found:
                return None if found[column] is None else float(found[column])
        return None

    def parts(self, row: Mapping[str, Any], column: str, title: Title) -> list[float]:
        value = self.figure(row, column, title)
        if value is None:
            return []
        return [value] if row.get("department_key") != "other" else [0.0, value]

    def _queries(self, title: Title) -> dict[tuple[object, ...], dict[tuple[object, ...], Row]]:
        page, key = PAGES[title.page], title.department and title.department.key
        for name in page.queries:
            if (title.page, key, name) not in self._rows:
                teller, _, _ = self._renderer._teller(title.page, page, title.department)
                for query, answer in teller.answers.items():
                    self._rows[title.page, key, query] = {_key(one): one for one in answer.rows}
        own = page.queries
        chart = next(chart for chart in page.charts if chart.id == title.chart)
        ordered = [chart.query, *(name for name in own if name != chart.query)]
        return {(name,): self._rows[title.page, key, name] for name in ordered}


def _key(row: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(row.get(name) for name in KEYS)


def hide(connection: duckdb.DuckDBPyConnection, share: float) -> None:
    """Take figures away at random, as suppression does: NULL, and the row says so."""
    chance = random.Random(11)
    for table, columns in contracts().items():
        if "is_suppressed" not in columns:
            continue
        rows = connection.execute(f"select rowid from published.{table}").fetchall()
        figures = [
            name for name, kind in columns.items() if kind in ("bigint", "double") and name not in NEVER_HIDDEN
        ]
        for name in [one for one in figures if not one.endswith(("_change", "_14_weeks_ago"))]:
            gone = [number for (number,) in rows if chance.random() < share]
            connection.execute(
                f'update published.{table} set "{name}" = null, is_suppressed = true '
                "where list_contains(?, rowid)",
                [gone],
            )


def look_back(connection: duckdb.DuckDBPyConnection) -> None:
    """Figures of 14 weeks ago are those that the table holds of that week."""
    names = [name for name in contracts()["department_usage_weekly"] if name.endswith("_14_weeks_ago")]
    values = ", ".join(f"{name} = earlier.{name.removesuffix('_14_weeks_ago')}" for name in names)
    connection.execute(
        f"update published.department_usage_weekly as now set {values} "
        "from published.department_usage_weekly as earlier where now.department_key = earlier.department_key "
        "and now.tool = earlier.tool and earlier.week_start = now.week_start - 98"
    )
    nulls = ", ".join(f"{name} = null" for name in names)
    connection.execute(
        f"update published.department_usage_weekly set {nulls} where week_start < date '2026-10-05'"
    )


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[list[Title], Unhidden]]:
    with filled_schema(20, 0.0, seed=3) as whole, filled_schema(20, 0.0, seed=3) as hidden:
        for connection in (whole, hidden):
            for table, columns in contracts().items():
                for name in columns.keys() & {"is_complete_week", "is_complete_month"}:
                    connection.execute(f"update published.{table} set {name} = true")
            connection.execute(
                "create or replace table published.publication as select 'run' as run_id, "
                "timestamp '2026-11-16 03:00:00' as published_at, timestamp '2026-11-16 02:00:00' as as_of"
            )
            connection.execute("delete from published.license_utilization_monthly where tool <> product")
        hide(hidden, 0.25)
        for connection in (whole, hidden):
            look_back(connection)
        yield list(Renderer(hidden, PAGES).titles()), Unhidden(Renderer(whole, PAGES))


def test_no_title_of_any_period_is_false(told: tuple[list[Title], Unhidden]) -> None:
    titles, truth = told
    # Figures are drawn at random, so the spread of the shown weeks may be far from that of all.
    found = [fault for title in titles for fault in faults(title, truth, surely=0.0)]
    assert [fault for fault in found if not fault.startswith("unchecked")] == []
    assert len([fault for fault in found if fault.startswith("unchecked")]) < 0.2 * len(titles)
    claims = [claim for title in titles for claim in title.told.claims]
    ranks = [claim for claim in claims if isinstance(claim, Rank)]
    assert {claim.is_of_shown for claim in ranks} == {True, False}
    assert any(isinstance(claim, Trend) and claim.way for claim in claims)


def test_no_title_compares_without_a_claim(told: tuple[list[Title], Unhidden]) -> None:
    for title in told[0]:
        require_claimed(title.told, f"{title.page}/{title.chart}")


def test_false_claims_are_found(told: tuple[list[Title], Unhidden]) -> None:
    """A check that finds nothing proves nothing: each kind of claim, made false."""
    titles, truth = told
    wrong = 0
    for title in titles:
        for claim in title.told.claims:
            if isinstance(claim, Rank) and len({row[claim.column] for row in claim.rivals} - {None}) > 1:
                shown = sorted(
                    (row for row in claim.rivals if row[claim.column] is not None),
                    key=lambda row: row[claim.column],
                    reverse=claim.is_least,
                )
                first, last = (written(row[claim.column], claim.digits) for row in (shown[0], shown[-1]))
                if first == last:
                    continue
                false: Rank | Trend = replace(claim, firsts=(shown[0],))
            elif isinstance(claim, Trend) and claim.then:
                false = replace(claim, now=claim.now + 0.5 * abs(claim.now) + 1)
            else:
                continue
            made = replace(title, told=Told(title.told.text, (false,), True))
            found = list(faults(made, truth))
            assert found, (title, false)
            wrong += not found[0].startswith("unchecked")
    assert wrong > 100
    with pytest.raises(AssertionError):
        require_claimed(Told("Sales has the most of all", (), is_composed=True), "x")
    with pytest.raises(AssertionError):
        require_claimed(Told("Sales is up from 3", (), is_composed=True), "x")


def test_a_hidden_unit_that_would_win_is_noticed() -> None:
    """The department with the highest share is hidden: only `of the 2 departments shown` is true."""
    week = dt.date(2026, 11, 9)
    first, last = (
        {"department_key": key, "week_start": week, "share": value} for key, value in (("a", 0.5), ("b", 0.2))
    )
    hidden = {"department_key": "c", "week_start": week, "share": None}

    class Known:
        def figure(self, row: Mapping[str, Any], column: str, title: Title) -> float | None:
            return {"a": 0.5, "b": 0.2, "c": 0.9}[row["department_key"]]

        def parts(self, row: Mapping[str, Any], column: str, title: Title) -> list[float]:
            return [self.figure(row, column, title) or 0.0]

    of_all = Rank("share", (first,), (first, last, hidden), is_least=False, is_of_shown=False, digits=2)
    title = Title("models", "departments", None, week, Told("a has the most", (of_all,), is_composed=True))
    assert [fault.split(" | ")[0] for fault in faults(title, Known())] == [
        "a unit that is hidden or merged is before the first"
    ]
    of_shown = replace(
        title, told=Told("a has the most of", (replace(of_all, is_of_shown=True),), is_composed=True)
    )
    assert list(faults(of_shown, Known())) == []
