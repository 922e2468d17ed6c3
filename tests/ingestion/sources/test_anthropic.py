"""Anthropic: what its present and older reports become, which report is asked, and what never lands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.company.generate import generate_company
from demo.server import VendorServer
from demo.vendors.anthropic import VENDOR
from ingestion.privacy.contract import TableContract
from ingestion.source import SourceRun
from ingestion.sources.anthropic import SOURCE, records
from ingestion.sources.anthropic.records import ANTHROPIC_USER
from runtime.clock import RunClock
from runtime.errors import AccessError
from tests.ingestion.sources.runs import AS_OF, TODAY, TOKENS, loaded_rows, rejects, source_run
from tests.ingestion.sources.test_any_record import CANARY, gate, objects
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub, vendor_stub

DAY = dt.date(2026, 11, 10)
HOME = "/v1/organizations"
USAGE, COST = f"GET {HOME}/analytics/usage", f"GET {HOME}/analytics/cost"
NONE: dict[str, Any] = {"data": [], "has_more": False, "next_page": None}
ADA = {"type": "user_actor", "user_id": "user_01Ada", "name": "Ada Example", "deleted": False}
ADA_NOW = {**ADA, "email_address": "ada@asterlane.example"}
ADA_THEN = {**ADA, "email": "ada@asterlane.example"}
BUCKET = {"starting_at": "2026-11-10T00:00:00Z", "ending_at": "2026-11-11T00:00:00Z"}
OTHERS = dict.fromkeys(
    ("actor_type", "context_window", "cost_type", "token_type", "workspace_id", "api_key_id", "rbac_group_id",
     "speed", "inference_geo", "organization_id", "claude_tag_category", "claude_tag_user_id", "agent_id",
     "slack_channel_id", "deployment_id", "environment_id", "session_id", "user_profile_id")
)  # fmt: skip


@pytest.fixture
def vendor() -> Iterator[VendorStub]:
    """An organization that has nothing."""
    with vendor_stub() as stub:
        for path in (
            "users",
            "analytics/users",
            "analytics/usage",
            "analytics/cost",
            "usage_report/claude_code",
        ):
            stub.routes[f"GET {HOME}/{path}"] = NONE
        yield stub


def run_of(vendor: VendorStub, **keys: str) -> SourceRun:
    """A load of one day, with a key of Claude Enterprise unless others are given."""
    run = source_run(SOURCE, base_url=vendor.url, **(keys or {"analytics_key": "analytics"}))
    run.clock = RunClock(AS_OF, since=DAY, until=DAY)
    return run


def tokens(**more: Any) -> dict[str, Any]:
    """Buckets that add up to 3 372 700."""
    cache = {"ephemeral_5m_input_tokens": 182_000, "ephemeral_1h_input_tokens": 300}
    counts = {"uncached_input_tokens": 41_250, "cache_read_input_tokens": 3_120_400, "output_tokens": 28_750}
    return {**counts, "cache_creation": cache, "server_tool_use": {"web_search_requests": 3}, **more}


def group(actor: Any, product: str | None, tier: str | None = "standard") -> dict[str, Any]:
    """What a row is grouped by."""
    return {**OTHERS, "actor": actor, "product": product, "model": "claude-opus-5-5", "service_tier": tier}


def test_usage_lands_by_actor_with_buckets_that_add_up(vendor: VendorStub) -> None:
    usage = tokens(total_tokens=3_372_700, requests=214)
    actors = [
        (ADA_NOW, "claude_code"),
        ({**ADA, "user_id": "user_01Gone", "email_address": None, "name": "Deleted User"}, "chat"),
        ({"type": "api_actor", "api_key_id": "apikey_01Scorer"}, "message_batches_api"),
        ({"type": "service_account_actor", "service_account_id": "svac_01Site"}, "messages_api"),
        ({"type": "federated_actor", "provider": "aws", "subject": "arn:aws:iam::0:role/r"}, "messages_api"),
        (None, "claude_tag"),
    ]  # fmt: skip
    rows = [{**BUCKET, "group": group(actor, product), "usage": usage} for actor, product in actors]
    vendor.routes[USAGE] = {**NONE, "data": [*rows, rows[0]], "data_refreshed_at": "2026-11-11T04:00:00Z"}
    run = run_of(vendor)
    landed = loaded_rows(SOURCE, run)["usage_days"]
    assert [row["namespace"] for row in landed] == [
        ANTHROPIC_USER,
        ANTHROPIC_USER,
        *["api-key"] * 3,
        "unidentified",
    ]
    names = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
    assert sum(landed[0][name] for name in names) == landed[0]["total_tokens"] == 3_372_700
    assert landed[0]["actor_token"] == TOKENS.token(ANTHROPIC_USER, "user_01Ada")
    assert landed[5]["actor_token"] is None
    assert (rejects(run), dict(run.gate.report.unknown_fields)) == ({}, {})
    assert "Example" not in repr(landed)
    assert "apikey_01Scorer" not in repr(landed)
    (asked,) = vendor.paths("analytics/usage")
    assert asked.headers["anthropic-beta"] == "analytics-usage-cost-2026-08-24"
    assert asked.headers["x-api-key"] == "analytics"
    assert asked.query["time_bucket_width"] == "1d"
    assert len(asked.repeated["group_by[]"]) <= 5


def test_amounts_are_hundredths_and_stay_exact(vendor: VendorStub) -> None:
    cost = {"amount": "362.4125", "list_amount": "402.6805", "currency": "USD", "requests": 214}
    bare = {"amount": 5, "list_amount": 5, "currency": "USD", "requests": 1}
    rows = [(group(ADA_NOW, "claude_code"), cost), (group(None, None, tier=None), bare)]
    vendor.routes[COST] = {**NONE, "data": [{**BUCKET, "group": by, "cost": money} for by, money in rows]}
    landed = loaded_rows(SOURCE, run_of(vendor))["cost_days"]
    assert [row["net_amount"] for row in landed] == [Decimal("3.624125"), Decimal("0.05")]
    assert landed[0]["gross_amount"] == Decimal("4.026805")


def test_an_address_is_linked_as_of_today_because_the_vendor_gives_the_present_one(vendor: VendorStub) -> None:
    vendor.routes[USAGE] = {**NONE, "data": [{**BUCKET, "group": group(ADA_NOW, "chat"), "usage": tokens()}]}
    (link,) = loaded_rows(SOURCE, run_of(vendor))["identity_links"]
    assert (link["namespace"], link["observed_on"]) == (ANTHROPIC_USER, TODAY)
    assert link["target_token"] == TOKENS.email_token("ada@asterlane.example")


def member_day(who: str, **blocks: Any) -> dict[str, Any]:
    """A member's day in the vendor's shape: zeros but for what is given."""
    nothing = {"message_count": 0, "connectors_used_count": 0, "distinct_session_count": 0}
    core = {"commit_count": 0, "pull_request_count": 0, "distinct_session_count": 0,
            "lines_of_code": {"added_count": 0, "removed_count": 0}}  # fmt: skip
    return {
        "user": {"id": f"user_01{who}", "email_address": f"{who.lower()}@asterlane.example", "type": "user"},
        "chat_metrics": {**nothing, "distinct_files_uploaded_count": 0, "thinking_message_count": 0},
        "claude_code_metrics": {"core_metrics": core, "tool_actions": {}},
        "office_metrics": dict.fromkeys(("excel", "powerpoint", "word", "outlook"), nothing),
        "cowork_metrics": {**nothing, "action_count": 0, "file_edit_count": None},
        "design_metrics": nothing,
        "science_metrics": {**nothing, "delegation_count": 0, "remote_compute_job_count": 0},
        "web_search_count": 0,
        "distinct_user_count": None,
        "last_activity_date": None,
        "rbac_group_id": None,
        "rbac_group_name": None,
        **blocks,
    }


def test_chat_and_cowork_as_one_are_added_and_zeros_are_no_rows(vendor: VendorStub) -> None:
    unified = {"chat": {"message_count": 7, "connectors_used_count": 1}, "sessions": {"message_count": 2}}
    tag = {"active_day_count": 1, "active_message_count": 3}
    ada = member_day("Ada", chat_metrics={"message_count": 4}, chat_cowork_unified_metrics=unified,
                     claude_tag_metrics=tag)  # fmt: skip
    vendor.routes[f"GET {HOME}/analytics/users"] = {"data": [ada, member_day("Ben")], "next_page": None}
    run = run_of(vendor)
    (row,) = loaded_rows(SOURCE, run)["user_days"]
    assert (row["chat_messages"], row["cowork_messages"], row["slack_messages"]) == (11, 2, 3)
    assert (row["feed"], row["connectors_used"], row["code_sessions"]) == ("enterprise", 1, 0)
    assert (rejects(run), dict(run.gate.report.unknown_fields)) == ({}, {})
    assert not vendor.paths("claude_code")


def test_a_day_that_is_too_recent_is_pending(vendor: VendorStub) -> None:
    vendor.routes[f"GET {HOME}/analytics/users"] = Reply({"error": {"message": "newest day is …"}}, 400)
    run = run_of(vendor)
    loaded_rows(SOURCE, run)
    assert {day.status for day in run.fetched if day.resource == "user_days"} == {"pending"}


def code_row(actor: dict[str, str], terminal: str, **more: Any) -> dict[str, Any]:
    """A row of Claude Code's own report."""
    core = {"num_sessions": 5, "lines_of_code": {"added": 1543, "removed": 892}, "commits_by_claude_code": 12,
            "pull_requests_by_claude_code": 2}  # fmt: skip
    models = [{"model": "claude-opus-5", "tokens": {"input": 9}, "estimated_cost": {"amount": 336}}]
    actions = {"edit_tool": {"accepted": 77, "rejected": 2}, "later_tool": {"accepted": 3, "rejected": 0}}
    return {"date": "2026-11-10T00:00:00Z", "actor": actor, "organization_id": "3f1c", "customer_type": "api",
            "subscription_type": None, "terminal_type": terminal, "core_metrics": core, "tool_actions": actions,
            "model_breakdown": models, **more}  # fmt: skip


def test_claude_codes_own_report_is_read_where_there_is_no_enterprise(vendor: VendorStub) -> None:
    ada, key = {"type": "user_actor", "email_address": "ada@asterlane.example"}, "ci-review-bot"
    pages = {
        "1": {"data": [code_row(ada, "vscode"), code_row(ada, "tmux", is_remote=True)], "next_page": "2"},
        "2": {"data": [code_row(ada, "vscode"), code_row({"type": "api_actor", "api_key_name": key}, "none"),
                       code_row(ada, "zed", date="2026-11-09T00:00:00Z")], "next_page": None},
    }  # fmt: skip
    vendor.routes[f"GET {HOME}/usage_report/claude_code"] = lambda asked: pages[asked.query.get("page", "1")]
    run = run_of(vendor, api_key="admin")
    rows = loaded_rows(SOURCE, run)["user_days"]
    assert [(row["namespace"], row["terminal_type"]) for row in rows] == [
        ("person-email", "vscode"), ("person-email", "tmux"), ("api-key", "none"),
    ]  # fmt: skip
    assert (rows[0]["code_sessions"], rows[0]["code_acceptances"], rows[0]["chat_messages"]) == (5, 80, None)
    assert rejects(run) == {("user_days", "date is not the day that was asked for"): 1}
    assert not run.gate.report.unknown_fields
    assert key not in repr(rows)
    assert vendor.paths("claude_code")[0].headers["x-api-key"] == "admin"


def test_the_older_reports_of_the_console_are_asked_when_the_new_ones_are_refused(vendor: VendorStub) -> None:
    vendor.routes[USAGE], vendor.routes[COST] = Reply({}, 400), Reply({}, 404)
    report = [
        {**tokens(), "account_id": None, "api_key_id": "apikey_01A", "service_account_id": None,
         "workspace_id": "wrkspc_1", "model": "claude-opus-5", "service_tier": "standard",
         "context_window": "0-200k", "inference_geo": "global"},
        {**tokens(), "account_id": "user_01Ada", "api_key_id": None, "model": "claude-haiku-4-5"},
    ]  # fmt: skip
    line = {"amount": "75.000000", "currency": "USD", "cost_type": "tokens", "description": "Input",
            "model": "claude-opus-5", "token_type": "uncached_input_tokens", "workspace_id": None}  # fmt: skip
    lines = [line, {**line, "token_type": "output_tokens"}, {**line, "model": None, "cost_type": "web_search"}]
    for path, results in (("usage_report/messages", report), ("cost_report", lines)):
        vendor.routes[f"GET {HOME}/{path}"] = {**NONE, "data": [{**BUCKET, "results": results}]}
    run = run_of(vendor, api_key="admin")
    landed = loaded_rows(SOURCE, run)
    used = [(row["feed"], row["namespace"], row["product"]) for row in landed["usage_days"]]
    assert used == [("messages", "api-key", "messages_api"), ("messages", ANTHROPIC_USER, "messages_api")]
    assert [(row["feed"], row["net_amount"]) for row in landed["cost_days"]] == [("cost", Decimal("0.75"))] * 3
    assert (rejects(run), dict(run.gate.report.unknown_fields)) == ({}, {})


def test_the_older_reports_of_users_are_asked_of_an_enterprise(vendor: VendorStub) -> None:
    vendor.routes[USAGE] = vendor.routes[COST] = Reply({}, 403)
    row = {**BUCKET, "actor": ADA_THEN, "product": "chat", "model": "claude-sonnet-4-6", "context_window": None}
    usage = {**row, **tokens(total_tokens=3_372_700, requests=47)}
    cost = {**row, "amount": "12.480000", "list_amount": "13.315000", "currency": "USD", "requests": 47}
    for name, told in (("usage", usage), ("cost", cost)):
        vendor.routes[f"GET {HOME}/analytics/user_{name}_report"] = {
            **NONE,
            "data": [told],
            "organization_id": "o",
        }
    run = run_of(vendor)
    landed = loaded_rows(SOURCE, run)
    assert landed["usage_days"][0]["total_tokens"] == 3_372_700
    assert landed["cost_days"][0]["net_amount"] == Decimal("0.1248")
    assert {row["feed"] for name in ("usage_days", "cost_days") for row in landed[name]} == {"user"}
    assert (rejects(run), dict(run.gate.report.unknown_fields)) == ({}, {})


def test_a_refused_key_is_an_error_and_replaces_nothing(vendor: VendorStub) -> None:
    for path in list(vendor.routes):
        vendor.routes[path] = Reply({"type": "error"}, 401)
    vendor.routes[f"GET {HOME}/analytics/user_usage_report"] = Reply({"type": "error"}, 401)
    vendor.routes[f"GET {HOME}/analytics/users"] = {"data": [], "next_page": None}
    with pytest.raises(AccessError):
        loaded_rows(SOURCE, run_of(vendor))


def test_a_cursor_that_a_refresh_voids_begins_the_report_again(vendor: VendorStub) -> None:
    row = {**BUCKET, "group": group(ADA_NOW, "chat"), "usage": tokens()}
    seen: list[str | None] = []

    def answer(asked: Asked) -> Any:
        seen.append(asked.query.get("page"))
        if seen[-1] is None:
            return {"data": [row], "has_more": True, "next_page": "p2"}
        return Reply({}, 410) if seen.count("p2") == 1 else NONE

    vendor.routes[USAGE] = answer
    assert len(loaded_rows(SOURCE, run_of(vendor))["usage_days"]) == 1
    assert seen == [None, "p2", None, "p2"]


@pytest.mark.parametrize(
    ("wire", "contract"),
    [
        (records.RosterUser, records.USERS),
        (records.Activity, records.USER_DAYS),
        (records.CodeDay, records.USER_DAYS),
        *(
            (wire, records.USAGE_DAYS)
            for wire in (records.AnalyticsUsage, records.UserUsage, records.MessagesUsage)
        ),
        *((wire, records.COST_DAYS) for wire in (records.AnalyticsCost, records.UserCost, records.CostLine)),
    ],
)
@given(data=st.data())
@settings(max_examples=20)
def test_any_record_is_rows_or_rejects(wire: type, contract: TableContract, data: Any) -> None:
    items, found = data.draw(st.lists(objects(wire), min_size=1, max_size=4)), gate()
    read = found.objects(wire, contract.name, items)
    assert len(read) + found.report.rejected(contract.name) == len(items)
    if contract is records.USERS:
        rows = [records.Member(user, True) for user in read]
    else:
        rows = records.each_once(one.use() if contract is records.USER_DAYS else one.spend() for one in read)
    found.table(contract, rows, scope="main", day=TODAY)
    assert CANARY not in repr(found.report)


def test_the_demos_vendor_loads_to_what_its_company_did() -> None:
    company = generate_company(people=40, weeks=2, vendors=(VENDOR,))
    with VendorServer(company) as server:
        run = source_run(SOURCE, **server.configuration()["anthropic"])
        landed = loaded_rows(SOURCE, run)
        checked = list(SOURCE.check(source_run(SOURCE, **server.configuration()["anthropic"])))
    assert all(finding.ok for finding in checked)
    assert len(checked) == 4
    assert (rejects(run), dict(run.gate.report.unknown_fields)) == ({}, {})
    activity, profile = company.activity(VENDOR), company.profile
    spends = [spend for day in profile.days() for spend in activity.spends(day, profile.as_of)]
    assert sum(row["total_tokens"] for row in landed["usage_days"]) == sum(
        sum(spend.tokens.values()) for spend in spends
    )
    assert sum(row["net_amount"] for row in landed["cost_days"]) * 100 == sum(spend.cents for spend in spends)
    uses = [
        use for day in profile.days() if activity.is_told(day, profile.as_of) for use in activity.uses.on(day)
    ]
    assert sum(row["code_acceptances"] for row in landed["user_days"]) == sum(use.accepted for use in uses) > 0
    assert len(landed["users"]) == len(company.seats_on("claude", profile.as_of_day))
