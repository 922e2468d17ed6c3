"""Makes the synthetic company from a seed: any size, the same every time, events one day at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from demo.company.catalog import Timeline, monday_of
from demo.company.chat import ChatDay, service_emails
from demo.company.company import Company
from demo.company.copilot import CopilotReports, service_logins
from demo.company.costs import CostDay
from demo.company.departments import departments
from demo.company.m365 import M365Day
from demo.company.model import (
    PRODUCTS,
    ChatMessage,
    CompanyFiles,
    CopilotBilling,
    CopilotReport,
    CostEvent,
    Department,
    Employee,
    M365Interaction,
    PriceOverride,
    Product,
    Profile,
    Rate,
    SeatContract,
    SeatSpan,
    ServiceAccount,
)
from demo.company.org import OrganisationBuilder
from demo.company.seats import plan_seats
from demo.company.traits import Traits, holidays_in, make_traits

DEFAULT_AS_OF = datetime(2026, 11, 19, 2, tzinfo=UTC)
HORIZON_DAYS = 14
CACHED_EVENTS_OF_PEOPLE = 2_000
"""Up to this size every day's events stay in memory; above it only the last few days do."""


class GeneratedActivity:
    """Events made on demand from the seed and the day, so that memory does not grow with the range."""

    def __init__(
        self, profile: Profile, line: Timeline, people: dict[int, Employee], seats: Sequence[SeatSpan],
        services: Sequence[ServiceAccount], runaway_team: frozenset[int],
    ) -> None:  # fmt: skip
        self._profile = profile
        self._line = line
        self._team = runaway_team
        self._emails = service_emails(services)
        self._users: dict[Product, list[Traits]] = {
            product: make_traits(product, seats, people, profile.seed) for product in PRODUCTS
        }
        self._reports = CopilotReports(line, profile.seed, service_logins(services))

    def _is_inside(self, day: date) -> bool:
        return self._profile.first_day <= day < self._profile.horizon

    def chat(self, day: date) -> Sequence[ChatMessage]:
        """See ``Activity``."""
        if not self._is_inside(day):
            return ()
        return ChatDay(day, self._line, self._profile.seed, self._emails).events(self._users["chatgpt"])

    def costs(self, day: date) -> Sequence[CostEvent]:
        """See ``Activity``."""
        if not self._is_inside(day):
            return ()
        maker = CostDay(day, self._line, self._profile.seed, self._team, self._emails)
        return maker.events(self._users["chatgpt"])

    def copilot(self, day: date) -> Sequence[CopilotReport]:
        """See ``Activity``."""
        return self._reports.versions(day, self._users["github_copilot"]) if self._is_inside(day) else ()

    def copilot_billing(self, day: date) -> Sequence[CopilotBilling]:
        """See ``Activity``."""
        return self._reports.billing(day, self._users["github_copilot"]) if self._is_inside(day) else ()

    def m365(self, day: date) -> Sequence[M365Interaction]:
        """See ``Activity``."""
        if not self._is_inside(day):
            return ()
        return M365Day(day, self._profile.seed).interactions(self._users["m365_copilot"])


def generate_company(
    people: int = 600, weeks: int = 26, seed: int = 7, as_of: datetime = DEFAULT_AS_OF
) -> Company:
    """The company with ``weeks`` complete ISO weeks of activity before the week of ``as_of``.

    Errors: ValueError for fewer than 12 people, fewer than one week, or a naive ``as_of``.
    """
    if weeks < 1 or as_of.tzinfo is None:
        raise ValueError("weeks must be positive and as_of must carry a time zone")
    as_of = as_of.astimezone(UTC)
    first_day = monday_of(as_of.date()) - timedelta(7 * weeks)
    line = Timeline(first_day, as_of, weeks)
    profile = Profile(
        people=people,
        weeks=weeks,
        seed=seed,
        as_of=as_of,
        first_day=first_day,
        horizon=as_of.date() + timedelta(HORIZON_DAYS),
        missed_snapshots=_missed(line),
    )
    rng = Random(f"{seed}:organisation")
    employees = OrganisationBuilder(people, line, rng, profile.mail_domain).build()
    services = _service_accounts(line, rng, profile.mail_domain)
    seats = plan_seats(employees, services, line, seed)
    team = _runaway_team(employees, line)
    by_number = {person.number: person for person in employees}
    return Company(
        profile=profile,
        departments=[Department(h.name, h.parent, h.cost_center) for h in departments(people)],
        employees=employees,
        service_accounts=services,
        seats=seats,
        files=_files(line, seats, people),
        activity=GeneratedActivity(profile, line, by_number, seats, services, team),
        planted=_planted(line),
        cached_days=400 if people <= CACHED_EVENTS_OF_PEOPLE else 6,
    )


def _missed(line: Timeline) -> frozenset[tuple[Product, date]]:
    """One night without a roster of each product, at different times."""
    days = ((0.4, 2), (0.6, 1), (0.75, 3))
    return frozenset(
        (product, line.at(share) + timedelta(offset))
        for product, (share, offset) in zip(PRODUCTS, days, strict=True)
    )


def _runaway_team(employees: Sequence[Employee], line: Timeline) -> frozenset[int]:
    """The people of Engineering's first team lead."""
    day = line.runaway_from
    managers = {p.number: p.spans[0].manager for p in employees}
    spans = {p.number: span for p in employees if (span := p.span_on(day)) is not None}
    here = {number: span.manager for number, span in spans.items() if span.department == "Engineering"}
    lead = min((m for m in here.values() if m is not None and m != 1 and managers[m] != 1), default=None)
    return frozenset(number for number, manager in here.items() if manager == lead)


def _service_accounts(line: Timeline, rng: Random, domain: str) -> list[ServiceAccount]:
    """Bots in the company's list, one that is missing there, an outsider, a guest."""
    before = line.first_day - timedelta(60)
    chat = [f"user-{rng.getrandbits(120):030x}" for _ in range(3)]
    guest = f"{rng.getrandbits(32):08x}-7a11-4c22-9d33-{rng.getrandbits(48):012x}"
    orphan, middle = f"tilvane.morqueth@partners.{domain}", line.at(0.3)
    return [
        ServiceAccount("chatgpt", chat[0], f"bot-digest@{domain}", None, "Digest bot", "service", True,
                       before),
        ServiceAccount("chatgpt", chat[1], f"automation@{domain}", None, "Automation", "service", True,
                       before),
        ServiceAccount("chatgpt", chat[2], orphan, None, "Tilvane Morqueth", "orphan", False, middle),
        ServiceAccount("github_copilot", "78000123", None, "asterlane-release-bot", "Release bot", "service",
                       True, before),
        ServiceAccount("github_copilot", "78000456", None, "ohrvexel-contrib", "Ohrvexel", "orphan", False,
                       middle),
        ServiceAccount("m365_copilot", guest, f"yorvin.plessard@partners.{domain}",
                       f"yorvin.plessard_partners.{domain}#EXT#@{domain}", "Yorvin Plessard", "guest", False,
                       before),
    ]  # fmt: skip


def _planted(line: Timeline) -> dict[str, dict[str, object]]:
    """The stories that dashboards must find, by name."""
    return {
        "idle_seats": {"department": "Operations", "product": "m365_copilot"},
        "frequent_short_sessions": {"department": "Customer Support", "tool": "chatgpt"},
        "depth_fell_while_sessions_rose": {
            "department": "Marketing", "tool": "chatgpt", "from": line.shallow_from.isoformat(),
        },
        "runaway_cost": {
            "department": "Engineering", "tool": "codex", "from": line.runaway_from.isoformat(),
        },
        "ready_for_next_wave": {"department": "Finance", "tool": "chatgpt"},
        "model_launch": {"model": "gpt-5.5", "from": line.model_launch.isoformat()},
        "seat_price_change": {"product": "github_copilot", "from": _price_day(line).isoformat()},
    }  # fmt: skip


# The company's own files ---------------------------------------------------------------------------


def _price_day(line: Timeline) -> date:
    """The sixteenth of the month in the middle of the range: a price change inside a month."""
    return line.at(0.5).replace(day=16)


def _files(line: Timeline, seats: Sequence[SeatSpan], people: int) -> CompanyFiles:
    year = date(line.first_day.year - 1, 1, 1)
    due = date(line.as_of_day.year, 12, 31)
    first_rates = date(line.first_day.year, line.first_day.month, 1)
    return CompanyFiles(
        contracts=_contracts(line, seats, year),
        credit_rates=(
            Rate("chatgpt_credit", year, line.at(0.7), Decimal("0.04"), "USD"),
            Rate("chatgpt_credit", line.at(0.7), None, Decimal("0.036"), "USD"),
            Rate("github_ai_credit", year, None, Decimal("0.01"), "USD"),
        ),
        exchange_rates=_exchange_rates(first_rates, line.as_of_day),
        price_overrides=(
            PriceOverride("openai", "gpt-5.5", "input", line.at(0.8), None, Decimal("4.25")),
            PriceOverride("openai", "gpt-5.5", "output", line.at(0.8), None, Decimal("25.5")),
        ),
        thresholds=(
            ("power_user_messages_per_week", Decimal(75)),
            ("power_user_breadth", Decimal(3)),
            ("power_user_top_share", Decimal("0.2")),
            ("dormant_days", Decimal(30)),
            ("under_used_active_days", Decimal(4)),
        ),
        targets=(
            ("active_ratio", "company", "All departments", "all", Decimal("0.75"), due),
            ("active_ratio", "department", "Engineering", "github_copilot", Decimal("0.80"), due),
        ),
        holidays=tuple(holidays_in(line.first_day, line.as_of_day + timedelta(60))),
        rollouts=(
            *((h.name, "chatgpt", line.at(h.chat_wave)) for h in departments(people) if 0 < h.chat_wave <= 1),
            ("Sales", "m365_copilot", line.at(0.3)),
        ),
        token_tiers=(
            ("tier_1", 0), ("tier_2", 100_000), ("tier_3", 1_000_000), ("tier_4", 10_000_000),
            ("tier_5", 100_000_000),
        ),
    )  # fmt: skip


def _contracts(line: Timeline, seats: Sequence[SeatSpan], start: date) -> tuple[SeatContract, ...]:
    held = {p: sum(s.product == p and s.holds(line.as_of_day) for s in seats) for p in PRODUCTS}
    bought = {product: max(5, -(-count * 11 // 100) * 10) for product, count in held.items()}
    change = _price_day(line)
    # Of GitHub Copilot, which is paid by the month, the file says no renewal.
    renewals = {
        "chatgpt": date(line.as_of_day.year + 1, 1, 1),
        "m365_copilot": date(line.as_of_day.year + 1, 4, 1),
    }

    def contract(
        number: str, product: Product, first: date, last: date | None, price: str, currency: str
    ) -> SeatContract:
        count = bought[product]
        minimum = count * 8 // 10
        renewal = renewals.get(product)
        amount = Decimal(price)
        return SeatContract(number, product, None, first, last, count, minimum, amount, currency, renewal)

    return (
        contract("CG-2025", "chatgpt", start, None, "30", "USD"),
        contract("GH-2025", "github_copilot", start, change, "19", "USD"),
        contract("GH-2026", "github_copilot", change, None, "21", "USD"),
        contract("MS-2025", "m365_copilot", start, None, "28.10", "EUR"),
    )


def _exchange_rates(first: date, last: date) -> tuple[Rate, ...]:
    """One rate a month from euro to dollar; the last one stays open."""
    rates = ("1.08", "1.09", "1.11", "1.10", "1.12", "1.13", "1.11")
    months = [first]
    while (following := (months[-1] + timedelta(32)).replace(day=1)) <= last:
        months.append(following)
    ends = [*months[1:], None]
    return tuple(
        Rate("EUR", month, end, Decimal(rates[n % len(rates)]), "USD")
        for n, (month, end) in enumerate(zip(months, ends, strict=True))
    )
