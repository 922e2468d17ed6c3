"""A small deployment on either engine: one source loaded for real, and the layers above it by hand."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ingestion.identity import Link, link_contract
from ingestion.pipeline import SourceResult, open_context, run_source
from ingestion.privacy.contract import (
    CurrentGrain,
    DayGrain,
    EventGrain,
    TableContract,
    date,
    email,
    event_hash,
    identifier,
)
from ingestion.privacy.pseudonym import (
    CHATGPT_USER,
    CONVERSATION,
    ENTRA_OBJECT,
    HRIS_ID,
    PERSON_EMAIL,
    Pseudonymiser,
)
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch
from ledger.horizon import Horizon
from lifecycle.erase import Eraser
from lifecycle.sweep import person_label
from orchestration.demo import environment_variables
from runtime.clock import RunClock
from runtime.environment import Environment, environment
from runtime.settings import SourceSettings
from tests.postgres import PostgresServer

KEY = bytes(range(32))
NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
TODAY = NOW.date()
MAYA, NOAH, HEIR = (f"{name}@asterlane.example" for name in ("maya.lind", "noah.brandt", "desk"))


class Record(NamedTuple):
    """A record of any of the tables."""

    id: str = ""
    user: str | None = None
    mail: str | None = None
    thread: str | None = None
    employee: str | None = None
    manager: str | None = None
    day: dt.date = TODAY


MESSAGES = TableContract(
    "messages",
    EventGrain(key=("tenant", "event_token"), day="day"),
    (
        event_hash("event_token", lambda r: r.id),
        identifier("conversation_token", CONVERSATION, lambda r: r.thread),
        identifier("user_token", CHATGPT_USER, lambda r: r.user),
        email("email_token", lambda r: r.mail),
        date("day", lambda r: r.day),
    ),
    Horizon(first_load=900),
)
EMPLOYEES = TableContract(
    "employees",
    DayGrain(is_snapshot=True),
    (
        identifier("employee_token", HRIS_ID, lambda r: r.employee, required=True),
        email("email_token", lambda r: r.mail),
        identifier("manager_token", HRIS_ID, lambda r: r.manager, of_somebody_else=True),
    ),
)
LEAVE = TableContract(
    "leave", CurrentGrain(), (identifier("employee_token", HRIS_ID, lambda r: r.employee, required=True),)
)
LINKS = link_contract(ENTRA_OBJECT, PERSON_EMAIL, "directory")
CONTRACTS = (MESSAGES, EMPLOYEES, LEAVE, LINKS)


@dataclass
class Vendor:
    """What the source shows; tests change it between loads."""

    messages: list[Record] = field(default_factory=list)
    employees: list[Record] = field(default_factory=list)
    leave: list[Record] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def extract(self, run: SourceRun) -> Iterator[Batch]:
        """Every table once."""
        yield from run.events(MESSAGES, self.messages)
        yield from run.replace_day(EMPLOYEES, TODAY, self.employees)
        yield from run.replace_current(LEAVE, self.leave)
        yield from run.events(LINKS, self.links)


@dataclass
class Deployment:
    """One data folder or database with its vendor."""

    environment: Environment
    vendor: Vendor = field(default_factory=Vendor)
    pseudonymiser: Pseudonymiser = field(default_factory=lambda: Pseudonymiser(KEY))
    runs: int = 0

    def load(self, as_of: dt.datetime = NOW) -> SourceResult:
        """One load of the source."""
        self.runs += 1
        definition = SourceDefinition(
            "fake", SourceSettings, CONTRACTS, lambda _: True, self.vendor.extract, lambda _: ()
        )
        context = open_context(
            self.environment, self.pseudonymiser, RunClock(as_of), f"run-{self.runs}", [definition]
        )
        result = run_source(definition, context)
        assert result.status == "ok", result.error
        return result

    def eraser(self) -> Eraser:
        """The command's own."""
        return Eraser(self.environment, self.pseudonymiser, {"fake": CONTRACTS})

    def mail(self, address: str) -> str:
        """Token of an address."""
        return self.pseudonymiser.email_token(address)

    def token(self, namespace: str, value: str) -> str:
        """Token of another identifier."""
        return self.pseudonymiser.token(namespace, value)

    def label(self, employee: str) -> str:
        """The second pseudonym."""
        return person_label(
            self.rows("select salt from ops.person_key_salt")[0][0], self.token(HRIS_ID, employee)
        )

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query; schemas stand without prefix here."""
        with self.environment.session() as session:
            return session.rows(query, *parameters)

    def run(self, *statements: str) -> None:
        """Statements, e.g. what dbt would have built."""
        with self.environment.session() as session:
            for statement in statements:
                session.execute(statement)

    def places(self, *values: str) -> set[str]:
        """Columns of any table that hold one of the values."""
        found = set()
        with self.environment.session() as session:
            for schema in session.schemas():
                for table, columns in session.columns_by_table(schema).items():
                    for column in columns:
                        if column.data_type.lower() not in ("varchar", "text", "character varying"):
                            continue
                        marks = ", ".join(["%s"] * len(values))
                        name = session.name(schema, table)
                        if session.value(f'select 1 from {name} where "{column.name}" in ({marks})', *values):
                            found.add(f"{schema}.{table}.{column.name}")
        return found


def fill(made: Deployment) -> None:
    """Maya (h1) reports to nobody, Noah (h2) reports to Maya; one conversation is shared."""
    made.vendor.messages = [
        Record("e1", "u1", MAYA, "c1"),
        Record("e2", None, None, "c1"),
        Record("e3", "u2", NOAH, "c1"),
        Record("e4", "u2", NOAH, "c2"),
        Record("e5", None, None, "c2"),
    ]
    made.vendor.employees = [
        Record(employee="h1", mail=MAYA),
        Record(employee="h2", mail=NOAH, manager="h1"),
    ]
    made.vendor.leave = [Record(employee="h1"), Record(employee="h2")]
    made.vendor.links = [Link("o1", MAYA, TODAY), Link("o2", NOAH, TODAY)]


@pytest.fixture(params=["dev", "postgres"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """An empty deployment on each engine."""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        for name, value in server.new_database().items():
            monkeypatch.setenv(name, value)
    return Deployment(environment(tmp_path / "data", request.param))


@pytest.fixture(scope="session")
def first_load(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], tuple[Path, dict[str, str]]]:
    """By target: the data folder and the database after the load of what :func:`fill` gives, once a session."""

    @cache
    def loaded(target: str) -> tuple[Path, dict[str, str]]:
        variables: dict[str, str] = {}
        if target == "postgres":
            server: PostgresServer = request.getfixturevalue("postgres")
            variables = server.new_database()
        folder = tmp_path_factory.mktemp("filled") / "data"
        with environment_variables(variables):
            made = Deployment(environment(folder, target))
            fill(made)
            made.load()
        return folder, variables

    return loaded


@pytest.fixture(params=["dev", "postgres"])
def filled(
    request: pytest.FixtureRequest,
    first_load: Callable[[str], tuple[Path, dict[str, str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Deployment:
    """A copy of a deployment on each engine after its first load: Maya, Noah and what they share."""
    folder, variables = first_load(request.param)
    if variables:
        server: PostgresServer = request.getfixturevalue("postgres")
        for name, value in server.copy_database(variables).items():
            monkeypatch.setenv(name, value)
    shutil.copytree(folder, tmp_path / "data", symlinks=True)
    made = Deployment(environment(tmp_path / "data", request.param), runs=1)
    fill(made)
    return made
