"""The nightly job in this process, without Dagster's server: what `ai-usage demo` runs."""

from __future__ import annotations

import dagster as dg

from orchestration.defs.deployment import Deployment
from orchestration.defs.night import JOB, nightly_definitions
from orchestration.night import NightResult


def run_in_process(deployment: Deployment) -> NightResult:
    """One night through the same job that the schedule starts; its events are not kept.

    Raises:
        AiUsageError: the night could not begin or ended before its end.
    """
    job = nightly_definitions(deployment).resolve_job_def(JOB)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        job.execute_in_process(run_config=quiet, instance=instance, raise_on_error=False)
    if deployment.error is not None:
        raise deployment.error
    return deployment.results[-1]
