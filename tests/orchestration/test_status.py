"""`ai-usage status`: before the first night, while a run holds the file, when nothing is due; both engines."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest

from orchestration.alerts.state import FILE, AlertState, save_state
from orchestration.night import ExitCode
from orchestration.status import as_dict, current_status, print_status
from runtime.environment import Environment, environment
from tests.orchestration.test_commands import ai_usage
from tests.postgres import PostgresServer

NOW = dt.datetime(2026, 11, 19, 9, tzinfo=dt.UTC)
NIGHT = NOW.replace(hour=2)
_STATUS = """
    create table {schema}.source_status (
        source varchar, resource varchar, is_connected boolean, last_status varchar, last_success_at timestamp,
        row_count bigint, data_through date, pending_days bigint, missing_days bigint,
        permanent_gap_days bigint, rejected_rows bigint, is_stale boolean, as_of timestamp
    );
    insert into {schema}.source_status values
        ('chatgpt', 'files', true, 'ok', '2026-11-19', 9, '2026-11-19', 0, 3, 3, 0, {stale}, current_date),
        ('hris', 'employees', true, 'ok', '2026-11-19 02:00', 60, '2026-11-19', 0, 0, 0, 0, false, current_date)
"""
_VERSION = """
    create table published.publication (run_id varchar, published_at timestamp, as_of timestamp);
    insert into published.publication values ('run-1', '2026-11-19 02:20', '2026-11-19 02:00')
"""


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return environment(tmp_path / "data", "dev")


def warehouse(env: Environment, *, stale: bool = False) -> None:
    with duckdb.connect(str(env.warehouse)) as connection:
        connection.execute("create schema marts; create schema ops")
        connection.execute(_STATUS.format(schema="marts", stale=stale))
        connection.execute(
            "create table ops.loaded_days (source varchar, tenant varchar);"
            "insert into ops.loaded_days values ('chatgpt', 'main');"
            "create table ops.lost_days "
            "(source varchar, tenant varchar, resource varchar, day date, state varchar);"
            "insert into ops.lost_days values ('chatgpt', 'main', 'files', '2026-11-03', 'lost'), "
            "('chatgpt', 'main', 'files', '2026-11-04', 'lost'), "
            "('chatgpt', 'main', 'files', '2026-11-09', 'recovered')"
        )


def published(env: Environment, *, stale: bool = False) -> None:
    env.published_dir.mkdir(exist_ok=True)
    with duckdb.connect(str(env.published_dir / "marts.duckdb")) as connection:
        connection.execute("create schema published")
        connection.execute(_STATUS.format(schema="published", stale=stale))
        connection.execute(_VERSION)


def night_state(env: Environment, **open_problems: dict[str, object]) -> None:
    night = {"run_id": "run-1", "as_of": NIGHT.isoformat(), "exit_code": 0, "error": None}
    save_state(env.data_dir, AlertState(open=dict(open_problems), last_night=night))


def test_before_the_first_night_it_says_what_to_run_and_writes_nothing(tmp_path: Path) -> None:
    done = ai_usage("status", data_dir=tmp_path, AI_USAGE_DATA_DIR=str(tmp_path / "none"))
    assert done.returncode == ExitCode.FINDINGS
    assert "ai-usage run" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_figures_of_the_future_are_not_fresh(env: Environment) -> None:
    """A night whose clock was ahead made `status` say "-9600 hours ago" and that everything is up to date."""
    warehouse(env)
    published(env)
    night_state(env)
    told = current_status(env, NOW - dt.timedelta(days=400)).attention
    assert [item.what for item in told] == ["The published figures are of the future, 400 days from now."]
    assert "ai-usage void" in told[0].remedy


def test_an_account_that_failed_is_named(env: Environment) -> None:
    warehouse(env)
    published(env)
    night_state(env)
    with duckdb.connect(str(env.warehouse)) as connection:
        connection.execute(
            "create table ops.source_runs (run_id varchar, source varchar, tenant varchar, status varchar, "
            "error varchar, started_at timestamp);"
            "insert into ops.source_runs values "
            "('1', 'chatgpt', 'old', 'failed', 'gone', '2026-11-18 02:00:00'),"
            "('2', 'chatgpt', 'labs', 'failed', 'refused', '2026-11-19 02:01:00'),"
            "('2', 'chatgpt', 'main', 'ok', null, '2026-11-19 02:00:00');"
            "insert into ops.loaded_days values ('chatgpt', 'labs')"
        )
    status = current_status(env, NOW)
    assert [item.what for item in status.attention] == ["chatgpt (labs) failed: refused"]
    assert {hole.source for hole in status.lost} == {"chatgpt (main)"}


def test_all_is_fresh(env: Environment) -> None:
    warehouse(env)
    published(env)
    night_state(env)
    status = current_status(env, NOW)
    assert status.attention == []
    assert status.read_from == "warehouse"
    told = as_dict(status)
    assert told["age_hours"] == 7.0
    assert told["published"]["run_id"] == "run-1"
    assert [(str(hole["first_day"]), str(hole["last_day"])) for hole in told["lost"]] == [
        ("2026-11-03", "2026-11-04")
    ]


def test_what_is_old_stale_or_told_needs_somebody(env: Environment) -> None:
    warehouse(env, stale=True)
    published(env)
    night_state(env)
    (stale,) = current_status(env, NOW).attention
    assert (stale.what, stale.since) == ("chatgpt is stale: files.", "after 2026-11-19")
    old = current_status(env, NOW + dt.timedelta(days=3)).attention
    assert [item.since for item in old] == ["2026-11-19", "after 2026-11-19"]
    entry = {"what": "chatgpt failed", "since": "2026-11-18", "first_seen": "2026-11-18", "remedy": "doctor"}
    night_state(env, **{"source:chatgpt:failed": entry, "gap:hris:2026-11-01": entry | {"is_lasting": True}})
    (told,) = current_status(env, NOW).attention  # the stale source is told already, the gap cannot be mended
    assert told.what == "chatgpt failed"


def test_what_dbt_found_late_is_stale_though_nothing_was_built(env: Environment) -> None:
    warehouse(env)
    published(env)
    night = {"run_id": "run-1", "as_of": NIGHT.isoformat(), "exit_code": 5, "stale": ["hris.employees"]}
    save_state(env.data_dir, AlertState(last_night=night))
    status = current_status(env, NOW)
    assert [item.what for item in status.attention] == ["hris is stale: employees."]
    assert [resource.is_stale for resource in status.resources] == [False, True]


def test_while_a_run_holds_the_file_the_published_version_answers(env: Environment, tmp_path: Path) -> None:
    warehouse(env)
    published(env, stale=True)
    night_state(env)
    with duckdb.connect(str(env.warehouse)):
        done = ai_usage("status", "--json", data_dir=env.data_dir)
        shown = ai_usage("status", data_dir=env.data_dir).stdout
    told = json.loads(done.stdout)
    assert told["warehouse_busy"]
    assert told["read_from"] == "published"
    assert [row["resource"] for row in told["resources"]] == ["files", "employees"]
    assert done.returncode == ExitCode.FINDINGS
    assert "busy" in shown


def test_an_unreadable_state_is_said(env: Environment) -> None:
    warehouse(env)
    published(env)
    (env.data_dir / FILE).write_text("{")
    assert [item.what for item in current_status(env, NOW).attention] == ["alerts.json cannot be read."]


@pytest.fixture
def on_postgres(postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    for name, value in postgres.new_database().items():
        monkeypatch.setenv(name, value)
    return environment(tmp_path / "data", "postgres")


def test_postgres_tells_the_same(on_postgres: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    before = current_status(on_postgres, NOW)
    assert [item.what for item in before.attention] == ["No night has ended yet; nothing is published."]
    with on_postgres.session() as session:
        session.execute("create schema marts")
        session.execute("create schema published")
        session.execute(_STATUS.format(schema="marts", stale=False))
        session.execute(_VERSION)
    night_state(on_postgres)
    status = current_status(on_postgres, NOW)
    assert status.attention == []
    assert [resource.resource for resource in status.resources] == ["files", "employees"]
    assert as_dict(status)["age_hours"] == 7.0
    monkeypatch.setenv("PGPORT", "1")
    assert current_status(on_postgres, NOW).warehouse_busy


def test_sources_that_are_not_connected_are_one_line(
    env: Environment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one source, each resource of the others had a line; a hidden count was a blank."""
    warehouse(env)
    with duckdb.connect(str(env.warehouse)) as connection:
        connection.execute(
            "insert into marts.source_status (source, resource, is_connected, row_count, pending_days, "
            "missing_days, permanent_gap_days, rejected_rows, is_stale) values "
            "('company', 'leave', false, 0, 0, 0, 0, 0, false), "
            "('company', 'targets', false, 0, 0, 0, 0, 0, false), "
            "('m365_copilot', 'users', false, null, 0, 0, 0, 0, false), "
            "('github_copilot', 'seats', false, 0, 0, 0, 0, 0, false)"
        )
    monkeypatch.setenv("COLUMNS", "200")
    print_status(current_status(env, NOW))
    lines = capsys.readouterr().out.splitlines()
    assert "not connected: company, github_copilot" in lines
    assert not any("targets" in line for line in lines)
    (seats,) = [line for line in lines if line.startswith("m365_copilot")]
    assert "disconnected" in seats  # it was loaded before
    assert "hidden" in seats
