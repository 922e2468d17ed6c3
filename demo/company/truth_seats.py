"""Licence figures of a month: seat-days, holders, active holders, cost, and classes of holders."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from demo.company.company import Company
from demo.company.truth_money import SeatDay, money
from demo.company.truth_people import UNATTRIBUTED, Directory, Period

GRACE_DAYS = 30
CLASSES = ("held_by_leaver", "on_leave", "in_grace", "never_used", "dormant", "under_used", "used")
"""In order; the first that matches counts. A second seat of one tool cannot happen in this company."""

ActiveDays = Mapping[tuple[str, int], Sequence[date]]
"""(tool or product, person number) → active days in order, while employed"""


def seats_monthly(
    company: Company, days: Sequence[SeatDay], months: Sequence[Period], people: Directory, active: ActiveDays
) -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    """{month: {product: {department: figures}}}.

    Seat-days and cost by the department of the day; holders, active holders and classes by the home
    department of the month (a leaver's last one). Holders are classified as of their last seat-day
    in the month.
    """
    assigned = assigned_dates(company, days)
    thresholds = {name: int(value) for name, value in company.files.thresholds if value == int(value)}
    found: dict[str, dict[str, dict[str, dict[str, object]]]] = {}
    for month in months:
        inside = [x for x in days if month.start <= x.day < month.end]
        for product in company.products:
            chosen = [x for x in inside if x.seat.product == product]
            figures = _Figures()
            figures.add_days(chosen)
            for last in last_days(chosen):
                home = people.home(last.number or 0, month) if last.number else None
                department = home or last.department
                used = active.get((product, last.number or 0), ())
                class_name = holder_class(company, last, assigned, used, month, thresholds)
                in_month = any(month.start <= day < month.end for day in used)
                figures.add_holder(department, class_name, in_month)
            found.setdefault(month.key, {})[product] = figures.result()
    return found


def days_of_seats(
    company: Company, active: ActiveDays, seat_use: Iterable[tuple[str, int, date]]
) -> ActiveDays:
    """Days on which somebody used a seat, by (product, person): active days of its tools, and ``seat_use``.

    ``seat_use`` is what vendors tell of use that is no active day of a tool, e.g. tokens alone.
    """
    days: dict[tuple[str, int], set[date]] = defaultdict(set)
    for product in company.products.values():
        for (tool, number), found in active.items():
            if tool in product.all_tools:
                days[(product.name, number)].update(found)
    for name, number, day in seat_use:
        days[(name, number)].add(day)
    return {key: sorted(found) for key, found in days.items()}


def last_days(chosen: Iterable[SeatDay]) -> list[SeatDay]:
    """The last seat-day of every person among the seat-days."""
    last: dict[int, SeatDay] = {}
    for item in chosen:
        if item.number is not None and (item.number not in last or last[item.number].day <= item.day):
            last[item.number] = item
    return list(last.values())


def assigned_dates(company: Company, days: Sequence[SeatDay]) -> dict[tuple[str, str, date], date | None]:
    """(product, account, seat start) → the day of assignment as the vendor tells it.

    Where the vendor tells nothing, the first snapshot with the seat stands for it; of a seat in the first
    roster of all nothing is known.
    """
    first_seen: dict[tuple[str, str, date], date | None] = {}
    created: dict[tuple[str, str], date] = {}
    for seat in company.seats:
        key = (seat.product, seat.account)
        created[key] = min(created.get(key, seat.starts_on), seat.starts_on)
    for item in days:
        seat = item.seat
        told = company.products[seat.product].start_told
        if told == "never":
            assigned: date | None = item.day if item.day > company.profile.first_day else None
        elif told == "account":
            assigned = created[(seat.product, seat.account)]
        else:
            assigned = seat.assigned_at.date()
        first_seen.setdefault((seat.product, seat.account, seat.starts_on), assigned)
    return first_seen


def holder_class(
    company: Company,
    last: SeatDay,
    assigned: Mapping[tuple[str, str, date], date | None],
    used: Sequence[date],
    month: Period,
    thresholds: Mapping[str, int],
) -> str:
    """The first class that holds on the holder's last seat-day of the month."""
    seat, day = last.seat, last.day
    before = [x for x in used if x <= day]
    if not last.is_employed:
        return "held_by_leaver"
    if company.employee(last.number or 0).on_leave(day):
        return "on_leave"
    since = assigned[(seat.product, seat.account, seat.starts_on)]
    if since is not None and (day - since).days < GRACE_DAYS:
        return "in_grace"
    if not before:
        return "never_used"
    if before[-1] <= day - timedelta(thresholds.get("dormant_days", 30)):
        return "dormant"
    in_month = sum(month.start <= x < month.end for x in before)
    return "under_used" if in_month < thresholds.get("under_used_active_days", 4) else "used"


class _Figures:
    """Sums of one product and month by department, with the company row."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._costs: dict[str, Fraction] = defaultdict(Fraction)

    def add_days(self, days: Iterable[SeatDay]) -> None:
        counts = Counter((item.department, item.price) for item in days)
        for (department, price), count in counts.items():
            for row in _rows(department):
                self._counts[row]["seat_days"] += count
                self._costs[row] += price * count

    def add_holder(self, department: str, class_name: str, is_active: bool) -> None:
        for row in _rows(department):
            self._counts[row]["seat_holders"] += 1
            self._counts[row]["seats_active"] += is_active
            self._counts[row][class_name] += 1

    def result(self) -> dict[str, dict[str, object]]:
        names = ("seat_days", "seat_holders", "seats_active", *CLASSES)
        return {
            department: {
                **{name: counts.get(name, 0) for name in names},
                "cost": money(self._costs[department]),
            }
            for department, counts in sorted(self._counts.items())
        }


def _rows(department: str) -> tuple[str, ...]:
    return (department,) if department == UNATTRIBUTED else (department, "All departments")
