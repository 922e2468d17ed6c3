"""The nightly job in this process, without Dagster's server: what `ai-usage demo` runs."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from orchestration.defs.deployment import Deployment
from orchestration.defs.event_log import KeptOpenEventLog
from orchestration.defs.history import prepare_home
from orchestration.defs.night import JOB, nightly_definitions
from orchestration.night import NightResult


def run_in_process(deployment: Deployment, history: Path | None = None) -> NightResult:
    """:func:`read_job` and :func:`run_job`.

    Raises:
        AiUsageError: see both.
    """
    return run_job(read_job(deployment), deployment, history)


def read_job(deployment: Deployment) -> dg.JobDefinition:
    """The job that the schedule starts. No source's settings are read yet.

    Raises:
        AiUsageError: dbt cannot read the project.
    """
    return nightly_definitions(deployment).resolve_job_def(JOB)


def run_job(job: dg.JobDefinition, deployment: Deployment, history: Path | None = None) -> NightResult:
    """One night of the deployment that `job` was read for.

    Its events are kept in `history`, a DAGSTER_HOME in which `make dev` finds them; without one they are
    forgotten.

    Raises:
        AiUsageError: the night could not begin or ended before its end.
    """
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with _instance(history) as instance:
        job.execute_in_process(run_config=quiet, instance=instance, raise_on_error=False)
    if deployment.error is not None:
        raise deployment.error
    return deployment.results[-1]


def _instance(history: Path | None) -> dg.DagsterInstance:
    if history is None:
        return dg.DagsterInstance.ephemeral()
    home = prepare_home(history)
    kept_open = {"module": KeptOpenEventLog.__module__, "class": KeptOpenEventLog.__name__}
    events = {**kept_open, "config": {"base_dir": str(home / "history" / "runs")}}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home), overrides={"event_log_storage": events}))
