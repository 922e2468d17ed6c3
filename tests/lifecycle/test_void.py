"""A night whose clock was wrong is refused where it can be seen, and can be taken back where it could not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from ingestion.source import SourceRun
from ingestion.source_types import Batch
from ledger.runs import newest_as_of
from lifecycle.void import void_night
from runtime.clock import require_vendors_time
from runtime.errors import AiUsageError, ClockError
from tests.lifecycle.conftest import EMPLOYEES, LEAVE, MAYA, MESSAGES, NOW, TODAY, Deployment, Record, Vendor

DAY = dt.timedelta(days=1)
FAR = NOW + 400 * DAY


class Today(Vendor):
    """A vendor whose roster is of the day on which it is asked."""

    def extract(self, run: SourceRun) -> Iterator[Batch]:
        yield from run.events(MESSAGES, self.messages)
        yield from run.replace_day(EMPLOYEES, run.clock.today, self.employees)
        yield from run.replace_current(LEAVE, self.leave)


def message(name: str, day: dt.date) -> Record:
    return Record(name, "u1", MAYA, "c1", day=day)


@pytest.fixture
def poisoned(deployment: Deployment) -> Deployment:
    """A good night, then one 400 days ahead, each built into an incremental model."""
    deployment.vendor = Today(
        [message("e1", TODAY - 9 * DAY), message("e2", TODAY - DAY)], [Record(employee="h1")]
    )
    deployment.load()
    deployment.run(
        "create schema intermediate",
        "create table intermediate.int_account_days "
        "(account_key integer, activity_date date, loaded_through timestamp)",
    )
    built = (
        "insert into intermediate.int_account_days "
        "select {key}, day, (select max(fetched_at) from ops.loaded_days) from raw_fake.messages"
    )
    deployment.run(built.format(key=1))
    deployment.vendor.messages = [message("e2", TODAY - DAY), message("e3", TODAY)]
    deployment.vendor.employees += [Record(employee="h2")]
    deployment.load(FAR)
    deployment.run("delete from intermediate.int_account_days", built.format(key=2))
    return deployment


def test_an_earlier_night_is_refused_until_the_later_one_is_taken_back(poisoned: Deployment) -> None:
    """Whatever depends on time was judged 400 days ahead, and no week of the year was published any more."""
    with pytest.raises(ClockError, match="take it back with `ai-usage void run-2`"):
        poisoned.load(NOW + DAY)
    with pytest.raises(AiUsageError, match="Run run-2 is newer"):
        void_night(poisoned.environment, ["fake"], "run-1")
    with pytest.raises(AiUsageError, match="The newest one is run-2"):
        void_night(poisoned.environment, ["fake"], "an id of a publish")
    planned = void_night(poisoned.environment, ["fake"], "run-2", dry_run=True)
    assert planned.rows["raw_fake.employees"] == 2
    assert poisoned.rows("select count(*) from ops.runs") == [(2,)]

    done = void_night(poisoned.environment, ["fake"], "run-2")
    assert (done.rows, done.standing_at) == (planned.rows, NOW)
    with poisoned.environment.session() as session:
        assert newest_as_of(session, poisoned.environment) == NOW
    assert poisoned.rows("select distinct run_id from ops.source_runs") == [("run-1",)]
    assert poisoned.rows("select max(day) from ops.loaded_days") == [(TODAY,)]
    assert poisoned.rows(f"select distinct {EMPLOYEES.day_column} from raw_fake.employees") == [(TODAY,)]
    # Only the day that the night did not fetch is left, and the model no longer claims to have seen the night.
    assert poisoned.rows("select activity_date from intermediate.int_account_days") == [(TODAY - 9 * DAY,)]
    assert poisoned.rows(
        "select count(*) from intermediate.int_account_days "
        "where loaded_through > (select started_at + interval '1 day' from ops.runs)"
    ) == [(0,)]
    assert poisoned.rows("select action, finished_at is not null from ops.lifecycle_actions") == [
        ("void", True)
    ]

    poisoned.load(NOW + DAY)
    messages = "select count(*) from raw_fake.messages where event_token is not null"
    assert poisoned.rows(messages) == [(3,)]  # e1, and again e2 and e3


def test_a_run_that_is_not_there_is_told(deployment: Deployment) -> None:
    with pytest.raises(AiUsageError, match=r"no run with this id.* No night has been run"):
        void_night(deployment.environment, ["fake"], "run-7")


def test_a_night_days_ahead_of_a_vendor_is_refused() -> None:
    now = dt.datetime.now(dt.UTC)
    for harmless in (None, now.timestamp(), (now - 1.5 * DAY).timestamp(), (now + 400 * DAY).timestamp(), 0.0):
        require_vendors_time("chatgpt", harmless)
    with pytest.raises(ClockError, match="chatgpt's server"):
        require_vendors_time("chatgpt", (now - 3 * DAY).timestamp())
