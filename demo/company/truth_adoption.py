"""Power users and the adoption funnel, by week, from person-days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from demo.company.company import Company
from demo.company.truth_money import SeatDay
from demo.company.truth_people import ALL, Directory, Period
from demo.company.truth_usage import AccountDay

WINDOW_DAYS = 28
PersonDays = Mapping[tuple[str, int, date], AccountDay]
STAGES = ("assigned", "first_use", "repeat_use", "habitual", "deep")
_STAGE_WEEKS = {"assigned": 0, "first_use": 1, "repeat_use": 4, "habitual": 4, "deep": 4}
"""Weeks that must have been observed before a stage can be told."""


class PowerUsers:
    """Power users by tool (or ``all``) and week."""

    def __init__(self, company: Company, days: PersonDays, people: Directory) -> None:
        self._first_day = company.profile.first_day
        self._tools = company.tools
        self._thresholds = dict(company.files.thresholds)
        self._people = people
        self._days: dict[date, list[tuple[str, int, AccountDay]]] = defaultdict(list)
        for (tool, number, day), activity in days.items():
            self._days[day].append((tool, number, activity))

    def of(self, week: Period, tool: str) -> set[int] | None:
        """The power users of a week; None until 28 days have been observed.

        Among the people employed in the week who sent anything in the 28 days that end with it: rank
        by messages within the top share (ties in), enough messages a week, and breadth: distinct
        features of the tool, or distinct tools over all of them.
        """
        start = week.end - timedelta(WINDOW_DAYS)
        if start < self._first_day:
            return None
        homes = self._people.homes(week)
        messages: dict[int, int] = defaultdict(int)
        features: dict[int, set[str]] = defaultdict(set)
        tools: dict[int, set[str]] = defaultdict(set)
        window = [start + timedelta(n) for n in range(WINDOW_DAYS)]
        for used, number, activity in (item for day in window for item in self._days.get(day, ())):
            if tool in (used, "all") and number in homes:
                messages[number] += activity.user_messages
                features[number] |= activity.features
            if activity.is_active:
                tools[number].add(used)
        limit = Fraction(self._thresholds["power_user_messages_per_week"])
        breadth = self._thresholds["power_user_breadth"]
        return {
            number
            for number in self._top(messages)
            if Fraction(messages[number], 4) >= limit
            and max(len(features[number]), len(tools[number])) >= breadth
        }

    def _top(self, messages: Mapping[int, int]) -> list[int]:
        """The senders whose rank is within the top share, all of a tie at the cut."""
        senders = {number: count for number, count in messages.items() if count > 0}
        size = ceil(Fraction(self._thresholds["power_user_top_share"]) * len(senders))
        if size == 0:
            return []
        least = sorted(senders.values(), reverse=True)[size - 1]
        return [number for number, count in senders.items() if count >= least]

    def weekly(self, weeks: Sequence[Period]) -> dict[str, dict[str, dict[str, int] | None]]:
        """{week: {tool: {department: people} or None}}"""
        found: dict[str, dict[str, dict[str, int] | None]] = {}
        for week in weeks:
            homes = self._people.homes(week)
            tools: dict[str, dict[str, int] | None] = {}
            for tool in (*self._tools, "all"):
                members = self.of(week, tool)
                tools[tool] = None if members is None else _count(members, homes)
            found[week.key] = tools
        return found


def _count(numbers: Iterable[int], homes: Mapping[int, str]) -> dict[str, int]:
    counts: dict[str, int] = dict.fromkeys(sorted(set(homes.values())), 0)
    for number in numbers:
        counts[homes[number]] += 1
    return counts | {ALL: sum(counts.values())}


def funnel_weekly(
    company: Company,
    weeks: Sequence[Period],
    seats: Sequence[SeatDay],
    days: PersonDays,
    people: Directory,
    power_users: PowerUsers,
) -> dict[str, dict[str, dict[str, dict[str, int | None]]]]:
    """{week: {tool: {department: {stage: people or None}}}} over holders on the week's last known day.

    Each stage counts only people of the stage before, so that it is monotone.
    """
    active_weeks: dict[tuple[str, int], set[date]] = defaultdict(set)
    for (tool, number, day), activity in days.items():
        if activity.is_active:
            active_weeks[(tool, number)].add(day - timedelta(day.weekday()))
    last_day = company.profile.as_of_day
    of_seats = {tool for product in company.products.values() for tool in product.all_tools}
    with_seats = [tool for tool in company.tools if tool in of_seats]
    holders: dict[tuple[str, date], set[int]] = defaultdict(set)
    for seat in seats:
        for tool in company.products[seat.seat.product].all_tools if seat.number is not None else ():
            holders[(tool, seat.day)].add(seat.number or 0)
    found: dict[str, dict[str, dict[str, dict[str, int | None]]]] = {}
    for week in weeks:
        homes = people.homes(week)
        day = min(week.end - timedelta(1), last_day)
        for tool in with_seats:
            held = holders[(tool, day)] & set(homes)
            power = power_users.of(week, tool)
            stages = _stages(company, week, held, {n: active_weeks[(tool, n)] for n in held}, power)
            found.setdefault(week.key, {})[tool] = _by_department(stages, homes)
    return found


def _stages(
    company: Company, week: Period, held: set[int], used: Mapping[int, set[date]], power: set[int] | None
) -> dict[str, set[int] | None]:
    observed = (week.end - company.profile.first_day).days // 7
    last_four = {week.start - timedelta(7 * n) for n in range(4)}
    last_twelve = {week.start - timedelta(7 * n) for n in range(12)}
    first = {n for n in held if any(start <= week.start for start in used[n])}
    repeat = {n for n in first if len(used[n] & last_four) >= 2}
    if observed < 12:
        habitual = {n for n in repeat if last_four <= used[n]}
    else:
        habitual = {n for n in repeat if len(used[n] & last_twelve) >= 9}
    stages: dict[str, set[int]] = {
        "assigned": held,
        "first_use": first,
        "repeat_use": repeat,
        "habitual": habitual,
        "deep": habitual & (power or set()),
    }
    return {name: people if observed >= _STAGE_WEEKS[name] else None for name, people in stages.items()}


def _by_department(
    stages: Mapping[str, set[int] | None], homes: Mapping[int, str]
) -> dict[str, dict[str, int | None]]:
    result: dict[str, dict[str, int | None]] = {}
    for department in [*sorted(set(homes.values())), ALL]:
        result[department] = {
            stage: None if members is None else sum(department in (homes[n], ALL) for n in members)
            for stage, members in stages.items()
        }
    return result


SEGMENTS = ("power", "habitual", "novice", "low", "non_user")
TRANSITIONS = ("new", "retained", "reactivated", "lapsed")
_SEGMENT_WEEKS = 4
"""Weeks that must have been observed before anybody has a segment."""


def segments_weekly(
    company: Company, weeks: Sequence[Period], days: PersonDays, people: Directory, power_users: PowerUsers
) -> dict[str, dict[str, dict[str, dict[str, int | None]]]]:
    """{week: {tool or ``all``: {department: {segment or transition: people or None}}}} of all people.

    Who was active in the week before and has left since has lapsed, in the last department.
    """
    used: dict[tuple[str, int], set[date]] = defaultdict(set)
    for (tool, number, day), activity in days.items():
        if activity.is_active:
            for name in (tool, "all"):
                used[(name, number)].add(day - timedelta(day.weekday()))
    found: dict[str, dict[str, dict[str, dict[str, int | None]]]] = {}
    homes_before: Mapping[int, str] = {}
    for week in weeks:
        homes = people.homes(week)
        left = {number: home for number, home in homes_before.items() if number not in homes}
        observed = (week.end - company.profile.first_day).days // 7
        for tool in (*company.tools, "all"):
            power = power_users.of(week, tool) or set()
            members: dict[str, set[int]] = {name: set() for name in (*SEGMENTS, *TRANSITIONS)}
            for number in homes:
                for name in _names(week, observed, used[(tool, number)], number in power):
                    members[name].add(number)
            before = week.start - timedelta(7)
            members["lapsed"] |= {number for number in left if before in used[(tool, number)]}
            known = {name: told if observed >= _SEGMENT_WEEKS else None for name, told in members.items()}
            found.setdefault(week.key, {})[tool] = _by_department(known, {**left, **homes})
        homes_before = homes
    return found


def _names(week: Period, observed: int, used: set[date], is_power_user: bool) -> list[str]:
    """The segment of a person, and the transition where there is one."""
    twelve = len(used & {week.start - timedelta(7 * n) for n in range(12)})
    four = len(used & {week.start - timedelta(7 * n) for n in range(4)})
    habit = twelve >= 9 and four >= 2 if observed >= 12 else four == 4
    if twelve == 0:
        names = ["non_user"]
    elif habit:
        names = ["power" if is_power_user else "habitual"]
    else:
        names = ["novice" if twelve >= 4 or (observed < 12 and four >= 2) else "low"]
    is_now, was_before = week.start in used, week.start - timedelta(7) in used
    if is_now and not was_before:
        names.append("reactivated" if min(used) < week.start else "new")
    elif was_before:
        names.append("retained" if is_now else "lapsed")
    return names


def tool_sets_monthly(
    months: Sequence[Period], days: PersonDays, people: Directory
) -> dict[str, dict[str, dict[str, int]]]:
    """{month: {department: {tools, sorted, with ``+`` between them: people}}} of people active in it."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for month in months:
        homes = people.homes(month)
        used: dict[int, set[str]] = defaultdict(set)
        for (tool, number, day), activity in days.items():
            if activity.is_active and month.start <= day < month.end and number in homes:
                used[number].add(tool)
        counts: dict[str, dict[str, int]] = {
            name: defaultdict(int) for name in (*sorted(set(homes.values())), ALL)
        }
        for number, tools in used.items():
            for department in (homes[number], ALL):
                counts[department]["+".join(sorted(tools))] += 1
        found[month.key] = {department: dict(sets) for department, sets in counts.items()}
    return found
