"""Makes the synthetic company from a seed: any size, the same every time, events one day at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from random import Random
from typing import Any

from demo.company.catalog import Timeline, monday_of
from demo.company.company import Company
from demo.company.departments import departments
from demo.company.model import CompanyFiles, Department, Profile, Rate
from demo.company.org import OrganisationBuilder
from demo.company.seats import plan_seats
from demo.company.traits import holidays_in, users_of
from demo.size import PEOPLE, SEED, WEEKS
from demo.vendor import Accounts, DemoVendor, Ground, VendorFiles
from demo.vendors import all_vendors

DEFAULT_AS_OF = datetime(2026, 11, 19, 2, tzinfo=UTC)
HORIZON_DAYS = 14
CACHED_EVENTS_OF_PEOPLE = 2_000
"""Up to this size every day's events stay in memory; above it only the last few days do."""


def generate_company(
    people: int = PEOPLE,
    weeks: int = WEEKS,
    seed: int = SEED,
    as_of: datetime = DEFAULT_AS_OF,
    vendors: Sequence[DemoVendor[Any]] | None = None,
) -> Company:
    """The company with ``weeks`` complete ISO weeks of activity before the week of ``as_of``.

    ``vendors``: those it uses, all by default. Leaving one out changes nothing about people or other vendors.

    Errors: ValueError for fewer than 12 people, fewer than one week, or a naive ``as_of``.
    """
    if weeks < 1 or as_of.tzinfo is None:
        raise ValueError("weeks must be positive and as_of must carry a time zone")
    used = all_vendors() if vendors is None else tuple(vendors)
    ground = _ground(people, weeks, seed, as_of.astimezone(UTC), used)
    accounts = {vendor.source: _accounts(vendor, ground) for vendor in used}
    planted = [vendor.planted(ground) for vendor in used]
    return Company(
        profile=ground.profile,
        departments=[Department(h.name, h.parent, h.cost_center) for h in departments(people)],
        employees=ground.employees,
        service_accounts=[account for found in accounts.values() for account in found.services],
        seats=[seat for found in accounts.values() for seat in found.seats],
        files=_files(ground.line, [vendor.files(ground, accounts[vendor.source].seats) for vendor in used]),
        vendors=used,
        activities={vendor.source: vendor.activity(ground, accounts[vendor.source]) for vendor in used},
        planted={name: story for stories in planted for name, story in stories.items()},
    )


def _ground(people: int, weeks: int, seed: int, as_of: datetime, vendors: Sequence[DemoVendor[Any]]) -> Ground:
    first_day = monday_of(as_of.date()) - timedelta(7 * weeks)
    line = Timeline(first_day, as_of, weeks)
    profile = Profile(
        people=people,
        weeks=weeks,
        seed=seed,
        as_of=as_of,
        first_day=first_day,
        horizon=as_of.date() + timedelta(HORIZON_DAYS),
        missed_snapshots=_missed(line, vendors),
    )
    rng = Random(f"{seed}:organisation")
    return Ground(
        profile=profile,
        line=line,
        employees=OrganisationBuilder(people, line, rng, profile.mail_domain).build(),
        cached_days=400 if people <= CACHED_EVENTS_OF_PEOPLE else 6,
        after_people=rng.getstate(),
    )


def _accounts(vendor: DemoVendor[Any], ground: Ground) -> Accounts:
    services = vendor.service_accounts(ground)
    seats = plan_seats(vendor, ground, services)
    users = {product.name: users_of(product, seats, ground) for product in vendor.products}
    return Accounts(services, seats, users)


def _missed(line: Timeline, vendors: Sequence[DemoVendor[Any]]) -> frozenset[tuple[str, date]]:
    """One night without a roster of each product, at different times."""
    nights = [(product.name, product.missed_night) for vendor in vendors for product in vendor.products]
    return frozenset((name, line.at(night[0]) + timedelta(night[1])) for name, night in nights if night)


# The company's own files ---------------------------------------------------------------------------


def _files(line: Timeline, of_vendors: Sequence[VendorFiles]) -> CompanyFiles:
    due = date(line.as_of_day.year, 12, 31)
    first_rates = date(line.first_day.year, line.first_day.month, 1)
    own_target = ("active_ratio", "company", "All departments", "all", Decimal("0.75"), due)
    return CompanyFiles(
        contracts=tuple(chain.from_iterable(files.contracts for files in of_vendors)),
        credit_rates=tuple(chain.from_iterable(files.credit_rates for files in of_vendors)),
        exchange_rates=_exchange_rates(first_rates, line.as_of_day),
        price_overrides=tuple(chain.from_iterable(files.price_overrides for files in of_vendors)),
        thresholds=(
            ("power_user_messages_per_week", Decimal(75)),
            ("power_user_breadth", Decimal(3)),
            ("power_user_top_share", Decimal("0.2")),
            ("dormant_days", Decimal(30)),
            ("under_used_active_days", Decimal(4)),
        ),
        targets=(own_target, *chain.from_iterable(files.targets for files in of_vendors)),
        holidays=tuple(holidays_in(line.first_day, line.as_of_day + timedelta(60))),
        rollouts=tuple(chain.from_iterable(files.rollouts for files in of_vendors)),
        token_tiers=(
            ("tier_1", 0), ("tier_2", 100_000), ("tier_3", 1_000_000), ("tier_4", 10_000_000),
            ("tier_5", 100_000_000),
        ),
        events=(
            (line.at(0.4), "Training on prompts for everybody", None, None),
            (line.at(0.6), "Answers of Customer Support are drafted in ChatGPT", "Customer Support", "chatgpt"),
        ),
        actions=(
            ("unused_seats/operations/m365_copilot", "acknowledged", "IT purchasing", due),
            ("runaway_cost/engineering/codex", "acknowledged", "Platform team", line.at(0.9)),
        ),
    )  # fmt: skip


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
