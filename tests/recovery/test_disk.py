"""A disk that fills up at any moment: a plain error that names the folder, and nothing to mend by hand."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.lock import run_lock
from publishing.publish import publish
from runtime.environment import Environment, environment
from runtime.errors import DiskFullError
from tests.ingestion.test_pipeline import D1, D2, D3, Answers, load, usage, vendor
from tests.publishing.closed_world import STATEMENTS
from tests.publishing.conftest import MARTS
from tests.publishing.deployment import Deployment

pytestmark = pytest.mark.end_to_end

_KIB = 1024
_ROWS = 2000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, left: int) -> Path:
    """Take all but `left` bytes."""
    free = os.statvfs(folder)
    filler = folder / "filler"
    filler.write_bytes(b"\0" * max(0, free.f_bavail * free.f_bsize - left))
    return filler


def _night(env: Environment, number: int, told: Any) -> None:
    """In a process of its own, as every night is: nothing of a failed one stays in memory."""
    days: Answers = {D1: [("a", 1)], D2: [(f"b{n}", n) for n in range(_ROWS)], D3: [("a", number)]}
    try:
        with run_lock(env):
            result = load(env, vendor(days))
            told.put((result.status, result.error or ""))
    except DiskFullError as error:
        told.put(("full", str(error)))
    except BaseException as error:
        told.put((type(error).__name__, str(error)))


def night(env: Environment, number: int) -> tuple[str, str]:
    forked = multiprocessing.get_context("fork")
    told = forked.Queue()
    process = forked.Process(target=_night, args=(env, number, told))
    process.start()
    status, error = told.get(timeout=120)
    process.join(30)
    return status, error


def test_loads_on_a_full_disk_say_so_and_the_next_night_is_whole(small_disk: Path) -> None:
    env = environment(small_disk / "data", "dev")
    assert night(env, 0) == ("ok", "")
    failed = 0
    for number, left in enumerate((0, 8, 64, 200, 400), start=1):
        filler = fill(small_disk, left * _KIB)
        status, error = night(env, number)
        if status != "ok":
            failed += 1
            assert status in ("full", "failed"), (status, error)
            assert f"data folder {env.data_dir}" in error
            assert "Free some space" in error
        filler.unlink()
        assert night(env, number) == ("ok", "")
        found = usage(env)
        assert len(found) == len(set(found)) == _ROWS + 2
        assert (D3, "a", number) in found
    assert failed >= 3


def test_a_publish_on_a_full_disk_leaves_readers_their_version(small_disk: Path) -> None:
    made = Deployment(environment(small_disk / "data", "dev"), {})
    made.run(*MARTS, *STATEMENTS)
    publish(made.environment, "r1")
    for number, left in enumerate((0, 16, 300), start=2):
        filler = fill(small_disk, left * _KIB)
        with pytest.raises(DiskFullError, match="Free some space"), run_lock(made.environment):
            publish(made.environment, f"r{number}")
        assert made.published("select run_id from published.publication") == [("r1",)]
        filler.unlink()
    publish(made.environment, "r9")
    assert made.published("select run_id from published.publication") == [("r9",)]
