"""Keeps rows no longer than promised: an asset made every day by the code of `ai-usage retention`."""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator

import dagster as dg

from lifecycle.retention import RetentionResult, enforce
from orchestration.choices import project_var
from orchestration.defs.deployment import Deployment, owners
from orchestration.lock import run_lock
from runtime.failures import told

CRON_VARIABLE = "AI_USAGE_RETENTION_CRON"
JOB = "retention"
KEY = dg.AssetKey(["lifecycle", "retention"])
_DAILY = "0 6 * * *"
# A promise of days is kept to the day; one missed enforcement is made up by the next.
_FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(days=8), warn_window=dt.timedelta(days=2))


class RetentionConfig(dg.Config):
    """From the launchpad.

    Attributes:
        dry_run: only count what would go.
    """

    dry_run: bool = False


def retention_definitions(deployment: Deployment) -> dg.Definitions:
    """The asset, its job and its schedule."""
    asset = retention_asset(deployment)
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(asset),
        executor_def=dg.in_process_executor,
        description="Deletes what is older than [retention] promises.",
    )
    schedule = dg.ScheduleDefinition(
        name="every_day_retention",
        job=job,
        cron_schedule=os.environ.get(CRON_VARIABLE, _DAILY),
        execution_timezone=str(project_var("reporting_timezone")),
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(assets=[asset], jobs=[job], schedules=[schedule])


def retention_asset(deployment: Deployment) -> dg.AssetsDefinition:
    """What was enforced last: kept from which day on by layer, and how many rows went."""

    @dg.asset(
        key=KEY,
        group_name="lifecycle",
        description="Rows older than promised are gone, in every layer (docs/privacy.md, Life cycle).",
        freshness_policy=_FRESHNESS,
        owners=owners(),
        output_required=False,  # a dry run enforces nothing
    )
    def retention(
        context: dg.AssetExecutionContext, config: RetentionConfig
    ) -> Iterator[dg.MaterializeResult[None]]:
        trouble = ""
        try:
            env = deployment.environment()
            contracts = {source.name: source.contracts for source in deployment.sources}
            with run_lock(env):
                result = enforce(env, contracts, deployment.now(), dry_run=config.dry_run)
        except Exception as error:  # the last sink: Dagster would keep the text and every cause of it
            trouble = told(error)
        if trouble:
            raise dg.Failure(trouble, allow_retries=False)
        if config.dry_run:
            context.log_event(dg.AssetObservation(KEY, metadata=_metadata(result)))
        else:
            yield dg.MaterializeResult(metadata=_metadata(result))

    return retention


def _metadata(result: RetentionResult) -> dict[str, int | str]:
    """Counts and days; no value of any row."""
    by_schema: Counter[str] = Counter()
    for table, rows in (*result.rows.items(), *result.erased_rows.items()):
        by_schema[table.split(".", maxsplit=1)[0]] += rows
    return {
        "rows": result.total_rows,
        "rows_of_erased_people": sum(result.erased_rows.values()),
        **{f"{layer}_kept_from": str(day) for layer, day in result.limits.items()},
        **{f"rows_in_{schema}": rows for schema, rows in sorted(by_schema.items())},
    }
