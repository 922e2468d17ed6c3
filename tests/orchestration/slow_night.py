"""Definitions for tests that kill a run: one source that, while a file says so, never ends its answer."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceRun
from ingestion.source_types import Batch
from orchestration.defs.deployment import Deployment
from orchestration.defs.night import JOB, night_definitions
from orchestration.defs.recovery import recovery_definitions
from orchestration.defs.transform import DbtAssets
from runtime.environment import environment
from tests.orchestration.fake_source import DAYS, source

FOLDER = Path(os.environ["SLOW_NIGHT"])
SLOW, REACHED = FOLDER / "slow", FOLDER / "reached"


def answers(run: SourceRun) -> Iterator[Batch]:
    for day in run.days_to_fetch(DAYS):
        yield from run.replace_day(DAYS, day, [("a", 1)])
        while SLOW.exists():
            REACHED.touch()
            time.sleep(0.05)


deployment = Deployment(
    environment=lambda: environment(FOLDER / "data", "dev"),
    pseudonymiser=lambda: Pseudonymiser(bytes(range(32))),
    now=lambda: dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC),
    sources=[source("slow", answers)],
)


@dg.definitions
def definitions() -> dg.Definitions:
    night = night_definitions(deployment, DbtAssets([], [], {}, {}))
    selection = dg.AssetSelection.keys(dg.AssetKey(["raw_slow", "days"]))
    job = dg.define_asset_job(JOB, selection, executor_def=dg.in_process_executor)
    return dg.Definitions.merge(
        dg.Definitions(assets=night.assets, resources=night.resources, jobs=[job]),
        recovery_definitions(deployment, {JOB}, wait=lambda _: None),
    )
