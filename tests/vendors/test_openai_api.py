"""What is odd about OpenAI's API platform; test_acceptance.py asks it what every source must keep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from demo.company.generate import generate_company
from demo.server import VendorServer
from demo.vendors.openai_api import PAGE, VENDOR
from ingestion.source import SourceRun
from ingestion.sources.openai_api import SOURCE
from ingestion.sources.openai_api.records import OPENAI_USER
from runtime.clock import RunClock
from runtime.errors import MissingError
from tests.ingestion.sources.runs import TOKENS, loaded_rows, rejects, source_run
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub, vendor_stub

DAY = dt.date(2026, 11, 17)
START = 1794873600
PERSON = {"id": "user-api-ada", "email": "ada.lind@asterlane.example", "name": "Ada Lind", "role": "member"}
GROUPS = {"project_id": "proj_a", "user_id": "user-api-ada", "api_key_id": "key_ada_01"}
ADA = {
    "object": "organization.usage.completions.result", "input_tokens": 12000, "output_tokens": 2100,
    "input_cached_tokens": 3000, "input_cache_write_tokens": 500, "input_uncached_tokens": 8500,
    "input_text_tokens": 8500, "output_text_tokens": 2100, "input_cached_text_tokens": 3000,
    "input_audio_tokens": 0, "input_cached_audio_tokens": 0, "output_audio_tokens": 0, "input_image_tokens": 0,
    "input_cached_image_tokens": 0, "output_image_tokens": 0, "num_model_requests": 38, **GROUPS,
    "model": "gpt-5.5-2026-03-05", "batch": None, "service_tier": None,
}  # fmt: skip
COST = {
    "object": "organization.costs.result", "amount": {"value": 0.0435, "currency": "usd"},
    "line_item": "gpt-5.5, input", **GROUPS, "quantity": 9000, "quantity_unit": "tokens",
}  # fmt: skip
SERVICE = {"id": "svc_nightly", "name": "nightly", "created_at": 1748100000, "role": "member"}
SISTERS = ("decisions", "embeddings", "moderations", "images", "audio_speeches", "audio_transcriptions",
           "file_search_calls", "web_search_calls")  # fmt: skip


def key(number: str, **owner: Any) -> dict[str, Any]:
    return {"object": "organization.project.api_key", "id": number, "name": "ada-notebook",
            "redacted_value": "sk-...x1a", "created_at": 1748000000, "last_used_at": None,
            "owner_project_access": "active", "owner": owner}  # fmt: skip


def project(number: str, status: str) -> dict[str, Any]:
    return {"id": number, "object": "organization.project", "name": "Forecasting", "created_at": 1748000000,
            "archived_at": None, "status": status, "external_key_id": None}  # fmt: skip


def listed(*rows: Any) -> dict[str, Any]:
    return {"object": "list", "data": list(rows), "first_id": None, "last_id": None, "has_more": False}


def buckets(*rows: Any) -> dict[str, Any]:
    """The day with rows, and one without."""
    days = ((START, list(rows)), (START + 86400, []))
    found = [
        {"object": "bucket", "start_time": day, "end_time": day + 86400, "results": of} for day, of in days
    ]
    return {"object": "page", "data": found, "has_more": False, "next_page": None}


@pytest.fixture
def openai() -> Iterator[VendorStub]:
    """An organization with a user, a service account and two projects, of which one is archived."""
    robot = {"id": "user-api-svc", "name": None, "email": None, "is_service_account": True}
    more = {"object": "organization.user", "added_at": 1748000000, "is_scim_managed": True,
            "api_key_last_used_at": None}  # fmt: skip
    people = key("key_ada_01", type="user", user={**PERSON, "created_at": 1747000000})
    answers = {
        "users": listed({**more, **PERSON}, {**more, **robot}),
        "projects": listed(project("proj_a", "active"), project("proj_old", "archived")),
        "projects/proj_a/api_keys": listed(people, key("key_svc_02", service_account=SERVICE)),
        "costs": buckets(COST),
        "usage/completions": buckets(ADA),
        **{f"usage/{report}": buckets() for report in SISTERS},
    }
    with vendor_stub() as stub:
        stub.routes = {f"GET /organization/{path}": answer for path, answer in answers.items()}
        yield stub


def run_of(stub: VendorStub, **settings: Any) -> SourceRun:
    run = source_run(SOURCE, base_url=stub.url, api_key="secret-key", **settings)
    run.clock = RunClock(run.clock.as_of, since=DAY)
    return run


def test_every_documented_field_is_known_and_no_name_lands(openai: VendorStub) -> None:
    run = run_of(openai)
    tables = loaded_rows(SOURCE, run)
    assert not rejects(run)
    assert not run.gate.report.unknown_fields
    ada, robot = (TOKENS.token(OPENAI_USER, name) for name in ("user-api-ada", "svc_nightly"))
    (used,) = tables["usage_days"]
    tokens = [used[f"{name}_tokens"] for name in ("input", "cached_input", "cache_write", "output")]
    assert tokens == [8500, 3000, 500, 2100], "disjoint: 12,000 sent and 2,100 answered"
    assert (used["day"], used["user_token"], used["requests"]) == (DAY, ada, 38)
    (cost,) = tables["cost_days"]
    assert (cost["net_amount"], cost["currency"], cost["model"]) == (Decimal("0.0435"), "usd", "gpt-5.5")
    assert cost["attribution"] == "vendor_user"
    assert [row["owner_token"] for row in tables["api_keys"]] == [ada, robot]
    links = {(row["id_token"], row["target_token"]) for row in tables["identity_links"]}
    assert links == {(ada, TOKENS.email_token(PERSON["email"]))}
    assert not any(
        name in str(dict(tables)) for name in ("Ada", "notebook", "Forecasting", "proj_a", "key_ada")
    )


def test_where_costs_by_user_are_refused_the_key_says_whose_they_are(openai: VendorStub) -> None:
    def costs(asked: Asked) -> Any:
        return Reply({}, 400) if "user_id" in asked.repeated["group_by"] else buckets({**COST, "user_id": None})

    openai.routes["GET /organization/costs"] = costs
    run, said = run_of(openai), list[str]()
    run.progress = said.append
    (cost,) = loaded_rows(SOURCE, run)["cost_days"]
    assert (cost["attribution"], cost["user_token"]) == ("key_owner", None)
    assert cost["key_token"] == TOKENS.token(OPENAI_USER, "key_ada_01")
    assert "costs: the vendor does not group by user_id, api_key_id, line_item" in said
    asked = [one.repeated["group_by"] for one in openai.paths("costs")]
    assert asked[0] == ["user_id", "api_key_id", "project_id", "line_item"]
    assert asked[-1] == ["api_key_id", "project_id", "line_item"]


def test_a_report_without_models_is_asked_without(openai: VendorStub) -> None:
    def searches(asked: Asked) -> Any:
        calls = {**GROUPS, "num_requests": 3, "num_model_requests": 5, "context_level": "low"}
        return Reply({}, 400) if "model" in asked.repeated["group_by"] else buckets(calls)

    openai.routes["GET /organization/usage/web_search_calls"] = searches
    rows = {row["report"]: row for row in loaded_rows(SOURCE, run_of(openai))["usage_days"]}
    assert rows["web_search_calls"]["requests"] == 3
    assert rows["completions"]["model"] == "gpt-5.5-2026-03-05"


def test_what_the_organization_lacks(openai: VendorStub) -> None:
    """A report can be left out; only an archived project may have no list of keys."""
    del openai.routes["GET /organization/usage/decisions"]
    with pytest.raises(MissingError):
        loaded_rows(SOURCE, run_of(openai))
    assert [one.subject for one in SOURCE.check(run_of(openai)) if not one.ok] == ["usage"]
    assert loaded_rows(SOURCE, run_of(openai, left_out_reports="decisions, images"))["usage_days"]
    del openai.routes["GET /organization/projects/proj_a/api_keys"]
    with pytest.raises(MissingError):
        loaded_rows(SOURCE, run_of(openai, left_out_reports="decisions"))


def test_odd_rows(openai: VendorStub) -> None:
    """Repeated rows, names in models, amounts as text or missing, more from the cache than was sent."""
    tuned = "ft:gpt-4o-mini:asterlane:ada-lind:x1"
    openai.routes["GET /organization/usage/completions"] = buckets(
        ADA, ADA, {**ADA, "model": tuned}, {**ADA, "model": "m", "input_cached_tokens": 12001}
    )
    exact = {"value": "0.0000000012345678", "currency": "eur"}
    openai.routes["GET /organization/costs"] = buckets(
        COST, COST, {**COST, "line_item": f"{tuned}, output", "amount": exact},
        {**COST, "line_item": "web search tool calls", "amount": {"value": None}, "quantity_unit": None},
        {**COST, "line_item": "images", "amount": {"value": "much", "currency": "usd"}},
    )  # fmt: skip
    run = run_of(openai)
    tables = loaded_rows(SOURCE, run)
    assert [row["model"] for row in tables["usage_days"]] == ["gpt-5.5-2026-03-05", "ft:gpt-4o-mini"]
    _, priced, unknown = tables["cost_days"]
    assert (priced["line_item"], priced["model"]) == ("ft:gpt-4o-mini, output", "ft:gpt-4o-mini")
    assert (priced["net_amount"], priced["currency"]) == (Decimal("0.000000001"), "eur")
    assert (unknown["net_amount"], unknown["currency"], unknown["model"]) == (None, None, None)
    assert {table: count for (table, _), count in rejects(run).items()} == {"usage_days": 1, "cost_days": 1}


def test_the_demo_is_read_over_pages_and_restated() -> None:
    """Source to raw through the demo's vendor: pages, both ways to attribute costs, and late requests."""
    company = generate_company(people=80, weeks=6)
    profile, activity = company.profile, company.activity(VENDOR)
    days = [day for day in profile.days() if day < profile.as_of_day]
    with VendorServer(company) as server:
        settings = server.configuration()["openai_api"]
        run, later = source_run(SOURCE, **settings), source_run(SOURCE, **settings)
        run.clock = RunClock(profile.as_of, since=profile.as_of_day - dt.timedelta(60))
        tables = loaded_rows(SOURCE, run)
        server.clock.advance(dt.timedelta(days=3))
        later.clock = RunClock(profile.as_of + dt.timedelta(days=3), since=days[0], until=days[-1])
        restated = loaded_rows(SOURCE, later)["cost_days"]
    assert not rejects(run)
    spends = [spend for day in days for spend in activity.on(day, profile.as_of)]
    billed = sum(amount for spend in spends for amount in spend.lines().values())
    assert sum(row["net_amount"] for row in tables["cost_days"]) == billed
    assert sum(row["net_amount"] for row in restated) > billed
    assert {row["attribution"] for row in tables["cost_days"]} == {"vendor_user", "key_owner"}
    buckets_of_row = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
    total = sum(row[name] or 0 for row in tables["usage_days"] for name in buckets_of_row)
    assert total == sum(sum(spend.tokens.values()) for spend in spends)
    assert len(tables["users"]) > PAGE
