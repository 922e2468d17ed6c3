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
# Count of people → tie group and mask group; total → tie group, part group, whether it is the sum of its parts,
# mask group. As the product declares them.
_PEOPLE: dict[str, tuple[str, str]] = {
    "active_people": ("active", "activity"),
    "message_people": ("active", "activity"),
    "licensed_people": ("licensed", "licensed"),
    "licensed_active_people": ("active", "activity"),
    "seat_holders": ("licensed", "licensed"),
}
_TOTALS: dict[str, tuple[str, str | None, bool, str]] = {
    "seat_days": ("licensed", None, False, "licensed"),
    "user_messages": ("messages", None, False, "messages"),
    "measured_messages": ("messages", "prompt_length", True, "messages"),
    **{band: (band, "prompt_length", False, "messages") for band in BANDS},
    "credits": ("credits", None, False, "credits"),
    "model_use": ("model_use", "model_family", False, "sessions"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a unit, and what was done: (tool, day, band, family, credits) one entry a message.

    seats: tools with the first and the last day of the seat
    """

    unit: str
    messages: tuple[tuple[str, dt.date, str, str, float], ...]
    seats: tuple[tuple[str, dt.date, dt.date], ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """People of one month. Organisations lie in months of their own, two apart, so that they never meet.

    `figures` are the kinds that its tools give besides people: messages with their lengths, credits, models,
    licences.
    """

    month: dt.date
    people: tuple[Person, ...]
    headcounts: dict[str, int]
    figures: frozenset[str]

    def with_one_more_or_less(self, chance: random.Random) -> Organisation:
        """The same organisation a night later: one person erased, or one who had been late."""
        people, headcounts = list(self.people), dict(self.headcounts)
        if chance.random() < 0.5 and len(people) > 2:
            gone = people.pop(chance.randrange(len(people)))
            headcounts[gone.unit] -= 1
        else:
            people.append(replace(chance.choice(people), unit=chance.choice(people).unit))
            headcounts[people[-1].unit] += 1
        return replace(self, people=tuple(people), headcounts=headcounts)


def month_of(number: int) -> dt.date:
    """First day of the month of the n-th organisation; every few years it is a February of four whole weeks."""
    year, month = divmod(number * 2 + 1, 12)
    return dt.date(2000 + year, month + 1, 1)


def draw(number: int, chance: random.Random) -> Organisation:
    """Two to five units of very unequal use, one to three tools, some used by few and some by one heavily."""
    month = month_of(number)
    days = [month + dt.timedelta(days=n) for n in range(-7, 38)]
    tools = TOOLS[: chance.choice((1, 2, 2))]
    figures = chance.choice(
        (
            frozenset({"messages"}),
            frozenset({"credits", "models"}),
            frozenset({"models"}),
            frozenset({"licences"}),
        )
    )
    people: list[Person] = []
    headcounts: dict[str, int] = {}
    for unit in [f"unit{n}" for n in range(chance.randint(2, 5))]:
        headcount = chance.randint(10, 25)
        headcounts[unit] = headcount
        shares = {tool: chance.choice((0.0, 0.15, 0.5, 0.8, 0.9)) for tool in tools}
        for _ in range(headcount):
            messages = tuple(_messages(shares, days, chance))
            seats = tuple(_seats(shares, {tool for tool, *_ in messages}, days, chance))
            if messages or ("licences" in figures and seats):
                people.append(Person(unit, messages, seats if "licences" in figures else ()))
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


def _seats(
    shares: dict[str, float], used: set[str], days: list[dt.date], chance: random.Random
) -> Iterator[tuple[str, dt.date, dt.date]]:
    """A seat of nearly every tool that is used, of some that are not; most are held all the time."""
    for tool, share in shares.items():
        if chance.random() < (0.95 if tool in used else share / 4):
            first = chance.choice(days) if chance.random() < 0.2 else days[0]
            yield tool, first, days[-1]


def headcounts(organisation: Organisation) -> Iterator[tuple[str, dt.date, str, int]]:
    """Rows of `int_unit_headcounts` for the month and the weeks that touch it."""
    days = (organisation.month + dt.timedelta(days=n) for n in range(-7, 38))
    units = {**organisation.headcounts, "all": sum(organisation.headcounts.values())}
    for period in sorted({period for day in days for period in _periods(organisation.month, day)}):
        yield from ((*period, unit, headcount) for unit, headcount in units.items())


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
                        if "messages" in organisation.figures:
                            shares[*key, "message_people", ""][number] = 1
                        for measure, share in _shares(organisation.figures, band, credits):
                            shares[*key, measure, ""][number] += share
                    for item in (family, "all") if "models" in organisation.figures else ():
                        shares[*period, unit, tool, "model_use", item][number] += 1
        for tool, first, last in person.seats:
            for day in (first + dt.timedelta(days=n) for n in range((last - first).days + 1)):
                for period in _periods(organisation.month, day):
                    _add_seat_day(shares, period, person, number, tool)
    return [_cell(key, list(of_people.values())) for key, of_people in shares.items()]


def _add_seat_day(
    shares: dict[tuple[object, ...], dict[int, float]],
    period: tuple[str, dt.date],
    person: Person,
    number: int,
    tool: str,
) -> None:
    for unit in (person.unit, "all"):
        for scope in (tool, "all"):
            shares[*period, unit, scope, "licensed_people", ""][number] = 1
        if number in shares.get((*period, unit, tool, "active_people", ""), {}):
            for scope in (tool, "all"):
                shares[*period, unit, scope, "licensed_active_people", ""][number] = 1
        if period[0] == "month":
            shares[*period, unit, tool, "seat_holders", tool][number] = 1
            shares[*period, unit, tool, "seat_days", tool][number] += 1


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
    if measure in _PEOPLE:
        return (*key, "people", False, None, False, *_PEOPLE[measure], len(shares), len(shares), None, None)
    tie, part, is_sum, group = _TOTALS[measure]
    return (
        *(*key, "total", measure != "model_use", part, is_sum or item == "all", tie, group),
        *(round(sum(shares), 9), len(shares), ordered[0], ordered[1] if len(ordered) > 1 else 0),
    )
