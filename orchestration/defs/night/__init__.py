"""The night as one Dagster step: load, check, build, publish, tell.

One step, because in Dagster a step whose input was not made is skipped: with a step a source, the failure of
one would stop the build of all. What was really made is told table by table; the step fails at its very end.
"""

import datetime as dt
from collections.abc import Iterator, Sequence, Set

import dagster as dg
from pydantic import Field

from ingestion.clock import RunClock
from ingestion.errors import ConfigurationError
from ingestion.failures import told
from ingestion.ops import TABLE_NAMES
from ingestion.privacy.scrub import scrub
from ingestion.source import SourceDefinition
from orchestration.defs.deployment import Deployment
from orchestration.defs.ingest import (
    check_events,
    contracts,
    freshness_events,
    load_events,
    raw_checks,
    raw_key,
    raw_specs,
)
from orchestration.defs.publish import HIDDEN_GROUPS, SITE, publish_events, published_specs
from orchestration.defs.recovery import recovery_definitions
from orchestration.defs.retention import JOB as RETENTION_JOB
from orchestration.defs.retention import retention_definitions
from orchestration.defs.schedules import schedules
from orchestration.defs.transform import DbtAssets, dbt_assets, load_manifest, node_events
from orchestration.night import ExitCode, Night, NightResult

STEP, JOB = "night", "nightly"  # Dagster wants the two apart
Event = dg.MaterializeResult[None] | dg.AssetCheckResult


class NightConfig(dg.Config):
    """A back-fill from the launchpad; by default the night loads what is missing.

    Days are written YYYY-MM-DD.

    Attributes:
        sources: load only these.
        since, until: fetch these days again, both inclusive.
        reread_days: the same, as days before today.
        full_refresh: rebuild incremental models from raw.
        accept: changes that a check refused and that are meant, as `ai-usage run --accept`.
    """

    sources: list[str] = Field(default_factory=list)
    since: str | None = None
    until: str | None = None
    reread_days: int | None = None
    full_refresh: bool = False
    accept: list[str] = Field(default_factory=list)

    def clock(self, now: dt.datetime) -> RunClock:
        """The run's clock.

        Raises:
            ConfigurationError: a day is not written YYYY-MM-DD.
        """
        since = _day("since", self.since)
        if since is None and self.reread_days is not None:
            since = now.astimezone(dt.UTC).date() - dt.timedelta(days=self.reread_days)
        return RunClock(now, since, _day("until", self.until))

    def chosen(self, sources: Sequence[SourceDefinition]) -> list[SourceDefinition]:
        """The sources asked for, all without a name.

        Raises:
            ConfigurationError: a name is not known.
        """
        unknown = set(self.sources) - {source.name for source in sources}
        if unknown:
            known = ", ".join(source.name for source in sources)
            raise ConfigurationError(f"Unknown source `{min(unknown)}`.", f"Known: {known}.")
        return [source for source in sources if not self.sources or source.name in self.sources]


def nightly_definitions(deployment: Deployment) -> dg.Definitions:
    """Assets, checks, job and schedules of a deployment."""
    night = night_assets(deployment, dbt_assets(load_manifest(deployment.environment())))
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(night),
        executor_def=dg.in_process_executor,
        description="Loads every source, checks, builds, tests and publishes.",
    )
    nightly = dg.Definitions(
        assets=[night], jobs=[job], schedules=schedules(job, STEP), executor=dg.in_process_executor
    )
    return dg.Definitions.merge(
        nightly, retention_definitions(deployment), recovery_definitions(deployment, {JOB, RETENTION_JOB})
    )


def night_assets(deployment: Deployment, models: DbtAssets) -> dg.AssetsDefinition:
    """Every asset in one lineage, made by one step."""
    published = published_specs(models.marts())

    @dg.multi_asset(
        name=STEP,
        specs=[*raw_specs(deployment.sources), HIDDEN_GROUPS, *models.specs, *published, SITE],
        check_specs=[*raw_checks(deployment.sources), *models.checks],
        can_subset=True,
    )
    def night(context: dg.AssetExecutionContext, config: NightConfig) -> Iterator[Event]:
        wanted: set[object] = {*context.selected_asset_keys, *context.selected_asset_check_keys}
        trouble = ""
        try:
            env, progress = deployment.environment(), deployment.progress
            with Night(env, full_refresh=config.full_refresh, progress=progress) as run:
                deployment.results.append(run.result)
                for event in _steps(run, deployment, config, models, published, context.selected_asset_keys):
                    if _key(event) in wanted:
                        yield event
            trouble = _trouble(run.result) if run.is_finished else ""
        except Exception as error:  # the last sink: Dagster would keep the text and every cause of it
            deployment.error, trouble = error, told(error)
        if trouble:
            # A retry would meet the same; a run that died without a word is retried by dagster.yaml.
            raise dg.Failure(trouble, allow_retries=False)

    return night


def _steps(
    run: Night,
    deployment: Deployment,
    config: NightConfig,
    models: DbtAssets,
    published: Sequence[dg.AssetSpec],
    selected: Set[dg.AssetKey],
) -> Iterator[Event]:
    """The night's steps, as far as they are selected; dbt is always one whole build."""
    sources = [
        source
        for source in config.chosen(deployment.sources)
        if any(raw_key(source.name, contract.name) in selected for contract in contracts(source))
    ]
    if sources:
        run.open(deployment.pseudonymiser(), config.clock(deployment.now()), deployment.sources, config.accept)
    for source in sources:
        yield from load_events(source, run.load(source))
    if sources:
        yield from (dg.MaterializeResult(asset_key=["ops", table]) for table in TABLE_NAMES)
    if not selected & {*models.asset_of.values(), *(spec.key for spec in published)}:
        return
    yield from check_events(run.check(config.accept), deployment.sources)
    yield dg.MaterializeResult(asset_key=HIDDEN_GROUPS.key)
    yield from node_events(models, run.build_nodes())
    unconnected = {source.source for source in run.result.sources if source.status == "not_connected"}
    yield from freshness_events(run.result.freshness, deployment.sources, unconnected)
    if selected & {spec.key for spec in published}:
        run.publish()
        if run.result.publication is not None:
            yield from publish_events(published, run.result.publication)
        run.build_site()
        if run.result.site is not None:
            yield dg.MaterializeResult(asset_key=SITE.key, metadata={"page": str(run.result.site)})
        run.finish()


def _key(event: Event) -> object:
    """What an event is about."""
    if isinstance(event, dg.MaterializeResult):
        return dg.AssetKey.from_coercible(event.asset_key) if event.asset_key is not None else None
    return dg.AssetCheckKey(event.asset_key, event.check_name) if event.asset_key and event.check_name else None


def _trouble(result: NightResult) -> str:
    """Why the run counts as failed, in one text; empty when all went well."""
    if result.exit_code is ExitCode.OK:
        return ""
    told = [f"{source.source}: {source.error}" for source in result.failed_sources]
    told += [text for text in (result.error, result.site_error) if text]
    told += result.dbt.failures[:5] if result.dbt else []
    published = "published" if result.publication else "NOT published"
    return scrub(f"{result.exit_code.name} (exit code {int(result.exit_code)}), {published}. {' '.join(told)}")


def _day(name: str, text: str | None) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{name} is no day.", "Write it as 2026-10-31.") from None
