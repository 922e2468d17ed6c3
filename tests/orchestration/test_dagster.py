"""What Dagster is told, and a night that it runs: the same steps, one lineage, nothing personal stored."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dashboards.builder import Site
from ingestion.pipeline import SourceResult
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch
from ingestion.sources.registry import SOURCES
from orchestration import night as night_module
from orchestration.choices import project_var
from orchestration.dbt import DbtResult, NodeResult, NodeStream
from orchestration.defs import retention
from orchestration.defs.deployment import Deployment
from orchestration.defs.ingest import IN_TIME, LOADED, raw_key
from orchestration.defs.night import JOB, night_definitions, nightly_definitions
from orchestration.defs.night.shift import RESOURCE
from orchestration.defs.night.steps import night_steps
from orchestration.defs.publish import PublishedTable
from orchestration.defs.retention import retention_definitions
from orchestration.defs.schedules import CRON_VARIABLE, REREAD_DAYS
from orchestration.defs.transform import DbtAssets
from orchestration.freshness import SourceFreshness, stale_names
from orchestration.night import ExitCode, run_lock
from orchestration.project import PROJECT_DIR
from publishing.audit import AuditFailedError
from publishing.publish import Publication, Publishing
from runtime.environment import environment
from runtime.errors import AiUsageError, ConfigurationError, SourceError
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
        [PublishedTable("usage", MART, "Who uses what.")],
    )


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Stands for dbt and the switch; says what they were asked, and lets a test choose dbt's word."""
    told: dict[str, Any] = {"published": [], "alerts": [], "test": "pass", "freshness": [], "site": None}
    told["audit"] = None

    def nodes(
        arguments: list[str], _environment: object, *, fresh_at: dt.datetime, child: object
    ) -> NodeStream:
        told["dbt"], told["fresh_at"] = arguments, fresh_at

        def run(result: DbtResult) -> Iterator[NodeResult]:
            yield NodeResult("model.staging", "stg_days", "success", 0.1)
            yield NodeResult("model.mart", "usage", "ok", 0.1)  # DuckDB's word
            yield NodeResult("test.mart", "usage_is_unique", told["test"], 0.1, failures=0)
            result.freshness = told["freshness"]
            result.exit_code = 0 if told["test"] == "pass" else 1

        return NodeStream(run)

    def publish(_environment: object, run_id: str, _rebuild: object, **_options: object) -> Publishing:
        if told["audit"] is not None:
            raise AuditFailedError(told["audit"])
        yield
        told["published"].append(run_id)
        fields: dict[str, Any] = dict.fromkeys(Publication.__dataclass_fields__)
        more = {"counts": {"usage": 1}, "closed": (), "newest": {}, "location": "a file"}
        return Publication(**fields | {"run_id": run_id, "tables": ("usage",), "rows": 1} | more)

    def build_site(_environment: object) -> Site:
        told["drawn"] = len(told["published"])
        if told["site"] is not None:
            raise AiUsageError(told["site"])
        return Site(tmp_path / "site" / "index.html", pages=1, size=1, seconds=0.0)

    monkeypatch.setattr(night_module, "run_nodes", nodes)
    monkeypatch.setattr(night_module, "build_site", build_site)
    monkeypatch.setattr(night_module, "publishing_hiding", publish)
    monkeypatch.setattr(night_module, "notify", lambda *_args, **_kwargs: told["alerts"].append(1))
    return told


@pytest.fixture
def loaded(stages: dict[str, Any], deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The stages, and loads that take no time: for tests that look at what comes after loading."""
    deployment.sources = [source("up", answers)]

    def load(definition: SourceDefinition, _context: object) -> SourceResult:
        status = stages["loads"].get(definition.name, "ok")
        error = "down: the vendor does not answer." if status == "failed" else None
        return SourceResult(definition.name, status, NOW, NOW, error, {"days": 3})

    stages["loads"] = {}
    monkeypatch.setattr(night_module, "open_context", lambda *_args: object())
    monkeypatch.setattr(night_module, "run_source", load)
    monkeypatch.setattr(night_module, "run_checks", lambda _environment: [])
    monkeypatch.setattr(night_module, "newest_run_at", lambda _environment: NOW)
    return stages


def run_job(
    deployment: Deployment,
    models: DbtAssets,
    instance: dg.DagsterInstance,
    config: dict[str, Any] | None = None,
    selection: Sequence[dg.AssetKey] | None = None,
) -> dg.ExecuteInProcessResult:
    job = night_definitions(deployment, models).resolve_job_def(JOB)
    return job.execute_in_process(
        run_config={
            "resources": {RESOURCE: {"config": config or {}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        instance=instance,
        raise_on_error=False,
        asset_selection=selection,
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
    deployment: Deployment, models: DbtAssets, loaded: dict[str, Any]
) -> None:
    loaded["test"] = "fail"
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    checks = {(c.asset_key, c.check_name): c.passed for c in result.get_asset_check_evaluations()}
    assert checks[MART, MART_TEST.name] is False
    assert not result.success
    assert loaded["published"] == []
    assert deployment.results[0].exit_code is ExitCode.BUILD_FAILED
    assert loaded["alerts"] == [1]


def test_the_site_is_an_asset_after_the_publish(
    deployment: Deployment, models: DbtAssets, loaded: dict[str, Any]
) -> None:
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    assert result.success
    assert dg.AssetKey("site") in made(result)
    assert loaded["drawn"] == 1, "after the switch"


def test_a_site_that_fails_fails_the_run_and_undoes_nothing(
    deployment: Deployment, models: DbtAssets, loaded: dict[str, Any]
) -> None:
    loaded["site"] = "dashboards/pages/x.yml is no YAML."
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    assert not result.success
    assert dg.AssetKey("site") not in made(result)
    assert dg.AssetKey(["published", "usage"]) in made(result)
    assert deployment.results[0].exit_code is ExitCode.SITE_FAILED
    assert loaded["alerts"] == [1]


def test_a_source_that_is_behind_is_a_warning_and_stops_nothing(
    deployment: Deployment, models: DbtAssets, loaded: dict[str, Any]
) -> None:
    deployment.sources = [source("up", answers), source("off", answers)]
    loaded["loads"] = {"off": "not_connected"}
    late = dt.timedelta(days=4)
    loaded["freshness"] = [
        SourceFreshness("up", "days", is_stale=True, due_at=NOW.replace(tzinfo=None) - late, behind=late),
        SourceFreshness("off", "days", is_stale=False, due_at=NOW.replace(tzinfo=None), behind=dt.timedelta()),
        SourceFreshness("ops", "runs", is_stale=False),  # no table of a source
    ]
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    assert result.success
    assert loaded["fresh_at"] == NOW
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


def steps(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """How each step ended, in the order in which they did; one that was not begun has no entry."""
    ends = {"STEP_SUCCESS": "ok", "STEP_FAILURE": "failed", "STEP_SKIPPED": "skipped"}
    return {
        event.step_key: ends[event.event_type_value]
        for event in result.all_events
        if event.step_key is not None and event.event_type_value in ends
    }


def test_the_night_shows_its_steps_and_fails_where_it_fails(
    deployment: Deployment, models: DbtAssets, loaded: dict[str, Any]
) -> None:
    """A failed source keeps nobody from building; a failed audit is where the night ends."""
    deployment.sources = [source("up", answers), source("down", refuses)]
    loaded["loads"] = {"down": "failed"}
    with dg.DagsterInstance.ephemeral() as instance:
        result = run_job(deployment, models, instance)
        went_on = {"check": "ok", "build": "ok", "audit": "ok", "publish": "ok", "site": "ok"}
        assert steps(result) == {"load_up": "ok", "load_down": "failed", **went_on}
        assert list(steps(result))[2:] == list(went_on), "one after the other"
        assert loaded["alerts"] == [1]

        loaded["audit"] = "One department can be told."
        refused = run_job(deployment, models, instance)
        ended = steps(refused)
        assert (ended["build"], ended["audit"]) == ("ok", "failed")
        assert ended.keys().isdisjoint({"publish", "site"}), "nothing was switched to"
        assert len(loaded["published"]) == 1
        assert loaded["alerts"] == [1, 1], "told once a night"
        with run_lock(deployment.environment()):
            pass  # given back


def test_a_published_table_is_made_under_the_name_that_readers_use(
    deployment: Deployment, models: DbtAssets, loaded: dict[str, Any]
) -> None:
    """Three marts have an alias: their assets waited under the model's name and were never made."""
    aliased = dg.AssetKey(["marts", "mart_usage"])
    models.specs[1] = dg.AssetSpec(aliased, deps=[STAGING], group_name="marts", skippable=True)
    models.asset_of["model.mart"] = aliased
    models.checks[0] = dg.AssetCheckSpec(MART_TEST.name, asset=aliased)
    models.check_of["test.mart"] = dg.AssetCheckKey(aliased, MART_TEST.name)
    models.published[0] = PublishedTable("usage", aliased, "Who uses what.")
    instance = dg.DagsterInstance.ephemeral()
    result = run_job(deployment, models, instance)
    assert result.success
    every = {key for step in night_steps(deployment, models) for key in (spec.key for spec in step.specs)}
    assert every - made(result) == set()
    (usage,) = [
        event.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(["published", "usage"])
    ]
    assert usage.metadata["dagster/row_count"].value == 1

    # Asked for alone: what is published is built and audited first.
    again = run_job(deployment, models, instance, selection=[dg.AssetKey(["published", "usage"])])
    assert steps(again) == {"publish": "ok"}
    assert len(loaded["published"]) == 2
    raw = run_job(deployment, models, instance, selection=[raw_key("up", "days")])
    assert made(raw) == {raw_key("up", "days")}, (
        "its checks belong to other steps, which build nothing for them"
    )
    drawn = run_job(deployment, models, instance, selection=[dg.AssetKey("site")])
    assert steps(drawn) == {"site": "ok"}
    assert (len(loaded["published"]), loaded["alerts"]) == (2, [1, 1])


def test_a_night_without_a_connected_source_is_no_success(
    deployment: Deployment, models: DbtAssets, loaded: dict[str, Any]
) -> None:
    deployment.sources = [source("off", answers)]
    loaded["loads"] = {"off": "not_connected"}
    result = run_job(deployment, models, dg.DagsterInstance.ephemeral())
    assert not result.success
    assert steps(result) == {"load_off": "ok", "check": "failed"}
    assert isinstance(deployment.error, ConfigurationError)
    assert "No source is connected" in deployment.error.message
    assert loaded["published"] == []


def test_what_was_not_judged_is_not_listed_by_name(
    deployment: Deployment, models: DbtAssets, loaded: dict[str, Any]
) -> None:
    """The freshness of what is not connected is not judged; Dagster wrote fifty such names into one line."""
    deployment.sources = [source("up", answers), source("off", answers)]
    loaded["loads"] = {"off": "not_connected"}
    with dg.DagsterInstance.ephemeral() as instance:
        result = run_job(deployment, models, instance)
        assert result.success
        told = [entry.user_message for entry in instance.all_logs(result.run_id)]
    assert not [text for text in told if "did not yield" in text]


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
    assert "table_rules" in names


def test_every_check_has_a_name_and_a_sentence_for_a_person(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    specs = [graph.get_check_spec(key) for key in graph.asset_check_keys]
    dbt = [spec for spec in specs if "dbt_test" in spec.metadata]
    assert len(dbt) > 200
    assert [spec.key for spec in specs if not (spec.description or "").strip()] == []
    assert [spec.key for spec in dbt if "__" in spec.name] == [], "columns and limits run together"
    of_tables = {
        spec.asset_key.path[-1]: spec.metadata["dbt_test"] for spec in dbt if spec.name == "table_rules"
    }
    assert of_tables == {name: f"{name}_rules" for name in of_tables}
    mart = dg.AssetKey(["marts", "department_usage_weekly"])
    texts = {spec.name: spec.description for spec in dbt if spec.asset_key == mart}
    rules = (texts["table_rules"] or "").splitlines()
    assert "No two rows have the same department_key, tool and week_start." in rules
    assert "active_ratio lies between 0 and 1." in rules
    (never_null,) = [rule for rule in rules if rule.startswith("Every row has a value in ")]
    assert {"week_start", "department_name"} <= set(re.findall(r"\w+", never_null))


def test_a_published_table_says_what_it_is(definitions: dg.Definitions) -> None:
    """Under the name that readers use, with its own text, columns, kinds and an owner."""
    specs = {spec.key: spec for spec in definitions.resolve_all_asset_specs()}
    published = [spec for key, spec in specs.items() if key.path[0] == "published"]
    names = {spec.key.path[-1] for spec in published}
    assert {"action_rules", "data_collected", "metric_capabilities", "publication"} <= names
    assert not [name for name in names if name.startswith("mart_")]
    assert len({spec.description for spec in published}) == len(published)
    for spec in published:
        assert spec.kinds, spec.key
        if spec.key.path[-1] != "publication":
            assert spec.metadata["dagster/column_schema"].columns, spec.key
    assert [key for key, spec in specs.items() if not spec.owners] == []
    assert specs[dg.AssetKey(["closed", "hidden_groups"])].group_name != "published"


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
    assert next(schedule.cron_schedule for schedule in schedules(job, RESOURCE)) == "30 4 * * *"
