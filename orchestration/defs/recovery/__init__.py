"""Finds runs whose process is gone, with everything that could have told: daemon killed, machine restarted.

Dagster's own monitoring cannot ask after a process on this machine: a run left STARTED would keep its place in
the queue until `max_runtime_seconds`. The lock below Dagster knows: no run works without it, and it dies with
its process.
"""

import time
from collections.abc import Callable, Set

import dagster as dg
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher

from orchestration.defs.deployment import Deployment
from orchestration.lock import refuse_when_busy
from runtime.errors import BusyError

# A run takes the lock seconds after it started, and ends seconds after it gave it back.
STARTING_SECONDS = 300
_ENDING_SECONDS = 10
GONE = (
    "Its process is gone: nobody holds the run's lock. It counts as failed and is tried again (dagster.yaml)."
)


def recovery_definitions(
    deployment: Deployment,
    jobs: Set[str],
    *,
    now: Callable[[], float] = time.time,
    wait: Callable[[float], None] = time.sleep,
) -> dg.Definitions:
    """The sensor that looks after every run of `jobs`."""

    @dg.sensor(
        name="runs_whose_process_is_gone",
        description="Counts a run as failed when nobody holds the run's lock any more.",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def runs_whose_process_is_gone(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        # Elsewhere (Kubernetes) runs have another machine's lock, and the launcher itself looks after them.
        if not isinstance(context.instance.run_launcher, DefaultRunLauncher):
            return dg.SkipReason("The run launcher looks after its runs itself.")
        old = [
            record.dagster_run
            for record in context.instance.get_run_records(
                dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
            )
            if record.dagster_run.job_name in jobs
            and record.start_time is not None
            and now() - record.start_time > STARTING_SECONDS
        ]
        if not old or _is_busy(deployment):
            return dg.SkipReason("No run is without its process.")
        wait(_ENDING_SECONDS)
        gone = []
        for run in old:
            found = context.instance.get_run_by_id(run.run_id)
            if found is not None and found.status is dg.DagsterRunStatus.STARTED and not _is_busy(deployment):
                context.instance.report_run_failed(found, GONE)
                gone.append(run.run_id)
        return dg.SkipReason(f"Counted as failed: {', '.join(gone)}." if gone else "They ended by themselves.")

    return dg.Definitions(sensors=[runs_whose_process_is_gone])


def _is_busy(deployment: Deployment) -> bool:
    try:
        refuse_when_busy(deployment.environment())
    except BusyError:
        return True
    return False
