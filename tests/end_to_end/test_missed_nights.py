"""The host was off for five weeks, and the vendor keeps its log files for 30 days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from demo.vendors.chatgpt import VENDOR as CHATGPT
from demo.vendors.chatgpt.log_files import Switches
from demo.vendors.hris import VENDOR as HRIS
from orchestration.alerts.state import load_state
from orchestration.status import current_status
from tests.end_to_end.harness import World, require_published, world

pytestmark = pytest.mark.end_to_end

DAYS_OFF = 36
DAY = dt.timedelta(days=1)
MESSAGES = "log_files/CONVERSATION_MESSAGE"


@pytest.fixture(scope="module")
def after_five_weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The loads of a night in the past of the company, then none, then the company's own."""
    with world(tmp_path_factory.mktemp("missed"), people=60, weeks=7, vendors=(CHATGPT, HRIS)) as made:
        made.server.behaviour.of(Switches).log_retention_days = 30
        made.load(days_later=-DAYS_OFF)
        require_published(made.night(tested=False))
        yield made


def test_what_the_vendor_still_has_is_loaded_and_the_rest_is_a_gap_for_ever(after_five_weeks: World) -> None:
    today = after_five_weeks.company.profile.as_of.date()
    off, kept = today - DAYS_OFF * DAY, today - 30 * DAY
    loaded = after_five_weeks.rows(
        "select min(day), max(day), count(*) from ops.loaded_days "
        f"where resource = '{MESSAGES}' and day > '{off}'"
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


def test_the_loss_is_told_once_and_shown_by_status(after_five_weeks: World) -> None:
    env = after_five_weeks.environment
    off = after_five_weeks.company.profile.as_of.date() - DAYS_OFF * DAY
    entry = load_state(env.data_dir).open[f"gap:chatgpt:{off}"]
    assert entry["is_lasting"]
    assert MESSAGES in entry["what"]
    status = current_status(env, after_five_weeks.company.profile.as_of)
    assert [hole.first_day for hole in status.lost if MESSAGES in hole.resources] == [off]
    assert status.attention == []
