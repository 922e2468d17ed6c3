"""Money, tokens and seats from the company's events: exact fractions, department of the day."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache, partial

from demo.company.company import Company
from demo.company.model import (
    Rate,
    SeatContract,
    SeatSpan,
    covers,
)
from demo.company.reference import library_price
from demo.company.truth_people import UNATTRIBUTED, Directory

UNALLOCATED = "Unallocated"
CARRY_DAYS = 7
SIX_PLACES = Decimal("0.000001")


def money(amount: Fraction) -> str:
    """The amount with six decimals, rounded half up."""
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return str(exact.quantize(SIX_PLACES, ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Cost:
    """One amount in the reporting currency; ``department`` is that of the day, or a bucket's name."""

    day: date
    department: str
    tool: str
    basis: str
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Tokens:
    """Disjoint token buckets of one account on one day; ``number`` None = unattributed."""

    day: date
    number: int | None
    tool: str
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    unsplit_tokens: int = 0
    credits: Fraction = Fraction(0)
    cache_write_tokens: int = 0


@dataclass(frozen=True, slots=True)
class SeatDay:
    """One seat on one day as the roster snapshots show it."""

    day: date
    seat: SeatSpan
    number: int | None
    """The holder, employed or not; None = no person of the HRIS."""
    is_employed: bool
    department: str
    price: Fraction
    is_carried: bool


# Prices --------------------------------------------------------------------------------------------


def list_price(
    company: Company, provider: str, model: str, counts: Mapping[str, int | None], day: date
) -> Fraction | None:
    """Tokens by component × the price on the day, in USD; None when nothing of it can be priced."""
    priced = [
        Fraction(count) * Fraction(price) / 1_000_000
        for component, count in counts.items()
        if count and (price := token_price(company, provider, model, component, day)) is not None
    ]
    return sum(priced, Fraction(0)) if priced else None


def token_price(company: Company, provider: str, model: str, component: str, day: date) -> Decimal | None:
    """USD per million tokens: the company's own price wins over the library's."""
    for override in company.files.price_overrides:
        key = (override.provider, override.model, override.component)
        is_it = key == (provider, model, component)
        if is_it and covers(day, override.valid_from, override.valid_to):
            return override.usd_per_mtok
    return library_price(provider, model, component, day)


def rate_on(rates: Sequence[Rate], unit: str, day: date) -> Fraction:
    """The rate of a unit valid on the day. Errors: ValueError when the company's file has none."""
    for rate in rates:
        if rate.unit == unit and covers(day, rate.valid_from, rate.valid_to):
            return Fraction(rate.rate)
    raise ValueError(f"no rate for {unit} on {day}")


# Seats ---------------------------------------------------------------------------------------------


def seat_days(company: Company, people: Directory) -> list[SeatDay]:
    """Every seat of every day up to the run's, by the snapshots; a missed night carries the last one."""
    found: list[SeatDay] = []
    price = cache(partial(seat_price, company))
    for product in company.products:
        last: list[SeatSpan] = []
        last_day = company.profile.first_day - timedelta(CARRY_DAYS + 1)
        for day in company.profile.days():
            has_snapshot = company.has_snapshot(product, day)
            if has_snapshot:
                last, last_day = company.seats_on(product, day), day
            if day - last_day <= timedelta(CARRY_DAYS):
                for seat in last:
                    found.append(_seat_day(people, seat, day, price(product, seat.plan, day), not has_snapshot))
    return found


def _seat_day(people: Directory, seat: SeatSpan, day: date, price: Fraction, is_carried: bool) -> SeatDay:
    if seat.employee is None:
        return SeatDay(day, seat, None, False, UNATTRIBUTED, price, is_carried)
    is_employed = people.span_on(seat.employee, day) is not None
    department = people.last_department(seat.employee, day)
    return SeatDay(day, seat, seat.employee, is_employed, department, price, is_carried)


def seat_price(company: Company, product: str, plan: str, day: date) -> Fraction:
    """A seat's price of one day: the month's price over its days, in the reporting currency."""
    contract = contract_on(company, product, plan, day)
    if contract is None:
        return Fraction(0)
    price = Fraction(contract.price_per_seat_month) / monthrange(day.year, day.month)[1]
    if contract.currency == "USD":
        return price
    return price * rate_on(company.files.exchange_rates, contract.currency, day)


def contract_on(company: Company, product: str, plan: str, day: date) -> SeatContract | None:
    """The contract that prices a seat on the day."""
    for contract in company.files.contracts:
        is_it = contract.product == product and contract.plan in (None, plan)
        if is_it and covers(day, contract.valid_from, contract.valid_to):
            return contract
    return None


def seat_costs(company: Company, days: Iterable[SeatDay]) -> list[Cost]:
    """Seat prices as costs of the product's first tool, one for equal prices of a day."""
    counts = Counter((x.day, x.department, x.seat.product, x.price) for x in days)
    return [
        Cost(day, department, company.products[product].all_tools[0], "seat_allocated", price * count)
        for (day, department, product, price), count in counts.items()
    ]


def sum_by_month(costs: Sequence[Cost]) -> dict[str, dict[str, dict[str, dict[str, str]]]]:
    """{month: {department: {tool: {basis: amount}}}}; the company row sums the departments."""
    sums: dict[tuple[str, str, str, str], Fraction] = defaultdict(Fraction)
    for cost in costs:
        month = cost.day.replace(day=1).isoformat()
        sums[(month, cost.department, cost.tool, cost.basis)] += cost.amount
        if cost.department not in (UNATTRIBUTED, UNALLOCATED):
            sums[(month, "All departments", cost.tool, cost.basis)] += cost.amount
    found: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for (month, department, tool, basis), amount in sorted(sums.items()):
        tools = found.setdefault(month, {}).setdefault(department, {})
        tools.setdefault(tool, {})[basis] = money(amount)
    return found
