"""The commands as a person meets them: help, errors with remedies, exit codes, one run at a time."""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from filelock import FileLock
from rich.console import Console
from rich.progress import Progress
from typer.testing import CliRunner

from ingestion.privacy.pseudonym import load_key
from ingestion.source_types import Finding
from orchestration.cli import app
from orchestration.console import console
from orchestration.dbt import DbtResult
from orchestration.dev import shown
from orchestration.lock import LOCK_SECONDS
from orchestration.look import server
from orchestration.night import ExitCode, NightResult, run_lock
from orchestration.places import DEMO_DIR
from orchestration.progress import Lines, Phases
from orchestration.report import print_findings
from runtime.environment import environment
from runtime.errors import BusyError, ConfigurationError
from tests.http_server import in_background

runner = CliRunner()
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def ai_usage(
    *arguments: str, data_dir: Path, timeout: float = 120, stdin: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command with nothing of ours in its environment but what is given."""
    names = ("AI_USAGE_", "SOURCES__")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    command = [str(Path(sys.executable).with_name("ai-usage")), *arguments]
    return subprocess.run(
        command,
        env=clean | {"AI_USAGE_DATA_DIR": str(data_dir), "COLUMNS": "200"} | variables,
        input=stdin,
        capture_output=True,
        text=True,
        cwd=data_dir,
        timeout=timeout,
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = ai_usage("--help", data_dir=tmp_path).stdout
    for command in ("run", "publish", "site", "status", "doctor", "demo", "reopen", "new-source"):
        assert command in shown


def test_a_source_with_a_name_that_is_taken_is_not_created(tmp_path: Path) -> None:
    done = ai_usage("new-source", "chatgpt", data_dir=tmp_path)
    assert done.returncode == ExitCode.ERROR
    assert "chatgpt is taken" in done.stderr
    assert "Nothing was written" in done.stderr


def test_reopen_says_what_is_wrong_and_makes_nothing(tmp_path: Path) -> None:
    done = ai_usage("reopen", "--period", "week:2026-10-12", "--yes", data_dir=tmp_path)
    assert done.returncode == ExitCode.ERROR
    assert "no warehouse" in done.stderr
    assert ai_usage("reopen", data_dir=tmp_path).returncode == ExitCode.USAGE
    assert list(tmp_path.iterdir()) == []


def test_run_without_a_key_asks_for_one_and_writes_nothing(tmp_path: Path) -> None:
    done = ai_usage("run", data_dir=tmp_path)
    assert done.returncode == ExitCode.ERROR
    assert "AI_USAGE_PSEUDONYM_KEY" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_source_is_named_with_the_known_ones(tmp_path: Path) -> None:
    done = ai_usage("run", "--source", "chatpgt", data_dir=tmp_path, AI_USAGE_PSEUDONYM_KEY=KEY)
    assert done.returncode == ExitCode.USAGE
    assert "chatgpt" in done.stderr


def test_doctor_tells_what_is_missing_and_writes_nothing(tmp_path: Path) -> None:
    done = ai_usage("doctor", "--json", data_dir=tmp_path)
    findings = {(row["area"], row["subject"]): row for row in json.loads(done.stdout)}
    assert done.returncode == ExitCode.FINDINGS
    assert not findings["key", "pseudonymisation key"]["ok"]
    assert "not connected" in findings["chatgpt", "settings"]["message"]
    assert findings["chatgpt", "settings"]["ok"]
    assert not findings["hris", "settings"]["ok"]  # without people no figure has a department
    assert list(tmp_path.iterdir()) == []


def test_doctor_refuses_secrets_that_others_can_read(tmp_path: Path) -> None:
    secrets = tmp_path / ".dlt" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text("")
    secrets.chmod(0o644)
    done = ai_usage("doctor", data_dir=tmp_path, AI_USAGE_PSEUDONYM_KEY=KEY)
    assert "chmod 600" in done.stdout
    secrets.chmod(0o600)
    assert "chmod 600" not in ai_usage("doctor", data_dir=tmp_path, AI_USAGE_PSEUDONYM_KEY=KEY).stdout


def test_doctor_says_which_vendor_does_not_answer(tmp_path: Path) -> None:
    done = ai_usage(
        "doctor",
        data_dir=tmp_path,
        AI_USAGE_PSEUDONYM_KEY=KEY,
        SOURCES__CHATGPT__API_KEY="not-a-real-key",
        SOURCES__CHATGPT__WORKSPACE_ID="w1",
        SOURCES__CHATGPT__BASE_URL="http://127.0.0.1:9/v1",
    )
    assert done.returncode == ExitCode.FINDINGS
    assert "chatgpt: roster" in done.stdout
    assert "not-a-real-key" not in done.stdout + done.stderr


def test_a_second_run_is_busy_within_five_seconds(tmp_path: Path) -> None:
    """The wait for the lock and the processor time of the process, which a busy machine does not change."""
    with FileLock(environment(tmp_path, "dev").lock_file):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = ai_usage("run", data_dir=tmp_path, AI_USAGE_PSEUDONYM_KEY=KEY)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == ExitCode.BUSY, done.stderr
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert LOCK_SECONDS + worked < 5


def test_status_and_help_do_not_wait_for_what_only_a_night_needs(tmp_path: Path) -> None:
    code = """
import sys
from orchestration.cli import app
app(["status", "--quiet", "--data-dir", sys.argv[1]], standalone_mode=False)
print(*sys.modules, sep="\\n")
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.splitlines())
    assert "orchestration.status" in loaded
    heavy = {
        "dagster",
        "dbt",
        "dlt",
        "scipy",
        "pandas",
        "genai_prices",
        "ingestion.sources",
        "orchestration.night",
    }
    assert loaded & heavy == set()


def test_tables_are_whole_without_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert console().width == 160
    monkeypatch.setenv("COLUMNS", "100")
    assert console().width == 100


def test_a_lock_left_by_a_dead_process_does_not_count(tmp_path: Path) -> None:
    env = environment(tmp_path, "dev")
    env.lock_file.touch()
    with run_lock(env), pytest.raises(BusyError), run_lock(env):
        pass


def test_exit_codes_name_the_most_important_failure() -> None:
    result = NightResult("r")
    assert result.exit_code is ExitCode.NOT_PUBLISHED
    result.dbt = DbtResult(exit_code=1)
    assert result.exit_code is ExitCode.BUILD_FAILED


def told(*arguments: str) -> tuple[int, str]:
    """The exit code and everything that is printed, without a process of its own."""
    done = runner.invoke(app, arguments)
    return done.exit_code, " ".join(done.output.split())


def test_help_keeps_brackets_and_names_exit_codes() -> None:
    """The section `[retention]` was taken for markup and vanished."""
    code, shown = told("--help")
    assert code == ExitCode.OK
    assert "older than [retention] allows" in shown
    assert "Exit codes: 0 done" in shown
    assert "..." not in shown.split("Commands:")[1].split("Exit codes")[0], "a summary is cut short"
    _, shown = told("run", "--help")
    assert "<bool>" not in shown
    assert "--no-full-refresh" not in shown
    assert "Ends with 7" in told("doctor", "--help")[1]


def test_the_version_is_told() -> None:
    assert told("--version") == (ExitCode.OK, f"ai-usage {importlib.metadata.version('ai-usage-analytics')}")


def test_a_wrong_path_or_name_is_an_error_that_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "file").touch()
    cases = {
        ("status", "--data-dir", f"{tmp_path}/dta"): f"Did you mean {tmp_path}/data?",
        ("run", "--data-dir", f"{tmp_path}/file"): "is a file and no folder",
        ("demo", "--data-dir", f"{tmp_path}/file"): "is a file and no folder",
        ("restore", "--from", f"{tmp_path}/dat"): f"Did you mean {tmp_path}/data?",
        ("erase", "--from-file", f"{tmp_path}/fil"): f"Did you mean {tmp_path}/file?",
        ("site", "--target", "postgre"): "Did you mean postgres?",
        ("run", "--since", "01.10.2026"): "write a day such as 2026-10-01",
        ("reopen", "--all-since", "2026-13-01"): "write a day such as 2026-10-01",
        ("stauts",): "Did you mean 'status'?",
    }
    for arguments, expected in cases.items():
        code, shown = told(*arguments)
        assert (code, expected in shown) == (ExitCode.USAGE, True), (arguments, shown)


def test_status_on_nothing_says_so_once(tmp_path: Path) -> None:
    code, shown = told("status", "--data-dir", str(tmp_path))
    assert code == ExitCode.FINDINGS
    assert "sources: no source has been loaded yet" in shown
    assert "nothing:" not in shown
    assert "since the beginning" not in shown


def test_doctor_counts_and_tells_what_is_not_connected_apart(capsys: pytest.CaptureFixture[str]) -> None:
    print_findings(
        [
            ("key", Finding("pseudonymisation key", False, "No pseudonymisation key: set one.", "Make one.")),
            ("hris", Finding("roster", True, "602 people")),
            ("chatgpt", Finding("settings", True, "not connected; see [sources.chatgpt]", is_connected=False)),
        ]
    )
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "to fix key: No pseudonymisation key: set one.",
        "Make one.",
        "ok hris: roster: 602 people",
        "not connected chatgpt: not connected; see [sources.chatgpt]",
        "2 checks: 1 ok, 1 to fix; 1 source is not connected.",
    ]


def test_a_source_is_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    failed = Finding("access", False, "m365_copilot: GET /v1/users answered 403.")
    print_findings([("m365_copilot", failed)])
    assert "to fix        m365_copilot: access: GET /v1/users answered 403." in capsys.readouterr().out


def test_nobody_is_told_to_print_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AI_USAGE_PSEUDONYM_KEY", raising=False)
    monkeypatch.delenv("AI_USAGE_PSEUDONYM_KEY_FILE", raising=False)
    with pytest.raises(ConfigurationError) as missing:
        load_key()
    assert "print(" not in missing.value.remedy
    assert "`ai-usage init`" in missing.value.remedy


def test_a_phase_that_is_over_stops_and_gets_a_tick() -> None:
    with Progress(console=Console(file=io.StringIO(), force_terminal=True)) as progress:
        phases = Phases(progress)
        phases.show("dbt", "1 of 547 stg_days")
        phases.show("dbt", "547 of 547 usage")
        phases.show("site", "drawing")
        dbt, site = progress.tasks
        assert (dbt.finished, dbt.description) == (True, "547 of 547 usage")
        assert not site.finished
        phases.finish()
        assert site.finished


def test_a_log_hears_of_a_long_phase_before_it_ends() -> None:
    written = io.StringIO()
    with Lines(Console(file=written, width=100), silent_seconds=0.04) as lines:
        lines.show("audit", "looking for small groups")
        deadline = time.monotonic() + 60
        while written.getvalue().count("\n") < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    first, second = written.getvalue().splitlines()[:2]
    assert first == "audit: looking for small groups"
    assert second.startswith("audit: looking for small groups (")


def test_the_site_is_served_on_this_machine_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>Overview</title>", encoding="utf-8")
    with server(tmp_path, 0) as running, in_background(running):
        host, port = running.server_address[:2]
        assert host == "127.0.0.1"
        assert "Overview" in requests.get(f"http://127.0.0.1:{port}/", timeout=60).text
        with pytest.raises(ConfigurationError, match="taken"):
            server(tmp_path, int(port))


def test_make_dev_shows_the_demo_until_there_is_something_of_ones_own(tmp_path: Path) -> None:
    """After `make demo` the pages of `make dev` were empty: its run was kept nowhere."""
    own, demo = tmp_path / ".data", tmp_path / DEMO_DIR
    assert shown({}, tmp_path, has_key=False).home == own / "dagster"
    (demo / "dagster").mkdir(parents=True)
    assert (found := shown({}, tmp_path, has_key=False)).home == demo / "dagster"
    assert found.data_dir == demo
    assert shown({}, tmp_path, has_key=True).data_dir == own
    assert shown({"AI_USAGE_DATA_DIR": "/srv/usage"}, tmp_path, has_key=False).home == Path(
        "/srv/usage/dagster"
    )
    (own / "warehouse.duckdb").touch()
    assert shown({}, tmp_path, has_key=False).data_dir == own
