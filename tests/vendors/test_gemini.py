"""What is odd about Google Gemini: who caused an event, missing ids and addresses, the CSV, sign-in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.company.company import Company
from demo.company.generate import generate_company
from demo.company.truth import compute_truth
from demo.server import VendorServer
from demo.vendors.gemini import VENDOR as GEMINI
from demo.vendors.hris import VENDOR as HRIS
from ingestion.source import SourceRun
from ingestion.sources.gemini import SOURCE, GeminiSettings
from ingestion.sources.gemini.records import GEMINI_USER, Activity, ActivityId, Actor, Event, Initiators
from ingestion.sources.gemini.records import Parameter as Told
from runtime.clock import RunClock
from runtime.errors import AccessError, ConfigurationError
from tests.ingestion.sources.runs import TOKENS, left_out, loaded_rows, rejects, source_run
from tests.ingestion.sources.vendor_stub import VendorStub, vendor_stub

DAY = dt.date(2026, 11, 10)
ROUTE = "GET /admin/reports/v1/activity/users/all/applications/gemini_in_workspace_apps"
ADDRESS, PROFILE = "hana.sato@asterlane.example", "111100000000000000003"
HANA = {"callerType": "USER", "email": ADDRESS, "profileId": PROFILE}
CSV = "Email,Overall usage,Active days,Gmail,Google Docs\nHana.Sato@asterlane.example,61,12,14,3\n"


def item(time: str, number: str, actor: dict[str, Any], *events: dict[str, str], **more: Any) -> dict[str, Any]:
    """One activity as Google writes it."""
    kinds = {"type": "ai_usage_event", "name": "feature_utilization"}
    return {
        "kind": "admin#reports#activity",
        "id": {"time": time, "uniqueQualifier": number, "applicationName": "g", "customerId": "C0example1"},
        "etag": '"e"',
        "actor": actor,
        "ipAddress": "203.0.113.21",
        "events": [
            {**kinds, "parameters": [{"name": n, "value": v} for n, v in event.items()]} for event in events
        ],
        **more,
    }


TILE = {"app_name": "gmail", "action": "generate_starter_tile_prompts", "event_category": "unknown"}
CHAT = {"app_name": "gemini_app", "action": "conversation", "event_category": "unknown"}
SUM = {"app_name": "sheets", "feature_source": "side_panel", "action": "summarize", "event_category": "unknown"}
FIRST = [
    item("2026-11-10T18:20:13.744Z", "1546660838079811129", HANA, SUM, TILE),
    item("2026-11-10T18:19:52.898Z", "-1576855933193915225", HANA, TILE),
]
SECOND = [
    FIRST[1],  # pages may overlap
    item("2026-11-10T08:01:00.001Z", "3186670688644934851", {"callerType": "USER"}, CHAT),
    item("2026-11-10T08:00:00.000Z", "5", {"callerType": "USER", "email": ADDRESS}, CHAT),
    item("2026-11-10T07:00:00.000Z", "6", HANA, SUM, isAgenticAction=True, networkInfo={"ipAsn": [1]}),
    item("2026-11-11T00:00:00.000Z", "7", HANA, CHAT),  # the end of the range, if Google includes it
]


@pytest.fixture
def google() -> Iterator[VendorStub]:
    """Google with two pages on one day and no activity on others."""
    pages = {None: {"items": FIRST, "nextPageToken": "two"}, "two": {"items": SECOND}}
    empty = {"kind": "admin#reports#activities", "etag": '"empty"'}
    with vendor_stub() as stub:
        stub.routes["POST /token"] = {"access_token": "t", "expires_in": 3599, "token_type": "Bearer"}
        stub.routes[ROUTE] = lambda asked: (
            pages[asked.query.get("pageToken")] if asked.query["startTime"][:10] == str(DAY) else empty
        )
        yield stub


@pytest.fixture(scope="module")
def company() -> Company:
    """Forty people who have an HR system and Gemini."""
    return generate_company(people=40, weeks=2, vendors=(HRIS, GEMINI))


@pytest.fixture(scope="module")
def demo(company: Company) -> Iterator[VendorServer]:
    """Its vendors; the settings hold a private key that is made for the test."""
    with VendorServer(company) as running:
        yield running


def gemini_run(demo: VendorServer, google: VendorStub | None = None, **more: Any) -> SourceRun:
    """A run with the demo's settings, against the stub where there is one."""
    settings = demo.configuration()["gemini"] | {"console_folder": ""}
    if google:
        settings |= {"base_url": google.url, "token_url": f"{google.url}/token"}
    return source_run(SOURCE, **settings | more)


def test_every_event_lands_once_with_who_caused_it(demo: VendorServer, google: VendorStub) -> None:
    run = gemini_run(demo, google)
    run.clock = RunClock(run.clock.as_of, since=DAY, until=DAY)
    tables = loaded_rows(SOURCE, run)
    hana, address = TOKENS.token(GEMINI_USER, PROFILE), TOKENS.email_token(ADDRESS)
    columns = ("user_token", "email_token", "action", "initiated_by")
    assert [tuple(row[name] for name in columns) for row in tables["events"]] == [
        (hana, address, "summarize", "person"),
        (hana, address, "generate_starter_tile_prompts", "system"),
        (hana, address, "generate_starter_tile_prompts", "system"),
        (None, None, "conversation", "person"),
        (None, address, "conversation", "person"),
        (hana, address, "summarize", "system"),
    ]
    assert [(row["id_token"], row["target_token"]) for row in tables["identity_links"]] == [(hana, address)]
    assert (rejects(run), left_out(run), dict(run.gate.report.unknown_fields)) == ({}, {}, {})
    first, second = (asked.query for asked in google.paths("gemini_in_workspace_apps"))
    assert (first["startTime"][:19], first["endTime"][:19]) == ("2026-11-10T00:00:00", "2026-11-11T00:00:00")
    assert first.keys() == {"startTime", "endTime", "maxResults"}  # a filter has a quota of a tenth
    assert second == {**first, "pageToken": "two"}


def test_a_fresh_day_without_activities_is_pending(demo: VendorServer, google: VendorStub) -> None:
    run = gemini_run(demo, google)
    loaded_rows(SOURCE, run)
    days = {(run.clock.today - one.day).days: one.status for one in run.fetched if one.resource == "events"}
    assert (days[1], days[2], days[3], len(days)) == ("pending", "pending", "empty", 180)


@pytest.mark.parametrize(
    ("action", "category", "changes", "who"),
    [
        ("Summarize", "unknown", {}, "person"),
        ("summarize", "Inactive", {}, "system"),
        ("classic_use_case_quiz", None, {}, "person"),
        ("storyboard", "unknown", {}, "unknown"),
        ("storyboard", "active", {"active_categories": ["active"]}, "person"),
        ("storyboard", "unknown", {"person_actions": ["story*"]}, "person"),
        ("summarize", "unknown", {"system_actions": ["summarize"]}, "system"),
        (None, "unknown", {}, "unknown"),
    ],
)
def test_who_causes_an_action(
    action: str | None, category: str | None, changes: dict[str, Any], who: str
) -> None:
    told = [Told("action", action), Told("event_category", category)]
    event = Event(name="feature_utilization", parameters=told)
    settings = GeminiSettings()
    for name, value in changes.items():
        setattr(settings, name, value)
    initiators, key = Initiators(settings), ActivityId(dt.datetime(2026, 11, 10, tzinfo=dt.UTC), "1")
    assert initiators.of(Activity(key, actor=Actor("USER")), event) == who
    assert initiators.of(Activity(key, actor=Actor("KEY")), event) == "system"
    if category == "unknown":
        assert initiators.of(Activity(key), Event(name="another_event", parameters=told)) == "unknown"


def test_the_newest_csv_of_the_console_is_read(demo: VendorServer, google: VendorStub, tmp_path: Path) -> None:
    (tmp_path / "2026-11-02.csv").write_text(CSV)
    (tmp_path / "2026-11-09.csv").write_text(CSV.replace("61,12", "70,15"))
    rows = loaded_rows(SOURCE, gemini_run(demo, google, console_folder=str(tmp_path)))["console_usage"]
    told = {"overall_usage": 70, "active_days": 15, "downloaded_on": dt.date(2026, 11, 9)}
    assert rows == [{"tenant": "main", "email_token": TOKENS.email_token(ADDRESS), **told}]


@pytest.mark.parametrize("content", ["", "E-Mail,Nutzung\na@asterlane.example,3\n", CSV.replace("61", "many")])
def test_a_bad_csv_is_named_and_holds_up_nothing_else(
    demo: VendorServer, google: VendorStub, tmp_path: Path, content: str
) -> None:
    (tmp_path / "2026-11-16.csv").write_text(content)
    run, said = gemini_run(demo, google, console_folder=str(tmp_path)), list[str]()
    run.progress = said.append
    assert loaded_rows(SOURCE, run)["events"]
    assert [line for line in said if line.startswith("WARNING: 2026-11-16.csv")]


def test_a_refused_sign_in_says_what_to_check(demo: VendorServer) -> None:
    for wrong in ("client_email", "admin_email"):
        with pytest.raises(AccessError, match="400") as caught:
            loaded_rows(SOURCE, gemini_run(demo, **{wrong: "somebody@asterlane.example"}))
        assert "delegates the scope" in caught.value.remedy
    with pytest.raises(ConfigurationError, match="RSA"):
        loaded_rows(SOURCE, gemini_run(demo, private_key="not a key"))


def test_the_demos_acts_are_the_truth(company: Company, demo: VendorServer) -> None:
    run = source_run(SOURCE, **demo.configuration()["gemini"])
    tables = loaded_rows(SOURCE, run)
    truth = compute_truth(company)
    weeks = [week["All departments"] for week in truth["department_weekly"].values()]
    acts = sum(week["gemini"]["user_messages"] for week in [*weeks, *truth["unattributed"].values()])
    assert sum(row["initiated_by"] == "person" for row in tables["events"]) == acts > 50
    assert {row["initiated_by"] for row in tables["events"]} == {"person", "system", "unknown"}
    assert tables["console_usage"]
    assert rejects(run) == {}
