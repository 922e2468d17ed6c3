"""Twenty whole runs at once: one works, nineteen say busy, and killing the one leaves nothing behind."""

from __future__ import annotations

import multiprocessing
import os
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


def run(data_dir: Path) -> None:
    """`ai-usage run` of an environment without any other setting."""
    from orchestration.cli import main

    for name in [name for name in os.environ if name.startswith(("AI_USAGE_", "SOURCES__"))]:
        del os.environ[name]
    os.environ |= {"AI_USAGE_DATA_DIR": str(data_dir), "AI_USAGE_PSEUDONYM_KEY": "07" * 32}
    sys.argv = ["ai-usage", "run", "--quiet"]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    main()


def test_one_of_twenty_runs_works_and_leaves_no_lock_when_it_is_killed(tmp_path: Path) -> None:
    starts = multiprocessing.get_context("forkserver")
    starts.set_forkserver_preload(["orchestration.cli", "orchestration.night", "ingestion.sources.registry"])
    runs = [starts.Process(target=run, args=(tmp_path,)) for _ in range(STARTS)]
    try:
        for started in runs:
            started.start()
        until = time.monotonic() + _MOST_SECONDS
        while sum(started.is_alive() for started in runs) > 1 and time.monotonic() < until:
            time.sleep(0.1)
        ended = [started.exitcode for started in runs if not started.is_alive()]
        assert ended == [ExitCode.BUSY] * (STARTS - 1)
    finally:
        for started in runs:
            if started.pid is not None:
                started.kill()
                started.join()
    with run_lock(environment(tmp_path, "dev")):
        pass  # the lock and the file are free, though nobody cleaned up
