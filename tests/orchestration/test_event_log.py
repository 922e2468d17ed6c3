"""The event log of a night in one process: the same history as Dagster's own, also for who reads meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from orchestration.defs.event_log import KeptOpenEventLog
from orchestration.defs.in_process import _instance


@dg.multi_asset(specs=[dg.AssetSpec("first"), dg.AssetSpec("second")])
def both() -> Iterator[dg.MaterializeResult[None]]:
    yield dg.MaterializeResult(asset_key="first")
    yield dg.MaterializeResult(asset_key="second")


JOB = dg.Definitions(
    assets=[both], jobs=[dg.define_asset_job("job", executor_def=dg.in_process_executor)]
).resolve_job_def("job")


def kinds(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """Types of a run's events in their order."""
    return [str(entry.dagster_event_type) for entry in instance.all_logs(run_id) if entry.is_dagster_event]


def test_its_history_is_that_of_dagsters_own_log(tmp_path: Path) -> None:
    with dg.DagsterInstance.from_config(str(_home(tmp_path / "plain"))) as plain:
        run = JOB.execute_in_process(instance=plain).run_id
        expected = kinds(plain, run)
    with _instance(tmp_path / "kept") as kept:
        assert isinstance(kept.event_log_storage, KeptOpenEventLog)
        run = JOB.execute_in_process(instance=kept).run_id
        assert kinds(kept, run) == expected
        with dg.DagsterInstance.from_config(str(tmp_path / "kept")) as reader:  # as `make dev` beside the night
            assert kinds(reader, run) == expected
            assert reader.get_latest_materialization_event(dg.AssetKey("second"))


def test_a_later_run_goes_on_in_the_same_history(tmp_path: Path) -> None:
    runs = []
    for _ in range(2):
        with _instance(tmp_path) as instance:
            runs.append(JOB.execute_in_process(instance=instance).run_id)
    with dg.DagsterInstance.from_config(str(tmp_path)) as reader:
        assert {run.run_id for run in reader.get_runs()} == set(runs)
        assert all(kinds(reader, run)[-1] == "DagsterEventType.RUN_SUCCESS" for run in runs)


def _home(folder: Path) -> Path:
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return folder
