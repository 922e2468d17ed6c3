"""Cursor: days of members, requests with tokens and money, roster and spend of a team.

Shapes: the vendor's Admin API of autumn 2026; invented values only.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import msgspec

from demo.company.company import Company
from demo.company.days import Days
from demo.company.model import Employee, SeatSpan, ServiceAccount
from demo.company.seats import purchased, seat_contract
from demo.company.traits import Traits
from demo.company.truth_money import Cost, Tokens, list_price
from demo.company.truth_usage import ToolUsage
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.settings import Behaviour
from demo.server.site import Site, key_status
from demo.server.wire import Answer, Page, Request, encode
from demo.vendor import (
    Accounts,
    DemoVendor,
    Ground,
    Saved,
    SeatProduct,
    Snapshots,
    VendorFiles,
    VendorSites,
    VendorTruth,
    View,
)

Record = dict[str, Any]
API_KEY = "demo-cursor-admin-key"
ROBOT = "sa_nightly_refactor"
"""A service account: it sends requests and is no member."""
LISTED: Mapping[str, tuple[str, str]] = {
    "claude-4.6-sonnet": ("anthropic", "claude-sonnet-4-6"),
    "gpt-5.4": ("openai", "gpt-5.4"),
}
"""Model as Cursor spells it → provider and model of the price library."""
NOT_PLAYED = ("totalLinesDeleted", "acceptedLinesDeleted", "totalApplies", "apiKeyReqs", "usageBasedReqs",
              "bugbotUsages")  # fmt: skip
LABELS = ("mostUsedModel", "applyMostUsedExtension", "tabMostUsedExtension", "clientVersion")
CYCLE_DAY = 20
SETTLED = timedelta(days=2, hours=6)
"""So long after the start of its day a request gets its fee: until then the vendor charges less."""
SEATS = SeatProduct(
    name="cursor",
    plan="team",
    share=lambda habits: (0.6 if habits.kind == "Engineering" else 0.0, 0.0),
    rate=lambda _habits: 0.7,
    power_share=0.08,
    start_told="never",
    missed_night=(0.5, 4),
)


# What happens --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """The counters of one member's day; all zero without use."""

    account: str
    composer: int = 0
    chat: int = 0
    agent: int = 0
    inline: int = 0
    decided: int = 0
    shown: int = 0
    accepted: int = 0
    lines: int = 0

    @property
    def messages(self) -> int:
        """What a person asked."""
        return self.composer + self.chat + self.agent + self.inline

    @property
    def features(self) -> set[str]:
        """What was used."""
        counts = (self.composer, self.chat, self.agent, self.inline, self.accepted)
        names = ("composer", "chat", "agent", "edit", "completion")
        return {name for name, count in zip(names, counts, strict=True) if count}


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a model. Without tokens (input, cache read, cache write, output) none are told."""

    account: str
    at: datetime
    model: str
    is_charged: bool
    visible_from: datetime
    tokens: tuple[int, int, int, int] | None = None
    cents: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)

    def seen(self, moment: datetime) -> Call:
        """As the vendor shows it at a moment."""
        is_settled = moment >= datetime.combine(self.at.date(), time(), UTC) + SETTLED
        return self if is_settled else replace(self, fee=Decimal(0))

    @property
    def value(self) -> Decimal:
        """Cents that it costs, whatever part of them the plan includes."""
        return self.cents + self.fee


@dataclass(frozen=True)
class CursorActivity:
    """Counters of members with use, and calls, by UTC day."""

    counts: Days[Counts]
    calls: Days[Call]

    def calls_seen(self, day: date, moment: datetime) -> list[Call]:
        """The day's calls as the vendor shows them at a moment."""
        return [call.seen(moment) for call in self.calls.on(day) if call.visible_from <= moment]


def make_activity(ground: Ground, users: Sequence[Traits]) -> CursorActivity:
    """Days made on demand from the seed."""

    def counts(day: date) -> list[Counts]:
        rng = ground.random("cursor", "counts", day)
        working = [user for user in users if rng.random() < user.chance_on(day)]
        return [_counts(user, rng) for user in working]

    by_day = ground.days(counts)

    def calls(day: date) -> list[Call]:
        rng = ground.random("cursor", "calls", day)
        asked = [one.account for one in by_day.on(day) for _ in range(one.composer + one.chat + one.agent)]
        robots = [ROBOT] * (rng.randint(1, 3) if day.weekday() < 5 else 0)
        return _with_twins([_call(account, day, rng) for account in (*asked, *robots)])

    return CursorActivity(by_day, ground.days(calls))


def _counts(user: Traits, rng: Random) -> Counts:
    """Some only see completions, some accept them, most also ask."""
    shown = rng.randint(5, 120)
    seen = Counts(user.seat.account, shown=shown)
    if user.kind < 0.1:
        return seen
    taken = replace(seen, accepted=int(shown * rng.uniform(0.2, 0.6)), lines=shown * 2)
    if user.kind < 0.25:
        return taken
    more = 3 if user.is_power else 1
    composer, chat, agent, inline = (rng.randint(0, 5) * more for _ in range(4))
    decided = (composer + chat + agent + inline) // 2
    return replace(taken, composer=composer, chat=chat, agent=agent, inline=inline, decided=decided)


def _call(account: str, day: date, rng: Random) -> Call:
    """A quarter leaves the model to Cursor and is told without tokens; a few come two days late."""
    at = datetime.combine(day, time(rng.randint(6, 17), rng.randint(0, 59), rng.randint(0, 59)), UTC)
    at += timedelta(milliseconds=rng.randint(0, 999))
    late = rng.random() < 0.1
    visible = datetime.combine(day, time(), UTC) + timedelta(days=2, hours=1) if late else at
    if account != ROBOT and rng.random() < 0.25:
        return Call(account, at, "default", False, visible)
    model = rng.choice(tuple(LISTED))
    written = rng.randint(0, 7000) if model.startswith("claude") else 0
    tokens = (rng.randint(80, 9000), rng.randint(0, 40_000), written, rng.randint(40, 4000))
    cents = Decimal(sum(tokens) * rng.randint(150, 420)) / 1_000_000
    return Call(account, at, model, account == ROBOT or rng.random() < 0.4, visible, tokens, cents,
                Decimal(rng.randint(1, 120)) / 100)  # fmt: skip


def _with_twins(calls: list[Call]) -> list[Call]:
    """Every ninth call of an agent falls into the millisecond of the one before it."""
    return [
        replace(call, at=before.at, model=before.model)
        if number % 9 == 8 and call.account == before.account and call.tokens and before.tokens
        else call
        for number, (before, call) in enumerate(zip(calls[:1] + calls, calls, strict=False))
    ]


# Truth ---------------------------------------------------------------------------------------------


def cursor_truth(view: View, activity: CursorActivity) -> VendorTruth:
    """Days of counters, tokens and three bases of cost. The running day is not told yet."""
    usage, tokens, costs = ToolUsage(), [], []
    for day in (day for day in view.company.profile.days() if day < view.seen_at.date()):
        for one in activity.counts.on(day):
            found = usage.days[(one.account, day)]
            found.is_active = one.messages + one.decided + one.accepted > 0
            found.user_messages, found.features = one.messages, one.features
            found.suggestions_shown, found.suggestions_accepted = one.shown, one.accepted
        for call in activity.calls_seen(day, view.seen_at):
            number = view.people.owner("cursor", call.account, day)
            if call.tokens:
                sent, read, written, answered = call.tokens
                tokens.append(Tokens(day, number, "cursor", sent, read, answered, cache_write_tokens=written))
            department = view.people.department_of(number, day)
            for basis, amount in _amounts(view.company, call, day):
                costs.append(Cost(day, department, "cursor", basis, amount))
    return VendorTruth({"cursor": usage}, tokens, costs)


def _amounts(company: Company, call: Call, day: date) -> Iterator[tuple[str, Fraction]]:
    if call.tokens is None:
        return
    yield "vendor_estimate", Fraction(call.value) / 100
    if call.is_charged:
        yield "billed", Fraction(call.value) / 100
    names = ("input", "cached_input", "cache_write", "output")
    listed = list_price(company, *LISTED[call.model], dict(zip(names, call.tokens, strict=True)), day)
    if listed is not None:
        yield "metered_list", listed


# Records -------------------------------------------------------------------------------------------


def address(company: Company, account: str, day: date) -> str:
    """The address of a member on a day."""
    person = company.owner("cursor", account)
    service = company.service_account("cursor", account)
    return person.email_on(day) if person else (service.email if service else None) or ""


def free_owner(company: Company) -> str:
    """Who administers the team without a seat: somebody outside of Engineering."""
    return account_of(next(p for p in company.employees if p.spans[0].department != "Engineering"))


def account_of(person: Employee) -> str:
    """The numeric id as text."""
    return str(310_000 + person.number * 7)


def member_records(company: Company, day: date) -> list[Record]:
    """``teamMembers``: who holds a seat, who held one (removed), and an owner without one."""
    spans = [seat for seat in company.seats if seat.product == "cursor" and seat.starts_on <= day]
    held = {seat.account for seat in spans if seat.holds(day)}
    roles = {seat.account: "member" for seat in spans} | {free_owner(company): "free-owner"}
    return [
        {
            "id": int(account),
            "name": address(company, account, day).partition("@")[0],
            "email": address(company, account, day),
            "role": role,
            "isRemoved": account not in held and role == "member",
        }
        for account, role in roles.items()
    ]


def daily_records(company: Company, activity: CursorActivity, day: date) -> list[Record]:
    """Rows of ``daily-usage-data`` of one day: every member has one, most are full of zeros at weekends."""
    used = {one.account: one for one in activity.counts.on(day)}
    members = [*(seat.account for seat in company.seats_on("cursor", day)), free_owner(company)]
    return [_daily(company, used.get(account, Counts(account)), day) for account in members]


def _daily(company: Company, one: Counts, day: date) -> Record:
    has_use = one != Counts(one.account)
    return {
        "userId": int(one.account),
        "day": day,
        "date": int(datetime.combine(day, time(), UTC).timestamp()) * 1000,
        "isActive": has_use,
        "totalLinesAdded": one.lines * 3,
        "acceptedLinesAdded": one.lines,
        "totalAccepts": one.decided - one.decided // 4,
        "totalRejects": one.decided // 4,
        "totalTabsShown": one.shown,
        "totalTabsAccepted": one.accepted,
        "composerRequests": one.composer,
        "chatRequests": one.chat,
        "agentRequests": one.agent,
        "cmdkUsages": one.inline,
        "subscriptionIncludedReqs": one.messages,
        **dict.fromkeys(NOT_PLAYED, 0),
        **dict.fromkeys(LABELS, ".py" if has_use else None),
        "email": address(company, one.account, day),
    }


def event_record(company: Company, call: Call) -> Record:
    """One of ``usageEvents``; what the vendor does not know is left out."""
    is_robot = call.account == ROBOT
    domain = company.profile.mail_domain
    row: Record = {
        "timestamp": str(round(call.at.timestamp() * 1000)),
        "userEmail": f"agents@{domain}" if is_robot else address(company, call.account, call.at.date()),
        "model": call.model,
        "kind": "Usage-based" if call.is_charged else "Included in Business",
        "maxMode": False,
        "requestsCosts": 1.4,
        "isTokenBasedCall": call.tokens is not None,
        "isChargeable": call.is_charged,
        "isHeadless": is_robot,
        "chargedCents": call.value if call.is_charged else 0,
    }
    if is_robot:
        row |= {"serviceAccountId": ROBOT, "serviceAccountName": "nightly-refactor"}
    if call.tokens:
        sent, read, written, answered = call.tokens
        row["tokenUsage"] = {"inputTokens": sent, "outputTokens": answered, "cacheWriteTokens": written,
                             "cacheReadTokens": read, "totalCents": call.cents}  # fmt: skip
    return row | ({"cursorTokenFee": call.fee} if call.fee else {})


# API -----------------------------------------------------------------------------------------------


class CursorSite(Site):
    """The Admin API. Reading routes are POST but one."""

    def __init__(self, backstage: Backstage, activity: CursorActivity) -> None:
        self._backstage = backstage
        self._activity = activity
        self.routes = [
            route("GET", "/teams/members", self._members, "cursor"),
            route("POST", "/teams/daily-usage-data", self._daily, "cursor"),
            route("POST", "/teams/filtered-usage-events", self._events, "cursor"),
            route("POST", "/teams/spend", self._spend, "cursor"),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """The key is the user name of basic authentication."""
        scheme, _, coded = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, password = base64.b64decode(coded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name, password = "", ""
        status = 401 if scheme != "Basic" or password else key_status(name, [API_KEY])
        return None if status == 200 else Answer(status, payload={"error": "Invalid Team API Key"})

    def not_found(self) -> Answer:
        """404 as the vendor words it."""
        return Answer(404, payload={"error": "Not found"})

    def _members(self, request: Request) -> Answer:
        del request
        rows = member_records(self._backstage.company, self._backstage.clock.today())
        return Answer(payload={"teamMembers": rows}, page=Page("teamMembers"))

    def _daily(self, request: Request) -> Answer:
        body = msgspec.json.decode(request.body)
        days = list(self._days(body))
        if len(days) > 30:
            return Answer(400, payload={"error": "Date range cannot exceed 30 days"})
        company = self._backstage.company
        rows = [row for day in days for row in daily_records(company, self._activity, day)]
        shown, page, pages = _paged(rows, body)
        paging = {"page": page, "totalPages": pages, "hasNextPage": page < pages}
        return Answer(payload={"data": shown, "pagination": paging}, page=Page("data"))

    def _events(self, request: Request) -> Answer:
        body = msgspec.json.decode(request.body)
        if not isinstance(body.get("startDate"), int) or not isinstance(body.get("endDate"), int):
            return Answer(500, payload={"error": "Internal server error"})
        now = self._backstage.clock.now()
        calls = [call for day in self._days(body) for call in self._activity.calls_seen(day, now)]
        rows = [event_record(self._backstage.company, call) for call in sorted(calls, key=_newest_first)]
        shown, page, pages = _paged(rows, body)
        paging = {"currentPage": page, "numPages": pages, "hasNextPage": page < pages}
        payload = {"totalUsageEventsCount": len(rows), "pagination": paging, "usageEvents": shown}
        return Answer(payload=payload, page=Page("usageEvents"))

    def _spend(self, request: Request) -> Answer:
        now, company = self._backstage.clock.now(), self._backstage.company
        month = now.date() if now.day >= CYCLE_DAY else now.date().replace(day=1) - timedelta(1)
        start = month.replace(day=CYCLE_DAY)
        spent: dict[str, tuple[Decimal, Decimal]] = {}
        for number in range((now.date() - start).days + 1):
            for call in self._activity.calls_seen(start + timedelta(number), now):
                on_demand, overall = spent.get(call.account, (Decimal(0), Decimal(0)))
                spent[call.account] = on_demand + call.value * call.is_charged, overall + call.value
        amounts = ("spendCents", "overallSpendCents")
        rows = [
            {
                "userId": member["id"],
                **{name: member[name] for name in ("name", "email", "role")},
                **dict(zip(amounts, spent.get(str(member["id"]), (0, 0)), strict=True)),
                "fastPremiumRequests": 0,
                "hardLimitOverrideDollars": 0,
                "monthlyLimitDollars": None,
            }
            for member in member_records(company, now.date())
        ]
        shown, _, pages = _paged(rows, msgspec.json.decode(request.body))
        begun = int(datetime.combine(start, time(), UTC).timestamp()) * 1000
        payload = {"teamMemberSpend": shown, "subscriptionCycleStart": begun, "totalPages": pages}
        return Answer(payload=payload, page=Page("teamMemberSpend"))

    def _days(self, body: Record) -> Iterator[date]:
        first, last = (datetime.fromtimestamp(body[k] / 1000, UTC).date() for k in ("startDate", "endDate"))
        for number in range((last - first).days + 1):
            if (day := first + timedelta(number)) <= self._backstage.clock.today():
                yield day


def _newest_first(call: Call) -> float:
    return -call.at.timestamp()


def _paged(rows: Sequence[Record], body: Record) -> tuple[Sequence[Record], int, int]:
    """Rows of a page, its number and the number of pages; a page has 10 rows unless asked for more."""
    size, page = body.get("pageSize", 10), body.get("page", 1)
    return rows[(page - 1) * size : page * size], page, max(1, -(-len(rows) // size))


# The vendor ----------------------------------------------------------------------------------------


class CursorVendor(DemoVendor[CursorActivity]):
    """The source ``cursor``."""

    source = "cursor"
    tools = ("cursor",)
    products = (SEATS,)
    account_kind = "cursor_user"
    site_names = ("cursor",)

    def account_of(self, person: Employee) -> str | None:
        """See ``account_of``."""
        return account_of(person)

    def service_accounts(self, ground: Ground) -> Sequence[ServiceAccount]:
        """A contractor whom the HRIS does not know."""
        address = f"kestrin.valdoro@partners.{ground.profile.mail_domain}"
        return [ServiceAccount("cursor", "309999", address, None, "Kestrin Valdoro", "orphan", False,
                               ground.line.at(0.3))]  # fmt: skip

    def activity(self, ground: Ground, accounts: Accounts) -> CursorActivity:
        """Counters and calls."""
        return make_activity(ground, accounts.users["cursor"])

    def files(self, ground: Ground, seats: Sequence[SeatSpan]) -> VendorFiles:
        """One contract."""
        line = ground.line
        valid, bought = (date(line.first_day.year - 1, 1, 1), None), purchased(seats, "cursor", line.as_of_day)
        return VendorFiles(contracts=(seat_contract("CU-2025", "cursor", valid, bought, ("40", "USD")),))

    def truth(self, view: View) -> VendorTruth:
        """See ``cursor_truth``."""
        return cursor_truth(view, view.company.activity(self))

    def sites(self, backstage: Backstage) -> VendorSites:
        """The Admin API."""
        return VendorSites({"cursor": CursorSite(backstage, backstage.company.activity(self))})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See ``DemoVendor``."""
        return {
            "base_url": backstage.urls["cursor"],
            "api_key": API_KEY,
            "first_day": backstage.company.profile.first_day.isoformat(),
        }

    def snapshots(self, company: Company, behaviour: Behaviour) -> Snapshots:
        """Members of every night but one."""
        del behaviour

        def of(day: date) -> Iterable[Saved]:
            if company.has_snapshot("cursor", day):
                yield "members/json", encode({"teamMembers": member_records(company, day)})

        return of


VENDOR = CursorVendor()
