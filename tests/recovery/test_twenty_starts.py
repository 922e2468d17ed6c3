"""Twenty whole runs at once: one works, nineteen say busy, and killing the one leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.lock import run_lock
from orchestration.result import ExitCode
from runtime.environment import environment

pytestmark = pytest.mark.end_to_end

STARTS = 20
_MOST_SECONDS = 300.0


def test_one_of_twenty_runs_works_and_leaves_no_lock_when_it_is_killed(tmp_path: Path) -> None:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("AI_USAGE_", "SOURCES__"))
    }
    settings = clean | {"AI_USAGE_DATA_DIR": str(tmp_path), "AI_USAGE_PSEUDONYM_KEY": "07" * 32}
    command = [str(Path(sys.executable).with_name("ai-usage")), "run", "--quiet"]
    runs = [
        subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(STARTS)
    ]
    try:
        until = time.monotonic() + _MOST_SECONDS
        while sum(run.poll() is None for run in runs) > 1 and time.monotonic() < until:
            time.sleep(0.1)
        ended = [run.returncode for run in runs if run.poll() is not None]
        assert ended == [ExitCode.BUSY] * (STARTS - 1)
    finally:
        for run in runs:
            run.kill()
            run.wait()
    with run_lock(environment(tmp_path, "dev")):
        pass  # the lock and the file are free, though nobody cleaned up
