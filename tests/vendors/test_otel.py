"""What is odd about telemetry: batches sent again, cut files, texts beside counts, a request told twice."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.source import SourceRun
from ingestion.sources.otel import SOURCE, records
from ledger.days import LoadedDays
from runtime.clock import RunClock
from runtime.errors import SourceError
from tests.ingestion.sources.runs import TOKENS, loaded_rows, rejects, source_run

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


def logs(service: str, *events: Mapping[str, Any], seconds: int = NINE, **how: Any) -> str:
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
        {"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": {"name": "x"}, "logRecords": told}]}]}
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


def test_a_broken_line_is_counted_and_the_others_are_read(tmp_path: Path) -> None:
    good = logs("claude-code", PROMPT)
    run, rows = load(tmp_path, {"a.jsonl": f'{good}\n{{"resourceLogs": 7}}\n{good[:90]}\n'})
    assert len(rows["events"]) == 1
    assert sum(rejects(run).values()) == 2


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_cut_file_is_read_to_the_cut_and_once_more_when_it_has_grown(tmp_path: Path, name: str) -> None:
    whole = "".join(logs("claude-code", PROMPT, seconds=NINE + 60 * n) + "\n" for n in range(3)).encode()
    content = gzip.compress(whole)[:-12] if name.endswith("gz") else whole[:-40]
    said: list[str] = []
    folder = tmp_path / "telemetry"
    folder.mkdir()
    (folder / name).write_bytes(content)
    run = source_run(SOURCE, bucket_url=str(folder))
    run.progress = said.append
    rows = loaded_rows(SOURCE, run)
    assert any(line.startswith(f"WARNING: {name} ") for line in said)
    assert rows["files"] == []
    if not name.endswith("gz"):
        assert len(rows["events"]) == 2


def test_a_file_that_was_read_is_left_out_until_it_changes(tmp_path: Path) -> None:
    _, rows = load(tmp_path, {"a.jsonl": logs("claude-code", PROMPT)})
    known = frozenset(row["file_token"] for row in rows["files"])
    assert len(known) == 1
    run = source_run(SOURCE, bucket_url=str(tmp_path / "telemetry"))
    run.known_keys = lambda _: known
    assert loaded_rows(SOURCE, run)["events"] == []
    with (tmp_path / "telemetry/a.jsonl").open("a") as file:
        file.write("\n" + logs("claude-code", REQUEST) + "\n")
    assert len(loaded_rows(SOURCE, run)["events"]) == 2


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
