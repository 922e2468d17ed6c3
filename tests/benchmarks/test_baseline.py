"""The tables by hand are the pipeline's, row for row, and a difference is seen."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from benchmarks.baseline import hand_written
from benchmarks.baseline.compare import PAIRS, Pair, differences
from orchestration.dbt import run_dbt
from publishing.closed import ClosedStore
from tests.benchmarks.conftest import Loaded
from tests.data_tests import BUILD_ONLY


@pytest.fixture(scope="module")
def built(through_http: Loaded, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The warehouse with every compared table, and the folder of the tables by hand."""
    with through_http.environment.session() as session:
        ClosedStore(session, through_http.environment).ensure()
    compared = [f"+{pair.theirs.rpartition('.')[2]}" for pair in PAIRS]
    result = run_dbt([*BUILD_ONLY, "--select", *compared], through_http.environment)
    assert result.ok, result.failures[:5]
    folder = tmp_path_factory.mktemp("by_hand")
    hand_written.build(through_http.warehouse, folder)
    return through_http.warehouse, folder


def test_every_compared_table_is_the_pipelines(built: tuple[Path, Path]) -> None:
    found = differences(*built)
    assert [difference.table for difference in found] == [pair.ours for pair in PAIRS]
    assert [str(difference) for difference in found if not difference.is_equal] == []


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.ours)
def test_rows_that_stand_twice_are_a_difference(built: tuple[Path, Path], tmp_path: Path, pair: Pair) -> None:
    warehouse, folder = built
    shutil.copy(folder / hand_written.RESULT, tmp_path)
    with duckdb.connect(str(tmp_path / hand_written.RESULT)) as connection:
        connection.execute(f"insert into {pair.ours} select * from {pair.ours}")
    (difference,) = differences(warehouse, tmp_path, [pair])
    assert not difference.is_equal
    assert (difference.only_ours, difference.only_theirs) == (difference.rows // 2, 0)
