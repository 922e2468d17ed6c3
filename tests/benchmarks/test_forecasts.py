"""The 80 % interval of the forecast of costs holds about four of five costs of invented companies."""

from __future__ import annotations

import pytest

from benchmarks.forecasts import LEAST, MOST, TABLE, coverage
from orchestration.compiled import compiled_queries
from runtime.environment import environment


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> str:
    return compiled_queries(environment(tmp_path_factory.mktemp("forecast"), "dev"), [TABLE])[TABLE]


def test_the_interval_holds_four_of_five_costs(query: str) -> None:
    share, count = coverage(query, 5, 4)
    assert count > 1_000
    assert LEAST <= share <= MOST
