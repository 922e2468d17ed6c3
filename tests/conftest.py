"""Fixtures that several packages of tests share."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler.loadfile import LoadFileScheduling

from tests.dbt_processes import kept_processes
from tests.postgres import PostgresServer, postgres_server
from tests.tools import left_out, tool

# Tests start hundreds of processes. Where byte code may not be kept (container images often say so), each
# compiles dbt, dlt and our own modules for itself, and takes twice as long to start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A busy machine is no finding: nothing here is judged by the clock.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
TESTS = Path(__file__).parent

# Each of these is given to one process as a whole: its files share what takes minutes to make.
FOLDERS = ("tests/spark", "tests/engines")

# Files that take minutes. All processes end together when these come first, and those that need the same
# world (tests/worlds) do not begin at once: one would wait until the other has made it.
LONGEST_FIRST = (
    "spark/test_nights.py",
    "recovery/test_build_points.py",
    "end_to_end/test_demo_command.py",
    "engines/test_nights_on_postgres.py",
    "end_to_end/test_restore.py",
    "end_to_end/test_erasure.py",
    "end_to_end/test_increments.py",
    "end_to_end/test_changed_rows.py",
    "recovery/test_kill_points.py",
    "recovery/test_publish_points.py",
    "end_to_end/test_closed_periods.py",
    "end_to_end/test_missed_nights.py",
    "lifecycle/test_erase.py",
    "end_to_end/test_first_night.py",
    "dashboards/test_browser.py",
    "end_to_end/test_subsets_of_tools.py",
    "vendors/test_acceptance.py",
    "end_to_end/test_two_accounts.py",
    "dashboards/test_drawn.py",
    "transform/test_days_equal_a_rebuild.py",
    "orchestration/test_killed_runs.py",
    "ingestion/test_pipeline.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the rest in its order. With RANDOM_ORDER=<seed> both are drawn.

    Raises:
        pytest.UsageError: one of :data:`FOLDERS` has no test in a run of all tests.
    """
    if os.environ.get("EVERY_FOLDER"):
        found = {str(item.path.parent.relative_to(TESTS.parent)) for item in items}
        if missing := [folder for folder in FOLDERS if folder not in found]:
            raise pytest.UsageError(f"No test of {' and '.join(missing)} was collected.")
    if seed := os.environ.get("RANDOM_ORDER"):
        drawn = random.Random(seed)
        files: dict[Path, list[pytest.Item]] = {}
        for item in items:
            files.setdefault(item.path, []).append(item)
        for tests in files.values():
            drawn.shuffle(tests)
        items[:] = chain.from_iterable(drawn.sample(list(files.values()), len(files)))
        return
    place = {(TESTS / name): number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


class FilesAndFolders(LoadFileScheduling):
    """Gives each process whole files, and of :data:`FOLDERS` all files of one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((folder for folder in FOLDERS if file.startswith(f"{folder}/")), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesAndFolders:
    """Which process gets which tests."""
    return FilesAndFolders(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a test whose program is missing."""
    for mark in item.iter_markers("needs_tool"):
        tool(*mark.args)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what this machine could not test."""
    skipped = terminalreporter.getreports("skipped")
    if line := left_out(str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple)):
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole session; it starts when the first test asks for it."""
    # A short path: the name of a Unix socket may have 107 characters.
    with (
        tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder,
        postgres_server(Path(folder)) as server,
    ):
        yield server


@pytest.fixture(scope="session", autouse=True)
def one_dbt_process() -> Iterator[None]:
    """Builds within this process share one of dbt's."""
    with kept_processes():
        yield
