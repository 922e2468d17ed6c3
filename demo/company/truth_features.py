"""People by feature of a tool, by category of tasks, and month, from person-days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from demo.company.reference import Reference
from demo.company.truth_people import ALL, Directory, Period
from demo.company.truth_usage import AccountDay

UNCLASSIFIED = "unclassified"
PersonDays = Mapping[tuple[str, int, date], AccountDay]


def features_by_period(
    periods: Sequence[Period], days: PersonDays, people: Directory
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


def tasks_by_period(
    periods: Sequence[Period], days: PersonDays, people: Directory, reference: Reference
) -> dict[str, dict[str, dict[str, int]]]:
    """{period: {department: {category of tasks: people}}}, over all tools.

    A day of use in a tool stands for the categories of its features and of the tool as a whole, or is
    unclassified.
    """
    homes = {period: people.homes(period) for period in periods}
    of_day = _periods_of_days(periods)
    doing: dict[tuple[Period, str, str], set[int]] = defaultdict(set)
    for (tool, number, day), activity in days.items():
        period = of_day[day]
        home = homes[period].get(number)
        if not activity.is_active or home is None:
            continue
        known = reference.tasks.get(tool, {})
        tasks = {known[feature] for feature in ("", *activity.features) if feature in known}
        for department in (home, ALL):
            for task in tasks or {UNCLASSIFIED}:
                doing[period, department, task].add(number)
    found: dict[str, dict[str, dict[str, int]]] = {period.key: {} for period in periods}
    for (period, department, task), numbers in doing.items():
        found[period.key].setdefault(department, {})[task] = len(numbers)
    return found
