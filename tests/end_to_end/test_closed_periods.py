"""A night leaves closed periods as they are; who asks for a correction has them built first."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from orchestration.compiled import compiled_queries
from orchestration.reopening import reopen_periods
from orchestration.result import ExitCode
from publishing.derived import DERIVED_TABLES
from publishing.publish import publish
from tests.end_to_end.harness import World

pytestmark = pytest.mark.end_to_end

NOT_BUILT = """
    select closed.period_start
    from closed.periods as closed
    left join intermediate.int_rebuilt_periods as rebuilt
        on rebuilt.period_type = closed.period_type and rebuilt.period_start = closed.period_start
    where closed.period_type = 'week' and rebuilt.period_start is null
    order by closed.period_start
"""


def reasons(made: World, week: dt.date) -> list[str]:
    of_week = f"where period_type = 'week' and period_start = '{week}'"
    found = made.rows(f"select reason from intermediate.int_rebuilt_periods {of_week}")
    return [reason for (reason,) in found]


def test_a_correction_of_a_week_that_no_night_builds_any_more(
    own_world: Callable[[str], World], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody's data changed, so the correction concerns nobody and may be published; it changes no figure."""
    world = own_world("night_2")
    week = world.rows(NOT_BUILT)[0][0]
    figures = f"select * from published.department_usage_weekly where week_start = '{week}' order by all"
    before = world.published(figures)
    assert before
    marts = f"select count(*) from marts.department_usage_weekly where week_start = '{week}'"
    assert world.rows(marts) == [(0,)]
    assert reopen_periods(world.environment, [f"week:{week}"], None, yes=True, dry_run=False, as_json=True) is (
        ExitCode.OK
    )
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["may_be_reopened"], told["people"]) == (True, 0)
    assert world.rows(marts) != [(0,)]
    assert reasons(world, week) == ["asked"]
    done = publish(
        world.environment, "corrected", queries=lambda: compiled_queries(world.environment, DERIVED_TABLES)
    )
    assert [str(period) for period in done.closed] == [f"week:{week}"]
    assert world.published(figures) == before
    result = world.build()
    assert result.ok, result.failures[:5]
    assert "asked" not in reasons(world, week)
