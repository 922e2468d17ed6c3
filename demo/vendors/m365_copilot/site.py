"""Microsoft Graph and its sign-in. Base URLs: the sites ``microsoft`` and ``login`` themselves."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from urllib.parse import parse_qs, quote

from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.site import Site, key_status, page_offset, page_token, parse_time
from demo.server.wire import CSV, Answer, Page, Request, encode
from demo.vendors.m365_copilot import records
from demo.vendors.m365_copilot.history import InteractionIndex
from demo.vendors.m365_copilot.interactions import Interactions
from demo.vendors.m365_copilot.model import TENANT_ID, M365Interaction

CLIENT_ID = "0d5f2d0e-demo-4c1d-9a77-5b1de7c0ffee"
CLIENT_SECRET = "demo-entra-client-secret"
ACCESS_TOKEN = "demo-graph-access-token"
"""Always valid, for a configuration that brings its own token."""

DEFAULT_USER_PROPERTIES = ("id", "displayName", "userPrincipalName", "mail", "jobTitle")
"""What ``/users`` gives without ``$select``: licences only come when they are asked for."""
TOKEN_SECONDS = 3599
REPORT = "getMicrosoft365CopilotUsageUserDetail({arguments})"
PERMISSIONS = (
    ("/interactionHistory/", "AiEnterpriseInteraction.Read.All"),
    ("/copilot/reports/", "Reports.Read.All"),
    ("/admin/reportSettings", "ReportSettings.Read.All"),
    ("/subscribedSkus", "LicenseAssignment.Read.All"),
    ("/users", "User.Read.All"),
)
"""(part of a path, permission it needs); the first that fits counts."""
DAWN = datetime(1970, 1, 1, tzinfo=UTC)
_BOUND = re.compile(r"createdDateTime (gt|ge|lt|le) ([0-9T:.\-+Z]+)")
_LICENCE = re.compile(r"assignedLicenses/any\(\w+:\w+/skuId eq ([0-9a-f-]+)\)")


T = TypeVar("T")


@dataclass(slots=True)
class Switches:
    """How Microsoft behaves."""

    conceal_names: bool = False
    graph_roles: tuple[str, ...] = (
        "Reports.Read.All",
        "User.Read.All",
        "LicenseAssignment.Read.All",
        "ReportSettings.Read.All",
        "AiEnterpriseInteraction.Read.All",
    )
    """Application permissions of the tokens that are issued; a route without its permission answers 403."""
    report_refresh_lag_days: int = 2
    archived: records.ReportKind = field(default_factory=records.ReportKind)
    """The usage report that was saved (v1, seven days)."""


class Tokens:
    """Access tokens that were issued; they end with their life on the server's clock, or by force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._issued: dict[str, tuple[datetime, frozenset[str]]] = {}

    def issue(self, now: datetime, roles: Sequence[str]) -> str:
        """A new token in the form of a JSON web token that names its permissions."""
        with self._lock:
            self._count += 1
            claims = {"roles": list(roles), "jti": str(self._count)}
            parts = (encode({"alg": "none", "typ": "JWT"}), encode(claims), b"signature of the demo")
            token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
            self._issued[token] = (now + timedelta(seconds=TOKEN_SECONDS), frozenset(roles))
            return token

    def roles(self, token: str, now: datetime) -> frozenset[str] | None:
        """Permissions of a token that still opens something; None = it opens nothing."""
        with self._lock:
            ends, roles = self._issued.get(token, (DAWN, frozenset()))
            return roles if now <= ends else None

    def revoke_all(self) -> None:
        """End every token, as when a secret is rotated in the middle of a run."""
        with self._lock:
            self._issued.clear()


class Login(Site):
    """The site ``login``: tokens by client credentials."""

    def __init__(self, backstage: Backstage, tokens: Tokens) -> None:
        self._backstage = backstage
        self._switches = backstage.behaviour.of(Switches)
        self._tokens = tokens
        self.routes = [route("POST", "/{tenant}/oauth2/v2.0/token", self._token, "login")]

    def refusal(self, request: Request) -> Answer | None:
        """Nobody is turned away at the door: the form is what counts."""
        del request
        return None

    def not_found(self) -> Answer:
        """404."""
        return _login_error(404, "invalid_request", "AADSTS900144: no such endpoint.")

    def _token(self, request: Request, tenant: str) -> Answer:
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        if tenant != TENANT_ID:
            return _login_error(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials" or "/.default" not in form.get("scope", ""):
            return _login_error(400, "invalid_scope", "AADSTS1002012: scope must end with /.default.")
        if form.get("client_id") != CLIENT_ID:
            return _login_error(400, "unauthorized_client", "AADSTS700016: Application not found.")
        status = key_status(form.get("client_secret", ""), [CLIENT_SECRET])
        if status == 401:
            return _login_error(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        # a client without consent gets a token all the same, and 403 for what it does with it
        roles = self._switches.graph_roles if status == 200 else ()
        token = self._tokens.issue(self._backstage.clock.now(), roles)
        return Answer(
            payload={
                "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS,
                "ext_expires_in": TOKEN_SECONDS,
                "access_token": token,
            }
        )


class Graph(Site):
    """The site ``microsoft``."""

    def __init__(self, backstage: Backstage, tokens: Tokens, activity: Interactions) -> None:
        self._backstage = backstage
        self._switches = backstage.behaviour.of(Switches)
        self._tokens = tokens
        self._directory = records.Directory(backstage.company)
        self._usage = records.UsageDetail(self._directory, activity)
        self._interactions = InteractionIndex(activity, backstage.company.profile.first_day)
        self._known: tuple[date, frozenset[str]] | None = None
        self.routes = [
            route("GET", f"/v1.0/copilot/reports/{REPORT}", self._usage_csv, "microsoft.reports"),
            route("GET", f"/beta/copilot/reports/{REPORT}", self._usage_json, "microsoft.reports"),
            route("GET", "/v1.0/users", self._users, "microsoft"),
            route("GET", "/v1.0/subscribedSkus", self._skus, "microsoft"),
            route("GET", "/v1.0/admin/reportSettings", self._settings, "microsoft"),
            *(
                route(
                    "GET",
                    f"/{version}/copilot/users/{{user}}/interactionHistory/getAllEnterpriseInteractions",
                    self._history,
                    "microsoft.interactions",
                )
                for version in ("v1.0", "beta")
            ),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """401 without a token that holds, 403 with one that has no permissions."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return _error(401, "InvalidAuthenticationToken", "Access token is empty.")
        status = key_status(key, [ACCESS_TOKEN])
        roles = self._tokens.roles(key, self._backstage.clock.now())
        if status == 401 and roles is None:
            return _error(401, "InvalidAuthenticationToken", "Lifetime validation failed.")
        needed = next((role for part, role in PERMISSIONS if part in request.path), None)
        if status == 403 or (roles is not None and needed and needed not in roles):
            return _error(403, "Authorization_RequestDenied", "Insufficient privileges.")
        return None

    def not_found(self) -> Answer:
        """404 as Graph words it."""
        return _error(404, "Request_ResourceNotFound", "Resource not found for the segment.")

    # Reports --------------------------------------------------------------------------------------

    def _usage_csv(self, request: Request, arguments: str) -> Answer:
        del request
        kind = self._kind(arguments)
        if kind is None:
            return _error(400, "BadRequest", "Invalid period or version.")
        body = self._usage.csv(self._refresh_date(), kind)
        return Answer(body=body, content_type="application/octet-stream", headers=_attachment())

    def _usage_json(self, request: Request, arguments: str) -> Answer:
        kind = self._kind(arguments)
        if kind is None:
            return _error(400, "BadRequest", "Invalid period or version.")
        if (request.one("$format") or "").lower() == "text/csv":
            body = self._usage.csv(self._refresh_date(), kind)
            return Answer(body=body, content_type=CSV, headers=_attachment())
        return Answer(payload=self._usage.json(self._refresh_date(), kind), page=Page("value"))

    def _kind(self, arguments: str) -> records.ReportKind | None:
        given = dict(re.findall(r"(\w+)='([^']*)'", arguments))
        kind = records.ReportKind(
            given.get("period", ""), given.get("version", "v1"), self._switches.conceal_names
        )
        return kind if kind.is_known else None

    def _refresh_date(self) -> date:
        lag = timedelta(self._switches.report_refresh_lag_days)
        return self._backstage.clock.today() - lag

    def _settings(self, request: Request) -> Answer:
        del request
        return Answer(payload=records.settings_record(self._switches.conceal_names))

    # Directory ------------------------------------------------------------------------------------

    def _users(self, request: Request) -> Answer:
        found = records.user_records(self._directory, self._backstage.clock.today())
        wanted = request.one("$filter")
        if wanted is not None:
            licence = _LICENCE.fullmatch(wanted.strip())
            if licence is None:
                return _error(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause.")
            found = [user for user in found if licence[1] in str(user["assignedLicenses"])]
        selected = request.one("$select")
        properties = selected.split(",") if selected else list(DEFAULT_USER_PROPERTIES)
        unknown = [name for name in properties if found and name not in found[0]]
        if unknown:
            return _error(400, "BadRequest", f"Could not find a property named '{unknown[0]}'.")

        def write(chosen: Sequence[records.Record]) -> list[object]:
            return [{name: user[name] for name in properties} for user in chosen]

        return self._collection(request, "users", found, write, default=100, most=999)

    def _skus(self, request: Request) -> Answer:
        if request.one("$filter") is not None:
            return _error(400, "Request_UnsupportedQuery", "This resource supports only $select.")
        found = records.sku_records(self._directory, self._backstage.clock.today())
        return Answer(
            payload={"@odata.context": self._context("subscribedSkus"), "value": found}, page=Page("value")
        )

    # Interactions ---------------------------------------------------------------------------------

    def _history(self, request: Request, user: str) -> Answer:
        bounds = _bounds(request.one("$filter"))
        if bounds is None:
            return _error(400, "BadRequest", "createdDateTime needs both a lower and an upper bound.")
        now = self._backstage.clock.now()
        if user not in self._known_users(now.date()):
            return _error(404, "NotFound", "The user was not found.")
        items = self._interactions.between(user, *bounds, now)

        def write(chosen: Sequence[M365Interaction]) -> list[object]:
            return [records.interaction_record(item) for item in chosen]

        name = "Collection(microsoft.graph.aiInteraction)"
        answer = self._collection(request, name, items, write, default=100, most=100)
        if answer.status == 200:
            answer.payload["@odata.count"] = len(answer.payload["value"])
        return answer

    def _known_users(self, day: date) -> frozenset[str]:
        known = self._known
        if known is None or known[0] != day:
            known = (day, frozenset(user.object_id for user in self._directory.on(day)))
            self._known = known
        return known[1]

    # ----------------------------------------------------------------------------------------------

    def _collection(
        self,
        request: Request,
        name: str,
        rows: Sequence[T],
        write: Callable[[Sequence[T]], list[object]],
        default: int,
        most: int,
    ) -> Answer:
        """One page with ``@odata.nextLink`` when more follows; only the rows of the page are written."""
        try:
            start = page_offset(request.one("$skiptoken"))
        except ValueError:
            return _error(400, "BadRequest", "Skip token is not valid.")
        end = start + request.number("$top", default, most)
        payload: dict[str, object] = {"@odata.context": self._context(name)}
        if end < len(rows):
            payload["@odata.nextLink"] = self._next_link(request, page_token(end))
        payload["value"] = write(rows[start:end])
        again = {"@odata.nextLink": self._next_link(request, page_token(start, "again"))}
        return Answer(payload=payload, page=Page("value", again))

    def _next_link(self, request: Request, token: str) -> str:
        kept = {key: values[-1] for key, values in request.query.items() if key != "$skiptoken"}
        query = "&".join(f"{key}={quote(value)}" for key, value in [*kept.items(), ("$skiptoken", token)])
        return f"{self._backstage.urls['microsoft']}{quote(request.path)}?{query}"

    def _context(self, name: str) -> str:
        return f"{self._backstage.urls['microsoft']}/v1.0/$metadata#{name}"


def _bounds(text: str | None) -> tuple[datetime, datetime] | None:
    """The exclusive bounds of a filter; ``ge`` and ``le`` are widened by a microsecond.

    Without a filter everything is meant; a filter by time needs both its bounds (None = refused).
    """
    if not text:
        return DAWN, datetime.max.replace(tzinfo=UTC)
    found: Mapping[str, str] = dict(_BOUND.findall(text or ""))
    tick = timedelta(microseconds=1)
    after, before = parse_time(found.get("gt")), parse_time(found.get("lt"))
    lower, upper = parse_time(found.get("ge")), parse_time(found.get("le"))
    after = after or (lower - tick if lower else None)
    before = before or (upper + tick if upper else None)
    return (after, before) if after and before else None


def _attachment() -> dict[str, str]:
    return {"Content-Disposition": 'attachment; filename="CopilotUsageUserDetail.csv"'}


def _error(status: int, code: str, message: str) -> Answer:
    inner = {"date": "2026-11-19T02:00:00", "request-id": "demo", "client-request-id": "demo"}
    return Answer(status, payload={"error": {"code": code, "message": message, "innerError": inner}})


def _login_error(status: int, code: str, message: str) -> Answer:
    return Answer(status, payload={"error": code, "error_description": message, "error_codes": [0]})
