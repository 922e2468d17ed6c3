"""Small published tables written by hand, and pages that ask for them."""

from __future__ import annotations

import datetime as dt

import duckdb

from dashboards.declaration import Page

MONDAYS = [dt.date(2026, 11, 2), dt.date(2026, 11, 9)]


def published(
    rows: list[tuple[str, str, dt.date, int | None, bool]], name: str = "Sales"
) -> duckdb.DuckDBPyConnection:
    """A database with use by week: (department_key, tool, week_start, active_people, is_suppressed) a row."""
    connection = duckdb.connect()
    connection.execute("create schema published")
    connection.execute(
        "create table published.publication as select 'run' as run_id, "
        "timestamp '2026-11-16 03:00:00' as published_at, timestamp '2026-11-16 02:00:00' as as_of"
    )
    connection.execute(
        "create table published.department_usage_weekly (department_key varchar, department_name varchar, "
        "tool varchar, week_start date, headcount bigint, active_people bigint, is_complete_week boolean, "
        "is_suppressed boolean)"
    )
    connection.execute("create table published.words (department_key varchar, said varchar)")
    connection.execute("create schema restricted")
    connection.execute("create table restricted.people (person_key bigint)")
    for key, tool, week, people, hidden in rows:
        connection.execute(
            "insert into published.department_usage_weekly values (?, ?, ?, ?, 20, ?, true, ?)",
            [key, name, tool, week, people, hidden],
        )
    return connection


def page(sql: str, **columns: str) -> Page:
    """A page with one query and one line; `columns` are units by name."""
    return Page.model_validate(
        {
            "title": "Use",
            "question": "Who?",
            "order": 1,
            "queries": {
                "use": {
                    "sql": sql,
                    "columns": {name: {"label": name, "unit": unit} for name, unit in columns.items()},
                }
            },
            "charts": [
                {
                    "id": "use",
                    "type": "table",
                    "query": "use",
                    "values": list(columns),
                    "metric": "department_usage_weekly",
                    "title": "How many",
                }
            ],
        }
    )
