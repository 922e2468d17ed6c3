"""Who holds a seat of which product and when: waves, idle seats, seats of leavers, seats taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest
from random import Random

from demo.company.catalog import Habits, Timeline
from demo.company.departments import HABITS_BY_NAME
from demo.company.model import Employee, Product, SeatSpan, ServiceAccount

PLANS: dict[Product, str] = {"chatgpt": "default", "github_copilot": "business", "m365_copilot": "copilot"}
GHOST_SHARE = 0.25
"""Leavers whose seats nobody takes back for weeks."""


def plan_seats(
    employees: Sequence[Employee], services: Sequence[ServiceAccount], line: Timeline, seed: int
) -> list[SeatSpan]:
    """Every seat span of every product, by person and product in order of time."""
    seats: list[SeatSpan] = []
    for person in employees:
        rng = Random(f"{seed}:seats:{person.number}")
        for product in ("chatgpt", "m365_copilot", "github_copilot"):
            seats.extend(_person_seats(person, product, line, rng))
    seats.extend(_service_seat(account) for account in services if account.kind != "guest")
    return seats


def _service_seat(account: ServiceAccount) -> SeatSpan:
    start = account.created_on
    plan = PLANS[account.product]
    return SeatSpan(account.product, account.account, None, _morning(start, 7), start, None, plan)


def _share(habits: Habits, product: Product) -> tuple[float, float]:
    """(share of people who get a seat in the end, start of the rollout as a share of the range)"""
    if product == "chatgpt":
        return habits.chat_share, habits.chat_wave
    if product == "m365_copilot":
        return habits.m365_share, habits.m365_wave
    return habits.github_share, 0.0


def _person_seats(person: Employee, product: Product, line: Timeline, rng: Random) -> list[SeatSpan]:
    """One span for each stretch of employment in which the person is given a seat.

    The random draws are the same in number whatever happens, so that one rule does not shift others.
    """
    chance, pilot, delay, ghost, taken_back, age = (rng.random() for _ in range(6))
    department = person.spans[0].department
    share, wave = _share(HABITS_BY_NAME[department], product)
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
        found.extend(_spans(person, product, begin, until, taken_back, line))
    return _one_at_a_time(found)


def _one_at_a_time(spans: list[SeatSpan]) -> list[SeatSpan]:
    """An account holds one seat: who comes back keeps the old one until the new begins."""
    return [
        replace(span, ends_before=following.starts_on)
        if following and (span.ends_before is None or span.ends_before > following.starts_on)
        else span
        for span, following in zip_longest(spans, spans[1:])
    ]


def _spans(
    person: Employee, product: Product, begin: date, until: date | None, taken_back: float, line: Timeline
) -> list[SeatSpan]:
    """One span, or two for the few whose idle seat was taken back for five weeks."""
    gap = line.at(0.5) + timedelta(3)
    back = gap + timedelta(35)
    if taken_back < 0.02 and begin < gap and (until is None or back < until):
        return [_seat(person, product, begin, gap), _seat(person, product, back, until)]
    return [_seat(person, product, begin, until)]


def _seat(person: Employee, product: Product, begin: date, until: date | None) -> SeatSpan:
    account = {"chatgpt": person.chatgpt_id, "m365_copilot": person.entra_id}.get(product)
    return SeatSpan(
        product=product,
        account=account or str(person.github_id),
        employee=person.number,
        assigned_at=_morning(begin, 6 + person.number % 9),
        starts_on=begin,
        ends_before=until,
        plan=PLANS[product],
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
