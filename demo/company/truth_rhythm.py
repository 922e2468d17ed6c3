"""How use spreads over the days of a month, by department, from person-days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from demo.company.company import Company
from demo.company.truth_money import Tokens
from demo.company.truth_people import ALL, Directory, Period
from demo.company.truth_usage import AccountDay


def rhythm_by_period(
    periods: Sequence[Period],
    company: Company,
    days: Mapping[tuple[str, int, date], AccountDay],
    tokens: Sequence[Tokens],
    people: Directory,
) -> dict[str, dict[str, dict[str, Any]]]:
    """{period: {department: figures}}, over all tools.

    ``working_days``: those of the period that are over, in order. ``tokens`` and ``messages``: amounts by
    working day, in that order; what falls on a day off counts to the working day before it, or to the first.
    ``active``: whether anybody was active on each. ``day_off_people``: active on a day off.
    """
    last = company.profile.as_of_day
    holidays = {day for location, day in company.files.holidays if not location}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for period in periods:
        dates = [period.start + timedelta(n) for n in range((period.end - period.start).days)]
        working = [day for day in dates if day.weekday() < 5 and day not in holidays]
        counted = {day: max((w for w in working if w <= day), default=min(working)) for day in dates}
        over = [day for day in working if day < last]
        homes = people.homes(period)
        amounts: dict[tuple[str, str, date], int] = defaultdict(int)
        active: set[tuple[str, date]] = set()
        off: dict[str, set[int]] = defaultdict(set)
        for (_, number, day), activity in days.items():
            if day not in counted or number not in homes:
                continue
            for department in (homes[number], ALL):
                amounts["messages", department, counted[day]] += activity.user_messages
                if activity.is_active:
                    active.add((department, day))
                    if day not in working:
                        off[department].add(number)
        for item in tokens:
            if item.day in counted and item.number in homes:
                used = (item.input_tokens, item.cached_input_tokens, item.cache_write_tokens,
                        item.output_tokens, item.unsplit_tokens)  # fmt: skip
                for department in (homes[item.number], ALL):
                    amounts["tokens", department, counted[item.day]] += sum(used)
        found[period.key] = {
            department: {
                "working_days": over,
                "day_off_people": len(off[department]),
                "active": [(department, day) in active for day in over],
                "tokens": [amounts["tokens", department, day] for day in over],
                "messages": [amounts["messages", department, day] for day in over],
            }
            for department in {*homes.values(), ALL}
        }
    return found
