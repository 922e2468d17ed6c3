"""A night leaves closed periods as they are; who asks for a correction has them built first."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from orchestration.compiled import compiled_queries
from orchestration.reopening import reopen_periods
from orchestration.result import ExitCode
from publishing.closed import REBUILT
from publishing.derived import DERIVED_TABLES
from publishing.publish import Publication, publish
from tests.end_to_end.harness import World
from tests.end_to_end.published import published_tables

pytestmark = pytest.mark.end_to_end

NOT_BUILT = """
    select closed.period_start
    from closed.periods as closed
    left join intermediate.int_rebuilt_periods as rebuilt
        on rebuilt.period_type = closed.period_type and rebuilt.period_start = closed.period_start
    where closed.period_type = 'week' and rebuilt.period_start is null
    order by closed.period_start
"""


def rebuilt_rows(made: World) -> list[dict[str, Any]]:
    names = ("period_type", "period_start", "reason")
    rows = made.rows(f"select {', '.join(names)} from intermediate.int_rebuilt_periods")
    return [dict(zip(names, row, strict=True)) for row in rows]


def reasons(made: World, week: dt.date) -> list[str]:
    found = [row for row in rebuilt_rows(made) if (row["period_type"], row["period_start"]) == ("week", week)]
    return [row["reason"] for row in found]


def publish_again(made: World) -> Publication:
    return publish(
        made.environment, "again", queries=lambda: compiled_queries(made.environment, DERIVED_TABLES)
    )


def test_what_a_full_refresh_builds_of_closed_periods_is_not_published(
    own_world: Callable[[str], World],
) -> None:
    made = own_world("refreshed")
    published = published_tables(made)
    assert {row["reason"] for row in rebuilt_rows(made)} == {"open", "asked"}
    again = publish_again(made)
    assert (again.closed, bool(again.built_again["asked"])) == ((), True)
    assert published_tables(made) == published


def test_a_correction_of_a_week_that_no_night_builds_any_more(
    own_world: Callable[[str], World], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody's data changed, so the correction concerns nobody and may be published; it changes no figure."""
    later = own_world("night_2")
    week = later.rows(NOT_BUILT)[0][0]
    figures = f"select * from published.department_usage_weekly where week_start = '{week}' order by all"
    before = later.published(figures)
    assert before
    marts = f"select count(*) from marts.department_usage_weekly where week_start = '{week}'"
    assert later.rows(marts) == [(0,)]
    assert reopen_periods(later.environment, [f"week:{week}"], None, yes=True, dry_run=False, as_json=True) is (
        ExitCode.OK
    )
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["may_be_reopened"], told["people"]) == (True, 0)
    assert later.rows(marts) != [(0,)]
    assert reasons(later, week) == ["asked"]
    assert [str(period) for period in publish_again(later).closed] == [f"week:{week}"]
    assert later.published(figures) == before
    result = later.build("--select", REBUILT)
    assert result.ok, result.failures[:5]
    assert "asked" not in reasons(later, week)
