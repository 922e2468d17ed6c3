"""The night's steps: load each source, check, build, audit, publish, draw the site.

They run one after the other in one process, on one :class:`~orchestration.night.Night`, as `ai-usage run` takes
them. A source that fails is a failed step that nothing waits for: what it had stays, the rest of the night goes
on, and the run counts as failed.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import dagster as dg

from ingestion.source import SourceDefinition
from ledger.tables import TABLE_NAMES
from orchestration.defs.deployment import Deployment
from orchestration.defs.ingest import (
    check_events,
    freshness_checks,
    freshness_events,
    load_events,
    loaded_checks,
    ops_specs,
    raw_specs,
    stopping_checks,
)
from orchestration.defs.night.shift import Shift, named
from orchestration.defs.night.step import Event, Step
from orchestration.defs.publish import (
    AUDITED,
    CLOSED,
    PUBLICATION,
    SITE,
    audited_spec,
    publish_events,
    published_specs,
    site_event,
)
from orchestration.defs.transform import DbtAssets, node_events
from orchestration.night import Night
from orchestration.result import ExitCode

Work = Generator[Event, None, str]


def night_steps(deployment: Deployment, models: DbtAssets) -> list[Step]:
    """Every step in its order."""
    sources, published = deployment.sources, published_specs(models.published)
    return [
        *(_load(source) for source in sources),
        Step(
            "check",
            1,
            "Judges what was loaded against what was loaded before.",
            lambda shift: _check(shift, sources),
            ops_specs(sources),
            stopping_checks(sources),
        ),
        Step(
            "build",
            2,
            "One dbt build: seeds, models, tests.",
            lambda shift: _build(shift, sources, models),
            [*CLOSED, *models.specs],
            [*models.checks, *freshness_checks(sources)],
            waits_for=[dep.asset_key for spec in CLOSED for dep in spec.deps],
            makes_all=True,
        ),
        Step(
            "audit",
            3,
            "Puts the next version together and looks for small groups in it.",
            _audit,
            [audited_spec(models.published)],
            waits_for=[*(spec.key for spec in CLOSED), *(table.mart for table in models.published)],
        ),
        Step(
            "publish",
            4,
            "Switches readers to the audited version, all tables at once.",
            lambda shift: _publish(shift, published),
            published,
            waits_for=[AUDITED],
            makes_all=True,
        ),
        Step("site", 5, "Draws the dashboards.", _site, [SITE], waits_for=[PUBLICATION]),
    ]


def _load(source: SourceDefinition) -> Step:
    def work(shift: Shift) -> Work:
        if not shift.asks_for(source):
            return ""
        loaded = shift.loading().load(source)
        yield from load_events(source, loaded)
        if loaded.status != "failed":
            return ""
        return f"{named(ExitCode.SOURCE_FAILED)}. {loaded.error} The night goes on without it."

    about = f"Loads {source.name} through the privacy gate."
    return Step(f"load_{source.name}", 0, about, work, raw_specs(source), loaded_checks(source))


def _check(shift: Shift, sources: Sequence[SourceDefinition]) -> Work:
    checks = shift.checks()
    yield from (dg.MaterializeResult(asset_key=["ops", table]) for table in TABLE_NAMES)
    yield from check_events(checks, sources)
    night = shift.night()
    if not night.result.failed_checks:
        return ""
    night.build()  # builds nothing then; judges which sources are behind
    return shift.refused()


def _build(shift: Shift, sources: Sequence[SourceDefinition], models: DbtAssets) -> Work:
    night = shift.night()
    shift.checks()
    if not night.result.failed_checks:
        yield from (dg.MaterializeResult(asset_key=spec.key) for spec in CLOSED)
    yield from node_events(models, night.build_nodes())
    connected = {loaded.source for loaded in night.result.sources if loaded.status != "not_connected"}
    unconnected = {loaded.source for loaded in night.result.sources} - connected
    yield from freshness_events(night.result.freshness, sources, unconnected)
    return "" if _is_built(night) else shift.refused()


def _audit(shift: Shift) -> Work:
    night = shift.night()
    if not _is_audited(shift, night):
        return shift.refused()
    yield dg.MaterializeResult(asset_key=AUDITED)
    return ""


def _publish(shift: Shift, published: Sequence[dg.AssetSpec]) -> Work:
    night = shift.night()
    if night.is_audited or _is_audited(shift, night):
        night.publish()
    if night.result.publication is None:
        return shift.refused()
    shift.done()
    yield from publish_events(published, night.result.publication)
    return ""


def _site(shift: Shift) -> Work:
    night = shift.night()
    night.build_site(as_published=True)
    if night.result.drawn is None:
        return shift.refused()
    yield site_event(night.result.drawn)
    return ""


def _is_built(night: Night) -> bool:
    return night.result.dbt is not None and night.result.dbt.ok


def _is_audited(shift: Shift, night: Night) -> bool:
    """Audit the next version. What it is made of is built first, where the step `build` was not asked for."""
    if night.result.dbt is None:
        shift.checks()
        night.build()
    return night.audit()
