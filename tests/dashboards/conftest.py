"""One site of an invented company, and one browser, for all tests that look at pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser

from dashboards.builder import Site, build
from tests.dashboards.browser import chromium
from tests.dashboards.published_schema import contracts, filled_schema

FORMULA = '=HYPERLINK("x","Legal")'


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Every page, a fifth of the figures hidden; a department is named like a formula of a spreadsheet."""
    with filled_schema(weeks=20, missing=0.2) as connection:
        publish(connection)
        limit(connection)
        connection.execute("delete from published.license_utilization_monthly where tool <> product")
        for table, columns in contracts().items():
            if "department_name" in columns:
                connection.execute(
                    f"update published.{table} set department_name = ? where department_key = 'legal'",
                    [FORMULA],
                )
        return build(connection, tmp_path_factory.mktemp("site") / "site")


@pytest.fixture(scope="session")
def folder(site: Site) -> Path:
    """The folder of its pages."""
    return site.index.parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def limit(connection: duckdb.DuckDBPyConnection) -> None:
    """A range for each hidden figure of two tables, 6 to 14; Sales hides one of each in every period."""
    connection.execute("delete from published.hidden_figure_bounds")
    for table, period, item, figure in (
        ("department_usage_weekly", "week_start", "''", "active_people"),
        ("license_utilization_monthly", "month_start", "product", "seat_holders"),
    ):
        connection.execute(
            f"update published.{table} set {figure} = null, is_suppressed = true "
            "where department_key = 'sales' and tool = 'm365_copilot'"
        )
        connection.execute(
            "insert into published.hidden_figure_bounds "
            f"select '{table}', '{period.removesuffix('_start')}', {period}, department_key, tool, {item}, "
            f"'{figure}', 6, 14 from published.{table} where {figure} is null and is_suppressed"
        )


def publish(connection: duckdb.DuckDBPyConnection) -> None:
    """The publication's row, which publishing makes and no model."""
    connection.execute(
        "create or replace table published.publication as select 'run' as run_id, "
        "timestamp '2026-11-16 03:00:00' as published_at, timestamp '2026-11-16 02:00:00' as as_of"
    )
