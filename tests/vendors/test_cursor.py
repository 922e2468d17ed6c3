"""What is odd about Cursor: fillers, events without ids, cents with fractions, two meanings of one field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from demo.company.generate import generate_company
from demo.server import VendorServer
from demo.vendors.cursor import VENDOR, daily_records
from ingestion.source import SourceRun
from ingestion.sources.cursor import SOURCE
from ingestion.sources.cursor.records import CURSOR_USER
from runtime.clock import RunClock
from runtime.errors import AccessError, ConfigurationError
from tests.ingestion.sources.runs import TOKENS, loaded_rows, rejects, source_run
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub, vendor_stub

DAY = dt.date(2026, 11, 10)
MIDNIGHT = 1794268800000
ADA, BEN = "ada.lind@asterlane.example", "Ben.Oru@asterlane.example"
ZEROS = dict.fromkeys(
    ("totalLinesAdded", "totalLinesDeleted", "acceptedLinesAdded", "acceptedLinesDeleted", "totalApplies",
     "totalAccepts", "totalRejects", "totalTabsShown", "totalTabsAccepted", "composerRequests", "chatRequests",
     "agentRequests", "cmdkUsages", "subscriptionIncludedReqs", "apiKeyReqs", "usageBasedReqs", "bugbotUsages"),
    0,
)  # fmt: skip
EMPTY = ("mostUsedModel", "applyMostUsedExtension", "tabMostUsedExtension", "clientVersion")


def member(number: int | None = 12345, email: str | None = ADA, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": "Ada Lind", "email": email, "role": "member", "isRemoved": False, **more}


def daily(number: int = 12345, email: str = ADA, **counts: Any) -> dict[str, Any]:
    """A row as paged answers give it; a filler without counts."""
    row = {"userId": number, "day": DAY.isoformat(), "date": MIDNIGHT, "isActive": bool(counts), "email": email}
    return {**row, **ZEROS, **dict.fromkeys(EMPTY), **counts}


def event(**more: Any) -> dict[str, Any]:
    tokens = {"inputTokens": 126, "outputTokens": 450, "cacheWriteTokens": 6112, "cacheReadTokens": 11964}
    return {
        "timestamp": "1794302122854",
        "userEmail": ADA,
        "model": "claude-4.6-opus",
        "kind": "Usage-based",
        "maxMode": True,
        "requestsCosts": 5,
        "isTokenBasedCall": True,
        "isChargeable": True,
        "isHeadless": False,
        "tokenUsage": {**tokens, "totalCents": 20.18232},
        "chargedCents": 21.36232,
        "cursorTokenFee": 1.18,
        **more,
    }


def spend(number: int, **cents: Any) -> dict[str, Any]:
    limits = {"fastPremiumRequests": 8, "hardLimitOverrideDollars": 0, "monthlyLimitDollars": None}
    return {"userId": number, "name": "Ada Lind", "email": ADA, "role": "member", **limits, **cents}


@pytest.fixture
def cursor() -> Iterator[VendorStub]:
    with vendor_stub() as stub:
        answer(stub)
        yield stub


def answer(
    stub: VendorStub,
    members: list[Any] | None = None,
    days: list[Any] | Callable[[Asked], Any] = (),  # type: ignore[assignment]
    events: list[Any] | Callable[[Asked], Any] = (),  # type: ignore[assignment]
    spent: list[Any] | None = None,
) -> None:
    """What the vendor has; lists are one page without paging, as older answers were."""
    stub.routes = {
        "GET /teams/members": {"teamMembers": members or []},
        "POST /teams/daily-usage-data": days if callable(days) else {"data": list(days)},
        "POST /teams/filtered-usage-events": events if callable(events) else {"usageEvents": list(events)},
        "POST /teams/spend": {"teamMemberSpend": spent or [], "subscriptionCycleStart": 1793102400000,
                              "totalMembers": 3, "totalPages": 1},
    }  # fmt: skip


def run_of(stub: VendorStub, **settings: Any) -> SourceRun:
    """A load of one day."""
    run = source_run(SOURCE, base_url=stub.url, api_key="secret-key", **settings)
    run.clock = RunClock(run.clock.as_of, since=DAY)
    return run


def test_every_documented_field_is_known_and_no_name_lands(cursor: VendorStub) -> None:
    counts = {"composerRequests": 45, "totalAccepts": 73, "totalRejects": 14, "totalApplies": 87}
    answer(
        cursor,
        [member(), member(12347, BEN, isRemoved=True)],
        [daily(**counts), daily(12347, BEN)],
        [event(), event(model="default", kind="Included in Business", isChargeable=False, tokenUsage=None,
                        chargedCents=0)],
        [spend(12345, spendCents=350.5, overallSpendCents=2350.5)],
    )  # fmt: skip
    run = run_of(cursor)
    tables = loaded_rows(SOURCE, run)
    assert not rejects(run)
    assert not run.gate.report.unknown_fields
    used, filler = tables["daily_usage"]
    assert (used["composer_requests"], used["decisions"], used["is_active"]) == (45, 174, True)
    assert (filler["composer_requests"], filler["is_active"]) == (0, False)
    assert used["user_token"] == TOKENS.token(CURSOR_USER, "12345")
    assert [row["is_removed"] for row in tables["members"]] == [False, True]
    first, included = tables["usage_events"]
    assert (first["charged_usd"], first["value_usd"]) == (Decimal("0.2136232"), Decimal("0.2136232"))
    assert (first["input_tokens"], first["cache_read_tokens"], first["cache_write_tokens"]) == (
        126,
        11964,
        6112,
    )
    assert (included["input_tokens"], included["charged_usd"], included["value_usd"]) == (None, 0, None)
    assert tables["spend"][0]["cycle_start"] == dt.date(2026, 10, 27)
    links = {(row["id_token"], row["target_token"]) for row in tables["identity_links"]}
    assert (TOKENS.token(CURSOR_USER, "12347"), TOKENS.email_token(BEN)) in links
    assert "Ada" not in str(dict(tables))


def test_the_key_is_the_user_name_and_dates_are_numbers(cursor: VendorStub) -> None:
    loaded_rows(SOURCE, run_of(cursor))
    assert cursor.asked[0].headers["authorization"] == "Basic c2VjcmV0LWtleTo="
    asked = cursor.paths("filtered")[0].sent
    assert (asked["startDate"], asked["page"], asked["pageSize"]) == (MIDNIGHT, 1, 500)
    assert asked["endDate"] % 1000 == 999


def test_older_answers_without_ids_and_paging_are_read(cursor: VendorStub) -> None:
    old_day = {key: value for key, value in daily(chatRequests=3).items() if key not in ("userId", "day")}
    old_event = {key: value for key, value in event(kindLabel="Included in Business").items()
                 if key not in ("kind", "isChargeable", "isHeadless")}  # fmt: skip
    answer(cursor, [{"name": "Ada Lind", "email": ADA, "role": "owner"}], [old_day], [old_event])
    run = run_of(cursor)
    tables = loaded_rows(SOURCE, run)
    assert not rejects(run)
    assert (tables["daily_usage"][0]["user_token"], tables["daily_usage"][0]["day"]) == (None, DAY)
    assert (tables["usage_events"][0]["kind"], tables["usage_events"][0]["is_chargeable"]) == (
        "Included in Business",
        None,
    )
    assert not tables["identity_links"]


def test_requests_of_one_millisecond_count_and_a_page_that_comes_again_does_not(cursor: VendorStub) -> None:
    twin = event(tokenUsage={"inputTokens": 80, "outputTokens": 90}, chargedCents=1.1)

    def pages(asked: Asked) -> dict[str, Any]:
        page = asked.sent["page"]
        paging = {"numPages": 2, "currentPage": page, "hasNextPage": page == 1}
        return {"usageEvents": [event(), twin], "pagination": paging, "totalUsageEventsCount": 2}

    answer(cursor, events=pages)
    tables = loaded_rows(SOURCE, run_of(cursor))
    assert [row["charged_usd"] for row in tables["usage_events"]] == [Decimal("0.2136232"), Decimal("0.011")]
    assert [asked.sent["page"] for asked in cursor.paths("filtered")] == [1, 2, 1, 2], "two ranges of two pages"


def test_days_before_the_teams_first_are_not_asked_for(cursor: VendorStub) -> None:
    loaded_rows(SOURCE, run_of(cursor, first_day="2026-11-17"))
    (asked,) = cursor.paths("filtered")
    assert asked.sent["startDate"] == MIDNIGHT + 7 * 86_400_000
    with pytest.raises(ConfigurationError):
        loaded_rows(SOURCE, run_of(cursor, first_day="soon"))


def test_a_service_account_is_no_person(cursor: VendorStub) -> None:
    robot = event(userEmail="agents@asterlane.example", serviceAccountId="sa_1", serviceAccountName="nightly")
    answer(cursor, events=[robot])
    (row,) = loaded_rows(SOURCE, run_of(cursor))["usage_events"]
    assert (row["email_token"], row["service_account_token"]) == (None, TOKENS.token(CURSOR_USER, "sa_1"))


@pytest.mark.parametrize(
    ("cents", "on_demand", "included"),
    [
        ({"spendCents": 350.5, "overallSpendCents": 2350.5}, "3.505", "20"),
        ({"spendCents": 2350.5, "includedSpendCents": 2000}, "3.505", "20"),
        ({"spendCents": 350.5, "includedSpendCents": 2000}, None, "20"),
        ({"spendCents": 350.5}, None, None),
        ({"spendCents": 0, "overallSpendCents": 125.25}, "0", "1.2525"),
    ],
)
def test_spend_says_by_the_fields_beside_it_what_it_means(
    cursor: VendorStub, cents: dict[str, Any], on_demand: str | None, included: str | None
) -> None:
    answer(cursor, spent=[spend(12345, **cents)])
    (row,) = loaded_rows(SOURCE, run_of(cursor))["spend"]
    expected = [None if text is None else Decimal(text) for text in (on_demand, included)]
    assert [row["on_demand_usd"], row["included_usd"]] == expected


def test_absurd_amounts_are_refused_and_end_nothing(cursor: VendorStub) -> None:
    absurd = [event(chargedCents=value) for value in ("NaN", "1e400")]
    sum_of_none = event(tokenUsage={"totalCents": "Infinity"}, cursorTokenFee="-Infinity")
    spent = [spend(1, spendCents="NaN", includedSpendCents=1), spend(2, spendCents=1)]
    answer(cursor, events=[event(), *absurd, sum_of_none], spent=spent)
    run = run_of(cursor)
    tables = loaded_rows(SOURCE, run)
    assert (len(tables["usage_events"]), len(tables["spend"])) == (1, 1)
    assert set(rejects(run)) == {("usage_events", "charged_usd is no amount"),
                                 ("usage_events", "value_usd is no amount"),
                                 ("spend", "on_demand_usd is no amount")}  # fmt: skip


def test_a_rate_limit_is_waited_for_and_a_refusal_is_an_error(cursor: VendorStub) -> None:
    limited = Reply({"code": "error", "message": "Rate limit exceeded"}, 429, {"Retry-After": "0"})
    replies = iter([limited, {"usageEvents": [event()]}])
    answer(cursor, events=lambda _: next(replies, {"usageEvents": []}))
    assert len(loaded_rows(SOURCE, run_of(cursor))["usage_events"]) == 1
    cursor.routes["POST /teams/spend"] = Reply({"error": "Invalid Team API Key"}, 401)
    with pytest.raises(AccessError):
        loaded_rows(SOURCE, run_of(cursor))


def test_the_demo_is_read_over_pages_and_restated() -> None:
    """Source to raw through the demo's vendor: pages, late requests, and fees that come two days later."""
    company = generate_company(people=40, weeks=2)
    profile, activity = company.profile, company.activity(VENDOR)
    days = [day for day in profile.days() if day < profile.as_of_day]
    with VendorServer(company) as server:
        run = source_run(SOURCE, **{**server.configuration()["cursor"], "page_size": 40})
        run.clock = RunClock(profile.as_of, since=days[0])
        tables = loaded_rows(SOURCE, run)
        server.clock.advance(dt.timedelta(days=3))
        later = source_run(SOURCE, **server.configuration()["cursor"])
        later.clock = RunClock(profile.as_of + dt.timedelta(days=3), since=days[0], until=days[-1])
        restated = loaded_rows(SOURCE, later)["usage_events"]
    assert not rejects(run)
    seen = [call for day in days for call in activity.calls_seen(day, profile.as_of)]
    assert len(tables["usage_events"]) == len(seen) < len(restated)
    charged = sum(call.value for call in seen if call.is_charged) / 100
    assert sum(row["charged_usd"] for row in tables["usage_events"]) == charged
    assert sum(row["charged_usd"] for row in restated) > charged
    expected = sum(len(daily_records(company, activity, day)) for day in days)
    assert len(tables["daily_usage"]) == expected > 40, "rows of zeros, and more than a page"
