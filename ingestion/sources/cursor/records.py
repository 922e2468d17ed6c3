"""Row contracts of Cursor's Admin API, as its answers were in autumn 2026.

Names, editors and file types are declared nowhere; they end here. What the vendor leaves out is NULL, never 0.
Amounts come as cents with fractions and land in dollars.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from ingestion.identity import Pair, link_contract
from ingestion.privacy.contract import (
    DayGrain,
    TableContract,
    boolean,
    date,
    decimal,
    email,
    identifier,
    integer,
    text,
)
from ingestion.privacy.pseudonym import PERSON_EMAIL
from ingestion.privacy.wire import WireRecord
from ingestion.streams.bounds import utc_day
from ledger.horizon import Horizon

TOOL = "cursor"
# Ids of members and of service accounts; an id is never given to another one.
CURSOR_USER = "vendor-user/cursor"
# The vendor adds up by the hour and may change charges until the billing cycle ends. How long it keeps days is
# documented nowhere.
_USE_HORIZON = Horizon(first_load=365, lookback=7, ready_after=1, finality=3)
_SNAPSHOT_HORIZON = Horizon(first_load=0, lookback=0, finality=0)


class Member(WireRecord, rename="camel"):
    """A member of the team; who was removed stays in the list. Older answers have neither id nor mark."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"name"})
    id: int | None = None
    email: str | None = None
    role: str | None = None
    is_removed: bool | None = None


class DailyUsage(WireRecord, rename="camel"):
    """One member's day. Every member has a row for every day: without use it is full of zeros."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {
            "day",
            "totalLinesAdded",
            "totalLinesDeleted",
            "acceptedLinesDeleted",
            "subscriptionIncludedReqs",
            "usageBasedReqs",
            "apiKeyReqs",
            "bugbotUsages",
            "mostUsedModel",
            "applyMostUsedExtension",
            "tabMostUsedExtension",
            "clientVersion",
        }
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"isActive", "acceptedLinesAdded"})
    date: int
    email: str | None = None
    user_id: int | None = None
    is_active: bool | None = None
    accepted_lines_added: int | None = None
    total_applies: int | None = None
    total_accepts: int | None = None
    total_rejects: int | None = None
    total_tabs_shown: int | None = None
    total_tabs_accepted: int | None = None
    composer_requests: int | None = None
    chat_requests: int | None = None
    agent_requests: int | None = None
    cmdk_usages: int | None = None

    @property
    def decisions(self) -> int | None:
        """Changes that were applied, accepted or rejected; NULL where the vendor names none of the three."""
        told = [n for n in (self.total_applies, self.total_accepts, self.total_rejects) if n is not None]
        return sum(told) if told else None

    @property
    def told(self) -> int:
        """How much the row tells: of two states of one day the later has more."""
        requests = (self.composer_requests, self.chat_requests, self.agent_requests, self.cmdk_usages)
        return sum(count or 0 for count in (*requests, self.decisions, self.total_tabs_shown))


class TokenUsage(WireRecord, rename="camel"):
    """Tokens in disjoint buckets, and what the model costs by them."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"discountPercentOff"})
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_read_tokens: int | None = None
    total_cents: Decimal | None = None


class UsageEvent(WireRecord, rename="camel"):
    """One request to a model. It has no id; without `tokenUsage` its tokens are unknown."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {
            "serviceAccountName",
            "maxMode",
            "isTokenBasedCall",
            "isFreeBugbot",
            "isHeadless",
            "requestsCosts",
        }
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"kind", "kindLabel"})
    timestamp: int
    user_email: str | None = None
    service_account_id: str | None = None
    model: str | None = None
    kind: str | None = None
    kind_label: str | None = None
    is_chargeable: bool | None = None
    token_usage: TokenUsage | None = None
    charged_cents: Decimal | None = None
    cursor_token_fee: Decimal | None = None

    @property
    def person(self) -> str | None:
        """The address; beside a service account it is of no person."""
        return None if self.service_account_id else self.user_email

    @property
    def tokens(self) -> TokenUsage:
        """The tokens, all unknown when absent."""
        return self.token_usage or TokenUsage()

    @property
    def value_cents(self) -> Decimal | None:
        """What the dashboard calls the request's cost, charged or not: the model's part and Cursor's fee."""
        cents = self.tokens.total_cents
        return None if cents is None else _sum(cents, self.cursor_token_fee or Decimal(0))


class MemberSpend(WireRecord, rename="camel"):
    """A member's spend in the running billing cycle. `cycleStart` is the answer's, put into each row."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {
            "name",
            "role",
            "fastPremiumRequests",
            "hardLimitOverrideDollars",
            "monthlyLimitDollars",
            "effectivePerUserLimitDollars",
        }
    )
    user_id: int | None = None
    email: str | None = None
    spend_cents: Decimal | None = None
    overall_spend_cents: Decimal | None = None
    included_spend_cents: Decimal | None = None
    cycle_start: int | None = None

    @property
    def on_demand_cents(self) -> Decimal | None:
        """Spend beyond the plan.

        `spendCents` has meant this, and everything. The fields beside it say which: beside `overallSpendCents`
        it is this, beside `includedSpendCents` everything; alone, or when the sum cannot be, nobody knows.
        """
        if self.spend_cents is None or self.overall_spend_cents is not None:
            return self.spend_cents
        return _difference(self.spend_cents, self.included_spend_cents)

    @property
    def included_cents(self) -> Decimal | None:
        """Use that the plan includes."""
        if self.overall_spend_cents is not None:
            return _difference(self.overall_spend_cents, self.spend_cents)
        return self.included_spend_cents


def _difference(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    if whole is None or part is None:
        return None
    rest = _sum(whole, -part)
    return None if rest.is_finite() and rest < 0 else rest


def _sum(one: Decimal, other: Decimal) -> Decimal:
    """What is no amount stays none, for the gate to refuse."""
    try:
        return one + other
    except ArithmeticError:
        return Decimal("inf")


def _dollars(cents: Decimal | None) -> Decimal | None:
    return None if cents is None else cents.scaleb(-2)


def user_id(number: int | None) -> str | None:
    """A member's id as text."""
    return None if number is None else str(number)


def one_row_each(rows: Iterable[Member | MemberSpend]) -> list[Member | MemberSpend]:
    """Members of a list, each once: a list that changes while it is paged repeats some."""
    return list({_key(row): row for row in rows}.values())


def _key(row: Member | MemberSpend) -> object:
    number = row.id if isinstance(row, Member) else row.user_id
    return number if number is not None else row.email


def fullest_days(rows: Iterable[DailyUsage]) -> list[DailyUsage]:
    """One row a member; of several the one that tells of more."""
    found: dict[object, DailyUsage] = {}
    for row in rows:
        key = row.user_id if row.user_id is not None else row.email
        if key not in found or row.told >= found[key].told:
            found[key] = row
    return list(found.values())


def distinct_events(events: Iterable[UsageEvent]) -> list[UsageEvent]:
    """Events without repeats of a page: without an id, events that are equal in everything are one.

    Two requests of one millisecond differ in their tokens.
    """
    return list({_content(event): event for event in events}.values())


def _content(event: UsageEvent) -> tuple[object, ...]:
    tokens = event.tokens
    return (
        *(event.timestamp, event.user_email, event.service_account_id, event.model),
        *(event.kind or event.kind_label, event.is_chargeable, event.charged_cents, event.cursor_token_fee),
        *(tokens.input_tokens, tokens.output_tokens, tokens.cache_write_tokens, tokens.cache_read_tokens),
        tokens.total_cents,
    )


def addresses(rows: Iterable[Member], day: dt.date) -> list[Pair]:
    """Members' ids with their addresses on a day."""
    return [(user_id(row.id), row.email, day) for row in rows]


def usage_addresses(rows: Iterable[DailyUsage]) -> list[Pair]:
    """The same of the members of daily rows, each on the day of the row."""
    days = ((row, utc_day(row.date)) for row in rows)
    return [(user_id(row.user_id), row.email, day) for row, day in days if day is not None]


MEMBERS = TableContract(
    name="members",
    description="One row per member of the team on a snapshot day, those removed included.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    row_key=("user_token", "email_token"),
    has_nulls_in_key=True,
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("user_token", CURSOR_USER, lambda m: user_id(m.id)),
        email("email_token", lambda m: m.email),
        text("role", lambda m: m.role),
        boolean("is_removed", lambda m: m.is_removed),
    ),
)

DAILY_USAGE = TableContract(
    name="daily_usage",
    description="One row per member and UTC day, also of days without use.",
    tool=TOOL,
    grain=DayGrain(),
    row_key=("user_token", "email_token"),
    has_nulls_in_key=True,
    horizon=_USE_HORIZON,
    columns=(
        identifier("user_token", CURSOR_USER, lambda d: user_id(d.user_id)),
        email("email_token", lambda d: d.email),
        boolean("is_active", lambda d: d.is_active),
        integer("composer_requests", lambda d: d.composer_requests),
        integer("chat_requests", lambda d: d.chat_requests),
        integer("agent_requests", lambda d: d.agent_requests),
        integer("inline_edits", lambda d: d.cmdk_usages),
        integer("decisions", lambda d: d.decisions),
        integer("tabs_shown", lambda d: d.total_tabs_shown),
        integer("tabs_accepted", lambda d: d.total_tabs_accepted),
        integer("accepted_lines_added", lambda d: d.accepted_lines_added, needed=False),
    ),
)

USAGE_EVENTS = TableContract(
    name="usage_events",
    description="One row per request to a model, on its UTC day. It has no id, so rows may repeat.",
    tool=TOOL,
    grain=DayGrain(holds_events=True),
    horizon=_USE_HORIZON,
    columns=(
        email("email_token", lambda e: e.person),
        identifier("service_account_token", CURSOR_USER, lambda e: e.service_account_id),
        text("model", lambda e: e.model),
        text("kind", lambda e: e.kind or e.kind_label),
        boolean("is_chargeable", lambda e: e.is_chargeable),
        integer("input_tokens", lambda e: e.tokens.input_tokens),
        integer("cache_read_tokens", lambda e: e.tokens.cache_read_tokens),
        integer("cache_write_tokens", lambda e: e.tokens.cache_write_tokens),
        integer("output_tokens", lambda e: e.tokens.output_tokens),
        decimal("charged_usd", lambda e: _dollars(e.charged_cents)),
        decimal("value_usd", lambda e: _dollars(e.value_cents)),
    ),
)

SPEND = TableContract(
    name="spend",
    description="One row per member on a snapshot day: spend of the billing cycle up to it.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    row_key=("user_token", "email_token"),
    has_nulls_in_key=True,
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("user_token", CURSOR_USER, lambda s: user_id(s.user_id)),
        email("email_token", lambda s: s.email),
        date("cycle_start", lambda s: utc_day(s.cycle_start)),
        decimal("on_demand_usd", lambda s: _dollars(s.on_demand_cents)),
        decimal("included_usd", lambda s: _dollars(s.included_cents)),
    ),
)

MEMBER_LINKS = link_contract(CURSOR_USER, PERSON_EMAIL, "roster")
USAGE_LINKS = link_contract(CURSOR_USER, PERSON_EMAIL, "user_day")

CONTRACTS = (MEMBERS, DAILY_USAGE, USAGE_EVENTS, SPEND, MEMBER_LINKS)
