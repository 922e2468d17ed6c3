"""Exactly the promised days are kept, nothing built from deleted ones is lost, and deleted days stay away."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from ingestion.identity import Link
from ingestion.sources.registry import SOURCES
from ledger.actions import EVENT_LAYER, PERSON_DAY_LAYER
from lifecycle.layout import raw_tables
from lifecycle.retention import enforce, layer_of, refuse_rebuild_after_deletion
from runtime.errors import ConfigurationError
from tests.lifecycle.conftest import CONTRACTS, MAYA, NOAH, NOW, TODAY, Deployment, Record

SEED = Path(__file__).parents[2] / "seeds/reference/data_collected.csv"
RAW_DAYS, PERSON_DAYS = 400, 800


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def fill(made: Deployment) -> None:
    """Events and person-days on the last kept day of each layer, and on the day before it."""
    made.vendor.messages = [
        Record(f"e{days}", "u1", MAYA, "c1", day=ago(days)) for days in (0, RAW_DAYS, RAW_DAYS + 1, PERSON_DAYS)
    ]
    made.vendor.employees = [Record(employee="h1", mail=MAYA)]
    made.vendor.leave = [Record(employee="h1")]
    made.vendor.links = [Link("o1", MAYA, ago(days)) for days in (0, PERSON_DAYS, PERSON_DAYS + 1)]
    made.load()
    made.run(
        "create schema intermediate",
        "create schema closed",
        "create table intermediate.int_account_days (account_key integer, activity_date date)",
        "create table intermediate.int_calendar_days (activity_date date)",
        "create table closed.person_states (period_start date, person_key integer)",
        "create table closed.department_usage_weekly (period_start date, active_people integer)",
    )
    for table in (
        "intermediate.int_account_days (account_key, activity_date)",
        "closed.person_states (person_key, period_start)",
        "closed.department_usage_weekly (active_people, period_start)",
    ):
        for days in (RAW_DAYS + 1, PERSON_DAYS, PERSON_DAYS + 1):
            made.run(f"insert into {table} values (1, '{ago(days)}')")
    made.run(f"insert into intermediate.int_calendar_days values ('{ago(PERSON_DAYS + 1)}')")


def days(made: Deployment, column: str, table: str) -> list[dt.date]:
    return [day for (day,) in made.rows(f"select {column} from {table} order by 1 desc")]


def test_each_layer_keeps_exactly_its_days(deployment: Deployment) -> None:
    fill(deployment)
    planned = enforce(deployment.environment, {"fake": CONTRACTS}, NOW, dry_run=True)
    assert len(days(deployment, "day", "raw_fake.messages")) == 4
    assert deployment.rows("select * from ops.lifecycle_actions") == []
    done = enforce(deployment.environment, {"fake": CONTRACTS}, NOW)
    assert done.rows == planned.rows
    assert days(deployment, "day", "raw_fake.messages") == [ago(0), ago(RAW_DAYS)]
    assert days(deployment, "observed_on", "raw_fake.identity_links") == [ago(0), ago(PERSON_DAYS)]
    kept = [ago(RAW_DAYS + 1), ago(PERSON_DAYS)]
    assert days(deployment, "activity_date", "intermediate.int_account_days") == kept
    assert days(deployment, "period_start", "closed.person_states") == kept
    # what names nobody has no limit
    assert len(days(deployment, "period_start", "closed.department_usage_weekly")) == 3
    assert len(days(deployment, "activity_date", "intermediate.int_calendar_days")) == 1
    assert deployment.rows("select action from ops.lifecycle_actions where finished_at is not null") == [
        ("retention",)
    ]
    policy = "select layer, days, deleted_before from ops.retention_policy order by 1"
    assert deployment.rows(policy) == [
        (EVENT_LAYER, RAW_DAYS, ago(RAW_DAYS)),
        (PERSON_DAY_LAYER, PERSON_DAYS, ago(PERSON_DAYS)),
    ]
    assert enforce(deployment.environment, {"fake": CONTRACTS}, NOW).rows == {}


def test_a_deleted_day_is_neither_missing_nor_built_anew(deployment: Deployment) -> None:
    """A vendor sends one late event of a deleted day: models must not replace the day by that event."""
    fill(deployment)
    enforce(deployment.environment, {"fake": CONTRACTS}, NOW)
    fetched = "select day, fetched_at from ops.loaded_days where resource = 'messages' and day < %s order by 1"
    before = deployment.rows(fetched, ago(RAW_DAYS - 4))
    assert [day for day, _ in before] == [ago(PERSON_DAYS), ago(RAW_DAYS + 1), ago(RAW_DAYS)]
    deployment.vendor.messages = [Record("late", "u2", NOAH, "c2", day=ago(RAW_DAYS + 1))]
    deployment.load()
    assert deployment.rows(fetched, ago(RAW_DAYS - 4)) == before
    enforce(deployment.environment, {"fake": CONTRACTS}, NOW)
    assert ago(RAW_DAYS + 1) not in days(deployment, "day", "raw_fake.messages")


def test_a_full_refresh_that_would_lose_history_is_refused(deployment: Deployment) -> None:
    refuse_rebuild_after_deletion(deployment.environment)
    fill(deployment)
    refuse_rebuild_after_deletion(deployment.environment)
    enforce(deployment.environment, {"fake": CONTRACTS}, NOW)
    with pytest.raises(ConfigurationError, match="full refresh"):
        refuse_rebuild_after_deletion(deployment.environment)


@pytest.mark.parametrize(("setting", "value"), [("RAW_DAYS", "5"), ("PERSON_DAYS", "399")])
def test_limits_that_cannot_be_are_refused(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    deployment.load()
    monkeypatch.setenv(f"RETENTION__{setting}", value)
    with pytest.raises(ConfigurationError, match=setting.lower()):
        enforce(deployment.environment, {"fake": CONTRACTS}, NOW)


def test_what_the_transparency_page_promises_is_what_is_enforced(tmp_path: Path) -> None:
    """The page names a layer for each raw table; the contracts decide which layer a table has."""
    from runtime.environment import environment

    with SEED.open(encoding="utf-8") as lines:
        promised = {
            (row["source"], row["resource"]): row["retention_layer"] or None for row in csv.DictReader(lines)
        }
    contracts = {source.name: source.contracts for source in SOURCES}
    enforced = {
        (table.source, table.name): layer_of(table)
        for table in raw_tables(environment(tmp_path, "dev"), contracts)
        if (table.source, table.name) in promised
    }
    assert enforced == promised
