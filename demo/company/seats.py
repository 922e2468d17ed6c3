"""Who holds a seat of which product and when: waves, idle seats, seats of leavers, seats taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import zip_longest
from random import Random
from typing import Any

from demo.company.catalog import Timeline
from demo.company.departments import HABITS_BY_NAME
from demo.company.model import Employee, SeatContract, SeatSpan, ServiceAccount
from demo.vendor import DemoVendor, Ground, SeatProduct

_DRAWS = 6
"""Random numbers for a person and product."""
GHOST_SHARE = 0.25
"""Leavers whose seats nobody takes back for weeks."""


def plan_seats(vendor: DemoVendor[Any], ground: Ground, services: Sequence[ServiceAccount]) -> list[SeatSpan]:
    """Every seat span of the vendor's products; accounts of no person hold the first one, guests hold none."""
    seats = [seat for product in vendor.products for seat in people_seats(product, vendor.account_of, ground)]
    for product in vendor.products[:1]:
        seats += [_service_seat(account, product) for account in services if account.kind != "guest"]
    return seats


def people_seats(
    product: SeatProduct, account_of: Callable[[Employee], str | None], ground: Ground
) -> list[SeatSpan]:
    """Every span of the product, by person in order of time.

    Also for a tool without seats, whose product a vendor keeps to itself: a span is then the time in which the
    person has the tool.
    """
    found: list[SeatSpan] = []
    for person in ground.employees:
        account = account_of(person)
        if account is not None:
            rng = _random(product, person, ground.profile.seed)
            found.extend(_person_seats(person, account, product, ground.line, rng))
    return found


def _random(product: SeatProduct, person: Employee, seed: int) -> Random:
    """A stream of its own for a product, or its place in the stream that the first products share."""
    if product.shared_draws is None:
        return Random(f"{seed}:seats:{product.name}:{person.number}")
    rng = Random(f"{seed}:seats:{person.number}")
    for _ in range(_DRAWS * product.shared_draws):
        rng.random()
    return rng


def _service_seat(account: ServiceAccount, product: SeatProduct) -> SeatSpan:
    start = account.created_on
    return SeatSpan(product.name, account.account, None, _morning(start, 7), start, None, product.plan)


def _person_seats(
    person: Employee, account: str, product: SeatProduct, line: Timeline, rng: Random
) -> list[SeatSpan]:
    """One span for each stretch of employment in which the person is given a seat.

    The random draws are the same in number whatever happens, so that one rule does not shift others.
    """
    chance, pilot, delay, ghost, taken_back, age = (rng.random() for _ in range(_DRAWS))
    share, wave = product.share(HABITS_BY_NAME[person.spans[0].department])
    if chance >= share or _left_before(person, line.first_day):
        return []
    is_pilot = wave == 0 or wave > 1 or pilot < 0.35
    ready = line.first_day - timedelta(int(20 + age * 180))
    if not is_pilot:
        ready = line.at(wave) + timedelta(int(delay * 10))
    found: list[SeatSpan] = []
    for start, end in _stretches(person):
        begin = max(ready, start + timedelta(3 + int(delay * 6)))
        until = _seat_end(end, ghost, line)
        if until is not None and until <= begin:
            continue
        found.extend(_spans(_seat(person, account, product, begin, until), taken_back, line))
    return _one_at_a_time(found)


def _one_at_a_time(spans: list[SeatSpan]) -> list[SeatSpan]:
    """An account holds one seat: who comes back keeps the old one until the new begins."""
    return [
        replace(span, ends_before=following.starts_on)
        if following and (span.ends_before is None or span.ends_before > following.starts_on)
        else span
        for span, following in zip_longest(spans, spans[1:])
    ]


def _spans(seat: SeatSpan, taken_back: float, line: Timeline) -> list[SeatSpan]:
    """The seat, or two for the few whose idle seat was taken back for five weeks."""
    gap = line.at(0.5) + timedelta(3)
    back = gap + timedelta(35)
    if taken_back < 0.02 and seat.starts_on < gap and (seat.ends_before is None or back < seat.ends_before):
        again = replace(seat, starts_on=back, assigned_at=datetime.combine(back, seat.assigned_at.timetz()))
        return [replace(seat, ends_before=gap), again]
    return [seat]


def _seat(person: Employee, account: str, product: SeatProduct, begin: date, until: date | None) -> SeatSpan:
    return SeatSpan(
        product=product.name,
        account=account,
        employee=person.number,
        assigned_at=_morning(begin, 6 + person.number % 9),
        starts_on=begin,
        ends_before=until,
        plan=product.plan,
        by_group=person.number % 3 == 0,
    )


def _morning(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, 17, 40), UTC)


def _left_before(person: Employee, day: date) -> bool:
    return all(span.ends_before is not None and span.ends_before <= day for span in person.spans)


def _stretches(person: Employee) -> list[tuple[date, date | None]]:
    """Stretches of employment without a gap: moves do not end them."""
    merged: list[tuple[date, date | None]] = []
    for span in person.spans:
        if merged and merged[-1][1] == span.starts_on:
            merged[-1] = (merged[-1][0], span.ends_before)
        else:
            merged.append((span.starts_on, span.ends_before))
    return merged


def _seat_end(end: date | None, ghost: float, line: Timeline) -> date | None:
    """The day a seat is free again: at once for most leavers, weeks later for the forgotten ones."""
    if end is None or end > line.as_of_day + timedelta(14):
        return None
    if ghost < GHOST_SHARE * 0.4:
        return end + timedelta(200)
    return end + timedelta(30) if ghost < GHOST_SHARE else end


def purchased(seats: Sequence[SeatSpan], product: str, day: date) -> int:
    """Seats that a contract covers: a tenth more than are held on the day, in tens, and at least five."""
    held = sum(seat.product == product and seat.holds(day) for seat in seats)
    return max(5, -(-held * 11 // 100) * 10)


def seat_contract(
    number: str,
    product: str,
    valid: tuple[date, date | None],
    seats: int,
    price: tuple[str, str],
    renewal: date | None = None,
) -> SeatContract:
    """A contract about so many seats at (price of a seat and month, currency); four in five are the minimum."""
    amount, currency = price
    return SeatContract(
        number, product, None, *valid, seats, seats * 8 // 10, Decimal(amount), currency, renewal
    )
