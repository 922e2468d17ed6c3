"""Microsoft 365 Copilot as tenants really are: old accounts, saved files, bundles, lists that change."""

# The fixture `graph` is imported for pytest, which finds it by its name.
# ruff: noqa: F401, F811

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.sources.m365_copilot import SOURCE
from ingestion.sources.m365_copilot.html_text import plain_text, text_length
from ingestion.sources.m365_copilot.records import COPILOT_SKU_ID
from ingestion.sources.m365_copilot.report import csv_rows
from runtime.errors import AnswerError
from tests.ingestion.sources.runs import TODAY, left_out, loaded_rows, rejects
from tests.ingestion.sources.test_m365_copilot import (
    ADA,
    ADA_V1,
    BEN,
    BEN_V1,
    SKUS,
    USAGE,
    USERS,
    V1,
    V2,
    csv_reply,
    directory_user,
    graph,
    graph_run,
    recorded,
    sku,
)
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub

REPORT = f"GET /v1.0/{USAGE.format('D7', 'v1')}"
BUNDLE = "aaaaaaaa-0000-4000-8000-000000000001"


def licensed(graph: VendorStub) -> list[bool]:
    return [row["has_copilot_license"] for row in loaded_rows(SOURCE, graph_run(graph))["users"]]


# -- values that no figure needs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "landed"),
    [
        ("2013-05-02T10:00:00Z", dt.datetime(2013, 5, 2, 10)),
        ("0001-01-01T00:00:00Z", None),
        ("2999-01-01T00:00:00Z", None),
        ("long ago", None),
    ],
)
def test_the_age_of_an_account_never_costs_its_licence(
    graph: VendorStub,
    written: str,
    landed: dt.datetime | None,
) -> None:
    old = [directory_user(f"{ADA[:-3]}{n + 100}", f"u{n}", createdDateTime=written) for n in range(25)]
    graph.routes[USERS] = {"value": [*old, directory_user(BEN, "ben")]}
    run = graph_run(graph)
    rows = loaded_rows(SOURCE, run)["users"]
    assert [row["has_copilot_license"] for row in rows] == [True] * 26
    assert [row["created_at"] for row in rows[:25]] == [landed] * 25
    assert not rejects(run)
    assert sum(left_out(run).values()) == (0 if landed else 25)


@pytest.mark.parametrize("midnight", ["T00:00:00Z", "T00:00:00", " 00:00:00.000", "T00:00:00+00:00"])
def test_a_date_with_its_midnight_is_a_date(graph: VendorStub, midnight: str) -> None:
    graph.routes[REPORT] = csv_reply(V1, ADA_V1.replace("2026-11-16", f"2026-11-16{midnight}"))
    run = graph_run(graph)
    (row,) = loaded_rows(SOURCE, run)["usage_user_detail"]
    assert row["last_activity_date"] == dt.date(2026, 11, 16)
    assert not rejects(run)


def test_activity_after_the_refresh_date_is_activity(graph: VendorStub) -> None:
    graph.routes[REPORT] = csv_reply(V1, ADA_V1.replace("2026-11-16", "2026-11-18"))
    (row,) = loaded_rows(SOURCE, graph_run(graph))["usage_user_detail"]
    assert row["last_activity_date"] == dt.date(2026, 11, 18)


@pytest.mark.parametrize(
    ("written", "read"), [("1,234", 1234), ("1.234.567", 1234567), ("1 234", 1234), ("12", 12), ("n/a", None)]
)
def test_counts_are_read_with_separators_and_left_out_without_sense(
    graph: VendorStub,
    written: str,
    read: int | None,
) -> None:
    graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v2')}"] = csv_reply(V2, f'{ADA_V1},"{written}",1,2,3,,,,,')
    run = graph_run(graph, report_version="v2")
    (row,) = loaded_rows(SOURCE, run)["usage_user_detail"]
    assert row["prompts_all_apps"] == read
    assert not rejects(run)


@pytest.mark.parametrize(
    ("dates", "last"),
    [
        ("2026-11-17,,,,", dt.date(2026, 11, 17)),
        (",2026-11-17T00:00:00Z,,,", dt.date(2026, 11, 17)),
        (",,2026-11-01,,", dt.date(2026, 11, 16)),
        ("soon,,,,", dt.date(2026, 11, 16)),
    ],
)
def test_use_of_a_surface_without_a_column_is_activity(graph: VendorStub, dates: str, last: dt.date) -> None:
    graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v2')}"] = csv_reply(V2, f"{ADA_V1},4,1,2,3,{dates}")
    (row,) = loaded_rows(SOURCE, graph_run(graph, report_version="v2"))["usage_user_detail"]
    assert row["last_activity_date"] == last


# -- saved files --------------------------------------------------------------------------------------------


def test_utf_16_and_semicolons_are_read() -> None:
    lines = f"{V1}\r\n{ADA_V1}\r\n".replace(",", ";")
    (row,) = csv_rows(lines.encode("utf-16"))
    assert row["user_principal_name"] == "Ada@asterlane.example"
    assert row["last_activity_date"] == "2026-11-16"


TRANSLATED = V1.replace("Last Activity Date", "Datum der letzten Aktivität")


@pytest.mark.parametrize(
    "saved",
    [
        TRANSLATED.encode() + b"\n",
        V1.encode() + b"\n\xff\xfe broken",
        f"{V1}\n".encode() + BEN_V1.replace("2026-11-17", "17.11.2026").encode(),
        b"",
    ],
    ids=["translated headers", "no encoding", "dates of another form", "empty"],
)
def test_a_bad_saved_report_is_a_missing_day_and_nothing_else(
    graph: VendorStub,
    tmp_path: Path,
    saved: bytes,
) -> None:
    folder = tmp_path / "m365_copilot" / "usage_user_detail"
    folder.mkdir(parents=True)
    (folder / "2026-11-10.csv").write_bytes(saved)
    (folder / "2026-11-11.csv").write_text(f"{V1}\n{ADA_V1.replace('2026-11-17', '2026-11-09')}\n")
    run = graph_run(graph, archive_dir=str(tmp_path))
    said: list[str] = []
    run.progress = said.append
    tables = loaded_rows(SOURCE, run)
    assert len(tables["users"]) == 1
    assert {row["day"] for row in tables["usage_user_detail"]} == {
        dt.date(2026, 11, 9),
        dt.date(2026, 11, 17),
    }
    answers = recorded(run, "answers/usage_user_detail")
    loaded = {day for (_, day), status in answers.items() if status == "ok"}
    assert loaded == {dt.date(2026, 11, 11), TODAY}
    assert any("2026-11-10.csv" in message for message in said)
    assert left_out(run)


def test_a_bad_saved_directory_is_a_missing_day(graph: VendorStub, tmp_path: Path) -> None:
    folder = tmp_path / "m365_copilot" / "users"
    folder.mkdir(parents=True)
    (folder / "2026-11-10.json").write_text('{"value": "no list"}')
    run = graph_run(graph, archive_dir=str(tmp_path))
    assert {row["day"] for row in loaded_rows(SOURCE, run)["users"]} == {TODAY}
    assert recorded(run, "users") == {("main", TODAY): "ok"}


# -- licences with exceptions -------------------------------------------------------------------------------

PLANS = [
    {"servicePlanId": "PLAN-CHAT", "servicePlanName": "M365_COPILOT_BUSINESS_CHAT"},
    {"servicePlanId": "plan-apps", "servicePlanName": "M365_COPILOT_APPS"},
    {"servicePlanId": "plan-mail", "servicePlanName": "EXCHANGE_S_ENTERPRISE"},
]


@pytest.mark.parametrize(
    ("switched_off", "held"),
    [
        ([], True),
        (["plan-mail"], True),
        (["plan-apps"], True),
        (["plan-chat", "PLAN-APPS"], False),
        (["plan-chat", "plan-apps", "plan-mail"], False),
    ],
)
def test_a_bundle_without_its_copilot_parts_is_no_copilot_licence(
    graph: VendorStub,
    switched_off: list[str],
    held: bool,
) -> None:
    graph.routes[SKUS] = {"value": [sku(BUNDLE.upper(), "x") | {"servicePlans": PLANS}]}
    license_ = {"skuId": BUNDLE, "disabledPlans": switched_off}
    user = directory_user(ADA, "ada", assignedLicenses=[license_], licenseAssignmentStates=[])
    graph.routes[USERS] = {"value": [user]}
    assert licensed(graph) == [held]


def test_the_licence_of_copilot_alone_is_paid_for_and_stays_a_seat(graph: VendorStub) -> None:
    graph.routes[SKUS] = {"value": [sku(COPILOT_SKU_ID, "x") | {"servicePlans": PLANS}]}
    license_ = {"skuId": COPILOT_SKU_ID, "disabledPlans": ["plan-chat", "plan-apps", "plan-mail"]}
    graph.routes[USERS] = {"value": [directory_user(ADA, "ada", assignedLicenses=[license_])]}
    assert licensed(graph) == [True]


@pytest.mark.parametrize(
    ("status", "held"),
    [("Enabled", True), ("Warning", True), (None, True), ("Suspended", False), ("LockedOut", False)],
)
def test_a_subscription_out_of_force_gives_no_licence(
    graph: VendorStub,
    status: str | None,
    held: bool,
) -> None:
    graph.routes[SKUS] = {"value": [sku(COPILOT_SKU_ID, "M365_COPILOT_APPS") | {"capabilityStatus": status}]}
    assert licensed(graph) == [held]


@pytest.mark.parametrize(
    ("states", "held"),
    [
        (["Active"], True),
        (["ActiveWithError"], True),
        (["Error", "Active"], True),
        (["Error", "Disabled"], False),
    ],
)
def test_a_grant_that_failed_gives_no_licence(
    graph: VendorStub,
    states: list[str],
    held: bool,
) -> None:
    grants = [{"skuId": COPILOT_SKU_ID, "state": state, "assignedByGroup": None} for state in states]
    graph.routes[USERS] = {"value": [directory_user(ADA, "ada", licenseAssignmentStates=grants)]}
    assert licensed(graph) == [held]


def test_a_sku_that_stands_twice_is_one_row(graph: VendorStub) -> None:
    graph.routes[SKUS] = {"value": [sku(COPILOT_SKU_ID, "x"), sku(COPILOT_SKU_ID.upper(), "x")]}
    assert len(loaded_rows(SOURCE, graph_run(graph))["subscribed_skus"]) == 1


# -- lists --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("failures", "read"), [(1, True), (2, False)])
def test_an_expired_page_token_begins_the_list_anew_once(
    graph: VendorStub,
    failures: int,
    read: bool,
) -> None:
    left = [failures]

    def pages(asked: Asked) -> Any:
        if "$skiptoken" not in asked.query:
            following = f"{graph.url}/v1.0/users?$skiptoken=t{left[0]}"
            return {"value": [directory_user(ADA, "ada")], "@odata.nextLink": following}
        if left[0]:
            left[0] -= 1
            return Reply({"error": {"code": "Directory_ExpiredPageToken", "message": "expired"}}, 400)
        return {"value": [directory_user(BEN, "ben")]}

    graph.routes[USERS] = pages
    run = graph_run(graph)
    if read:
        assert len(loaded_rows(SOURCE, run)["users"]) == 2
    else:
        with pytest.raises(AnswerError):
            loaded_rows(SOURCE, run)


# -- the length of a prompt ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Sum <b>up</b>&nbsp;&amp; go</p>", "Sum up\u00a0& go"),
        ("a < b and c > d", "a < b and c > d"),
        ('<a title="1 > 0">link</a>', "link"),
        ("x<!-- <b>no</b> -->y", "xy"),
        ("x<!-- never closed <b>bold</b>", "x<!-- never closed bold"),
        ("x<![CDATA[y", "x<![CDATA[y"),
        ("tail <b", "tail <b"),
        ("&#99999999999999999999;&#65;", "&#99999999999999999999;A"),
        ("", ""),
    ],
)
def test_the_text_of_html(body: str, text: str) -> None:
    assert plain_text(body) == text


@given(st.text(alphabet=st.sampled_from("<>!-/[]&#;x\"'a1 ") | st.characters(), max_size=80))
def test_any_body_has_a_length(body: str) -> None:
    assert 0 <= text_length(body) <= len(body)


@pytest.mark.parametrize("part", ["<a ", "<!--", '<a "', "<![", "&#", "<a '\"", "<", "<?"])
def test_a_body_is_measured_in_one_pass(part: str) -> None:
    def seconds(times: int) -> float:
        begun = time.process_time()
        text_length(part * times)
        return time.process_time() - begun

    # A hundred times the text, quadratically, would take hours.
    seconds(5_000)
    assert seconds(500_000) < 20
