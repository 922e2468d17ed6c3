"""The HR system: BambooHR's API (base URL: the site ``hris`` itself) and two CSV files under ``/exports``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from demo.company.hris import hris_history, hris_snapshot
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.site import Site, bearer_status, key_status, parse_time
from demo.server.wire import CSV, Answer, Page, Request
from demo.vendors.hris.bamboo import FIELDS, Bamboo, Profile, Record

API_KEY = "demo-hris-key"
"""Both BambooHR's key and the bearer of the CSV files."""

DIRECTORY_FIELDS = (
    "displayName", "firstName", "lastName", "jobTitle", "workEmail", "department", "division", "location",
    "supervisor",
)  # fmt: skip
TABLES: dict[str, Callable[[Bamboo, Profile], list[Record]]] = {
    "jobInfo": Bamboo.job_info,
    "employmentStatus": Bamboo.employment_status,
}
DATASET = "employee"


class Hris(Site):
    """The site ``hris``."""

    def __init__(self, backstage: Backstage) -> None:
        self._backstage = backstage
        self._bamboo: Bamboo | None = None
        self._day: date | None = None
        employees = "/api/v1/employees"
        self.routes = [
            route("GET", f"{employees}/directory", self._directory, "hris"),
            route("GET", f"{employees}/changed", self._changed, "hris"),
            route("GET", f"{employees}/changed/tables/{{table}}", self._changed_table, "hris"),
            route("GET", f"{employees}/{{employee}}/tables/{{table}}", self._table, "hris"),
            route("GET", f"{employees}/{{employee}}", self._employee, "hris"),
            route("GET", "/api/v1/meta/fields", self._meta_fields, "hris"),
            *(
                found
                for version in ("v1", "v1_2")
                for found in (
                    route("GET", f"/api/{version}/datasets", self._datasets, "hris"),
                    route("GET", f"/api/{version}/datasets/{{dataset}}/fields", self._dataset_fields, "hris"),
                )
            ),
            route("POST", "/api/v1/datasets/{dataset}", self._dataset_v1, "hris"),
            route("POST", "/api/v2/datasets/{dataset}/data", self._dataset_v2, "hris"),
            route("GET", "/exports/employees.csv", self._snapshot_file, "hris"),
            route("GET", "/exports/employees_history.csv", self._history_file, "hris"),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """Basic (key as user name) for the API, bearer for the files."""
        keys = [API_KEY]
        if request.path.startswith("/exports/"):
            status = bearer_status(request, keys)
        else:
            status = key_status(_basic_user(request), keys)
        if status == 401:
            return Answer(401, content_type="text/plain", headers={"WWW-Authenticate": 'Basic realm="api"'})
        return Answer(403, content_type="text/plain") if status == 403 else None

    def not_found(self) -> Answer:
        """404 with an empty body."""
        return Answer(404, content_type="text/plain")

    # BambooHR -------------------------------------------------------------------------------------

    def _directory(self, request: Request) -> Answer:
        bamboo = self._today()
        only_current = request.one("onlyCurrent", "true") != "false"
        people = [
            _only(bamboo.fields(profile), ("id", *DIRECTORY_FIELDS))
            for profile in bamboo.profiles
            if profile.is_active or not only_current
        ]
        fields = [{"id": name, "type": FIELDS[name], "name": name} for name in DIRECTORY_FIELDS]
        return Answer(payload={"fields": fields, "employees": people}, page=Page("employees"))

    def _employee(self, request: Request, employee: str) -> Answer:
        bamboo = self._today()
        profile = next((profile for profile in bamboo.profiles if profile.id == employee), None)
        if profile is None:
            return self.not_found()
        wanted = (request.one("fields") or "").split(",")
        return Answer(payload=_only(bamboo.fields(profile), ("id", *wanted)))

    def _table(self, request: Request, employee: str, table: str) -> Answer:
        del request
        bamboo = self._today()
        chosen = [profile for profile in bamboo.profiles if employee in ("all", profile.id)]
        if table not in TABLES or not chosen:
            return self.not_found()
        return Answer(payload=[row for profile in chosen for row in TABLES[table](bamboo, profile)])

    def _changed_table(self, request: Request, table: str) -> Answer:
        since = parse_time(request.one("since"))
        if table not in TABLES or since is None:
            return Answer(400, content_type="text/plain", body=b"since and a known table are required")
        bamboo = self._today()
        people = {
            profile.id: {
                "lastChanged": f"{profile.last_changed}T06:00:00+00:00",
                "rows": [_without_employee(row) for row in TABLES[table](bamboo, profile)],
            }
            for profile in bamboo.profiles
            if profile.last_changed >= since.date()
        }
        return Answer(payload={"table": table, "employees": people})

    def _changed(self, request: Request) -> Answer:
        since = parse_time(request.one("since"))
        if since is None:
            return Answer(400, content_type="text/plain", body=b"since is required")
        changed = {
            profile.id: {
                "id": profile.id,
                "action": "Updated",
                "lastChanged": f"{profile.last_changed}T06:00:00+00:00",
            }
            for profile in self._today().profiles
            if profile.last_changed >= since.date()
        }
        return Answer(payload={"latest": self._backstage.clock.now(), "employees": changed})

    def _meta_fields(self, request: Request) -> Answer:
        del request
        return Answer(payload=[{"id": n, "name": n, "type": kind, "alias": n} for n, kind in FIELDS.items()])

    def _datasets(self, request: Request) -> Answer:
        del request
        return Answer(payload={"datasets": [{"name": DATASET, "label": "Employee"}]})

    def _dataset_fields(self, request: Request, dataset: str) -> Answer:
        del request
        if dataset != DATASET:
            return self.not_found()
        fields = [
            {"name": name, "label": name, "parentType": "employee", "parentName": "Employee", "entityName": ""}
            for name in FIELDS
        ]
        return Answer(payload={"fields": fields}, page=Page("fields"))

    def _dataset_v1(self, request: Request, dataset: str) -> Answer:
        asked = self._asked(request, dataset)
        if isinstance(asked, Answer):
            return asked
        size, number = _paging(asked, "page_size")
        rows = self._rows(asked)
        last = max(1, -(-len(rows) // size))
        url = f"{self._backstage.urls['hris']}{request.path}"
        payload = {
            "data": rows[(number - 1) * size : number * size],
            "pagination": {
                "total_records": len(rows),
                "current_page": number,
                "total_pages": last,
                "next_page": f"{url}?page={number + 1}" if number < last else None,
                "prev_page": f"{url}?page={number - 1}" if number > 1 else None,
            },
            "aggregations": [],
        }
        return Answer(payload=payload, page=Page("data"))

    def _dataset_v2(self, request: Request, dataset: str) -> Answer:
        asked = self._asked(request, dataset)
        if isinstance(asked, Answer):
            return asked
        size, number = _paging(asked, "pageSize")
        rows = self._rows(asked)
        last = max(1, -(-len(rows) // size))
        url = f"{self._backstage.urls['hris']}{request.path}"
        links = {"next": f"{url}?page={number + 1}"} if number < last else {}
        if number > 1:
            links["prev"] = f"{url}?page={number - 1}"
        payload = {
            "data": [{"fields": row} for row in rows[(number - 1) * size : number * size]],
            "links": links,
            "meta": {"page": number, "pageSize": size, "totalPages": last, "totalItems": len(rows)},
        }
        return Answer(payload=payload, page=Page("data"))

    def _asked(self, request: Request, dataset: str) -> dict[str, Any] | Answer:
        if dataset != DATASET:
            return self.not_found()
        try:
            asked = msgspec.json.decode(request.body or b"{}", type=dict[str, Any])
        except msgspec.DecodeError:
            return Answer(400, content_type="text/plain", body=b"the body must be a JSON object")
        if not asked.get("fields"):
            return Answer(422, payload={"error": "fields is required"})
        # a link to the next page carries the page in its query
        return {**asked, "page": request.one("page") or asked.get("page", 1)}

    def _rows(self, asked: dict[str, Any]) -> list[Record]:
        bamboo = self._today()
        return [_only(bamboo.fields(profile), asked["fields"]) for profile in bamboo.profiles]

    def _today(self) -> Bamboo:
        day = self._backstage.clock.today()
        bamboo = self._bamboo
        if bamboo is None or self._day != day:
            bamboo = Bamboo(self._backstage.company, day)
            self._bamboo, self._day = bamboo, day
        return bamboo

    # CSV files ------------------------------------------------------------------------------------

    def _snapshot_file(self, request: Request) -> Answer:
        del request
        text = hris_snapshot(self._backstage.company, self._backstage.clock.today())
        return Answer(body=text.encode(), content_type=CSV)

    def _history_file(self, request: Request) -> Answer:
        del request
        text = hris_history(self._backstage.company, self._backstage.clock.today())
        return Answer(body=text.encode(), content_type=CSV)


def _basic_user(request: Request) -> str:
    """The user name of Basic authentication: BambooHR's key."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _only(record: Record, names: Any) -> Record:
    """The named fields; a field that does not exist, or may not be seen, is silently left out."""
    return {str(name): record[str(name)] for name in names if str(name) in record}


def _without_employee(row: Record) -> Record:
    return {name: value for name, value in row.items() if name != "employeeId"}


def _paging(asked: dict[str, Any], size_key: str) -> tuple[int, int]:
    size = min(int(asked.get(size_key) or 500), 1000)
    return size, max(1, int(asked["page"]))
