"""What is odd about Codex: two feeds of one use, rests, counts that may contain each other, programs."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.company.generate import generate_company
from demo.company.truth import compute_truth
from demo.company.truth_people import ALL
from demo.server import VendorServer
from demo.vendors.chatgpt import VENDOR as CHATGPT
from demo.vendors.codex import VENDOR, analytics_id, happened_on, usage_rows
from demo.vendors.hris import VENDOR as HRIS
from ingestion.source import SourceRun
from ingestion.sources.codex import SOURCE, records
from ingestion.sources.codex.records import CODEX_USER, LogEvent, UserDay
from runtime.clock import RunClock
from runtime.errors import ConfigurationError
from tests.ingestion.sources.runs import TOKENS, left_out, loaded_rows, rejects, source_run
from tests.ingestion.sources.test_any_record import CANARY, gate, objects
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub, vendor_stub

DAY = dt.date(2026, 11, 18)
MIDNIGHT = 1794960000
WORKSPACE = "6f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
ADA, BEN = "user-AdaLind000000000000001", "user-BenOru0000000000000002"
ADDRESS = "ada.lind@asterlane.example"
USAGE = f"/analytics/codex/workspaces/{WORKSPACE}/usage"
LOGS = f"/compliance/workspaces/{WORKSPACE}/logs"


def measures(credits: Any, *tokens: int | None) -> dict[str, Any]:
    names = (
        "uncached_text_input_tokens",
        "cached_text_input_tokens",
        "text_output_tokens",
        "text_total_tokens",
    )
    counts = dict(zip(names, tokens or (None,) * 4, strict=True))
    return {"credits": credits, "estimated_cost_usd": None, **counts}


WHOLE = measures(63.05, 98_000, 310_000, 15_400, 423_400)


def usage(user: str = ADA, email: str | None = ADDRESS, **more: Any) -> dict[str, Any]:
    """A row as the vendor's example has it."""
    lines = {
        "added": 212,
        "removed": 48,
        "committed": 160,
        "total_committed_lines": 400,
        "committed_percentage": 40,
    }
    commits = {"with_codex_contribution": 3, "with_codex_contribution_percentage": 60.0, "total_commits": 5}
    return {
        "object": "workspace.codex.usage.result",
        "start_time": MIDNIGHT,
        "end_time": MIDNIGHT + 86_400,
        "user_id": user,
        "actor": {"type": "ACCOUNT_USER", "user_id": user, "email": email},
        "totals": {"threads": 6, "turns": 41, **WHOLE},
        "clients": [{"client_id": "CODEX_CLI", "threads": 6, "turns": 41, **WHOLE}],
        "models": [{"model": "gpt-5.5", "speed": "standard", **WHOLE}],
        "code_attribution": {"lines_of_code": lines, "commits": commits},
        **more,
    }


BARE = usage(
    BEN,
    None,
    totals={"threads": 1, "turns": 3, **measures(1.2), "estimated_cost_usd": 0.05},
    clients=[{"client_id": "CODEX_WEB", "threads": 1, "turns": 3, "credits": 1.2}],
    models=None,
    code_attribution=None,
)


def event(kind: str, number: int, details: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"detail_type": kind, "session_id": "sess-31", "turn_id": "turn-1", "call_id": f"call-{number}",
             "model": "gpt-5.5-codex", "environment_id": None}  # fmt: skip
    return {
        "event_id": f"c0de-{number:04}",
        "type": "CODEX_LOG",
        "timestamp": f"2026-11-18T10:15:{number:02}.000000Z",
        "principal": {"id": WORKSPACE, "type": "CHATGPT_WORKSPACE"},
        "actor": {"type": "ACCOUNT_USER", "user_id": ADA, "user_email": ADDRESS},
        "event_type": kind,
        "client_id": "CODEX_CLI",
        "workspace_id": WORKSPACE,
        "event_details": {**known, **details},
        **more,
    }


PROMPT = event("PROMPT_SENT", 1, {"prompt_text": "naïve 🪁"})
SPENT = {
    "input_tokens": 20110,
    "output_tokens": 1830,
    "cached_input_tokens": 15200,
    "reasoning_output_tokens": 640,
}


def answered(number: int = 2, **tokens: int) -> dict[str, Any]:
    said = {"response_text": "Ada Lind", "status": "completed", "service_tier": "default",
            "reasoning_effort": "high", "token_usage": {**SPENT, **tokens}}  # fmt: skip
    return event("PROMPT_RESPONSE_RECEIVED", number, said)


TOOL_CALL = event(
    "TOOL_CALL_COMPLETED",
    3,
    {
        "tool_name": "shell",
        "tool_type": "function",
        "tool_input": "x",
        "tool_call_id": "tc-9",
        "status": "completed",
    },
)


@pytest.fixture
def codex() -> Iterator[VendorStub]:
    with vendor_stub() as stub:
        answer(stub)
        yield stub


def answer(stub: VendorStub, rows: Any = (), events: Any = ()) -> None:
    """What the vendor has: rows of the analytics, events in one log file."""
    body = "".join(f"{json.dumps(one)}\n" for one in events).encode()
    file = {"id": "f1", "event_type": "CODEX_LOG", "end_time": "2026-11-18T12:00:00Z", "file_name": "f1.jsonl",
            "file_size": len(body), "file_sha256": hashlib.sha256(body).hexdigest()}  # fmt: skip
    page = {"object": "page", "data": rows, "has_more": False, "next_page": None}
    stub.routes = {
        f"GET {USAGE}": rows if callable(rows) else page,
        f"GET {LOGS}": {"data": [file] if events else [], "has_more": False, "last_end_time": None},
        f"GET {LOGS}/f1": lambda _: Reply(status=307, headers={"Location": f"{stub.url}/signed"}),
        "GET /signed": Reply(body),
    }


def run_of(stub: VendorStub, **settings: Any) -> SourceRun:
    """A load of the last day."""
    run = source_run(SOURCE, base_url=stub.url, api_key="secret-key", workspace_id=WORKSPACE, **settings)
    run.clock = RunClock(run.clock.as_of, since=DAY)
    return run


def test_the_vendors_examples_land_without_a_reject_or_a_text(codex: VendorStub) -> None:
    answer(codex, [usage(), BARE], [PROMPT, answered(), TOOL_CALL])
    run = run_of(codex)
    tables = loaded_rows(SOURCE, run)
    assert (rejects(run), left_out(run)) == ({}, {})
    assert not run.gate.report.unknown_fields
    full, bare = tables["user_days"]
    assert (full["threads"], full["turns"], full["lines_added"], bare["lines_added"]) == (6, 41, 212, None)
    assert full["user_token"] == TOKENS.token(CODEX_USER, ADA)
    full, bare = tables["user_day_models"]
    assert (full["text_input_tokens"], full["total_tokens"], full["credits"]) == (
        98_000,
        423_400,
        Decimal("63.05"),
    )
    amounts = (Decimal("1.2"), Decimal("0.05"))
    assert (bare["model"], bare["total_tokens"], bare["credits"], bare["estimated_cost_usd"]) == (
        None,
        None,
        *amounts,
    )
    prompt, told = tables["log_events"]
    assert (prompt["author_type"], prompt["prompt_chars"], told["prompt_chars"]) == ("user", 7, None)
    assert prompt["session_token"] == told["session_token"]
    links = {(row["id_token"], row["target_token"], row["method"]) for row in tables["identity_links"]}
    known = TOKENS.token(CODEX_USER, ADA), TOKENS.email_token(ADDRESS)
    assert links == {(*known, "user_day"), (*known, "event")}
    assert not [text for text in ("Ada", "naïve", "shell") if text in str(dict(tables))]


@pytest.mark.parametrize(
    ("tokens", "settings", "expected"),
    [
        ({}, {}, (4910, 15200, 1190, 640)),
        ({}, {"input_has_cached": False, "output_has_reasoning": False}, (20110, 15200, 1830, 640)),
        ({"input_tokens": 9, "output_tokens": 5}, {}, (9, 15200, 5, 640)),
    ],
)
def test_tokens_of_an_answer_are_disjoint(
    codex: VendorStub, tokens: dict[str, int], settings: dict[str, bool], expected: tuple[int, ...]
) -> None:
    answer(codex, events=[answered(**tokens)])
    (row,) = loaded_rows(SOURCE, run_of(codex, **settings))["log_events"]
    names = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens")
    assert tuple(row[name] for name in names) == expected


def test_what_no_client_or_model_is_named_for_is_a_row_of_its_own(codex: VendorStub) -> None:
    part = {"client_id": "CODEX_SDK_TS", "threads": 1, "turns": 30}
    model = {"model": "gpt-5.5", "speed": None, **measures(60, 98_000, 300_000, 15_400, 413_400)}
    answer(codex, [usage(clients=[part], models=[model])])
    tables = loaded_rows(SOURCE, run_of(codex))
    assert [(row["client"], row["is_automated"], row["turns"]) for row in tables["user_day_clients"]] == [
        ("CODEX_SDK_TS", True, 30),
        (None, False, 11),
    ]
    rest = tables["user_day_models"][1]
    assert (rest["model"], rest["credits"], rest["total_tokens"]) == (None, Decimal("3.05"), 10_000)
    assert (rest["text_input_tokens"], rest["text_cached_input_tokens"]) == (None, 10_000)


def test_programs_are_marked_and_keys_have_no_user(codex: VendorStub) -> None:
    key = {"type": "API_KEY", "redacted_id": "sk-…Ada"}
    answer(codex, events=[PROMPT, {**PROMPT, "event_id": "2", "actor": key},
                          {**PROMPT, "event_id": "3", "client_id": "CODEX_GITHUB_ACTION"}])  # fmt: skip
    rows = loaded_rows(SOURCE, run_of(codex))["log_events"]
    found = {(row["actor_type"], row["is_automated"], row["user_token"] is None) for row in rows}
    assert found == {("account_user", False, False), ("api_key", True, True), ("account_user", True, False)}


def test_a_user_on_two_pages_counts_once_and_an_absurd_amount_is_refused(codex: VendorStub) -> None:
    absurd = usage(BEN, totals={**usage()["totals"], "credits": "NaN"})

    def pages(asked: Asked) -> dict[str, Any]:
        is_first = "page" not in asked.query
        rows = [usage(totals={"turns": 1}), absurd] if is_first else [usage()]
        return {"data": rows, "has_more": is_first, "next_page": "cursor_0002" if is_first else None}

    answer(codex, pages)
    run = run_of(codex)
    tables = loaded_rows(SOURCE, run)
    assert sorted(row["turns"] for row in tables["user_days"]) == [41, 41]
    assert rejects(run) == {("user_day_models", "credits is no amount"): 1}
    asked = codex.paths("analytics")
    assert [one.query.get("page") for one in asked][:2] == [None, "cursor_0002"]
    assert int(asked[0].query["start_time"]) <= MIDNIGHT < int(asked[0].query["end_time"])


@given(days=st.lists(objects(UserDay), min_size=1, max_size=3), logged=st.lists(objects(LogEvent), max_size=3))
@hypothesis.settings(max_examples=25)
def test_any_record_is_rows_or_rejects(days: list[Any], logged: list[Any]) -> None:
    found = gate()
    users = records.one_row_each(found.objects(UserDay, "user_days", days))
    kinds = itertools.cycle(("PROMPT_SENT", "PROMPT_RESPONSE_RECEIVED"))
    written = [{**one, "event_type": kind} for one, kind in zip(logged, kinds, strict=False)]
    events = found.objects(LogEvent, "log_events", written)
    found.table(records.USER_DAYS, users, scope="main", day=DAY)
    found.table(records.USER_DAY_CLIENTS, list(records.client_days(users)), scope="main", day=DAY)
    found.table(records.USER_DAY_MODELS, list(records.model_days(users)), scope="main", day=DAY)
    found.table(records.LOG_EVENTS, list(records.messages(True, True, events)))
    assert all(day for *_, day in [*records.day_addresses(users), *records.event_addresses(events)])
    assert CANARY not in repr(found.report)


def test_either_feed_is_read_alone(codex: VendorStub) -> None:
    answer(codex, [usage()], [PROMPT])
    assert "log_events" not in loaded_rows(SOURCE, run_of(codex, logs=False))
    assert not codex.paths("compliance")
    codex.asked.clear()
    assert "user_days" not in loaded_rows(SOURCE, run_of(codex, analytics=False))
    assert not codex.paths("analytics")
    codex.routes = {f"GET {LOGS}": {"data": []}}
    assert all(finding.ok for finding in SOURCE.check(run_of(codex, analytics=False)))


def test_analytics_before_the_first_day_are_not_asked_for(codex: VendorStub) -> None:
    loaded_rows(SOURCE, run_of(codex, first_day="2026-11-18"))
    assert [int(asked.query["start_time"]) for asked in codex.paths("analytics")] == [MIDNIGHT]
    with pytest.raises(ConfigurationError):
        loaded_rows(SOURCE, run_of(codex, first_day="soon"))


def test_the_demo_is_read_over_pages_and_restated() -> None:
    """Source to raw through the demo's vendor: two ids of a user, repeated lines, a day that grows."""
    company = generate_company(people=40, weeks=2)
    profile, events = company.profile, company.activity(VENDOR)
    days = [day for day in profile.days() if day < profile.as_of_day]
    with VendorServer(company) as server:
        run = source_run(SOURCE, **server.configuration()["codex"])
        run.clock = RunClock(profile.as_of, since=days[0])
        tables = loaded_rows(SOURCE, run)
        server.clock.advance(dt.timedelta(days=1))
        later = source_run(SOURCE, **{**server.configuration()["codex"], "logs": False})
        later.clock = RunClock(profile.as_of + dt.timedelta(days=1), since=days[-1], until=days[-1])
        restated = [row for row in loaded_rows(SOURCE, later)["user_days"] if row["day"] == days[-1]]
    assert not rejects(run)
    rows = [row for day in days for row in usage_rows(company, events, day, profile.as_of)]
    assert sum(row["turns"] for row in tables["user_days"]) == sum(row["totals"]["turns"] for row in rows)
    assert sum(row["credits"] or 0 for row in tables["user_day_models"]) == sum(
        row["totals"]["credits"] for row in rows
    )
    last = [row for row in tables["user_days"] if row["day"] == days[-1]]
    assert sum(row["turns"] for row in restated) > sum(row["turns"] for row in last)
    told = {one.id for day in days for one in happened_on(day, events) if one.delivered_at <= profile.as_of
            and (one.is_prompt or one.tokens)}  # fmt: skip
    in_range = [row for row in tables["log_events"] if row["message_date"] in days]
    assert len({row["event_token"] for row in in_range}) == len(told)
    assert len({row["user_token"] for row in in_range}) < len(
        {row["id_token"] for row in tables["identity_links"]}
    ), "the analytics' ids are others"


def test_the_truth_has_the_tokens_of_the_analytics_where_no_costs_tell_them() -> None:
    company = generate_company(people=40, weeks=2, vendors=(HRIS, VENDOR))
    profile, events = company.profile, company.activity(VENDOR)
    week = [profile.first_day + dt.timedelta(days=number) for number in range(7)]
    accounts = [VENDOR.account_of(person) for person in company.employees]
    people = {analytics_id(account) for account in accounts if account is not None}
    rows = [row for day in week for row in usage_rows(company, events, day, profile.as_of)]
    shown = sum(row["totals"]["text_total_tokens"] for row in rows if row["user_id"] in people)
    told = compute_truth(company)["tokens_weekly"][week[0].isoformat()][ALL]["codex"]
    assert told["total_tokens"] == shown > 0
    with_costs = generate_company(people=40, weeks=2, vendors=(HRIS, VENDOR, CHATGPT))
    truth = compute_truth(with_costs)["tokens_weekly"][week[0].isoformat()][ALL]["codex"]
    assert truth["total_tokens"] not in (0, shown), "COSTS tell other amounts, and their own"
