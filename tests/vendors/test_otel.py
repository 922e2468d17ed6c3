"""What is odd about telemetry: batches sent again, cut files, texts beside counts, a request told twice."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from demo.company.canaries import canaries
from demo.company.company import Company
from demo.company.generate import generate_company
from demo.company.truth import compute_truth
from demo.server import VendorServer
from ingestion.pipeline import SourceResult, open_context, run_source
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceRun
from ingestion.sources.otel import SOURCE, FileReading, Store, records
from ledger.days import LoadedDays
from runtime.clock import RunClock
from runtime.environment import Environment, environment
from runtime.errors import SourceError
from tests.end_to_end.leaks import leaks
from tests.ingestion.sources.runs import AS_OF, KEY, TOKENS, loaded_rows, rejects, source_run

DAY = dt.date(2026, 11, 10)
NINE = 1_794_301_200  # 10 November 2026, 09:00 UTC
SECRET = "INVENTED PROMPT TEXT THAT MUST NOT LAND"
ADDRESS = "Priya.Raman@example.com"
CLAUDE = {
    "session.id": "s-1",
    "user.account_id": "user_01PriyaRaman000000000",
    "user.email": ADDRESS,
    "user.id": "0f1e2d3c",
    "terminal.type": "vscode",
}
GEMINI = {"session.id": "gs-1", "installation.id": "inst-7", "user.email": "tomas.oliveira@example.com"}
CODEX = {"conversation.id": "cx-1", "user.account_id": "acct-example-3", "model": "gpt-5.3-codex"}


def attributes(values: Mapping[str, Any], *, as_text: bool = True) -> list[dict[str, Any]]:
    """As OTLP writes them; `as_text`: integers as the encoding wants them."""
    found = []
    for key, value in values.items():
        kind = {bool: "boolValue", int: "intValue", float: "doubleValue"}.get(type(value), "stringValue")
        found.append({"key": key, "value": {kind: str(value) if kind == "intValue" and as_text else value}})
    return found


def logs(service: str, *events: Mapping[str, Any], seconds: int = NINE, scope: str = "x", **how: Any) -> str:
    """A line with these events, a second apart."""
    told = [
        {
            "timeUnixNano": f"{seconds + number}000000000",
            "body": {"stringValue": event.get("body", SECRET)},
            "attributes": attributes({k: v for k, v in event.items() if k != "body"}, **how),
        }
        for number, event in enumerate(events)
    ]
    resource = {"attributes": attributes({"service.name": service, "host.name": "laptop-of-priya"})}
    return json.dumps(
        {
            "resourceLogs": [
                {"resource": resource, "scopeLogs": [{"scope": {"name": scope}, "logRecords": told}]}
            ]
        }
    )


def spans(*steps: tuple[str, Mapping[str, Any]], **resource: str) -> str:
    """A line of Copilot's steps: (id of the span, attributes)."""
    told = [
        {
            "traceId": "t1",
            "spanId": span,
            "endTimeUnixNano": f"{NINE}000000000",
            "attributes": attributes(values),
        }
        for span, values in steps
    ]
    of = {"attributes": attributes({"service.name": "copilot-chat", **resource})}
    scope = {"scope": {"name": "github.copilot"}, "spans": told}
    return json.dumps({"resourceSpans": [{"resource": of, "scopeSpans": [scope]}]})


def metric(name: str, *points: tuple[int, int, float, Mapping[str, Any]], temporality: int = 1) -> str:
    """A line with values: (start, time, value, attributes)."""
    told = [
        {
            "startTimeUnixNano": f"{start}000000000",
            "timeUnixNano": f"{at}000000000",
            "asDouble": value,
            "attributes": attributes(values),
        }
        for start, at, value, values in points
    ]
    counted = {"name": name, "sum": {"aggregationTemporality": temporality, "dataPoints": told}}
    resource = {"attributes": attributes({"service.name": "claude-code"})}
    return json.dumps({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [counted]}]}]})


PROMPT = {
    **CLAUDE, "body": "claude_code.user_prompt", "event.name": "user_prompt", "event.sequence": 1,
    "prompt_length": 184, "prompt": "<REDACTED>",
}  # fmt: skip
REQUEST = {
    **CLAUDE, "event.name": "api_request", "event.sequence": 2, "model": "claude-opus-5-5", "input_tokens": 412,
    "output_tokens": 655, "cache_read_tokens": 48210, "cache_creation_tokens": 1920, "cost_usd": 0.0712,
    "cost_usd_micros": 71200,
}  # fmt: skip


def load(tmp_path: Path, files: Mapping[str, str | bytes], **settings: Any) -> tuple[SourceRun, dict[str, Any]]:
    """What lands of these files."""
    folder = tmp_path / "telemetry"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    run = source_run(SOURCE, bucket_url=str(folder), **settings)
    return run, loaded_rows(SOURCE, run)


def tokens(row: Mapping[str, Any]) -> dict[str, int]:
    """Its buckets that are told."""
    return {bucket: row[bucket] for bucket in records.BUCKETS if row[bucket] is not None}


def test_a_prompt_and_a_request_of_claude_code(tmp_path: Path) -> None:
    """Four disjoint buckets: 51,197 tokens; whole millionths of a dollar win over the rounded amount."""
    _, rows = load(tmp_path, {"a.jsonl": logs("claude-code", PROMPT, REQUEST)})
    prompt, request = rows["events"]
    assert (prompt["tool"], prompt["kind"], prompt["prompt_chars"]) == ("claude_code", "prompt", 184)
    assert prompt["email_token"] == TOKENS.email_token(ADDRESS)
    assert prompt["anthropic_user_token"] == TOKENS.token("vendor-user/anthropic", CLAUDE["user.account_id"])
    assert prompt["user_token"] is None
    assert (request["kind"], request["model"], request["day"]) == ("request", "claude-opus-5-5", DAY)
    assert sum(tokens(request).values()) == 412 + 655 + 48210 + 1920
    assert request["cost_usd"] == Decimal("0.0712")


def test_no_text_lands_and_a_length_that_is_not_told_is_counted(tmp_path: Path) -> None:
    event = {**GEMINI, "event.name": "gemini_cli.user_prompt", "prompt": SECRET}
    _, rows = load(tmp_path, {"a.jsonl": logs("gemini-cli", event)})
    assert rows["events"][0]["prompt_chars"] == len(SECRET)
    assert not any(
        word in str(rows).lower() for word in ("invented", "laptop", "example.com", "priya", "inst-7", "gs-1")
    )


def test_a_redacted_prompt_without_a_length_has_none(tmp_path: Path) -> None:
    event = {**CODEX, "event.name": "codex.user_prompt", "prompt": "[REDACTED]"}
    _, rows = load(tmp_path, {"a.jsonl": logs("codex_tui", event)})
    assert rows["events"][0]["prompt_chars"] is None


def test_a_request_of_gemini_counts_once_and_its_parts_are_its_total(tmp_path: Path) -> None:
    """9,530 tokens: cached ones lie inside input, thoughts beside output; 2 of 9,532 are in no part."""
    counted = {
        "event.name": "gemini_cli.api_response", "model": "gemini-3-pro", "input_token_count": 9100,
        "output_token_count": 310, "cached_content_token_count": 8000, "thoughts_token_count": 120,
        "tool_token_count": 0, "total_token_count": 9532,
    }  # fmt: skip
    again = {"event.name": "gen_ai.client.inference.operation.details", "gen_ai.usage.input_tokens": 9100}
    _, rows = load(tmp_path, {"a.jsonl": logs("gemini-cli", GEMINI | counted, GEMINI | again)})
    (row,) = rows["events"]
    assert tokens(row) == {
        "input_tokens": 1100, "cached_input_tokens": 8000, "output_tokens": 310, "reasoning_tokens": 120,
        "unsplit_tokens": 2,
    }  # fmt: skip


@pytest.mark.parametrize("as_text", [True, False])
def test_reasoning_of_codex_lies_inside_output(tmp_path: Path, as_text: bool) -> None:
    """15,000 in, 12,000 of them cached; 900 out, 640 of them reasoning. Integers as text or as numbers."""
    answer = {
        "event.name": "codex.sse_event", "event.kind": "response.completed", "input_token_count": 15000,
        "cached_token_count": 12000, "output_token_count": 900, "reasoning_token_count": 640,
    }  # fmt: skip
    part = {"event.name": "codex.sse_event", "event.kind": "response.output_item.done"}
    _, rows = load(tmp_path, {"a.jsonl": logs("codex_exec", CODEX | answer, CODEX | part, as_text=as_text)})
    (row,) = rows["events"]
    assert tokens(row) == {
        "input_tokens": 3000, "cached_input_tokens": 12000, "output_tokens": 260, "reasoning_tokens": 640,
    }  # fmt: skip
    assert row["user_token"] == TOKENS.token(records.OTEL_USER, "acct-example-3")


def test_of_copilots_steps_only_requests_count(tmp_path: Path) -> None:
    """The agent's own step holds the total of its two requests: 5,200 tokens in, not 10,400."""
    chat = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5.4"}
    line = spans(
        ("a", {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 5200}),
        ("b", chat | {"gen_ai.usage.input_tokens": 2400, "gen_ai.usage.output_tokens": 180}),
        ("c", chat | {"gen_ai.usage.input_tokens": 2800, "gen_ai.usage.output_tokens": 230}),
        **{"x-employee": "hana.sato@example.com"},
    )
    _, rows = load(tmp_path, {"a.jsonl": line}, person_attributes=["user.email", "x-employee"])
    assert [row["tool"] for row in rows["events"]] == ["github_copilot"] * 2
    assert sum(row["input_tokens"] for row in rows["events"]) == 5200
    assert rows["events"][0]["email_token"] == TOKENS.email_token("hana.sato@example.com")


def test_caches_by_the_conventions_lie_inside_input_unless_they_are_more(tmp_path: Path) -> None:
    used = {"gen_ai.usage.cache_read.input_tokens": 800, "gen_ai.usage.output_tokens": 5}
    name = {"event.name": "gen_ai.client.inference.operation.details"}
    inside, beside = ({**name, **used, "gen_ai.usage.input_tokens": total} for total in (1000, 300))
    _, rows = load(tmp_path, {"a.jsonl": logs("billing-agent", inside, beside)})
    assert [(row["tool"], row["input_tokens"], row["cached_input_tokens"]) for row in rows["events"]] == [
        ("custom_agent", 200, 800),
        ("custom_agent", 300, 800),
    ]


def test_decisions_about_edits_alone_are_told(tmp_path: Path) -> None:
    def decided(tool: str, decision: str) -> dict[str, str]:
        return {**CLAUDE, "event.name": "tool_decision", "tool_name": tool, "decision": decision}

    events = [decided("Edit", "accept"), decided("Edit", "reject"), decided("Bash", "accept")]
    _, rows = load(tmp_path, {"a.jsonl": logs("claude-code", *events)})
    assert [row["is_accepted"] for row in rows["events"]] == [True, False]


def test_what_is_sent_again_has_the_same_key_wherever_it_stands(tmp_path: Path) -> None:
    line, other = logs("claude-code", PROMPT, REQUEST), logs("claude-code", PROMPT, seconds=NINE + 60)
    _, rows = load(
        tmp_path, {"a.jsonl": f"{line}\n{other}\n{line}\n", "b.jsonl.gz": gzip.compress(line.encode())}
    )
    keys = [row["event_token"] for row in rows["events"]]
    assert keys[:2] == keys[3:]  # the file's own repetition is dropped with its batch
    assert len(set(keys)) == 3


def test_a_device_is_linked_by_an_address_that_was_sent_with_it(tmp_path: Path) -> None:
    _, rows = load(tmp_path, {"a.jsonl": logs("claude-code", PROMPT)})
    links = {(row["namespace"], row["id_token"], row["target_token"]) for row in rows["identity_links"]}
    address = TOKENS.email_token(ADDRESS)
    assert links == {
        ("device", TOKENS.token("device", "0f1e2d3c"), address),
        ("vendor-user/anthropic", TOKENS.token("vendor-user/anthropic", CLAUDE["user.account_id"]), address),
    }


def test_metrics_keep_their_stream_and_kind(tmp_path: Path) -> None:
    told = {"user.email": ADDRESS, "type": "cacheRead", "model": "m"}
    line = metric("claude_code.token.usage", (NINE, NINE + 60, 412.0, told), temporality=2)
    other = metric("claude_code.active_time.total", (NINE, NINE + 60, 9.0, told))
    _, rows = load(tmp_path, {"a.jsonl": f"{line}\n{other}\n"})
    (row,) = rows["metric_points"]
    assert (row["bucket"], row["is_cumulative"], row["value"]) == ("cached_input", True, 412)


@pytest.mark.parametrize(
    ("service", "scope", "tool"),
    [
        ("claude-code", "x", "claude_code"),
        ("claude-code-desktop", "x", "claude_code"),
        ("our-wrapper", "com.anthropic.claude_code.events", "claude_code"),
        ("codex_exec", "x", "codex"),
        ("codex-cli", "x", "codex"),
        ("Codex", "x", "codex"),
        ("gemini-cli", "x", "gemini_cli"),
        ("copilot-chat", "x", "github_copilot"),
        ("github-copilot", "x", "github_copilot"),
        ("acme-copilot", "x", "custom_agent"),
        ("copilotish", "x", "custom_agent"),
        ("my-codex-helper", "x", "custom_agent"),
        ("codexter", "x", "custom_agent"),
        ("not-claude-code", "anthropic", "custom_agent"),
    ],
)
def test_a_tool_is_known_by_how_its_name_begins(tmp_path: Path, service: str, scope: str, tool: str) -> None:
    """A request in the tool's own words, or in those of the conventions where it has none."""
    count = {"input_token_count": 7, "input_tokens": 7, "gen_ai.usage.input_tokens": 7}
    events = [
        {"event.name": "api_request", **count},
        {"event.name": "codex.sse_event", "event.kind": "response.completed", **count},
        {"event.name": "gemini_cli.api_response", **count},
        {"event.name": "gen_ai.client.inference.operation.details", **count},
    ]
    own = {"claude_code": 0, "codex": 1, "gemini_cli": 2, "github_copilot": 3, "custom_agent": 3}
    _, rows = load(tmp_path, {"a.jsonl": logs(service, events[own[tool]], scope=scope)})
    assert [(row["tool"], row["input_tokens"]) for row in rows["events"]] == [(tool, 7)]


def test_a_value_of_an_odd_kind_costs_neither_its_record_nor_its_line(tmp_path: Path) -> None:
    """Sixty records, each with every way in which an attribute cannot be read; their tokens are."""
    odd: list[Any] = [
        {"key": "cwd", "value": {"arrayValue": {"values": [{"stringValue": SECRET}]}}},
        {"key": "cwd", "value": {"kvlistValue": {"values": [{"key": "k", "value": {"intValue": "x"}}]}}},
        {"key": "cwd", "value": {"bytesValue": "AAAA"}},
        {"key": "model", "value": None},
        {"key": "model", "value": {}},
        {"key": "model", "value": {"stringValue": 7}},
        {"key": "model", "value": {"stringValue": {"text": SECRET}}},
        {"key": "output_tokens", "value": {"intValue": "many"}},
        {"key": "output_tokens", "value": {"intValue": [1]}},
        {"key": "cost_usd", "value": {"doubleValue": "NaN"}},
        {"key": "duration_ms", "value": {"boolValue": "perhaps"}},
        {"key": "speed", "value": SECRET},
        {"key": 7, "value": {"stringValue": SECRET}},
        {"value": {"stringValue": SECRET}},
        None,
        SECRET,
    ]
    line = json.loads(logs("claude-code", *[REQUEST] * 60))
    told = line["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    for record in told:
        record["attributes"] = odd + [one for one in record["attributes"] if one["key"] != "model"]
        record["traceId"], record["body"] = 7, SECRET
    line["resourceLogs"][0]["resource"]["attributes"] += odd
    run, rows = load(tmp_path, {"a.jsonl": json.dumps(line)})
    assert rejects(run) == {}
    assert len(rows["events"]) == 60
    assert {(row["input_tokens"], row["output_tokens"], row["model"]) for row in rows["events"]} == {
        (412, 655, None)
    }
    assert SECRET not in str(rows)


def test_attributes_that_are_no_list_are_left_out(tmp_path: Path) -> None:
    line = json.loads(logs("claude-code", REQUEST, PROMPT))
    line["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["attributes"] = SECRET
    run, rows = load(tmp_path, {"a.jsonl": json.dumps(line)})
    assert rejects(run) == {}
    assert [row["kind"] for row in rows["events"]] == ["prompt"]


@pytest.mark.parametrize("time", [None, 0, "0", "1794301200", "soon", 10**40])
def test_an_event_without_a_time_has_that_of_the_collector_or_is_refused(tmp_path: Path, time: Any) -> None:
    """None, 1970 (0, or seconds for nanoseconds), a word, and more than any clock tells."""
    line = json.loads(logs("claude-code", PROMPT, REQUEST))
    seen, unseen = line["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    seen["timeUnixNano"] = unseen["timeUnixNano"] = time
    seen["observedTimeUnixNano"] = f"{NINE}000000000"
    run, rows = load(tmp_path, {"a.jsonl": json.dumps(line)})
    assert [(row["kind"], row["day"]) for row in rows["events"]] == [("prompt", DAY)]
    assert rejects(run) == {("events", "missing occurred_at"): 1}
    assert min(record.day for record in run.fetched) == DAY


def test_steps_and_values_without_a_time_are_refused(tmp_path: Path) -> None:
    step = json.loads(spans(("a", {"gen_ai.operation.name": "chat"}), ("b", {"gen_ai.operation.name": "chat"})))
    del step["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["endTimeUnixNano"]
    told = {"type": "input"}
    value = metric("claude_code.token.usage", (NINE, 0, 5.0, told), (NINE, NINE + 60, 7.0, told))
    run, rows = load(tmp_path, {"a.jsonl": f"{json.dumps(step)}\n{value}\n"})
    assert len(rows["events"]) == 1
    assert [row["value"] for row in rows["metric_points"]] == [7]
    assert set(rejects(run).values()) == {1}
    assert {table for table, _ in rejects(run)} == {"events", "metric_points"}


def test_the_use_of_a_delta_is_of_the_day_on_which_its_interval_began(tmp_path: Path) -> None:
    """Midnight is NINE + 15 hours. An interval of more than a day tells nothing of when it was used."""
    midnight, told = NINE + 15 * 3600, {"type": "input"}
    deltas = [(midnight - 30, midnight + 30), (midnight, midnight + 60), (midnight - 90_000, midnight + 60)]
    points = [(start, end, 5.0, told) for start, end in deltas]
    _, rows = load(tmp_path, {"a.jsonl": metric("claude_code.token.usage", *points)})
    after = DAY + dt.timedelta(1)
    assert [row["day"] for row in rows["metric_points"]] == [DAY, after, after]


@pytest.mark.parametrize(
    ("written", "landed"),
    [
        ("claude-sonnet-4-5@20250929", True),
        ("claude-opus-5[1m]", True),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude", True),
        ("models/gemini-3-pro", True),
        ("/Users/priya/llama.gguf", False),
        ("C:\\models\\llama.gguf", False),
        ("~/llama.gguf", False),
        (ADDRESS, False),
        (SECRET, False),
    ],
)
def test_a_model_lands_where_it_reads_as_a_name(tmp_path: Path, written: str, landed: bool) -> None:
    told = {**REQUEST, "model": written, "terminal.type": written}
    _, rows = load(tmp_path, {"a.jsonl": logs("claude-code", told)})
    (row,) = rows["events"]
    assert row["model"] == row["surface"] == (written if landed else None)
    assert row["input_tokens"] == 412


def test_a_broken_line_is_counted_and_the_others_are_read(tmp_path: Path) -> None:
    good = logs("claude-code", PROMPT)
    run, rows = load(tmp_path, {"a.jsonl": f'{good}\n{{"resourceLogs": 7}}\n{good[:90]}\n'})
    assert len(rows["events"]) == 1
    assert sum(rejects(run).values()) == 2


def next_night(folder: Path, rows: dict[str, Any], *, tenant: str = "main") -> tuple[dict[str, Any], list[str]]:
    """What lands of the folder in the night after `rows` landed, and what is said."""
    run = source_run(SOURCE, bucket_url=str(folder))
    said: list[str] = []
    run.progress = said.append
    read = [row | {"tenant": tenant} for row in rows["files"]]
    run.known_rows = lambda _, columns: [tuple(row[name] for name in columns) for row in read]
    return loaded_rows(SOURCE, run), said


def prompts(*numbers: int) -> bytes:
    """Lines of one prompt each, a minute apart."""
    return b"".join(logs("claude-code", PROMPT, seconds=NINE + 60 * n).encode() + b"\n" for n in numbers)


def minutes(rows: Mapping[str, Any]) -> list[int]:
    """Which of them landed."""
    start = dt.datetime.fromtimestamp(NINE, dt.UTC).replace(tzinfo=None)
    return [(row["occurred_at"] - start) // dt.timedelta(minutes=1) for row in rows.get("events", [])]


def test_the_lines_before_a_cut_of_a_packed_file_are_read(tmp_path: Path) -> None:
    """Of a thousand lines the checksum and some bytes are missing. When it is whole it is read once more."""
    whole = gzip.compress(prompts(*range(1000)))
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:-12])
    rows, said = next_night(tmp_path, {"files": []})
    assert len(rows["events"]) in (998, 999)
    assert any(line.startswith("WARNING: a.jsonl.gz is cut") for line in said)
    assert next_night(tmp_path, rows) == ({}, [])
    (tmp_path / "a.jsonl.gz").write_bytes(whole)
    rows, said = next_night(tmp_path, rows)
    assert len(rows["events"]) == 1000
    assert not any("WARNING" in line for line in said)


def test_what_stands_before_a_damaged_place_of_a_packed_file_is_read(tmp_path: Path) -> None:
    """Half of the file is overwritten. Lines before are read to about a step of unpacking."""
    lines = b"".join(logs("x", {"n": str(n * n % 9973)}, seconds=NINE + n).encode() + b"\n" for n in range(500))
    whole = gzip.compress(lines + prompts(1), 1)
    good = gzip.compress(prompts(*range(200)), 1)
    damaged = good + whole[: len(whole) // 2] + b"\xff" * 999
    (tmp_path / "a.jsonl.gz").write_bytes(damaged)
    rows, said = next_night(tmp_path, {"files": []})
    assert minutes(rows) == list(range(200))
    assert any("is cut or damaged" in line for line in said)


def test_a_file_that_is_being_written_goes_on_where_its_last_whole_line_ended(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    lines = prompts(*range(100))
    file.write_bytes(lines[:-40])
    rows, said = next_night(tmp_path, {"files": []})
    assert minutes(rows) == list(range(99))
    assert any(line.startswith("WARNING: a.jsonl ends within a line") for line in said)
    file.write_bytes(lines + prompts(100).rstrip())
    rows, _ = next_night(tmp_path, rows)
    assert minutes(rows) == [99, 100]
    file.write_bytes(lines + prompts(100, 101))
    rows, _ = next_night(tmp_path, rows)
    assert minutes(rows) == [101]
    assert next_night(tmp_path, rows) == ({}, [])


@pytest.mark.parametrize("other", [prompts(7), prompts(*range(200, 300))], ids=["shorter", "longer"])
def test_another_file_under_the_same_name_is_read_from_its_start(tmp_path: Path, other: bytes) -> None:
    """Collectors rename a full file and begin the next under its name."""
    (tmp_path / "a.jsonl").write_bytes(prompts(*range(50)))
    rows, _ = next_night(tmp_path, {"files": []})
    (tmp_path / "a.jsonl").write_bytes(other)
    (tmp_path / "a-2026.jsonl").write_bytes(prompts(*range(50)))
    again, _ = next_night(tmp_path, rows)
    assert minutes(again)[:50] == list(range(50))
    assert len(again["events"]) == 50 + other.count(b"\n")


def test_a_file_that_cannot_be_unpacked_here_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.zst").write_bytes(bytes(range(256)))
    (tmp_path / "b.jsonl").write_bytes(prompts(1))
    rows, said = next_night(tmp_path, {"files": []})
    assert minutes(rows) == [1]
    assert any(line.startswith("WARNING: a.jsonl.zst is packed") for line in said)
    assert len(rows["files"]) == 1


def test_what_another_account_has_read_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(prompts(1))
    rows, _ = next_night(tmp_path, {"files": []})
    again, _ = next_night(tmp_path, rows, tenant="other")
    assert minutes(again) == [1]


def test_a_file_that_fails_half_way_is_read_again_from_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second piece of the file cannot be had tonight; tomorrow it can."""
    lines = prompts(*range(100))
    (tmp_path / "a.jsonl").write_bytes(lines)
    opened = Store.opened

    class Failing:
        def __init__(self, file: Any) -> None:
            self.file, self.reads = file, 0

        def __enter__(self) -> Failing:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def read(self, size: int) -> bytes:
            self.reads += 1
            if self.reads > 1:
                raise OSError
            return bytes(self.file.read(size))

    monkeypatch.setattr(Store, "opened", lambda *args, **how: Failing(opened(*args, **how)))
    rows, said = next_night(tmp_path, {"files": []})
    assert 0 < len(rows["events"]) < 100
    assert rows["files"] == []
    assert any("cannot be read to its end (OSError)" in line for line in said)
    monkeypatch.undo()
    assert minutes(next_night(tmp_path, rows)[0]) == list(range(100))


def test_a_day_is_read_when_a_later_batch_has_come(tmp_path: Path) -> None:
    """Batches of the 10th and the 12th: the 10th and 11th are read, the 11th without use; the 12th may grow."""
    lines = [logs("claude-code", PROMPT, seconds=NINE + 86_400 * n) for n in (0, 2)]
    run, _ = load(tmp_path, {"a.jsonl": "\n".join(lines)})
    days = {record.day: record.status for record in run.fetched if record.resource == records.DAYS.name}
    assert [days[DAY + dt.timedelta(n)] for n in range(3)] == ["ok", "ok", "pending"]
    assert min(days) == DAY


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param([], {13: "pending", 14: "pending", 15: "pending"}, id="nothing new"),
        pytest.param([5], {13: "ok", 14: "ok", 15: "pending"}, id="two quiet days"),
        pytest.param([-2], {8: "ok", 9: "ok", 13: "pending", 14: "pending", 15: "pending"}, id="a late batch"),
    ],
)
def test_what_earlier_nights_read_stays_read(
    tmp_path: Path, later: list[int], expected: dict[int, str]
) -> None:
    """Read before: the 10th to the 12th. Only days that change their state are recorded."""
    lines = [logs("claude-code", PROMPT, seconds=NINE + 86_400 * days) for days in later]
    (tmp_path / "a.jsonl").write_text("".join(f"{line}\n" for line in lines))
    run = source_run(SOURCE, bucket_url=str(tmp_path))
    run.clock = RunClock(dt.datetime(2026, 11, 15, 20, tzinfo=dt.UTC))
    run.loaded = LoadedDays(
        (records.DAYS.name, run.tenant, "main", DAY + dt.timedelta(days), "ok", 1) for days in range(3)
    )
    loaded_rows(SOURCE, run)
    days = {record.day.day: record.status for record in run.fetched if record.resource == records.DAYS.name}
    assert days == expected


def test_a_folder_that_is_missing_fails_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        loaded_rows(SOURCE, source_run(SOURCE, bucket_url=str(tmp_path / "nowhere")))


def test_a_url_of_a_folder_is_read_like_its_path(tmp_path: Path) -> None:
    load(tmp_path, {"a.jsonl": logs("claude-code", PROMPT)})
    run = source_run(SOURCE, bucket_url=f"file://{tmp_path}/telemetry")
    assert len(loaded_rows(SOURCE, run)["events"]) == 1
    assert [finding.ok for finding in SOURCE.check(run)] == [True]


def test_files_are_read_in_pieces(tmp_path: Path) -> None:
    """A file of 20 MB comes in blocks, and the next file is opened when it has ended."""
    pieces = 1000
    lines = [logs("claude-code", *[REQUEST] * 20, seconds=NINE + 20 * n) + "\n" for n in range(pieces)]
    (tmp_path / "a.jsonl").write_text("".join(lines))
    (tmp_path / "b.jsonl").write_text(lines[0])
    run, opened = source_run(SOURCE, bucket_url=str(tmp_path)), []
    run.progress = opened.append
    found = [
        (len(opened), batch.table.num_rows) for batch in SOURCE.extract(run) if batch.contract is records.EVENTS
    ]
    first = [rows for number, rows in found if number == 1]
    assert len(first) > 2
    assert sum(first) == 20 * pieces
    assert max(first) < 20 * pieces


@pytest.fixture(scope="module")
def company() -> Company:
    """Forty people, two weeks."""
    return generate_company(people=40, weeks=2)


@pytest.fixture(scope="module")
def demo(company: Company) -> Iterator[VendorServer]:
    """Its vendors, one of which writes the collector's files."""
    with VendorServer(company) as running:
        yield running


def stored(env: Environment) -> dict[str, list[dict[str, Any]]]:
    """Rows of each raw table, without dlt's own columns, in order."""
    schema, found = env.raw_schema("raw_otel"), {}
    with env.session() as session:
        for table in {contract.name for contract in SOURCE.contracts}:
            names = [column.name for column in session.columns(schema, table) if column.name[:4] != "_dlt"]
            rows = session.rows(f"select {', '.join(names)} from {session.name(schema, table)}")
            found[table] = sorted((dict(zip(names, row, strict=True)) for row in rows), key=repr)
    return found


def night(company: Company, env: Environment, number: int) -> SourceResult:
    """The source is loaded for the whole time of the company, `number` minutes after its moment."""
    as_of = company.profile.as_of + dt.timedelta(minutes=number)
    context = open_context(env, Pseudonymiser(KEY), RunClock(as_of), f"run-{number}", [SOURCE])
    return run_source(SOURCE, context)


def test_the_demos_files_are_loaded_once_and_are_the_truth(
    company: Company, demo: VendorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First without settings, then with them, then again: the second night opens no file and changes nothing.

    Then every file gets the next line, and the newest plain one is read on where it ended.
    """
    for name in [name for name in os.environ if name.startswith("SOURCES__")]:
        monkeypatch.delenv(name)
    env = environment(tmp_path / "data", "dev")
    assert night(company, env, 0).status == "not_connected"
    assert not any(stored(env).values())

    folder = tmp_path / "telemetry"
    shutil.copytree(demo.configuration()["otel"]["bucket_url"], folder)
    monkeypatch.setenv("SOURCES__OTEL__BUCKET_URL", str(folder))
    assert night(company, env, 1).status == "ok"
    first = stored(env)
    truth = compute_truth(company)
    weeks = [week["All departments"] for week in truth["department_weekly"].values()]
    written = sum(week["gemini_cli"]["user_messages"] for week in [*weeks, *truth["unattributed"].values()])
    prompts_loaded = [row for row in first["events"] if row["kind"] == "prompt"]
    assert len(prompts_loaded) == written > 50
    assert all(first.values())
    assert {row["tool"] for row in first["events"]} == {"gemini_cli", "claude_code"}

    monkeypatch.setattr(Store, "opened", None)
    assert night(company, env, 2).status == "ok"
    monkeypatch.undo()
    monkeypatch.setenv("SOURCES__OTEL__BUCKET_URL", str(folder))
    assert stored(env) == first

    newest = max(folder.glob("*.jsonl"))
    seconds = int(company.profile.as_of.timestamp()) - 60
    with newest.open("a") as file:
        file.write(logs("claude-code", PROMPT, seconds=seconds) + "\n")
    begun: list[int] = []
    went_on = FileReading.chunks
    monkeypatch.setattr(FileReading, "chunks", lambda lines: begun.append(lines.end) or went_on(lines))
    assert night(company, env, 3).status == "ok"
    assert len(begun) == 1
    assert begun[0] > 0
    assert len(stored(env)["events"]) == len(first["events"]) + 1
    assert leaks(env.data_dir, [*canaries(company), SECRET, ADDRESS]) == []


@pytest.mark.parametrize(
    "canary", ["Zebulon-Quartz secret prompt", "/home/zebulon-quartz/code", "zebulon.quartz@example.com"]
)
def test_no_text_lands_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, canary: str) -> None:
    """The same text in every attribute of every kind, in names, bodies, events of steps, descriptions and
    states, beside what is read and in place of it."""
    kinds = [
        {"stringValue": canary},
        {"bytesValue": "WmVidWxvbi1RdWFydHo="},
        {"arrayValue": {"values": [{"stringValue": canary}]}},
        {"kvlistValue": {"values": [{"key": canary, "value": {"stringValue": canary}}]}},
    ]
    names = [
        "prompt", "response", "body", "tool_input", "tool_parameters", "function_args", "request_text", "error",
        "response_text", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "cwd",
        "full_command", "file_path", "host.name", "session.id", "conversation.id", "user.email", "user.id",
        "user.account_id", "installation.id", "terminal.type", "model", "gen_ai.request.model", "slug", "type",
        "decision", "tool_name", "function_name", "event.kind", "gen_ai.token.type", "gen_ai.conversation.id",
        "input_tokens", "cost_usd", "prompt_length", "service.name", "event.sequence", canary,
    ]  # fmt: skip

    def around(values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """These, and the canary under each other name."""
        strange = [{"key": name, "value": kind} for kind in kinds for name in names]
        return [one for one in strange if one["key"] not in values] + attributes(values)

    at = {"timeUnixNano": f"{NINE}000000000", "endTimeUnixNano": f"{NINE}000000000"}
    said = {"body": {"stringValue": canary}, "severityText": canary, "eventName": canary, "traceId": canary}
    step = {
        "name": canary, "traceId": canary, "spanId": canary, "status": {"message": canary},
        "events": [{"name": canary, "attributes": around({})}], "links": [{"attributes": around({})}],
    }  # fmt: skip
    records_ = [
        at | said | {"attributes": around({"event.name": name} | told)}
        for name in ("user_prompt", "api_request", "tool_decision", "codex.sse_event", "api_error", canary,
                     "gen_ai.client.inference.operation.details")
        for told in ({}, {"tool_name": "Edit", "decision": "accept"}, {"event.kind": "response.completed"})
    ]  # fmt: skip
    points = [at | {"asInt": "5", "attributes": around(told)} for told in ({}, {"type": "input"})]
    counted = {"name": "claude_code.token.usage", "description": canary, "unit": canary}
    counted |= {"sum": {"dataPoints": points}, "metadata": around({})}
    lines = []
    for service in ("claude-code", "codex", "gemini-cli", "copilot-chat", f"{canary}-agent"):
        of = {"resource": {"attributes": around({"service.name": service})}, "schemaUrl": canary}
        scope = {"name": canary, "version": canary, "attributes": around({})}
        spans_ = [at | step | {"attributes": around({"gen_ai.operation.name": "chat"})}]
        lines += [
            {"resourceLogs": [of | {"scopeLogs": [{"scope": scope, "logRecords": records_}]}]},
            {"resourceSpans": [of | {"scopeSpans": [{"scope": scope, "spans": spans_}]}]},
            {"resourceMetrics": [of | {"scopeMetrics": [{"scope": scope, "metrics": [counted]}]}]},
        ]
    folder = tmp_path / "telemetry"
    folder.mkdir()
    text = "".join(json.dumps(line) + "\n" for line in [*lines, {canary: canary}, {"resourceLogs": canary}])
    (folder / "a.jsonl").write_text(text + f"{canary}\n" + json.dumps(canary) + "\n")
    for name in [name for name in os.environ if name.startswith("SOURCES__")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SOURCES__OTEL__BUCKET_URL", str(folder))
    env = environment(tmp_path / "data", "dev")
    context = open_context(env, Pseudonymiser(KEY), RunClock(AS_OF), "run", [SOURCE])
    assert run_source(SOURCE, context).status == "ok"
    rows = stored(env)
    assert {row["tool"] for row in rows["events"]} == {
        "claude_code", "codex", "gemini_cli", "github_copilot", "custom_agent",
    }  # fmt: skip
    assert {row["kind"] for row in rows["events"]} == {"prompt", "request", "decision"}
    assert rows["metric_points"]
    assert leaks(env.data_dir, ["zebulon", "quartz", "WmVidWxvbi1"]) == []
