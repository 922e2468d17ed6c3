"""The rule of days on which cost runs away: by hand, and by how often it is wrong."""

from __future__ import annotations

import random

from benchmarks.alarms import LEAST_FOUND, MOST_FALSE
from benchmarks.cost_days import Day, false_alarms, severities, share_found


def test_a_tripled_cost_is_high_on_its_second_day() -> None:
    """The last three scores are 0, 0, 4, and on the second day of 300 they are 0, 4, 4, with a mean of 8/3."""
    days = [_day(100)] * 17 + [_day(300)] * 2
    assert severities(days)[-4:] == ["usual", "usual", "usual", "high"]


def test_nine_people_and_somebody_with_half_of_the_cost_are_not_judged() -> None:
    """Of the company only the number of people counts."""
    assert set(severities([_day(100, people=9)] * 20, of_company=True)) == {None}
    assert set(severities([_day(100, largest=50)] * 20)) == {None}
    assert set(severities([_day(100, largest=50)] * 20, of_company=True)) == {None, "usual"}


def test_days_are_seldom_called_high_and_runaways_are_found() -> None:
    """With fewer companies than `python -m benchmarks.alarms` takes."""
    assert false_alarms(random.Random(1), 20) <= MOST_FALSE
    assert share_found(random.Random(2), False, 60) >= LEAST_FOUND
    assert share_found(random.Random(3), True, 6) >= LEAST_FOUND


def _day(amount: float, people: int = 20, largest: float = 1.0) -> Day:
    return Day(amount, people, largest, is_working_day=True)
