"""Every model compiled for each target, and the DuckDB build that translated models are compared with."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.engines.replay import Model
from tests.engines.targets import PROJECT, TARGETS
from tests.worlds.fixtures import first_night, own_world, two_nights, two_nights_on_postgres
from tests.worlds.store import own

__all__ = ["first_night", "own_world", "two_nights", "two_nights_on_postgres"]

Compiled = dict[str, dict[str, Model]]
# Tables of which a day becomes empty, and their day.
EMPTIED = {
    "github_copilot.user_days": "day",
    "github_copilot.user_day_models": "day",
    "github_copilot.user_day_features": "day",
    "m365_copilot.interactions": "created_date",
}


def _compile(name: str, folder: Path) -> dict[str, Model]:
    target = TARGETS[name]
    assert target.python.exists(), f"{target.venv} is missing: run `make test-engines`."
    driver = PROJECT / "tests" / "engines" / "compile_models.py"
    done = subprocess.run(
        [target.python, driver, name, folder],
        cwd=PROJECT,
        env=os.environ | target.settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{name}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    models: dict[str, Model] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return models


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """Both branches of every model, by target and model."""
    folder = tmp_path_factory.mktemp("compiled")
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        found = pool.map(lambda name: _compile(name, folder), TARGETS)
        return dict(zip(TARGETS, found, strict=True))


@dataclass(frozen=True)
class Builds:
    """Copies of one DuckDB warehouse: after its first build, and after the increment of the next night.

    `emptied` is a day of which the vendors told something in the first night and nothing in the second.
    """

    first: Path
    second: Path
    emptied: dt.date


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """After the first night of the tests' company, and after a second.

    That brings a new day, restated days and one that became empty.
    """
    folder = tmp_path_factory.mktemp("builds")
    with own("first_night", folder / "world") as made:
        assert made.build().ok  # once more: publishing closed periods, which models read
        warehouse = made.environment.warehouse
        first = Path(shutil.copy(warehouse, folder / "first.duckdb"))
        made.load(days_later=1)
        day = made.company.profile.as_of.date() - dt.timedelta(days=8)
        _empty(warehouse, day)
        result = made.build()
        assert result.ok, result.failures[:5]
    return Builds(first, warehouse, day)


def _empty(warehouse: Path, day: dt.date) -> None:
    """What a load leaves when a vendor takes back all of a day."""
    with duckdb.connect(str(warehouse)) as connection:
        for table, column in EMPTIED.items():
            deleted = connection.execute(f"delete from raw_{table} where {column} = ?", [day]).fetchone()
            assert deleted is not None
            assert deleted[0] > 0, f"{table} had nothing on that day"
            connection.execute(
                "update ops.loaded_days set status = 'empty', row_count = 0, "
                "fetched_at = (select max(fetched_at) from ops.loaded_days) "
                "where source || '.' || resource = ? and day = ?",
                [table, day],
            )
