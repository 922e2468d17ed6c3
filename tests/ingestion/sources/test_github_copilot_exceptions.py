"""GitHub Copilot as enterprises really are: the app, two plans of one person, days without an answer."""

# The fixtures are imported for pytest, which finds them by their names.
# ruff: noqa: F401, F811
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ingestion.sources.github_copilot import SOURCE
from ingestion.sources.github_copilot.records import Seat, one_seat_a_user
from ledger.days import LoadedDays
from tests.ingestion.sources.runs import TODAY, left_out, loaded_rows, rejects
from tests.ingestion.sources.test_github_copilot import (
    BILLING,
    DAY,
    REPORTS,
    SEATS,
    copilot_run,
    days_of,
    files,
    github,
    ndjson,
    report,
    seat,
    server_side_only,
    user_day,
)
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub

APP = {
    "session_count": 1,
    "request_count": 12,
    "prompt_count": 4,
    "token_usage": {"prompt_tokens_sum": 5400, "output_tokens_sum": 4200, "avg_tokens_per_request": 800.0},
}


def test_the_app_lands_with_its_prompts_and_tokens(github: VendorStub, files: VendorStub) -> None:
    row = server_side_only(used_copilot_app=True, totals_by_copilot_app=APP)
    github.routes[REPORTS] = report(files, ndjson(row))
    run = copilot_run(github)
    (landed,) = loaded_rows(SOURCE, run)["user_days"]
    assert landed["used_app"] is True
    assert (landed["app_prompts"], landed["app_prompt_tokens"], landed["app_output_tokens"]) == (4, 5400, 4200)
    assert not run.gate.report.unknown_fields


@pytest.mark.parametrize("name", ["used_copilot_coding_agent", "used_copilot_cloud_agent"])
def test_the_coding_agent_has_two_names(github: VendorStub, files: VendorStub, name: str) -> None:
    github.routes[REPORTS] = report(files, ndjson(server_side_only(**{name: True})))
    (landed,) = loaded_rows(SOURCE, copilot_run(github))["user_days"]
    assert landed["used_coding_agent"] is True


def test_of_two_rows_of_one_day_the_fuller_counts(github: VendorStub, files: VendorStub) -> None:
    full, cut = user_day(), user_day(user_initiated_interaction_count=1)
    github.routes[REPORTS] = report(files, ndjson(full), ndjson(cut))
    (landed,) = loaded_rows(SOURCE, copilot_run(github))["user_days"]
    assert landed["user_initiated_interactions"] == full["user_initiated_interaction_count"]


def seats_of(*written: dict[str, Any]) -> list[Seat]:
    import msgspec

    return one_seat_a_user(msgspec.convert(list(written), list[Seat], strict=False))


def test_of_two_plans_the_larger_is_billed_and_the_newest_activity_counts() -> None:
    business = seat(1, created_at="2025-01-01T00:00:00Z", last_activity_at="2026-11-18T10:00:00Z")
    enterprise = seat(1, plan_type="enterprise", last_activity_at=None)
    for order in ((business, enterprise), (enterprise, business)):
        (kept,) = seats_of(*order)
        assert kept.plan_type == "enterprise"
        assert kept.last_activity_at == dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC)


def test_a_plan_about_to_end_is_not_the_one_that_lasts() -> None:
    ending = seat(1, plan_type="enterprise", pending_cancellation_date="2026-12-01")
    (kept,) = seats_of(ending, seat(1))
    assert kept.plan_type == "business"


@pytest.mark.parametrize(
    "wrong",
    [
        {"created_at": "0001-01-01T00:00:00Z"},
        {"created_at": "once"},
        {"last_activity_at": "2999-01-01T00:00:00Z"},
        {"last_activity_at": 10**30},
        {"pending_cancellation_date": "soon"},
        {"plan_type": {"name": "business"}},
    ],
)
def test_no_date_of_a_seat_costs_the_seat(github: VendorStub, wrong: dict[str, Any]) -> None:
    github.routes[SEATS] = {"total_seats": 1, "seats": [seat(1) | wrong]}
    run = copilot_run(github, TODAY, TODAY)
    assert len(loaded_rows(SOURCE, run)["seats"]) == 1
    assert sum(left_out(run).values()) == 1
    assert not rejects(run)


def test_the_newest_day_without_billing_does_not_lose_the_others(github: VendorStub) -> None:
    item = {"product": "copilot", "sku": "ai_credit", "unitType": "credits", "netAmount": 1.25}

    def billing(asked: Asked) -> Any:
        is_newest = int(asked.query["day"]) == DAY.day
        return Reply({"message": "Not Found"}, 404) if is_newest else {"usageItems": [item]}

    github.routes[BILLING] = billing
    run = copilot_run(github, DAY - dt.timedelta(days=2), DAY)
    assert len(loaded_rows(SOURCE, run)["billing_items"]) == 2
    assert days_of(run, "billing_items") == {
        DAY - dt.timedelta(days=2): "ok",
        DAY - dt.timedelta(days=1): "ok",
        DAY: "pending",
    }


@pytest.mark.parametrize("answer", [Reply(b"", 204), {"download_links": [], "report_day": None}])
def test_nothing_is_deleted_on_the_word_of_an_answer_that_carries_nothing(
    github: VendorStub, answer: Any
) -> None:
    run = copilot_run(github)
    known = [(table, run.tenant, "main", DAY, "ok", 40) for table in ("user_days", "billing_items")]
    run.loaded = LoadedDays(known)
    github.routes[REPORTS] = answer
    github.routes[BILLING] = {"usageItems": []}
    tables = loaded_rows(SOURCE, run)
    assert not [marker for marker in tables["markers"] if marker["day"] == DAY]
    assert DAY not in days_of(run, "user_days")
    assert DAY not in days_of(run, "billing_items")
