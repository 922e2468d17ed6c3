"""Several accounts of one vendor: how they are found, kept apart, loaded side by side, and missed when gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Optional

import pytest
from dlt.common.configuration import configspec
from dlt.common.configuration.container import Container
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext
from dlt.common.typing import TSecretStrValue

from ingestion.accounts import accounts_of
from ingestion.archive import archived_answers
from ingestion.pipeline import LoadContext, SourceResult, open_context, run_source
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch
from ledger.ledger import Ledger
from ledger.tables import TABLES
from runtime.clock import RunClock
from runtime.environment import Environment
from runtime.errors import ConfigurationError, SourceError
from runtime.settings import SourceSettings
from tests.ingestion.test_pipeline import D1, D2, D3, DAYS, KEY, NOW, STATE, both_engines, rows

BASE_KEY, LABS_KEY = "key-of-the-base", "key-of-labs"


@configspec
class TwinSettings(SourceSettings):
    base_url: str = "https://vendor.example"
    api_key: Optional[TSecretStrValue] = None  # noqa: UP045 - dlt reads the annotation at run time
    workspace: str | None = None
    limit: int = 10

    account_ids: ClassVar[tuple[str, ...]] = ("workspace",)


def source(extract: Any = lambda _: ()) -> SourceDefinition:
    return SourceDefinition(
        name="twin",
        settings=TwinSettings,
        contracts=(DAYS, STATE),
        is_connected=lambda settings: bool(settings.api_key and settings.workspace),
        extract=extract,
        check=lambda _: (),
    )


def variables(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"SOURCES__TWIN__{name}", value)


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    variables(monkeypatch, API_KEY=BASE_KEY, WORKSPACE="w1", BASE_URL="https://eu.vendor.example")
    variables(monkeypatch, LABS__API_KEY=LABS_KEY, LABS__WORKSPACE="w2", LABS__LIMIT="3")


def context(env: Environment, nights_later: int = 0, *, let_go: bool = False) -> LoadContext:
    now = NOW + dt.timedelta(days=nights_later)
    names = ["twin"] if let_go else []
    return open_context(env, Pseudonymiser(KEY), RunClock(now), f"run-{now:%d%H%M}", [source()], let_go=names)


def days_of(run: SourceRun) -> Iterator[Batch]:
    """One row a day, whose number tells the account's key and limit."""
    yield from run.replace_current(STATE, [f"state of {run.tenant}"])
    for day in run.days_to_fetch(DAYS):
        yield from run.replace_day(DAYS, day, [(f"{run.tenant}/{run.settings.api_key}", run.settings.limit)])


def labs_is_down(run: SourceRun) -> Iterator[Batch]:
    if run.tenant == "labs":
        raise SourceError("The vendor is down.", "Wait.")
    yield from days_of(run)


@pytest.mark.usefixtures("two")
def test_a_section_inherits_addresses_and_no_more() -> None:
    base, labs = accounts_of(source())
    assert (base.tenant, base.shown, base.section) == ("main", "twin (main)", "[sources.twin]")
    assert (labs.tenant, labs.shown, labs.section) == ("labs", "twin (labs)", "[sources.twin.labs]")
    assert (labs.settings.api_key, labs.settings.workspace, labs.settings.limit) == (LABS_KEY, "w2", 3)
    assert labs.settings.base_url == base.settings.base_url == "https://eu.vendor.example"
    assert (base.settings.api_key, base.settings.limit) == (BASE_KEY, 10)


def test_without_a_named_section_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    variables(monkeypatch, API_KEY=BASE_KEY, WORKSPACE="w1", TENANT="works")
    (only,) = accounts_of(source())
    assert (only.tenant, only.shown, only.archive) == ("works", "twin", "twin")


def test_one_named_section_is_the_only_account(monkeypatch: pytest.MonkeyPatch) -> None:
    variables(monkeypatch, LABS__API_KEY=LABS_KEY, LABS__WORKSPACE="w2")
    (only,) = accounts_of(source())
    assert (only.tenant, only.shown, only.archive) == ("labs", "twin", "twin/labs")


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Writes settings files, which dlt reads from then on."""
    runs = Container()[PluggableRunContext]

    def write(**contents: str) -> None:
        (tmp_path / ".dlt").mkdir()
        for name, content in contents.items():
            (tmp_path / ".dlt" / f"{name}.toml").write_text(content, encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(tmp_path)
            runs.reload_providers()

    yield write
    runs.reload_providers()


def test_sections_of_files_are_found_and_a_base_variable_never_wins_over_them(
    files: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """dlt asks the environment first, also for the section above: it would give the base's key here."""
    files(
        config='[sources.twin.labs]\nworkspace = "w2"\nlimit = 5\n',
        secrets=f'[sources.twin.labs]\napi_key = "{LABS_KEY}"\n',
    )
    variables(monkeypatch, API_KEY=BASE_KEY, WORKSPACE="w1", LIMIT="7")
    _, labs = accounts_of(source())
    assert (labs.settings.api_key, labs.settings.workspace, labs.settings.limit) == (LABS_KEY, "w2", 5)


def test_a_secret_in_the_wrong_file_is_refused(files: Callable[..., None]) -> None:
    files(config=f'[sources.twin.labs]\napi_key = "{LABS_KEY}"\n')
    with pytest.raises(ConfigurationError, match=r"\[sources.twin.labs\] api_key cannot be read") as caught:
        accounts_of(source())
    assert LABS_KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"TENANT": "labs"}, r"\[sources.twin\] and \[sources.twin.labs\] have the same label labs"),
        ({"LABS__WORKSPACE": " W1"}, r"\[sources.twin\] and \[sources.twin.labs\] have the same workspace"),
        ({"9__WORKSPACE": "w3"}, r"\[sources.twin.9\] cannot be the label of an account"),
        ({"LABS__LIMIT": "many"}, r"\[sources.twin.labs\] limit cannot be read"),
    ],
)
@pytest.mark.usefixtures("two")
def test_accounts_that_cannot_be_told_apart_are_refused(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, str], said: str
) -> None:
    variables(monkeypatch, **more)
    with pytest.raises(ConfigurationError, match=said):
        accounts_of(source())


@pytest.mark.usefixtures("two")
def test_an_account_without_its_own_key_is_an_error_and_the_other_loads(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCES__TWIN__LABS__API_KEY")
    main, labs = run_source(source(days_of), context(env, let_go=True)).accounts
    assert (main.status, labs.status) == ("ok", "failed")
    assert labs.error is not None
    assert "[sources.twin.labs] is not complete; it does not have: api_key." in labs.error
    assert rows(env, "select distinct who from raw_twin.usage_days") == [(f"main/{BASE_KEY}",)]


def labels(env: Environment, table: str) -> list[tuple[Any, ...]]:
    return rows(env, f"select tenant, count(*) from raw_twin.{table} group by tenant order by tenant")


@both_engines
@pytest.mark.usefixtures("two")
def test_an_account_that_fails_leaves_the_other_whole(env: Environment) -> None:
    assert run_source(source(days_of), context(env)).status == "ok"
    assert labels(env, "usage_days") == [("labs", 3), ("main", 3)]
    result = run_source(source(labs_is_down), context(env, 1))
    assert [(part.name, part.status) for part in result.parts] == [
        ("twin (main)", "ok"),
        ("twin (labs)", "failed"),
    ]
    assert result.error == "twin (labs): The vendor is down. Wait."
    assert (result.status, result.total_rows) == ("failed", result.accounts[0].total_rows)
    assert labels(env, "usage_days") == [("labs", 3), ("main", 4)], "what labs had stays"
    assert labels(env, "state") == [("labs", 1), ("main", 1)]
    days = rows(env, "select tenant, max(day) from ops.loaded_days where resource = 'usage_days' group by 1")
    assert dict(days) == {"main": NOW.date(), "labs": D3}
    outcomes = rows(env, "select tenant, status from ops.source_runs order by run_id, tenant desc")
    assert outcomes == [("main", "ok"), ("labs", "ok"), ("main", "ok"), ("labs", "failed")]


@both_engines
@pytest.mark.usefixtures("two")
def test_a_day_is_replaced_and_emptied_for_its_own_account(env: Environment) -> None:
    run_source(source(days_of), context(env))

    def emptied(run: SourceRun) -> Iterator[Batch]:
        if run.tenant == "labs":
            yield from run.replace_day(DAYS, D2, [])
            yield from run.replace_current(STATE, [])

    assert run_source(source(emptied), context(env)).status == "ok"
    found = rows(env, "select tenant, day from raw_twin.usage_days order by tenant, day")
    assert found == [("labs", D1), ("labs", D3), ("main", D1), ("main", D2), ("main", D3)]
    assert labels(env, "state") == [("main", 1)]


@pytest.mark.usefixtures("two")
def test_an_account_that_disappears_is_a_failure_until_it_is_meant(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_source(source(days_of), context(env))
    for name in ("API_KEY", "WORKSPACE", "LIMIT"):
        monkeypatch.delenv(f"SOURCES__TWIN__LABS__{name}")
    for night in (1, 2):
        main, labs = run_source(source(days_of), context(env, night)).accounts
        assert (main.status, labs.status) == ("ok", "failed")
        assert labs.error is not None
        assert "twin (labs) was connected in run" in labs.error
        assert "`ai-usage run --accept twin` once" in labs.error
        assert "`disconnected = true` in [sources.twin.labs]" in labs.error
    accepted = run_source(source(days_of), context(env, 3, let_go=True))
    assert [part.status for part in accepted.parts] == ["ok", "not_connected"]
    after: SourceResult = run_source(source(days_of), context(env, 4))
    assert (after.accounts, after.name, after.status) == ((), "twin", "ok")


def test_the_account_of_the_base_section_may_move_to_a_section_of_its_label(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables(monkeypatch, API_KEY=BASE_KEY, WORKSPACE="w1")
    run_source(source(days_of), context(env))
    for name in ("API_KEY", "WORKSPACE"):
        monkeypatch.delenv(f"SOURCES__TWIN__{name}")
    variables(monkeypatch, MAIN__API_KEY=BASE_KEY, MAIN__WORKSPACE="w1")
    assert run_source(source(days_of), context(env, 1)).status == "ok"
    assert labels(env, "usage_days") == [("main", 4)]


@pytest.mark.usefixtures("two")
def test_days_are_lost_for_the_account_that_missed_them(env: Environment) -> None:
    kept = replace(DAYS, horizon=replace(DAYS.horizon, retention=3))
    run_source(replace(source(days_of), contracts=(kept, STATE)), context(env))
    for night in range(1, 6):
        run_source(replace(source(labs_is_down), contracts=(kept, STATE)), context(env, night))
    lost = rows(env, "select distinct tenant, state from ops.lost_days where resource = 'usage_days'")
    assert lost == [("labs", "not_fetched")]


@both_engines
def test_records_of_a_release_without_labels_get_that_of_their_days(env: Environment) -> None:
    ledger = Ledger(env)
    ledger.upgrade()
    with env.session() as session:
        for table in ("source_runs", "rejected_records", "field_fill"):
            session.execute(f"alter table ops.{table} drop column tenant")
        session.execute(
            "insert into ops.loaded_days (source, resource, tenant, scope, day, status) "
            "values ('twin', 'usage_days', 'works', 'main', date '2026-11-18', 'ok')"
        )
        for name in ("twin", "never_loaded"):
            session.execute(f"insert into ops.source_runs (run_id, source) values ('r1', '{name}')")
    Ledger(env).upgrade()
    found = rows(env, "select source, tenant from ops.source_runs order by source")
    assert found == [("never_loaded", "main"), ("twin", "works")]
    assert "tenant" in TABLES["field_fill"].key


def test_each_account_has_its_own_folder_of_saved_answers(tmp_path: Path) -> None:
    for place in ("twin/users", "twin/labs/users"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "2026-11-01.json").write_text("[]")
    ours = archived_answers(str(tmp_path), "twin", "users")[dt.date(2026, 11, 1)]
    labs = archived_answers(str(tmp_path), "twin/labs", "users")[dt.date(2026, 11, 1)]
    assert (ours.path, labs.path) == (
        tmp_path / "twin/users/2026-11-01.json",
        tmp_path / "twin/labs/users/2026-11-01.json",
    )
