"""GitHub's reports, seats, billing and identities as the server tells them."""

from __future__ import annotations

import http.client
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from demo.company.company import Company
from demo.server import VendorServer
from demo.vendors.github_copilot import VENDOR as GITHUB
from demo.vendors.github_copilot.identities import github_identities
from demo.vendors.github_copilot.model import ENTERPRISE, ORGANIZATION, CopilotReport
from demo.vendors.github_copilot.site import API_KEY, GitHub, Switches

QUERY = """query($slug: String!, $after: String) { enterprise(slug: $slug) { ownerInfo { samlIdentityProvider {
  externalIdentities(first: 5, after: $after) { totalCount pageInfo { hasNextPage endCursor }
  edges { node { guid samlIdentity { nameId emails { value } } user { login } } } } } } } }"""


def report_path(company: Company, level: str = "enterprises") -> str:
    """The route of the day report."""
    owner = ENTERPRISE if level == "enterprises" else ORGANIZATION
    return f"/{level}/{owner}/copilot/metrics/reports/users-1-day"


def rows_of(client: Any, company: Company, day: Any, level: str = "enterprises") -> list[dict[str, Any]]:
    """Every row of a day's report, through its links."""
    links = client.github(report_path(company, level), day=day).json()["download_links"]
    return [json.loads(line) for link in links for line in client.session.get(link).text.splitlines()]


def linked_pages(client: Any, path: str, key: str, **query: Any) -> list[dict[str, Any]]:
    """Rows of all pages by following the Link header."""
    answer = client.github(path, **query)
    rows = list(answer.json()[key])
    while "next" in answer.links:
        answer = client.session.get(answer.links["next"]["url"], headers=client.bearer("github_copilot"))
        rows += answer.json()[key]
    return rows


def busy_day(company: Company) -> Any:
    """The day with most rows."""
    return max(
        company.profile.days()[:-6], key=lambda day: len(company.activity(GITHUB).versions.on(day)[-1].records)
    )


def test_report_holds_the_newest_version_in_parts(
    vendor_server: VendorServer, client: Any, tiny_company: Company
) -> None:
    vendor_server.behaviour.of(Switches).report_part_rows = 2
    day = busy_day(tiny_company)
    answer = client.github(report_path(tiny_company), day=day).json()
    final = tiny_company.activity(GITHUB).report(day, tiny_company.profile.as_of)
    assert final is not None
    assert answer["report_day"] == day.isoformat()
    assert len(answer["download_links"]) == -(-len(final.records) // 2) > 1
    rows = rows_of(client, tiny_company, day)
    assert [row["user_id"] for row in rows] == [record.user_id for record in final.records]
    for row, record in zip(rows, final.records, strict=True):
        assert row["user_initiated_interaction_count"] == record.interactions
        assert Decimal(str(row.get("ai_credits_used", 0))) == (record.ai_credits or 0)
        assert len(row["totals_by_feature"]) == len(record.features)
        assert ("totals_by_cli" in row) == (record.cli is not None)


def test_organization_report_names_the_organization(client: Any, tiny_company: Company) -> None:
    day = busy_day(tiny_company)
    enterprise = rows_of(client, tiny_company, day)
    organization = rows_of(client, tiny_company, day, "orgs")
    assert all(row.pop("organization_id") == "777" for row in organization)
    assert organization == enterprise


def test_days_are_not_ready_at_first_and_restated_later(
    vendor_server: VendorServer, client: Any, tiny_company: Company
) -> None:
    day, versions = next(
        (day, found)
        for day in tiny_company.profile.days()
        if len(found := tiny_company.activity(GITHUB).versions.on(day)) > 1
        and found[0].records != found[-1].records
    )
    for version in versions:
        vendor_server.clock.set(version.visible_from - timedelta(minutes=1))
        before = client.github(report_path(tiny_company), day=day)
        vendor_server.clock.set(version.visible_from)
        rows = rows_of(client, tiny_company, day)
        assert [row["user_id"] for row in rows] == [record.user_id for record in version.records]
        if version is versions[0]:
            assert (before.status_code, before.content) == (204, b"")


def test_a_restated_day_can_become_empty(
    vendor_server: VendorServer, client: Any, tiny_company: Company
) -> None:
    day = busy_day(tiny_company)
    assert rows_of(client, tiny_company, day)
    vendor_server.site(GitHub).restate(CopilotReport(day, tiny_company.profile.as_of, ()))
    answer = client.github(report_path(tiny_company), day=day)
    assert answer.json() == {"download_links": [], "report_day": day.isoformat()}


def test_a_restated_day_can_hold_other_rows(
    vendor_server: VendorServer, client: Any, tiny_company: Company
) -> None:
    day = busy_day(tiny_company)
    first = tiny_company.activity(GITHUB).versions.on(day)[-1].records[0]
    changed = CopilotReport(day, tiny_company.profile.as_of, (replace(first, interactions=4711),))
    vendor_server.site(GitHub).restate(changed)
    rows = rows_of(client, tiny_company, day)
    assert [row["user_initiated_interaction_count"] for row in rows] == [4711]


def test_days_before_the_company_had_copilot_are_empty_and_very_old_ones_unknown(
    client: Any, tiny_company: Company
) -> None:
    before = tiny_company.profile.first_day - timedelta(days=30)
    assert client.github(report_path(tiny_company), day=before).json()["download_links"] == []
    ancient = tiny_company.profile.as_of_day - timedelta(days=400)
    assert client.github(report_path(tiny_company), day=ancient).status_code == 404
    assert client.github(report_path(tiny_company), day="soon").status_code == 422


def test_links_refuse_the_token(client: Any, tiny_company: Company) -> None:
    link = client.github(report_path(tiny_company), day=busy_day(tiny_company)).json()["download_links"][0]
    assert requests.get(link, headers=client.bearer("github_copilot"), timeout=60).status_code == 400
    assert requests.get(link, timeout=60).status_code == 200


def test_refusals(vendor_server: VendorServer, tiny_company: Company) -> None:
    url = vendor_server.urls["github"] + report_path(tiny_company) + "?day=2026-11-10"
    key = API_KEY
    wanted = {
        401: {"Authorization": "Bearer wrong"},
        403: {"Authorization": f"Bearer {key}-without-scope"},
        400: {"Authorization": f"Bearer {key}", "X-GitHub-Api-Version": "1999-01-01"},
        200: {"Authorization": f"Bearer {key}", "X-GitHub-Api-Version": "2026-03-10"},
    }
    for status, headers in wanted.items():
        assert requests.get(url, headers=headers, timeout=60).status_code == status


def test_a_caller_without_a_name_is_turned_away(vendor_server: VendorServer, tiny_company: Company) -> None:
    host = vendor_server.urls["github"].removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    key = API_KEY
    connection.request("GET", report_path(tiny_company), headers={"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    assert (answer.status, b"User-Agent" in answer.read()) == (403, True)
    connection.close()


def test_other_enterprise_is_not_found(client: Any) -> None:
    assert client.github("/enterprises/somebody/copilot/billing/seats").status_code == 404


@pytest.mark.parametrize("level", ["enterprises", "orgs"])
def test_seats_by_pages(vendor_server: VendorServer, client: Any, tiny_company: Company, level: str) -> None:
    vendor_server.behaviour.of(Switches).unassigned_seats = 1
    profile = tiny_company.profile
    owner = ENTERPRISE if level == "enterprises" else ORGANIZATION
    path = f"/{level}/{owner}/copilot/billing/seats"
    rows = linked_pages(client, path, "seats", per_page=4)
    held = tiny_company.seats_on("github_copilot", profile.as_of_day)
    found = Counter(str(row["assignee"]["id"]) for row in rows if row["assignee"])
    assert set(found) == {seat.account for seat in held}
    assert (max(found.values()) > 1) == (level == "enterprises"), "one person, two seat objects"
    assert [row for row in rows if row["assignee"] is None] == [rows[-1]]
    assert client.github(path).json()["total_seats"] == len(held) + 1
    assert any("-06:00" in row["created_at"] for row in rows)


def test_seats_remember_activity_until_yesterday(client: Any, tiny_company: Company) -> None:
    profile = tiny_company.profile
    rows = linked_pages(client, f"/orgs/{ORGANIZATION}/copilot/billing/seats", "seats")
    last: dict[str, Any] = {}
    for day in profile.days()[:-1]:
        for record in tiny_company.activity(GITHUB).versions.on(day)[-1].records:
            if record.is_active:
                last[str(record.user_id)] = day
    shown = {
        str(row["assignee"]["id"]): datetime.fromisoformat(row["last_activity_at"]).astimezone(UTC).date()
        for row in rows
        if row["last_activity_at"]
    }
    holders = {str(row["assignee"]["id"]) for row in rows}
    assert shown == {account: day for account, day in last.items() if account in holders}
    assert shown


def test_billing_of_a_day_and_of_a_month(client: Any, tiny_company: Company) -> None:
    profile = tiny_company.profile
    path = f"/enterprises/{ENTERPRISE}/settings/billing/ai_credit/usage"
    day = busy_day(tiny_company)
    answer = client.github(path, year=day.year, month=day.month, day=day.day)
    items = json.loads(answer.text, parse_float=Decimal)["usageItems"]
    expected = tiny_company.activity(GITHUB).billing.on(day)
    assert sum(Decimal(item["netAmount"]) for item in items) == sum(item.net_amount for item in expected) > 0
    assert answer.json()["timePeriod"] == {"year": day.year, "month": day.month, "day": day.day}
    month = json.loads(client.github(path, year=2026, month=11).text, parse_float=Decimal)["usageItems"]
    until_yesterday = [d for d in profile.days()[:-1] if d.month == 11]
    total = sum(
        item.gross_quantity for d in until_yesterday for item in tiny_company.activity(GITHUB).billing.on(d)
    )
    assert sum(Decimal(item["grossQuantity"]) for item in month) == total
    one = client.github(path, year=2026, month=11, model=items[0]["model"]).json()["usageItems"]
    assert {item["model"] for item in one} == {items[0]["model"]}
    today = profile.as_of_day
    assert client.github(path, year=today.year, month=today.month, day=today.day).json()["usageItems"] == []
    assert client.github(path, year="x").status_code == 400


def graphql(client: Any, query: str, **variables: Any) -> dict[str, Any]:
    """An answer of GraphQL."""
    answer = client.session.post(
        client.server.urls["github"] + "/graphql",
        json={"query": query, "variables": variables},
        headers=client.bearer("github_copilot"),
    )
    assert answer.status_code == 200
    return dict(answer.json())


def test_identities_by_cursor(client: Any, tiny_company: Company) -> None:
    profile = tiny_company.profile
    nodes, after = [], None
    while True:
        answer = graphql(client, QUERY, slug=ENTERPRISE, after=after)
        page = answer["data"]["enterprise"]["ownerInfo"]["samlIdentityProvider"]["externalIdentities"]
        nodes += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    known = github_identities(tiny_company, profile.as_of_day)
    assert {node["user"]["login"]: node["samlIdentity"]["nameId"] for node in nodes} == {
        one.login: one.name_id for one in known
    }
    assert page["totalCount"] == len(nodes) == len(known)
    assert {frozenset(node) for node in nodes} == {frozenset({"guid", "samlIdentity", "user"})}
    assert any("emails" not in node["samlIdentity"] for node in nodes)


def test_single_sign_on_at_the_other_level(
    vendor_server: VendorServer, client: Any, tiny_company: Company
) -> None:
    organization = QUERY.replace("enterprise(slug: $slug) { ownerInfo {", "organization(login: $slug) { ")
    wrong = graphql(client, organization, slug=ORGANIZATION)
    assert wrong["data"] == {"organization": {"samlIdentityProvider": None}}
    assert wrong["errors"][0]["path"] == ["organization", "samlIdentityProvider"]
    oidc = QUERY.replace("samlIdentityProvider", "oidcProvider")
    answer = graphql(client, oidc, slug=ENTERPRISE)
    assert answer["data"]["enterprise"]["ownerInfo"] == {"oidcProvider": None}
    vendor_server.behaviour.of(Switches).saml_level = "organization"
    right = graphql(client, organization, slug=ORGANIZATION)
    assert right["data"]["organization"]["samlIdentityProvider"]["externalIdentities"]["edges"]
    unknown = graphql(client, organization, slug="nobody")
    assert (unknown["data"], unknown["errors"][0]["type"]) == ({"organization": None}, "NOT_FOUND")


def test_scim_and_licences_name_the_same_people(client: Any, tiny_company: Company) -> None:
    slug = ENTERPRISE
    known = github_identities(tiny_company, tiny_company.profile.as_of_day)
    users, start = [], 1
    while True:
        page = client.github(f"/scim/v2/enterprises/{slug}/Users", startIndex=start, count=6).json()
        users += page["Resources"]
        start += page["itemsPerPage"]
        if start > page["totalResults"]:
            break
    assert Counter(user["userName"] for user in users) == Counter(one.name_id for one in known)
    licences = linked_pages(client, f"/enterprises/{slug}/consumed-licenses", "users", per_page=6)
    assert {row["github_com_login"]: row["github_com_verified_domain_emails"] for row in licences} == {
        one.login: list(one.emails) for one in known
    }
    assert not any(re.search(r'"id":', json.dumps(row)) for row in licences)


def test_scopes_of_the_token_are_told(vendor_server: VendorServer, client: Any, tiny_company: Company) -> None:
    vendor_server.behaviour.of(Switches).scopes = "read:enterprise, admin:org"
    path = f"/orgs/{ORGANIZATION}/copilot/billing"
    assert client.github(path).headers["X-OAuth-Scopes"] == "read:enterprise, admin:org"
