"""What Dagster is told, and a night that it runs: the same steps, one lineage, nothing personal stored."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dashboards.builder import Site
from ingestion.config import environment
from ingestion.errors import AiUsageError, ConfigurationError, SourceError
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceRun
from ingestion.source_types import Batch
from ingestion.sources.registry import SOURCES
from orchestration import night as night_module
from orchestration.choices import project_var
from orchestration.dbt import DbtResult, NodeResult, NodeStream
from orchestration.defs import retention
from orchestration.defs.deployment import Deployment
from orchestration.defs.ingest import IN_TIME, LOADED, raw_key
from orchestration.defs.night import JOB, STEP, night_assets, nightly_definitions
from orchestration.defs.retention import retention_definitions
from orchestration.defs.schedules import CRON_VARIABLE, REREAD_DAYS
from orchestration.defs.transform import DbtAssets
from orchestration.freshness import SourceFreshness, stale_names
from orchestration.night import ExitCode, run_lock
from orchestration.project import PROJECT_DIR
from publishing.publish import Publication
from tests.orchestration.fake_source import DAYS, source

NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
CANARY = "Maya.Okonkwo@asterlane.example"
STAGING, MART = dg.AssetKey(["staging", "stg_days"]), dg.AssetKey(["marts", "usage"])
MART_TEST = dg.AssetCheckKey(MART, "usage_is_unique")


def answers(run: SourceRun) -> Iterator[Batch]:
    for day in run.days_to_fetch(DAYS):
        yield from run.replace_day(DAYS, day, [("a", 1)])


def refuses(_run: SourceRun) -> Iterator[Batch]:
    raise SourceError(f"down: the vendor said '{CANARY} is not allowed'.", "Ask the vendor.")
    yield


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(
        environment=lambda: environment(tmp_path / "data", "dev"),
        pseudonymiser=lambda: Pseudonymiser(bytes(range(32))),
        now=lambda: NOW,
        sources=[source("up", answers), source("down", refuses)],
    )


@pytest.fixture
def models() -> DbtAssets:
    staging = dg.AssetSpec(
        STAGING, deps=[raw_key("up", "days"), raw_key("down", "days")], group_name="staging", skippable=True
    )
    mart = dg.AssetSpec(MART, deps=[STAGING], group_name="marts", skippable=True)
    return DbtAssets(
        [staging, mart],
        [dg.AssetCheckSpec(MART_TEST.name, asset=MART)],
        {"model.staging": STAGING, "model.mart": MART},
        {"test.mart": MART_TEST},
    )


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Stands for dbt and the switch; says what they were asked, and lets a test choose dbt's word."""
    told: dict[str, Any] = {"published": [], "alerts": [], "test": "pass", "freshness": [], "site": None}

    def nodes(arguments: list[str], _environment: object, *, fresh_at: dt.datetime) -> NodeStream:
        told["dbt"], told["fresh_at"] = arguments, fresh_at

        def run(result: DbtResult) -> Iterator[NodeResult]:
            yield NodeResult("model.staging", "stg_days", "success", 0.1)
            yield NodeResult("model.mart", "usage", "ok", 0.1)  # DuckDB's word
            yield NodeResult("test.mart", "usage_is_unique", told["test"], 0.1, failures=0)
            result.freshness = told["freshness"]
            result.exit_code = 0 if told["test"] == "pass" else 1

        return NodeStream(run)

    def publish(_environment: object, run_id: str, _rebuild: object, **_options: object) -> Publication:
        told["published"].append(run_id)
        fields: dict[str, Any] = dict.fromkeys(Publication.__dataclass_fields__)
        return Publication(**fields | {"run_id": run_id, "tables": ("usage",), "rows": 1})

    def build_site(_environment: object) -> Site:
        told["drawn"] = len(told["published"])
        if told["site"] is not None:
            raise AiUsageError(told["site"])
        return Site(tmp_path / "site" / "index.html", pages=1, size=1, seconds=0.0)

    monkeypatch.setattr(night_module, "run_nodes", nodes)
    monkeypatch.setattr(night_module, "build_site", build_site)
    monkeypatch.setattr(night_module, "publish_hiding", publish)
    monkeypatch.setattr(night_module, "notify", lambda *_args, **_kwargs: told["alerts"].append(1))
    return told


def run_job(
    deployment: Deployment,
    models: DbtAssets,
    instance: dg.DagsterInstance,
    config: dict[str, Any] | None = None,
) -> dg.ExecuteInProcessResult:
    night = night_assets(deployment, models)
    job = dg.define_asset_job(JOB, dg.AssetSelection.assets(night), executor_def=dg.in_process_executor)
    defs = dg.Definitions(assets=[night], jobs=[job])
    return defs.resolve_job_def(JOB).execute_in_process(
        run_config={
            "ops": {STEP: {"config": config or {}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        instance=instance,
        raise_on_error=False,
    )


def made(result: dg.ExecuteInProcessResult) -> set[dg.AssetKey]:
    return {event.asset_key for event in result.get_asset_materialization_events() if event.asset_key}


def test_a_failing_source_stops_nothing_and_fails_the_run_at_its_end(
    deployment: Deployment, models: DbtAssets, stages: dict[str, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "dagster"
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        result = run_job(deployment, models, instance)
    (night,) = deployment.results
    assert not result.success
    assert night.exit_code is ExitCode.SOURCE_FAILED
    assert stages["published"] == [night.run_id]
    assert {raw_key("up", "days"), STAGING, MART, dg.AssetKey(["published", "usage"])} <= made(result)
    assert raw_key("down", "days") not in made(result), "what failed is not fresh"
    checks = {(c.asset_key, c.check_name): c.passed for c in result.get_asset_check_evaluations()}
    assert checks[raw_key("down", "days"), LOADED] is False
    assert checks[raw_key("up", "days"), LOADED] is True
    assert checks[MART, MART_TEST.name] is True
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"SOURCE_FAILED" in kept, "the reason is told"
    assert CANARY.encode() not in kept
    assert b"Okonkwo" not in kept


def test_a_failed_dbt_test_is_a_failed_check_and_publishes_nothing(
    deployment: Deployment, models: DbtAssets, stages: dict[str, Any]
) -> None:
    stages["test"] = "fail"
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    checks = {(c.asset_key, c.check_name): c.passed for c in result.get_asset_check_evaluations()}
    assert checks[MART, MART_TEST.name] is False
    assert not result.success
    assert stages["published"] == []
    assert deployment.results[0].exit_code is ExitCode.BUILD_FAILED
    assert stages["alerts"] == [1]


def test_the_site_is_an_asset_after_the_publish(
    deployment: Deployment, models: DbtAssets, stages: dict[str, Any]
) -> None:
    deployment.sources = [source("up", answers)]
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    assert result.success
    assert dg.AssetKey("site") in made(result)
    assert stages["drawn"] == 1, "after the switch"


def test_a_site_that_fails_fails_the_run_and_undoes_nothing(
    deployment: Deployment, models: DbtAssets, stages: dict[str, Any]
) -> None:
    deployment.sources = [source("up", answers)]
    stages["site"] = "dashboards/pages/x.yml is no YAML."
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    assert not result.success
    assert dg.AssetKey("site") not in made(result)
    assert dg.AssetKey(["published", "usage"]) in made(result)
    assert deployment.results[0].exit_code is ExitCode.SITE_FAILED
    assert stages["alerts"] == [1]


def test_a_source_that_is_behind_is_a_warning_and_stops_nothing(
    deployment: Deployment, models: DbtAssets, stages: dict[str, Any]
) -> None:
    deployment.sources = [source("up", answers), replace(source("off", answers), is_connected=lambda _: False)]
    late = dt.timedelta(days=4)
    stages["freshness"] = [
        SourceFreshness("up", "days", is_stale=True, due_at=NOW.replace(tzinfo=None) - late, behind=late),
        SourceFreshness("off", "days", is_stale=False, due_at=NOW.replace(tzinfo=None), behind=dt.timedelta()),
        SourceFreshness("ops", "runs", is_stale=False),  # no table of a source
    ]
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    assert result.success
    assert stages["fresh_at"] == NOW
    told = {c.asset_key: c for c in result.get_asset_check_evaluations() if c.check_name == IN_TIME}
    assert told.keys() == {raw_key("up", "days")}, "what is not connected is neither fresh nor stale"
    check = told[raw_key("up", "days")]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert check.metadata["days_behind"].value == 4.0
    assert stale_names(deployment.results[0].freshness) == ["up.days"]


def test_the_launchpad_reaches_the_clock_and_the_sources(
    deployment: Deployment, models: DbtAssets, stages: dict[str, Any]
) -> None:
    asked: list[dt.date] = []

    def listen(run: SourceRun) -> Iterator[Batch]:
        asked.extend(run.days_to_fetch(DAYS))
        return answers(run)

    deployment.sources = [source("up", listen), source("down", refuses)]
    config = {"sources": ["up"], "since": "2026-10-01", "until": "2026-10-03", "full_refresh": True}
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral(), config)
    assert result.success
    assert asked == [dt.date(2026, 10, day) for day in (1, 2, 3)]
    assert [loaded.source for loaded in deployment.results[0].sources] == ["up"]
    assert "--full-refresh" in stages["dbt"]
    wrong = run_job(deployment, models, dg.DagsterInstance.ephemeral(), {"since": "yesterday"})
    assert not wrong.success
    assert len(stages["published"]) == 1


def test_dagster_is_busy_while_the_command_runs(
    deployment: Deployment, models: DbtAssets, stages: dict[str, Any]
) -> None:
    with run_lock(deployment.environment()):
        result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    assert not result.success
    assert made(result) == set()
    assert stages["published"] == stages["alerts"] == []


def run_retention(
    deployment: Deployment, instance: dg.DagsterInstance, *, dry_run: bool = False
) -> dg.ExecuteInProcessResult:
    config = {"ops": {"lifecycle__retention": {"config": {"dry_run": dry_run}}}}
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    job = retention_definitions(deployment).resolve_job_def(retention.JOB)
    return job.execute_in_process(run_config=config | quiet, instance=instance, raise_on_error=False)


def test_retention_is_an_asset_that_tells_how_much_went(
    deployment: Deployment, models: DbtAssets, stages: dict[str, Any]
) -> None:
    deployment.sources = [source("up", answers)]
    instance = dg.DagsterInstance.ephemeral()
    assert run_job(deployment, models, instance).success
    deployment.now = lambda: NOW + dt.timedelta(days=1_200)
    with run_lock(deployment.environment()):
        assert not run_retention(deployment, instance).success, "busy"
    dry = run_retention(deployment, instance, dry_run=True)
    assert dry.success
    assert made(dry) == set()
    result = run_retention(deployment, instance)
    (event,) = result.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert metadata["rows_in_raw_up"].value == 3
    assert metadata["rows"].value == metadata["rows_in_raw_up"].value + metadata["rows_in_ops"].value
    with deployment.environment().session(read_only=True) as session:
        assert session.value("select count(*) from raw_up.days") == 0

    # A full refresh would drop what was built from these days: the launchpad is refused like the command.
    published = len(stages["published"])
    refused = run_job(deployment, models, instance, {"full_refresh": True})
    assert not refused.success
    assert isinstance(deployment.error, ConfigurationError)
    assert len(stages["published"]) == published
    with run_lock(deployment.environment()):
        pass  # given back


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    folder = tmp_path_factory.mktemp("definitions")
    return nightly_definitions(Deployment(environment=lambda: environment(folder, "dev")))


def test_the_definitions_load_as_the_server_loads_them(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)


def test_everything_is_one_lineage_from_raw_to_published(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    raw = {raw_key(source.name, contract.name) for source in SOURCES for contract in source.contracts}
    published = {key for key in graph.get_all_asset_keys() if key.path[0] == "published"}
    assert raw <= graph.get_all_asset_keys()
    assert dg.AssetKey(["published", "department_usage_weekly"]) in published
    childless = {key for key in raw if not {child.path[0] for child in graph.get(key).child_keys} - {"ops"}}
    assert childless == set(), "a raw table that no model reads, or whose keys differ"
    ancestors: set[dg.AssetKey] = set()
    waiting = list(published)
    while waiting:
        key = waiting.pop()
        if key not in ancestors:
            ancestors.add(key)
            waiting += graph.get(key).parent_keys
    assert raw <= ancestors
    external = {key for key in graph.get_all_asset_keys() if not graph.get(key).is_materializable}
    assert external == set(), "every asset is made by the night"


def test_every_dbt_test_is_an_asset_check(definitions: dg.Definitions, tmp_path: Path) -> None:
    graph = definitions.resolve_asset_graph()
    names = {key.name for key in graph.asset_check_keys}
    singular = {path.stem for path in (PROJECT_DIR / "tests" / "dbt" / "singular").glob("*.sql")}
    assert singular <= names
    assert any(name.startswith("unique_combination_") for name in names)


def test_raw_and_published_have_a_freshness_policy(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    watched = {key for key in graph.get_all_asset_keys() if key.path[0].startswith(("raw_", "published"))}
    assert watched
    specs = {spec.key: spec for spec in definitions.resolve_all_asset_specs()}
    assert all(specs[key].freshness_policy is not None for key in watched)


def test_the_night_runs_at_two_in_the_reporting_zone(
    definitions: dg.Definitions, monkeypatch: pytest.MonkeyPatch, deployment: Deployment
) -> None:
    nightly = definitions.get_schedule_def("every_night")
    assert nightly.cron_schedule == "0 2 * * *"
    assert nightly.execution_timezone == project_var("reporting_timezone")
    assert nightly.default_status is dg.DefaultScheduleStatus.RUNNING
    weekly = definitions.get_schedule_def("weekly_reread")
    context = dg.build_schedule_context(scheduled_execution_time=NOW)
    (request,) = weekly.evaluate_tick(context).run_requests or []
    assert json.dumps(request.run_config).count(str(REREAD_DAYS)) == 1


def test_retention_is_enforced_every_day(definitions: dg.Definitions) -> None:
    daily = definitions.get_schedule_def("every_day_retention")
    assert daily.cron_schedule == "0 6 * * *"
    assert daily.default_status is dg.DefaultScheduleStatus.RUNNING


def test_the_hour_of_the_night_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.defs.schedules import schedules

    monkeypatch.setenv(CRON_VARIABLE, "30 4 * * *")
    job = dg.define_asset_job("any", "*")
    assert next(schedule.cron_schedule for schedule in schedules(job, STEP)) == "30 4 * * *"
