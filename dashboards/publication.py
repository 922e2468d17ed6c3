"""What the published tables say about themselves: how far they reach, and which departments they know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from dashboards.declaration import COMPLETE_COLUMNS, PERIOD_COLUMNS, Period
from dashboards.errors import SiteError
from dashboards.references import PUBLISHED
from dashboards.telling import Department

COMPANY_TABLES: Mapping[Period, str] = {"week": "department_usage_weekly", "month": "department_usage_monthly"}
_NOT_DEPARTMENTS = ("all", "unattributed")


@dataclass(frozen=True, slots=True)
class Publication:
    """Up to when vendors were read, when it was published (UTC), and the newest week and month with figures.

    `newest` and `next_from` lack a type of period where the tables do not tell, or none has figures yet.
    """

    as_of: dt.datetime | None
    published_at: dt.datetime
    newest: Mapping[Period, dt.date] = field(default_factory=dict)
    next_from: Mapping[Period, dt.date] = field(default_factory=dict)


def read_publication(connection: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> Publication:
    """The publication's one row.

    Raises:
        SiteError: nothing has been published.
    """
    if "publication" not in tables:
        raise SiteError("Nothing has been published yet.", "Run `ai-usage run` first.")
    asked = connection.execute("select * from published.publication")
    names = [column[0] for column in asked.description or ()]
    row = asked.fetchone()
    if row is None:
        raise SiteError("The published tables do not say when they were published.", "Publish again.")
    said = dict(zip(names, row, strict=True))
    return Publication(
        said["as_of"],
        said["published_at"],
        {period: day for period in PERIOD_COLUMNS if (day := said.get(f"newest_{period}"))},
        {period: day for period in PERIOD_COLUMNS if (day := said.get(f"next_{period}_from"))},
    )


def read_over(
    connection: duckdb.DuckDBPyConnection, tables: frozenset[str]
) -> dict[Period, frozenset[dt.date]]:
    """Weeks and months that are complete for the company and all tools. Pages open at the newest."""
    found: dict[Period, frozenset[dt.date]] = {}
    for period, table in COMPANY_TABLES.items():
        if table in tables:
            rows = connection.execute(
                f"select {PERIOD_COLUMNS[period]} from {PUBLISHED}.{table} "
                f"where department_key = 'all' and tool = 'all' and {COMPLETE_COLUMNS[period]}"
            ).fetchall()
            found[period] = frozenset(start for (start,) in rows)
    return found


def read_states(
    connection: duckdb.DuckDBPyConnection, tables: frozenset[str]
) -> dict[Period, dict[dt.date, dict[str, str]]]:
    """Why weeks and months are not complete: their `period_state` by tool, of the company."""
    found: dict[Period, dict[dt.date, dict[str, str]]] = {}
    for period, table in COMPANY_TABLES.items():
        if table not in tables:
            continue
        described = connection.execute(f"describe {PUBLISHED}.{table}").fetchall()
        if "period_state" not in {str(name) for name, *_ in described}:
            continue
        rows = connection.execute(
            f"select {PERIOD_COLUMNS[period]}, tool, period_state from {PUBLISHED}.{table} "
            "where department_key = 'all' and period_state <> 'complete' order by 1, 2"
        ).fetchall()
        for start, tool, state in rows:
            found.setdefault(period, {}).setdefault(start, {})[str(tool)] = str(state)
    return found


@dataclass(frozen=True, slots=True)
class Event:
    """What happened on a day to the company (`department_key` is `all`) or a department, and with which tool.

    `kind` is `rollout`, `company` (`label` is the company's own sentence) or `model` (`model_family` is new).
    """

    day: dt.date
    kind: str
    tool: str
    department_key: str
    department_name: str
    label: str
    model_family: str | None


def read_events(connection: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> list[Event]:
    """What time axes mark, oldest first: no days off and prices. None where an older release published."""
    if "events" not in tables:
        return []
    rows = connection.execute(
        "select event_date, kind, tool, department_key, department_name, label, model_family "
        "from published.events where kind in ('rollout', 'company', 'model') order by all"
    ).fetchall()
    return [Event(*row) for row in rows]


def has_tool(connection: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> bool:
    """Whether an AI tool is connected or was; without one, pages have nothing to show. An HRIS is no tool."""
    if "source_status" not in tables:
        return True
    found = connection.execute(
        "select count(*) from published.source_status "
        "where tool is not null and (is_connected or last_success_at is not null)"
    ).fetchone()
    return found is not None and found[0] > 0


def read_departments(connection: duckdb.DuckDBPyConnection, tables: frozenset[str]) -> list[Department]:
    """Every unit of the newest complete week; the pool of small ones last."""
    if "department_usage_weekly" not in tables:
        return []
    rows = connection.execute(
        "select distinct department_key, department_name from published.department_usage_weekly "
        "where week_start = "
        "(select max(week_start) from published.department_usage_weekly where is_complete_week) "
        "order by department_key = 'other', department_name, department_key"
    ).fetchall()
    return [Department(str(key), str(name)) for key, name in rows if key not in _NOT_DEPARTMENTS]
