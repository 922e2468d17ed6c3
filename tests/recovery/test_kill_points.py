"""Killed anywhere, the next night needs no hand: nothing lost, nothing twice, no reader sees a mixture."""

from __future__ import annotations

import random

import pytest

from tests.recovery.conftest import SEED, Prepared
from tests.recovery.points import spread
from tests.recovery.rig import Rig
from tests.recovery.scenarios import Loads, Verdict

pytestmark = pytest.mark.end_to_end


def assert_good(verdicts: list[Verdict], at_least: int) -> None:
    bad = [verdict for verdict in verdicts if not verdict.good]
    assert bad == [], f"seed {SEED}: {len(bad)} of {len(verdicts)}, first: {bad[0]}"
    assert len(verdicts) >= at_least


@pytest.mark.parametrize(
    ("target", "source", "kills"),
    [
        ("dev", "chatgpt", 6),
        ("dev", "github_copilot", 5),
        ("dev", "hris", 2),
        ("dev", "m365_copilot", 3),
        ("postgres", "github_copilot", 4),
    ],
)
def test_loads(small_rig: Rig, loaded: Prepared, target: str, source: str, kills: int) -> None:
    """Every second kill loses dlt's working folder too; every third night after is the same night again."""
    loads = Loads(small_rig, loaded(target), source)
    points = spread(loads.points, kills, random.Random(f"{SEED} {target} {source}"))
    verdicts = [
        loads.kill(point, next_day=number % 3 != 2, wipe=number % 2 == 1) for number, point in enumerate(points)
    ]
    assert_good(verdicts, kills)


def test_first_runs(small_rig: Rig, loaded: Prepared) -> None:
    """dlt wipes what is pending when the dataset is not there yet; the salt must not be drawn twice."""
    loads = Loads(small_rig, loaded("dev"), "github_copilot", first_run=True)
    points = spread(loads.points, 2, random.Random(SEED))
    assert_good([loads.kill(point, next_day=False, wipe=number == 1) for number, point in enumerate(points)], 2)
