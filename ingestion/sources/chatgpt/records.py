"""Row contracts of ChatGPT Enterprise (Programmatic Admin Platform 2.5.3).

Text, titles, names and file names are declared nowhere but where they are measured; they end here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import ClassVar, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.identity import Pair, link_contract
from ingestion.privacy.block import Block, any_but, any_of, either, has_items, is_present, is_value
from ingestion.privacy.contract import (
    EARLIEST,
    DayGrain,
    EventGrain,
    Reader,
    TableContract,
    boolean,
    date,
    decimal,
    email,
    event_hash,
    identifier,
    integer,
    text,
    timestamp,
)
from ingestion.privacy.pseudonym import CHATGPT_USER, CONVERSATION, PERSON_EMAIL
from ingestion.privacy.wire import WireRecord
from ingestion.source_types import FetchWindow
from ledger.horizon import Horizon

TOOL = "chatgpt"
# The vendor keeps log files for 30 days. Late events land in later files, so a file day never changes once it
# is over; the look-back covers the running day and the last one.
_LOG_HORIZON = Horizon(first_load=365, lookback=1, finality=1, retention=30)
_COSTS_HORIZON = Horizon(first_load=365, lookback=1, finality=1, retention=30)
_SNAPSHOT_HORIZON = Horizon(first_load=0, lookback=0, finality=0)

MESSAGE_FILES = FetchWindow(
    "log_files/CONVERSATION_MESSAGE", _LOG_HORIZON, TOOL, tables=("conversation_messages",)
)
COSTS_FILES = FetchWindow("log_files/COSTS", _COSTS_HORIZON, TOOL, tables=("costs_usage", "costs_billing"))

_TOOL_FEATURES = {
    "search": frozenset({"browser", "web", "search", "web_search", "browsing"}),
    "code": frozenset({"python", "code_interpreter", "container", "code"}),
    "images": frozenset({"image_gen", "imagegen", "dalle", "image_generation", "images"}),
    "files": frozenset({"file_search", "files", "myfiles_browser"}),
}
_STATUSES = {
    **dict.fromkeys(("active", "enabled"), "active"),
    **dict.fromkeys(
        ("inactive", "deactivated", "disabled", "deleted", "removed", "suspended", "pending", "invited"),
        "inactive",
    ),
}
_KNOWN_TOOLS = frozenset().union(*_TOOL_FEATURES.values())


class Actor(WireRecord):
    """Who an event belongs to: an account user, an API key or the system."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"credential_id", "redacted_id", "id"})
    type: str | None = None
    user_id: str | None = None
    user_email: str | None = None


class Author(WireRecord):
    """Author of a message; `role` is an older spelling of `type`."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"skills_used"})
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"tools_used", "client_type"})
    type: str | None = None
    role: str | None = None
    client_type: str | None = None
    model: str | None = None
    tools_used: list[str] | None = None


class Content(WireRecord):
    """Measured, never kept: `value` leaves this module as a number of characters."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"annotations", "file_id", "file_name", "quote"})
    type: str | None = None
    value: str | None = None


class AttachedFile(WireRecord):
    """A file beside a message: only that there is one lands."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"id", "name"})


class Message(WireRecord):
    """One message of a conversation."""

    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"created_at", "files"})
    id: str
    author: Author
    created_at: dt.datetime | None = None
    content: Content | None = None
    files: list[AttachedFile] | None = None


class Conversation(WireRecord):
    """The thread of a message."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"title", "gpt_name", "project_name", "created_at", "is_pinned", "is_temporary_chat"}
    )
    id: str | None = None
    gpt_id: str | None = None
    project_id: str | None = None


class MessageEvent(WireRecord):
    """Immutable snapshot of one message (`CONVERSATION_MESSAGE`)."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"type", "principal", "previous_message_id"})
    event_id: str
    timestamp: dt.datetime
    actor: Actor
    message: Message
    conversation: Conversation


def author_type(block: Block) -> pa.Array:
    """`user` or `assistant`."""
    return either(block["message.author.type"], block["message.author.role"])


def message_at(block: Block) -> pa.Array:
    """When the message was written; the event's own time where the vendor does not say, or says nonsense.

    An event tells of a message that is there, so that none was written a day after it.
    """
    written, told = block["message.created_at"], block["timestamp"]
    since = pc.greater_equal(written, pa.scalar(EARLIEST, written.type))
    late = pc.subtract(written, pa.scalar(dt.timedelta(days=1), pa.duration("us")))
    return either(pc.if_else(pc.and_(since, pc.less_equal(late, told)), written, None), told)


def prompt_chars(block: Block) -> pa.Array:
    """Unicode code points of a user's own text; NULL for answers, instructions and files alone."""
    text_value = block["message.content.value"]
    is_prompt = pc.and_(is_value(author_type(block), "user"), is_value(block["message.content.type"], "text"))
    return pc.if_else(pc.and_(is_prompt, is_present(text_value)), pc.utf8_length(text_value), None)


def uses(feature: str) -> Reader:
    """Whether a tool of that feature was used."""
    return lambda block: any_of(block["message.author.tools_used"], _TOOL_FEATURES[feature])


CONVERSATION_MESSAGES = TableContract(
    name="conversation_messages",
    description="One row a version (event) of a message.",
    tool=TOOL,
    grain=EventGrain(key=("tenant", "event_token"), day="message_date", newest="event_at"),
    staged_by_hand=True,
    horizon=_LOG_HORIZON,
    columns=(
        event_hash("event_token", lambda b: b["event_id"]),
        event_hash("message_token", lambda b: b["message.id"]),
        identifier("conversation_token", CONVERSATION, lambda b: b["conversation.id"]),
        identifier("user_token", CHATGPT_USER, lambda b: b["actor.user_id"]),
        email("email_token", lambda b: b["actor.user_email"]),
        text("actor_type", lambda b: pc.utf8_lower(pc.fill_null(b["actor.type"], "unknown"))),
        text("author_type", author_type, required=True),
        # Standing instructions are sent as the user, who did not write them now.
        boolean("is_injected", lambda b: is_value(b["message.content.type"], "user_instructions")),
        timestamp("event_at", lambda b: b["timestamp"], required=True),
        timestamp("message_at", message_at, required=True),
        date("message_date", lambda b: message_at(b).cast(pa.date32())),
        text("client_type", lambda b: b["message.author.client_type"]),
        text("model", lambda b: b["message.author.model"]),
        integer("prompt_chars", prompt_chars),
        boolean("used_search", uses("search")),
        boolean("used_code", uses("code")),
        boolean("used_images", uses("images")),
        boolean("used_files", lambda b: pc.or_(has_items(b["message.files"]), uses("files")(b))),
        boolean("used_gpt", lambda b: is_present(b["conversation.gpt_id"])),
        boolean("used_project", lambda b: is_present(b["conversation.project_id"])),
        boolean("used_other_tool", lambda b: any_but(b["message.author.tools_used"], _KNOWN_TOOLS)),
    ),
)


def account_addresses(block: Block) -> list[Pair]:
    """Accounts with their addresses by UTC day, each once: edges of the identity graph."""
    columns = [block["actor.user_id"], block["actor.user_email"], block["timestamp"].cast(pa.date32())]
    seen = pa.table(columns, names=["user", "email", "day"])
    return [
        (row["user"], row["email"], row["day"])
        for row in seen.group_by(seen.column_names, use_threads=False).aggregate([]).to_pylist()
    ]


class Agent(WireRecord):
    """A workspace agent that caused the usage: only that there is one lands."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"id", "name"})


class Identity(WireRecord):
    """Whom a cost row is attributed to; absent when the vendor could not attribute it."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"name", "groups"})
    user_id: str | None = None
    email: str | None = None
    agent: Agent | None = None


class Measure(WireRecord):
    """A value with its unit; `amount` and `currency` are other names of the two."""

    value: Decimal | None = None
    unit: str | None = None
    amount: Decimal | None = None
    currency: str | None = None


class BillingLine(WireRecord):
    """Money of one SKU. `estimated_cost_usd` is optional and often absent."""

    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"quantity", "estimated_cost_usd"})
    sku: str | None = None
    quantity: Measure | None = None
    cost: Measure | None = None
    estimated_cost_usd: Measure | float | None = None


class UsageTokens(WireRecord):
    """Tokens, detailed or only in total, depending on the plan. Text input excludes cached input."""

    text_input_tokens: int | None = None
    text_cached_input_tokens: int | None = None
    text_output_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_cached_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    image_input_tokens: int | None = None
    image_cached_input_tokens: int | None = None
    image_output_tokens: int | None = None
    text_total_tokens: int | None = None
    audio_total_tokens: int | None = None
    image_total_tokens: int | None = None


class Measures(WireRecord):
    """Tokens of the row and money of its SKUs: two tables, because a join would repeat the tokens."""

    usage: UsageTokens | None = None
    billing: list[BillingLine] | None = None

    @property
    def tokens(self) -> UsageTokens:
        """The tokens, none where the row has money alone."""
        return self.usage or UsageTokens()


class CostPayload(WireRecord):
    """One hour of one identity, product, surface, client, model, tier and reasoning level."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"organization_id"})
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"hour", "surface", "client", "reasoning"})
    day: dt.date
    measures: Measures
    hour: int | None = None
    identity: Identity | None = None
    product: str | None = None
    surface: str | None = None
    client: str | None = None
    model: str | None = None
    service_tier: str | None = None
    reasoning: str | None = None


class CostEvent(WireRecord):
    """One row of the token and credit ledger (`COSTS`)."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"type", "principal", "actor"})
    event_id: str
    timestamp: dt.datetime
    payload: CostPayload

    @property
    def identity(self) -> Identity:
        """The attribution, empty when absent."""
        return self.payload.identity or Identity()


class BillingRow(NamedTuple):
    """One SKU line of a cost event, with its position."""

    event: CostEvent
    number: int
    line: BillingLine


def cost_addresses(events: list[CostEvent]) -> Iterator[Pair]:
    """Accounts with their addresses, by the day of the cost."""
    return ((event.identity.user_id, event.identity.email, event.payload.day) for event in events)


def billing_rows(events: list[CostEvent]) -> Iterator[BillingRow]:
    """Every SKU line of the events."""
    for event in events:
        for number, line in enumerate(event.payload.measures.billing or ()):
            yield BillingRow(event, number, line)


def _tokens(name: str) -> object:
    """A count that a later row may correct downwards."""
    return integer(name, lambda e: getattr(e.payload.measures.tokens, name), minimum=-(2**53))


COSTS_USAGE = TableContract(
    name="costs_usage",
    description="One row a COSTS event: tokens of an hour, person, product, surface, client and model.",
    tool=TOOL,
    grain=EventGrain(key=("tenant", "event_token"), day="usage_date"),
    horizon=_COSTS_HORIZON,
    columns=(
        event_hash("event_token", lambda e: e.event_id),
        date("usage_date", lambda e: e.payload.day, required=True),
        integer("usage_hour", lambda e: e.payload.hour, maximum=23, needed=False),
        identifier("user_token", CHATGPT_USER, lambda e: e.identity.user_id),
        email("email_token", lambda e: e.identity.email),
        boolean("is_agent", lambda e: e.identity.agent is not None),
        text("product", lambda e: e.payload.product),
        text("surface", lambda e: e.payload.surface),
        text("client", lambda e: e.payload.client),
        text("model", lambda e: e.payload.model),
        text("service_tier", lambda e: e.payload.service_tier),
        text("reasoning", lambda e: e.payload.reasoning),
        *(_tokens(name) for name in UsageTokens.__struct_fields__),  # type: ignore[arg-type]
    ),
)

COSTS_BILLING = TableContract(
    name="costs_billing",
    description="One row a billed line (SKU) of a COSTS event. Never join to tokens before summing.",
    tool=TOOL,
    grain=EventGrain(key=("tenant", "event_token", "line_number"), day="usage_date"),
    staged_by_hand=True,
    horizon=_COSTS_HORIZON,
    columns=(
        event_hash("event_token", lambda r: r.event.event_id),
        integer("line_number", lambda r: r.number),
        # Whose event it is: money of an erased person must not stay behind as nobody's.
        identifier("user_token", CHATGPT_USER, lambda r: r.event.identity.user_id),
        email("email_token", lambda r: r.event.identity.email),
        date("usage_date", lambda r: r.event.payload.day, required=True),
        text("sku", lambda r: r.line.sku),
        decimal("quantity", lambda r: _value(r.line.quantity), needed=False),
        text("quantity_unit", lambda r: _unit(r.line.quantity)),
        decimal("cost", lambda r: _value(r.line.cost)),
        text("cost_unit", lambda r: _unit(r.line.cost)),
        decimal("estimated_cost_usd", lambda r: _value(r.line.estimated_cost_usd), needed=False),
    ),
)


class RosterUser(WireRecord):
    """One account of the workspace roster."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"object", "name"})
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"created_at", "role"})
    id: str
    email: str | None = None
    created_at: float | None = None
    role: str | None = None
    status: str | None = None

    @property
    def seat_status(self) -> str:
        """`active` or `inactive`; `unstated` where the vendor does not say, `unknown` for a word of its own."""
        word = (self.status or "").strip().lower()
        return _STATUSES.get(word, "unknown") if word else "unstated"


class SeatUser(WireRecord):
    """One account of the spend controls: seat type and credits of the month."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {
            "object",
            "account_user_id",
            "name",
            "is_scim_managed",
            "override_monthly_usage_limit",
            "effective_monthly_usage_limit",
            "inherited_monthly_usage_limit",
        }
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"role", "current_month_usage", "last_month_usage"})
    id: str
    email: str | None = None
    role: str | None = None
    seat_type: str | None = None
    current_month_usage: Decimal | None = None
    last_month_usage: Decimal | None = None


Member = TypeVar("Member", RosterUser, SeatUser)


def each_once(members: Iterable[Member]) -> list[Member]:
    """Members, each once as last seen: a list that changes while it is paged repeats some."""
    return list({member.id: member for member in members}.values())


def addresses(users: Iterable[RosterUser], day: dt.date) -> list[Pair]:
    """Members with their addresses on a day of the roster."""
    return [(user.id, user.email, day) for user in users]


USERS = TableContract(
    name="users",
    description="One row a member of the workspace roster on a snapshot day.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    row_key=("user_token",),
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("user_token", CHATGPT_USER, lambda u: u.id, required=True),
        email("email_token", lambda u: u.email),
        text("role", lambda u: u.role),
        text("status", lambda u: u.seat_status),
        timestamp("created_at", lambda u: _instant(u.created_at), needed=False),
    ),
)

SEATS = TableContract(
    name="seats",
    description="One row per seat holder on a snapshot day, with credits of the month.",
    tool=TOOL,
    grain=DayGrain(is_snapshot=True),
    row_key=("user_token",),
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("user_token", CHATGPT_USER, lambda u: u.id, required=True),
        email("email_token", lambda u: u.email),
        text("role", lambda u: u.role),
        text("seat_type", lambda u: u.seat_type),
        decimal("current_month_credits", lambda u: u.current_month_usage, needed=False),
        decimal("last_month_credits", lambda u: u.last_month_usage, needed=False),
    ),
)

ROSTER_LINKS = link_contract(CHATGPT_USER, PERSON_EMAIL, "roster")
EVENT_LINKS = link_contract(CHATGPT_USER, PERSON_EMAIL, "event")

CONTRACTS = (CONVERSATION_MESSAGES, COSTS_USAGE, COSTS_BILLING, USERS, SEATS, ROSTER_LINKS)
WINDOWS = (MESSAGE_FILES, COSTS_FILES)


def _instant(seconds: float | None) -> dt.datetime | None:
    if seconds is None:
        return None
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, ValueError, OSError):  # milliseconds, or nonsense: the gate refuses what is to come
        return dt.datetime.max.replace(tzinfo=dt.UTC)


def _value(measure: Measure | float | None) -> Decimal | None:
    """The number of a measure, or of a bare number in its place."""
    if measure is None:
        return None
    if isinstance(measure, Measure):
        return measure.value if measure.value is not None else measure.amount
    return Decimal(repr(measure))


def _unit(measure: Measure | None) -> str | None:
    return (measure.unit or measure.currency) if measure else None
