"""The night in Dagster: its assets, its job, its schedules (docs/decisions/0033)."""

from __future__ import annotations

import dagster as dg

from orchestration.defs.deployment import Deployment
from orchestration.defs.night.shift import RESOURCE, shift_resource
from orchestration.defs.night.steps import night_steps
from orchestration.defs.recovery import recovery_definitions
from orchestration.defs.retention import JOB as RETENTION_JOB
from orchestration.defs.retention import retention_definitions
from orchestration.defs.schedules import schedules
from orchestration.defs.transform import DbtAssets, dbt_assets, load_manifest

JOB = "nightly"


def nightly_definitions(deployment: Deployment) -> dg.Definitions:
    """Assets, checks, jobs, schedules and sensors of a deployment."""
    night = night_definitions(deployment, dbt_assets(load_manifest(deployment.environment())))
    return dg.Definitions.merge(
        night, retention_definitions(deployment), recovery_definitions(deployment, {JOB, RETENTION_JOB})
    )


def night_definitions(deployment: Deployment, models: DbtAssets) -> dg.Definitions:
    """Every asset in one lineage, made by the steps of one job in one process."""
    steps = night_steps(deployment, models)
    assets = [step.definition() for step in steps]
    published = frozenset(spec.key for step in steps if step.name == "publish" for spec in step.specs)
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(*assets),
        executor_def=dg.in_process_executor,
        description="Loads every source, checks, builds, tests, audits, publishes and draws the site.",
    )
    return dg.Definitions(
        assets=assets,
        jobs=[job],
        schedules=schedules(job, RESOURCE),
        resources={RESOURCE: shift_resource(deployment, published)},
        executor=dg.in_process_executor,
    )
