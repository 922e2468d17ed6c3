"""How models are built on DuckDB: in one transaction, whatever stands there."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.pipeline import utc_now
from ingestion.privacy.pseudonym import Pseudonymiser
from ledger.ledger import Ledger
from orchestration.dbt import DbtResult, run_dbt
from runtime.environment import Environment, environment

KINDS = (
    "select table_schema || '.' || table_name, table_type from information_schema.tables "
    "where table_name in ('stg_ops__runs', 'int_run_clock', 'data_collected') and table_schema <> 'reference'"
)
BUILT = {
    "staging.stg_ops__runs": "VIEW",
    "intermediate.int_run_clock": "BASE TABLE",
    "marts.data_collected": "BASE TABLE",
}


def build(env: Environment, *models: str) -> DbtResult:
    return run_dbt(["build", "--exclude-resource-type", "test", "--select", *models], env)


@pytest.fixture
def built(tmp_path: Path) -> Environment:
    env = environment(tmp_path, "dev")
    Ledger(env).ensure_deployment(Pseudonymiser(bytes(32)), utc_now())
    result = build(env, "+int_run_clock", "+mart_data_collected")
    assert result.ok, result.failures
    return env


def changed(env: Environment, *statements: str) -> None:
    with duckdb.connect(str(env.warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def kinds(env: Environment) -> dict[str, str]:
    with duckdb.connect(str(env.warehouse), read_only=True) as connection:
        return dict(connection.execute(KINDS).fetchall())


def tools(env: Environment) -> list[tuple[object, ...]]:
    with duckdb.connect(str(env.warehouse), read_only=True) as connection:
        found: list[tuple[object, ...]] = connection.execute(
            "select * from marts.data_collected order by all"
        ).fetchall()
        return found


def test_a_model_replaces_one_of_another_kind_and_leaves_what_is_there_when_it_fails(
    built: Environment,
) -> None:
    assert kinds(built) == BUILT
    before = tools(built)
    assert before
    changed(
        built,
        "drop view staging.stg_ops__runs",
        "create table staging.stg_ops__runs as select 1 as old",
        "drop table intermediate.int_run_clock",
        "create view intermediate.int_run_clock as select 1 as old",
        "alter table reference.data_collected rename column what to renamed",
    )
    result = build(built, "stg_ops__runs", "int_run_clock", "mart_data_collected")
    assert not result.ok
    assert result.statuses == {"ok": 2, "error": 1}
    assert kinds(built) == BUILT
    assert tools(built) == before
