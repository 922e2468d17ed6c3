"""Anthropic: a Claude Enterprise organization with Claude Code for engineers, and keys of the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from demo.company.company import Company
from demo.company.days import Days
from demo.company.model import Employee, SeatSpan, ServiceAccount
from demo.company.seats import purchased, seat_contract
from demo.company.traits import Traits
from demo.company.truth_money import Cost, Tokens
from demo.company.truth_usage import ToolUsage
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.settings import Behaviour
from demo.server.site import Site, key_status, page_offset, page_token
from demo.server.wire import Answer, Page, Request, encode
from demo.vendor import (
    Accounts,
    DemoVendor,
    Ground,
    SeatProduct,
    Snapshots,
    VendorFiles,
    VendorSites,
    VendorTruth,
    View,
    pages_of,
)

ADMIN_KEY, ANALYTICS_KEY = "demo-anthropic-admin-key", "demo-anthropic-analytics-key"
BETA = "analytics-usage-cost-2026-08-24"
HOME = "/v1/organizations"
SHARES = {"Engineering": 0.6, "Marketing": 0.4, "Legal": 0.6, "Finance": 0.25, "Sales": 0.15}
"""Department → people who get a seat; nobody elsewhere."""
SEATS = SeatProduct(
    name="claude",
    plan="enterprise",
    share=lambda habits: (SHARES.get(habits.kind, 0.0), 0.0),
    rate=lambda _habits: 0.6,
    start_told="account",
    missed_night=(0.5, 2),
)
# Usage that belongs to no user: (actor, product, model).
PROGRAMS: tuple[tuple[dict[str, Any] | None, str, str], ...] = (
    ({"type": "api_actor", "api_key_id": "apikey_01Scorer"}, "message_batches_api", "claude-haiku-4-5"),
    ({"type": "service_account_actor", "service_account_id": "svac_01Site"}, "messages_api", "claude-sonnet-5"),
    ({"type": "federated_actor", "provider": "aws", "subject": "arn:aws:iam::0:role/report"}, "messages_api",
     "claude-haiku-4-5"),
    (None, "claude_tag", "claude-sonnet-5"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """What a user did on a day in Claude and in Claude Code."""

    account: str
    day: date
    is_unified: bool
    """Chat and Cowork are one: they are told in another block and under another product."""
    messages: Mapping[str, int]
    """By feature as the published tables name it; `chat` is always there."""
    sessions: int
    accepted: int
    rejected: int
    commits: int

    @property
    def chats(self) -> int:
        """Messages of all features."""
        return sum(self.messages.values())


@dataclass(frozen=True, slots=True)
class Spend:
    """A row of usage and cost once it is final."""

    actor: Mapping[str, Any] | None
    account: str | None
    product: str
    model: str
    requests: int

    def at(self, day: date, seen_at: datetime) -> Spend:
        """The row as told at a time: the last day is refreshed later and lacks a fourth of its requests."""
        is_fresh = seen_at < datetime.combine(day + timedelta(2), time(0), seen_at.tzinfo)
        requests = self.requests - self.requests // 4 if is_fresh else self.requests
        return Spend(self.actor, self.account, self.product, self.model, requests)

    @property
    def tokens(self) -> Mapping[str, int]:
        """Disjoint buckets."""
        n = self.requests
        return {"input": 410 * n, "read": 9000 * n, "write_5m": 700 * n, "write_1h": 30 * n, "output": 260 * n}

    @property
    def list_cents(self) -> Decimal:
        """At list price, in fractional cents."""
        return sum(self.tokens.values()) * Decimal("0.0007")

    @property
    def cents(self) -> Decimal:
        """Billed: a tenth less than at list price."""
        return self.list_cents * Decimal("0.9")


def tool_of(product: str) -> str:
    """The tool of a product, by what this company uses."""
    if product.endswith("_api"):
        return "anthropic_api"
    return "claude_code" if product == "claude_code" else "claude"


class Anthropic:
    """Everything that happens at the vendor."""

    def __init__(self, ground: Ground, users: Sequence[Traits]) -> None:
        self._ground = ground
        self._users = users
        self.uses: Days[Use] = ground.days(self._uses)

    def _uses(self, day: date) -> list[Use]:
        rng = self._ground.random("anthropic", day)
        found = []
        for user in self._users:
            draws = [rng.random() for _ in range(6)]
            if draws[0] >= user.chance_on(day):
                continue
            is_coder = user.habits_on(day).kind == "Engineering"
            messages = {"chat": 1 + int(draws[1] * 14)} if not is_coder or draws[2] < 0.5 else {}
            if draws[3] < 0.2:
                messages |= {"cowork": 1 + int(draws[4] * 5), "excel": 1 + int(draws[5] * 4)}
            codes = is_coder and (draws[4] < 0.8 or not messages)
            accepted = int(draws[5] * 40) if codes else 0
            found.append(Use(user.seat.account, day, user.number % 3 == 0, messages, 1 + accepted // 15 if codes
                             else 0, accepted, accepted // 9, accepted // 12))  # fmt: skip
        return found

    def is_told(self, day: date, seen_at: datetime) -> bool:
        """Whether the activity of a day is there: from 10:00 UTC of the next day on."""
        return seen_at >= datetime.combine(day + timedelta(1), time(10), seen_at.tzinfo)

    def spends(self, day: date, seen_at: datetime) -> Iterator[Spend]:
        """Rows of usage and cost as told at a time; none of the running day."""
        if day >= seen_at.date() or not self._ground.profile.first_day <= day < self._ground.profile.horizon:
            return
        for use in self.uses.on(day):
            chat = "chat_cowork_unified" if use.is_unified else "chat"
            for product, model, requests in (
                (chat, "claude-sonnet-5", use.chats),
                ("claude_code", "claude-opus-5", use.sessions * 20 + use.accepted),
                ("claude_code", "claude-haiku-4-5", use.sessions * 3),
            ):
                if requests:
                    actor = {"type": "user_actor", "user_id": use.account}
                    yield Spend(actor, use.account, product, model, requests).at(day, seen_at)
        for number, (program, product, model) in enumerate(PROGRAMS):
            yield Spend(program, None, product, model, 40 + 7 * number + day.day).at(day, seen_at)


class AnthropicVendor(DemoVendor[Anthropic]):
    """The source ``anthropic``."""

    source = "anthropic"
    tools = ("claude", "claude_code")
    products = (SEATS,)
    account_kind = "email"
    site_names = ("anthropic",)

    def account_of(self, person: Employee) -> str | None:
        """The user id."""
        return f"user_01{person.number:020x}"

    def service_accounts(self, ground: Ground) -> Sequence[ServiceAccount]:
        """A member whom the HRIS does not know."""
        address = f"quorin.velsade@partners.{ground.profile.mail_domain}"
        return [ServiceAccount("anthropic", "user_01outsider", address, None, "Quorin Velsade", "orphan", False,
                               ground.line.at(0.2))]  # fmt: skip

    def activity(self, ground: Ground, accounts: Accounts) -> Anthropic:
        """Use by member and day."""
        return Anthropic(ground, accounts.users["claude"])

    def files(self, ground: Ground, seats: Sequence[SeatSpan]) -> VendorFiles:
        """A contract."""
        line = ground.line
        bought = purchased(seats, "claude", line.as_of_day)
        valid, renewal = (date(line.first_day.year - 1, 1, 1), None), date(line.as_of_day.year + 1, 3, 1)
        return VendorFiles(
            contracts=(seat_contract("AN-2025", "claude", valid, bought, ("45", "USD"), renewal),)
        )

    def truth(self, view: View) -> VendorTruth:
        """Days of Enterprise activity; tokens and money of usage and cost."""
        activity, found = view.company.activity(self), VendorTruth()
        claude, code = ToolUsage(), ToolUsage()
        for day in view.company.profile.days():
            for use in activity.uses.on(day) if activity.is_told(day, view.seen_at) else ():
                self._add_use(view, found, use, claude, code)
            for spend in activity.spends(day, view.seen_at):
                self._add_spend(view, found, spend, day)
        found.usage = {"claude": claude, "claude_code": code}
        return found

    def _add_use(self, view: View, found: VendorTruth, use: Use, claude: ToolUsage, code: ToolUsage) -> None:
        if use.messages:
            chat = claude.days[(use.account, use.day)]
            chat.is_active, chat.user_messages, chat.features = True, use.chats, set(use.messages)
        if use.sessions:
            coded = code.days[(use.account, use.day)]
            coded.is_active, coded.suggestions_accepted = True, use.accepted
            coded.suggestions_shown = use.accepted + use.rejected
            coded.features = {
                name for name, count in (("edit", use.accepted), ("commit", use.commits)) if count
            }
            number = view.people.owner(self.source, use.account, use.day)
            if number is not None:
                found.seat_use.add(("claude", number, use.day))

    def _add_spend(self, view: View, found: VendorTruth, spend: Spend, day: date) -> None:
        number = view.people.owner(self.source, spend.account, day) if spend.account else None
        department, tool = view.people.department_of(number, day), tool_of(spend.product)
        tokens = spend.tokens
        found.tokens.append(
            Tokens(day, number, tool, tokens["input"], tokens["read"], tokens["output"],
                   cache_write_tokens=tokens["write_5m"] + tokens["write_1h"])
        )  # fmt: skip
        for basis, cents in (("billed", spend.cents), ("vendor_estimate", spend.list_cents)):
            found.costs.append(Cost(day, department, tool, basis, Fraction(cents) / 100))
        if number is not None and tool != "anthropic_api":
            found.seat_use.add(("claude", number, day))

    def sites(self, backstage: Backstage) -> VendorSites:
        """The API."""
        return VendorSites({"anthropic": AnthropicSite(backstage, backstage.company.activity(self))})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """Both keys."""
        url = backstage.urls["anthropic"]
        return {"base_url": url, "api_key": ADMIN_KEY, "analytics_key": ANALYTICS_KEY}

    def snapshots(self, company: Company, behaviour: Behaviour) -> Snapshots:
        """Members of every night but one."""
        del behaviour

        def of(day: date) -> Iterator[tuple[str, bytes]]:
            if company.has_snapshot("claude", day):
                yield "users/json", encode([{"data": rows} for rows in pages_of(members(company, day))])

        return of


def members(company: Company, day: date) -> list[dict[str, Any]]:
    """The roster of a day."""
    return [
        {"id": seat.account, "type": "user", "email": address(company, seat, day), "name": "Somebody",
         "role": "user", "added_at": min(one.assigned_at for one in spans)}
        for seat in company.seats_on("claude", day)
        for spans in [company.seat_spans("claude")[seat.account]]
    ]  # fmt: skip


def address(company: Company, seat: SeatSpan, day: date) -> str | None:
    """The member's address on a day."""
    if seat.employee is not None:
        return company.employee(seat.employee).email_on(day)
    found = company.service_account("anthropic", seat.account)
    return found.email if found else None


class AnthropicSite(Site):
    """Members, Enterprise activity, Claude Code's own report, usage and cost; no older reports."""

    def __init__(self, backstage: Backstage, activity: Anthropic) -> None:
        self._backstage, self._activity = backstage, activity
        self.routes = [
            route("GET", f"{HOME}/users", self._members, "anthropic"),
            route("GET", f"{HOME}/analytics/users", self._users, "anthropic"),
            route("GET", f"{HOME}/usage_report/claude_code", self._code, "anthropic"),
            route("GET", f"{HOME}/analytics/usage", self._usage, "anthropic"),
            route("GET", f"{HOME}/analytics/cost", self._cost, "anthropic"),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """401 or 403; the one key does not open what belongs to the other, but for usage and cost."""
        is_shared = request.path.endswith(("/analytics/usage", "/analytics/cost"))
        is_analytics = "/analytics/" in request.path
        keys = [ANALYTICS_KEY] if is_analytics and not is_shared else [ADMIN_KEY]
        status = key_status(request.headers.get("x-api-key", ""), [*keys, *([ANALYTICS_KEY] * is_shared)])
        if status != 200:
            return _error(status, "permission_error" if status == 403 else "authentication_error")
        is_right = request.headers.get("anthropic-beta") == BETA or not is_shared
        return None if is_right else _error(400, "invalid_request_error")

    def not_found(self) -> Answer:
        """404 as the vendor words it."""
        return _error(404, "not_found_error")

    def _members(self, request: Request) -> Answer:
        rows = members(self._backstage.company, self._backstage.clock.today())
        after, limit = request.one("after_id"), request.number("limit", 20, 1000)
        ids = [row["id"] for row in rows]
        start = ids.index(after) + 1 if after in ids else 0
        shown, last = rows[start : start + limit], ids[start + limit - 1 : start + limit]
        more = start + limit < len(rows)
        payload = {"data": shown, "has_more": more, "last_id": last[0] if last else (ids or [None])[-1]}
        return Answer(payload=payload, page=Page("data", {"has_more": True, "last_id": after or "none"}))

    def _users(self, request: Request) -> Answer:
        day, now = date.fromisoformat(request.one("date") or ""), self._backstage.clock.now()
        if not self._activity.is_told(day, now):
            refused = _error(400, "invalid_request_error")
            # The list is for faults of rows, which are asked of every answer of the route.
            return Answer(400, payload={**refused.payload, "data": []}, page=Page("data"))
        uses = {use.account: use for use in self._activity.uses.on(day)}
        company = self._backstage.company
        seats = {seat.account: seat for seat in company.seats_on("claude", day)}
        rows = [_activity_row(address(company, seat, now.date()), account, uses.get(account))
                for account, seat in seats.items()]  # fmt: skip
        return _paged(request, rows, has_more=False)

    def _code(self, request: Request) -> Answer:
        day, company = date.fromisoformat(request.one("starting_at") or ""), self._backstage.company
        if day >= self._backstage.clock.today():
            return _paged(request, [], has_more=True)
        rows = []
        for use in self._activity.uses.on(day):
            seat = company.seat_of("claude", use.account, day)
            if use.sessions and seat:
                email = address(company, seat, self._backstage.clock.today())
                rows += [_code_row(email, use, terminal) for terminal in ("vscode", "tmux")[: use.sessions]]
        return _paged(request, rows, has_more=True)

    def _usage(self, request: Request) -> Answer:
        return self._spends(request, _usage)

    def _cost(self, request: Request) -> Answer:
        return self._spends(request, _cost)

    def _spends(self, request: Request, told: Any) -> Answer:
        first, end = (
            date.fromisoformat((request.one(f"{name}_at") or "")[:10]) for name in ("starting", "ending")
        )
        if first < date(2026, 1, 1) or end - first > timedelta(31):
            return _error(400, "invalid_request_error")
        rows = []
        for day in (first + timedelta(n) for n in range((end - first).days)):
            for spend in self._activity.spends(day, self._backstage.clock.now()):
                group = {"actor": self._actor(spend), "product": spend.product, "model": spend.model,
                         "service_tier": "standard", "workspace_id": None, "speed": None}  # fmt: skip
                bucket = {"starting_at": f"{day}T00:00:00Z", "ending_at": f"{day + timedelta(1)}T00:00:00Z"}
                rows.append({**bucket, "group": group, **told(spend)})
        return _paged(request, rows, has_more=True)

    def _actor(self, spend: Spend) -> Mapping[str, Any] | None:
        """Users as they are known now: of some who left the account is deleted, and with it the address."""
        company, today = self._backstage.company, self._backstage.clock.today()
        if spend.account is None or spend.actor is None:
            return spend.actor
        person = company.owner("anthropic", spend.account)
        outsider = company.service_account("anthropic", spend.account)
        email = person.email_on(today) if person else outsider.email if outsider else None
        is_gone = person is not None and person.span_on(today) is None
        is_deleted = is_gone and person is not None and person.number % 2 == 0
        name = "Deleted User" if is_deleted else person.name_on(today) if person else "Somebody"
        return {**spend.actor, "email_address": None if is_deleted else email, "name": name, "deleted": is_gone}


def _usage(spend: Spend) -> dict[str, Any]:
    tokens = spend.tokens
    cache = {"ephemeral_5m_input_tokens": tokens["write_5m"], "ephemeral_1h_input_tokens": tokens["write_1h"]}
    return {"usage": {"uncached_input_tokens": tokens["input"], "cache_read_input_tokens": tokens["read"],
                      "cache_creation": cache, "output_tokens": tokens["output"],
                      "total_tokens": sum(tokens.values()), "requests": spend.requests,
                      "server_tool_use": {"web_search_requests": 0}}}  # fmt: skip


def _cost(spend: Spend) -> dict[str, Any]:
    return {"cost": {"amount": f"{spend.cents:f}", "list_amount": f"{spend.list_cents:f}", "currency": "USD",
                     "requests": spend.requests}}  # fmt: skip


def _activity_row(email: str | None, account: str, use: Use | None) -> dict[str, Any]:
    """A member's day; zeros without use."""
    sent = use.messages if use else {}
    told = {name: {"message_count": sent.get(name, 0)} for name in ("chat", "cowork", "excel")}
    nothing = {"message_count": 0}
    blocks: dict[str, Any] = {"chat_metrics": told["chat"], "cowork_metrics": told["cowork"]}
    if use and use.is_unified:
        unified = {"chat": told["chat"], "sessions": told["cowork"]}
        blocks = {"chat_metrics": nothing, "cowork_metrics": nothing, "chat_cowork_unified_metrics": unified}
    core = {
        "commit_count": use.commits if use else 0,
        "pull_request_count": 0,
        "lines_of_code": {"added_count": use.accepted * 11 if use else 0, "removed_count": 0},
        "distinct_session_count": use.sessions if use else 0,
    }
    decided = {"accepted_count": use.accepted if use else 0, "rejected_count": use.rejected if use else 0}
    return {
        "user": {"id": account, "email_address": email, "type": "user"},
        **blocks,
        "claude_code_metrics": {"core_metrics": core, "tool_actions": {"edit_tool": decided}},
        "office_metrics": {"excel": told["excel"], "word": nothing, "powerpoint": nothing, "outlook": nothing},
        "design_metrics": nothing,
        "science_metrics": nothing,
        "web_search_count": 0,
    }


def _code_row(email: str | None, use: Use, terminal: str) -> dict[str, Any]:
    core = {"num_sessions": 1, "lines_of_code": {"added": use.accepted * 11, "removed": 0},
            "commits_by_claude_code": 0, "pull_requests_by_claude_code": 0}  # fmt: skip
    return {"date": f"{use.day}T00:00:00Z", "actor": {"type": "user_actor", "email_address": email},
            "customer_type": "subscription", "subscription_type": "enterprise", "terminal_type": terminal,
            "core_metrics": core, "model_breakdown": [],
            "tool_actions": {"edit_tool": {"accepted": use.accepted, "rejected": use.rejected}}}  # fmt: skip


def _paged(request: Request, rows: Sequence[Any], *, has_more: bool) -> Answer:
    """A page by cursor; not every list says whether there are more."""
    start, limit = page_offset(request.one("page")), request.number("limit", 20, 1000)
    following = page_token(start + limit) if start + limit < len(rows) else None
    payload = {"data": rows[start : start + limit], "next_page": following}
    again = {"next_page": page_token(start, "again")}
    if has_more:
        return Answer(payload={**payload, "has_more": following is not None},
                      page=Page("data", {**again, "has_more": True}))  # fmt: skip
    return Answer(payload=payload, page=Page("data", again))


def _error(status: int, kind: str) -> Answer:
    return Answer(status, payload={"type": "error", "error": {"type": kind, "message": "Refused."}})


VENDOR = AnthropicVendor()
