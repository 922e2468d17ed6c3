"""ChatGPT as workspaces really are: repeated members, members without a status, corrections, odd money."""

# The fixtures are imported for pytest, which finds them by their names.
# ruff: noqa: F401, F811
from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from ingestion.sources.chatgpt import SOURCE
from tests.ingestion.sources.runs import TODAY, TOKENS, left_out, loaded_rows, rejects
from tests.ingestion.sources.test_chatgpt import (
    NONE,
    WORKSPACE,
    LogHost,
    chat_run,
    cost,
    files,
    logs,
    message,
    roster_user,
    seat_user,
    vendor,
)
from tests.ingestion.sources.vendor_stub import VendorStub

ROSTER = f"GET {WORKSPACE}/users"
SEATS = "GET /manage/workspaces/ws-1/usage_limits/users"
ORGANIZATION = "/compliance/organizations/org-1"


def test_a_member_on_two_pages_is_one_member_as_last_seen(vendor: VendorStub) -> None:
    left = roster_user(1) | {"status": "inactive"}
    vendor.routes[ROSTER] = NONE | {"data": [roster_user(1), roster_user(2), left]}
    vendor.routes[SEATS] = NONE | {"data": [seat_user(1), seat_user(1) | {"seat_type": "usage_based"}]}
    tables = loaded_rows(SOURCE, chat_run(vendor, TODAY, TODAY))
    assert sorted(row["status"] for row in tables["users"]) == ["active", "inactive"]
    assert [row["seat_type"] for row in tables["seats"]] == ["usage_based"]


@pytest.mark.parametrize(
    ("written", "landed", "told"),
    [
        ("active", "active", 0),
        ("Enabled", "active", 0),
        ("deactivated", "inactive", 0),
        ("pending", "inactive", 0),
        (None, "unstated", 1),
        (" ", "unstated", 1),
        ("on_probation", "unknown", 1),
    ],
)
def test_the_status_of_a_member(vendor: VendorStub, written: str | None, landed: str, told: int) -> None:
    vendor.routes[ROSTER] = NONE | {"data": [roster_user(1) | {"status": written}]}
    run = chat_run(vendor, TODAY, TODAY)
    said: list[str] = []
    run.progress = said.append
    assert [row["status"] for row in loaded_rows(SOURCE, run)["users"]] == [landed]
    assert sum(left_out(run).values()) == told
    assert sum("status" in message for message in said) == told


def test_an_empty_roster_after_a_full_one_is_a_missing_day(vendor: VendorStub) -> None:
    from ledger.days import LoadedDays

    run = chat_run(vendor, TODAY, TODAY)
    run.clock = type(run.clock)(run.clock.as_of)
    yesterday = TODAY - dt.timedelta(days=1)
    run.loaded = LoadedDays([("users", run.tenant, "main", yesterday, "ok", 40)])
    vendor.routes[ROSTER] = NONE | {"data": []}
    loaded_rows(SOURCE, run)
    assert "users" not in {record.resource for record in run.fetched}


def costs(vendor: VendorStub, logs: LogHost, *events: dict[str, Any]) -> Any:
    logs.put(ORGANIZATION, "COSTS", "2026-11-18T12:00:00.000000Z", *events)
    run = chat_run(vendor, organization_id="org-1")
    return run, loaded_rows(SOURCE, run)


def test_a_correction_downwards_lands_beside_what_it_corrects(vendor: VendorStub, logs: LogHost) -> None:
    less = cost(2, usage={"text_input_tokens": -1000})
    run, tables = costs(vendor, logs, cost(1), less)
    assert sum(row["text_input_tokens"] for row in tables["costs_usage"]) == 840
    assert not rejects(run)


@pytest.mark.parametrize("part", ["usage", "billing"])
def test_a_cost_without_tokens_or_without_money_keeps_the_other(
    vendor: VendorStub, logs: LogHost, part: str
) -> None:
    event = cost(1)
    event["payload"]["measures"][part] = None
    run, tables = costs(vendor, logs, event)
    assert not rejects(run)
    assert len(tables["costs_usage"]) == 1
    assert len(tables["costs_billing"]) == (0 if part == "billing" else 2)


def test_money_in_other_shapes_is_the_same_money(vendor: VendorStub, logs: LogHost) -> None:
    event = cost(1)
    event["payload"]["measures"]["billing"] = [
        {"sku": "a", "cost": {"amount": 6.2, "currency": "CREDITS"}, "estimated_cost_usd": 0.25},
        {"sku": "b", "cost": {"value": "1.5", "unit": "CREDITS"}, "estimated_cost_usd": "n/a", "quantity": []},
    ]
    run, tables = costs(vendor, logs, event)
    money = [(row["cost"], row["cost_unit"], row["estimated_cost_usd"]) for row in tables["costs_billing"]]
    assert money == [(Decimal("6.2"), "CREDITS", Decimal("0.25")), (Decimal("1.5"), "CREDITS", None)]
    assert not rejects(run)


@pytest.mark.parametrize("created", ["0001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_a_message_with_an_impossible_time_is_dated_by_its_event(
    vendor: VendorStub, logs: LogHost, created: str
) -> None:
    event = message(1)
    event["message"]["created_at"] = created
    logs.put(WORKSPACE, "CONVERSATION_MESSAGE", "2026-11-18T12:00:00.000000Z", event)
    run = chat_run(vendor)
    (row,) = loaded_rows(SOURCE, run)["conversation_messages"]
    assert row["message_at"] == row["event_at"]
    assert row["user_token"] == TOKENS.token("vendor-user/chatgpt", event["actor"]["user_id"])
