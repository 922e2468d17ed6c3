"""Row contracts of Codex in ChatGPT Enterprise (Programmatic Admin Platform 2.5.3).

Prompts are measured and end here; answers, inputs of tools and environments are declared nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple, TypeVar

from ingestion.identity import Pair, link_contract
from ingestion.privacy.contract import (
    DayGrain,
    EventGrain,
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
from ingestion.privacy.pseudonym import PERSON_EMAIL, SESSION
from ingestion.privacy.wire import WireRecord
from ingestion.source_types import FetchWindow
from ingestion.streams.bounds import utc_day
from ledger.horizon import Horizon
from runtime.clock import utc_date

Number = TypeVar("Number", int, Decimal)
TOOL = "codex"
# The log writes `user-…`; analytics may write another id of the same person. An address stands beside both.
CODEX_USER = "vendor-user/codex"
# The dashboard lags by up to 12 hours, and others collect a day up to five days late: a week is read again.
# Days are restated in place; how long they are kept is documented nowhere.
_ANALYTICS_HORIZON = Horizon(first_load=365, lookback=7, ready_after=1, finality=3)
# The vendor keeps log files for 30 days. Late events land in later files, so a file day stays as it is.
_LOG_HORIZON = Horizon(first_load=365, lookback=1, finality=1, retention=30)
LOG_FILES = FetchWindow("log_files/CODEX_LOG", _LOG_HORIZON, TOOL, tables=("log_events",))

_AUTHORS = {"PROMPT_SENT": "user", "PROMPT_RESPONSE_RECEIVED": "assistant"}
_AUTOMATED_CLIENTS = ("CODEX_GITHUB_ACTION", "CODEX_SDK", "CODEX_SERVICE")


def is_automated(client: str | None) -> bool:
    """Whether programs use Codex through the client: an action of GitHub, the SDK, a service."""
    return (client or "").upper().startswith(_AUTOMATED_CLIENTS)


class Actor(WireRecord):
    """Who an event or a day belongs to. The log and analytics spell the address differently."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"credential_id", "redacted_id", "id"})
    type: str | None = None
    user_id: str | None = None
    user_email: str | None = None
    email: str | None = None

    @property
    def address(self) -> str | None:
        """The address, which the vendor may leave out."""
        return self.user_email or self.email


# Analytics -------------------------------------------------------------------------------------------------


class Counts(WireRecord):
    """What analytics count. Tokens are those of use that is priced like the API; a row may have none."""

    threads: int | None = None
    turns: int | None = None
    credits: Decimal | None = None
    estimated_cost_usd: Decimal | None = None
    uncached_text_input_tokens: int | None = None
    cached_text_input_tokens: int | None = None
    text_output_tokens: int | None = None
    text_total_tokens: int | None = None


class ClientCounts(Counts):
    """The part of one client."""

    client_id: str | None = None


class ModelCounts(Counts):
    """The part of one model and speed (`standard` or `fast`)."""

    model: str | None = None
    speed: str | None = None


class Lines(WireRecord):
    """Lines of code that Codex wrote."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"removed", "committed", "total_committed_lines", "committed_percentage"}
    )
    added: int | None = None


class Attribution(WireRecord):
    """Code that the vendor attributes to Codex."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"commits"})
    lines_of_code: Lines | None = None


class UserDay(WireRecord):
    """One user's UTC day."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"object", "end_time"})
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"code_attribution"})
    start_time: int
    totals: Counts
    user_id: str | None = None
    actor: Actor | None = None
    clients: list[ClientCounts] | None = None
    models: list[ModelCounts] | None = None
    code_attribution: Attribution | None = None

    @property
    def account(self) -> str | None:
        """The user's id."""
        return self.user_id or (self.actor.user_id if self.actor else None)

    @property
    def address(self) -> str | None:
        """The user's address."""
        return self.actor.address if self.actor else None

    @property
    def lines_added(self) -> int | None:
        """Lines of code added."""
        lines = self.code_attribution.lines_of_code if self.code_attribution else None
        return lines.added if lines else None


class ClientDay(NamedTuple):
    """A client's part of a user's day."""

    user: UserDay
    part: ClientCounts


class ModelDay(NamedTuple):
    """A model's part of a user's day."""

    user: UserDay
    part: ModelCounts


def one_row_each(rows: Iterable[UserDay]) -> list[UserDay]:
    """Users, each once as told last: a page may come twice, and days are restated while they are read."""
    return list({(row.account, None if row.account else row.address): row for row in rows}.values())


def client_days(rows: Iterable[UserDay]) -> Iterator[ClientDay]:
    """Users' days by client; turns of no named client come last, so that parts add up to the day."""
    for row in rows:
        parts = {part.client_id: part for part in row.clients or () if part.client_id}
        rest = _rest(row.totals.turns, [part.turns for part in parts.values()])
        yield from (ClientDay(row, part) for part in parts.values())
        if rest:
            yield ClientDay(row, ClientCounts(turns=rest))


def model_days(rows: Iterable[UserDay]) -> Iterator[ModelDay]:
    """Users' days by model and speed; what is of no named model comes last, so that parts add up to the day."""
    for row in rows:
        parts = {(part.model, part.speed): part for part in row.models or () if part.model}
        rest: dict[str, Any] = {
            name: _rest(getattr(row.totals, name), [getattr(part, name) for part in parts.values()])
            for name in _OF_MODELS
        }
        yield from (ModelDay(row, part) for part in parts.values())
        if any(rest.values()):
            yield ModelDay(row, ModelCounts(**rest))


_OF_MODELS = tuple(name for name in Counts.__struct_fields__ if name not in ("threads", "turns"))


def _rest(whole: Number | None, parts: Sequence[Number | None]) -> Number | None:
    """What the parts leave of the whole. An amount that is none stays, for the gate to refuse."""
    told = [part for part in parts if part is not None]
    if whole is None or not told:
        return whole
    try:
        rest = whole - sum(told)
        return rest if rest > 0 else None
    except ArithmeticError:
        return whole


def day_addresses(rows: Iterable[UserDay]) -> list[Pair]:
    """Users with their addresses, each on the day of the row."""
    days = ((row, utc_day(row.start_time)) for row in rows)
    return [(row.account, row.address, day) for row, day in days if day is not None]


USER_DAYS = TableContract(
    name="user_days",
    description="One row per user and UTC day with use of Codex.",
    tool=TOOL,
    grain=DayGrain(),
    row_key=("user_token", "email_token"),
    has_nulls_in_key=True,
    horizon=_ANALYTICS_HORIZON,
    columns=(
        identifier("user_token", CODEX_USER, lambda u: u.account),
        email("email_token", lambda u: u.address),
        integer("threads", lambda u: u.totals.threads, needed=False),
        integer("turns", lambda u: u.totals.turns),
        integer("lines_added", lambda u: u.lines_added, needed=False),
    ),
)

USER_DAY_CLIENTS = TableContract(
    name="user_day_clients",
    description="One row per user, UTC day and client; turns of no named client have a row of their own.",
    tool=TOOL,
    grain=DayGrain(),
    row_key=("user_token", "email_token", "client"),
    has_nulls_in_key=True,
    horizon=_ANALYTICS_HORIZON,
    columns=(
        identifier("user_token", CODEX_USER, lambda d: d.user.account),
        email("email_token", lambda d: d.user.address),
        text("client", lambda d: d.part.client_id),
        boolean("is_automated", lambda d: is_automated(d.part.client_id)),
        integer("turns", lambda d: d.part.turns),
    ),
)

USER_DAY_MODELS = TableContract(
    name="user_day_models",
    description="One row per user, UTC day, model and speed; what no model is named for has a row of its own.",
    tool=TOOL,
    grain=DayGrain(),
    row_key=("user_token", "email_token", "model", "speed"),
    has_nulls_in_key=True,
    horizon=_ANALYTICS_HORIZON,
    columns=(
        identifier("user_token", CODEX_USER, lambda d: d.user.account),
        email("email_token", lambda d: d.user.address),
        text("model", lambda d: d.part.model),
        text("speed", lambda d: d.part.speed),
        integer("text_input_tokens", lambda d: d.part.uncached_text_input_tokens),
        integer("text_cached_input_tokens", lambda d: d.part.cached_text_input_tokens),
        integer("text_output_tokens", lambda d: d.part.text_output_tokens),
        integer("total_tokens", lambda d: d.part.text_total_tokens),
        decimal("credits", lambda d: d.part.credits),
        decimal("estimated_cost_usd", lambda d: d.part.estimated_cost_usd, needed=False),
    ),
)


# Log -------------------------------------------------------------------------------------------------------


class TokenUsage(WireRecord):
    """Tokens of an answer. Whether a part is contained in its whole is documented nowhere."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None


class Details(WireRecord):
    """What happened. `prompt_text` leaves this module as a number of characters."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {
            *("detail_type", "response_text", "status", "turn_id", "call_id", "environment_id"),
            *("reasoning_effort", "tool_name", "tool_type", "tool_input", "tool_call_id"),
        }
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"service_tier"})
    session_id: str | None = None
    prompt_text: str | None = None
    model: str | None = None
    service_tier: str | None = None
    token_usage: TokenUsage | None = None


class LogEvent(WireRecord):
    """One event of `CODEX_LOG`; of many kinds only prompts and answers are kept."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"type", "principal", "workspace_id"})
    event_id: str
    timestamp: dt.datetime
    actor: Actor
    event_type: str
    client_id: str | None = None
    event_details: Details | None = None

    @property
    def day(self) -> dt.date | None:
        """UTC day; None where no calendar has it."""
        return utc_date(self.timestamp)


class Message(NamedTuple):
    """A prompt or an answer, its tokens in disjoint parts."""

    event: LogEvent
    details: Details
    author: str
    input_tokens: int | None
    output_tokens: int | None

    @property
    def tokens(self) -> TokenUsage:
        """Tokens as the vendor writes them."""
        return self.details.token_usage or TokenUsage()

    @property
    def actor_type(self) -> str:
        """Kind of the actor."""
        return (self.event.actor.type or "unknown").lower()

    @property
    def is_automated(self) -> bool:
        """Whether a program acted, not a person."""
        return self.actor_type == "api_key" or is_automated(self.event.client_id)

    @property
    def prompt_chars(self) -> int | None:
        """Unicode code points of a prompt."""
        text_value = self.details.prompt_text if self.author == "user" else None
        return len(text_value) if text_value else None


def messages(
    input_has_cached: bool, output_has_reasoning: bool, events: Iterable[LogEvent]
) -> Iterator[Message]:
    """Prompts and answers of a log. The first two say which of the vendor's token counts contain the other."""
    for event in events:
        author = _AUTHORS.get(event.event_type)
        if author:
            details = event.event_details or Details()
            told = details.token_usage or TokenUsage()
            sent = _without(told.input_tokens, told.cached_input_tokens, input_has_cached)
            answered = _without(told.output_tokens, told.reasoning_output_tokens, output_has_reasoning)
            yield Message(event, details, author, sent, answered)


def _without(whole: int | None, part: int | None, is_contained: bool) -> int | None:
    """The whole without its part; a part that is greater cannot be contained."""
    return whole - part if is_contained and whole is not None and 0 <= (part or 0) <= whole and part else whole


def event_addresses(events: Iterable[LogEvent]) -> Iterator[Pair]:
    """Users with their addresses, by UTC day."""
    days = ((event.actor, event.day) for event in events)
    return ((actor.user_id, actor.address, day) for actor, day in days if day is not None)


LOG_EVENTS = TableContract(
    name="log_events",
    description="One row per prompt or answer of the compliance log.",
    tool=TOOL,
    grain=EventGrain(key=("tenant", "event_token"), day="message_date"),
    horizon=_LOG_HORIZON,
    columns=(
        event_hash("event_token", lambda m: m.event.event_id),
        identifier("session_token", SESSION, lambda m: m.details.session_id),
        identifier("user_token", CODEX_USER, lambda m: m.event.actor.user_id),
        email("email_token", lambda m: m.event.actor.address),
        text("actor_type", lambda m: m.actor_type),
        text("author_type", lambda m: m.author),
        timestamp("message_at", lambda m: m.event.timestamp, required=True),
        date("message_date", lambda m: m.event.day, required=True),
        text("client", lambda m: m.event.client_id),
        boolean("is_automated", lambda m: m.is_automated),
        text("model", lambda m: m.details.model),
        text("service_tier", lambda m: m.details.service_tier),
        integer("prompt_chars", lambda m: m.prompt_chars),
        integer("input_tokens", lambda m: m.input_tokens),
        integer("cached_input_tokens", lambda m: m.tokens.cached_input_tokens),
        integer("output_tokens", lambda m: m.output_tokens),
        integer("reasoning_tokens", lambda m: m.tokens.reasoning_output_tokens),
    ),
)

DAY_LINKS = link_contract(CODEX_USER, PERSON_EMAIL, "user_day")
EVENT_LINKS = link_contract(CODEX_USER, PERSON_EMAIL, "event")

CONTRACTS = (USER_DAYS, USER_DAY_CLIENTS, USER_DAY_MODELS, LOG_EVENTS, DAY_LINKS)
WINDOWS = (LOG_FILES,)
