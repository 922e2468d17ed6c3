"""Twenty starts at once: one run goes on, the others say that they are busy while it does."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from orchestration.lock import run_lock
from orchestration.night import Night
from runtime.environment import Environment, environment
from runtime.errors import BusyError
from tests.postgres import PostgresServer

STARTS = 20
_HELD_SECONDS = 120.0


def start(env: Environment, told: Any, everybody_told: Any) -> None:
    try:
        with run_lock(env):
            told.put("won")
            everybody_told.wait(_HELD_SECONDS)
    except BusyError:
        told.put("busy")


def test_one_of_twenty_wins_and_the_others_wait_for_nothing(tmp_path: Path) -> None:
    env = environment(tmp_path, "dev")
    forked = multiprocessing.get_context("fork")
    told, everybody_told = forked.Queue(), forked.Event()
    processes = [forked.Process(target=start, args=(env, told, everybody_told)) for _ in range(STARTS)]
    for process in processes:
        process.start()
    answers = [told.get(timeout=_HELD_SECONDS) for _ in processes]
    everybody_told.set()
    for process in processes:
        process.join(30)
    # One winner: the others answered while it held the lock, which would have gone to the next otherwise.
    assert sorted(answers) == ["busy"] * (STARTS - 1) + ["won"]
    with run_lock(env):
        pass  # free again


def test_two_machines_that_share_a_database_are_kept_apart(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their data folders differ, so only the database can tell them apart."""
    for name, value in postgres.new_database().items():
        monkeypatch.setenv(name, value)
    here, there = (environment(tmp_path / name, "postgres") for name in ("here", "there"))
    with run_lock(here), pytest.raises(BusyError, match="database"), run_lock(there):
        pass
    with run_lock(there):
        pass  # the server released it with the session


def test_another_role_that_holds_the_lock_is_named(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may connect may take any advisory lock; the error then spoke of another run."""
    for name, value in (variables := postgres.new_database()).items():
        monkeypatch.setenv(name, value)
    postgres.execute("create role idle_reader login")
    stranger = psycopg2.connect(host=variables["PGHOST"], user="idle_reader", dbname=variables["PGDATABASE"])
    key = int.from_bytes(hashlib.sha256(b"ai-usage build ").digest()[:8], signed=True)
    with contextlib.closing(stranger), stranger.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [key])
        with (
            pytest.raises(BusyError, match=r"role idle_reader in process \d+"),
            run_lock(environment(tmp_path / "data", "postgres")),
        ):
            pass


def test_a_developer_who_shares_the_raw_tables_builds_while_production_loads(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only who loads takes production's lock; who builds takes the one of their own schemas."""
    for name, value in postgres.new_database().items():
        monkeypatch.setenv(name, value)
    production = environment(tmp_path / "production", "postgres")
    monkeypatch.setenv("AI_USAGE_SCHEMA_PREFIX", "dev_maya_")
    monkeypatch.setenv("AI_USAGE_RAW_SCHEMA_PREFIX", "")
    here, there = (environment(tmp_path / name, "postgres") for name in ("here", "there"))
    busy = pytest.raises(BusyError, match="database")
    with run_lock(production), Night(here, writes_raw=False), busy, Night(there, writes_raw=False):
        pass
    with run_lock(production), pytest.raises(BusyError, match="database"), Night(here):
        pass
    with Night(here, writes_raw=False), run_lock(production):
        pass
