"""A publish that breaks off anywhere leaves readers with one whole version, and the next one makes it good."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg2
import pytest

from publishing import database
from publishing.files import KEEP_VERSIONS
from publishing.publish import publish
from runtime import warehouse
from runtime.errors import AiUsageError, BusyError
from runtime.warehouse import WarehouseSession
from tests.publishing.closed_world import NEXT_WEEK, SHOWN, WEEK
from tests.publishing.deployment import Deployment

RUN = "select run_id from published.publication"
# The number of a version stands in tables without periods, so that a mixture shows.
STAMPED = ("metric_capabilities", "source_status")


class Broken(BaseException):
    """A process that dies here: nothing catches it."""


@contextmanager
def breaking_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """Die before the statement, rename, link or sync of this number; gives how many were counted."""
    count = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            if count == step:
                raise Broken
            return function(*args, **kwargs)

        return run

    with monkeypatch.context() as patch:
        # Reads change nothing: dying before one is dying before the statement that follows.
        patch.setattr(WarehouseSession, "execute", counted(WarehouseSession.execute))
        for name in ("rename", "replace", "symlink_to", "mkdir", "chmod"):
            patch.setattr(Path, name, counted(getattr(Path, name)))
        patch.setattr(os, "fsync", counted(os.fsync))
        yield lambda: count


def restate(made: Deployment, number: int) -> None:
    made.run(
        *(
            f"create table if not exists marts.{table} as select cast('' as varchar) as source"
            for table in STAMPED
        ),
        *(f"update marts.{table} set source = 'run {number}'" for table in STAMPED),
    )


def consistent(made: Deployment) -> str:
    """The run that readers see, after checking that every table is of it."""
    ((run_id,),) = made.published(RUN)
    number = int(run_id.removeprefix("r"))
    for table in STAMPED:
        assert made.published(f"select source from published.{table}") == [(f"run {number}",)]
    assert made.published(SHOWN) == [(WEEK, 100), (NEXT_WEEK, None)]
    return str(run_id)


def test_whoever_dies_at_any_step_leaves_one_version_and_nothing_to_do_by_hand(
    closing: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second step on either engine; `make torture` kills real processes, at every step."""
    restate(closing, 1)
    publish(closing.environment, "r1")
    with breaking_at(0, monkeypatch) as counted:
        restate(closing, 2)
        publish(closing.environment, "r2")
        steps = counted()
    assert steps > 20
    seen, number = "r2", 2
    for step in range(1, steps + 1, 2):
        number += 1
        restate(closing, number)
        with breaking_at(step, monkeypatch), pytest.raises(Broken):
            publish(closing.environment, f"r{number}")
        now = consistent(closing)
        assert now in (seen, f"r{number}")
        seen = now
    number += 1
    restate(closing, number)
    publish(closing.environment, f"r{number}")
    assert consistent(closing) == f"r{number}"
    assert closing.rows("select count(*) from closed.periods") == [(1,)]
    assert closing.rows("select count(*) from closed.department_usage_weekly") == [(1,)]
    if closing.environment.engine.name == "duckdb":
        folder = closing.environment.published_dir
        assert len(list((folder / "versions").iterdir())) == KEEP_VERSIONS
        assert {path.name for path in folder.iterdir()} == {
            "versions",
            "current",
            "marts.duckdb",
            "parquet",
            "VERSION",
        }


def test_a_reader_at_100_hertz_sees_one_run_over_all_tables(closing: Deployment) -> None:
    restate(closing, 1)
    publish(closing.environment, "r1")
    statement = (
        "select (select run_id from published.publication), (select source from published.source_status), "
        "(select source from published.metric_capabilities)"
    )
    seen: list[tuple[Any, ...]] = []
    stop = threading.Event()
    reader = threading.Thread(target=lambda: seen.extend(_read(closing, statement, stop)))
    reader.start()
    try:
        for number in range(2, 8):
            restate(closing, number)
            publish(closing.environment, f"r{number}")
    finally:
        stop.set()
        reader.join()
    mixed = [row for row in seen if row[1:] != (f"run {row[0].removeprefix('r')}",) * 2]
    assert mixed == []
    assert len({row[0] for row in seen}) >= 4


def _read(made: Deployment, statement: str, stop: threading.Event) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    connection = made.connect() if made.environment.engine.name == "postgres" else None
    while not stop.is_set():
        if connection is None:
            rows += made.published(statement)
        else:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                rows += cursor.fetchall()
        time.sleep(0.01)
    if connection is not None:
        connection.close()
    return rows


def test_a_commit_whose_answer_was_lost_counts_when_readers_see_it(
    postgres_deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, switch = postgres_deployment, database.switch

    def commit_and_lose(session: WarehouseSession, *args: Any, **kwargs: Any) -> None:
        switch(session, *args, **kwargs)
        raise psycopg2.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(database, "switch", commit_and_lose)
    assert publish(made.environment, "r1").run_id == "r1"

    def lose_before(*args: Any, **kwargs: Any) -> None:
        raise psycopg2.OperationalError("server closed the connection unexpectedly\nDETAIL: row (maya)")

    monkeypatch.setattr(database, "switch", lose_before)
    with pytest.raises(
        AiUsageError, match=r"OperationalError.*readers keep the version of .* \(run r1\)"
    ) as error:
        publish(made.environment, "r1")
    assert "maya" not in str(error.value)


def test_changed_columns_wait_for_a_reader_only_for_a_while(
    postgres_deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader in the middle of a transaction; those behind it are not held up by our waiting."""
    made = postgres_deployment
    publish(made.environment, "r1")
    monkeypatch.setattr(database, "_LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(database, "_ATTEMPTS", 2)
    monkeypatch.setattr(database, "_PAUSE_SECONDS", 0.0)
    reader = made.connect()
    with reader.cursor() as cursor:
        cursor.execute("select active_people from published.department_usage_weekly")
        made.run("alter table marts.department_usage_weekly add column sessions integer")
        with pytest.raises(AiUsageError, match=r"keeps a published table locked.*run r1"):
            publish(made.environment, "r2")
    reader.rollback()
    publish(made.environment, "r3")
    assert made.published(RUN) == [("r3",)]
    made.run("create view public.on_top as select active_people from published.department_usage_weekly")
    made.run("alter table marts.department_usage_weekly drop column active_people")
    with pytest.raises(AiUsageError, match="view in the database"):
        publish(made.environment, "r4")
    reader.close()


def test_who_has_the_warehouse_file_open_is_waited_for_and_then_named(
    duckdb_deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, child = duckdb_deployment.environment.warehouse, os.fork()
    if child == 0:  # another process, as a notebook would be
        try:
            connection = duckdb.connect(str(path), read_only=True)
            time.sleep(3)
            connection.close()
        finally:
            os._exit(0)
    time.sleep(1)
    monkeypatch.setattr(warehouse, "WAIT_SECONDS", 0.1)
    with pytest.raises(BusyError, match=f"process {child}"):
        publish(duckdb_deployment.environment, "r1")
    monkeypatch.setattr(warehouse, "WAIT_SECONDS", 30.0)
    assert publish(duckdb_deployment.environment, "r2").run_id == "r2"
    os.waitpid(child, 0)
