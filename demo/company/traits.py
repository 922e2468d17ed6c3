"""How one person uses one product: stable over time, from the seed and the person's number alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo.company.catalog import EVERYWHERE_HOLIDAYS, LOCAL_HOLIDAYS, UTC_OFFSET, Habits
from demo.company.departments import HABITS_BY_NAME
from demo.company.model import Employee, SeatSpan
from demo.vendor import Ground, SeatProduct

OFF_DAY_SHARE = 0.05
"""Activity on weekends and holidays compared with a workday."""


@dataclass(frozen=True, slots=True)
class Traits:
    """A user's habits in one product."""

    person: Employee | None
    seat: SeatSpan
    rate: float
    """Chance of an active workday once settled; 0 = an idle seat."""
    is_power: bool
    is_ghost: bool
    """Keeps using the seat after leaving."""
    kind: float
    """From 0 to 1: a vendor tells by it how people work with its tool. 1 = an account of no person."""
    number: int

    def habits_on(self, day: date) -> Habits:
        """The habits of the department of the day (a leaver keeps the last one)."""
        if self.person is None:
            return HABITS_BY_NAME["Engineering"]
        span = self.person.span_on(day) or self.person.spans[-1]
        return HABITS_BY_NAME[span.department]

    def location_on(self, day: date) -> str:
        """Where the person works."""
        if self.person is None:
            return "Lisbon"
        return (self.person.span_on(day) or self.person.spans[-1]).location

    def utc_hour_shift(self, day: date) -> int:
        """Hours to take off a local hour to get UTC."""
        return UTC_OFFSET[self.location_on(day)]

    def chance_on(self, day: date) -> float:
        """The chance that the person uses the product on the day."""
        if self.rate == 0 or not self.seat.holds(day):
            return 0.0
        person = self.person
        if person is not None:
            if person.span_on(day) is None and not self.is_ghost:
                return 0.0
            if person.on_leave(day):
                return 0.0
        settled = min(1.0, 0.5 + (day - self.seat.starts_on).days / 90)
        chance = self.rate * settled
        return chance if is_workday(day, self.location_on(day)) else chance * OFF_DAY_SHARE


def holidays_in(first: date, last: date) -> list[tuple[str | None, date]]:
    """(location or None = everywhere, day) of every holiday in the inclusive range."""
    found: list[tuple[str | None, date]] = []
    for year in range(first.year, last.year + 1):
        found += [(None, date(year, month, day)) for month, day in EVERYWHERE_HOLIDAYS]
        found += [(place, date(year, month, day)) for place, month, day in LOCAL_HOLIDAYS]
    return sorted((x for x in found if first <= x[1] <= last), key=lambda x: (x[1], x[0] or ""))


def is_workday(day: date, location: str) -> bool:
    """Monday to Friday and no holiday at the place."""
    if day.weekday() >= 5 or (day.month, day.day) in EVERYWHERE_HOLIDAYS:
        return False
    return (location, day.month, day.day) not in LOCAL_HOLIDAYS


def users_of(product: SeatProduct, seats: Sequence[SeatSpan], ground: Ground) -> list[Traits]:
    """The habits behind every seat of a product, in the order of the seats."""
    people = {person.number: person for person in ground.employees}
    return [
        _traits(
            product,
            seat,
            people[seat.employee] if seat.employee is not None else None,
            ground.random("traits", product.name, seat.account),
        )
        for seat in seats
        if seat.product == product.name
    ]


def _traits(product: SeatProduct, seat: SeatSpan, person: Employee | None, rng: Random) -> Traits:
    idle, power, ghost, spread, kind = (rng.random() for _ in range(5))
    if person is None:
        return Traits(None, seat, 0.9, False, False, 1.0, int(idle * 1000))
    habits = HABITS_BY_NAME[person.spans[0].department]
    idle_share = product.idle_share(habits)
    is_power = power < product.power_share and idle >= idle_share
    rate = 0.95 if is_power else min(0.95, product.rate(habits) * (0.5 + spread))
    return Traits(
        person=person,
        seat=seat,
        rate=0.0 if idle < idle_share else rate,
        is_power=is_power,
        is_ghost=ghost < 0.4,
        kind=kind,
        number=person.number,
    )


def workdays_between(first: date, last: date, location: str) -> int:
    """Workdays of the inclusive range at the place."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return sum(is_workday(day, location) for day in days)
