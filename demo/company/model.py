"""Records of the synthetic company: who works there, and every event that a vendor would know of.

All datetimes are aware UTC; all intervals are half-open (``ends_before`` / ``valid_to`` is the first
day outside, None = open). Records are plain facts: how a vendor writes them is the server's business.
Events carry ``delivered_at``, the moment the vendor can first show them, beside their own time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, Literal, Protocol, TypeVar

T = TypeVar("T")

Product = Literal["chatgpt", "github_copilot", "m365_copilot"]
AccountKind = Literal["service", "orphan", "guest"]
PRODUCTS: tuple[Product, ...] = ("chatgpt", "github_copilot", "m365_copilot")


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

    product: Product
    account: str
    """As in ``SeatSpan.account``: ChatGPT user id, GitHub numeric id as text, Entra object id."""
    email: str | None
    login: str | None
    label: str
    kind: AccountKind
    is_listed: bool
    created_on: date


@dataclass(frozen=True, slots=True)
class SeatSpan:
    """One account holding one seat of one product. ``employee`` is None for a service account."""

    product: Product
    account: str
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
class ChatMessage:
    """One CONVERSATION_MESSAGE event: a snapshot of one message.

    An edit is a second event with the same ``message_id`` and a later ``event_at``; a repeated
    delivery is the same ``event_id`` again. ``account`` is the ChatGPT user id of the conversation's
    owner, also on assistant messages. ``prompt_chars`` is the length of the user's text in code points
    (None: no text, e.g. only a file, or not a user's message).
    """

    event_id: str
    message_id: str
    previous_message_id: str | None
    conversation_id: str
    account: str
    email: str
    author: Literal["user", "assistant"]
    event_at: datetime
    created_at: datetime | None
    """Creation of the message; None = not given, then ``event_at`` stands for it."""
    delivered_at: datetime
    is_injected: bool = False
    client_type: str | None = None
    model: str | None = None
    prompt_chars: int | None = None
    tools_used: tuple[str, ...] = ()
    file_count: int = 0
    gpt_id: str | None = None
    project_id: str | None = None

    @property
    def message_at(self) -> datetime:
        """The time at which the message counts."""
        return self.created_at or self.event_at


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """``measures.usage`` of a COSTS row; None = the field is absent.

    Either the detailed buckets or only the three totals are given. Input excludes cached input.
    """

    text_input: int | None = None
    text_cached_input: int | None = None
    text_output: int | None = None
    audio_input: int | None = None
    audio_cached_input: int | None = None
    audio_output: int | None = None
    image_input: int | None = None
    image_cached_input: int | None = None
    image_output: int | None = None
    text_total: int | None = None
    audio_total: int | None = None
    image_total: int | None = None


@dataclass(frozen=True, slots=True)
class BillingLine:
    """One SKU entry of a COSTS row."""

    sku: str
    quantity: Decimal
    quantity_unit: str
    cost: Decimal
    cost_unit: str
    estimated_cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CostEvent:
    """One COSTS event: account × UTC hour × product × surface × client × model × tier × reasoning."""

    event_id: str
    day: date
    hour: int
    account: str | None
    email: str | None
    agent_id: str | None
    groups: tuple[tuple[str, str], ...]
    """(group id, group name)"""
    product: str | None
    surface: str | None
    client: str | None
    model: str | None
    service_tier: str | None
    reasoning: str | None
    tokens: TokenCounts
    billing: tuple[BillingLine, ...]
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class FeatureCounts:
    """One entry of ``totals_by_feature`` (model None) or ``totals_by_model_feature``."""

    feature: str
    model: str | None
    interactions: int
    generations: int
    acceptances: int
    lines_suggested_to_add: int = 0
    lines_suggested_to_delete: int = 0
    lines_added: int = 0
    lines_deleted: int = 0


@dataclass(frozen=True, slots=True)
class CliUsage:
    """``totals_by_cli``."""

    sessions: int
    requests: int
    prompts: int
    prompt_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class CopilotDay:
    """One GitHub Copilot user-day. A person known only from server telemetry has no breakdowns."""

    user_id: int
    login: str
    day: date
    interactions: int
    generations: int
    acceptances: int
    lines_suggested_to_add: int
    lines_suggested_to_delete: int
    lines_added: int
    lines_deleted: int
    used_agent: bool = False
    used_chat: bool = False
    used_cli: bool = False
    used_code_review_active: bool = False
    used_code_review_passive: bool = False
    used_coding_agent: bool = False
    ai_credits: Decimal | None = None
    features: tuple[FeatureCounts, ...] = ()
    model_features: tuple[FeatureCounts, ...] = ()
    ide: str | None = "vscode"
    language: str = "python"
    cli: CliUsage | None = None
    agent_starts: int = 0

    @property
    def is_active(self) -> bool:
        """Something the person did: passive days (automatic review, generated only) are not active."""
        prompts = self.cli.prompts if self.cli else 0
        counted = self.interactions + self.acceptances + prompts + self.agent_starts > 0
        flags = (self.used_chat, self.used_agent, self.used_cli, self.used_code_review_active)
        return counted or any(flags) or self.used_coding_agent


@dataclass(frozen=True, slots=True)
class CopilotReport:
    """One version of one report day; a later version replaces the day, perhaps with nothing."""

    day: date
    visible_from: datetime
    records: tuple[CopilotDay, ...]


@dataclass(frozen=True, slots=True)
class CopilotBilling:
    """One item of the AI-credit billing of one day, aggregated over users. Amounts in USD."""

    day: date
    product: str
    sku: str
    model: str
    unit_type: str
    price_per_unit: Decimal
    gross_quantity: Decimal
    gross_amount: Decimal
    discount_quantity: Decimal
    discount_amount: Decimal
    net_quantity: Decimal
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class M365Interaction:
    """One record of the interaction history; ``account`` is the Entra object id it belongs to."""

    interaction_id: str
    session_id: str
    request_id: str
    account: str
    interaction_type: Literal["userPrompt", "aiResponse"]
    app_class: str
    """The vendor's spelling, e.g. IPM.SkypeTeams.Message.Copilot.BizChat"""
    conversation_type: str
    created_at: datetime
    prompt_chars: int | None = None
    is_html: bool = False
    attachment_count: int = 0

    @property
    def app(self) -> str:
        """The slug of the app: bizchat, teams, word, excel …"""
        return self.app_class.rsplit(".", 1)[-1].lower()


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """An Entra user as ``/users`` shows it on one day."""

    object_id: str
    upn: str
    mail: str | None
    name: str
    employee_id: str | None
    department: str | None
    enabled: bool
    user_type: Literal["Member", "Guest"]
    has_license: bool
    by_group: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RosterUser:
    """A ChatGPT workspace member on one day; ``has_seat`` = status active and listed with a seat."""

    user_id: str
    email: str
    name: str
    role: str
    has_seat: bool
    seat_type: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GithubIdentity:
    """A GitHub login and what the identity provider says of it. ``name_id`` may be an employee id."""

    user_id: int
    login: str
    name: str
    name_id: str
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeatContract:
    """What the company pays for seats; validity half-open."""

    contract_id: str
    product: Product
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


@dataclass(frozen=True, slots=True)
class Profile:
    """Size, clock and the vendor-side identifiers of the company.

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
    workspace_id: str = "9f0f6a52-6a9c-4d0e-8b1b-52f1a5e7c001"
    organization_id: str = "org-AsterlaneDemo00000001"
    github_enterprise: str = "asterlane"
    github_organization: str = "asterlane-works"
    github_enterprise_id: str = "770042"
    tenant_id: str = "3c5e0a3d-1f7a-4c53-9c1e-0d8a6f2b7001"
    copilot_sku_id: str = "639dec6b-bb19-468b-871c-c5c441c4b0cb"
    missed_snapshots: frozenset[tuple[Product, date]] = frozenset()
    """Days on which no seat snapshot of the product was taken (the archive has no file)."""

    @property
    def as_of_day(self) -> date:
        """The UTC day of the run."""
        return self.as_of.date()

    def days(self) -> list[date]:
        """The days with activity that the run can know of: first day … the run's own day."""
        return [self.first_day + timedelta(n) for n in range((self.as_of_day - self.first_day).days + 1)]


class Activity(Protocol):
    """Events by the day on which they start; a session that crosses midnight stays with its start."""

    def chat(self, day: date) -> Sequence[ChatMessage]:
        """ChatGPT message events of sessions that start on the day, in order of delivery."""

    def costs(self, day: date) -> Sequence[CostEvent]:
        """COSTS events whose ``day`` is the day."""

    def copilot(self, day: date) -> Sequence[CopilotReport]:
        """Every version of the day's GitHub report, oldest first."""

    def copilot_billing(self, day: date) -> Sequence[CopilotBilling]:
        """The day's AI-credit billing items."""

    def m365(self, day: date) -> Sequence[M365Interaction]:
        """M365 interactions of sessions that start on the day."""
