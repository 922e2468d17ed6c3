"""How many people are in each tier of tokens per working day, by department, from person-days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from demo.company.company import Company
from demo.company.truth_money import Tokens
from demo.company.truth_people import ALL, Directory, Period
from demo.company.truth_usage import AccountDay

# Of a company that names none.
DEFAULT_TIERS = tuple((f"tier_{n}", minimum) for n, minimum in enumerate((0, 10**5, 10**6, 10**7, 10**8), 1))


def tiers_by_period(
    periods: Sequence[Period],
    company: Company,
    days: Mapping[tuple[str, int, date], AccountDay],
    tokens: Sequence[Tokens],
    people: Directory,
) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """{period: {department: {"all" or "without_cache_reads": {tier: people}}}}, without tiers of nobody.

    Active people with tokens, by their tokens per working day of the period that is over.
    """
    holidays = {day for location, day in company.files.holidays if not location}
    tiers = sorted(company.files.token_tiers or DEFAULT_TIERS, key=lambda tier: tier[1])
    found: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for period in periods:
        last = min(period.end, company.profile.as_of_day)
        dates = [period.start + timedelta(n) for n in range((last - period.start).days)]
        working = sum(day.weekday() < 5 and day not in holidays for day in dates)
        homes = people.homes(period)
        active = {
            number
            for (_, number, day), activity in days.items()
            if period.start <= day < period.end and activity.is_active
        }
        used: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for item in tokens:
            if period.start <= item.day < period.end and item.number in homes and item.number in active:
                uncached = (
                    item.input_tokens + item.cache_write_tokens + item.output_tokens + item.unsplit_tokens
                )
                used[item.number][0] += uncached + item.cached_input_tokens
                used[item.number][1] += uncached
        counts: dict[str, dict[str, Counter[str]]] = {
            department: {"all": Counter(), "without_cache_reads": Counter()}
            for department in {*homes.values(), ALL}
        }
        for number, amounts in used.items():
            if working and amounts[0]:
                for name, amount in zip(("all", "without_cache_reads"), amounts, strict=True):
                    reached = [tier for tier, minimum in tiers if amount >= minimum * working]
                    tier = reached[-1] if reached else tiers[0][0]
                    for department in (homes[number], ALL):
                        counts[department][name][tier] += 1
        found[period.key] = {
            department: {name: dict(of_tiers) for name, of_tiers in sets.items()}
            for department, sets in counts.items()
        }
    return found
