"""Killed between any two steps of a publish: readers have one whole version; the next publish makes it good."""

from __future__ import annotations

import random

import pytest

from tests.recovery.conftest import SEED, Prepared
from tests.recovery.points import spread
from tests.recovery.rig import Workshop
from tests.recovery.scenarios import Publishes
from tests.recovery.test_kill_points import assert_good

pytestmark = pytest.mark.end_to_end


@pytest.mark.parametrize(
    ("target", "how", "kills"),
    [("dev", "process", 14), ("postgres", "process", 6), ("postgres", "backend", 4)],
)
def test_publishes(workshop: Workshop, toy: Prepared, target: str, how: str, kills: int) -> None:
    """Readers look on a hundred times a second, through the kill and the publish after it.

    Every kind of point is struck, most of them twice; `make torture` strikes more of each.
    """
    publishes = Publishes(workshop, toy(target))
    points = publishes.points
    if how == "backend":  # what the server does not take part in cannot be cut off from it
        points = [point for point in points if point.kind.startswith("postgres")]
    chosen = spread(points, kills, random.Random(f"{SEED} {target} {how}"))
    verdicts = [publishes.kill(point, how) for point in chosen]
    assert_good(verdicts, kills)
    assert all(verdict.reads > 1 for verdict in verdicts)
