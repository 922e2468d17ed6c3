"""The commands as a person meets them: help, errors with remedies, exit codes, one run at a time."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from ingestion.config import environment
from ingestion.errors import BusyError
from orchestration.console import console
from orchestration.dbt import DbtResult
from orchestration.lock import LOCK_SECONDS
from orchestration.night import ExitCode, NightResult, run_lock

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
    for command in ("run", "publish", "site", "status", "doctor", "demo", "reopen"):
        assert command in shown


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
    heavy = {"dagster", "dbt", "scipy", "pandas", "genai_prices", "ingestion.sources", "orchestration.night"}
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
