"""What is odd about the AI gateway; test_acceptance.py asks it what every source must keep."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from demo.company.generate import generate_company
from demo.server import VendorServer
from demo.vendors.api_gateway import VENDOR
from ingestion.source import SourceRun
from ingestion.sources.api_gateway import SOURCE
from ingestion.sources.api_gateway.records import GATEWAY_USER, Activity
from runtime.clock import RunClock
from runtime.errors import AnswerError, SourceError
from tests.ingestion.sources.runs import TOKENS, loaded_rows, rejects, source_run
from tests.ingestion.sources.vendor_stub import Asked, VendorStub, vendor_stub

DAY = dt.date(2026, 11, 17)
ROUTE = "GET /user/daily/activity/aggregated"
ADA = "ada.lind@asterlane.example"


def metrics(sent: int, answered: int, spend: float, read: int = 0, written: int = 0) -> dict[str, Any]:
    return {"spend": spend, "flat_cost": 0.0, "prompt_tokens": sent, "completion_tokens": answered,
            "cache_read_input_tokens": read, "cache_creation_input_tokens": written,
            "total_tokens": sent + answered, "successful_requests": 1, "failed_requests": 1, "api_requests": 2,
            "compression_saved_tokens": 0, "compression_savings_spend": 0.0,
            "gateway_injected_caching_savings_spend": 0.0, "prompt_caching_savings_spend": 3.5,
            "autorouter_savings_spend": 0.0}  # fmt: skip


def part(told: dict[str, Any], **keys: dict[str, Any]) -> dict[str, Any]:
    names = {"key_alias": "finance-notebooks", "team_id": "team-finance"}
    by_key = {key: {"metrics": of, "metadata": names} for key, of in keys.items()}
    return {"metrics": told, "metadata": {}, "api_key_breakdown": by_key}


def answer(whole: dict[str, Any], **breakdown: Any) -> dict[str, Any]:
    parts = {"mcp_servers": {}, "model_groups": {}, "endpoints": {}, "entities": {}, **breakdown}
    results = [{"date": DAY.isoformat(), "metrics": whole, "breakdown": parts}]
    return {"results": results, "metadata": {"page": 1, "total_pages": 1, "has_more": False}}


def keys(name: str, told: dict[str, Any], **user: str | None) -> dict[str, Any]:
    return {name: {"metrics": told, "metadata": {"key_alias": "finance-notebooks", "team_id": None, **user}}}


GPT, LLAMA = metrics(2700, 300, 0.0075, read=600), metrics(900, 100, 0.0)


@pytest.fixture
def gateway() -> Iterator[VendorStub]:
    """Ada's key uses GPT at Azure. Of Llama k2 has 600 of 900 tokens, and no key the rest. 50 have no model."""
    models = {"gpt-5.4": part(GPT), "llama": part(LLAMA)}
    asked_for = {
        "gpt-5.4": answer(GPT, models={"gpt-5.4": part(GPT)}, providers={"azure": part(GPT, k1=GPT)},
                          api_keys=keys("k1", GPT, user_id=ADA, user_email=ADA)),
        "llama": answer(LLAMA, models={"llama": part(LLAMA)}, providers={"hosted_vllm": part(LLAMA)},
                        api_keys=keys("k2", metrics(600, 100, 0.0), user_id=None)),
        None: answer(metrics(3650, 400, 0.0075, read=600), models=models, providers={}),
    }  # fmt: skip

    def activity(asked: Asked) -> Any:
        return asked_for[asked.query.get("model")]

    with vendor_stub() as stub:
        stub.routes = {ROUTE: activity}
        yield stub


def run_of(stub: VendorStub) -> SourceRun:
    run = source_run(SOURCE, base_url=stub.url, api_key="secret-key")
    run.clock = RunClock(run.clock.as_of, since=DAY, until=DAY)
    return run


def test_each_day_adds_up_and_no_name_lands(gateway: VendorStub) -> None:
    run = run_of(gateway)
    tables = loaded_rows(SOURCE, run)
    assert not rejects(run)
    assert not run.gate.report.unknown_fields
    gpt, llama, nobodys, rest = tables["activity_days"]
    ada, key, other = (TOKENS.token(GATEWAY_USER, name) for name in (ADA, "k1", "k2"))
    assert (gpt["user_token"], gpt["key_token"]) == (ada, key)
    assert (gpt["model_provider"], gpt["model"]) == ("azure", "gpt-5.4")
    assert (gpt["input_tokens"], gpt["cached_input_tokens"], gpt["output_tokens"]) == (2100, 600, 300)
    assert (gpt["spend_usd"], gpt["requests"]) == (Decimal("0.0075"), 2)
    assert (llama["user_token"], llama["key_token"], llama["model_provider"]) == (None, other, "hosted_vllm")
    assert (llama["input_tokens"], llama["spend_usd"]) == (600, 0)
    assert (nobodys["key_token"], nobodys["model"], nobodys["input_tokens"]) == (None, "llama", 300)
    assert (rest["model"], rest["model_provider"]) == (None, None)
    assert (rest["input_tokens"], rest["spend_usd"]) == (50, 0)
    links = {(row["id_token"], row["target_token"]) for row in tables["identity_links"]}
    assert links == {(ada, TOKENS.email_token(ADA))}
    assert not any(name in str(dict(tables)) for name in ("ada", "finance", "k1", "k2"))


@pytest.mark.parametrize("broken", [{"breakdown": {}}, {"metrics": {"spend": "much"}}, {"metrics": []}])
def test_a_day_without_figures_is_no_empty_day(gateway: VendorStub, broken: dict[str, Any]) -> None:
    gateway.routes[ROUTE] = {"results": [{"date": DAY.isoformat(), **broken}]}
    with pytest.raises(AnswerError):
        loaded_rows(SOURCE, run_of(gateway))


def test_the_database_gives_the_same_days(tmp_path: Path) -> None:
    """An older release without columns for the cache; a call of a tool has no model; another day."""
    columns = {
        **dict.fromkeys(("user_id", "date", "api_key", "model", "custom_llm_provider", "endpoint"), "text"),
        **dict.fromkeys(("prompt_tokens", "completion_tokens", "api_requests"), "bigint"),
        "spend": "double precision",
    }
    rows = [
        ("u-1", "2026-11-17", "k1", "gpt-5.4", "openai", "/chat/completions", 2700, 300, 2, 0.0075),
        ("", "2026-11-17", "k2", "", "", "", 0, 0, 1, 0.5),
        ("u-1", "2026-11-16", "k1", "gpt-5.4", "openai", "", 1, 1, 1, 0.1),
    ]
    typed = ", ".join(f"{name} {of}" for name, of in columns.items())
    with closing(sqlite3.connect(tmp_path / "proxy.db")) as proxy:
        proxy.execute(f'create table "LiteLLM_DailyUserSpend" ({typed})')
        proxy.executemany(
            f'insert into "LiteLLM_DailyUserSpend" values ({", ".join("?" * len(columns))})', rows
        )
        proxy.execute('create table "LiteLLM_UserTable" (user_id text, user_email text, user_alias text)')
        proxy.execute('insert into "LiteLLM_UserTable" values (?, ?, ?)', ("u-1", ADA, "Ada Lind"))
        proxy.commit()
    run = source_run(SOURCE, database_url=f"sqlite:///{tmp_path / 'proxy.db'}")
    run.clock = RunClock(run.clock.as_of, since=DAY, until=DAY)
    tables = loaded_rows(SOURCE, run)
    assert not rejects(run)
    gpt, served = tables["activity_days"]
    assert gpt["user_token"] == TOKENS.token(GATEWAY_USER, "u-1")
    assert (gpt["model_provider"], gpt["input_tokens"], gpt["cached_input_tokens"]) == ("openai", 2700, None)
    assert (served["user_token"], served["model"], served["spend_usd"]) == (None, None, Decimal("0.5"))
    assert [row["target_token"] for row in tables["identity_links"]] == [TOKENS.email_token(ADA)]
    assert [finding.ok for finding in SOURCE.check(run)] == [True]


def test_a_database_that_cannot_be_read_is_named_without_its_address(tmp_path: Path) -> None:
    run = source_run(SOURCE, database_url=f"sqlite:///{tmp_path / 'secret.db'}")
    (finding,) = SOURCE.check(run)
    assert not finding.ok
    assert "LiteLLM_UserTable" in finding.message
    assert "secret" not in f"{finding.message} {finding.remedy}"
    with pytest.raises(SourceError):
        loaded_rows(SOURCE, run)


@pytest.mark.parametrize(
    ("sent", "read", "written", "uncached"),
    [(1000, 600, 100, 300), (700, 600, 100, 0), (300, 600, 100, 300), (None, 5, 0, None)],
    ids=["inside", "all of it", "counted apart", "not told"],
)
def test_tokens_are_disjoint(sent: int | None, read: int, written: int, uncached: int | None) -> None:
    row = Activity(
        "2026-11-17", prompt_tokens=sent, cache_read_input_tokens=read, cache_creation_input_tokens=written
    )
    assert row.uncached_tokens == uncached


def test_a_model_has_neither_provider_nor_customer() -> None:
    for written, model in {
        "azure/gpt-5.4": "gpt-5.4",
        "ft:gpt-4o:asterlane:ada-lind:x1": "ft:gpt-4o",
        "": None,
    }.items():
        assert Activity("2026-11-17", model=written, provider="azure").base_model == model


def test_an_id_that_is_an_address_leads_to_its_person() -> None:
    found = [Activity("2026-11-17", user_id=name).address for name in (ADA, "svc-bot", None)]
    assert found == [ADA, None, None]


def test_the_demo_is_read_whole() -> None:
    """Source to raw through the demo's vendor: every token and dollar once."""
    company = generate_company(people=80, weeks=2)
    profile, activity = company.profile, company.activity(VENDOR)
    with VendorServer(company) as server:
        run = source_run(SOURCE, **server.configuration()["api_gateway"])
        run.clock = RunClock(profile.as_of, since=profile.as_of_day - dt.timedelta(5))
        rows = loaded_rows(SOURCE, run)["activity_days"]
    assert not rejects(run)
    spends = [spend for n in range(1, 6) for spend in activity.on(profile.as_of_day - dt.timedelta(n))]
    assert len(rows) == len(spends)
    assert sum(row["spend_usd"] for row in rows) == sum(spend.dollars for spend in spends)
    names = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
    assert sum(row[name] for row in rows for name in names) == sum(sum(one.tokens.values()) for one in spends)
