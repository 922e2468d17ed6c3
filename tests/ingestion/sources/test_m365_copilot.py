"""Microsoft 365 Copilot: the report's three forms, licences, interactions, sign-in, and what is refused."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from ingestion.source import SourceRun
from ingestion.sources.m365_copilot import SOURCE
from ingestion.sources.m365_copilot.auth import token_roles
from ingestion.sources.m365_copilot.records import COPILOT_SKU_ID, Body, Interaction
from runtime.clock import RunClock
from runtime.errors import AccessError, AnswerError, ConfigurationError
from tests.ingestion.sources.runs import AS_OF, TODAY, TOKENS, left_out, loaded_rows, rejects, source_run
from tests.ingestion.sources.vendor_stub import Asked, Reply, VendorStub, vendor_stub

REFRESH = dt.date(2026, 11, 17)
HISTORIES = "histories/interactions"
ADA, BEN = "11111111-AAAA-4bbb-8ccc-000000000001", "11111111-aaaa-4bbb-8ccc-000000000002"
_APPS = ("Microsoft Teams", "Word", "Excel", "PowerPoint", "Outlook", "OneNote", "Loop")
V1 = ",".join(
    [
        "Report Refresh Date,User Principal Name,Display Name,Last Activity Date",
        "Copilot Chat Last Activity Date",
        *(f"{app} Copilot Last Activity Date" for app in _APPS),
        "Report Period",
    ]
)
V2 = V1 + (
    ",Prompts submitted for all apps,Prompts submitted for Copilot Chat (work),"
    "Prompts submitted for Copilot Chat (web),Active Usage Days for all apps,"
    "Copilot Chat (work) Last Activity Date,Copilot Chat (web) Last Activity Date,"
    "Microsoft 365 Copilot Last Activity Date,Edge Last Activity Date,Copilot Agent Last Activity Date"
)
ADA_V1 = (
    "2026-11-17,Ada@asterlane.example,Ada Example,2026-11-16,2026-11-16,2026-11-13,2026-10-02,,,2026-11-16,,,7"
)
BEN_V1 = "2026-11-17,ben@asterlane.example,Ben Example,,,,,,,,,,7"
USAGE = "copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='{}',version='{}')"
USERS, SKUS = "GET /v1.0/users", "GET /v1.0/subscribedSkus"
SETTINGS = "GET /v1.0/admin/reportSettings"


def csv_reply(*lines: str, bom: bool = True) -> Reply:
    body = ("\ufeff" if bom else "") + "\r\n".join(lines) + "\r\n"
    return Reply(body.encode(), headers={"Content-Type": "application/octet-stream"})


def directory_user(object_id: str, name: str, *, licensed: bool = True, **changes: Any) -> dict[str, Any]:
    sku = COPILOT_SKU_ID.upper()  # GUIDs are written in either case
    return {
        "id": object_id,
        "userPrincipalName": f"{name}@asterlane.example",
        "mail": f"{name}.mail@asterlane.example",
        "employeeId": "E1001",
        "accountEnabled": True,
        "userType": "Member",
        "createdDateTime": "2024-02-01T08:00:00Z",
        "assignedLicenses": [{"skuId": sku, "disabledPlans": []}] if licensed else [],
        "licenseAssignmentStates": [
            {
                "skuId": sku,
                "disabledPlans": [],
                "assignedByGroup": "44444444-aaaa-4bbb-8ccc-000000000004",
                "state": "Active",
                "error": None,
                "lastUpdatedDateTime": "2026-05-04T10:00:00Z",
            }
        ]
        if licensed
        else [],
        **changes,
    }


def sku(sku_id: str, plan: str) -> dict[str, Any]:
    return {
        "accountName": "Asterlane",
        "accountId": "99999999-aaaa-4bbb-8ccc-000000000099",
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": 60,
        "id": "x",
        "prepaidUnits": {"enabled": 75, "lockedOut": 1, "suspended": 2, "warning": 3},
        "servicePlans": [
            {
                "servicePlanId": "p",
                "servicePlanName": plan,
                "provisioningStatus": "Success",
                "appliesTo": "User",
            }
        ],
        "skuId": sku_id,
        "skuPartNumber": "SOME_PART",
        "subscriptionIds": ["s"],
    }


@pytest.fixture
def graph() -> Iterator[VendorStub]:
    with vendor_stub() as stub:
        stub.routes[f"GET /v1.0/{USAGE.format('D7', 'v1')}"] = csv_reply(V1, ADA_V1, BEN_V1)
        stub.routes[USERS] = {"value": [directory_user(ADA, "ada")]}
        stub.routes[SKUS] = {"value": [sku(COPILOT_SKU_ID, "M365_COPILOT_APPS")]}
        stub.routes[SETTINGS] = {"value": {"@odata.type": "t", "displayConcealedNames": False}}
        yield stub


def graph_run(graph: VendorStub, **settings: Any) -> SourceRun:
    return source_run(SOURCE, base_url=graph.url, **({"access_token": "given"} | settings))


def recorded(run: SourceRun, resource: str) -> dict[tuple[str, dt.date], str]:
    """Status by scope and day, as the pipeline merges the records: a day with rows is ok."""
    merged: dict[tuple[str, dt.date], str] = {}
    for record in run.fetched:
        if record.resource == resource and merged.get((record.scope, record.day)) != "ok":
            merged[record.scope, record.day] = record.status
    return merged


# -- usage report -------------------------------------------------------------------------------------------


def test_version_1_csv(graph: VendorStub) -> None:
    run = graph_run(graph)
    ada, ben = loaded_rows(SOURCE, run)["usage_user_detail"]
    assert (ada["scope"], ada["day"]) == ("D7/v1", REFRESH), "the report's day, not today"
    assert ada["upn_token"] == TOKENS.email_token("ada@asterlane.example")
    assert (ada["is_concealed"], ada["report_period"]) == (False, "7")
    assert ada["teams_last_activity_date"] == dt.date(2026, 11, 13)
    assert ada["word_last_activity_date"] == dt.date(2026, 10, 2), "before the window is right"
    assert ada["excel_last_activity_date"] is None
    assert (ada["prompts_all_apps"], ada["edge_last_activity_date"]) == (None, None), "v2 only, never 0"
    assert ben["last_activity_date"] is None
    assert not rejects(run)
    assert not run.gate.report.unknown_fields
    assert recorded(run, "usage_user_detail") == {("D7/v1", REFRESH): "ok"}
    assert recorded(run, "answers/usage_user_detail") == {("D7/v1", TODAY): "ok"}


def test_version_2_csv(graph: VendorStub) -> None:
    line = ADA_V1.removesuffix("7") + "28,142,90,31,19,2026-11-16,2026-11-12,2026-11-16,2026-11-02,2026-11-10"
    zero = BEN_V1.removesuffix("7") + "28,0,0,0,0,,,,,"
    graph.routes[f"GET /v1.0/{USAGE.format('D28', 'v2')}"] = csv_reply(V2, line, zero)
    run = graph_run(graph, report_version="v2", report_period="D28")
    ada, ben = loaded_rows(SOURCE, run)["usage_user_detail"]
    assert ada["scope"] == "D28/v2"
    assert (ada["prompts_all_apps"], ada["prompts_chat_work"], ada["prompts_chat_web"]) == (142, 90, 31)
    assert ada["active_usage_days"] == 19
    assert ada["edge_last_activity_date"] == dt.date(2026, 11, 2)
    assert ada["agent_last_activity_date"] == dt.date(2026, 11, 10)
    assert ben["prompts_all_apps"] == 0
    assert not run.gate.report.unknown_fields


def test_version_2_without_its_columns_has_no_numbers(graph: VendorStub) -> None:
    graph.routes[f"GET /v1.0/{USAGE.format('ALL', 'v2')}"] = csv_reply(V1, ADA_V1)
    run = graph_run(graph, report_version="v2", report_period="ALL")
    assert loaded_rows(SOURCE, run)["usage_user_detail"][0]["prompts_all_apps"] is None


def test_headers_match_without_case_and_spacing_and_may_be_doubled(graph: VendorStub) -> None:
    header = (
        V1.upper().replace("USER PRINCIPAL", "User  principal")
        + ",Report Period,Prompts Submitted For All Apps"
    )
    graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v1')}"] = csv_reply(header, f"{ADA_V1},180,5", bom=False)
    (row,) = loaded_rows(SOURCE, graph_run(graph))["usage_user_detail"]
    assert (row["report_period"], row["prompts_all_apps"]) == ("7", 5)


def test_beta_json(graph: VendorStub) -> None:
    row = {
        "reportRefreshDate": "2026-11-17",
        "userPrincipalName": "ada@asterlane.example",
        "displayName": "Ada Example",
        "lastActivityDate": "2026-11-16",
        "copilotChatLastActivityDate": "",
        "microsoftTeamsCopilotLastActivityDate": None,
        "wordCopilotLastActivityDate": "2026-10-02",
        "excelCopilotLastActivityDate": "",
        "powerPointCopilotLastActivityDate": "2026-10-03",
        "outlookCopilotLastActivityDate": "",
        "oneNoteCopilotLastActivityDate": "2026-10-04",
        "loopCopilotLastActivityDate": "",
        "copilotActivityUserDetailsByPeriod": [{"reportPeriod": 7, "promptsSubmittedForAllApps": "12"}],
    }
    path = f"/beta/{USAGE.format('D7', 'v2')}"

    def pages(asked: Asked) -> dict[str, Any]:
        if "$skiptoken" in asked.query:
            return {"value": [row | {"userPrincipalName": "ben@asterlane.example"}]}
        return {"value": [row], "@odata.nextLink": f"{graph.url}{path}?$skiptoken=2"}

    graph.routes[f"GET {path}"] = pages
    run = graph_run(graph, report_format="json", report_version="v2")
    ada, _ben = loaded_rows(SOURCE, run)["usage_user_detail"]
    assert (ada["report_period"], ada["prompts_all_apps"]) == ("7", 12)
    assert ada["powerpoint_last_activity_date"] == dt.date(2026, 10, 3)
    assert ada["onenote_last_activity_date"] == dt.date(2026, 10, 4)
    assert (ada["chat_last_activity_date"], ada["teams_last_activity_date"]) == (None, None)
    assert not run.gate.report.unknown_fields


def test_concealed_names_load_without_identity_and_are_said(graph: VendorStub) -> None:
    hidden = "A1B2C3D4E5F60718293A4B5C6D7E8F90"
    line = f"2026-11-17,{hidden},0F1E2D3C4B5A69788796A5B4C3D2E1F0,2026-11-16,2026-11-16,,,,,,,,7"
    graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v1')}"] = csv_reply(V1, line, line.replace("A1B2", "FFFF"))
    said: list[str] = []
    run = graph_run(graph)
    run.progress = said.append
    rows = loaded_rows(SOURCE, run)["usage_user_detail"]
    assert [(row["is_concealed"], row["upn_token"]) for row in rows] == [(True, None)] * 2
    assert any("2 of 2 names of 2026-11-19 are concealed" in line for line in said)
    assert hidden not in "".join(said)


@pytest.mark.parametrize(
    "missing", ["Report Refresh Date", "User Principal Name", "Loop Copilot Last Activity Date"]
)
def test_a_missing_column_of_version_1_is_named(graph: VendorStub, missing: str) -> None:
    header = V1.replace(missing, "Something Else")
    graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v1')}"] = csv_reply(header, ADA_V1)
    with pytest.raises(AnswerError, match=missing):
        loaded_rows(SOURCE, graph_run(graph))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><html>sign in</html>",
        V1.encode() + b'\r\n2026-11-17,"ada@asterlane.example,Ada',
        V1.encode() + b"\r\n2026-11-17,ada@asterlane.example,Zo\xeb,,,,,,,,,,7",
    ],
)
def test_an_unreadable_report_is_an_error_and_not_an_empty_one(graph: VendorStub, body: bytes) -> None:
    graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v1')}"] = Reply(body, headers={"Content-Type": "text/csv"})
    with pytest.raises(AnswerError) as caught:
        loaded_rows(SOURCE, graph_run(graph))
    assert "asterlane.example" not in str(caught.value)


def test_bad_rows_are_counted_and_the_rest_is_kept(graph: VendorStub) -> None:
    bad = [
        "2026-11-17,ben@asterlane.example,Ben",
        BEN_V1.replace("ben@asterlane.example", ""),
        BEN_V1.replace("2026-11-17", "2999-01-01"),
        ADA_V1.replace("2026-11-16", "2999-01-01"),
        BEN_V1.replace("2026-11-17", "17.11.2026"),
    ]
    graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v1')}"] = csv_reply(V1, ADA_V1, *bad)
    run = graph_run(graph)
    (row,) = loaded_rows(SOURCE, run)["usage_user_detail"]
    # The second row of Ada holds three dates that have not come; the dates of her first row stand.
    assert row["last_activity_date"] == dt.date(2026, 11, 16)
    assert sum(rejects(run).values()) == len(bad) - 1
    assert sum(left_out(run).values()) == 3
    assert rejects(run)["usage_user_detail", "report_refresh_date in the future"] == 1
    assert left_out(run)["usage_user_detail", "last_activity_date impossible, left out"] == 1


def test_a_name_with_a_line_break_in_quotes_stays_one_row(graph: VendorStub) -> None:
    line = ADA_V1.replace("Ada Example", '"=Ada\r\nExample"')
    graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v1')}"] = csv_reply(V1, line, BEN_V1)
    assert len(loaded_rows(SOURCE, graph_run(graph))["usage_user_detail"]) == 2


def test_a_new_column_is_reported_by_name_and_does_not_land(graph: VendorStub) -> None:
    graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v1')}"] = csv_reply(
        f"{V1},Manager Name", f"{ADA_V1},Cai Example"
    )
    run = graph_run(graph)
    tables = loaded_rows(SOURCE, run)
    assert dict(run.gate.report.unknown_fields) == {("usage_user_detail", "manager_name"): 1}
    assert "Example" not in str(dict(tables))


def test_periods_that_the_version_does_not_know_are_refused_at_once(graph: VendorStub) -> None:
    for settings in ({"report_version": "v2", "report_period": "D30"}, {"report_period": "D28"}):
        with pytest.raises(ConfigurationError):
            loaded_rows(SOURCE, graph_run(graph, **settings))
    with pytest.raises(ConfigurationError):
        loaded_rows(SOURCE, graph_run(graph, report_format="xlsx"))
    assert not graph.asked


def test_saved_reports_are_read_once_and_a_refresh_date_is_one_day(graph: VendorStub, tmp_path: Path) -> None:
    folder = tmp_path / "m365_copilot" / "usage_user_detail"
    folder.mkdir(parents=True)
    for taken_on in ("2026-11-15", "2026-11-16"):  # the vendor was late: both nights show the same report
        text = "\n".join([V1, ADA_V1.replace("2026-11-17", "2026-11-13").replace("2026-11-16", "2026-11-12")])
        (folder / f"{taken_on}.csv").write_text(text)
    saved = {"reportRefreshDate": "2026-11-14", "userPrincipalName": "ada@asterlane.example"}
    (folder / "2026-11-17.json").write_text(json.dumps([{"value": [saved]}]))
    run = graph_run(graph, archive_dir=str(tmp_path))
    tables = loaded_rows(SOURCE, run)
    assert [row["day"].day for row in tables["usage_user_detail"]] == [13, 14, 17, 17]
    answers = recorded(run, "answers/usage_user_detail")
    assert [day.day for _, day in answers] == [15, 16, 17, 19]

    done = [("answers/usage_user_detail", "main", scope, day, "ok", 1) for scope, day in answers]
    again = source_run(SOURCE, done, base_url=graph.url, access_token="given", archive_dir=str(tmp_path))
    assert {row["day"] for row in loaded_rows(SOURCE, again)["usage_user_detail"]} == {REFRESH}


# -- directory ----------------------------------------------------------------------------------------------


def test_users_with_licences_and_their_edges(graph: VendorStub) -> None:
    guest = directory_user(
        BEN,
        "ben",
        licensed=False,
        userPrincipalName="ben_partner.example#EXT#@asterlane.example",
        mail=None,
        employeeId=None,
        userType="Guest",
    )

    def pages(asked: Asked) -> dict[str, Any]:
        if "$skiptoken" in asked.query:
            return {"value": [guest, directory_user(ADA.lower(), "ada")]}
        assert asked.query["$top"] == "999"
        assert "displayName" not in asked.query["$select"], "what is not needed is not asked for"
        return {
            "value": [directory_user(ADA, "ada")],
            "@odata.nextLink": f"{graph.url}/v1.0/users?$skiptoken=2",
        }

    graph.routes[USERS] = pages
    run = graph_run(graph)
    tables = loaded_rows(SOURCE, run)
    ada, ben = tables["users"]
    object_token = TOKENS.token("entra-object", ADA.lower())
    assert ada["user_token"] == object_token
    assert ada["mail_token"] == TOKENS.email_token("ada.mail@asterlane.example")
    assert ada["hris_token"] == TOKENS.token("hris-id", "E1001")
    assert (ada["has_copilot_license"], ada["license_state"], ada["license_by_group"]) == (True, "Active", True)
    assert (ben["has_copilot_license"], ben["license_state"], ben["license_by_group"]) == (False, None, None)
    assert ben["upn_token"] == TOKENS.email_token("ben@partner.example")
    assert ben["user_type"] == "Guest"
    edges = {
        (r["target_namespace"], r["target_token"])
        for r in tables["identity_links"]
        if r["id_token"] == object_token
    }
    assert edges == {
        ("person-email", TOKENS.email_token("ada@asterlane.example")),
        ("person-email", TOKENS.email_token("ada.mail@asterlane.example")),
        ("hris-id", TOKENS.token("hris-id", "E1001")),
    }
    assert not run.gate.report.unknown_fields


def test_of_several_grants_the_working_one_counts(graph: VendorStub) -> None:
    states = [
        {"skuId": COPILOT_SKU_ID, "state": "Error", "assignedByGroup": "g"},
        {"skuId": COPILOT_SKU_ID, "state": "Active", "assignedByGroup": None},
        {"skuId": "another", "state": "Disabled"},
    ]
    graph.routes[USERS] = {"value": [directory_user(ADA, "ada", licenseAssignmentStates=states)]}
    (row,) = loaded_rows(SOURCE, graph_run(graph))["users"]
    assert (row["license_state"], row["license_by_group"]) == ("Active", False)


def test_copilot_skus_are_configured_or_found_by_their_service_plan(graph: VendorStub) -> None:
    graph.routes[SKUS] = {
        "value": [sku("AAAA", "m365_copilot_teams"), sku("bbbb", "EXCHANGE"), sku("cccc", "OTHER")]
    }
    held = [{"skuId": "aaaa"}]
    graph.routes[USERS] = {"value": [directory_user(ADA, "ada", assignedLicenses=held)]}
    run = graph_run(graph, copilot_sku_ids=["CCCC"])
    tables = loaded_rows(SOURCE, run)
    assert {r["sku_id"]: r["is_copilot"] for r in tables["subscribed_skus"]} == {
        "aaaa": True,
        "bbbb": False,
        "cccc": True,
    }
    first = tables["subscribed_skus"][0]
    units = ("consumed", "enabled", "suspended", "warning", "locked_out")
    assert [first[f"{name}_units"] for name in units] == [60, 75, 2, 3, 1]
    assert tables["users"][0]["has_copilot_license"] is True
    assert not run.gate.report.unknown_fields


def test_pages_are_not_followed_to_another_host(graph: VendorStub) -> None:
    with vendor_stub() as stranger:
        link = f"{stranger.url}/v1.0/users?$skiptoken=2"
        graph.routes[USERS] = {"value": [directory_user(ADA, "ada")], "@odata.nextLink": link}
        with pytest.raises(AnswerError, match="another host"):
            loaded_rows(SOURCE, graph_run(graph))
        assert not stranger.asked


def test_report_settings_are_kept_and_their_permission_is_optional(graph: VendorStub) -> None:
    graph.routes[SETTINGS] = {"value": {"displayConcealedNames": True}}
    said: list[str] = []
    run = graph_run(graph)
    run.progress = said.append
    (row,) = loaded_rows(SOURCE, run)["report_settings"]
    assert row["display_concealed_names"] is True
    assert any("WARNING" in line for line in said)

    graph.routes[SETTINGS] = Reply({"error": {"code": "Forbidden"}}, 403)
    run = graph_run(graph)
    tables = loaded_rows(SOURCE, run)
    assert not tables["report_settings"]
    assert tables["usage_user_detail"]
    assert not recorded(run, "report_settings")


def test_an_archive_gives_the_directory_a_past(graph: VendorStub, tmp_path: Path) -> None:
    answers = {
        "users": [{"value": [directory_user(ADA, "ada", userPrincipalName="ada.former@asterlane.example")]}],
        "subscribed_skus": {"value": [sku(COPILOT_SKU_ID, "M365_COPILOT_APPS")]},
        "report_settings": {"value": {"displayConcealedNames": True}},
    }
    for resource, answer in answers.items():
        folder = tmp_path / "m365_copilot" / resource
        folder.mkdir(parents=True)
        (folder / "2026-10-30.json").write_text(json.dumps(answer))
    tables = loaded_rows(SOURCE, graph_run(graph, archive_dir=str(tmp_path)))
    october = dt.date(2026, 10, 30)
    assert [r["day"] for r in tables["users"]] == [october, TODAY]
    assert [r["display_concealed_names"] for r in tables["report_settings"]] == [True, False]
    former = TOKENS.email_token("ada.former@asterlane.example")
    assert [r["observed_month"] for r in tables["identity_links"] if r["target_token"] == former] == [
        dt.date(2026, 10, 1)
    ]


# -- interactions -------------------------------------------------------------------------------------------


def interaction(number: str, kind: str = "userPrompt", **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "sessionId": "19:thread@thread.v2",
        "requestId": "22222222-aaaa-4bbb-8ccc-000000000001",
        "appClass": "IPM.SkypeTeams.Message.Copilot.BizChat",
        "interactionType": kind,
        "conversationType": "bizchat",
        "etag": number,
        "createdDateTime": "2026-11-18T09:15:12.000Z",
        "locale": "en-us",
        "contexts": [{"displayName": "Secret plan"}],
        "from": {"user": {"id": ADA, "displayName": "8:orgid:x"}},
        "body": {"contentType": "text", "content": "Write to Cai about it"},
        "attachments": [],
        "links": [],
        "mentions": [],
        **changes,
    }


def history(user_id: str) -> str:
    return f"/v1.0/copilot/users/{user_id.lower()}/interactionHistory/getAllEnterpriseInteractions"


def test_interactions_are_measured_and_every_read_day_is_recorded(graph: VendorStub) -> None:
    path = history(ADA)

    def pages(asked: Asked) -> dict[str, Any]:
        if "$skiptoken" in asked.query:
            return {"value": [interaction("1")], "@odata.count": 1}
        page = [
            interaction("2", "aiResponse", **{"from": {"user": None}}),
            interaction("3", attachments=[{"name": "a"}]),
        ]
        return {"value": page, "@odata.nextLink": f"{graph.url}{path}?$skiptoken=2"}

    graph.routes[f"GET {path}"] = pages
    first = TODAY - dt.timedelta(days=365)
    done = [first + dt.timedelta(days=n) for n in range(365)]
    run = source_run(
        SOURCE,
        [(name, "main", "main", day, "ok", 1) for day in done for name in ("interactions", HISTORIES)],
        base_url=graph.url,
        access_token="given",
        interactions=True,
    )
    tables = loaded_rows(SOURCE, run)
    answer, with_file, prompt = tables["interactions"]
    user = TOKENS.token("entra-object", ADA.lower())
    assert {row["user_token"] for row in tables["interactions"]} == {user}, "an answer is the queried user's"
    assert (prompt["interaction_type"], prompt["app"], prompt["prompt_chars"]) == ("userPrompt", "bizchat", 21)
    assert (answer["interaction_type"], answer["prompt_chars"]) == ("aiResponse", None)
    assert (with_file["has_attachments"], prompt["has_attachments"]) == (True, False)
    assert prompt["created_date"] == dt.date(2026, 11, 18)
    assert prompt["request_token"] == answer["request_token"]
    assert len({row["interaction_token"] for row in tables["interactions"]}) == 3
    assert "Cai" not in str(dict(tables))
    assert "Secret" not in str(dict(tables))
    assert not run.gate.report.unknown_fields

    asked = graph.paths("interactionHistory")[0].query
    assert asked["$top"] == "100"
    assert asked["$filter"] == (
        "createdDateTime gt 2026-11-11T23:59:59.999Z and createdDateTime lt 2026-11-19T02:00:00.000Z"
    ), "the look-back of a week, up to the run's start"
    days = recorded(run, "interactions")
    assert set(days) == {("main", TODAY - dt.timedelta(days=n)) for n in range(8)}
    assert [day for (_, day), status in days.items() if status == "ok"] == [dt.date(2026, 11, 18)]


def test_interactions_are_opt_in(graph: VendorStub) -> None:
    run = graph_run(graph)
    assert not loaded_rows(SOURCE, run)["interactions"]
    assert not recorded(run, "interactions")
    assert not graph.paths("interactionHistory")


def test_one_refused_history_does_not_lose_the_others(graph: VendorStub) -> None:
    graph.routes[USERS] = {"value": [directory_user(BEN, "ben"), directory_user(ADA, "ada")]}
    graph.routes[f"GET {history(BEN)}"] = {"value": [interaction("1")]}
    said: list[str] = []
    run = graph_run(graph, interactions=True)
    run.progress = said.append
    assert len(loaded_rows(SOURCE, run)["interactions"]) == 1
    assert any("the histories of 1 of 2 users were refused" in line for line in said)


def test_a_missing_permission_for_interactions_is_an_error(graph: VendorStub) -> None:
    graph.routes[USERS] = {"value": [directory_user(f"{n}", f"u{n}") for n in range(20)]}
    for n in range(20):
        graph.routes[f"GET {history(str(n))}"] = Reply({"error": {"code": "Forbidden"}}, 403)
    with pytest.raises(AccessError):
        loaded_rows(SOURCE, graph_run(graph, interactions=True))
    assert len(graph.paths("interactionHistory")) == 5, "it does not knock at every door"


def test_a_back_fill_reads_the_directory_though_it_takes_no_snapshot(graph: VendorStub) -> None:
    created = {"createdDateTime": "2026-11-01T08:00:00Z"}
    graph.routes[f"GET {history(ADA)}"] = {"value": [interaction("1", **created)]}
    run = graph_run(graph, interactions=True)
    run.clock = RunClock(AS_OF, since=dt.date(2026, 11, 1), until=dt.date(2026, 11, 2))
    tables = loaded_rows(SOURCE, run)
    assert not tables["users"]
    assert recorded(run, "interactions") == {
        ("main", dt.date(2026, 11, 1)): "ok",
        ("main", dt.date(2026, 11, 2)): "empty",
    }


def test_days_before_the_first_interaction_are_asked_for_once_and_are_not_zero(graph: VendorStub) -> None:
    """The tenant's retention may have deleted them: they count as asked for, not as days without use."""
    graph.routes[f"GET {history(ADA)}"] = {"value": [interaction("1")]}
    run = graph_run(graph, interactions=True)
    loaded_rows(SOURCE, run)
    assert recorded(run, "interactions") == {
        ("main", dt.date(2026, 11, 18)): "ok",
        ("main", TODAY): "empty",
    }
    assert len(recorded(run, HISTORIES)) == 366

    graph.routes[f"GET {history(ADA)}"] = {"value": []}
    run = graph_run(graph, interactions=True)
    loaded_rows(SOURCE, run)
    assert not recorded(run, "interactions"), "nothing was ever seen"


def test_bad_interactions_are_counted(graph: VendorStub) -> None:
    bad = [
        interaction("2", createdDateTime="2999-01-01T00:00:00Z"),
        interaction("3", createdDateTime=None),
        {key: value for key, value in interaction("4").items() if key != "id"},
    ]
    graph.routes[f"GET {history(ADA)}"] = {"value": [interaction("1"), interaction("1"), *bad]}
    run = graph_run(graph, interactions=True)
    assert len(loaded_rows(SOURCE, run)["interactions"]) == 1, "a repeated id is one interaction"
    assert sum(rejects(run).values()) == 3
    assert rejects(run)["interactions", "created_at in the future"] == 1


def test_a_page_that_links_to_itself_is_an_error(graph: VendorStub) -> None:
    path = history(ADA)
    graph.routes[f"GET {path}"] = {"value": [], "@odata.nextLink": f"{graph.url}{path}?$skiptoken=1"}
    with pytest.raises(AnswerError, match="same page"):
        loaded_rows(SOURCE, graph_run(graph, interactions=True))


@pytest.mark.parametrize(
    ("kind", "content_type", "content", "expected"),
    [
        ("userPrompt", "text", "a <b> c", 7),
        ("userPrompt", "html", "<p>Sum <b>up</b>&nbsp;&amp; go</p>", 11),
        ("userPrompt", "HTML", '<div><attachment id="1"></attachment></div>', None),
        ("userPrompt", "text", "", None),
        ("userPrompt", "text", "👩‍💻", 3),
        ("aiResponse", "text", "a long answer", None),
        ("unknownFutureValue", "text", "text", None),
    ],
)
def test_prompt_length(kind: str, content_type: str, content: str, expected: int | None) -> None:
    body = Body(content_type=content_type, content=content)
    found = Interaction(id="1", created_date_time=AS_OF, interaction_type=kind, body=body)
    assert found.prompt_chars == expected


# -- sign-in ------------------------------------------------------------------------------------------------


def client_run(graph: VendorStub, login: VendorStub) -> SourceRun:
    return graph_run(
        graph,
        access_token=None,
        login_url=login.url,
        tenant_id="t-1",
        client_id="c-1",
        client_secret="secret",
    )


def test_client_credentials_and_one_renewal_when_the_token_is_refused(graph: VendorStub) -> None:
    with vendor_stub() as login:
        tokens = iter(["old", "new"])

        def issue(asked: Asked) -> dict[str, Any]:
            form = {key: values[0] for key, values in parse_qs(asked.body.decode()).items()}
            assert form == {
                "grant_type": "client_credentials",
                "client_id": "c-1",
                "client_secret": "secret",
                "scope": f"{graph.url}/.default",
            }
            return {"token_type": "Bearer", "expires_in": 3599, "access_token": next(tokens)}

        login.routes["POST /t-1/oauth2/v2.0/token"] = issue
        users = graph.routes[USERS]

        def only_new(asked: Asked) -> Any:
            return users if asked.headers["authorization"] == "Bearer new" else Reply({"error": {}}, 401)

        graph.routes[USERS] = only_new
        assert loaded_rows(SOURCE, client_run(graph, login))["users"]
        assert [asked.headers["authorization"] for asked in graph.paths("/users")] == [
            "Bearer old",
            "Bearer new",
        ]
        assert len(login.asked) == 2


def test_a_token_that_stays_refused_is_an_error_after_one_renewal(graph: VendorStub) -> None:
    with vendor_stub() as login:
        login.routes["POST /t-1/oauth2/v2.0/token"] = {"expires_in": 3599, "access_token": "any"}
        graph.routes[USERS] = Reply({"error": {}}, 401)
        with pytest.raises(AccessError):
            loaded_rows(SOURCE, client_run(graph, login))
        assert len(login.asked) == 2


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_secret_is_said_and_not_shown(graph: VendorStub, status: int) -> None:
    with vendor_stub() as login:
        body = {"error": "invalid_client", "error_description": "secret for tenant"}
        login.routes["POST /t-1/oauth2/v2.0/token"] = Reply(body, status)
        with pytest.raises(AccessError) as caught:
            loaded_rows(SOURCE, client_run(graph, login))
        assert "secret for tenant" not in str(caught.value)
        found = list(SOURCE.check(client_run(graph, login)))
        assert [(finding.subject, finding.ok) for finding in found] == [("sign-in", False)]


def web_token(claims: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{body}.signature"


def test_roles_are_read_from_a_web_token_and_only_from_one() -> None:
    assert token_roles(web_token({"roles": ["User.Read.All"]})) == {"User.Read.All"}
    assert token_roles(web_token({"aud": "x"})) == set()
    assert token_roles("opaque") is None
    assert token_roles("a.b!.c") is None
    assert token_roles(web_token([1])) == set()


# -- doctor -------------------------------------------------------------------------------------------------

ROLES = ["Reports.Read.All", "User.Read.All", "LicenseAssignment.Read.All", "ReportSettings.Read.All"]


def findings(run: SourceRun) -> dict[str, Any]:
    return {finding.subject: finding for finding in SOURCE.check(run)}


def test_doctor_is_content_with_what_is_needed(graph: VendorStub) -> None:
    graph.routes[f"GET {history(ADA)}"] = {"value": []}
    token = web_token({"roles": [*ROLES, "AiEnterpriseInteraction.Read.All"]})
    found = findings(graph_run(graph, access_token=token, interactions=True))
    assert {subject: finding.ok for subject, finding in found.items()} == {
        "permissions": True,
        "users and licences": True,
        "subscribed SKUs": True,
        "report settings": True,
        "usage report": True,
        "names in reports": True,
        "interactions": True,
    }


def test_doctor_names_each_missing_and_each_wide_permission(graph: VendorStub) -> None:
    refused = Reply({"error": {"code": "Authorization_RequestDenied"}}, 403)
    for route in (USERS, SKUS, SETTINGS, f"GET /v1.0/{USAGE.format('D7', 'v1')}"):
        graph.routes[route] = refused
    token = web_token({"roles": ["Directory.ReadWrite.All"]})
    run = graph_run(graph, access_token=token, interactions=True)
    every = list(SOURCE.check(run))
    assert not any(finding.ok for finding in every)
    text = " ".join(f"{finding.message} {finding.remedy}" for finding in every)
    assert "the app may also: Directory.ReadWrite.All" in text
    for permission in (*ROLES, "AiEnterpriseInteraction.Read.All"):
        assert permission in text


@pytest.mark.parametrize("how", ["setting", "rows"])
def test_doctor_reports_concealed_names(graph: VendorStub, how: str) -> None:
    if how == "setting":
        graph.routes[SETTINGS] = {"value": {"displayConcealedNames": True}}
    else:
        line = BEN_V1.replace("ben@asterlane.example", "A1B2C3D4E5F60718293A4B5C6D7E8F90")
        graph.routes[f"GET /v1.0/{USAGE.format('D7', 'v1')}"] = csv_reply(V1, line)
    found = findings(graph_run(graph))["names in reports"]
    assert not found.ok
    assert "Display concealed user" in found.remedy
