"""A deployment after its first night, copied for every kill, and the comparison with a night without faults."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from demo.archive import write_archive
from demo.company.company import Company
from demo.company.files import write_company_files
from demo.company.generate import generate_company
from demo.server import VendorServer
from demo.vendors.chatgpt import VENDOR as CHATGPT
from demo.vendors.github_copilot import VENDOR as GITHUB_COPILOT
from demo.vendors.hris import VENDOR as HRIS
from demo.vendors.m365_copilot import VENDOR as M365_COPILOT
from ingestion.privacy.contract import DayGrain
from ingestion.sources.registry import SOURCES
from orchestration.demo import environment_variables, vendor_settings
from runtime.environment import Environment, environment
from runtime.warehouse import Column, WarehouseSession
from tests.postgres import PostgresServer
from tests.recovery.forks import Forks, Order, Outcome, Work, forks

KEY = bytes(range(7, 39))
_VENDORS = (CHATGPT, GITHUB_COPILOT, HRIS, M365_COPILOT)
# What a run writes about itself (times, its id, dlt's ids) differs from run to run; figures must not.
_OWN_TIME = frozenset(
    {
        "loaded_through",
        "inputs_version",
        "load_id",
        "fetched_at",
        "last_seen_at",
        "created_at",
        "closed_at",
        "run_id",
        "recorded_at",
    }
)
# So does what each publish remembers of its open periods: a period that a killed one closed is open no more.
# Why a period is built again depends on the night that closed it.
_OWN_TABLES = frozenset(
    {
        "source_status",
        "publication",
        "runs",
        "source_runs",
        "rejected_records",
        "field_fill",
        "last_cells",
        "int_rebuilt_periods",
        "int_input_changes",
    }
)
_SNAPSHOTS = frozenset(
    (source.name, contract.name)
    for source in SOURCES
    for contract in source.contracts
    if isinstance(contract.grain, DayGrain) and contract.grain.is_snapshot
)
Tables = dict[str, Counter[tuple[Any, ...]]]


@dataclass(frozen=True)
class Deployment:
    """One data folder and, on PostgreSQL, one database."""

    environment: Environment
    variables: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def session(self) -> Iterator[WarehouseSession]:
        with environment_variables(self.variables), self.environment.session(read_only=True) as session:
            yield session


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows that the fault-free run has and this one has not, and the other way round, by table."""

    lost: dict[str, int]
    doubled: dict[str, int]

    @property
    def none(self) -> bool:
        return not self.lost and not self.doubled


class Workshop:
    """A process that forks, and deployments to copy: all that a publish needs."""

    def __init__(self, folder: Path, forks: Forks, postgres: PostgresServer | None) -> None:
        self.folder, self._forks, self._postgres = folder, forks, postgres
        self._numbers = itertools.count(1)

    def empty(self, target: str) -> Deployment:
        """A deployment before its first night."""
        data = self.folder / f"data-{next(self._numbers)}"
        if target == "dev":
            return Deployment(environment(data, target))
        assert self._postgres is not None
        return Deployment(environment(data, target), self._postgres.new_database())

    def copy(self, original: Deployment) -> Deployment:
        """The same deployment once more: folders, warehouse, what readers see."""
        data = self.folder / f"data-{next(self._numbers)}"
        shutil.copytree(original.environment.data_dir, data, symlinks=True)
        env = replace(original.environment, data_dir=data)
        if not original.variables:
            return Deployment(env)
        assert self._postgres is not None
        return Deployment(env, self._postgres.copy_database(original.variables))

    def remove(self, made: Deployment) -> None:
        """Free the room of a copy."""
        shutil.rmtree(made.environment.data_dir)
        if made.variables:
            assert self._postgres is not None
            self._postgres.execute(f"drop database {made.variables['PGDATABASE']} with (force)")

    def publish(self, made: Deployment, *, kill_at: str = "", how: str = "process") -> Outcome:
        """Publish what is built, killed at a point or not."""
        return self._ordered(made, "publish", dt.datetime.now(dt.UTC), made.variables, (), kill_at, how)

    def _ordered(
        self,
        made: Deployment,
        work: Work,
        as_of: dt.datetime,
        variables: dict[str, str],
        sources: tuple[str, ...],
        kill_at: str,
        how: str,
    ) -> Outcome:
        return self._forks.run(
            Order(
                work=work,
                folder=str(self.folder / f"fork-{next(self._numbers)}"),
                data_dir=str(made.environment.data_dir),
                target=made.environment.target,
                as_of=as_of.isoformat(),
                key=KEY.hex(),
                sources=list(sources),
                variables=variables,
                kill_at=kill_at,
                how=how,
            )
        )


class Rig(Workshop):
    """The same with a company and its vendors, so that whole nights can be run."""

    def __init__(
        self,
        folder: Path,
        forks: Forks,
        postgres: PostgresServer | None,
        company: Company,
        server: VendorServer,
    ) -> None:
        super().__init__(folder, forks, postgres)
        self.company, self.server = company, server

    def run(
        self,
        made: Deployment,
        work: Work,
        *,
        later: int = 0,
        kill_at: str = "",
        how: str = "process",
        sources: tuple[str, ...] = (),
    ) -> Outcome:
        """A piece of the night that is `later` days after the company's own, killed at a point or not."""
        as_of = self.company.profile.as_of + dt.timedelta(days=later)
        self.server.clock.set(as_of)
        settings = vendor_settings(
            self.server.configuration(), self.folder / "company", self.folder / "archive"
        )
        # A night that died closed nothing, so the next one builds more: all of them build everything.
        settings["AI_USAGE_REBUILT_FROM"] = f"{dt.date.min}"
        return self._ordered(made, work, as_of, settings | made.variables, sources, kill_at, how)

    def healthy(self, made: Deployment, work: Work, **options: Any) -> Outcome:
        """The same, which must go well."""
        return require_well(self.run(made, work, **options))


def require_well(done: Outcome) -> Outcome:
    """What nobody disturbed must go well."""
    assert not done.killed
    assert not done.answer.get("error"), done.answer
    assert done.answer.get("exit_code", 0) == 0, done.answer
    return done


@contextmanager
def rig(folder: Path, postgres: PostgresServer | None, people: int = 25, weeks: int = 2) -> Iterator[Rig]:
    """A small company whose vendors answer, and nothing loaded yet.

    It has the vendors whose loads are killed, one of each way of loading: what others add to a night only takes
    time.
    """
    company = generate_company(people=people, weeks=weeks, seed=7, vendors=_VENDORS)
    write_company_files(company, folder / "company")
    write_archive(company, folder / "archive", company.profile.as_of.date())
    with VendorServer(company) as server, forks() as forked:
        yield Rig(folder, forked, postgres, company, server)


def tables(made: Deployment, *layers: str) -> Tables:
    """Every row of every table of these schemas (`raw_` stands for all raw ones), without a run's own times."""
    found: Tables = {}
    with made.session() as session:
        accounts = _accounts(session) if "intermediate" in layers else {}
        schemas = [
            schema
            for schema in session.schemas()
            if not schema.endswith("_staging")
            and any(schema == layer or (layer == "raw_" and schema.startswith(layer)) for layer in layers)
        ]
        for schema in schemas:
            for table, columns in session.columns_by_table(schema).items():
                if table not in _OWN_TABLES and not table.startswith("_dlt"):
                    found[f"{schema}.{table}"] = _rows(session, session.name(schema, table), columns, accounts)
    return found


def _accounts(session: WarehouseSession) -> dict[int, tuple[Any, ...]]:
    """What each account's number stands for: accounts of two days get other numbers in one night."""
    if "account_keys" not in session.columns_by_table("intermediate"):
        return {}
    names = "account_key, tool_account_source, namespace, id_token"
    keys = session.rows(f"select {names} from {session.name('intermediate', 'account_keys')}")
    return {key: tuple(told) for key, *told in keys}


def _rows(
    session: WarehouseSession, relation: str, columns: list[Column], accounts: dict[int, tuple[Any, ...]]
) -> Counter[tuple[Any, ...]]:
    names = [
        column.name for column in columns if column.name not in _OWN_TIME and not column.name.startswith("_dlt")
    ]
    rows = session.rows(f"select {', '.join(map(session.name, names))} from {relation}")
    return Counter(
        tuple(_comparable(_named(name, value, accounts)) for name, value in zip(names, row, strict=True))
        for row in rows
    )


def _named(column: str, value: Any, accounts: dict[int, tuple[Any, ...]]) -> Any:
    """Keys of accounts and of sessions (macros/usage/session_key.sql), by what the number stands for."""
    if column == "account_key":
        return accounts.get(value, value)
    if column == "session_key" and value is not None:
        account, minute = divmod(value, 10**8)
        lane, account = divmod(account, 2**31)
        return accounts.get(account, account), lane, minute
    return value


def _comparable(value: Any) -> Any:
    """Sums of floating point depend on the order of rows: nine digits are compared."""
    return f"{value:.9g}" if isinstance(value, float) else value


def difference(expected: Tables, actual: Tables) -> Difference:
    """What the fault-free run has and the other has not, and the reverse."""
    lost, doubled = {}, {}
    for name in expected.keys() | actual.keys():
        wanted, got = expected.get(name, Counter()), actual.get(name, Counter())
        if name not in actual:
            lost[name] = max(1, wanted.total())
        if missing := (wanted - got).total():
            lost[name] = missing
        if more := (got - wanted).total():
            doubled[name] = more
    return Difference(lost, doubled)


def without_missed_snapshots(expected: Tables, actual: Tables, day: dt.date) -> Tables:
    """`expected` without the snapshots of a night that died before it took them.

    Rosters and seats show the present: what nobody fetched that night no later night can fetch. All of the
    day's rows of a table or none of them. Microsoft's report of last activity speaks of two days earlier.
    """
    adjusted = dict(expected)
    reports = {("m365_copilot", "usage_user_detail"): day - dt.timedelta(days=2)}
    for (source, table), missed in (dict.fromkeys(_SNAPSHOTS, day) | reports).items():
        name = f"raw_{source}.{table}"
        if name in expected and not _of_day(actual.get(name, Counter()), missed):
            adjusted[name] = expected[name] - _of_day(expected[name], missed)
    return adjusted


def _of_day(rows: Counter[tuple[Any, ...]], day: dt.date) -> Counter[tuple[Any, ...]]:
    """Tables by day begin with tenant, scope and day."""
    return Counter({row: count for row, count in rows.items() if row[2] == day})
