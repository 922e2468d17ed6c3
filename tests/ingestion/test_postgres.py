"""What only a database server does: cut connections, refused transactions. The next night mends each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from dlt.destinations.impl.postgres.sql_client import Psycopg2SqlClient
from dlt.destinations.sql_client import raise_database_error

from runtime.environment import Environment
from tests.ingestion.test_pipeline import D1, D2, D3, load, statuses, usage, vendor

pytestmark = pytest.mark.parametrize("env", ["postgres"], indirect=True)

# A sequence counts whatever becomes of the transaction that asks.
TROUBLE = """
create sequence raw_fake.attempts;
create function raw_fake.trouble() returns trigger language plpgsql as $$
begin
    if nextval('raw_fake.attempts') <= {times} then
        {what};
    end if;
    return new;
end $$;
create trigger trouble before insert on {table}
    for each statement execute function raw_fake.trouble()
"""
ROWS, RECORDS = "raw_fake.usage_days", "ops.loaded_days"
CUT = "perform pg_terminate_backend(pg_backend_pid())"
CONFLICT = "raise exception 'could not serialize access' using errcode = '40001'"
ALWAYS = 1_000_000


def first_night(env: Environment, what: str, times: int, table: str = ROWS) -> None:
    """A good night, after which writing the table goes wrong as often as told."""
    assert load(env, vendor({D1: [("a", 1)], D2: [("a", 2)], D3: [("a", 3)]})).status == "ok"
    with env.session() as session:
        session.execute(TROUBLE.format(what=what, times=times, table=table))


@pytest.mark.parametrize("table", [ROWS, RECORDS])
@pytest.mark.parametrize("what", [CUT, CONFLICT], ids=["connection cut", "serialization failure"])
def test_trouble_that_passes_is_tried_again_in_the_same_night(env: Environment, what: str, table: str) -> None:
    first_night(env, what, times=1, table=table)
    assert load(env, vendor({D2: [("b", 5)], D3: []})).status == "ok"
    assert usage(env) == [(D1, "a", 1), (D2, "b", 5)]
    with env.session() as session:
        assert session.value("select last_value from raw_fake.attempts") > 1, "the trouble must have come"


@pytest.mark.parametrize("what", [CUT, CONFLICT], ids=["connection cut", "serialization failure"])
def test_trouble_that_stays_fails_the_source_and_the_next_night_mends_it(env: Environment, what: str) -> None:
    first_night(env, what, times=ALWAYS)
    result = load(env, vendor({D2: [("b", 5)], D3: []}))
    assert result.status == "failed"
    assert "the next run loads it first" in (result.error or "")
    assert usage(env) == [(D1, "a", 1), (D2, "a", 2), (D3, "a", 3)], "all of a load or nothing"
    assert statuses(env) == {D1: "ok", D2: "pending", D3: "pending"}

    with env.session() as session:
        session.execute("drop trigger trouble on raw_fake.usage_days")
    assert load(env, vendor({D2: [("b", 6)], D3: [("c", 7)]})).status == "ok"
    assert usage(env) == [(D1, "a", 1), (D2, "b", 6), (D3, "c", 7)]
    assert set(statuses(env).values()) == {"ok"}


@pytest.mark.parametrize("what", [CUT, CONFLICT], ids=["connection cut", "serialization failure"])
def test_records_that_cannot_be_written_fail_the_source_and_leave_no_load_behind(
    env: Environment, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store._PAUSE_SECONDS", 0)
    first_night(env, what, times=ALWAYS, table=RECORDS)
    assert load(env, vendor({D2: [("b", 5)], D3: []})).status == "failed"
    assert usage(env) == [(D1, "a", 1), (D2, "a", 2), (D3, "a", 3)]
    assert not env.pipeline("raw_fake", "raw_fake").has_pending_data
    with env.session() as session:
        session.execute("drop trigger trouble on ops.loaded_days")
    assert load(env, vendor({D2: [("b", 6)], D3: [("c", 7)]})).status == "ok"
    assert usage(env) == [(D1, "a", 1), (D2, "b", 6), (D3, "c", 7)]


def test_a_commit_whose_answer_is_lost_is_not_applied_twice(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has committed the merge, the client never hears of it, and merges again."""
    load(env, vendor({D1: [("a", 1)], D2: [("a", 2)]}))
    execute = Psycopg2SqlClient.execute_query
    lost: list[object] = []

    @contextmanager
    @raise_database_error
    def execute_and_lose(self: Psycopg2SqlClient, query: str, *args: Any, **kwargs: Any) -> Iterator[Any]:
        with execute(self, query, *args, **kwargs) as cursor:
            if 'INSERT INTO "raw_fake"."usage_days"' in str(query) and len(lost) < 2:
                lost.append(query)
                raise psycopg2.OperationalError("server closed the connection unexpectedly")
            yield cursor

    with monkeypatch.context() as patch:
        patch.setattr(Psycopg2SqlClient, "execute_query", execute_and_lose)
        assert load(env, vendor({D2: [("b", 5), ("c", 6)], D3: [("c", 7)]})).status == "ok"
    assert len(lost) == 2
    assert usage(env) == [(D1, "a", 1), (D2, "b", 5), (D2, "c", 6), (D3, "c", 7)]
    assert set(statuses(env).values()) == {"ok"}
