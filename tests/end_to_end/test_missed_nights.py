"""The host was off for five weeks, and the vendor keeps its log files for 30 days.

In the first night after them the tenant conceals all names in its reports, which stops nothing. The next night
finds a field empty that was filled before, and is refused until the field is back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from demo.vendors.chatgpt import VENDOR as CHATGPT
from demo.vendors.chatgpt.log_files import Switches
from demo.vendors.hris import VENDOR as HRIS
from demo.vendors.m365_copilot import VENDOR as M365_COPILOT
from demo.vendors.m365_copilot.site import Switches as ReportSwitches
from ingestion.sources.registry import SOURCES
from orchestration.alerts.state import AlertState, load_state
from orchestration.checks import CheckResult
from orchestration.result import ExitCode, NightResult
from orchestration.status import Status, current_status
from tests.end_to_end.harness import World, require_published, world

pytestmark = pytest.mark.end_to_end

DAYS_OFF = 36
DAY = dt.timedelta(days=1)
MESSAGES = "log_files/CONVERSATION_MESSAGE"
RUN = "select run_id from published.publication"


@dataclass(frozen=True)
class AfterFiveWeeks:
    """A deployment after the two nights.

    Attributes:
        status, alerts: after the first.
        refused: the second.
        before: the run that published what readers had before the second.
        failed_later: what a third one would be refused for, with the field back.
    """

    world: World
    status: Status
    alerts: AlertState
    before: list[tuple[Any, ...]]
    refused: NightResult
    failed_later: list[CheckResult]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AfterFiveWeeks]:
    """The loads of a night in the past of the company, then none, then two nights and the loads of a third."""
    used = (CHATGPT, HRIS, M365_COPILOT)
    reports = [source for source in SOURCES if source.name == "m365_copilot"]
    with world(tmp_path_factory.mktemp("missed"), people=60, weeks=7, vendors=used) as made:
        folder, as_of = made.environment.data_dir, made.company.profile.as_of
        made.server.behaviour.of(Switches).log_retention_days = 30
        made.load(days_later=-DAYS_OFF)
        made.load(days_later=-1, sources=reports)  # names, so that their absence is news
        made.server.behaviour.of(ReportSwitches).conceal_names = True
        require_published(made.night(tested=False))
        status, alerts, before = (
            current_status(made.environment, as_of),
            load_state(folder),
            made.published(RUN),
        )
        made.server.faults.replace(
            [{"match": "chatgpt/.*/users", "nth": "all", "do": "null_field", "field": "email", "row": "all"}]
        )
        refused = made.night(days_later=1)
        made.server.faults.replace()
        yield AfterFiveWeeks(made, status, alerts, before, refused, made.load(days_later=2))


@pytest.fixture
def after_five_weeks(nights: AfterFiveWeeks) -> World:
    return nights.world


def test_an_emptied_field_is_refused_until_it_is_back(nights: AfterFiveWeeks) -> None:
    """Readers keep the last version, and no hand is needed."""
    refused = nights.refused
    assert refused.publication is None
    assert refused.exit_code is ExitCode.NOT_PUBLISHED
    empty = {(check.source, check.resource, check.field) for check in refused.failed_checks}
    assert empty == {("chatgpt", "users", "email_token"), ("chatgpt", "seats", "email_token")}
    assert refused.dbt is None, "nothing is built on data that looks wrong"
    assert nights.world.published(RUN) == nights.before
    assert "refused:checks" in load_state(nights.world.environment.data_dir).active
    assert nights.failed_later == []


def test_names_concealed_on_purpose_stop_nothing_and_are_shown(
    nights: AfterFiveWeeks, after_five_weeks: World
) -> None:
    """The check for fields that went empty once took that for a fault, and refused every night."""
    assert "concealed:m365_copilot" in nights.alerts.active
    assert [each.what for each in nights.status.attention] == [
        "m365_copilot hides the names in usage_user_detail."
    ]
    ((rows, hidden, tokens),) = after_five_weeks.rows(
        "select count(*), count(*) filter (where is_concealed), count(upn_token) "
        "from raw_m365_copilot.usage_user_detail "
        "where day = (select max(day) from raw_m365_copilot.usage_user_detail)"
    )
    assert rows > 20, "fewer rows would not have been judged"
    assert (hidden, tokens) == (rows, 0)
    people = "select count(distinct person_key) from restricted.dim_people"
    employed = "select count(distinct employee_token) from raw_hris.employees"
    assert after_five_weeks.rows(people) == after_five_weeks.rows(employed), (
        "nobody is made of a concealed name"
    )
    status = after_five_weeks.published(
        "select resource, is_stale from published.source_status where names_concealed"
    )
    assert status == [("usage_user_detail", False)]


def test_what_the_vendor_still_has_is_loaded_and_the_rest_is_a_gap_for_ever(after_five_weeks: World) -> None:
    today = after_five_weeks.company.profile.as_of.date()
    off, kept = today - DAYS_OFF * DAY, today - 30 * DAY
    loaded = after_five_weeks.rows(
        "select min(day), max(day), count(*) from ops.loaded_days "
        f"where resource = '{MESSAGES}' and day > '{off}' and day <= '{today}'"
    )
    assert loaded == [(kept, today, 31)]
    status = after_five_weeks.published(
        "select permanent_gap_from, permanent_gap_to, permanent_gap_days, missing_days, is_stale "
        f"from published.source_status where resource = '{MESSAGES}'"
    )
    # The day of the last night counts: it was read at that night's hour, and its rest is gone.
    assert status == [(off, kept - DAY, 6, 6, False)]


def test_a_week_with_lost_days_is_never_called_complete(after_five_weeks: World) -> None:
    today = after_five_weeks.company.profile.as_of.date()
    lost = today - (DAYS_OFF - 2) * DAY
    monday = lost - lost.weekday() * DAY
    weeks = dict(
        after_five_weeks.published(
            "select week_start, bool_or(is_complete_week) from published.department_usage_weekly "
            "where tool = 'chatgpt' group by week_start"
        )
    )
    assert weeks[monday] is False
    assert weeks[today - (today.weekday() + 7) * DAY] is True


def test_the_loss_is_told_once_and_shown_by_status(nights: AfterFiveWeeks) -> None:
    off = nights.world.company.profile.as_of.date() - DAYS_OFF * DAY
    entry = nights.alerts.open[f"gap:chatgpt:{off}"]
    assert entry["is_lasting"]
    assert MESSAGES in entry["what"]
    assert [hole.first_day for hole in nights.status.lost if MESSAGES in hole.resources] == [off]
