"""What an interrupted load left is finished once, wherever it was interrupted."""

from __future__ import annotations

from pathlib import Path

import dlt
import duckdb
import pytest
from dlt.common.storages import LoadStorage

from runtime.pipelines import drain


class Killed(BaseException):
    """The process ends here."""


def pipeline(folder: Path) -> dlt.Pipeline:
    """The same pipeline, as the next run opens it."""
    destination = dlt.destinations.duckdb(str(folder / "warehouse.duckdb"))
    return dlt.pipeline("toy", pipelines_dir=str(folder / "dlt"), destination=destination, dataset_name="raw")


def test_a_package_that_is_marked_as_loaded_is_not_loaded_or_completed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends_before_the_move(storage: LoadStorage, load_id: str, aborted: bool) -> None:
        storage.normalized_packages.complete_loading_package(load_id, "aborted" if aborted else "loaded")
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(LoadStorage, "complete_load_package", ends_before_the_move)
        with pytest.raises(Killed):
            pipeline(tmp_path).run([{"n": 1}, {"n": 2}], table_name="numbers")
    left = pipeline(tmp_path)
    assert left.has_pending_data

    drain(left)

    assert not pipeline(tmp_path).has_pending_data
    pipeline(tmp_path).run([{"n": 3}], table_name="numbers")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        assert connection.execute("select n from raw.numbers order by n").fetchall() == [(1,), (2,), (3,)]
