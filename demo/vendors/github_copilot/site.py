"""GitHub's REST and GraphQL API for Copilot. Base URL: the site ``github`` itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.site import Site, bearer_status, page_offset, page_token
from demo.server.wire import NDJSON, Answer, Page, Request
from demo.vendors.github_copilot import records
from demo.vendors.github_copilot.identities import github_identities
from demo.vendors.github_copilot.model import ENTERPRISE, ORGANIZATION, CopilotBilling, CopilotReport
from demo.vendors.github_copilot.reports import CopilotActivity

API_KEY = "demo-github-classic-token"

API_VERSIONS = ("2026-03-10", "2022-11-28")
LOOK_BACK_DAYS = 366
SETTLING = timedelta(days=3)
"""A day without versions of its own is answered (with nothing) two full UTC days after it closed."""
IDENTITY_PATH = "samlIdentityProvider.externalIdentities.edges"


@dataclass(slots=True)
class Switches:
    """How GitHub behaves."""

    report_part_rows: int = 100
    unassigned_seats: int = 0
    """Seats without an assignee; the company's truth knows none, so none by default."""
    saml_level: str = "enterprise"
    """Where single sign-on is set up: enterprise | organization; the other level answers null."""
    scopes: str = "read:enterprise, read:org, manage_billing:copilot"
    """What GitHub says of the token in ``X-OAuth-Scopes``."""


class GitHub(Site):
    """The site ``github``; report files are downloaded from the site ``files``."""

    def __init__(self, backstage: Backstage, activity: CopilotActivity) -> None:
        self._backstage = backstage
        self._switches = backstage.behaviour.of(Switches)
        self._reports = activity
        self._activity = records.copilot_activity(backstage.company.profile.first_day, activity)
        self._restated: dict[date, CopilotReport] = {}
        enterprise, organization = "/enterprises/{owner}", "/orgs/{owner}"
        metrics, billing = "copilot/metrics/reports/users-1-day", "settings/billing/ai_credit/usage"
        self.routes = [
            route("GET", f"{enterprise}/{metrics}", self._enterprise_report, "github"),
            route("GET", f"{organization}/{metrics}", self._organization_report, "github"),
            route("GET", f"{enterprise}/copilot/billing/seats", self._enterprise_seats, "github"),
            route("GET", f"{organization}/copilot/billing/seats", self._organization_seats, "github"),
            route("GET", f"{organization}/copilot/billing", self._billing_settings, "github"),
            route("GET", f"{enterprise}/{billing}", self._enterprise_billing, "github"),
            route("GET", f"/organizations/{{owner}}/{billing}", self._organization_billing, "github"),
            route("GET", f"{enterprise}/consumed-licenses", self._licenses, "github"),
            route("GET", "/scim/v2/enterprises/{owner}/Users", self._scim, "github"),
            route("POST", "/graphql", self._graphql, "github"),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """401 and 403 as GitHub says them; a request without a User-Agent is turned away."""
        if "user-agent" not in request.headers:
            return _message(403, "Request forbidden by administrative rules. Send a User-Agent header.")
        status = bearer_status(request, [API_KEY])
        if status == 401:
            return _message(401, "Bad credentials")
        if status == 403:
            return _message(403, "Resource not accessible by personal access token")
        version = request.headers.get("x-github-api-version", API_VERSIONS[0])
        return None if version in API_VERSIONS else _message(400, f"API version {version} is not supported")

    def not_found(self) -> Answer:
        """404 as GitHub words it."""
        return _message(404, "Not Found")

    def stamp(self, answer: Answer) -> None:
        """The scopes of the token."""
        answer.headers["X-OAuth-Scopes"] = self._switches.scopes

    # Usage metrics --------------------------------------------------------------------------------

    def restate(self, report: CopilotReport) -> None:
        """Put another version of a report day in place, e.g. one with fewer rows, or with none."""
        self._restated[report.day] = report

    def _enterprise_report(self, request: Request, owner: str) -> Answer:
        return self._report(request, "enterprise") if self._is_enterprise(owner) else self.not_found()

    def _organization_report(self, request: Request, owner: str) -> Answer:
        return self._report(request, "organization") if self._is_organization(owner) else self.not_found()

    def _report(self, request: Request, level: str) -> Answer:
        day = _day(request.one("day"))
        if day is None:
            return _message(422, "day is required, as YYYY-MM-DD")
        if day < self._backstage.clock.today() - timedelta(LOOK_BACK_DAYS):
            return _message(404, "Reports go back one year")
        report = self.newest_report(day)
        if report is None:
            return Answer(204)
        part_rows = self._switches.report_part_rows
        parts = range(1, -(-len(report.records) // part_rows) + 1)
        seen = int(report.visible_from.timestamp())
        links = [
            self._backstage.signed(f"/github/{level}/users-1-day/{day}/{seen}/part-{part}.ndjson")
            for part in parts
        ]
        return Answer(payload={"download_links": links, "report_day": day})

    def newest_report(self, day: date) -> CopilotReport | None:
        """The version of the day that the clock allows; None = not processed yet."""
        now = self._backstage.clock.now()
        restated = self._restated.get(day)
        if restated is not None and restated.visible_from <= now:
            return restated
        if self._reports.versions.on(day):
            return self._reports.report(day, now)
        ready = datetime.combine(day, time(0), UTC) + SETTLING
        return CopilotReport(day, ready, ()) if ready <= now else None

    def report_part(self, request: Request, level: str, day: str, seen: str, part: str) -> Answer:
        """One part of a report, for everybody who holds a signed link; the version is the one linked to."""
        del request
        return self._part(level, date.fromisoformat(day), seen, part)

    def _part(self, level: str, day: date, seen: str, part: str) -> Answer:
        versions = [*self._reports.versions.on(day), *self._restated_versions(day)]
        report = next((v for v in versions if int(v.visible_from.timestamp()) == int(seen)), None)
        if report is None:
            return self.not_found()
        rows = self._switches.report_part_rows
        chosen = report.records[(int(part) - 1) * rows : int(part) * rows]
        organization_id = None if level == "enterprise" else "777"
        lines = [records.report_line(record, organization_id) + b"\n" for record in chosen]
        label = f"github/users-1-day/{day}/part-{part}.ndjson"
        return Answer(body=self._backstage.faults.on_file(label, b"".join(lines)), content_type=NDJSON)

    def _restated_versions(self, day: date) -> list[CopilotReport]:
        return [self._restated[day]] if day in self._restated else []

    # Seats ----------------------------------------------------------------------------------------

    def _enterprise_seats(self, request: Request, owner: str) -> Answer:
        return self._seats(request, enterprise=True) if self._is_enterprise(owner) else self.not_found()

    def _organization_seats(self, request: Request, owner: str) -> Answer:
        return self._seats(request, enterprise=False) if self._is_organization(owner) else self.not_found()

    def _seats(self, request: Request, *, enterprise: bool) -> Answer:
        total, found = records.seat_records(
            self._backstage.company,
            self._activity,
            self._backstage.clock.today(),
            enterprise=enterprise,
            unassigned=self._switches.unassigned_seats,
        )
        return self._linked(request, found, "seats", {"total_seats": total}, default=50)

    def _billing_settings(self, request: Request, owner: str) -> Answer:
        del request
        if not self._is_organization(owner):
            return self.not_found()
        seats = self._backstage.company.seats_on("github_copilot", self._backstage.clock.today())
        breakdown = {"total": len(seats), "pending_invitation": 0, "added_this_cycle": 0}
        return Answer(payload={"seat_breakdown": breakdown, "seat_management_setting": "assign_selected"})

    # Billing --------------------------------------------------------------------------------------

    def _enterprise_billing(self, request: Request, owner: str) -> Answer:
        if not self._is_enterprise(owner):
            return self.not_found()
        return self._billing(request, {"enterprise": owner})

    def _organization_billing(self, request: Request, owner: str) -> Answer:
        if not self._is_organization(owner):
            return self.not_found()
        return self._billing(request, {"organization": owner})

    def _billing(self, request: Request, owner: Mapping[str, object]) -> Answer:
        if request.one("user") is not None:
            return _message(422, "This server keeps billing by day and model, not by user")
        today = self._backstage.clock.today()
        try:
            period = _period(request, today)
        except ValueError:
            return _message(400, "year, month and day must be numbers of the calendar")
        first, last = period
        days = [first + timedelta(n) for n in range((min(last, today - timedelta(1)) - first).days + 1)]
        items = [item for day in days for item in self._reports.billing.on(day)]
        echo = {key: request.one(key) for key in ("product", "model") if request.one(key)}
        chosen = [item for item in items if _matches(item, echo)]
        timespan = {key: int(request.one(key) or first.year) for key in ("year", "month", "day")}
        asked = {key: value for key, value in timespan.items() if key == "year" or request.one(key)}
        usage = records.billing_records(chosen)
        payload = {"timePeriod": asked, **owner, **echo, "usageItems": usage}
        return Answer(payload=payload, page=Page("usageItems"))

    # Identities -----------------------------------------------------------------------------------

    def _licenses(self, request: Request, owner: str) -> Answer:
        if not self._is_enterprise(owner):
            return self.not_found()
        found = [records.license_record(one, ORGANIZATION) for one in self._identities()]
        seats = {"total_seats_consumed": len(found), "total_seats_purchased": len(found) + 25}
        return self._linked(request, found, "users", seats, default=30)

    def _scim(self, request: Request, owner: str) -> Answer:
        if not self._is_enterprise(owner):
            return self.not_found()
        start = request.number("startIndex", 1, 1_000_000)
        identities = self._identities()
        chosen = identities[start - 1 : start - 1 + request.number("count", 30, 100)]
        url = self._backstage.urls["github"]
        payload = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": len(identities),
            "itemsPerPage": len(chosen),
            "startIndex": start,
            "Resources": [records.scim_record(one, url, owner) for one in chosen],
        }
        return Answer(payload=payload, page=Page("Resources"), content_type="application/scim+json")

    def _graphql(self, request: Request) -> Answer:
        try:
            query = msgspec.json.decode(request.body, type=dict[str, Any])
        except msgspec.DecodeError:
            return _message(400, "Problems parsing JSON")
        text = str(query.get("query", ""))
        found = re.search(r"\b(enterprise|organization)\s*\(", text)
        if "externalIdentities" not in text or found is None:
            return Answer(payload={"errors": [{"type": "undefinedField", "message": "Unknown query"}]})
        level = found[1]
        if level != self._switches.saml_level or "samlIdentityProvider" not in text:
            return _not_configured(level, "oidc" if "oidcProvider" in text else "saml")
        return self._external_identities(level, text, query.get("variables") or {})

    def _external_identities(self, level: str, text: str, variables: Mapping[str, Any]) -> Answer:
        slug = ENTERPRISE if level == "enterprise" else ORGANIZATION
        if slug not in (*map(str, variables.values()), *re.findall(r'"([^"]+)"', text)):
            return Answer(payload={"data": {level: None}, "errors": [_error("NOT_FOUND", [level])]})
        try:
            start = page_offset(_argument("after", text, variables))
            first = int(_argument("first", text, variables) or 100)
        except ValueError:
            return Answer(payload={"data": None, "errors": [_error("INVALID_CURSOR_ARGUMENTS", [level])]})
        identities = self._identities()
        chosen = identities[start : start + min(first, 100)]
        end = start + len(chosen)
        connection = {
            "totalCount": len(identities),
            "pageInfo": {"hasNextPage": end < len(identities), "endCursor": page_token(end)},
            "edges": [{"node": _asked_for(records.identity_node(one), text)} for one in chosen],
        }
        provider = {"samlIdentityProvider": {"externalIdentities": connection}}
        inner = {"ownerInfo": provider} if level == "enterprise" else provider
        path = f"data.{level}.{'ownerInfo.' if level == 'enterprise' else ''}{IDENTITY_PATH}"
        return Answer(payload={"data": {level: inner}}, page=Page(path))

    def _identities(self) -> list[Any]:
        day = self._backstage.clock.today()
        return sorted(github_identities(self._backstage.company, day), key=lambda one: one.user_id)

    # ----------------------------------------------------------------------------------------------

    def _is_enterprise(self, owner: str) -> bool:
        return owner == ENTERPRISE

    def _is_organization(self, owner: str) -> bool:
        return owner == ORGANIZATION

    def _linked(
        self, request: Request, rows: list[Any], key: str, totals: Mapping[str, object], default: int
    ) -> Answer:
        """One page of rows with GitHub's Link header."""
        size, number = request.number("per_page", default, 100), request.number("page", 1, 1_000_000)
        last = max(1, -(-len(rows) // size))
        url = f"{self._backstage.urls['github']}{request.path}"
        links = []
        if number < last:
            links.append(f'<{url}?{urlencode({"per_page": size, "page": number + 1})}>; rel="next"')
            links.append(f'<{url}?{urlencode({"per_page": size, "page": last})}>; rel="last"')
        if number > 1:
            links.append(f'<{url}?{urlencode({"per_page": size, "page": number - 1})}>; rel="prev"')
        again = f'<{url}?{urlencode({"per_page": size, "page": number, "again": 1})}>; rel="next"'
        return Answer(
            payload={**totals, key: rows[(number - 1) * size : number * size]},
            headers={"Link": ", ".join(links)} if links else {},
            page=Page(key, again_headers={"Link": again}),
        )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _period(request: Request, today: date) -> tuple[date, date]:
    """First and last day of the asked-for year, month or day."""
    year = int(request.one("year") or today.year)
    month, day = request.one("month"), request.one("day")
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        first = date(year, int(month), 1)
        return first, (first + timedelta(31)).replace(day=1) - timedelta(1)
    return date(year, int(month), int(day)), date(year, int(month), int(day))


def _matches(item: CopilotBilling, wanted: Mapping[str, str | None]) -> bool:
    return all(str(getattr(item, key)).lower() == str(value).lower() for key, value in wanted.items())


def _argument(name: str, text: str, variables: Mapping[str, Any]) -> str | None:
    """A GraphQL argument, written into the query or passed as a variable."""
    found = re.search(rf'\b{name}:\s*(?:\$(\w+)|"([^"]*)"|(\d+|null))', text)
    if found is None:
        return None
    value = variables.get(found[1]) if found[1] else found[2] or found[3]
    return None if value in (None, "null") else str(value)


def _asked_for(node: dict[str, Any], text: str) -> dict[str, Any]:
    """A node with the fields that the query names, as GraphQL gives no others."""
    chosen = {key: value for key, value in node.items() if re.search(rf"\b{key}\b", text)}
    return {key: _asked_for(value, text) if isinstance(value, dict) else value for key, value in chosen.items()}


def _not_configured(level: str, method: str) -> Answer:
    """Single sign-on is set up at the other level, or by the other protocol: null, and an error beside it."""
    path = [level, "samlIdentityProvider"] if level == "organization" else [level, "ownerInfo"]
    inner: dict[str, Any] = {"oidcProvider" if method == "oidc" else "samlIdentityProvider": None}
    data = {level: {"ownerInfo": inner} if level == "enterprise" else inner}
    return Answer(payload={"data": data, "errors": [_error("NOT_FOUND", path)]})


def _error(kind: str, path: list[str]) -> dict[str, object]:
    return {"type": kind, "path": path, "locations": [], "message": "Could not be resolved."}


def _message(status: int, text: str) -> Answer:
    return Answer(
        status,
        payload={
            "message": text,
            "documentation_url": "https://docs.github.com/rest",
            "status": str(status),
        },
    )
