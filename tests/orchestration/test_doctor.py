"""What the doctor says of settings that do nothing by themselves, and what it reads of earlier loads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from ingestion.source_types import Finding
from ingestion.sources.registry import SOURCES
from orchestration.doctor import examine
from orchestration.doctor_snapshot import LoadedRoster, loaded_days
from runtime.clock import RunClock
from runtime.environment import Environment, environment

NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
TODAY = NOW.date()


def of_source(name: str, folder: Path, target: str = "dev") -> list[Finding]:
    """Findings of a source, or of one account as it is shown."""
    sources = [source for source in SOURCES if source.name == name.partition(" ")[0]]
    found = examine(Environment(folder, target), sources, RunClock(NOW))
    return [finding for area, finding in found if area == name]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings files of the working directory."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["chatgpt", "github_copilot", "m365_copilot"])
def test_an_archive_without_credentials_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saved answers are read beside the live ones: without credentials no night would ever look at them."""
    monkeypatch.setenv(f"SOURCES__{name.upper()}__ARCHIVE_DIR", str(tmp_path / "archive"))
    (found,) = of_source(name, tmp_path)
    assert not found.ok
    assert found.message.startswith("archive_dir is set, but there are no credentials")
    assert f"docs/connect/{name}.md" in found.remedy


def test_an_archive_of_all_sources_asks_only_where_it_holds_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "archive" / "chatgpt").mkdir(parents=True)
    monkeypatch.setenv("SOURCES__ARCHIVE_DIR", str(tmp_path / "archive"))
    assert [found.ok for found in of_source("chatgpt", tmp_path)] == [False]
    assert [found.ok for found in of_source("github_copilot", tmp_path)] == [True]
    assert [found.ok for found in of_source("company", tmp_path)] == [True]


def test_an_empty_archive_of_the_hris_says_where_its_files_belong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__HRIS__ARCHIVE_DIR", str(tmp_path / "archive"))
    (found,) = of_source("hris", tmp_path)
    assert "no saved answer" in found.message
    assert "hris/employees/" in found.remedy


def test_each_account_has_its_own_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"API_KEY": "k", "WORKSPACE_ID": "w1", "DISCONNECTED": "true"}.items():
        monkeypatch.setenv(f"SOURCES__CHATGPT__{name}", value)
    monkeypatch.setenv("SOURCES__CHATGPT__LABS__WORKSPACE_ID", "w2")
    (finding,) = of_source("chatgpt (labs)", tmp_path)
    assert "[sources.chatgpt.labs] is not complete" in finding.message
    (finding,) = of_source("chatgpt (main)", tmp_path)
    assert not finding.is_connected
    assert of_source("chatgpt", tmp_path) == []
    monkeypatch.setenv("SOURCES__CHATGPT__DISCONNECTED", "false")
    monkeypatch.setenv("SOURCES__CHATGPT__LABS__WORKSPACE_ID", "w1")
    (finding,) = of_source("chatgpt", tmp_path)
    assert "[sources.chatgpt] and [sources.chatgpt.labs] have the same workspace_id" in finding.message


def test_an_unknown_target_is_told_once_and_with_the_known_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sources that looked into the warehouse raised the same error again, each by itself."""
    monkeypatch.setenv("AI_USAGE_COMPANY_DIR", str(tmp_path))
    company = [source for source in SOURCES if source.name == "company"]
    found = [f for _, f in examine(Environment(tmp_path, "postgre"), company, RunClock(NOW))]
    told = [f for f in found if "postgre" in f"{f.subject} {f.message} {f.remedy}"]
    assert [(f.subject, f.message) for f in told] == [("postgre", "no such target")]
    assert "dev, postgres, spark" in told[0].remedy


def test_rosters_are_read_from_the_warehouse(tmp_path: Path) -> None:
    """Yesterday's file: Ada in Data, Bob has left, Cleo begins next month. Old Data is a name of last week."""
    env = environment(tmp_path / "data", "dev")
    assert LoadedRoster(env, TODAY).departments_ever() == frozenset()
    with duckdb.connect(str(env.warehouse)) as connection:
        connection.execute(
            "create schema raw_hris; create schema ops;"
            "create table raw_hris.employees "
            "(day date, department varchar, location varchar, status varchar, hired_on date,"
            " terminated_from date);"
            "insert into raw_hris.employees values "
            "('2026-11-11', 'Old Data', 'Graz', 'active', '2020-01-01', null),"
            "('2026-11-18', 'Data', 'Graz', 'active', '2020-01-01', null),"
            "('2026-11-18', 'Data', null, 'active', '2020-01-01', '2026-11-01'),"
            "('2026-11-18', 'Sales', null, 'active', '2026-12-01', null);"
            "create table raw_hris.employee_history (department varchar);"
            "insert into raw_hris.employee_history values ('Older Data'), (null);"
            "create table ops.loaded_days (source varchar, resource varchar, tenant varchar, scope varchar,"
            " day date, status varchar, row_count bigint);"
            "insert into ops.loaded_days values ('hris', 'employees', 'main', 'main', '2026-11-18', 'ok', 3)"
        )
    roster = LoadedRoster(env, TODAY)
    assert roster.labels("department") == {"Data", "Sales"}
    assert roster.labels("location") == {"Graz"}
    assert roster.departments_ever() == {"Data", "Sales", "Old Data", "Older Data"}
    assert roster.department_sizes() == {"Data": 1}
    days = loaded_days(env, "hris")
    assert days.last_rows("employees", "main", "main", TODAY) == (dt.date(2026, 11, 18), 3)
