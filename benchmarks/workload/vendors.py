"""Starts the vendors' server of a generated company. Imports little: who measures memory starts it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.workload.names import ORGANIZATION, WORKSPACE

_ROOT = Path(__file__).parents[2]  # the package is not installed: it is found where the repository lies


@contextlib.contextmanager
def vendors(folder: Path, night: int = 0) -> Iterator[dict[str, str]]:
    """The vendors' server in a process of its own; gives the settings that point the sources at it."""
    command = [sys.executable, "-m", "benchmarks.workload.server", str(folder)]
    with subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield settings_of(folder, f"http://127.0.0.1:{process.stdout.readline().strip()}", night)
        finally:
            process.stdin.close()


def settings_of(folder: Path, origin: str, night: int = 0) -> dict[str, str]:
    """Environment variables of all connected sources."""
    return {
        "AI_USAGE_COMPANY_DIR": str(folder / "company"),
        "SOURCES__CHATGPT__BASE_URL": f"{origin}/v1",
        "SOURCES__CHATGPT__API_KEY": "workload",
        "SOURCES__CHATGPT__WORKSPACE_ID": WORKSPACE,
        "SOURCES__CHATGPT__ORGANIZATION_ID": ORGANIZATION,
        "SOURCES__GITHUB_COPILOT__BASE_URL": f"{origin}/{'restated' if night else 'first'}",
        "SOURCES__GITHUB_COPILOT__API_KEY": "workload",
        "SOURCES__GITHUB_COPILOT__ENTERPRISE": "workload",
        "SOURCES__GITHUB_COPILOT__BILLING": "false",
        "SOURCES__GITHUB_COPILOT__IDENTITY_METHODS": "[]",
        "SOURCES__HRIS__SNAPSHOT_LOCATION": str(folder / "hris" / "employees.csv"),
        "SOURCES__HRIS__HISTORY_LOCATION": str(folder / "hris" / "employees_history.csv"),
    }
