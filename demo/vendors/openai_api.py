"""OpenAI's API platform in the demo: keys of people, of programs and of nobody any more, by project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from demo.company.days import Days
from demo.company.model import Employee
from demo.company.seats import people_seats
from demo.company.traits import Traits, users_of
from demo.company.truth_money import Cost, Tokens
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.site import Site, bearer_status, page_offset, page_token
from demo.server.wire import Answer, Page, Request
from demo.vendor import Accounts, DemoVendor, Ground, SeatProduct, VendorSites, VendorTruth, View

Record = dict[str, Any]
SOURCE = "openai_api"
API_KEY = "demo-openai-admin-key"
SHARES = {"Engineering": 0.5, "Marketing": 0.15, "Operations": 0.2, "Finance": 0.2}
"""Department → people with a key; nobody elsewhere."""
USERS = SeatProduct(
    name=SOURCE,
    plan="none",
    share=lambda habits: (SHARES.get(habits.kind, 0.0), 0.0),
    rate=lambda _habits: 0.5,
)
PROJECTS = ("proj_research0", "proj_support1")
OLD_PROJECT = "proj_poc2"
"""Archived: its list of keys is gone."""
PAGE = 10
"""Most rows or buckets of a page: fewer than the vendor's, so that a small company has several pages."""
SINCE = timedelta(31)
"""Costs by user begin so long ago; the vendor refuses to group a longer range by them."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What a user or key spends on a day in one report with one model; all of it follows from the requests."""

    user: str | None
    key: str | None
    project: str
    report: str
    model: str
    requests: int

    def at(self, day: date, seen_at: datetime) -> Spend:
        """As told at a time: of the last day a fourth of the requests is missing for another day."""
        is_fresh = seen_at < datetime.combine(day + timedelta(2), time(0), seen_at.tzinfo)
        return replace(self, requests=self.requests - self.requests // 4) if is_fresh else self

    @property
    def tokens(self) -> Mapping[str, int]:
        """Disjoint buckets."""
        rates = (500, 300, 100, 120) if self.report == "completions" else (800, 0, 0, 0)
        names = ("input", "cached", "written", "output")
        return {name: rate * self.requests for name, rate in zip(names, rates, strict=True)}

    def lines(self) -> Mapping[str, Decimal]:
        """Amounts in dollars by line item."""
        *sent, answered = self.tokens.values()
        amounts = {"input": sum(sent) * Decimal("0.0000025"), "output": answered * Decimal("0.00001")}
        return {f"{self.model}, {name}": amount for name, amount in amounts.items() if amount}


PROGRAMS = (
    Spend("user-api-svc", "key_site0", PROJECTS[1], "completions", "gpt-5.5-2026-03-05", 60),
    Spend(None, "key_nightly1", PROJECTS[0], "completions", "ft:gpt-5.4-mini:asterlane:Quorin-Velsade:a1", 45),
    Spend(None, "key_deleted2", OLD_PROJECT, "embeddings", "text-embedding-3-small", 30),
    Spend(None, None, PROJECTS[0], "completions", "gpt-5.4-mini", 7),
)
"""A service account, the key of another, a deleted key, and what names nobody."""


class OpenAi:
    """Everything that happens at the vendor."""

    def __init__(self, ground: Ground, users: Sequence[Traits]) -> None:
        self._ground = ground
        self.users = users
        self._days: Days[Spend] = ground.days(self._spends)

    def on(self, day: date, seen_at: datetime) -> list[Spend]:
        """Rows of a day as told at a time; none of the running day."""
        return [spend.at(day, seen_at) for spend in self._days.on(day)] if day < seen_at.date() else []

    def _spends(self, day: date) -> list[Spend]:
        rng = self._ground.random(SOURCE, day)
        found = [replace(spend, requests=spend.requests + day.day) for spend in PROGRAMS]
        for user in self.users:
            chance, requests, embeds = rng.random(), rng.randint(1, 90), rng.random() < 0.2
            if chance < user.chance_on(day):
                own = (user.seat.account, f"key_{user.number:06d}", PROJECTS[user.number % 2])
                found.append(Spend(*own, "completions", "gpt-5.5-2026-03-05", requests))
                if embeds:
                    found.append(Spend(*own, "embeddings", "text-embedding-3-small", requests * 2))
        return found


class OpenAiVendor(DemoVendor[OpenAi]):
    """The source `openai_api`."""

    source = SOURCE
    account_kind = f"{SOURCE}_user"
    site_names = (SOURCE,)

    def account_of(self, person: Employee) -> str:
        """The user's id."""
        return f"user-api{person.number:08d}"

    def activity(self, ground: Ground, accounts: Accounts) -> OpenAi:
        """What people and programs spend."""
        return OpenAi(ground, users_of(USERS, people_seats(USERS, self.account_of, ground), ground))

    def truth(self, view: View) -> VendorTruth:
        """Tokens and money; there are no days of use."""
        found, activity = VendorTruth(), view.company.activity(self)
        for day in view.company.profile.days():
            for spend in activity.on(day, view.seen_at):
                number = view.people.owner(SOURCE, spend.user, day) if spend.user else None
                told = spend.tokens
                counts = (told["input"], told["cached"], told["output"])
                found.tokens.append(Tokens(day, number, SOURCE, *counts, cache_write_tokens=told["written"]))
                department = view.people.department_of(number, day)
                for amount in spend.lines().values():
                    found.costs.append(Cost(day, department, SOURCE, "billed", Fraction(amount)))
        return found

    def sites(self, backstage: Backstage) -> VendorSites:
        """Its API."""
        return VendorSites({SOURCE: Api(backstage, backstage.company.activity(self))})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See `DemoVendor`."""
        return {"base_url": f"{backstage.urls[SOURCE]}/v1", "api_key": API_KEY}


class Api(Site):
    """Lists of users, projects and keys; usage and costs in buckets of days."""

    def __init__(self, backstage: Backstage, activity: OpenAi) -> None:
        self._backstage, self._activity = backstage, activity
        home = "/v1/organization"
        self.routes = [
            route("GET", f"{home}/users", self._users, SOURCE),
            route("GET", f"{home}/projects", self._projects, SOURCE),
            route("GET", f"{home}/projects/{{project}}/api_keys", self._keys, SOURCE),
            route("GET", f"{home}/usage/{{report}}", self._usage, SOURCE),
            route("GET", f"{home}/costs", self._costs, SOURCE),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """A bearer key."""
        status = bearer_status(request, [API_KEY])
        return None if status == 200 else _error(status)

    def _users(self, request: Request) -> Answer:
        """Those who left are gone, and of some no address is told."""
        today = self._backstage.clock.today()
        service = {"id": "user-api-svc", "name": None, "email": None, "is_service_account": True}
        people = [{"id": user.seat.account, "name": user.person.name_on(today), "added_at": 1_748_000_000,
                   "email": None if user.number % 5 == 0 else user.person.email_on(today), "role": "reader"}
                  for user in self._activity.users if user.person and user.person.span_on(today)]  # fmt: skip
        return _listed(request, [service, *people])

    def _projects(self, request: Request) -> Answer:
        rows = [{"id": project, "name": "Forecasting", "created_at": 1_748_000_000, "archived_at": None,
                 "status": "active"} for project in PROJECTS]  # fmt: skip
        if request.one("include_archived") == "true":
            rows.append({**rows[0], "id": OLD_PROJECT, "archived_at": 1_760_000_000, "status": "archived"})
        return _listed(request, rows)

    def _keys(self, request: Request, project: str) -> Answer:
        if project == OLD_PROJECT:
            return _error(404)
        today = self._backstage.clock.today()
        users = (user for user in self._activity.users if PROJECTS[user.number % 2] == project)
        rows = [_key(f"key_{user.number:06d}", "user", user.seat.account, user.person, today) for user in users]
        service = {PROJECTS[0]: ("key_nightly1", "svc_nightly"), PROJECTS[1]: ("key_site0", "user-api-svc")}
        number, owner = service[project]
        return _listed(request, [*rows, _key(number, "service_account", owner, None, today)])

    def _usage(self, request: Request, report: str) -> Answer:
        groups = request.query.get("group_by", ())

        def rows(spend: Spend) -> list[Record]:
            if spend.report != report:
                return []
            told = spend.tokens
            sent = sum(told.values()) - told["output"]
            tokens = {"input_tokens": sent, "input_cached_tokens": told["cached"],
                      "input_cache_write_tokens": told["written"], "output_tokens": told["output"]}  # fmt: skip
            return [{**tokens, "num_model_requests": spend.requests, **_grouped(spend, groups, "model")}]

        return self._buckets(request, rows)

    def _costs(self, request: Request) -> Answer:
        groups = request.query.get("group_by", ())
        start = datetime.fromtimestamp(request.number("start_time", 0, 2**40), UTC).date()
        is_too_long_ago = start < self._backstage.clock.today() - SINCE
        if "user_id" in groups and ("project_id" in groups or is_too_long_ago):
            return _error(400)
        return self._buckets(
            request,
            lambda spend: [
                {"amount": {"value": amount, "currency": "usd"}, "line_item": item, **_grouped(spend, groups)}
                for item, amount in spend.lines().items()
            ],
        )

    def _buckets(self, request: Request, rows: Any) -> Answer:
        first, end = (request.number(f"{name}_time", 0, 2**40) for name in ("start", "end"))
        starts = list(range(first, end, 86_400))
        offset, limit = page_offset(request.one("page")), request.number("limit", 7, PAGE)
        now, found = self._backstage.clock.now(), []
        for start in starts[offset : offset + limit]:
            day = datetime.fromtimestamp(start, UTC).date()
            results = [row for spend in self._activity.on(day, now) for row in rows(spend)]
            found.append({"start_time": start, "end_time": start + 86_400, "results": results})
        following = page_token(offset + limit) if offset + limit < len(starts) else None
        payload = {"object": "page", "data": found, "has_more": following is not None, "next_page": following}
        again = {"has_more": True, "next_page": page_token(offset, "again")}
        return Answer(payload=payload, page=Page("data", again))


def _grouped(spend: Spend, groups: Sequence[str], *more: str) -> Record:
    """What a row is grouped by; null is what was not asked for."""
    known = {"project_id": spend.project, "user_id": spend.user, "api_key_id": spend.key, "model": spend.model}
    names = ("project_id", "user_id", "api_key_id", *more)
    return {name: known[name] if name in groups else None for name in names}


def _key(number: str, kind: str, owner: str, person: Employee | None, day: date) -> Record:
    name = person.name_on(day) if person else "nightly"
    holder = {"id": owner, "name": name, **({"email": person.email_on(day)} if person else {})}
    more = {"name": f"{name}'s key", "redacted_value": "sk-...x1a", "created_at": 1_748_000_000}
    return {"id": number, **more, "owner": {"type": kind, kind: holder}}


def _listed(request: Request, rows: Sequence[Record]) -> Answer:
    """A page of a list, after an id."""
    ids, after, limit = [row["id"] for row in rows], request.one("after"), request.number("limit", PAGE, PAGE)
    start = ids.index(after) + 1 if after in ids else 0
    shown = rows[start : start + limit]
    payload = {"object": "list", "data": shown, "has_more": start + limit < len(rows),
               "last_id": shown[-1]["id"] if shown else None}  # fmt: skip
    return Answer(payload=payload, page=Page("data", {"has_more": True, "last_id": after or "none"}))


def _error(status: int) -> Answer:
    """A refusal; the list is for faults of rows, which are asked of every answer of a route."""
    return Answer(status, payload={"error": {"message": "Refused."}, "data": []}, page=Page("data"))


VENDOR = OpenAiVendor()
