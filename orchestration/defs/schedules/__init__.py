"""When the night runs. A missed one needs no hand: the next loads every day that is missing."""

from __future__ import annotations

import os

import dagster as dg

from orchestration.choices import project_var

CRON_VARIABLE = "AI_USAGE_SCHEDULE_CRON"
_NIGHTLY = "0 2 * * *"
_WEEKLY = "0 5 * * 0"
# Vendors restate a few days; once a week everything that they might still have corrected is read again.
REREAD_DAYS = 28


def schedules(job: dg.UnresolvedAssetJobDefinition, resource: str) -> list[dg.ScheduleDefinition]:
    """Every night, and once a week deeper, in the zone in which the company reads its days."""
    zone = str(project_var("reporting_timezone"))
    return [
        dg.ScheduleDefinition(
            name="every_night",
            job=job,
            cron_schedule=os.environ.get(CRON_VARIABLE, _NIGHTLY),
            execution_timezone=zone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
        ),
        dg.ScheduleDefinition(
            name="weekly_reread",
            job=job,
            cron_schedule=_WEEKLY,
            execution_timezone=zone,
            run_config={"resources": {resource: {"config": {"reread_days": REREAD_DAYS}}}},
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=f"Reads the last {REREAD_DAYS} days again: a restatement older than the look-back.",
        ),
    ]
