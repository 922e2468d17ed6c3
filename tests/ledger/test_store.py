"""Rows of the operations tables: merged by key, whole or not at all, on both engines and of any release."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg2
import pytest
from dlt.destinations.impl.postgres.sql_client import Psycopg2SqlClient

from ledger.ledger import Ledger
from ledger.tables import TABLES
from runtime.environment import Environment
from runtime.warehouse import WAREHOUSE_ERRORS
from tests.ingestion.test_dlt_io import ODD
from tests.ingestion.test_dlt_io import TYPES as TYPES_BY_DLT

NOON = dt.datetime(2026, 11, 19, 12)
DAY = NOON.date()
RUN = {"run_id": "r1", "as_of": NOON, "started_at": NOON, "settings_folder": None}
RESOURCE = {"source": "chat", "resource": "users", "grain": "snapshot"}
# The columns of `everything` in test_dlt_io that these tables have as well.
KINDS = {"bigint": 0, "varchar": 1, "boolean": 3, "date": 4, "timestamp": 5}

both_engines = pytest.mark.parametrize("env", ["dev", "postgres"], indirect=True)


def loaded_day(number: int, rows: int) -> dict[str, Any]:
    day = {"source": "chat", "resource": "users", "tenant": "main", "scope": "main", "status": "ok"}
    return day | {"day": DAY - dt.timedelta(days=number), "row_count": rows, "fetched_at": NOON}


def stored(env: Environment, query: str) -> list[tuple[Any, ...]]:
    with env.session() as session:
        return session.rows(query)


@both_engines
def test_a_row_replaces_the_row_of_its_key_and_no_other(env: Environment) -> None:
    ledger = Ledger(env)
    ledger.write({"loaded_days": [loaded_day(number, 1) for number in range(2500)]})
    again = [loaded_day(number, 2) for number in range(0, 2500, 2)]
    ledger.write({"loaded_days": [*again, loaded_day(2500, 8), loaded_day(2500, 9)]})
    found = stored(env, "select row_count, count(*) from ops.loaded_days group by row_count order by 1")
    assert found == [(1, 1250), (2, 1250), (9, 1)], "of two rows with one key the last counts"


@both_engines
def test_values_are_stored_as_they_are_and_moments_in_utc(env: Environment) -> None:
    auckland = dt.timezone(dt.timedelta(hours=13))
    moment = dt.datetime(2026, 11, 20, 1, 0, 0, 123456, tzinfo=auckland)
    outcome = {"run_id": "r1", "source": ODD, "tenant": "main", "is_connected": False, "row_count": 2**53}
    Ledger(env).write({"source_runs": [outcome | {"started_at": moment}]})
    found = stored(
        env, "select source, is_connected, row_count, error, started_at, finished_at from ops.source_runs"
    )
    assert found == [(ODD, False, 2**53, None, NOON.replace(microsecond=123456), None)]


@both_engines
def test_text_that_no_engine_takes_costs_no_record(env: Environment) -> None:
    """A vendor may name a field as it likes; a night must not end over it."""
    field = {"source": "chat", "resource": "users", "observed_count": 1}
    Ledger(env).write({"unknown_fields": [field | {"field_path": "a\0b"}, field | {"field_path": "c\ud800"}]})
    found = stored(env, "select field_path from ops.unknown_fields order by 1")
    assert found == [("a\ufffdb",), ("c?",)]


@both_engines
def test_columns_have_the_types_that_they_had_when_dlt_made_them(env: Environment) -> None:
    Ledger(env).upgrade()
    with env.session() as session:
        for name, table in TABLES.items():
            found = {column.name: column.data_type for column in session.columns("ops", name)}
            types = TYPES_BY_DLT[env.engine.name]
            assert found == {column: types[KINDS[type_.sql]] for column, type_ in table.columns.items()}


@both_engines
def test_a_write_that_fails_in_one_table_leaves_the_others_as_they_were(env: Environment) -> None:
    ledger = Ledger(env)
    ledger.write({"runs": [RUN], "resources": [RESOURCE]})
    with env.session() as session:
        session.execute("drop table ops.resources")
    with pytest.raises(WAREHOUSE_ERRORS):
        ledger.write(
            {"runs": [RUN | {"settings_folder": "new"}, RUN | {"run_id": "r2"}], "resources": [RESOURCE]}
        )
    assert stored(env, "select run_id, settings_folder from ops.runs") == [("r1", None)]


@both_engines
def test_writes_of_one_transaction_are_seen_inside_and_go_together(env: Environment) -> None:
    ledger = Ledger(env)

    def die_half_way() -> None:
        ledger.write({"runs": [RUN]})
        ledger.write({"loaded_days": [loaded_day(1, 1)]})
        assert ledger.loaded_days("chat").is_loaded("users", "main", "main", DAY - dt.timedelta(days=1))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ledger.together(die_half_way)
    assert ledger.rows("select run_id from {runs}") == [], "not even the tables are there"
    with env.session() as session:
        assert session.tables("ops") == []
    ledger.write({"runs": [RUN]})
    assert ledger.rows("select run_id from {runs}") == [("r1",)]


@pytest.mark.parametrize("env", ["postgres"], indirect=True)
def test_a_commit_whose_answer_is_lost_is_not_applied_twice(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Psycopg2SqlClient.commit_transaction
    lost: list[str] = []

    def commit_and_lose(client: Psycopg2SqlClient) -> None:
        commit(client)
        if not lost:
            lost.append("the answer")
            raise psycopg2.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Psycopg2SqlClient, "commit_transaction", commit_and_lose)
    Ledger(env).write({"runs": [RUN], "loaded_days": [loaded_day(number, 1) for number in range(3)]})
    assert lost
    assert stored(env, "select count(*) from ops.loaded_days") == [(3,)]
    assert stored(env, "select count(*) from ops.runs") == [(1,)]


@pytest.mark.parametrize("row", [{"source": "chat"}, RESOURCE | {"colour": "blue"}])
def test_a_row_that_fits_no_table_is_refused(env: Environment, row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="resources"):
        Ledger(env).write({"resources": [row]})


@both_engines
def test_tables_that_dlt_made_are_written_on_as_they_are(env: Environment) -> None:
    """dlt's own columns must be filled; on PostgreSQL they cannot be dropped while a view lists them."""
    yesterday = NOON - dt.timedelta(days=1)
    with env.session() as session:
        session.execute("create schema ops")
        session.execute(
            "create table ops.runs (run_id varchar not null, as_of timestamp, started_at timestamp, "
            "_dlt_load_id varchar not null, _dlt_id varchar not null)"
        )
        for run in ("r0", "r1"):
            session.execute("insert into ops.runs values (%s, %s, %s, '1763.1', 'x')", run, NOON, yesterday)
        session.execute("create view ops.seen as select * from ops.runs")
    Ledger(env).write({"runs": [RUN, RUN | {"run_id": "r2", "settings_folder": "here"}]})
    assert stored(env, "select run_id, started_at, settings_folder, _dlt_load_id from ops.runs order by 1") == [
        ("r0", yesterday, None, "1763.1"),
        ("r1", NOON, None, None),
        ("r2", NOON, "here", None),
    ]
    assert stored(env, "select count(*), count(_dlt_id) from ops.seen") == [(3, 1)]
    with env.session() as session:
        assert {*TABLES} == {*session.tables("ops")}
