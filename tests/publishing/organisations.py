"""Random organisations: people of units using tools on days, added up to the cells of a month and its weeks.

Written without the pipeline's SQL, so that what suppression gets here is right by construction.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

TOOLS = ("chatgpt", "github_copilot", "m365_copilot")
FAMILIES = ("small", "large", "reasoning")
BANDS = ("short_prompts", "medium_prompts", "long_prompts")
# Measure → tie group, part group, whether it is the sum of its parts, mask group; as the product declares them.
_TOTALS: dict[str, tuple[str, str | None, bool, str]] = {
    "user_messages": ("messages", None, False, "messages"),
    "measured_messages": ("messages", "prompt_length", True, "messages"),
    **{band: (band, "prompt_length", False, "messages") for band in BANDS},
    "credits": ("credits", None, False, "credits"),
    "model_use": ("model_use", "model_family", False, "sessions"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a unit, and what was done: (tool, day, band, family, credits) one entry a message."""

    unit: str
    messages: tuple[tuple[str, dt.date, str, str, float], ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """People of one month. Organisations lie in months of their own, two apart, so that they never meet.

    `figures` are the kinds that its tools give besides people: messages with their lengths, credits, models.
    """

    month: dt.date
    people: tuple[Person, ...]
    headcounts: dict[str, int]
    figures: frozenset[str]

    def with_one_more_or_less(self, chance: random.Random) -> Organisation:
        """The same organisation a night later: one person erased, or one who had been late."""
        people = list(self.people)
        if chance.random() < 0.5 and len(people) > 2:
            people.pop(chance.randrange(len(people)))
        else:
            people.append(replace(chance.choice(people), unit=chance.choice(people).unit))
        return replace(self, people=tuple(people))


def month_of(number: int) -> dt.date:
    """First day of the month of the n-th organisation; every few years it is a February of four whole weeks."""
    year, month = divmod(number * 2 + 1, 12)
    return dt.date(2000 + year, month + 1, 1)


def draw(number: int, chance: random.Random) -> Organisation:
    """Two to five units of very unequal use, one to three tools, some used by few and some by one heavily."""
    month = month_of(number)
    days = [month + dt.timedelta(days=n) for n in range(-7, 38)]
    tools = TOOLS[: chance.choice((1, 2, 2))]
    people: list[Person] = []
    headcounts: dict[str, int] = {}
    for unit in [f"unit{n}" for n in range(chance.randint(2, 5))]:
        headcount = chance.randint(10, 25)
        headcounts[unit] = headcount
        shares = {tool: chance.choice((0.0, 0.15, 0.5, 0.8, 0.9)) for tool in tools}
        for _ in range(headcount):
            messages = tuple(_messages(shares, days, chance))
            if messages:
                people.append(Person(unit, messages))
    figures = chance.choice((frozenset({"messages"}), frozenset({"credits", "models"}), frozenset({"models"})))
    return Organisation(month, tuple(people), headcounts, figures)


def _messages(
    shares: dict[str, float], days: list[dt.date], chance: random.Random
) -> Iterator[tuple[str, dt.date, str, str, float]]:
    for tool, share in shares.items():
        if chance.random() < share:
            for _ in range(chance.choice((2, 4, 6, 8, 60 if chance.random() < 0.1 else 6))):
                band = chance.choices(BANDS, (2, 5, 1))[0]
                family = chance.choices(FAMILIES, (6, 3, 1))[0]
                yield tool, chance.choice(days), band, family, round(chance.expovariate(0.5), 3)


def cells(organisation: Organisation) -> list[tuple[object, ...]]:
    """Rows of `unit_cells`: every figure of the month and of the weeks that touch it, exact."""
    shares: dict[tuple[object, ...], dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for number, person in enumerate(organisation.people):
        for tool, day, band, family, credits in person.messages:
            for period in _periods(organisation.month, day):
                for unit in (person.unit, "all"):
                    for scope in (tool, "all"):
                        key = (*period, unit, scope)
                        shares[*key, "active_people", ""][number] = 1
                        for measure, share in _shares(organisation.figures, band, credits):
                            shares[*key, measure, ""][number] += share
                    for item in (family, "all") if "models" in organisation.figures else ():
                        shares[*period, unit, tool, "model_use", item][number] += 1
    return [_cell(key, list(of_people.values())) for key, of_people in shares.items()]


def _shares(figures: frozenset[str], band: str, credits: float) -> Iterator[tuple[str, float]]:
    if "messages" in figures:
        yield from (("user_messages", 1), ("measured_messages", 1), (band, 1))
    if "credits" in figures:
        yield "credits", credits


def _periods(month: dt.date, day: dt.date) -> Iterator[tuple[str, dt.date]]:
    end = (month + dt.timedelta(days=31)).replace(day=1)
    monday = day - dt.timedelta(days=day.weekday())
    if monday < end and monday + dt.timedelta(days=7) > month:
        yield "week", monday
    if month <= day < end:
        yield "month", month


def _cell(key: tuple[object, ...], shares: list[float]) -> tuple[object, ...]:
    measure, item = str(key[4]), str(key[5])
    ordered = sorted(shares, reverse=True)
    if measure == "active_people":
        return (*key, "people", False, None, False, "active", "activity", len(shares), len(shares), None, None)
    tie, part, is_sum, group = _TOTALS[measure]
    return (
        *(*key, "total", measure != "model_use", part, is_sum or item == "all", tie, group),
        *(round(sum(shares), 9), len(shares), ordered[0], ordered[1] if len(ordered) > 1 else 0),
    )
