"""A Dagster run that is told to end, or killed: its state is right, no lock stays, the next one is good."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs import recovery
from orchestration.defs.deployment import Deployment
from orchestration.defs.night import JOB
from orchestration.lock import run_lock
from orchestration.project import PROJECT_DIR
from runtime.environment import environment

STARTED, FAILURE, SUCCESS = (
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.SUCCESS,
)


class Runs:
    """Runs of tests/orchestration/slow_night.py, each in its own process, with the shipped dagster.yaml."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "dagster"
        self.home.mkdir()
        shutil.copy(PROJECT_DIR / "dagster.yaml", self.home)
        self.deployment = Deployment(environment=lambda: environment(folder / "data", "dev"))

    def start(self, *, slow: bool) -> subprocess.Popen[str]:
        (self.folder / "reached").unlink(missing_ok=True)
        if slow:
            (self.folder / "slow").touch()
        else:
            (self.folder / "slow").unlink(missing_ok=True)
        dagster = str(Path(sys.executable).with_name("dagster"))
        process = subprocess.Popen(
            [dagster, "job", "execute", "-m", "tests.orchestration.slow_night", "-j", JOB],
            env=os.environ | {"DAGSTER_HOME": str(self.home), "SLOW_NIGHT": str(self.folder)},
            cwd=PROJECT_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 300
        while slow and not (self.folder / "reached").exists():
            assert process.poll() is None, process.communicate()[1][-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return process

    def states(self) -> list[dg.DagsterRunStatus]:
        """Of every run, the oldest first."""
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            return [run.status for run in reversed(instance.get_runs())]

    def rows(self) -> list[tuple[object, ...]]:
        with self.deployment.environment().session(read_only=True) as session:
            return session.rows("select count(*), count(distinct day) from raw_slow.days")


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@pytest.mark.parametrize("is_asked", [True, False], ids=["by a person", "by the machine"])
def test_a_run_that_is_told_to_end_ends_and_the_next_is_good(runs: Runs, is_asked: bool) -> None:
    """Cancelled when a person asked for it; failed, and so tried again, when the machine shuts down."""
    process = runs.start(slow=True)
    if is_asked:
        with dg.DagsterInstance.from_config(str(runs.home)) as instance:
            instance.report_run_canceling(instance.get_runs()[0])
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=180)
    assert runs.states() == [dg.DagsterRunStatus.CANCELED if is_asked else FAILURE]
    with run_lock(runs.deployment.environment()):
        pass
    assert runs.start(slow=False).wait(300) == 0
    assert runs.states()[1:] == [SUCCESS]
    assert runs.rows() == [(3, 3)]


def test_a_killed_run_is_found_by_its_lock_and_the_next_is_good(runs: Runs) -> None:
    process = runs.start(slow=True)
    assert tick(runs, hours=1) == [STARTED], "its lock is held"
    process.kill()
    process.communicate(timeout=180)
    assert runs.states() == [STARTED], "nobody could tell"
    assert tick(runs, hours=0) == [STARTED], "it might just be starting"
    assert tick(runs, hours=1) == [FAILURE]
    assert runs.start(slow=False).wait(300) == 0
    assert runs.states()[1:] == [SUCCESS]
    assert runs.rows() == [(3, 3)]


def tick(runs: Runs, *, hours: int) -> list[dg.DagsterRunStatus]:
    """One evaluation of the sensor, `hours` later."""
    later = time.time() + hours * 3600
    definitions = recovery.recovery_definitions(runs.deployment, {JOB}, now=lambda: later, wait=lambda _: None)
    sensor = definitions.get_sensor_def("runs_whose_process_is_gone")
    with dg.DagsterInstance.from_config(str(runs.home)) as instance:
        sensor.evaluate_tick(dg.build_sensor_context(instance=instance))
    return runs.states()
