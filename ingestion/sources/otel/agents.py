"""What events, steps and metrics of coding agents mean: which tool, whose doing, what was used.

Sources of the names: Claude Code's page on monitoring (August 2026), Gemini CLI's docs/cli/telemetry.md,
Codex's configuration of `[otel]`, VS Code's guide to monitoring agents, OpenTelemetry's conventions for
generative AI (in development). Each function gives nothing for what it does not know: new events are no error.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.sources.otel.records import (
    Act,
    Export,
    LogRecord,
    Measured,
    Metric,
    Point,
    Resource,
    Scalar,
    Scope,
    Sender,
    Value,
    attributes,
    instant,
    number,
    whole,
)

Attributes = Mapping[str, Scalar]

CLAUDE_CODE, CODEX, GEMINI_CLI, COPILOT, CUSTOM = (
    "claude_code", "codex", "gemini_cli", "github_copilot", "custom_agent",
)  # fmt: skip
PROMPT, REQUEST, DECISION = "prompt", "request", "decision"
OWN, CONVENTION, STEP = "own", "convention", "step"
# Names of programs (`codex_exec`), libraries (`com.anthropic.claude_code.events`) and events begin so. A name
# that only contains one of them, such as `acme-copilot`, is that of an agent of the company's own.
_TOOLS = tuple(
    (re.compile(rf"(?:{names})(?![a-z0-9])"), tool)
    for names, tool in (
        (r"(?:com\.anthropic\.)?claude-code", CLAUDE_CODE),
        ("codex", CODEX),
        ("gemini-cli", GEMINI_CLI),
        (r"github[-.]copilot|copilot-(?:chat|cli)", COPILOT),
    )
)
# What a model or terminal may be called. An agent can write anything there: texts, addresses and paths of local
# models are no names.
_LABEL = re.compile(r"[A-Za-z0-9][\w.:+-]*(?:/[\w.:+-]+)*(?:@\d+)?(?:\[\w+\])?", re.ASCII)
_REDACTED = frozenset({"", "<REDACTED>", "[REDACTED]"})
_EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_GEN_AI_REQUEST = "gen_ai.client.inference.operation.details"
_EDITS = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit", "replace", "write_file", "apply_patch"})
_ACCEPTED = frozenset({"accept", "auto_accept", "modify", "approved", "approved_for_session"})
_REFUSED = frozenset({"reject", "denied", "abort"})
_TOKEN_BUCKETS = {
    "input": "input", "output": "output", "cacheread": "cached_input", "cachecreation": "cache_write",
    "cache": "cached_of_input", "thought": "reasoning", "cache_read": "cached_of_input",
    "cache_creation": "cache_write_of_input",
}  # fmt: skip
_ADDED = {"added": "lines_added"}
_SESSION = ("session.id", "conversation.id", "gen_ai.conversation.id")
_MODEL = ("model", "gen_ai.response.model", "gen_ai.request.model", "slug")
# Metrics by name: the attribute that says what is counted, and the bucket of each of its values. Without an
# attribute the metric has one bucket.
_METRICS: dict[str, tuple[str, dict[str, str]]] = {
    "claude_code.token.usage": ("type", _TOKEN_BUCKETS),
    "claude_code.cost.usage": ("", {"": "cost"}),
    "claude_code.lines_of_code.count": ("type", _ADDED),
    "claude_code.code_edit_tool.decision": ("decision", {"accept": "accepted", "reject": "refused"}),
    "gemini_cli.token.usage": ("type", _TOKEN_BUCKETS),
    "gemini_cli.lines.changed": ("type", _ADDED),
    "gen_ai.client.token.usage": ("gen_ai.token.type", _TOKEN_BUCKETS),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote a batch: the program, its library, and what it says of itself."""

    service: str
    scope: str
    told: Attributes
    person_attributes: tuple[str, ...]

    @staticmethod
    def of(resource: Resource | None, scope: Scope | None, person_attributes: tuple[str, ...]) -> Origin:
        """From a batch. `person_attributes`: names of attributes that hold an address."""
        told = attributes(resource.attributes) if resource else {}
        library = str(scope.name) if scope and scope.name else ""
        return Origin(str(told.get("service.name", "")), library, told, person_attributes)

    def tool(self, name: str = "") -> str:
        """By the program, its library or the event's name; any other is an agent of the company's own."""
        for told in (self.service, self.scope, name):
            for names, tool in _TOOLS:
                if names.match(told.lower().replace("_", "-")):
                    return tool
        return CUSTOM

    def sender(self, tool: str, told: Attributes) -> Sender:
        """Whose doing it is, by the record's own attributes or those of its program."""

        def first(*names: str) -> str | None:
            for name in names:
                if value := told.get(name) or self.told.get(name):
                    return str(value)
            return None

        address = first(*self.person_attributes)
        account = first("user.account_id")
        is_claudes = tool == CLAUDE_CODE and account is not None and account.startswith("user_")
        return Sender(
            email=address if address and "@" in address else None,
            anthropic_user=account if is_claudes else None,
            user=None if is_claudes else account or first("user.account_uuid"),
            device=first("installation.id", "user.id"),
        )


def acts(batch: Export, person_attributes: tuple[str, ...]) -> Iterator[Act]:
    """Prompts, requests and decisions of a batch of events or steps."""
    for logs in batch.resource_logs or ():
        for scoped in logs.scope_logs or ():
            origin = Origin.of(logs.resource, scoped.scope, person_attributes)
            for record in scoped.log_records or ():
                at = instant(record.time_unix_nano) or instant(record.observed_time_unix_nano)
                if (act := _of_event(origin, record, at)) is not None:
                    yield act
    for spans in batch.resource_spans or ():
        for steps in spans.scope_spans or ():
            origin = Origin.of(spans.resource, steps.scope, person_attributes)
            for span in steps.spans or ():
                told, at = attributes(span.attributes), instant(span.end_time_unix_nano)
                # An agent's own step holds the total of its requests.
                if told.get("gen_ai.operation.name") in ("chat", "text_completion"):
                    ids = [span.trace_id, span.span_id] if span.span_id else _flat(told)
                    key = _key(origin, at, "span", *ids)
                    step = _Told(origin, origin.tool(), told, at, key, STEP, span.trace_id)
                    yield _request(step, _gen_ai_tokens(told))


def batch_times(batch: Export) -> Iterator[dt.datetime]:
    """When records were seen by the collector, or else happened."""
    for logs in batch.resource_logs or ():
        for scoped in logs.scope_logs or ():
            for record in scoped.log_records or ():
                if (
                    at := instant(record.observed_time_unix_nano) or instant(record.time_unix_nano)
                ) is not None:
                    yield at
    for spans in batch.resource_spans or ():
        for steps in spans.scope_spans or ():
            yield from (at for span in steps.spans or () if (at := instant(span.end_time_unix_nano)))
    for _, _, points in _points(batch):
        yield from (at for point in points if (at := instant(point.time_unix_nano)))


def measured(batch: Export, person_attributes: tuple[str, ...]) -> Iterator[Measured]:
    """Tokens, money, lines and decisions of a batch of metrics."""
    for (resource, scope), metric, points in _points(batch):
        if not isinstance(name := metric.name, str) or name not in _METRICS:
            continue
        origin = Origin.of(resource, scope, person_attributes)
        tool, (by, buckets) = origin.tool(name), _METRICS[name]
        is_cumulative = any(p.is_cumulative for p in (metric.sum, metric.histogram) if p)
        for point in points:
            told, at = attributes(point.attributes), instant(point.time_unix_nano)
            bucket = buckets.get(str(told.get(by, "")).lower())
            value = point.value
            if bucket is None or value is None:
                continue
            if tool == GEMINI_CLI and bucket == "cached_input":
                bucket = "cached_of_input"
            stream = _joined(origin.service, origin.scope, name, *_flat(origin.told), *_flat(told))
            yield Measured(
                key=_joined(stream, point.start_time_unix_nano, point.time_unix_nano),
                stream=stream,
                tool=tool,
                bucket=bucket,
                at=at,
                started_at=instant(point.start_time_unix_nano),
                is_cumulative=is_cumulative,
                value=Decimal(str(value)),
                sender=origin.sender(tool, told),
                told_by=CONVENTION if name.startswith("gen_ai.") else OWN,
                program=origin.service,
                session=_text(told, *_SESSION),
                model=_label(told, *_MODEL),
            )


def _points(batch: Export) -> Iterator[tuple[tuple[Resource | None, Scope | None], Metric, list[Point]]]:
    for metrics in batch.resource_metrics or ():
        for scoped in metrics.scope_metrics or ():
            for metric in scoped.metrics or ():
                held = metric.sum or metric.histogram or metric.exponential_histogram
                if held is not None:
                    yield (metrics.resource, scoped.scope), metric, held.data_points or []


@dataclass(frozen=True, slots=True)
class _Told:
    """A record and what all rows have of it."""

    origin: Origin
    tool: str
    told: Attributes
    at: dt.datetime | None
    key: str
    told_by: str
    trace: object


def _of_event(origin: Origin, event: LogRecord, at: dt.datetime | None) -> Act | None:
    told = attributes(event.attributes)
    name = str(told.get("event.name") or event.event_name or _named_by_body(event) or "")
    tool = origin.tool(name)
    told_by = CONVENTION if name == _GEN_AI_REQUEST else OWN
    record = _Told(origin, tool, told, at, _key(origin, at, name, *_flat(told)), told_by, event.trace_id)
    what = name.removeprefix(f"{tool}.")
    if tool == GEMINI_CLI and what == "api_response":
        return _request(record, _gemini_tokens(told))
    if tool == CLAUDE_CODE and what == "api_request":
        return _request(record, _claude_tokens(told), _cost(told))
    if tool == CODEX and what in ("sse_event", "websocket_event"):
        is_answer = told.get("event.kind") == "response.completed"
        return _request(record, _codex_tokens(told)) if is_answer else None
    # Gemini CLI tells each request under its own name as well.
    if name == _GEN_AI_REQUEST and tool != GEMINI_CLI:
        return _request(record, _gen_ai_tokens(told))
    if tool in (CLAUDE_CODE, CODEX, GEMINI_CLI) and what == "user_prompt":
        return _act(record, PROMPT, prompt_chars=_prompt_chars(told))
    if what in ("tool_decision", "tool_call") and _text(told, "tool_name", "function_name") in _EDITS:
        decision = str(told.get("decision", "")).lower()
        if decision in _ACCEPTED | _REFUSED:
            return _act(record, DECISION, is_accepted=decision in _ACCEPTED)
    return None


def _named_by_body(record: LogRecord) -> str | None:
    """The body where it is an event's name, as Claude Code writes it; any other text is not looked at."""
    written = record.body.scalar if isinstance(record.body, Value) else None
    is_name = isinstance(written, str) and len(written) < 80 and _EVENT_NAME.fullmatch(written)
    return str(written) if is_name else None


def _act(record: _Told, kind: str, **rest: Any) -> Act:
    told = record.told
    return Act(
        key=record.key,
        tool=record.tool,
        kind=kind,
        at=record.at,
        sender=record.origin.sender(record.tool, told),
        told_by=record.told_by,
        program=record.origin.service,
        trace=record.trace if isinstance(record.trace, str) else None,
        session=_text(told, *_SESSION),
        surface=_label(told, "terminal.type"),
        **rest,
    )


def _request(record: _Told, tokens: Mapping[str, int], cost_usd: Decimal | None = None) -> Act:
    return _act(record, REQUEST, model=_label(record.told, *_MODEL), tokens=tokens, cost_usd=cost_usd)


def _claude_tokens(told: Attributes) -> dict[str, int]:
    """Anthropic's four numbers are disjoint."""
    return _buckets(
        input_tokens=_count(told, "input_tokens"),
        cached_input_tokens=_count(told, "cache_read_tokens"),
        cache_write_tokens=_count(told, "cache_creation_tokens"),
        output_tokens=_count(told, "output_tokens"),
    )


def _codex_tokens(told: Attributes) -> dict[str, int]:
    """Cached tokens lie inside input, reasoning inside output."""
    return _within(
        _count(told, "input_token_count"),
        _count(told, "cached_token_count"),
        None,
        _count(told, "output_token_count"),
        _count(told, "reasoning_token_count"),
    )


def _gemini_tokens(told: Attributes) -> dict[str, int]:
    """Cached tokens lie inside input, thoughts beside output; what the total holds beyond them is not split."""
    thoughts = _count(told, "thoughts_token_count")
    found = _within(
        _count(told, "input_token_count"),
        _count(told, "cached_content_token_count"),
        None,
        _count(told, "output_token_count"),
        None,
    )
    found |= _buckets(reasoning_tokens=thoughts)
    total = _count(told, "total_token_count")
    if total is not None and total > sum(found.values()):
        found["unsplit_tokens"] = total - sum(found.values())
    return found


def _gen_ai_tokens(told: Attributes) -> dict[str, int]:
    """By the conventions cached tokens lie inside input; more of them than input cannot."""
    return _within(
        _count(told, "gen_ai.usage.input_tokens"),
        _count(told, "gen_ai.usage.cache_read.input_tokens"),
        _count(told, "gen_ai.usage.cache_creation.input_tokens"),
        _count(told, "gen_ai.usage.output_tokens"),
        _count(told, "gen_ai.usage.reasoning.output_tokens"),
    )


def _within(
    total_input: int | None,
    cached: int | None,
    written: int | None,
    total_output: int | None,
    reasoning: int | None,
) -> dict[str, int]:
    """Disjoint buckets of totals that contain some of them."""
    of_caches = (cached or 0) + (written or 0)
    if total_input is not None and of_caches <= total_input:
        total_input -= of_caches
    if total_output is not None and (reasoning or 0) <= total_output:
        total_output -= reasoning or 0
    return _buckets(
        input_tokens=total_input,
        cached_input_tokens=cached,
        cache_write_tokens=written,
        output_tokens=total_output,
        reasoning_tokens=reasoning,
    )


def _buckets(**counts: int | None) -> dict[str, int]:
    return {bucket: count for bucket, count in counts.items() if count is not None}


def _cost(told: Attributes) -> Decimal | None:
    """The program's estimate at list price, in US dollars; whole millionths where it sends them."""
    if (micros := _count(told, "cost_usd_micros")) is not None:
        return Decimal(micros) / 1_000_000
    dollars = number(told.get("cost_usd"))
    return None if dollars is None else Decimal(str(dollars))


def _prompt_chars(told: Attributes) -> int | None:
    """Characters of a prompt: as told, or counted here, where its text ends."""
    if (length := _count(told, "prompt_length", "prompt.length")) is not None:
        return length
    written = told.get("prompt")
    return len(written) if isinstance(written, str) and written not in _REDACTED else None


def _count(told: Attributes, *names: str) -> int | None:
    """A count, written as a number or as text."""
    return next((whole(told[name]) for name in names if name in told), None)


def _text(told: Attributes, *names: str) -> str | None:
    return next((str(told[name]) for name in names if told.get(name)), None)


def _label(told: Attributes, *names: str) -> str | None:
    """A name that may land as it is written; None for what reads as anything else."""
    written = _text(told, *names)
    return written if written is not None and _LABEL.fullmatch(written) else None


def _key(origin: Origin, at: dt.datetime | None, *parts: object) -> str:
    return _joined(origin.service, origin.scope, at and at.isoformat(), *parts)


def _flat(told: Attributes) -> list[str]:
    return [f"{name}={told[name]}" for name in sorted(told)]


def _joined(*parts: object) -> str:
    """One text of all parts: only its keyed hash lands."""
    return "\x1f".join("" if part is None else str(part) for part in parts)
