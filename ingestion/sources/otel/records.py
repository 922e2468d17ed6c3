"""OTLP as a collector writes it (JSON, one batch a line), and what may land of it.

The encoding: protocol buffers as JSON with camelCase keys, 64-bit integers as text (sloppy writers: numbers),
times in nanoseconds since 1970. Attributes are read by name; those that `agents.py` does not name end there,
prompts among them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from ingestion.identity import Link, distinct_links, link_contract
from ingestion.privacy.contract import (
    EARLIEST,
    Column,
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
from ledger.horizon import Horizon

TOOL = "gemini_cli"
OTEL_USER = "vendor-user/otel"
# Claude Code sends the id of the Admin API.
ANTHROPIC_USER = "vendor-user/anthropic"
DEVICE = "device"
UNIX = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# A laptop sends when it is online again, after days. But a period closes when its slowest source is final, so
# that a week would keep every tool's figures back: what comes after three days reaches open periods alone.
_HORIZON = Horizon(first_load=400, lookback=7, finality=3)

Scalar = str | int | float | bool


def whole(written: object) -> int | None:
    """A whole number, as text (the encoding) or as a number; None for anything else."""
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        return None
    try:
        return int(written)
    except (ValueError, OverflowError):
        return None


def number(written: object) -> float | None:
    """A finite number; None for anything else."""
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        return None
    try:
        found = float(written)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


class Value(WireRecord, rename="camel"):
    """An attribute's value: one of these, whatever is written there. Lists and maps carry texts, not read."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"arrayValue", "kvlistValue", "bytesValue"})
    string_value: Any = None
    int_value: Any = None
    double_value: Any = None
    bool_value: Any = None

    @property
    def scalar(self) -> Scalar | None:
        """The value; None for what is not read."""
        if isinstance(self.string_value, str):
            return self.string_value
        if self.int_value is not None:
            return whole(self.int_value)
        if self.double_value is not None:
            return number(self.double_value)
        return self.bool_value if isinstance(self.bool_value, bool) else None


# A value that is not written as the encoding wants it must not cost the other records of its line.
Odd = str | int | float | bool | list[Any] | None


class Attribute(WireRecord):
    """A name and its value."""

    key: Any = None
    value: Value | Odd = None


Attributes = list[Attribute | Odd] | None
_ATTRIBUTES = frozenset({"attributes"})


def attributes(listed: Attributes) -> dict[str, Scalar]:
    """By name, without those that have no scalar value."""
    found: dict[str, Scalar] = {}
    for one in listed or ():
        if isinstance(one, Attribute) and isinstance(one.value, Value) and isinstance(one.key, str):
            value = one.value.scalar
            if value is not None:
                found[one.key] = value
    return found


class Resource(WireRecord, rename="camel"):
    """The program that sent the batch."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"droppedAttributesCount", "entityRefs"})
    NOT_NEEDED: ClassVar[frozenset[str]] = _ATTRIBUTES
    attributes: Attributes = None


class Scope(WireRecord, rename="camel"):
    """The library within it."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"version", "attributes", "droppedAttributesCount"})
    name: Any = None


class LogRecord(WireRecord, rename="camel"):
    """An event."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"severityNumber", "severityText", "flags", "spanId", "droppedAttributesCount"}
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = _ATTRIBUTES
    time_unix_nano: Any = None
    observed_time_unix_nano: Any = None
    event_name: Any = None
    body: Value | Odd = None
    attributes: Attributes = None
    trace_id: Any = None


class ScopeLogs(WireRecord, rename="camel"):
    """Events of one library."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"schemaUrl"})
    scope: Scope | None = None
    log_records: list[LogRecord] | None = None


class ResourceLogs(WireRecord, rename="camel"):
    """Events of one program."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"schemaUrl"})
    resource: Resource | None = None
    scope_logs: list[ScopeLogs] | None = None


class Span(WireRecord, rename="camel"):
    """A step of an agent."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"traceState", "flags", "name", "kind", "events", "links", "status", "parentSpanId",
         "startTimeUnixNano", "droppedAttributesCount", "droppedEventsCount", "droppedLinksCount"}
    )  # fmt: skip
    NOT_NEEDED: ClassVar[frozenset[str]] = _ATTRIBUTES
    trace_id: Any = None
    span_id: Any = None
    end_time_unix_nano: Any = None
    attributes: Attributes = None


class ScopeSpans(WireRecord, rename="camel"):
    """Steps of one library."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"schemaUrl"})
    scope: Scope | None = None
    spans: list[Span] | None = None


class ResourceSpans(WireRecord, rename="camel"):
    """Steps of one program."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"schemaUrl"})
    resource: Resource | None = None
    scope_spans: list[ScopeSpans] | None = None


class Point(WireRecord, rename="camel"):
    """A value of a metric's stream; of a histogram its sum."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"exemplars", "flags", "count", "bucketCounts", "explicitBounds", "min", "max", "scale", "zeroCount",
         "positive", "negative", "zeroThreshold"}
    )  # fmt: skip
    NOT_NEEDED: ClassVar[frozenset[str]] = _ATTRIBUTES
    time_unix_nano: Any = None
    start_time_unix_nano: Any = None
    attributes: Attributes = None
    as_int: Any = None
    as_double: Any = None
    sum: Any = None

    @property
    def value(self) -> int | float | None:
        """What was counted."""
        for one in (whole(self.as_int), number(self.as_double), number(self.sum)):
            if one is not None:
                return one
        return None


class Points(WireRecord, rename="camel"):
    """Values of a metric; temporality 1: since the last one (delta), 2: since the stream began (cumulative)."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"isMonotonic"})
    aggregation_temporality: Any = None
    data_points: list[Point] | None = None

    @property
    def is_cumulative(self) -> bool:
        """Whether a value contains the ones before."""
        return self.aggregation_temporality in (2, "2", "AGGREGATION_TEMPORALITY_CUMULATIVE")


class Metric(WireRecord, rename="camel"):
    """A metric; gauges say nothing about use."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"description", "unit", "gauge", "summary", "metadata"}
    )
    name: Any = None
    sum: Points | None = None
    histogram: Points | None = None
    exponential_histogram: Points | None = None


class ScopeMetrics(WireRecord, rename="camel"):
    """Metrics of one library."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"schemaUrl"})
    scope: Scope | None = None
    metrics: list[Metric] | None = None


class ResourceMetrics(WireRecord, rename="camel"):
    """Metrics of one program."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"schemaUrl"})
    resource: Resource | None = None
    scope_metrics: list[ScopeMetrics] | None = None


class Export(WireRecord, rename="camel"):
    """One line: a batch of one kind."""

    resource_logs: list[ResourceLogs] | None = None
    resource_spans: list[ResourceSpans] | None = None
    resource_metrics: list[ResourceMetrics] | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose doing it was: an address where one is sent, the vendor's id of the account, the installation."""

    email: str | None = None
    anthropic_user: str | None = None
    user: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A prompt, a request to a model, or a decision about a suggestion. Tokens are in disjoint buckets.

    Attributes:
        at: None where the record has no time; the gate refuses and counts it.
        told_by: `own` event of the tool, event of the `convention`, or `step` of an agent.
        program: the service that sent it.
    """

    key: str
    tool: str
    kind: str
    at: dt.datetime | None
    sender: Sender
    told_by: str
    program: str
    trace: str | None = None
    session: str | None = None
    surface: str | None = None
    model: str | None = None
    prompt_chars: int | None = None
    tokens: Mapping[str, int] | None = None
    cost_usd: Decimal | None = None
    is_accepted: bool | None = None

    def count(self, bucket: str) -> int | None:
        """Tokens of a bucket; None where it is none of a request's."""
        return self.tokens.get(bucket) if self.tokens is not None else None


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of a stream.

    Attributes:
        at: end of its interval; None where it has no time, and the gate refuses and counts it.
        told_by: metric of the tool's `own`, or of the `convention`.
        program: the service that sent it.
    """

    key: str
    stream: str
    tool: str
    bucket: str
    at: dt.datetime | None
    started_at: dt.datetime | None
    is_cumulative: bool
    value: Decimal
    sender: Sender
    told_by: str
    program: str
    session: str | None = None
    model: str | None = None

    @property
    def day(self) -> dt.date | None:
        """UTC day: that on which the interval of a delta began, as long as that is at most a day before its
        end. A cumulative value says when its stream began, which may be weeks ago."""
        if self.at is None:
            return None
        began = self.at if self.is_cumulative or self.started_at is None else self.started_at
        return (began if dt.timedelta() <= self.at - began <= dt.timedelta(days=1) else self.at).date()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """How far a file was read: bytes to the end of its last whole line, and the last of them."""

    place: str
    version: str
    end: int
    last: bytes
    read_on: dt.date


def marked(last: bytes) -> str:
    """Bytes of a file as text, which is hashed before it lands."""
    return last.decode("latin-1")


_SENDER = (
    email("email_token", lambda r: r.sender.email),
    identifier("anthropic_user_token", ANTHROPIC_USER, lambda r: r.sender.anthropic_user),
    identifier("user_token", OTEL_USER, lambda r: r.sender.user),
    identifier("device_token", DEVICE, lambda r: r.sender.device),
)

BUCKETS = (
    "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens",
    "unsplit_tokens",
)  # fmt: skip


def _bucket(name: str) -> Column:
    return integer(name, lambda act: act.count(name), needed=False)


EVENTS = TableContract(
    name="events",
    description="One row per prompt, request to a model or decision about a suggestion.",
    tool=TOOL,
    grain=EventGrain(key=("event_token",), day="day"),
    horizon=_HORIZON,
    columns=(
        event_hash("event_token", lambda r: r.key),
        text("tool", lambda r: r.tool, required=True),
        text("kind", lambda r: r.kind, required=True),
        text("told_by", lambda r: r.told_by, required=True),
        *_SENDER,
        identifier("session_token", SESSION, lambda r: r.session),
        event_hash("trace_token", lambda r: r.trace, required=False),
        event_hash("program_token", lambda r: r.program, required=False),
        text("surface", lambda r: r.surface),
        text("model", lambda r: r.model),
        integer("prompt_chars", lambda r: r.prompt_chars, needed=False),
        *map(_bucket, BUCKETS),
        decimal("cost_usd", lambda r: r.cost_usd, minimum=0, needed=False),
        boolean("is_accepted", lambda r: r.is_accepted),
        timestamp("occurred_at", lambda r: r.at, required=True),
        date("day", lambda r: r.at and r.at.date()),
    ),
)

METRIC_POINTS = TableContract(
    name="metric_points",
    description="One row per value of a stream of tokens, money, lines or decisions that a program measured.",
    tool=TOOL,
    grain=EventGrain(key=("point_token",), day="day"),
    horizon=_HORIZON,
    columns=(
        event_hash("point_token", lambda r: r.key),
        event_hash("stream_token", lambda r: r.stream),
        text("tool", lambda r: r.tool, required=True),
        text("bucket", lambda r: r.bucket, required=True),
        text("told_by", lambda r: r.told_by, required=True),
        *_SENDER,
        identifier("session_token", SESSION, lambda r: r.session),
        event_hash("program_token", lambda r: r.program, required=False),
        text("model", lambda r: r.model),
        boolean("is_cumulative", lambda r: r.is_cumulative),
        timestamp("started_at", lambda r: r.started_at, needed=False),
        timestamp("occurred_at", lambda r: r.at, required=True),
        decimal("value", lambda r: r.value, minimum=0, required=True),
        date("day", lambda r: r.day),
    ),
)

FILES = TableContract(
    name="files",
    description="One row per file: how far it was read, so that the next night goes on there.",
    grain=EventGrain(key=("tenant", "file_token")),
    horizon=Horizon(first_load=0, lookback=0, finality=0),
    columns=(
        event_hash("file_token", lambda r: r.place),
        event_hash("version_token", lambda r: r.version),
        integer("read_bytes", lambda r: r.end, maximum=2**62),
        event_hash("last_token", lambda r: marked(r.last), required=False),
        date("read_on", lambda r: r.read_on),
    ),
)

DAYS = FetchWindow(name="batches", tool=TOOL, horizon=_HORIZON, tables=("events", "metric_points"))

USER_LINKS = link_contract(OTEL_USER, PERSON_EMAIL, "telemetry")
CLAUDE_LINKS = link_contract(ANTHROPIC_USER, PERSON_EMAIL, "telemetry")
DEVICE_LINKS = link_contract(DEVICE, PERSON_EMAIL, "telemetry")

LINKS = {"user": USER_LINKS, "anthropic_user": CLAUDE_LINKS, "device": DEVICE_LINKS}

CONTRACTS = (EVENTS, METRIC_POINTS, FILES, USER_LINKS)


def instant(written: object) -> dt.datetime | None:
    """The moment, to the microsecond; None for none, 0 and what is no time, such as a number of seconds."""
    nanoseconds = whole(written)
    try:
        at = UNIX + dt.timedelta(microseconds=nanoseconds // 1000) if nanoseconds else UNIX
    except OverflowError:
        return None
    return at if at >= EARLIEST else None


def seen_beside(senders: Mapping[Sender, dt.date], of: str) -> list[Link]:
    """Links of one kind of identifier to the addresses that were sent beside it."""
    return distinct_links((getattr(sender, of), sender.email, day) for sender, day in senders.items())
