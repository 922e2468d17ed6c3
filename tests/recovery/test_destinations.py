"""Folders and files that are lost, cut short or belong to somebody else."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration.lock import run_lock
from runtime.environment import Environment, environment
from runtime.errors import DestinationError
from tests.ingestion.conftest import env  # noqa: F401  the fixture
from tests.ingestion.test_pipeline import D1, D2, D3, NOW, TODAY, Answers, context, load, usage, vendor
from tests.postgres import PostgresServer

DAYS: Answers = {D1: [("a", 1)], D2: [("a", 2)], D3: [("a", 3)]}
NEXT_DAY: Answers = {D2: [("a", 2)], D3: [("a", 3)], TODAY: [("a", 4)]}
BOTH_DAYS = [(D1, "a", 1), (D2, "a", 2), (D3, "a", 3), (TODAY, "a", 4)]
TOMORROW = NOW + dt.timedelta(days=1)


def test_an_empty_warehouse_where_one_was_is_refused_before_anything_is_written(env: Environment) -> None:  # noqa: F811
    load(env, vendor(dict(DAYS)))
    aside = env.warehouse.with_name("aside")
    env.warehouse.rename(aside)
    with pytest.raises(DestinationError, match="empty warehouse"):
        context(env)
    aside.replace(env.warehouse)
    assert load(env, vendor(dict(NEXT_DAY)), now=TOMORROW).status == "ok"
    assert usage(env) == BOTH_DAYS


def test_another_deployments_database_is_refused(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = (environment(tmp_path / name, "postgres") for name in ("here", "there"))
    databases = {made: postgres.new_database() for made in (here, there)}
    for made, variables in databases.items():
        monkeypatch.setenv("PGDATABASE", variables["PGDATABASE"])
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        load(made, vendor(dict(DAYS)))
    with pytest.raises(DestinationError, match="another warehouse"):
        context(here)  # the variables lead to the other one
    monkeypatch.setenv("PGDATABASE", databases[here]["PGDATABASE"])
    assert load(here, vendor(dict(NEXT_DAY)), now=TOMORROW).status == "ok"
    assert usage(here) == BOTH_DAYS


def test_a_new_machine_takes_over_the_database_of_the_old_one(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its data folder is empty: nothing speaks against the database that it is pointed at."""
    for name, value in postgres.new_database().items():
        monkeypatch.setenv(name, value)
    old, new = (environment(tmp_path / name, "postgres") for name in ("old", "new"))
    load(old, vendor(dict(DAYS)))
    assert load(new, vendor(dict(NEXT_DAY)), now=TOMORROW).status == "ok"
    assert usage(new) == BOTH_DAYS


def test_a_lost_working_folder_is_made_again(env: Environment) -> None:  # noqa: F811
    load(env, vendor(dict(DAYS)))
    shutil.rmtree(env.pipelines_dir)
    assert load(env, vendor(dict(NEXT_DAY)), now=TOMORROW).status == "ok"
    assert usage(env) == BOTH_DAYS


@pytest.mark.parametrize("left", [0, 4096, 20_000])
def test_a_file_cut_short_is_refused_with_the_way_back(env: Environment, left: int) -> None:  # noqa: F811
    load(env, vendor(dict(DAYS)))
    os.truncate(env.warehouse, left)
    before = env.warehouse.read_bytes()
    with pytest.raises(DestinationError, match="ai-usage restore"), run_lock(env):
        pass
    assert env.warehouse.read_bytes() == before


@pytest.mark.parametrize("cut", ["lost", "short"])
def test_without_its_log_the_file_is_of_an_earlier_moment_and_is_caught_up(
    env: Environment,  # noqa: F811
    tmp_path: Path,
    cut: str,
) -> None:
    """What the log held alone is asked for again: rows and the record of days went back together."""
    load(env, vendor({D1: DAYS[D1], D2: None, D3: None}))
    crashed = replace(env, data_dir=tmp_path / "crashed")
    with duckdb.connect(str(env.warehouse)) as connection:  # holds what the night writes in the log
        connection.execute("set wal_autocheckpoint = '1GB'")
        load(env, vendor(dict(DAYS)))
        connection.execute("select 1")
        shutil.copytree(env.data_dir, crashed.data_dir)
    log = crashed.warehouse.with_name(f"{crashed.warehouse.name}.wal")
    assert log.stat().st_size > 0, "the night left no log to lose"
    if cut == "lost":
        log.unlink()
    else:
        os.truncate(log, log.stat().st_size // 2)
    with run_lock(crashed):
        assert load(crashed, vendor(DAYS | NEXT_DAY), now=TOMORROW).status == "ok"
    assert usage(crashed) == BOTH_DAYS
