"""The figures that the marts must show, computed from the company's own events in plain Python.

Nothing here reads the warehouse or shares code with the pipeline; only the reference seeds (tiers,
spellings, products) and the price library are the same. Departments are those of the HRIS: pooling of
small ones and hiding of small cells are the marts' business, which a comparison has to apply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from demo.company.company import Company
from demo.company.reference import Reference
from demo.company.truth_adoption import PowerUsers, funnel_weekly, segments_weekly, tool_sets_monthly
from demo.company.truth_concentration import amounts_by_period
from demo.company.truth_dimensions import dimensions_weekly
from demo.company.truth_features import features_by_period, tasks_by_period
from demo.company.truth_money import SeatDay, Tokens, money, seat_costs, seat_days, sum_by_month
from demo.company.truth_people import ALL, Directory, Period, months_of, weeks_of
from demo.company.truth_rhythm import rhythm_by_period
from demo.company.truth_seats import days_of_seats, seats_monthly
from demo.company.truth_tiers import tiers_by_period
from demo.company.truth_usage import COUNTS, AccountDay, Session
from demo.vendor import VendorTruth, View


@dataclass
class Facts:
    """Usage resolved to people; what nobody of the HRIS did on an employed day is unattributed."""

    days: dict[tuple[str, int, date], AccountDay] = field(default_factory=dict)
    """(tool, person, day)"""
    sessions: list[tuple[str, int, Session]] = field(default_factory=list)
    """(tool, person, session)"""
    unattributed: dict[tuple[str, str, date], AccountDay] = field(default_factory=dict)
    """(tool, account, day)"""

    def add(self, tool: str, number: int, day: date, activity: AccountDay) -> None:
        """Count an account's day for its person, beside those of the person's other accounts."""
        known = self.days.setdefault((tool, number, day), activity)
        if known is not activity:
            self.days[(tool, number, day)] = known.with_other(activity)


def compute_truth(
    company: Company, as_of: datetime | None = None, reference: Reference | None = None
) -> dict[str, Any]:
    """Every headline figure as the company's events give it.

    ``as_of``: what is delivered, recorded and visible by then counts (default: the company's own).
    Weeks and months that touch the range are given, the current unfinished ones too. Money is text
    with six decimals in USD. Keys as in the working contract of ``truth.json``.
    """
    seen_at = as_of or company.profile.as_of
    reference = reference or Reference.load()
    people = Directory(company, seen_at.date())
    first, last = company.profile.first_day, company.profile.as_of_day
    weeks, months = weeks_of(first, last), months_of(first, last)
    view = View(company, seen_at, people, reference)
    told = {vendor.source: vendor.truth(view) for vendor in company.vendors}
    facts = resolve(told, people)
    seats = seat_days(company, people)
    tokens = [item for found in told.values() for item in found.tokens]
    money_rows = [cost for found in told.values() for cost in found.costs] + seat_costs(company, seats)
    seat_use = [use for found in told.values() for use in found.seat_use]
    used = days_of_seats(company, active_days(facts), seat_use)
    power_users = PowerUsers(company, facts.days, people)
    figures = [vendor.figures(facts, weeks, people) for vendor in company.vendors]
    return {
        "as_of": seen_at.isoformat(),
        "people": len(people.homes(weeks[-1])),
        "seed": company.profile.seed,
        "first_day": first.isoformat(),
        "department_weekly": usage_by_period(weeks, company, facts, seats, people),
        "department_monthly": usage_by_period(months, company, facts, seats, people),
        "features_monthly": features_by_period(months, facts.days, people),
        "tasks_monthly": tasks_by_period(months, facts.days, people, reference),
        "amounts_monthly": amounts_by_period(months, facts.days, tokens, people),
        "tiers_monthly": tiers_by_period(months, company, facts.days, tokens, people),
        "rhythm_monthly": rhythm_by_period(months, company, facts.days, tokens, people),
        "unattributed": unattributed_by_period(weeks, company.tools, facts),
        "tokens_weekly": tokens_by_period(weeks, tokens, people),
        "cost_monthly": sum_by_month(money_rows),
        "seats_monthly": seats_monthly(company, seats, months, people, used),
        "power_users_weekly": power_users.weekly(weeks),
        "funnel_weekly": funnel_weekly(company, weeks, seats, facts.days, people, power_users),
        "segments_weekly": segments_weekly(company, weeks, facts.days, people, power_users),
        "tool_sets_monthly": tool_sets_monthly(months, facts.days, people),
        "dimensions_weekly": dimensions_weekly(weeks, facts.days, people),
        **{name: entry for found in figures for name, entry in found.items()},
        "planted": company.planted,
    }


def resolve(told: Mapping[str, VendorTruth], people: Directory) -> Facts:
    """Account-days and sessions by person; a session belongs to its owner on the day it starts."""
    facts = Facts()
    of_tools = [(source, tool, found) for source, of in told.items() for tool, found in of.usage.items()]
    for source, tool, usage in of_tools:
        for (account, day), activity in usage.days.items():
            number = people.owner(source, account, day)
            if number is None:
                facts.unattributed[(tool, account, day)] = activity
            else:
                facts.add(tool, number, day, activity)
        for session in usage.sessions:
            number = people.owner(source, session.account, session.day)
            if number is not None:
                facts.sessions.append((tool, number, session))
    return facts


def active_days(facts: Facts) -> dict[tuple[str, int], list[date]]:
    """Active days of every person and tool, in order."""
    found: dict[tuple[str, int], list[date]] = defaultdict(list)
    for (tool, number, day), activity in sorted(facts.days.items(), key=lambda item: item[0]):
        if activity.is_active:
            found[(tool, number)].append(day)
    return dict(found)


# By department and period --------------------------------------------------------------------------


@dataclass
class _Row:
    """The figures of one department, tool and period."""

    active: set[int] = field(default_factory=set)
    licensed: set[int] = field(default_factory=set)
    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def result(self) -> dict[str, int]:
        names = ("sessions", "session_messages", "advanced_sessions", "known_model_sessions", *COUNTS)
        figures = {"active_people": len(self.active), "licensed_people": len(self.licensed)}
        return figures | {name: self.sums[name] for name in names}


def usage_by_period(
    periods: Sequence[Period], company: Company, facts: Facts, seats: Sequence[SeatDay], people: Directory
) -> dict[str, dict[str, dict[str, Any]]]:
    """{period: {department: {"headcount": n, tool: figures}}} with the company row and tool ``all``."""
    index = PeriodIndex(periods)
    homes = {period: people.homes(period) for period in periods}
    rows: dict[tuple[Period, str, str], _Row] = defaultdict(_Row)

    def touched(tool: str, number: int, period: Period) -> Iterable[_Row]:
        home = homes[period].get(number)
        for department in (home, ALL) if home is not None else ():
            for name in (tool, "all"):
                yield rows[(period, department, name)]

    for (tool, number, day), activity in facts.days.items():
        for row in touched(tool, number, index.of(day)):
            if activity.is_active:
                row.active.add(number)
            for name in COUNTS:
                row.sums[name] += getattr(activity, name)
    for tool, number, session in facts.sessions:
        for row in touched(tool, number, index.of(session.day)):
            row.sums["sessions"] += 1
            row.sums["session_messages"] += session.user_messages
            row.sums["known_model_sessions"] += session.is_advanced is not None
            row.sums["advanced_sessions"] += session.is_advanced is True
    held = {(x.seat.product, x.number, index.of(x.day)) for x in seats if x.number is not None}
    for product, holder, period in held:
        for tool in company.products[product].all_tools:
            for row in touched(tool, holder, period):
                row.licensed.add(holder)
    return {period.key: _departments(period, company.tools, homes[period], rows) for period in periods}


def _departments(
    period: Period,
    tools_in_use: Sequence[str],
    homes: Mapping[int, str],
    rows: Mapping[tuple[Period, str, str], _Row],
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for department in [*sorted(set(homes.values())), ALL]:
        headcount = sum(department in (home, ALL) for home in homes.values())
        tools = {t: rows.get((period, department, t), _Row()).result() for t in (*tools_in_use, "all")}
        found[department] = {"headcount": headcount, **tools}
    return found


class PeriodIndex:
    """Finds the period of a day."""

    def __init__(self, periods: Sequence[Period]) -> None:
        self._by_day = {
            period.start + timedelta(n): period
            for period in periods
            for n in range((period.end - period.start).days)
        }

    def of(self, day: date) -> Period:
        """The period that holds the day. Errors: KeyError outside all periods."""
        return self._by_day[day]

    def holds(self, day: date) -> bool:
        """Whether any period holds the day."""
        return day in self._by_day


def unattributed_by_period(
    periods: Sequence[Period], tools: Sequence[str], facts: Facts
) -> dict[str, dict[str, dict[str, int]]]:
    """{period: {tool: accounts with an active day, user messages}}"""
    index = PeriodIndex(periods)
    accounts: dict[tuple[str, str], set[str]] = defaultdict(set)
    messages: dict[tuple[str, str], int] = defaultdict(int)
    for (tool, account, day), activity in facts.unattributed.items():
        key = (index.of(day).key, tool)
        messages[key] += activity.user_messages
        if activity.is_active:
            accounts[key].add(account)
    return {
        period.key: {
            tool: {"accounts": len(accounts[(period.key, tool)]), "user_messages": messages[(period.key, tool)]}
            for tool in tools
        }
        for period in periods
    }


def tokens_by_period(
    periods: Sequence[Period], tokens: Sequence[Tokens], people: Directory
) -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
    """{period: {department: {tool: buckets and credits}}}; behaviour, so by home department."""
    index = PeriodIndex(periods)
    homes = {period: people.homes(period) for period in periods}
    names = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "unsplit_tokens")
    sums: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    credits: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for item in tokens:
        if item.number is None:
            continue
        period = index.of(item.day)
        for department in (homes[period][item.number], ALL):
            key = (period.key, department, item.tool)
            credits[key] += item.credits
            for name in names:
                sums[key][name] += getattr(item, name)
    found: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}
    for key in sorted(credits):
        week, department, tool = key
        row = {**sums[key], "total_tokens": sum(sums[key].values()), "credits": money(credits[key])}
        found.setdefault(week, {}).setdefault(department, {})[tool] = row
    return found
