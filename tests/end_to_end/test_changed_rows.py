"""Tables that are built by changes (`replace_changed`) equal a full build, whatever changed since the last one.

A full build of such a table is its own SQL without a filter, over inputs that every build makes whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from ingestion.sources.registry import SOURCES
from ledger.tombstone import Tombstone
from lifecycle.layout import raw_tables
from lifecycle.sweep import sweep
from orchestration.dbt import run_dbt
from runtime.environment import environment
from tests.data_tests import BUILD_AGAIN
from tests.end_to_end.harness import World
from tests.worlds.store import own

pytestmark = pytest.mark.end_to_end

# In the order in which they are built.
TABLES = (
    "intermediate.int_token_costs",
    "intermediate.int_credit_costs",
    "intermediate.int_account_costs",
    "intermediate.int_session_models",
    "restricted.fct_features_daily",
    "restricted.fct_usage_daily",
    "restricted.fct_unattributed_usage_daily",
    "restricted.fct_sessions",
    "restricted.fct_costs_daily",
    "restricted.fct_model_usage_daily",
    "restricted.person_sign_days",
)
NAMES = tuple(table.split(".")[1] for table in TABLES)
BUILT = [*BUILD_AGAIN, "--select", *(f"+{name}" for name in NAMES)]
LOG = "intermediate.int_input_changes"
VERSION = "inputs_version"
# A person with accounts in several tools who worked on every day of the company.
SOMEBODY = """
    select people.person_label, people.person_key
    from restricted.dim_people as people
    inner join restricted.fct_usage_daily as days on people.person_key = days.person_key
    group by people.person_label, people.person_key
    order by count(distinct days.tool) desc, count(*) desc, people.person_key
    limit 1
"""
Tables = dict[str, list[tuple[object, ...]]]


class Company:
    """A deployment whose raw tables are edited between builds."""

    def __init__(self, made: World, folder: Path) -> None:
        self.made = made
        self.folder = folder
        self.full = self._compiled()
        ((self.last_day,),) = self.sql("select max(activity_date) from intermediate.int_account_message_days")
        self.known: Tables = {}

    def _compiled(self) -> dict[str, str]:
        """Each table's SQL as a full build runs it."""
        result = run_dbt(["compile", "--full-refresh", "--select", *NAMES], self.made.environment)
        assert result.ok, result.failures[:5]
        compiled = self.made.environment.data_dir / "target" / "compiled"
        return {table: next(compiled.rglob(f"{table.split('.')[1]}.sql")).read_text() for table in TABLES}

    def sql(self, *statements: str) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        with duckdb.connect(str(self.made.environment.warehouse)) as connection:
            for statement in statements:
                rows = connection.execute(statement).fetchall()
        return rows

    def fetched(self, source: str, condition: str) -> None:
        """Days of a source were fetched again."""
        self.sql(
            "update ops.loaded_days set fetched_at = "
            "(select max(fetched_at) from ops.loaded_days) + interval '1 hour' "
            f"where source = '{source}' and {condition}"
        )

    def build(self, *selection: str) -> None:
        result = run_dbt([*BUILD_AGAIN, "--select", *selection] if selection else BUILT, self.made.environment)
        assert result.ok, result.failures[:5]

    def version(self) -> int:
        return int(self.sql(f"select coalesce(max(version), 0) from {LOG}")[0][0])  # type: ignore[call-overload]

    def rebuilt(self, since: int) -> dict[str, float]:
        """The part of each table's rows that a newer version has."""
        counted = f"count(*) filter (where {VERSION} > {since}) / greatest(count(*), 1)"
        return {table: float(self.sql(f"select {counted} from {table}")[0][0]) for table in TABLES}  # type: ignore[arg-type]

    def tables(self) -> Tables:
        return {table: self.sql(f"select * exclude ({VERSION}) from {table} order by all") for table in TABLES}

    def built_whole(self) -> Tables:
        """The tables made anew from the same inputs, in a copy."""
        copy = environment(self.folder / "copy", "dev")
        copy.warehouse.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.made.environment.warehouse, copy.warehouse)
        found: Tables = {}
        with duckdb.connect(str(copy.warehouse)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for table, statement in self.full.items():
                connection.execute(f"create or replace table {table} as {statement}")
                rows = connection.execute(f"select * exclude ({VERSION}) from {table} order by all").fetchall()
                found[table] = rows
        return found

    @contextmanager
    def changing(self, *tables: str, at_most: float = 1.0) -> Iterator[None]:
        """Edit inside; the tables named, and maybe others, must change, and equal a full build.

        `at_most`: the part of rows of `fct_usage_daily` and `fct_sessions` that the build may make.
        """
        before, version = self.known or self.tables(), self.version()
        yield
        self.build()
        after, whole = self.tables(), self.built_whole()
        differing = [table for table in TABLES if after[table] != whole[table]]
        assert differing == []
        changed = {table.split(".")[1] for table in TABLES if after[table] != before[table]}
        assert set(tables) <= changed
        rebuilt = self.rebuilt(version)
        for table in ("restricted.fct_usage_daily", "restricted.fct_sessions"):
            assert rebuilt[table] <= at_most, (table, rebuilt[table])
        self.known = after


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("changed")
    with own("first_night", folder / "world") as made:
        yield Company(made, folder)


@pytest.fixture
def company(deployment: Company) -> Company:
    """The same for all tests, which need only that it was built since the last edit; each leaves it so."""
    deployment.known = {}
    return deployment


def test_nights_with_every_kind_of_change_equal_a_full_build(company: Company) -> None:
    (label, person), *_ = company.sql(SOMEBODY)
    tokens = (
        "select people.employee_token from intermediate.int_people as people "
        f"where people.person_label = '{label}'"
    )
    with company.changing(at_most=0):
        pass

    with company.changing("fct_usage_daily", "fct_sessions", "fct_model_usage_daily", at_most=0.5):
        company.made.load(days_later=1)

    # A back-dated move, links that are lost, and a day that becomes empty: two of them by key, one by day.
    with company.changing(
        "fct_costs_daily", "fct_model_usage_daily", "fct_unattributed_usage_daily", at_most=0.6
    ):
        for table in ("employee_history", "employees"):
            others = f"select department from raw_hris.{table} where employee_token not in ({tokens})"
            company.sql(
                f"update raw_hris.{table} set department = (select min(department) from ({others}) as others "
                f"where department <> raw_hris.{table}.department) where employee_token in ({tokens})"
            )
        company.sql(
            "create table main.lost_links as select links.* from raw_company.identity_links as links "
            "order by all limit 2",
            "delete from raw_company.identity_links where id_token in (select id_token from main.lost_links)",
        )
        ((day,),) = company.sql(
            "select message_date from raw_chatgpt.conversation_messages "
            f"where message_date < date '{company.last_day}' group by 1 order by count(*) desc, 1 limit 1"
        )
        company.sql(f"delete from raw_chatgpt.conversation_messages where message_date = '{day}'")
        company.fetched("chatgpt", f"resource = 'conversation_messages' and day = '{day}'")

    with company.changing("fct_usage_daily", "fct_unattributed_usage_daily", at_most=0.2):  # and come late
        company.sql(
            "insert into raw_company.identity_links select * from main.lost_links", "drop table main.lost_links"
        )

    # A price, a tier, and a contract's price: costs, sessions, and the costs of seats.
    with company.changing("fct_costs_daily", "fct_usage_daily", "fct_sessions"):
        company.sql(
            "update raw_company.price_overrides set usd_per_mtok = usd_per_mtok * 2 + 1",
            "update reference.model_tiers set tier = 'light', tier_rank = "
            "(select min(tier_rank) from reference.model_tiers where tier = 'light') where tier = 'advanced'",
            "update raw_company.seat_contracts set price_per_seat_month = price_per_seat_month + 1",
        )

    with company.changing("fct_usage_daily"):  # another owner of a measure
        company.sql(
            "insert into raw_company.measure_owners "
            "(tenant, tool, measure, valid_from, owning_source, _dlt_load_id) "
            "values ('main', 'codex', 'tokens', date '2020-01-01', 'codex', 'edited')"
        )

    with company.changing("fct_usage_daily", "fct_sessions"):
        company.sql("delete from ops.loaded_days where source = 'codex'")  # an owner owes its days
        environment_ = company.made.environment
        tables = raw_tables(environment_, {source.name: source.contracts for source in SOURCES})
        erased = [Tombstone("hris-id", str(token)) for (token,) in company.sql(tokens)]
        erased += [
            Tombstone(str(namespace), str(token))
            for namespace, token in company.sql(
                "select accounts.namespace, accounts.id_token from intermediate.account_keys as accounts "
                "inner join intermediate.int_account_people as links "
                f"on accounts.account_key = links.account_key where links.person_key = {person}"
            )
        ]
        with environment_.session() as session:
            assert sweep(session, environment_, tables, erased)
    gone = f"select count(*) from restricted.fct_usage_daily where person_key = {person}"
    assert company.sql(gone) == [(0,)]


def test_a_build_that_ends_between_two_tables_is_made_up_for(company: Company) -> None:
    """What changed is recorded, and the tables that follow are not built: the next build finds them behind."""
    with company.changing("fct_usage_daily", "fct_costs_daily"):
        company.sql("update raw_company.price_overrides set usd_per_mtok = usd_per_mtok * 2 + 1")
        company.build("+int_input_changes", "int_token_costs")


def test_a_table_that_was_lost_is_built_whole_and_so_is_everything_without_its_record(company: Company) -> None:
    company.sql("update restricted.fct_usage_daily set user_messages = -1")
    with company.changing("fct_usage_daily"):
        company.sql("drop table restricted.fct_sessions", f"drop table {LOG}")
