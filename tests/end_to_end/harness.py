"""Nights against the local vendor server, as the command runs them, with the server at hand."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import psycopg2

from demo.archive import write_archive
from demo.company.company import Company
from demo.company.files import write_company_files
from demo.company.generate import generate_company
from demo.server import VendorServer
from demo.vendor import DemoVendor
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceDefinition
from ingestion.sources.registry import SOURCES
from orchestration.checks import CheckResult
from orchestration.dbt import DbtResult, run_dbt
from orchestration.demo import environment_variables, vendor_settings
from orchestration.night import Night, NightResult, run_night
from runtime.clock import RunClock
from runtime.environment import Environment, environment
from runtime.warehouse import WarehouseSession
from tests.attack.readers import Seen
from tests.data_tests import BUILD_AGAIN, BUILD_ONLY, left_out
from tests.postgres import PostgresServer

KEY = bytes(range(7, 39))
# What a run writes about itself changes with every run; figures must not.
BOOKKEEPING = frozenset({"source_status", "int_input_changes"})
RUN_COLUMNS = frozenset({"loaded_through", "inputs_version", "_dlt_load_id"})


@dataclass
class World:
    """A company, its vendors, and the data folder of one deployment.

    Attributes:
        variables: what its processes find in their environment.
        seen: versions that a test wants to look at later.
        requests_before: what its vendors were asked before this server of theirs was started.
        postgres: the server of its database, where it has one of its own.
    """

    company: Company
    server: VendorServer
    environment: Environment
    folder: Path
    nights: list[NightResult] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    requests_before: list[str] = field(default_factory=list)
    postgres: PostgresServer | None = None

    @property
    def company_dir(self) -> Path:
        return self.folder / "company"

    @property
    def manifest(self) -> dict[str, Any]:
        """The project as the last build of this deployment read it."""
        found: dict[str, Any] = json.loads((self.environment.data_dir / "target/manifest.json").read_text())
        return found

    def requests(self, pattern: str = "") -> list[str]:
        """Everything that the vendors were asked whose label (`GET site/path?query`) holds the expression."""
        asked = [*self.requests_before, *(exchange.request.label for exchange in self.server.requests)]
        return [label for label in asked if re.search(pattern, label)]

    def night(
        self, days_later: int = 0, since: dt.date | None = None, *, tested: bool = True, **options: Any
    ) -> NightResult:
        """One night, `days_later` after the company's own; the vendors' clock goes along.

        `tested`: whether dbt's data tests run.
        """
        as_of = self.company.profile.as_of + dt.timedelta(days=days_later)
        self.server.clock.set(as_of)
        settings = vendor_settings(self.server.configuration(), self.company_dir, self.folder / "archive")
        with environment_variables(settings | self.variables), nullcontext() if tested else left_out():
            result = run_night(self.environment, Pseudonymiser(KEY), RunClock(as_of, since), SOURCES, **options)
        self.nights.append(result)
        return result

    def load(
        self,
        days_later: int = 0,
        since: dt.date | None = None,
        sources: Sequence[SourceDefinition] = SOURCES,
    ) -> list[CheckResult]:
        """Only the loads of a night; what it would be refused for."""
        as_of = self.company.profile.as_of + dt.timedelta(days=days_later)
        self.server.clock.set(as_of)
        settings = vendor_settings(self.server.configuration(), self.company_dir, self.folder / "archive")
        with environment_variables(settings | self.variables), Night(self.environment) as night:
            night.open(Pseudonymiser(KEY), RunClock(as_of, since), sources)
            failed = [source.name for source in sources if night.load(source).status == "failed"]
            assert not failed, failed
            night.check()
            return list(night.result.failed_checks)

    def build(self, *arguments: str) -> DbtResult:
        """Build what is loaded as the night does, after a night that built everything."""
        build = BUILD_AGAIN if self.environment.target == "dev" else BUILD_ONLY
        with environment_variables(self.variables):
            return run_dbt([*build, *arguments], self.environment)

    @contextmanager
    def session(self) -> Iterator[WarehouseSession]:
        """SQL on the private warehouse, as the pipeline's own role."""
        read_only = self.environment.has_file
        with environment_variables(self.variables), self.environment.session(read_only=read_only) as session:
            yield session

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows from the private warehouse."""
        with self.session() as session:
            return session.rows(query)

    def published(self, query: str) -> list[tuple[Any, ...]]:
        """Rows from what is published, opened as a reader opens it."""
        if self.environment.has_file:
            path = self.environment.published_dir / "marts.duckdb"
            with duckdb.connect(str(path), read_only=True) as connection:
                found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
                return found
        connection = psycopg2.connect(
            host=self.variables["PGHOST"],
            dbname=self.variables["PGDATABASE"],
            user=self.variables["AI_USAGE_BI_ROLE"],
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            connection.close()


@contextmanager
def world(
    folder: Path,
    people: int,
    weeks: int,
    seed: int = 7,
    target: str = "dev",
    variables: dict[str, str] | None = None,
    vendors: Sequence[DemoVendor[Any]] | None = None,
) -> Iterator[World]:
    """A fresh deployment of a fresh company.

    `variables`: what its processes find in their environment; `vendors`: those that it uses, all by default.
    """
    company = generate_company(people=people, weeks=weeks, seed=seed, vendors=vendors)
    write_company_files(company, folder / "company")
    write_archive(company, folder / "archive", company.profile.as_of.date())
    with VendorServer(company) as server:
        yield World(company, server, environment(folder / "data", target), folder, variables=variables or {})


def require_published(result: NightResult) -> None:
    """A night that did not publish says why in the test's report."""
    failed = [(source.source, source.error) for source in result.failed_sources]
    failures = result.dbt.failures[:8] if result.dbt else []
    assert result.publication is not None, (failed, failures, result.error)
    assert result.site_error is None, result.site_error
    assert not failed, failed


def contents(world_: World, schema: str, tables: list[str] | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a schema, in a stable order, without watermarks and load ids.

    Values are comparable between engines, see :func:`comparable`.
    """
    found: dict[str, list[tuple[Any, ...]]] = {}
    with world_.session() as session:
        for table, columns in session.columns_by_table(schema).items():
            if table in BOOKKEEPING or (tables is not None and table not in tables):
                continue
            compared = [session.name(column.name) for column in columns if column.name not in RUN_COLUMNS]
            rows = session.rows(f"select {', '.join(compared)} from {session.name(schema, table)}")
            found[table] = comparable(rows)
    return found


def comparable(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows in a stable order, comparable between engines.

    Money is compared exactly, and a count is the same number whether an engine calls it bigint or decimal. Sums
    of floating point depend on the order of rows: nine digits are compared.
    """
    rounded = [tuple(f"{value:.9g}" if isinstance(value, float) else value for value in row) for row in rows]
    return sorted(rounded, key=lambda row: [_order(value) for value in row])


def _order(value: Any) -> tuple[int, Any]:
    if value is None:
        return 0, 0
    return (1, value) if isinstance(value, int | decimal.Decimal) else (2, str(value))
