"""OTLP as a collector writes it (JSON, one batch a line), and what may land of it.

The encoding: protocol buffers as JSON with camelCase keys, 64-bit integers as text (sloppy writers: numbers),
times in nanoseconds since 1970. Attributes are read by name; those that `agents.py` does not name end there,
prompts among them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from ingestion.identity import Link, distinct_links, link_contract
from ingestion.privacy.contract import (
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


class Value(WireRecord, rename="camel"):
    """An attribute's value: one of these. Lists and maps carry texts and are not read."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"arrayValue", "kvlistValue", "bytesValue"})
    string_value: str | None = None
    int_value: int | None = None
    double_value: float | None = None
    bool_value: bool | None = None

    @property
    def scalar(self) -> Scalar | None:
        """The value; None for what is not read."""
        for one in (self.string_value, self.int_value, self.double_value, self.bool_value):
            if one is not None:
                return one
        return None


class Attribute(WireRecord):
    """A name and its value."""

    key: str
    value: Value | None = None


def attributes(listed: list[Attribute] | None) -> dict[str, Scalar]:
    """By name, without those that have no scalar value."""
    found = {one.key: one.value.scalar for one in listed or () if one.value is not None}
    return {name: value for name, value in found.items() if value is not None}


class Resource(WireRecord, rename="camel"):
    """The program that sent the batch."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"droppedAttributesCount", "entityRefs"})
    attributes: list[Attribute] | None = None


class Scope(WireRecord, rename="camel"):
    """The library within it."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"version", "attributes", "droppedAttributesCount"})
    name: str | None = None


class LogRecord(WireRecord, rename="camel"):
    """An event."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset(
        {"severityNumber", "severityText", "flags", "droppedAttributesCount"}
    )
    NOT_NEEDED: ClassVar[frozenset[str]] = frozenset({"body"})
    time_unix_nano: int | None = None
    observed_time_unix_nano: int | None = None
    event_name: str | None = None
    body: Value | None = None
    attributes: list[Attribute] | None = None
    trace_id: str | None = None
    span_id: str | None = None


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
    trace_id: str | None = None
    span_id: str | None = None
    end_time_unix_nano: int | None = None
    attributes: list[Attribute] | None = None


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
    time_unix_nano: int | None = None
    start_time_unix_nano: int | None = None
    attributes: list[Attribute] | None = None
    as_int: int | None = None
    as_double: float | None = None
    sum: float | None = None

    @property
    def value(self) -> float | None:
        """What was counted."""
        for one in (self.as_int, self.as_double, self.sum):
            if one is not None:
                return one
        return None


class Points(WireRecord, rename="camel"):
    """Values of a metric; temporality 1: since the last one (delta), 2: since the stream began (cumulative)."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = frozenset({"isMonotonic"})
    aggregation_temporality: int | str | None = None
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
    name: str | None = None
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
    """A prompt, a request to a model, or a decision about a suggestion. Tokens are in disjoint buckets."""

    key: str
    tool: str
    kind: str
    at: dt.datetime
    sender: Sender
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
    """One value of a stream of tokens or money."""

    key: str
    stream: str
    tool: str
    bucket: str
    at: dt.datetime
    started_at: dt.datetime | None
    is_cumulative: bool
    value: Decimal
    sender: Sender
    model: str | None = None


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A version of a file that was read to its end."""

    version: str
    read_on: dt.date


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
        *_SENDER,
        identifier("session_token", SESSION, lambda r: r.session),
        text("surface", lambda r: r.surface),
        text("model", lambda r: r.model),
        integer("prompt_chars", lambda r: r.prompt_chars, needed=False),
        *map(_bucket, BUCKETS),
        decimal("cost_usd", lambda r: r.cost_usd, minimum=0, needed=False),
        boolean("is_accepted", lambda r: r.is_accepted),
        timestamp("occurred_at", lambda r: r.at, required=True),
        date("day", lambda r: r.at.date()),
    ),
)

METRIC_POINTS = TableContract(
    name="metric_points",
    description="One row per value of a stream of tokens or money that a program measured.",
    tool=TOOL,
    grain=EventGrain(key=("point_token",), day="day"),
    horizon=_HORIZON,
    columns=(
        event_hash("point_token", lambda r: r.key),
        event_hash("stream_token", lambda r: r.stream),
        text("tool", lambda r: r.tool, required=True),
        text("bucket", lambda r: r.bucket, required=True),
        *_SENDER,
        text("model", lambda r: r.model),
        boolean("is_cumulative", lambda r: r.is_cumulative),
        timestamp("started_at", lambda r: r.started_at, needed=False),
        timestamp("occurred_at", lambda r: r.at, required=True),
        decimal("value", lambda r: r.value, minimum=0, required=True),
        date("day", lambda r: r.at.date()),
    ),
)

FILES = TableContract(
    name="files",
    description="One row per version of a file that was read to its end, so that the next night leaves it out.",
    grain=EventGrain(key=("file_token",), insert_only=True),
    horizon=Horizon(first_load=0, lookback=0, finality=0),
    columns=(event_hash("file_token", lambda r: r.version), date("read_on", lambda r: r.read_on)),
)

DAYS = FetchWindow(name="batches", tool=TOOL, horizon=_HORIZON, tables=("events", "metric_points"))

USER_LINKS = link_contract(OTEL_USER, PERSON_EMAIL, "telemetry")
CLAUDE_LINKS = link_contract(ANTHROPIC_USER, PERSON_EMAIL, "telemetry")
DEVICE_LINKS = link_contract(DEVICE, PERSON_EMAIL, "telemetry")

LINKS = {"user": USER_LINKS, "anthropic_user": CLAUDE_LINKS, "device": DEVICE_LINKS}

CONTRACTS = (EVENTS, METRIC_POINTS, FILES, USER_LINKS)


def instant(nanoseconds: int | None) -> dt.datetime | None:
    """The moment, to the microsecond; None for none, 0 and what is no time."""
    try:
        return UNIX + dt.timedelta(microseconds=nanoseconds // 1000) if nanoseconds else None
    except OverflowError:
        return None


def seen_beside(senders: Mapping[Sender, dt.date], of: str) -> list[Link]:
    """Links of one kind of identifier to the addresses that were sent beside it."""
    return distinct_links((getattr(sender, of), sender.email, day) for sender, day in senders.items())
