"""Records of the synthetic company: who works there, who holds seats, what the company's own files say.

All datetimes are aware UTC; all intervals are half-open (``ends_before`` / ``valid_to`` is the first
day outside, None = open). Events of a tool are the business of its vendor (``demo/vendors/``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

AccountKind = Literal["service", "orphan", "guest"]


def covers(day: date, starts_on: date, ends_before: date | None) -> bool:
    """Whether a half-open interval of days holds the day."""
    return starts_on <= day and (ends_before is None or day < ends_before)


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value with its validity, e.g. an e-mail address before and after a marriage."""

    value: T
    valid_from: date
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the value is valid on the day."""
        return covers(day, self.valid_from, self.valid_to)


def value_on(history: Sequence[Dated[T]], day: date) -> T:
    """The value valid on the day; before the first or after the last entry, the nearest one."""
    for entry in history:
        if entry.holds(day):
            return entry.value
    return history[0].value if day < history[0].valid_from else history[-1].value


@dataclass(frozen=True, slots=True)
class Department:
    """A department as the HRIS names it."""

    name: str
    parent: str
    cost_center: str


@dataclass(frozen=True, slots=True)
class EmploymentSpan:
    """One stretch of days in which a person's place in the organisation did not change.

    ``manager`` is the number of the manager's ``Employee``; ``recorded_on`` is the day on which the
    HRIS first shows this span (later than ``starts_on`` = back-dated; earlier = future-dated).
    """

    employee_id: str
    starts_on: date
    ends_before: date | None
    department: str
    job_function: str
    location: str
    manager: int | None
    employment_type: str = "employee"
    recorded_on: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the person is employed under this span on the day."""
        return covers(day, self.starts_on, self.ends_before)


@dataclass(frozen=True, slots=True)
class LeaveSpan:
    """An absence of weeks or months; the person stays employed."""

    starts_on: date
    ends_before: date
    in_hris: bool
    """True: the HRIS says on_leave; False: only the company's leave file knows."""


@dataclass(frozen=True, slots=True)
class Employee:
    """A human being. ``number`` is the generator's own key, stable over rehires and renames."""

    number: int
    names: tuple[Dated[str], ...]
    emails: tuple[Dated[str], ...]
    """The primary work address over time; a former one stays as an alias."""
    aliases: tuple[str, ...]
    """Further addresses of the person that some vendor or directory uses."""
    upn: tuple[Dated[str], ...]
    entra_id: str
    chatgpt_id: str | None
    github_id: int | None
    github_logins: tuple[Dated[str], ...]
    spans: tuple[EmploymentSpan, ...]
    leave: tuple[LeaveSpan, ...] = ()
    chatgpt_emails: tuple[Dated[str], ...] = ()
    """Addresses of the ChatGPT account where they are not the primary one (alias, late rename)."""

    def span_on(self, day: date) -> EmploymentSpan | None:
        """The place in the organisation on the day, None when not employed."""
        return next((span for span in self.spans if span.holds(day)), None)

    def on_leave(self, day: date) -> bool:
        """Whether the person is absent on the day."""
        return any(covers(day, leave.starts_on, leave.ends_before) for leave in self.leave)

    def email_on(self, day: date) -> str:
        """The primary address on the day."""
        return value_on(self.emails, day)

    def name_on(self, day: date) -> str:
        """The full name on the day."""
        return value_on(self.names, day)

    def upn_on(self, day: date) -> str:
        """The Entra user principal name on the day."""
        return value_on(self.upn, day)

    def login_on(self, day: date) -> str | None:
        """The GitHub login on the day, None without a GitHub account."""
        return value_on(self.github_logins, day) if self.github_logins else None

    def chatgpt_email_on(self, day: date) -> str:
        """The address of the ChatGPT account on the day."""
        return value_on(self.chatgpt_emails or self.emails, day)

    def all_addresses(self) -> tuple[str, ...]:
        """Every address that ever meant this person, without repeats."""
        known = [entry.value for entry in (*self.emails, *self.upn, *self.chatgpt_emails)]
        return tuple(dict.fromkeys([*known, *self.aliases]))


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """An account of one tool that is no person of the HRIS.

    kind: service = a bot, in the company's list when ``is_listed``; orphan = looks like a person but
    the HRIS does not know the address; guest = an Entra guest.
    """

    source: str
    """The vendor whose account it is."""
    account: str
    """As in ``SeatSpan.account``."""
    email: str | None
    login: str | None
    label: str
    kind: AccountKind
    is_listed: bool
    created_on: date


@dataclass(frozen=True, slots=True)
class SeatSpan:
    """One account holding one seat of one product. ``employee`` is None for a service account."""

    product: str
    account: str
    """As the vendor identifies it, a numeric id as text."""
    employee: int | None
    assigned_at: datetime
    starts_on: date
    ends_before: date | None
    plan: str
    by_group: bool = False

    def holds(self, day: date) -> bool:
        """Whether the seat is held on the day."""
        return covers(day, self.starts_on, self.ends_before)

    def pending_cancellation_on(self, day: date) -> date | None:
        """The day the seat ends, known to the vendor two weeks before."""
        ends = self.ends_before
        return ends if ends is not None and ends - timedelta(14) <= day else None


@dataclass(frozen=True, slots=True)
class SeatContract:
    """What the company pays for seats; validity half-open."""

    contract_id: str
    product: str
    plan: str | None
    valid_from: date
    valid_to: date | None
    purchased_seats: int
    minimum_seats: int
    price_per_seat_month: Decimal
    currency: str
    renewal_date: date | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A dated rate: of a credit (unit → money) or of a currency (from → to)."""

    unit: str
    valid_from: date
    valid_to: date | None
    rate: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class PriceOverride:
    """A negotiated token price, USD per million tokens."""

    provider: str
    model: str
    component: str
    valid_from: date
    valid_to: date | None
    usd_per_mtok: Decimal


@dataclass(frozen=True, slots=True)
class CompanyFiles:
    """What the company itself knows and writes into its own files."""

    contracts: tuple[SeatContract, ...]
    credit_rates: tuple[Rate, ...]
    exchange_rates: tuple[Rate, ...]
    price_overrides: tuple[PriceOverride, ...]
    thresholds: tuple[tuple[str, Decimal], ...]
    targets: tuple[tuple[str, str, str, str, Decimal, date], ...]
    """(metric, scope_type, scope_name, tool, target, due_date)"""
    holidays: tuple[tuple[str | None, date], ...]
    """(location or None = everywhere, day)"""
    rollouts: tuple[tuple[str, str, date], ...]
    """(department, tool, day)"""
    token_tiers: tuple[tuple[str, int], ...]
    events: tuple[tuple[date, str, str | None, str | None], ...] = ()
    """(day, label, department or None = all, tool or None = all)"""
    actions: tuple[tuple[str, str, str | None, date | None], ...] = ()
    """(action id, state, owner, due date)"""


@dataclass(frozen=True, slots=True)
class Profile:
    """Size and clock of the company.

    Activity runs from ``first_day`` (a Monday) to ``horizon`` (exclusive; some days past ``as_of``, so
    that a later night finds something new). Snapshots exist from ``first_day`` on.
    """

    people: int
    weeks: int
    seed: int
    as_of: datetime
    first_day: date
    horizon: date
    mail_domain: str = "asterlane.example"
    missed_snapshots: frozenset[tuple[str, date]] = frozenset()
    """Days on which no seat snapshot of the product was taken (the archive has no file)."""

    @property
    def as_of_day(self) -> date:
        """The UTC day of the run."""
        return self.as_of.date()

    def days(self) -> list[date]:
        """The days with activity that the run can know of: first day … the run's own day."""
        return [self.first_day + timedelta(n) for n in range((self.as_of_day - self.first_day).days + 1)]
