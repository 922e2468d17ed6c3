"""Nights against the local vendor server, as the command runs them, with the server at hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from demo.archive import write_archive
from demo.company.company import Company
from demo.company.files import write_company_files
from demo.company.generate import generate_company
from demo.server import VendorServer
from ingestion.clock import RunClock
from ingestion.config import Environment, environment
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.sources.registry import SOURCES
from orchestration.demo import environment_variables, vendor_settings
from orchestration.night import NightResult, run_night

KEY = bytes(range(7, 39))
# What a run writes about itself changes with every run; figures must not.
BOOKKEEPING = frozenset({"source_status"})


@dataclass
class World:
    """A company, its vendors, and the data folder of one deployment."""

    company: Company
    server: VendorServer
    environment: Environment
    folder: Path
    nights: list[NightResult] = field(default_factory=list)

    @property
    def company_dir(self) -> Path:
        return self.folder / "company"

    def night(self, days_later: int = 0, **options: Any) -> NightResult:
        """One night, `days_later` after the company's own; the vendors' clock goes along."""
        as_of = self.company.profile.as_of + dt.timedelta(days=days_later)
        self.server.clock.set(as_of)
        settings = vendor_settings(self.server.configuration(), self.company_dir, self.folder / "archive")
        with environment_variables(settings):
            result = run_night(self.environment, Pseudonymiser(KEY), RunClock(as_of), SOURCES, **options)
        self.nights.append(result)
        return result

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows from the private warehouse."""
        with duckdb.connect(str(self.environment.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def published(self, query: str) -> list[tuple[Any, ...]]:
        """Rows from the published file, opened as a reader opens it."""
        with duckdb.connect(str(self.environment.published_dir / "marts.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def world(folder: Path, people: int, weeks: int, seed: int = 7) -> Iterator[World]:
    """A fresh deployment of a fresh company."""
    company = generate_company(people=people, weeks=weeks, seed=seed)
    write_company_files(company, folder / "company")
    write_archive(company, folder / "archive", company.profile.as_of.date())
    with VendorServer(company) as server:
        yield World(company, server, environment(folder / "data", "dev"), folder)


def require_published(result: NightResult) -> None:
    """A night that did not publish says why in the test's report."""
    failed = [(source.source, source.error) for source in result.failed_sources]
    failures = result.dbt.failures[:8] if result.dbt else []
    assert result.publication is not None, (failed, failures, result.error)
    assert not failed, failed


def contents(world_: World, schema: str, tables: list[str] | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a schema, in a stable order, without watermarks and load ids."""
    with duckdb.connect(str(world_.environment.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select table_name, list([column_name, data_type] order by ordinal_position) "
            "from information_schema.columns where table_schema = ? group by table_name order by table_name",
            [schema],
        ).fetchall()
        return {
            table: connection.execute(
                f'select {", ".join(_compared(columns))} from "{schema}"."{table}" order by all'
            ).fetchall()
            for table, columns in found
            if table not in BOOKKEEPING and (tables is None or table in tables)
        }


def _compared(columns: list[list[str]]) -> list[str]:
    """Sums of floating point depend on the order of rows: nine digits are compared."""
    return [
        f'printf(\'%.9g\', "{column}") as "{column}"' if data_type == "DOUBLE" else f'"{column}"'
        for column, data_type in columns
        if column not in ("loaded_through", "_dlt_load_id")
    ]
