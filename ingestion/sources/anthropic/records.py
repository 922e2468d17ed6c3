"""Row contracts of Anthropic: members, days of use, tokens and money; older reports land in the same shape.

Names, prompts and the names of keys, projects and files are declared nowhere and end here. Shapes: Anthropic's
API reference and its own Python SDK 2.14.0, read in November 2026.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, TypeVar

from ingestion.identity import link_contract
from ingestion.privacy.contract import (
    Column,
    DayGrain,
    TableContract,
    boolean,
    decimal,
    email,
    identifier,
    integer,
    text,
    timestamp,
)
from ingestion.privacy.pseudonym import PERSON_EMAIL
from ingestion.privacy.wire import WireRecord
from ledger.horizon import Horizon

TOOL = "claude"
ANTHROPIC_USER = "vendor-user/anthropic"
FIRST_DAY = dt.date(2026, 1, 1)
"""The analytics API answers for no earlier day."""
# A day of activity is there from 10:00 UTC of the next day on and moves for some days; tokens and money are
# refreshed within 24 hours, and revised for 30 days.
_USE_HORIZON = Horizon(first_load=364, lookback=7, ready_after=1, finality=2)
_SPEND_HORIZON = Horizon(first_load=364, lookback=30, ready_after=1, finality=2, retention=365)
_SNAPSHOT_HORIZON = Horizon(first_load=0, lookback=0, finality=0)


class Actor(WireRecord):
    """Who caused something: a user, an API key, a service account or a federated identity."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"name", "deleted", "provider"})
    type: str | None = None
    user_id: str | None = None
    email_address: str | None = None
    email: str | None = None
    service_account_id: str | None = None
    api_key_id: str | None = None
    api_key_name: str | None = None
    subject: str | None = None

    @property
    def identifier(self) -> str | None:
        """Its id; a user of Claude Code's report has only an address."""
        ids = (self.user_id, self.service_account_id, self.api_key_id, self.subject, self.api_key_name)
        return next((found for found in ids if found), None)

    @property
    def address(self) -> str | None:
        """`email_address`; the older reports call it `email`."""
        return self.email_address or self.email

    @property
    def namespace(self) -> str:
        """Kind of account: keys, service accounts and federated identities are no people."""
        if self.type != "user_actor" and self.identifier:
            return "api-key"
        if self.user_id:
            return ANTHROPIC_USER
        return PERSON_EMAIL if self.address else "unidentified"


NOBODY = Actor()


def _actor_columns(actor: Any) -> tuple[Column, ...]:
    """Account of a row; `actor` gives the Actor of a record."""
    return (
        text("namespace", lambda row: actor(row).namespace, required=True),
        identifier("actor_token", ANTHROPIC_USER, lambda row: actor(row).identifier),
        email("email_token", lambda row: actor(row).address),
    )


# Members -------------------------------------------------------------------------------------------


class RosterUser(WireRecord):
    """One member of the organization."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"type", "name"})
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"role", "added_at"})
    id: str
    email: str | None = None
    role: str | None = None
    added_at: dt.datetime | None = None


class Member(NamedTuple):
    """A member; of a Claude Enterprise organization, with the seat that every member of one has."""

    user: RosterUser
    holds_seat: bool


USERS = TableContract(
    name="users",
    description="One row a member of the organization on a snapshot day.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    row_key=("user_token",),
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("user_token", ANTHROPIC_USER, lambda m: m.user.id, required=True),
        email("email_token", lambda m: m.user.email),
        text("role", lambda m: m.user.role),
        timestamp("created_at", lambda m: m.user.added_at, needed=False),
        boolean("holds_seat", lambda m: m.holds_seat),
    ),
)


# Days of use ---------------------------------------------------------------------------------------


class Counters(WireRecord):
    """What was done in one product on a day."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        f"{name}_count"
        for name in (
            "distinct_conversation", "distinct_projects_created", "distinct_artifacts_created",
            "artifacts_created", "distinct_shared_artifacts_viewed", "shared_conversations_viewed",
            "thinking_message", "distinct_skills_used", "skills_used", "distinct_connectors_used",
            "distinct_session", "action", "dispatch_turn", "distinct_plugins_used", "plugins_used", "edit_tool",
            "file_edit", "multi_edit_tool", "notebook_edit_tool", "write_tool", "sessions_with_file_edits",
            "delegation", "remote_compute_job", "active_day",
        )
    )  # fmt: skip
    message_count: int | None = None
    active_message_count: int | None = None
    distinct_files_uploaded_count: int | None = None
    distinct_projects_used_count: int | None = None
    connectors_used_count: int | None = None


class Office(WireRecord):
    """Claude in Microsoft's programs."""

    excel: Counters | None = None
    powerpoint: Counters | None = None
    word: Counters | None = None
    outlook: Counters | None = None


class Unified(WireRecord):
    """Chat and Cowork of a member who has them as one, which is then not in the blocks of the two."""

    chat: Counters | None = None
    sessions: Counters | None = None


class Lines(WireRecord):
    """Lines of code; Claude Code's own report names them without `_count`."""

    added_count: int | None = None
    removed_count: int | None = None
    added: int | None = None
    removed: int | None = None


Actions = dict[str, dict[str, int | None]]
"""Decisions by tool of Claude Code, an open set: edit_tool, write_tool and others."""


class CodeCore(WireRecord):
    """Claude Code's counters, as Enterprise activity (first three) and Claude Code's own report name them."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"artifacts_created_count"})
    distinct_session_count: int | None = None
    commit_count: int | None = None
    pull_request_count: int | None = None
    num_sessions: int | None = None
    commits_by_claude_code: int | None = None
    pull_requests_by_claude_code: int | None = None
    lines_of_code: Lines | None = None


class Code(WireRecord):
    """Claude Code in Enterprise activity."""

    core_metrics: CodeCore | None = None
    tool_actions: Actions | None = None


class ActivityUser(WireRecord):
    """The user of a row of Enterprise activity."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"type"})
    id: str
    email_address: str | None = None


class Activity(WireRecord):
    """One member's day in Claude Enterprise; a day without use is a row of zeros."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"last_activity_date", "distinct_user_count", "rbac_group_id", "rbac_group_name"}
    )
    user: ActivityUser
    chat_metrics: Counters | None = None
    chat_cowork_unified_metrics: Unified | None = None
    claude_code_metrics: Code | None = None
    claude_tag_metrics: Counters | None = None
    cowork_metrics: Counters | None = None
    design_metrics: Counters | None = None
    office_metrics: Office | None = None
    science_metrics: Counters | None = None
    web_search_count: int | None = None

    @property
    def actor(self) -> Actor:
        """The member."""
        return Actor(type="user_actor", user_id=self.user.id, email_address=self.user.email_address)

    def use(self) -> Use:
        """Its counts by column."""
        unified, office = self.chat_cowork_unified_metrics or Unified(), self.office_metrics or Office()
        chats, works = (self.chat_metrics, unified.chat), (self.cowork_metrics, unified.sessions)
        programs = (office.excel, office.powerpoint, office.word, office.outlook)
        counts = {
            "chat_messages": _total("message_count", *chats),
            "cowork_messages": _total("message_count", *works),
            "excel_messages": _total("message_count", office.excel),
            "powerpoint_messages": _total("message_count", office.powerpoint),
            "word_messages": _total("message_count", office.word),
            "outlook_messages": _total("message_count", office.outlook),
            "design_messages": _total("message_count", self.design_metrics),
            "science_messages": _total("message_count", self.science_metrics),
            "slack_messages": _total("active_message_count", self.claude_tag_metrics),
            "web_searches": self.web_search_count,
            "files_uploaded": _total("distinct_files_uploaded_count", *chats),
            "projects_used": _total("distinct_projects_used_count", *chats),
            "connectors_used": _total("connectors_used_count", *chats, *works, *programs),
        }
        code = self.claude_code_metrics or Code()
        return Use("enterprise", self.actor, counts | _code_counts(code.core_metrics, code.tool_actions))


class CodeDay(WireRecord):
    """One day of an actor, kind of terminal, plan and place in Claude Code's own report.

    Its tokens and estimates are left: usage and cost tell the same tokens, and money that is billed.
    """

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"organization_id", "model_breakdown"})
    date: dt.datetime
    actor: Actor
    core_metrics: CodeCore
    tool_actions: Actions | None = None
    customer_type: str | None = None
    subscription_type: str | None = None
    terminal_type: str | None = None
    is_remote: bool | None = None

    def use(self) -> Use:
        """Its counts by column."""
        kind = (self.customer_type, self.subscription_type, self.terminal_type, self.is_remote)
        return Use("claude_code", self.actor, _code_counts(self.core_metrics, self.tool_actions), *kind)


class Use(NamedTuple):
    """A row of user_days. `feed` says which report told it: `enterprise` or `claude_code`."""

    feed: str
    actor: Actor
    counts: dict[str, int | None]
    customer_type: str | None = None
    subscription_type: str | None = None
    terminal_type: str | None = None
    is_remote: bool | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What identifies the row in an answer."""
        return (self.actor.identifier, self.actor.address, *self[3:])


CLAUDE_COUNTS = (
    "chat_messages", "cowork_messages", "excel_messages", "powerpoint_messages", "word_messages",
    "outlook_messages", "design_messages", "science_messages", "slack_messages", "web_searches",
    "files_uploaded", "projects_used", "connectors_used",
)  # fmt: skip
CODE_COUNTS = (
    "code_sessions", "lines_added", "lines_deleted", "commits", "pull_requests", "code_acceptances",
    "code_rejections",
)  # fmt: skip


def _code_counts(core: CodeCore | None, actions: Actions | None) -> dict[str, int | None]:
    core = core or CodeCore()
    lines, decided = core.lines_of_code or Lines(), (actions or {}).values()
    return {
        "code_sessions": _either(core.distinct_session_count, core.num_sessions),
        "lines_added": _either(lines.added_count, lines.added),
        "lines_deleted": _either(lines.removed_count, lines.removed),
        "commits": _either(core.commit_count, core.commits_by_claude_code),
        "pull_requests": _either(core.pull_request_count, core.pull_requests_by_claude_code),
        "code_acceptances": _sum(tool.get("accepted_count", tool.get("accepted")) for tool in decided),
        "code_rejections": _sum(tool.get("rejected_count", tool.get("rejected")) for tool in decided),
    }


def _either(first: int | None, second: int | None) -> int | None:
    return second if first is None else first


def _sum(counts: Iterable[int | None]) -> int | None:
    """The sum of what is told; None when nothing is."""
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def _total(name: str, *blocks: Counters | None) -> int | None:
    return _sum(getattr(block, name) for block in blocks if block is not None)


def _count(name: str) -> Column:
    return integer(name, lambda use: use.counts.get(name))


USER_DAYS = TableContract(
    name="user_days",
    description="One row a user or key and UTC day; in Claude Code's own report also a terminal and plan.",
    tool=TOOL,
    grain=DayGrain(),
    row_key=("namespace", "actor_token", "email_token", "customer_type", "subscription_type", "terminal_type",
             "is_remote"),
    has_nulls_in_key=True,
    horizon=_USE_HORIZON,
    columns=(
        text("feed", lambda use: use.feed),
        *_actor_columns(lambda use: use.actor),
        text("customer_type", lambda use: use.customer_type),
        text("subscription_type", lambda use: use.subscription_type),
        text("terminal_type", lambda use: use.terminal_type),
        boolean("is_remote", lambda use: use.is_remote),
        *(_count(name) for name in (*CLAUDE_COUNTS, *CODE_COUNTS)),
    ),
)  # fmt: skip


# Tokens and money ----------------------------------------------------------------------------------


class CacheCreation(WireRecord):
    """Tokens written to a cache, by how long it is kept."""

    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class Tokens(WireRecord):
    """Disjoint buckets; the messages report has no total and no requests."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"server_tool_use"})
    uncached_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation: CacheCreation | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    requests: int | None = None

    @property
    def cache_write_tokens(self) -> int | None:
        """Written to a cache of either kind."""
        cache = self.cache_creation or CacheCreation()
        return _sum((cache.ephemeral_5m_input_tokens, cache.ephemeral_1h_input_tokens))


class Amounts(WireRecord):
    """Money of a row in hundredths of the currency, as text in the present and older reports."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"requests"})
    amount: Decimal
    list_amount: Decimal | None = None
    currency: str | None = None


_DIMENSIONS = frozenset(
    {
        "actor_type", "context_window", "cost_type", "token_type", "workspace_id", "api_key_id",
        "rbac_group_id", "speed", "inference_geo", "organization_id", "claude_tag_category",
        "claude_tag_user_id", "slack_channel_id", "agent_id", "deployment_id", "environment_id", "session_id",
        "user_profile_id",
    }
)  # fmt: skip
_BUCKET = frozenset({"starting_at", "ending_at"})
# The older reports of a Console organization tell of its API alone and name no product.
_API = "messages_api"


class Spend(NamedTuple):
    """A row of usage_days or cost_days. `feed` is its report: `analytics`, `user`, `messages` or `cost`."""

    feed: str
    actor: Actor
    product: str | None
    model: str | None
    service_tier: str | None
    tokens: Tokens | None = None
    money: Amounts | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What identifies the row in an answer; a line of the cost report has nothing but all of its fields."""
        actor = (self.actor.namespace, self.actor.identifier, self.actor.address)
        row = (*actor, self.product, self.model, self.service_tier)
        return (*row, repr(self.money)) if self.feed == "cost" else row


class Group(WireRecord):
    """What a row of the analytics reports is grouped by."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _DIMENSIONS
    actor: Actor | None = None
    product: str | None = None
    model: str | None = None
    service_tier: str | None = None


class AnalyticsUsage(WireRecord):
    """Usage of a day in the Usage and Cost Analytics API; no actor: nobody it can be attributed to."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _BUCKET
    group: Group
    usage: Tokens

    def spend(self) -> Spend:
        """As a row."""
        group = self.group
        actor = group.actor or NOBODY
        return Spend("analytics", actor, group.product, group.model, group.service_tier, tokens=self.usage)


class AnalyticsCost(WireRecord):
    """Money of a day in the Usage and Cost Analytics API."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _BUCKET
    group: Group
    cost: Amounts

    def spend(self) -> Spend:
        """As a row."""
        group = self.group
        actor = group.actor or NOBODY
        return Spend("analytics", actor, group.product, group.model, group.service_tier, money=self.cost)


class UserUsage(Tokens):
    """Usage of a user in the older report of Claude Enterprise."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _BUCKET | _DIMENSIONS | Tokens.KNOWN_AND_DROPPED
    actor: Actor | None = None
    product: str | None = None
    model: str | None = None

    def spend(self) -> Spend:
        """As a row."""
        return Spend("user", self.actor or NOBODY, self.product, self.model, None, tokens=self)


class UserCost(Amounts):
    """Money of a user in the older report of Claude Enterprise."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _BUCKET | _DIMENSIONS | Amounts.KNOWN_AND_DROPPED
    actor: Actor | None = None
    product: str | None = None
    model: str | None = None

    def spend(self) -> Spend:
        """As a row."""
        return Spend("user", self.actor or NOBODY, self.product, self.model, None, money=self)


class MessagesUsage(Tokens):
    """Usage of an account or key in the older report of a Console organization."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = (
        _BUCKET | (_DIMENSIONS - {"api_key_id"}) | Tokens.KNOWN_AND_DROPPED
    )
    account_id: str | None = None
    api_key_id: str | None = None
    service_account_id: str | None = None
    model: str | None = None
    service_tier: str | None = None

    def spend(self) -> Spend:
        """As a row."""
        kind = "user_actor" if self.account_id else None
        ids = {"service_account_id": self.service_account_id, "api_key_id": self.api_key_id}
        actor = Actor(type=kind, user_id=self.account_id, **ids)
        return Spend("messages", actor, _API, self.model, self.service_tier, tokens=self)


class CostLine(Amounts):
    """A line of the older cost report of a Console organization: nobody's. Not all fields land."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _BUCKET | _DIMENSIONS
    description: str | None = None
    model: str | None = None
    token_type: str | None = None
    service_tier: str | None = None
    context_window: str | None = None
    inference_geo: str | None = None

    def spend(self) -> Spend:
        """As a row."""
        return Spend("cost", NOBODY, _API, self.model, self.service_tier, money=self)


def _group_columns() -> tuple[Column, ...]:
    return (
        text("feed", lambda row: row.feed),
        *_actor_columns(lambda row: row.actor),
        text("product", lambda row: row.product),
        text("model", lambda row: row.model),
        text("service_tier", lambda row: row.service_tier),
    )


def _dollars(cents: Decimal | None) -> Decimal | None:
    return None if cents is None else cents / 100


USAGE_DAYS = TableContract(
    name="usage_days",
    description="One row an actor, product, model, service tier and UTC day with its tokens.",
    tool=TOOL,
    grain=DayGrain(),
    row_key=("namespace", "actor_token", "email_token", "product", "model", "service_tier"),
    has_nulls_in_key=True,
    horizon=_SPEND_HORIZON,
    columns=(
        *_group_columns(),
        integer("input_tokens", lambda row: row.tokens.uncached_input_tokens),
        integer("cached_input_tokens", lambda row: row.tokens.cache_read_input_tokens),
        integer("cache_write_tokens", lambda row: row.tokens.cache_write_tokens),
        integer("output_tokens", lambda row: row.tokens.output_tokens),
        integer("total_tokens", lambda row: row.tokens.total_tokens),
        integer("requests", lambda row: row.tokens.requests, needed=False),
    ),
)

COST_DAYS = TableContract(
    name="cost_days",
    description="One row an actor, product, model, service tier and UTC day; of the older cost report a line.",
    tool=TOOL,
    grain=DayGrain(),
    horizon=_SPEND_HORIZON,
    columns=(
        *_group_columns(),
        decimal("net_amount", lambda row: _dollars(row.money.amount), required=True),
        decimal("gross_amount", lambda row: _dollars(row.money.list_amount), needed=False),
        text("currency", lambda row: row.money.currency),
    ),
)

Row = TypeVar("Row", Use, Spend)


def each_once(rows: Iterable[Row]) -> list[Row]:
    """Rows, each once as last seen: a list that changes while it is paged repeats some."""
    return list({row.key: row for row in rows}.values())


LINKS = link_contract(ANTHROPIC_USER, PERSON_EMAIL, "event")
ROSTER_LINKS = link_contract(ANTHROPIC_USER, PERSON_EMAIL, "roster")

CONTRACTS = (USERS, USER_DAYS, USAGE_DAYS, COST_DAYS, ROSTER_LINKS)
