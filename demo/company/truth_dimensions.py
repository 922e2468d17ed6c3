"""How many people there are of each place, function and kind, and how many of them were active, by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from demo.company.truth_people import ALL, Directory, Period
from demo.company.truth_usage import AccountDay

COUNTS = ("headcount", "active_people")


def dimensions_weekly(
    weeks: Sequence[Period], days: Mapping[tuple[str, int, date], AccountDay], people: Directory
) -> dict[str, dict[str, dict[str, dict[str, dict[str, int]]]]]:
    """{week: {department: {dimension: {value: {count: people}}}}}, without values of nobody.

    A person has the values of their last employed day of the week. Tenure is left out: of a hire long ago the
    pipeline keeps the year alone.
    """
    found: dict[str, dict[str, dict[str, dict[str, dict[str, int]]]]] = {}
    for week in weeks:
        active = {
            number
            for (_, number, day), activity in days.items()
            if week.start <= day < week.end and activity.is_active
        }
        departments = found.setdefault(week.key, {})
        for number, (span, day) in people.places(week).items():
            leads = number in people.managers_on(day)
            values = {
                "location": span.location,
                "job_function": span.job_function,
                "is_manager": "manager" if leads else "no manager",
            }
            for dimension, value in values.items():
                for department in (span.department, ALL):
                    of_dimension = departments.setdefault(department, {}).setdefault(dimension, {})
                    counts = of_dimension.setdefault(value, dict.fromkeys(COUNTS, 0))
                    counts["headcount"] += 1
                    counts["active_people"] += number in active
    return found
