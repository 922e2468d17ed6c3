"""Money, tokens and seats from the company's events: exact fractions, department of the day."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache, partial

from demo.company.company import Company
from demo.company.model import (
    PRODUCTS,
    CostEvent,
    Product,
    Rate,
    SeatContract,
    SeatSpan,
    TokenCounts,
    covers,
)
from demo.company.reference import Reference, library_price
from demo.company.truth_people import Directory

UNATTRIBUTED = "Unattributed"
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


# COSTS ---------------------------------------------------------------------------------------------


def distinct_costs(company: Company, seen_at: datetime) -> Iterator[CostEvent]:
    """COSTS events delivered by ``seen_at``, repeats dropped."""
    for day in company.profile.days():
        seen: set[str] = set()
        for event in company.cost_events_of(day):
            if event.delivered_at <= seen_at and event.event_id not in seen:
                seen.add(event.event_id)
                yield event


def cost_owner(event: CostEvent, people: Directory) -> int | None:
    """The person of a COSTS row: by account, by address where there is none; never for an agent."""
    if event.agent_id is not None:
        return None
    if event.account is not None:
        return people.owner("chatgpt", event.account, event.day)
    return people.owner_of_address(event.email, event.day) if event.email else None


def buckets(tokens: TokenCounts) -> tuple[int, int, int, int]:
    """(uncached input, cached input, output, unsplit) over text, audio and image."""
    detailed = (
        (tokens.text_input, tokens.audio_input, tokens.image_input),
        (tokens.text_cached_input, tokens.audio_cached_input, tokens.image_cached_input),
        (tokens.text_output, tokens.audio_output, tokens.image_output),
    )
    if all(value is None for bucket in detailed for value in bucket):
        return 0, 0, 0, sum(x or 0 for x in (tokens.text_total, tokens.audio_total, tokens.image_total))
    given = [sum(value or 0 for value in bucket) for bucket in detailed]
    return given[0], given[1], given[2], 0


def chatgpt_tokens(events: Sequence[CostEvent], people: Directory, reference: Reference) -> list[Tokens]:
    """Tokens and credits of every COSTS row."""
    found = []
    for event in events:
        tool, number = reference.tool(event.product), cost_owner(event, people)
        credits = sum((Fraction(x.cost) for x in event.billing if x.cost_unit == "CREDITS"), Fraction(0))
        found.append(Tokens(event.day, number, tool, *buckets(event.tokens), credits))
    return found


def chatgpt_costs(
    company: Company, events: Sequence[CostEvent], people: Directory, reference: Reference
) -> list[Cost]:
    """The three bases of every COSTS row: credits, the vendor's estimate, tokens at list price."""
    found = []
    for event in events:
        number = cost_owner(event, people)
        department = UNATTRIBUTED if number is None else people.last_department(number, event.day)
        tool = reference.tool(event.product)
        for basis, amount in _amounts(company, event):
            found.append(Cost(event.day, department, tool, basis, amount))
    return found


def _amounts(company: Company, event: CostEvent) -> Iterator[tuple[str, Fraction]]:
    credits = [Fraction(x.cost) for x in event.billing if x.cost_unit == "CREDITS"]
    if credits:
        rate = rate_on(company.files.credit_rates, "chatgpt_credit", event.day)
        yield "credits", sum(credits, Fraction(0)) * rate
    estimates = [Fraction(x.estimated_cost_usd) for x in event.billing if x.estimated_cost_usd is not None]
    if estimates:
        yield "vendor_estimate", sum(estimates, Fraction(0))
    listed = list_price(company, event)
    if listed is not None:
        yield "metered_list", listed


def list_price(company: Company, event: CostEvent) -> Fraction | None:
    """Tokens × the price on the usage date; None when nothing of the row can be priced."""
    if event.model is None:
        return None
    counts = {
        name if kind == "text" else f"{kind}_{name}": getattr(event.tokens, f"{kind}_{name}")
        for kind in ("text", "audio", "image")
        for name in ("input", "cached_input", "output")
    }
    priced = [
        Fraction(count) * Fraction(price) / 1_000_000
        for component, count in counts.items()
        if count and (price := token_price(company, event.model, component, event.day)) is not None
    ]
    return sum(priced, Fraction(0)) if priced else None


def token_price(company: Company, model: str, component: str, day: date) -> Decimal | None:
    """USD per million tokens: the company's own price wins over the library's."""
    for override in company.files.price_overrides:
        is_it = override.model == model and override.component == component
        if is_it and covers(day, override.valid_from, override.valid_to):
            return override.usd_per_mtok
    return library_price(model, component, day)


def rate_on(rates: Sequence[Rate], unit: str, day: date) -> Fraction:
    """The rate of a unit valid on the day. Errors: ValueError when the company's file has none."""
    for rate in rates:
        if rate.unit == unit and covers(day, rate.valid_from, rate.valid_to):
            return Fraction(rate.rate)
    raise ValueError(f"no rate for {unit} on {day}")


# GitHub --------------------------------------------------------------------------------------------


def github_tokens(company: Company, seen_at: datetime, people: Directory) -> list[Tokens]:
    """Tokens of the command line and AI credits by person and day."""
    found = []
    for day in company.profile.days():
        report = company.copilot_report(day, seen_at)
        for record in report.records if report else ():
            cli = record.cli
            found.append(
                Tokens(
                    day=day,
                    number=people.owner("github_copilot", str(record.user_id), day),
                    tool="github_copilot",
                    input_tokens=cli.prompt_tokens if cli else 0,
                    output_tokens=cli.output_tokens if cli else 0,
                    credits=Fraction(record.ai_credits or 0),
                )
            )
    return found


def github_costs(company: Company, seen_at: datetime, people: Directory) -> list[Cost]:
    """The billed net amount of a day, split by the day's AI credits, and those credits at the company's rate.

    What nobody's credits explain is unallocated. A day's billing counts once the day is over at ``seen_at``.
    """
    found = []
    rates = [rate for rate in company.files.credit_rates if rate.unit == "github_ai_credit"]
    for day in company.profile.days():
        report = company.copilot_report(day, seen_at)
        shares = [
            (str(record.user_id), Fraction(record.ai_credits))
            for record in (report.records if report else ())
            if record.ai_credits
        ]
        net = Fraction(0)
        if day < seen_at.date():
            net = sum((Fraction(item.net_amount) for item in company.copilot_billing(day)), Fraction(0))
        total = sum((credits for _account, credits in shares), Fraction(0))
        if net and not total:
            found.append(Cost(day, UNALLOCATED, "github_copilot", "billed", net))
        for account, credits in shares:
            number = people.owner("github_copilot", account, day)
            department = UNATTRIBUTED if number is None else people.last_department(number, day)
            if rates:
                value = credits * rate_on(rates, "github_ai_credit", day)
                found.append(Cost(day, department, "github_copilot", "credits", value))
            if net:
                found.append(Cost(day, department, "github_copilot", "billed", net * credits / total))
    return found


# Seats ---------------------------------------------------------------------------------------------


def seat_days(company: Company, people: Directory) -> list[SeatDay]:
    """Every seat of every day up to the run's, by the snapshots; a missed night carries the last one."""
    found: list[SeatDay] = []
    price = cache(partial(seat_price, company))
    for product in PRODUCTS:
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


def seat_price(company: Company, product: Product, plan: str, day: date) -> Fraction:
    """A seat's price of one day: the month's price over its days, in the reporting currency."""
    contract = contract_on(company, product, plan, day)
    if contract is None:
        return Fraction(0)
    price = Fraction(contract.price_per_seat_month) / monthrange(day.year, day.month)[1]
    if contract.currency == "USD":
        return price
    return price * rate_on(company.files.exchange_rates, contract.currency, day)


def contract_on(company: Company, product: Product, plan: str, day: date) -> SeatContract | None:
    """The contract that prices a seat on the day."""
    for contract in company.files.contracts:
        is_it = contract.product == product and contract.plan in (None, plan)
        if is_it and covers(day, contract.valid_from, contract.valid_to):
            return contract
    return None


def seat_costs(days: Iterable[SeatDay]) -> list[Cost]:
    """Seat prices as costs of the tool that has the product's name, one for equal prices of a day."""
    counts = Counter((x.day, x.department, x.seat.product, x.price) for x in days)
    return [
        Cost(day, department, product, "seat_allocated", price * count)
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
