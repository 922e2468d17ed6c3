"""Killed anywhere, the next night needs no hand: nothing lost, nothing twice, no reader sees a mixture."""

from __future__ import annotations

import random

import pytest

from tests.recovery.conftest import SEED
from tests.recovery.points import spread
from tests.recovery.rig import Deployment, Rig
from tests.recovery.scenarios import Builds, Loads, Publishes, Verdict

pytestmark = pytest.mark.end_to_end


def assert_good(verdicts: list[Verdict], at_least: int) -> None:
    bad = [verdict for verdict in verdicts if not verdict.good]
    assert bad == [], f"seed {SEED}: {len(bad)} of {len(verdicts)}, first: {bad[0]}"
    assert len(verdicts) >= at_least


@pytest.mark.parametrize(
    ("target", "source", "kills"),
    [
        ("dev", "chatgpt", 8),
        ("dev", "github_copilot", 7),
        ("dev", "hris", 5),
        ("dev", "m365_copilot", 4),
        ("postgres", "chatgpt", 4),
        ("postgres", "github_copilot", 4),
    ],
)
def test_loads(small_rig: Rig, loaded: dict[str, Deployment], target: str, source: str, kills: int) -> None:
    """Every second kill loses dlt's working folder too; every third night after is the same night again."""
    loads = Loads(small_rig, loaded[target], source)
    points = spread(loads.points, kills, random.Random(f"{SEED} {target} {source}"))
    verdicts = [
        loads.kill(point, next_day=number % 3 != 2, wipe=number % 2 == 1) for number, point in enumerate(points)
    ]
    assert_good(verdicts, kills)


def test_first_runs(small_rig: Rig, loaded: dict[str, Deployment]) -> None:
    """dlt wipes what is pending when the dataset is not there yet; the salt must not be drawn twice."""
    loads = Loads(small_rig, loaded["dev"], "github_copilot", first_run=True)
    points = spread(loads.points, 4, random.Random(SEED))
    assert_good([loads.kill(point, next_day=False, wipe=number == 3) for number, point in enumerate(points)], 4)


@pytest.mark.parametrize(("target", "kills"), [("dev", 20), ("postgres", 10)])
def test_publishes(small_rig: Rig, built: dict[str, Deployment], target: str, kills: int) -> None:
    """Under readers at 100 Hz of the file and of the Parquet folder, or of PostgreSQL."""
    publishes = Publishes(small_rig, built[target])
    points = spread(publishes.points, kills, random.Random(f"{SEED} {target}"))
    verdicts = [publishes.kill(point) for point in points]
    assert_good(verdicts, kills)
    assert sum(verdict.reads for verdict in verdicts) > 10 * kills


def test_builds(small_rig: Rig, unbuilt: Deployment) -> None:
    """Eight nights in a row die inside dbt, each further on; the ninth makes it all good."""
    builds = Builds(small_rig, unbuilt)
    assert_good(builds.kill(spread(builds.points, 8, random.Random(SEED))), 8)
