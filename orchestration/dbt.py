"""One dbt invocation a run, in a process of its own.

Its own process, because dbt keeps the DuckDB file open until it ends, and a file that one process writes can
be opened by no other. Its log is read line by line as JSON, scrubbed, and written to `logs/dbt.log`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingestion.config import Environment
from ingestion.privacy.scrub import scrub

PROJECT_DIR = Path(__file__).resolve().parents[1]
_DBT = str(Path(sys.executable).with_name("dbt"))
_FINISHED = frozenset({"LogModelResult", "LogTestResult", "LogSeedResult", "LogNodeResult"})


def suppression_k() -> int:
    """The smallest number of people that a published cell may show, as the models use it; never below 5."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    return max(5, int(project["vars"]["suppression_k"]))


@dataclass(slots=True)
class DbtResult:
    """How an invocation went: exit code, nodes by status, and scrubbed texts of what failed."""

    exit_code: int
    statuses: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every model and test passed."""
        return self.exit_code == 0


def run_dbt(
    arguments: list[str],
    environment: Environment,
    progress: Callable[[str], None] = lambda _: None,
) -> DbtResult:
    """Run dbt with `arguments` (`["build"]`) against the environment's warehouse."""
    environment.logs_dir.mkdir(parents=True, exist_ok=True)
    command = [
        *(_DBT, "--log-format", "json", "--log-level-file", "none"),
        *arguments,
        *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)),
        *("--target", environment.target),
    ]
    settings = os.environ | {
        "AI_USAGE_DATA_DIR": str(environment.data_dir),
        "DBT_TARGET_PATH": str(environment.data_dir / "target"),
        "DBT_LOG_PATH": str(environment.logs_dir),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    settings.pop("AI_USAGE_PSEUDONYM_KEY", None)  # the key has no business in dbt's process
    result = DbtResult(exit_code=0)
    with (environment.logs_dir / "dbt.log").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=PROJECT_DIR,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        assert process.stdout is not None
        for event in _events(process.stdout):
            _take(event, result, progress)
            log.write(f"{event['info'].get('ts', '')} {scrub(event['info'].get('msg', ''))}\n")
        result.exit_code = process.wait()
    return result


def _events(lines: Any) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            event = {"info": {"name": "Text", "msg": line.rstrip(), "level": "info"}}
        if isinstance(event, dict) and isinstance(event.get("info"), dict):
            yield event


def _take(event: dict[str, Any], result: DbtResult, progress: Callable[[str], None]) -> None:
    info = event["info"]
    if info.get("name") in _FINISHED:
        node = event.get("data", {}).get("node_info", {})
        status = str(event.get("data", {}).get("status", node.get("node_status", ""))).lower().split(" ")[0]
        result.statuses[status] = result.statuses.get(status, 0) + 1
        progress(str(node.get("node_name", "")))
    elif info.get("level") == "error":
        result.failures.append(scrub(str(info.get("msg", ""))))
