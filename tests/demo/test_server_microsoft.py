"""Microsoft's sign-in, reports, directory and interactions as the server tells them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from demo.company.company import Company
from demo.server import VendorServer
from demo.vendors.m365_copilot import VENDOR as M365
from demo.vendors.m365_copilot.directory import directory_users
from demo.vendors.m365_copilot.interactions import UsageReports
from demo.vendors.m365_copilot.model import COPILOT_SKU_ID, TENANT_ID
from demo.vendors.m365_copilot.site import CLIENT_ID, CLIENT_SECRET, Switches, Tokens

REPORT = "copilot/reports/getMicrosoft365CopilotUsageUserDetail"
SELECT = "id,userPrincipalName,employeeId,accountEnabled,userType,assignedLicenses,licenseAssignmentStates"


def sign_in(server: VendorServer, **changes: str) -> requests.Response:
    """The token request of an application."""
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "scope": f"{server.urls['microsoft']}/.default",
    }
    tenant = changes.pop("tenant", TENANT_ID)
    url = f"{server.urls['login']}/{tenant}/oauth2/v2.0/token"
    return requests.post(url, data=form | changes, timeout=60)


def ask(server: VendorServer, token: str, path: str = "/v1.0/subscribedSkus") -> int:
    """The status of a route for a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(server.urls["microsoft"] + path, headers=headers, timeout=60).status_code


def values(client: Any, path: str) -> Iterator[dict[str, Any]]:
    """Rows of all pages by following ``@odata.nextLink``."""
    page = client.graph(path).json()
    yield from page["value"]
    while "@odata.nextLink" in page:
        page = client.graph(page["@odata.nextLink"]).json()
        yield from page["value"]


def test_token_opens_graph_until_it_ends(vendor_server: VendorServer) -> None:
    answer = sign_in(vendor_server).json()
    assert answer["token_type"] == "Bearer"
    token = answer["access_token"]
    assert ask(vendor_server, token) == 200
    vendor_server.clock.advance(timedelta(seconds=answer["expires_in"] + 1))
    assert ask(vendor_server, token) == 401
    token = sign_in(vendor_server).json()["access_token"]
    assert ask(vendor_server, token) == 200
    vendor_server.kept.of(Tokens).revoke_all()
    assert ask(vendor_server, token) == 401
    assert ask(vendor_server, "invented") == 401


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 400, "unauthorized_client"),
        ({"tenant": "wrong"}, 400, "invalid_request"),
        ({"scope": "User.Read"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "invalid_scope"),
    ],
)
def test_wrong_sign_ins(vendor_server: VendorServer, changes: dict[str, str], status: int, code: str) -> None:
    answer = sign_in(vendor_server, **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, code)


def test_each_route_needs_its_permission(vendor_server: VendorServer, tiny_company: Company) -> None:
    user = tiny_company.employees[0].entra_id
    routes = {
        "LicenseAssignment.Read.All": "/v1.0/subscribedSkus",
        "User.Read.All": "/v1.0/users",
        "ReportSettings.Read.All": "/v1.0/admin/reportSettings",
        "Reports.Read.All": f"/v1.0/{REPORT}(period='D7')",
        "AiEnterpriseInteraction.Read.All": (
            f"/v1.0/copilot/users/{user}/interactionHistory/getAllEnterpriseInteractions"
        ),
    }
    for role in routes:
        vendor_server.behaviour.of(Switches).graph_roles = (role,)
        token = sign_in(vendor_server).json()["access_token"]
        assert {needed: ask(vendor_server, token, path) for needed, path in routes.items()} == {
            needed: 200 if needed == role else 403 for needed in routes
        }
    secret = f"{CLIENT_SECRET}-without-scope"
    token = sign_in(vendor_server, client_secret=secret).json()["access_token"]
    assert ask(vendor_server, token) == 403


def report_rows(client: Any, arguments: str) -> list[dict[str, str]]:
    """The CSV report by column name."""
    answer = client.graph(f"/v1.0/{REPORT}({arguments})")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_report_v1_tells_last_days_of_everybody_licensed(client: Any, tiny_company: Company) -> None:
    refresh = tiny_company.profile.as_of_day - timedelta(days=2)
    rows = {row["User Principal Name"]: row for row in report_rows(client, "period='D7',version='v1'")}
    licensed = [user for user in directory_users(tiny_company, refresh) if user.has_license]
    usage = UsageReports(tiny_company.activity(M365), tiny_company.profile.first_day).detail(refresh)
    assert set(rows) == {user.upn for user in licensed}
    assert len(next(iter(rows.values()))) == 13
    for user in licensed:
        row, known = rows[user.upn], usage.get(user.object_id)
        assert (row["Report Refresh Date"], row["Report Period"]) == (refresh.isoformat(), "7")
        assert row["Last Activity Date"] == (str(known.last_activity) if known else "")
        word = known.last_by_app.get("word") if known else None
        assert row["Word Copilot Last Activity Date"] == (str(word) if word else "")
    assert any(row["Last Activity Date"] for row in rows.values())


def test_report_v2_counts_prompts_of_the_period(client: Any, tiny_company: Company) -> None:
    refresh = tiny_company.profile.as_of_day - timedelta(days=2)
    rows = {row["User Principal Name"]: row for row in report_rows(client, "period='D28',version='v2'")}
    usage = UsageReports(tiny_company.activity(M365), tiny_company.profile.first_day, 28).detail(refresh)
    names = {user.object_id: user.upn for user in directory_users(tiny_company, refresh) if user.has_license}
    for account, upn in names.items():
        known = usage.get(account)
        assert rows[upn]["Prompts submitted for all apps"] == str(known.prompts if known else 0)
        assert rows[upn]["Active Usage Days for all apps"] == str(len(known.active_days) if known else 0)
    assert sum(int(row["Prompts submitted for all apps"]) for row in rows.values()) > 0


def test_report_in_beta_is_json(client: Any, tiny_company: Company) -> None:
    rows = client.graph(f"/beta/{REPORT}(period='D7',version='v2')").json()["value"]
    table = {row["User Principal Name"]: row for row in report_rows(client, "period='D7',version='v2'")}
    assert {row["userPrincipalName"] for row in rows} == set(table)
    for row in rows:
        line = table[row["userPrincipalName"]]
        assert row["lastActivityDate"] == line["Last Activity Date"]
        period = row["copilotActivityUserDetailsByPeriod"][0]
        assert period["promptsSubmittedForAllApps"] == line["Prompts submitted for all apps"]
    as_csv = client.graph(f"/beta/{REPORT}(period='D7')", **{"$format": "text/csv"})
    assert as_csv.headers["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize(
    "arguments",
    ["period='D28',version='v1'", "period='D30',version='v2'", "version='v1'", "period='D7',version='v9'"],
)
def test_report_refuses_unknown_periods(client: Any, arguments: str) -> None:
    assert client.graph(f"/v1.0/{REPORT}({arguments})").status_code == 400


def test_names_can_be_concealed(vendor_server: VendorServer, client: Any) -> None:
    settings = "/v1.0/admin/reportSettings"
    assert client.graph(settings).json()["value"]["displayConcealedNames"] is False
    shown = report_rows(client, "period='D7'")
    vendor_server.behaviour.of(Switches).conceal_names = True
    assert client.graph(settings).json()["value"]["displayConcealedNames"] is True
    hidden = report_rows(client, "period='D7'")
    assert len(hidden) == len(shown)
    assert all(re.fullmatch("[0-9A-F]{32}", row["User Principal Name"]) for row in hidden)
    assert [row["Last Activity Date"] for row in hidden] == [row["Last Activity Date"] for row in shown]


def test_users_by_pages_with_the_selected_properties(client: Any, tiny_company: Company) -> None:
    found = list(values(client, f"/v1.0/users?$select={SELECT}&$top=9"))
    known = directory_users(tiny_company, tiny_company.profile.as_of_day)
    sku = COPILOT_SKU_ID
    assert {user["id"] for user in found} == {user.object_id for user in known}
    assert len(found) == len(known) > 9
    assert {user["id"] for user in found if sku in str(user["assignedLicenses"])} == {
        user.object_id for user in known if user.has_license
    }
    assert set(found[0]) == set(SELECT.split(","))
    assert {user["userType"] for user in found} == {"Member", "Guest"}
    assert "assignedLicenses" not in client.graph("/v1.0/users").json()["value"][0]
    filtered = values(client, f"/v1.0/users?$filter=assignedLicenses/any(s:s/skuId eq {sku})&$select=id")
    assert {user["id"] for user in filtered} == {user.object_id for user in known if user.has_license}
    assert client.graph("/v1.0/users?$select=id,shoeSize").status_code == 400
    assert client.graph("/v1.0/users?$filter=id eq 7").status_code == 400
    assert client.graph("/v1.0/users?$skiptoken=zzz").status_code == 400


def test_skus_count_licences(client: Any, tiny_company: Company) -> None:
    profile = tiny_company.profile
    skus = {sku["skuId"]: sku for sku in client.graph("/v1.0/subscribedSkus").json()["value"]}
    copilot = skus[COPILOT_SKU_ID]
    assert copilot["consumedUnits"] == sum(
        u.has_license for u in directory_users(tiny_company, profile.as_of_day)
    )
    bought = [c.purchased_seats for c in tiny_company.files.contracts if c.product == "m365_copilot"]
    assert copilot["prepaidUnits"]["enabled"] == bought[-1]
    assert len(skus) == 2
    assert client.graph("/v1.0/subscribedSkus?$filter=x").status_code == 400


def history(account: str, bounds: str = "", top: int = 100) -> str:
    """The interaction route of a user."""
    path = f"/v1.0/copilot/users/{account}/interactionHistory/getAllEnterpriseInteractions?$top={top}"
    return f"{path}&$filter={bounds}" if bounds else path


def test_interactions_between_two_bounds_newest_first(client: Any, tiny_company: Company) -> None:
    profile = tiny_company.profile
    everything = [x for day in profile.days() for x in tiny_company.activity(M365).created_on(day)]
    account = max({x.account for x in everything}, key=lambda a: sum(x.account == a for x in everything))
    mine = [x for x in everything if x.account == account and x.created_at <= profile.as_of]
    first, last = mine[2].created_at, mine[-2].created_at
    bounds = f"createdDateTime gt {stamp(first)} and createdDateTime lt {stamp(last)}"
    found = list(values(client, history(account, bounds, top=3)))
    expected = [x for x in mine if first < x.created_at < last]
    assert [row["id"] for row in found] == [x.interaction_id for x in reversed(expected)]
    assert len(found) > 3
    assert len(list(values(client, history(account)))) == len(mine)
    for row, event in zip(found, reversed(expected), strict=True):
        is_prompt = event.interaction_type == "userPrompt"
        assert (row["from"]["user"] is not None) == is_prompt
        if event.prompt_chars is not None:
            text = re.sub("<[^>]+>", "", row["body"]["content"])
            assert len(text) == event.prompt_chars


def stamp(moment: datetime) -> str:
    """A moment as a filter writes it."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def test_interactions_need_both_bounds_and_a_known_user(client: Any, tiny_company: Company) -> None:
    account = tiny_company.employees[0].entra_id
    for bounds in ("createdDateTime gt 2026-11-01T00:00:00Z", "createdDateTime lt 2026-11-01T00:00:00Z"):
        assert client.graph(history(account, bounds)).status_code == 400
    assert client.graph(history("00000000-0000-0000-0000-000000000000")).status_code == 404


def test_nothing_of_the_future_is_shown(
    vendor_server: VendorServer, client: Any, tiny_company: Company
) -> None:
    profile = tiny_company.profile
    events = [x for day in profile.days() for x in tiny_company.activity(M365).created_on(day)]
    middle = events[len(events) // 2]
    vendor_server.clock.set(middle.created_at)
    found = list(values(client, history(middle.account)))
    assert found[0]["id"] == middle.interaction_id
