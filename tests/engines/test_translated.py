"""Snowflake's and BigQuery's models, translated and run on DuckDB, give the tables of the DuckDB build."""

from __future__ import annotations

import pytest

from tests.engines.conftest import Builds, Compiled
from tests.engines.replay import Replay, in_order
from tests.engines.targets import EXECUTED, TARGETS

# Tables by day that read nothing but what became empty.
EMPTIED = (
    "int_github_copilot_account_days",
    "int_github_copilot_model_days",
    "int_m365_copilot_session_parts",
)


@pytest.fixture(scope="module", params=EXECUTED)
def replay(request: pytest.FixtureRequest, compiled: Compiled, builds: Builds) -> Replay:
    """Built in full from what the first night loaded."""
    made = Replay(compiled[request.param], TARGETS[request.param].dialect)
    made.read_from(builds.first)
    made.full()
    return made


def test_a_full_build_gives_every_table_row_for_row(replay: Replay) -> None:
    assert len(in_order(replay.models)) > 150
    assert replay.differences() == []


def test_an_increment_gives_every_table_and_removes_a_day_that_became_empty(
    replay: Replay, builds: Builds
) -> None:
    """Stands behind the full build, on top of which it works."""
    before = {table: days(replay, table) for table in EMPTIED}
    replay.read_from(builds.second)
    replay.increment()
    assert replay.differences() == []
    for table, was in before.items():
        assert builds.emptied in was
        assert builds.emptied not in days(replay, table)
        assert days(replay, table) - was, f"{table} took no new day"


def days(replay: Replay, table: str) -> set[object]:
    """The days of one table."""
    return replay.values(f"select activity_date from intermediate.{table}")
