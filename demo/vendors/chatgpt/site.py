"""ChatGPT's admin platform: log files, roster, seats. Base URL: ``<chatgpt site>/v1``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from demo.company.days import delivered_on
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.site import Site, bearer_status, page_offset, page_token, parse_time
from demo.server.wire import NDJSON, Answer, Page, Request
from demo.vendors.chatgpt.activity import ChatActivity
from demo.vendors.chatgpt.lines import CostWriter, MessageWriter
from demo.vendors.chatgpt.log_files import LogFiles
from demo.vendors.chatgpt.model import ORGANIZATION_ID, WORKSPACE_ID
from demo.vendors.chatgpt.rosters import Credits, roster, roster_records, seat_records

API_KEY = "demo-chatgpt-admin-key"

WORKSPACE_TYPES = frozenset(
    ("CONVERSATION_MESSAGE", "APP_LOG", "APP_AUTH_LOG", "AUDIT_LOG", "AUTH_LOG", "CODEX_LOG")
)
"""Known to the workspace route; only CONVERSATION_MESSAGE has files here."""


class ChatGPT(Site):
    """The site ``chatgpt``; its files are downloaded from the site ``files``."""

    def __init__(self, backstage: Backstage, activity: ChatActivity) -> None:
        self._backstage = backstage
        self._credits = Credits(activity)
        self.messages = LogFiles(
            backstage,
            "CONVERSATION_MESSAGE",
            lambda day: delivered_on(day, activity.messages),
            MessageWriter().line,
        )
        self.costs = LogFiles(
            backstage,
            "COSTS",
            lambda day: delivered_on(day, activity.costs),
            CostWriter(backstage.company).line,
            timedelta(microseconds=500),
        )
        workspaces, organizations = (
            "/v1/compliance/workspaces/{owner}",
            "/v1/compliance/organizations/{owner}",
        )
        self.routes = [
            route("GET", f"{workspaces}/logs", self._workspace_logs, "chatgpt.list"),
            route("GET", f"{workspaces}/logs/{{file_id}}", self._workspace_file, "chatgpt.download"),
            route("GET", f"{organizations}/logs", self._organization_logs, "chatgpt.list"),
            route("GET", f"{organizations}/logs/{{file_id}}", self._organization_file, "chatgpt.download"),
            route("GET", f"{workspaces}/users", self._users, "chatgpt.list"),
            route("GET", "/v1/manage/workspaces/{owner}/usage_limits/users", self._seats, "chatgpt.list"),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """401 for a wrong key, 403 for one without the scope."""
        status = bearer_status(request, [API_KEY])
        if status == 401:
            return _error(401, "invalid_api_key", "Incorrect API key provided.")
        if status == 403:
            return _error(403, "insufficient_scope", "Missing scope: compliance_export.read")
        return None

    def not_found(self) -> Answer:
        """404 as the vendor words it."""
        return _error(404, "not_found", "Not found.")

    def forget(self) -> None:
        """Write every log file again when it is next asked for."""
        self.messages.forget()
        self.costs.forget()

    def log_file(self, request: Request, event_type: str, file_id: str) -> Answer:
        """The content of a file, for everybody who holds a signed link."""
        del request
        files = self.messages if event_type == "CONVERSATION_MESSAGE" else self.costs
        body = files.compressed(file_id)
        return self.not_found() if body is None else Answer(gzipped=body, content_type=NDJSON)

    # Log files ------------------------------------------------------------------------------------

    def _workspace_logs(self, request: Request, owner: str) -> Answer:
        if owner != WORKSPACE_ID:
            return self.not_found()
        types = _event_types(request)
        if not types or not types <= WORKSPACE_TYPES:
            return _error(400, "invalid_event_type", f"Unsupported event_type: {sorted(types)}")
        return self._list(request, self.messages if self.messages.event_type in types else None)

    def _organization_logs(self, request: Request, owner: str) -> Answer:
        if owner != ORGANIZATION_ID:
            return self.not_found()
        types = _event_types(request)
        if types != {"COSTS"}:
            return _error(400, "invalid_event_type", f"Unsupported event_type: {sorted(types)}")
        return self._list(request, self.costs)

    def _list(self, request: Request, files: LogFiles[Any] | None) -> Answer:
        after, before = parse_time(request.one("after")), parse_time(request.one("before"))
        if after is None or (before is None and request.one("before")):
            return _error(400, "invalid_timestamp", "after is required; after and before are ISO 8601.")
        limit = request.number("limit", 100, 100)
        listing = files.listing(after, before, limit) if files else None
        found = listing.files if listing else []
        payload = {
            "data": [file.entry() for file in found],
            "has_more": bool(listing and listing.has_more),
            "last_end_time": found[-1].end_time if found else None,
        }
        again = {"has_more": True, "last_end_time": after + timedelta(microseconds=1)}
        return Answer(payload=payload, page=Page("data", again))

    def _workspace_file(self, request: Request, owner: str, file_id: str) -> Answer:
        del request
        if owner != WORKSPACE_ID:
            return self.not_found()
        return self._link(self.messages, file_id)

    def _organization_file(self, request: Request, owner: str, file_id: str) -> Answer:
        del request
        if owner != ORGANIZATION_ID:
            return self.not_found()
        return self._link(self.costs, file_id)

    def _link(self, files: LogFiles[Any], file_id: str) -> Answer:
        if files.compressed(file_id) is None:
            return self.not_found()
        location = self._backstage.signed(f"/chatgpt/{files.event_type}/{file_id}.jsonl")
        return Answer(307, headers={"Location": location}, content_type="text/plain")

    # Snapshots ------------------------------------------------------------------------------------

    def _users(self, request: Request, owner: str) -> Answer:
        if owner != WORKSPACE_ID:
            return self.not_found()
        after = request.one("after") or ""
        records = roster_records(roster(self._backstage.company, self._backstage.clock.today()))
        rest = [record for record in records if str(record["id"]) > after]
        page = rest[: request.number("limit", 200, 200)]
        payload = {
            "object": "list",
            "data": page,
            "has_more": len(rest) > len(page),
            "last_id": page[-1]["id"] if page else None,
        }
        again = {"has_more": True, "last_id": f"{after or 'user-'}-"}
        return Answer(payload=payload, page=Page("data", again))

    def _seats(self, request: Request, owner: str) -> Answer:
        if owner != WORKSPACE_ID:
            return self.not_found()
        try:
            start = page_offset(request.one("cursor"))
        except ValueError:
            return _error(400, "invalid_cursor", "Unknown cursor.")
        today = self._backstage.clock.today()
        records = seat_records(roster(self._backstage.company, today), self._credits, today)
        end = start + request.number("limit", 50, 100)
        page = records[start:end]
        payload = {
            "object": "list",
            "data": page,
            "has_more": end < len(records),
            "cursor": page_token(end) if end < len(records) else None,
            "last_id": page[-1]["id"] if page else None,
        }
        again = {"has_more": True, "cursor": page_token(start, "again")}
        return Answer(payload=payload, page=Page("data", again))


def _event_types(request: Request) -> set[str]:
    values = request.query.get("event_type", [])
    return {part.strip() for value in values for part in value.split(",") if part.strip()}


def _error(status: int, code: str, message: str) -> Answer:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return Answer(status, payload={"error": {"message": message, "type": kind, "code": code, "param": None}})
