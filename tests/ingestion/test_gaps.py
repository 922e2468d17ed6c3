"""Which days are lost for good: at the start, in the middle, at the end; and that they stay lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from ingestion.gaps import History, changed_losses
from ingestion.privacy.contract import CurrentGrain, DayGrain, EventGrain, TableContract
from ingestion.source import SourceDefinition
from ingestion.source_types import FetchWindow
from ledger.days import LoadedDays
from ledger.horizon import Horizon
from runtime.clock import RunClock
from runtime.settings import SourceSettings

DAY = dt.timedelta(days=1)
FIRST = dt.date(2026, 9, 1)
LOGS = FetchWindow(
    "logs", Horizon(first_load=365, lookback=1, finality=1, retention=30), tables=("events", "answers")
)
ROSTER = TableContract("roster", DayGrain(is_snapshot=True), (), Horizon(first_load=0, lookback=0, finality=0))
REPORT = TableContract("report", DayGrain(), (), Horizon(first_load=365, lookback=7))
BEHIND = TableContract("answers", DayGrain(is_snapshot=True), (), Horizon(first_load=0, lookback=0, finality=0))
SOURCE = SourceDefinition(
    name="fake",
    settings=SourceSettings,
    contracts=(
        ROSTER,
        REPORT,
        BEHIND,
        TableContract("events", EventGrain(key=("id",)), ()),
        TableContract("links", EventGrain(key=("id",)), (), Horizon(first_load=0, lookback=0)),
        TableContract("state", CurrentGrain(), (), Horizon(first_load=0, lookback=0)),
    ),
    is_connected=lambda _: True,
    extract=lambda _: (),
    check=lambda _: (),
    windows=(LOGS,),
)


def history(*, connected: dt.date = FIRST, succeeded: dt.date = FIRST, **fetched: Iterator[dt.date]) -> History:
    made = History(connected_on=connected, succeeded_on=succeeded)
    for resource, days in fetched.items():
        made.fetched[resource, "main"] = set(days)
    return made


def days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + n * DAY for n in range((last - first).days + 1))


def lost(made: History, today: dt.date) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for loss in sorted(changed_losses(SOURCE, made, RunClock(at(today))), key=lambda loss: loss.day):
        found.setdefault(loss.resource, []).append((str(loss.day), loss.state))
    return found


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(2), dt.UTC)


def test_a_host_that_was_off_after_its_first_night_loses_what_the_vendor_kept_no_longer() -> None:
    """First night 1 September with 30 days of logs, next one 35 days later: logs reach back to the 6th."""
    today = FIRST + 35 * DAY
    logs = {*days(FIRST - 30 * DAY, FIRST), *days(today - 30 * DAY, today)}
    found = lost(history(logs=iter(logs), roster=iter({FIRST, today})), today)
    assert found["logs"] == [
        ("2026-09-01", "cut_short"),  # read at two in the morning and never again
        *[(f"2026-09-0{n}", "not_fetched") for n in (2, 3, 4, 5)],
    ]
    assert [day for day, _ in found["roster"]] == [str(day) for day in days(FIRST + DAY, today - DAY)]
    assert set(found) == {"logs", "roster"}  # the report has no limit; others have no days


def test_nights_that_failed_from_the_start_lose_days_too() -> None:
    succeeded = FIRST + 33 * DAY
    logs = days(succeeded - 30 * DAY, succeeded)
    found = lost(history(succeeded=succeeded, logs=logs, roster=iter({succeeded})), succeeded)
    assert found["logs"] == [(f"2026-09-0{n}", "not_fetched") for n in (1, 2, 3)]
    assert len(found["roster"]) == 33


def test_a_source_that_was_disconnected_goes_on_losing_days() -> None:
    """Loaded through 3 September; on 8 October the 7th of September and all before it are gone."""
    last = dt.date(2026, 9, 3)
    found = lost(history(logs=days(FIRST, last)), dt.date(2026, 10, 8))
    assert found["logs"] == [
        ("2026-09-03", "cut_short"),
        *[(f"2026-09-0{n}", "not_fetched") for n in (4, 5, 6, 7)],
    ]


def test_what_lies_before_the_first_night_or_a_late_setting_is_no_loss() -> None:
    today = FIRST + 60 * DAY
    saved_weekly = {FIRST - 14 * DAY, FIRST - 7 * DAY, *days(FIRST, today)}
    configured_late = days(today - 40 * DAY, today)
    assert lost(history(roster=iter(saved_weekly), logs=configured_late), today) == {}


def test_a_day_that_stayed_pending_is_lost_but_cuts_nothing_short() -> None:
    made = history(logs=iter({*days(FIRST, FIRST + 4 * DAY), *days(FIRST + 6 * DAY, FIRST + 40 * DAY)}))
    made.pending["logs", "main"] = {FIRST + 5 * DAY}
    assert lost(made, FIRST + 40 * DAY) == {"logs": [("2026-09-06", "not_fetched")]}


def test_lost_days_stay_lost_when_the_record_of_loads_is_cleaned_up_and_end_when_fetched() -> None:
    gone = FIRST + 2 * DAY
    made = history(logs=days(FIRST + 100 * DAY, FIRST + 130 * DAY))
    made.lost = {("logs", "main", gone): "not_fetched"}
    assert lost(made, FIRST + 130 * DAY) == {}  # nothing new, and nothing taken back
    made.fetched["logs", "main"] = set(days(FIRST, FIRST + 130 * DAY))
    assert lost(made, FIRST + 130 * DAY)["logs"] == [(str(gone), "recovered")]


@pytest.mark.parametrize("nights_missed", [0, 1, 20])
def test_the_last_day_before_missed_nights_is_read_again(nights_missed: int) -> None:
    """It was read at two in the morning of that day. The look-back of the nights that did not run would have
    fetched the rest; without this rule its other 22 hours were lost after every missed night."""
    today = FIRST + (nights_missed + 1) * DAY
    done = LoadedDays((LOGS.name, "main", "main", day, "ok", 1) for day in days(FIRST - 364 * DAY, FIRST))
    asked = done.days_to_fetch(LOGS, RunClock(at(today)), "main", "main")
    assert asked == list(days(FIRST, today))


def test_a_quiet_day_that_the_vendor_no_longer_kept_makes_no_other_day_unfinished() -> None:
    """Such a day is never recorded; every night it would have the day before it read again."""
    today = FIRST + DAY
    quiet = FIRST - 100 * DAY
    known = (day for day in days(FIRST - 364 * DAY, today) if day != quiet)
    done = LoadedDays((LOGS.name, "main", "main", day, "ok", 1) for day in known)
    asked = done.days_to_fetch(LOGS, RunClock(at(today)), "main", "main")
    assert asked == [quiet, FIRST, today]


def test_a_run_over_midnight_has_one_today() -> None:
    """It starts at 23:59 and ends after midnight: days come from the clock that was fixed at its start."""
    clock = RunClock(dt.datetime(2026, 9, 1, 23, 59, tzinfo=dt.UTC))
    nothing = LoadedDays([])
    asked = [nothing.days_to_fetch(LOGS, clock, "main", "main")[-1] for _ in range(2)]
    assert asked == [FIRST, FIRST]
    assert clock.today == FIRST
    local = dt.timezone(dt.timedelta(hours=-8))
    assert RunClock(dt.datetime(2026, 9, 1, 15, 59, tzinfo=local)).today == FIRST


def test_a_pending_day_is_fetched_again_and_keeps_its_count() -> None:
    """Its events may have been written before the night died; the next one skips them."""
    loaded = LoadedDays([(LOGS.name, "main", "main", FIRST, "pending", 161)])
    assert not loaded.is_loaded(LOGS.name, "main", "main", FIRST)
    assert loaded.rows(LOGS.name, "main", "main", FIRST) == 161
