"""Ranges of hidden figures: beside the figure that they are about, and nowhere else."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser

from dashboards.declaration import Page
from dashboards.payload import page_payload
from dashboards.queries import answers
from tests.dashboards.browser import DESKTOP, reader
from tests.dashboards.tables import MONDAYS, page, published

SQL = (
    "select week_start, tool, department_key, active_people, headcount, is_complete_week, is_suppressed "
    "from published.department_usage_weekly order by all"
)
BOUNDS = {
    "table": "department_usage_weekly",
    "where": {"tool": "chatgpt"},
    "same": {"department_key": "department_key"},
}


@pytest.fixture
def tables() -> duckdb.DuckDBPyConnection:
    """Sales is hidden and has 3 to 14; the company is shown; Legal is not known, and hides nothing."""
    made = published(
        [
            ("sales", "chatgpt", MONDAYS[0], None, True),
            ("all", "chatgpt", MONDAYS[0], 60, False),
            ("legal", "chatgpt", MONDAYS[0], None, False),
            ("sales", "chatgpt", MONDAYS[1], None, True),
        ]
    )
    made.execute(
        "create table published.hidden_figure_bounds (published_table varchar, period_type varchar, "
        "period_start date, department_key varchar, tool varchar, item varchar, figure varchar, "
        "low decimal(28, 3), high decimal(28, 3))"
    )
    return made


def put(tables: duckdb.DuckDBPyConnection, week: dt.date, unit: str, **other: object) -> None:
    row = {"published_table": "department_usage_weekly", "tool": "chatgpt", "figure": "active_people"}
    row |= {"low": 3, "high": 14, **other}
    tables.execute(
        "insert into published.hidden_figure_bounds values (?, 'week', ?, ?, ?, '', ?, ?, ?)",
        [row["published_table"], week, unit, row["tool"], row["figure"], row["low"], row["high"]],
    )


def declared(**bounds: object) -> Page:
    made = page(SQL, department_key="text", active_people="people")
    query = made.queries["use"].model_dump()
    query["bounds"] = {**BOUNDS, **bounds}
    query["columns"]["active_people"]["metric"] = "department_usage_weekly.active_people"
    return Page.model_validate({**made.model_dump(exclude_none=True), "queries": {"use": query}})


def test_a_hidden_figure_gets_its_range_and_stays_hidden(tables: duckdb.DuckDBPyConnection) -> None:
    put(tables, MONDAYS[0], "sales")
    put(tables, MONDAYS[0], "legal")
    put(tables, MONDAYS[0], "all")
    put(tables, MONDAYS[1], "sales", tool="codex")
    found = answers(tables, declared(), "use")["use"]
    rows = {
        (row["week_start"], row["department_key"]): (
            row["active_people"],
            row["active_people_low"],
            row["active_people_high"],
        )
        for row in found.rows
    }
    assert rows == {
        (MONDAYS[0], "sales"): (None, Decimal(3), Decimal(14)),
        (MONDAYS[0], "all"): (60, None, None),
        (MONDAYS[0], "legal"): (None, None, None),
        (MONDAYS[1], "sales"): (None, None, None),
    }


def test_the_range_is_in_the_data_of_the_page(tables: duckdb.DuckDBPyConnection) -> None:
    put(tables, MONDAYS[1], "sales", high=None)
    made = declared()
    payload = page_payload(made, answers(tables, made, "use"), MONDAYS, MONDAYS[1], {"use": ["a", "a"]}, {}, {})
    columns = payload["queries"]["use"]["columns"]
    assert columns["active_people_low"] == [None, None, None, 3]
    assert columns["active_people_high"] == {"cycle": [None]}


def test_without_ranges_and_without_the_table_nothing_is_added(tables: duckdb.DuckDBPyConnection) -> None:
    """A figure of another name or table has none; files of earlier releases have no table."""
    put(tables, MONDAYS[0], "sales", figure="licensed_people")
    put(tables, MONDAYS[0], "sales", published_table="department_usage_monthly")
    assert "active_people_low" not in answers(tables, declared(), "use")["use"].columns
    tables.execute("drop table published.hidden_figure_bounds")
    assert "active_people_low" not in answers(tables, declared(), "use")["use"].columns


def test_pages_write_and_draw_ranges_and_titles_do_not(browser: Browser, folder: Path) -> None:
    """Of the invented company each hidden number of active people and of holders is 6 to 14."""
    with reader(browser, DESKTOP) as looking:
        page = looking.open(folder / "department-sales.html")
        for chart, drawn in {"active": "line", "seats": "bar"}.items():
            section = page.locator(f"#{chart}")
            assert "between 6 and 14" in (section.locator("[data-slot=table]").text_content() or "")
            assert "between 6 and 14" not in (section.locator("h2").text_content() or "")
            series = looking.chart(chart)["series"]
            outlines = [one for one in series if one["type"] == "custom"]
            assert outlines
            assert {one["type"] for one in series} >= {drawn}
            ends = {(low, high) for one in outlines for _, low, high in one["data"] if not math.isnan(low)}
            assert ends == {(6, 14)}
        assert looking.complaints == []
