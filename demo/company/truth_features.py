"""People by feature of a tool and month, from person-days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from demo.company.truth_people import Directory, Period
from demo.company.truth_usage import AccountDay

ALL = "All departments"


def features_by_period(
    periods: Sequence[Period], days: Mapping[tuple[str, int, date], AccountDay], people: Directory
) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """{period: {department: {tool: {feature: people}}}}, without features that nobody used.

    A feature counts on a day on which the person is active in the tool, in the person's home department of the
    period. ``days``: by tool, person and day.
    """
    homes = {period: people.homes(period) for period in periods}
    of_day = _periods_of_days(periods)
    users: dict[tuple[Period, str, str, str], set[int]] = defaultdict(set)
    for (tool, number, day), activity in days.items():
        period = of_day[day]
        home = homes[period].get(number)
        if not activity.is_active or home is None:
            continue
        for department in (home, ALL):
            for feature in activity.features:
                users[period, department, tool, feature].add(number)
    found: dict[str, dict[str, dict[str, dict[str, int]]]] = {period.key: {} for period in periods}
    for (period, department, tool, feature), numbers in users.items():
        tools = found[period.key].setdefault(department, {})
        tools.setdefault(tool, {})[feature] = len(numbers)
    return found


def _periods_of_days(periods: Sequence[Period]) -> dict[date, Period]:
    """The period of each day."""
    lengths = {period: (period.end - period.start).days for period in periods}
    return {period.start + timedelta(n): period for period, length in lengths.items() for n in range(length)}
