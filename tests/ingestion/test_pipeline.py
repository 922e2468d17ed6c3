"""One source, loaded safely: days are replaced, what is pending is drained, a crash converges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from dlt.common.configuration import configspec

from ingestion import connections
from ingestion import pipeline as pipeline_module
from ingestion.pipeline import LoadContext, SourceResult, open_context, run_source
from ingestion.privacy.canonical import EmailRules
from ingestion.privacy.contract import (
    CurrentGrain,
    DayGrain,
    EventGrain,
    TableContract,
    date,
    event_hash,
    integer,
    text,
)
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.privacy.wire import WireRecord
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch
from ledger.horizon import Horizon
from ledger.ledger import Ledger
from ledger.tables import TABLES
from ledger.tombstone import Tombstone
from runtime.clock import RunClock
from runtime.environment import Environment
from runtime.errors import BusyError, ConfigurationError, KeyChangedError, SourceError
from runtime.settings import SourceSettings

KEY = bytes(range(32))
NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
TODAY = NOW.date()
D1, D2, D3 = (TODAY - dt.timedelta(days=n) for n in (3, 2, 1))

DAYS = TableContract(
    "usage_days",
    DayGrain(),
    (text("who", lambda r: r[0]), integer("n", lambda r: r[1])),
    Horizon(first_load=3, lookback=2, ready_after=1),
)
EVENTS = TableContract(
    "events",
    EventGrain(key=("tenant", "event_token"), day="day", newest="version"),
    (
        event_hash("event_token", lambda r: r["id"]),
        integer("version", lambda r: r["v"]),
        date("day", lambda r: r["day"]),
    ),
)
EVENTS_OF_TODAY = replace(DAYS, name="today_days", grain=DayGrain(is_snapshot=True))
STATE = TableContract("state", CurrentGrain(), (text("name", lambda r: r),))


Answers = dict[dt.date, list[tuple[str, int]] | None]


@configspec
class FakeSettings(SourceSettings):
    connected: bool = True


def definition(extract: Callable[[SourceRun], Iterator[Batch]]) -> SourceDefinition:
    return SourceDefinition(
        name="fake",
        settings=FakeSettings,
        contracts=(DAYS, EVENTS, STATE),
        is_connected=lambda settings: bool(settings.connected),
        extract=extract,
        check=lambda _: (),
    )


def vendor(answers: Answers) -> Callable[[SourceRun], Iterator[Batch]]:
    """A vendor with these days; None = not ready yet."""

    def extract(run: SourceRun) -> Iterator[Batch]:
        for day in run.days_to_fetch(DAYS):
            rows = answers.get(day, [])
            if rows is None:
                run.day_not_ready(DAYS, day)
            else:
                yield from run.replace_day(DAYS, day, rows)

    return extract


both_engines = pytest.mark.parametrize("env", ["dev", "postgres"], indirect=True)


def context(env: Environment, now: dt.datetime = NOW, key: bytes = KEY, **clock: Any) -> LoadContext:
    return open_context(
        env, Pseudonymiser(key), RunClock(now, **clock), f"run-{now:%d%H%M}", [definition(vendor({}))]
    )


def load(env: Environment, extract: Callable[[SourceRun], Iterator[Batch]], **kwargs: Any) -> SourceResult:
    return run_source(definition(extract), context(env, **kwargs))


def rows(env: Environment, query: str) -> list[tuple[Any, ...]]:
    with env.session(read_only=True) as session:
        return session.rows(query)


def usage(env: Environment) -> list[tuple[Any, ...]]:
    return rows(env, "select day, who, n from raw_fake.usage_days order by day, who")


def statuses(env: Environment) -> dict[dt.date, str]:
    found = rows(env, "select day, status from ops.loaded_days where resource = 'usage_days'")
    return dict(found)


@both_engines
def test_days_are_replaced_also_when_they_lose_rows_or_become_empty(env: Environment) -> None:
    load(env, vendor({D1: [("a", 1)], D2: [("a", 2), ("b", 2)], D3: [("a", 3)]}))
    assert usage(env) == [(D1, "a", 1), (D2, "a", 2), (D2, "b", 2), (D3, "a", 3)]
    result = load(env, vendor({D2: [("b", 5)], D3: []}))
    assert result.status == "ok"
    assert usage(env) == [(D1, "a", 1), (D2, "b", 5)]
    assert statuses(env) == {D1: "ok", D2: "ok", D3: "empty"}


@both_engines
def test_a_day_that_is_not_ready_deletes_nothing_and_is_asked_for_again(env: Environment) -> None:
    load(env, vendor({D1: [("a", 1)], D2: [("a", 2)], D3: None}))
    load(env, vendor({D2: None, D3: [("a", 3)]}))
    assert usage(env) == [(D1, "a", 1), (D2, "a", 2), (D3, "a", 3)]
    assert statuses(env)[D2] == "pending"


def test_only_missing_days_and_the_look_back_are_fetched(env: Environment) -> None:
    asked: list[list[dt.date]] = []

    def extract(run: SourceRun) -> Iterator[Batch]:
        asked.append(run.days_to_fetch(DAYS))
        return vendor({})(run)

    load(env, extract)
    load(env, extract, now=NOW + dt.timedelta(days=1))
    load(env, extract, now=NOW + dt.timedelta(days=1), since=D1, until=D1)
    assert asked == [[D1, D2, D3], [D3, TODAY], [D1]]


@both_engines
def test_events_merge_on_their_key_and_the_newest_version_wins(env: Environment) -> None:
    def extract(run: SourceRun) -> Iterator[Batch]:
        day = D1
        newer, older = {"id": "e1", "v": 2, "day": day}, {"id": "e1", "v": 1, "day": day}
        yield from run.events(EVENTS, [newer])
        yield from run.events(EVENTS, [older, {"id": "e2", "v": 1, "day": day}])

    load(env, extract)
    load(env, extract)
    assert rows(env, "select version from raw_fake.events order by 1") == [(1,), (2,)]
    assert rows(env, "select row_count from ops.loaded_days where resource = 'events'") == [(3,)]


class Named(WireRecord):
    name: str


@pytest.mark.parametrize("env", ["dev"], indirect=True)
def test_a_field_that_no_contract_knows_is_new_on_one_night_only(env: Environment) -> None:
    def vendor_with(*fields: str) -> Callable[[SourceRun], Iterator[Batch]]:
        def extract(run: SourceRun) -> Iterator[Batch]:
            named = run.gate.objects(Named, "state", [{"name": "a", **dict.fromkeys(fields, 1)}])
            yield from run.replace_current(STATE, [record.name for record in named])

        return extract

    first = load(env, vendor_with("nickname", "mood"))
    assert first.new_fields == ("mood", "nickname")
    second = load(env, vendor_with("nickname", "mood", "shoe_size"))
    assert second.unknown_fields == ("mood", "nickname", "shoe_size")
    assert second.new_fields == ("shoe_size",)
    load(env, vendor_with())
    assert load(env, vendor_with("nickname")).new_fields == ()
    assert rows(env, "select field_path from ops.unknown_fields order by 1") == [
        ("mood",),
        ("nickname",),
        ("shoe_size",),
    ]


@both_engines
def test_current_state_is_replaced_whole(env: Environment) -> None:
    load(env, lambda run: run.replace_current(STATE, ["a", "b"]))
    load(env, lambda run: run.replace_current(STATE, ["c"]))
    assert rows(env, "select name from raw_fake.state") == [("c",)]


@both_engines
def test_a_source_that_is_not_connected_has_its_tables(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__FAKE__CONNECTED", "false")
    result = load(env, vendor({D1: [("a", 1)]}))
    assert result.status == "not_connected"
    assert rows(env, "select count(*) from raw_fake.usage_days") == [(0,)]
    assert rows(env, "select count(*) from raw_fake.state") == [(0,)]
    monkeypatch.delenv("SOURCES__FAKE__CONNECTED")
    assert load(env, vendor({D1: [("a", 1)]})).status == "ok"
    assert usage(env) == [(D1, "a", 1)]


def test_another_key_is_refused_before_anything_is_asked_or_written(env: Environment) -> None:
    load(env, vendor({D1: [("a", 1)]}))
    with pytest.raises(KeyChangedError):
        context(env, key=KEY[::-1])


def test_the_salt_is_drawn_once(env: Environment) -> None:
    context(env)
    first = rows(env, "select salt from ops.person_key_salt")
    context(env)
    assert rows(env, "select salt from ops.person_key_salt") == first
    assert len(first) == 1


@both_engines
def test_a_lost_salt_is_refused_and_named(env: Environment) -> None:
    """Without the salt every person would drop out of the models without a word."""
    context(env)
    with env.session() as session:
        session.execute("delete from ops.person_key_salt")
    with pytest.raises(ConfigurationError, match=r"ops\.person_key_salt"):
        context(env)


def test_other_rules_for_addresses_are_refused_like_another_key(env: Environment) -> None:
    context(env)
    rules = EmailRules(alias_domains={"old.example": "asterlane.example"})
    with pytest.raises(KeyChangedError):
        open_context(env, Pseudonymiser(KEY, rules), RunClock(NOW), "r", [])


def test_a_failing_vendor_fails_its_source_and_writes_nothing(env: Environment) -> None:
    load(env, vendor({D1: [("a", 1)]}))

    def extract(run: SourceRun) -> Iterator[Batch]:
        yield from run.replace_day(DAYS, D1, [("z", 9)])
        raise SourceError("The vendor is down for maya@asterlane.example.", "Wait.")

    result = load(env, extract)
    assert result.status == "failed"
    assert "maya" not in (result.error or "")
    assert usage(env) == [(D1, "a", 1)]
    recorded = rows(env, "select error from ops.source_runs where status = 'failed'")
    assert "maya" not in recorded[0][0]
    assert load(env, vendor({D2: [("a", 2)]})).status == "ok"
    assert usage(env) == [(D1, "a", 1), (D2, "a", 2)]


def test_a_bug_in_one_source_is_a_result_not_a_crash(env: Environment) -> None:
    def extract(run: SourceRun) -> Iterator[Batch]:
        raise KeyError("maya@asterlane.example")
        yield

    result = load(env, extract)
    assert result.status == "failed"
    assert "maya" not in (result.error or "")


def test_too_many_rejects_leave_the_last_good_rows(env: Environment) -> None:
    load(env, vendor({D1: [("a", 1)]}))
    result = load(env, vendor({D2: [("a", -1)], D3: []}))
    assert result.status == "failed"
    assert "broke the contract" in (result.error or "")
    assert usage(env) == [(D1, "a", 1)]


@pytest.mark.parametrize("crash_at", ["normalize", "load", "record"])
def test_the_night_after_a_crash_loads_what_was_pending_and_what_is_new(
    env: Environment, monkeypatch: pytest.MonkeyPatch, crash_at: str
) -> None:
    """dlt alone would load the pending package, skip the new data and say nothing."""
    load(env, vendor({D1: [("a", 1)], D2: [("a", 2)], D3: [("a", 3)]}))

    class Killed(BaseException):
        """Stands for kill -9: nothing of ours may catch it."""

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if crash_at == "record":
            patch.setattr(pipeline_module, "_record_outcome", die)
        else:
            original = pipeline_module.dlt.Pipeline

            def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
                if self.pipeline_name == "raw_fake":
                    raise Killed
                return getattr(original, f"_{crash_at}_original")(self, *args, **kwargs)

            patch.setattr(original, f"_{crash_at}_original", getattr(original, crash_at), raising=False)
            patch.setattr(original, crash_at, guarded)
        with pytest.raises(Killed):
            load(env, vendor({D2: [("b", 7)], D3: [("b", 8)]}))
    assert set(statuses(env).values()) == {"ok", "pending"}
    result = load(
        env, vendor({D2: [("b", 7)], D3: [("b", 8)], TODAY: [("c", 9)]}), now=NOW + dt.timedelta(days=1)
    )
    assert result.status == "ok"
    assert usage(env) == [(D1, "a", 1), (D2, "b", 7), (D3, "b", 8), (TODAY, "c", 9)]
    assert set(statuses(env).values()) == {"ok"}


def test_days_that_cannot_be_marked_are_not_loaded_by_the_next_night_either(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A load that waited in the working folder would change days that no model builds again."""
    load(env, vendor({D1: [("a", 1)], D2: [("a", 2)], D3: [("a", 3)]}))
    busy = Mock(side_effect=BusyError("The warehouse file is open in another process."))
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "bury", busy)
        result = load(env, vendor({D2: [("b", 7)], D3: [("b", 8)]}))
    assert (result.status, result.error) == ("failed", "The warehouse file is open in another process.")
    assert not env.pipeline("raw_fake", "raw_fake").has_pending_data
    assert usage(env) == [(D1, "a", 1), (D2, "a", 2), (D3, "a", 3)]
    assert set(statuses(env).values()) == {"ok"}


def test_an_outcome_that_cannot_be_written_leaves_days_pending_and_fails_the_source(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = Mock(side_effect=[BusyError("The warehouse file is open in another process."), []])
    with monkeypatch.context() as patch:
        patch.setattr(pipeline_module, "changed_losses", losses)
        result = load(env, vendor({D1: [("a", 1)], D2: [], D3: []}))
    assert (result.status, result.total_rows) == ("failed", 0)
    assert rows(env, "select status, error from ops.source_runs") == [("failed", result.error)]
    assert set(statuses(env).values()) == {"pending"}
    assert load(env, vendor({D1: [("a", 1)], D2: [], D3: []})).status == "ok"
    assert statuses(env) == {D1: "ok", D2: "empty", D3: "empty"}


def test_nothing_of_a_load_stays_in_the_working_folder(env: Environment) -> None:
    load(env, vendor({D1: [("a", 1)]}))
    data = [
        p for p in env.pipelines_dir.rglob("*") if p.suffix in (".parquet", ".arrow", ".gz", ".insert_values")
    ]
    assert data == []
    assert not list(env.pipelines_dir.rglob("trace.pickle"))


@both_engines
def test_a_newer_release_adds_its_own_tables_and_columns_to_an_older_deployment(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first release knew neither the audit of erasures nor how long a tombstone reaches."""
    tombstones = TABLES["tombstones"]
    with monkeypatch.context() as first_release:
        first_release.delitem(TABLES, "lifecycle_actions")
        known = {name: type_ for name, type_ in tombstones.columns.items() if not name.startswith("valid_")}
        first_release.setitem(TABLES, "tombstones", replace(tombstones, columns=known))
        Ledger(env).ensure_deployment(Pseudonymiser(KEY), NOW)
    ops = env.raw_schema("ops")
    with env.session() as session:
        assert not session.columns(ops, "lifecycle_actions")
        salt = session.rows(f"select salt from {session.name(ops, 'person_key_salt')}")
    context = open_context(env, Pseudonymiser(KEY), RunClock(NOW), "run-2", [])
    buried = Tombstone("hris-id", "p1_" + "0" * 32, valid_from=D1)
    context.ledger.bury([buried], NOW)
    assert context.ledger.tombstones() == [buried]
    with env.session() as session:
        assert "detail" in {column.name for column in session.columns(ops, "lifecycle_actions")}
        assert session.rows(f"select salt from {session.name(ops, 'person_key_salt')}") == salt


def test_a_source_that_fails_on_its_first_night_still_has_its_tables(env: Environment) -> None:
    # Without them every model that reads them failed, and one source down took the whole first night with it.
    def down(_: SourceRun) -> Iterator[Batch]:
        raise SourceError("The vendor is down.")
        yield

    assert load(env, down).status == "failed"
    with env.session() as session:
        for contract in (DAYS, EVENTS, STATE):
            names = {column.name for column in session.columns(env.raw_schema("raw_fake"), contract.name)}
            assert set(contract.schema().names) <= names


def test_after_a_failed_load_what_exists_only_today_is_loaded_alone(env: Environment) -> None:
    state = replace(DAYS, name="state", grain=DayGrain(is_snapshot=True))

    def snapshots(run: SourceRun) -> Iterator[Iterator[Batch]]:
        def broken() -> Iterator[Batch]:
            yield from run.replace_day(DAYS, D3, [("half", 1)])
            raise SourceError("This one cannot be read.")

        yield broken()
        yield run.replace_day(state, TODAY, [("holder", 1)])
        yield run.replace_day(EVENTS_OF_TODAY, TODAY, [("a", -1)] * 30)  # every row breaks the contract

    def extract(run: SourceRun) -> Iterator[Batch]:
        yield from run.replace_day(state, TODAY, [("holder", 1)])
        raise SourceError("A report is down.", "Wait.")

    source = replace(definition(extract), contracts=(DAYS, state, EVENTS_OF_TODAY), snapshots=snapshots)
    result = run_source(source, context(env))
    assert (result.status, result.error) == ("failed", "A report is down. Wait.")
    assert rows(env, "select who, n from raw_fake.state") == [("holder", 1)]
    assert usage(env) == []
    assert rows(env, "select resource, day, status from ops.loaded_days") == [("state", TODAY, "ok")]


def test_a_newer_release_adds_its_raw_columns_also_where_the_source_is_not_connected(env: Environment) -> None:
    load(env, vendor({D1: [("a", 1)]}))
    wider = replace(DAYS, columns=(*DAYS.columns, integer("seconds", lambda r: r[1])))
    newer = replace(definition(vendor({})), contracts=(wider, EVENTS), is_connected=lambda _: False)
    meant = replace(context(env), let_go=frozenset({"fake"}))
    assert run_source(newer, meant).status == "not_connected"
    assert rows(env, "select day, who, n, seconds from raw_fake.usage_days where who is not null") == [
        (D1, "a", 1, None)
    ]


def without_settings(extract: Callable[[SourceRun], Iterator[Batch]]) -> SourceDefinition:
    return replace(definition(extract), is_connected=lambda _: False)


def test_settings_that_are_gone_are_a_failure_until_somebody_says_that_they_are_meant(env: Environment) -> None:
    # A night that started in another folder found no settings, ended well, and let unread days be closed.
    load(env, vendor({D1: [("a", 1)]}))
    gone = without_settings(vendor({}))
    for day in (1, 2):  # every night again, not only the first
        result = run_source(gone, context(env, now=NOW + dt.timedelta(days=day)))
        assert result.status == "failed"
        assert result.error is not None
        before = "run-190200" if day == 1 else "run-200200"
        assert f"fake was connected in run {before} and has no settings now" in result.error
        assert "--accept fake" in result.error
    outcomes = rows(env, "select is_connected, status from ops.source_runs order by run_id")
    assert outcomes == [(True, "ok"), (True, "failed"), (True, "failed")]

    meant = replace(context(env, now=NOW + dt.timedelta(days=3)), let_go=frozenset({"fake"}))
    assert run_source(gone, meant).status == "not_connected"
    # It was said once; the nights after it need not hear it again.
    assert run_source(gone, context(env, now=NOW + dt.timedelta(days=4))).status == "not_connected"


def test_a_setting_says_that_a_source_is_disconnected(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(env, vendor({D1: [("a", 1)]}))
    monkeypatch.setenv("SOURCES__FAKE__DISCONNECTED", "true")
    result = load(env, vendor({D2: [("a", 1)]}), now=NOW + dt.timedelta(days=1))
    assert (result.status, result.total_rows) == ("not_connected", 0)


def test_a_source_that_was_never_loaded_is_not_missed(env: Environment) -> None:
    def refuses(run: SourceRun) -> Iterator[Batch]:
        raise SourceError("refused")
        yield

    assert load(env, refuses).status == "failed"
    later = context(env, now=NOW + dt.timedelta(days=1))
    assert run_source(without_settings(vendor({})), later).status == "not_connected"


def test_lost_settings_say_where_both_nights_looked_for_them(
    env: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(env, vendor({D1: [("a", 1)]}))
    (before,) = rows(env, "select settings_folder from ops.runs")[0]
    monkeypatch.setattr(connections, "settings_folder", lambda: str(tmp_path / ".dlt"))
    result = run_source(without_settings(vendor({})), context(env, now=NOW + dt.timedelta(days=1)))
    assert result.error is not None
    assert f"{tmp_path / '.dlt'}, that night in {before}" in result.error
