"""Killed while dbt builds: the next night builds everything, and readers lose nothing."""

from __future__ import annotations

import random

import pytest

from tests.recovery.conftest import SEED, Prepared
from tests.recovery.points import spread
from tests.recovery.rig import Rig
from tests.recovery.scenarios import Builds
from tests.recovery.test_kill_points import assert_good

pytestmark = pytest.mark.end_to_end

# All at once; the night alone, so that dbt is left behind; as systemd and Dagster stop a night.
HOWS = ("process", "parent", "terminate")


def test_builds(small_rig: Rig, loaded: Prepared) -> None:
    """Three nights die in one deployment before one is let through, a day later, with what is new."""
    builds = Builds(small_rig, loaded("dev"))
    statements = [point for point in builds.points if point.kind.startswith("duckdb")]
    assert len(statements) > 100
    # A night after a dead one need not take as many statements: a place among the last may never be reached.
    points = spread(statements[: len(statements) * 9 // 10], len(HOWS), random.Random(SEED))
    assert_good(builds.kill(list(zip(points, HOWS, strict=True))), len(HOWS))
