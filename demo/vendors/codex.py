"""Codex in the ChatGPT workspace: analytics by user and day, and the compliance log.

Shapes: the vendor's Programmatic Admin Platform specification 2.5.3; invented values only. A company that has
the vendor `chatgpt` as well is told tokens, credits and costs by its COSTS; then the truth of this one has days
and sessions alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from demo.company.company import Company
from demo.company.days import Days, delivered_on
from demo.company.model import Employee, ServiceAccount
from demo.company.seats import people_seats
from demo.company.text import MARKER, prompt_text
from demo.company.traits import Traits, users_of
from demo.company.truth_money import Cost, Tokens, list_price
from demo.company.truth_usage import Prompt, ToolUsage, sessions_of
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.site import Site, bearer_status, page_offset, page_token, parse_time
from demo.server.wire import NDJSON, Answer, Page, Request, encode
from demo.vendor import Accounts, DemoVendor, Ground, SeatProduct, VendorSites, VendorTruth, View
from demo.vendors.chatgpt.log_files import LogFiles

Record = dict[str, Any]
API_KEY = "demo-codex-admin-key"
WORKSPACE_ID = "9f0f6a52-6a9c-4d0e-8b1b-52f1a5e7c001"
PROGRAMS = ("CODEX_GITHUB_ACTION", "CODEX_SDK_TS", "CODEX_SERVICE_EXEC")
CLIENTS = ("CODEX_CLI", "CODEX_IDE_VSCODE", "CODEX_DESKTOP_APP", "CODEX_WEB")
MODELS = ("gpt-5.5", "gpt-5.2-codex")
LAG = timedelta(hours=12)
"""Analytics of a day know what happened until so long ago: the next nights restate it."""
GAP = timedelta(minutes=30)
USERS = SeatProduct(
    name="codex",
    plan="none",
    share=lambda habits: (0.5 if habits.parent == "Technology" else 0.0, 0.0),
    rate=lambda _habits: 0.6,
    power_share=0.08,
)


# What happens --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the log.

    A prompt has ``chars``, an answer has ``tokens`` (input, cached input, output, reasoning). ``account``
    None is an API key. ``turn`` is told with the prompt and all that follows from it.
    """

    id: str
    kind: str
    account: str | None
    email: str | None
    session: str
    turn: str
    client: str
    at: datetime
    delivered_at: datetime
    model: str | None = None
    chars: int = 0
    tokens: tuple[int, int, int, int] | None = None

    @property
    def is_prompt(self) -> bool:
        """Whether somebody or something asked."""
        return self.kind == "PROMPT_SENT"


class _Day:
    """Makes the events of the sessions that start on one day."""

    def __init__(self, day: date, rng: Random) -> None:
        self._day = day
        self._rng = rng
        self._found: list[Event] = []

    def events(self, users: Sequence[Traits], services: Sequence[ServiceAccount]) -> list[Event]:
        """All events in order of delivery; some are delivered twice."""
        rng = self._rng
        for user in users:
            if rng.random() < user.chance_on(self._day):
                assert user.person is not None
                for _ in range(rng.randint(1, 5 if user.is_power else 2)):
                    hour = 23.7 if rng.random() < 0.02 else rng.uniform(8, 18) - user.utc_hour_shift(self._day)
                    self._session(user.seat.account, user.person.email_on(self._day), CLIENTS, hour)
        if self._day.weekday() < 5:
            for service in services:
                clients = PROGRAMS if service.kind == "service" else CLIENTS
                self._session(service.account, service.email, clients, rng.uniform(1, 20))
            if users:
                self._session(users[0].seat.account, None, PROGRAMS, 3)
            self._session(None, None, ("CODEX_CLI",), 4)
        again = [replace(event, delivered_at=event.delivered_at + timedelta(minutes=20))
                 for event in self._found if rng.random() < 0.01]  # fmt: skip
        return sorted([*self._found, *again], key=lambda event: (event.delivered_at, event.id))

    def _session(self, account: str | None, email: str | None, clients: Sequence[str], hour: float) -> None:
        rng = self._rng
        session, client = self._id("sess"), rng.choice(clients)
        at = datetime.combine(self._day, time(), UTC) + timedelta(seconds=int(hour % 24 * 3600))
        for _ in range(rng.randint(1, 7)):
            turn, model = self._id("turn"), rng.choice(MODELS)
            start = Event(self._id("evt"), "PROMPT_SENT", account, email, session, turn, client, at, at,
                          None if rng.random() < 0.1 else model, rng.randint(5, 500))  # fmt: skip
            self._add(start)
            for second in range(rng.choice((0, 1, 1, 1, 2))):
                known = replace(start, id=self._id("evt"), at=at + timedelta(seconds=20 + second * 15), chars=0,
                                model=model, email=None if rng.random() < 0.05 else email)  # fmt: skip
                self._add(replace(known, kind="TOOL_CALL_COMPLETED", id=self._id("evt")))
                cached, reasoned = rng.randint(0, 60) * 512, rng.randint(0, 900)
                tokens = (cached + rng.randint(500, 9000), cached, reasoned + rng.randint(50, 2500), reasoned)
                self._add(replace(known, kind="PROMPT_RESPONSE_RECEIVED", tokens=tokens))
            at += GAP if rng.random() < 0.02 else timedelta(seconds=rng.randint(90, 2400))

    def _add(self, event: Event) -> None:
        late = timedelta(days=2) if self._rng.random() < 0.004 else timedelta(minutes=self._rng.randint(2, 25))
        self._found.append(replace(event, delivered_at=event.at + late))

    def _id(self, prefix: str) -> str:
        return f"{prefix}-{self._rng.getrandbits(96):024x}"


def happened_on(day: date, events: Days[Event]) -> list[Event]:
    """What happened on a UTC day, each event once: a session may have begun on the day before."""
    found = {event.id: event for start in (day - timedelta(1), day) for event in events.on(start)}
    return [event for event in found.values() if event.at.date() == day]


# Records -------------------------------------------------------------------------------------------


def log_line(event: Event) -> bytes:
    """A line of ``CODEX_LOG``."""
    user = {"type": "ACCOUNT_USER", "user_id": event.account}
    user |= {"user_email": event.email} if event.email else {}
    details: Record = {"detail_type": event.kind, "session_id": event.session, "turn_id": event.turn,
                       "call_id": f"call-{event.id}", "model": event.model, "environment_id": None}  # fmt: skip
    if event.is_prompt:
        details["prompt_text"] = prompt_text(event.id, event.chars)
    elif event.tokens:
        names = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
        details |= {"response_text": f"{MARKER} answer", "status": "completed", "service_tier": "default",
                    "reasoning_effort": "high",
                    "token_usage": dict(zip(names, event.tokens, strict=True))}  # fmt: skip
    else:
        details |= {"tool_name": "shell", "tool_type": "function", "tool_input": f"{MARKER} input",
                    "tool_call_id": f"tc-{event.id}", "status": "completed"}  # fmt: skip
    return encode(
        {
            "event_id": event.id,
            "type": "CODEX_LOG",
            "timestamp": event.at,
            "principal": {"id": WORKSPACE_ID, "type": "CHATGPT_WORKSPACE"},
            "actor": user if event.account else {"type": "API_KEY", "redacted_id": f"sk-…{MARKER}"},
            "event_type": event.kind,
            "client_id": event.client,
            "workspace_id": WORKSPACE_ID,
            "event_details": details,
        }
    )


def analytics_id(account: str) -> str:
    """The id of the same user in the analytics, which is a UUID."""
    return str(uuid5(NAMESPACE_OID, account))


def usage_rows(company: Company, events: Days[Event], day: date, now: datetime) -> list[Record]:
    """Rows of a day as the vendor shows them at a moment; a third lacks address, models and lines of code."""
    users: dict[str, list[Event]] = defaultdict(list)
    for event in happened_on(day, events):
        if event.account and event.at <= now - LAG:
            users[event.account].append(event)
    return [_usage_row(company, account, found, day) for account, found in sorted(users.items())]


def _usage_row(company: Company, account: str, events: Sequence[Event], day: date) -> Record:
    start = int(datetime.combine(day, time(), UTC).timestamp())
    person, service = company.owner("codex", account), company.service_account("codex", account)
    email = person.email_on(day) if person else service.email if service else None
    is_full = _is_full(day, account, events)
    user = analytics_id(account)
    models = [{"model": model or "other", "speed": "standard", **_measures(part)}
              for model, part in _split(events, "model")]  # fmt: skip
    return {
        "object": "workspace.codex.usage.result",
        "start_time": start,
        "end_time": start + 86_400,
        "user_id": user,
        "actor": {"type": "ACCOUNT_USER", "user_id": user, "email": email if is_full else None},
        "totals": {**_counts(events), **_measures(events)},
        "clients": [{"client_id": client, **_counts(part), **_measures(part)}
                    for client, part in _split(events, "client")],
        "models": models if is_full else None,
        "code_attribution": {
            "lines_of_code": {"added": len(events) * 9, "removed": 4, "committed": 8,
                              "total_committed_lines": 40, "committed_percentage": 20},
            "commits": {"with_codex_contribution": 1, "with_codex_contribution_percentage": 50.0,
                        "total_commits": 2},
        } if is_full else None,
    }  # fmt: skip


def _is_full(day: date, account: str, events: Sequence[Event]) -> bool:
    """Whether the analytics tell address, models and lines of code of a user's day."""
    return (day.toordinal() + len(account) + len(events)) % 3 > 0


def _listed(company: Company, events: Iterable[Event], day: date) -> Iterator[Fraction]:
    """What answers of each model would cost at list price."""
    for model, part in _split(events, "model"):
        sent, cached, answered = _sums(part)
        counts = {"input": sent - cached, "cached_input": cached, "output": answered}
        amount = None if model is None else list_price(company, "openai", model, counts, day)
        if amount is not None:
            yield amount


def _split(events: Iterable[Event], name: str) -> Iterator[tuple[Any, list[Event]]]:
    parts: dict[Any, list[Event]] = defaultdict(list)
    for event in events:
        parts[getattr(event, name)].append(event)
    yield from parts.items()


def _counts(events: Sequence[Event]) -> Record:
    return {"threads": len({event.session for event in events}), "turns": sum(e.is_prompt for e in events)}


def _measures(events: Sequence[Event]) -> Record:
    sent, cached, answered = _sums(events)
    return {
        "credits": Decimal(sent + answered) / 10_000,
        "estimated_cost_usd": None,
        "uncached_text_input_tokens": sent - cached,
        "cached_text_input_tokens": cached,
        "text_output_tokens": answered,
        "text_total_tokens": sent + answered,
    }


def _sums(events: Sequence[Event]) -> tuple[int, int, int]:
    """Tokens sent, those of them that were cached, and tokens answered."""
    counts = [event.tokens for event in events if event.tokens]
    return sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts)


# API -----------------------------------------------------------------------------------------------


class CodexSite(Site):
    """The parts of the admin platform that tell of Codex."""

    def __init__(self, backstage: Backstage, events: Days[Event]) -> None:
        self._backstage = backstage
        self._events = events
        self.files = LogFiles(backstage, "CODEX_LOG", lambda day: delivered_on(day, events), log_line)
        logs = f"/v1/compliance/workspaces/{WORKSPACE_ID}/logs"
        usage = f"/v1/analytics/codex/workspaces/{WORKSPACE_ID}/usage"
        self.routes = [
            route("GET", logs, self._logs, "codex.list"),
            route("GET", f"{logs}/{{file_id}}", self._link, "codex.download"),
            route("GET", usage, self._usage, "codex.analytics"),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """401 for a wrong key, 403 for one without the scope."""
        status = bearer_status(request, [API_KEY])
        return None if status == 200 else Answer(status, payload={"error": {"message": "Not allowed."}})

    def forget(self) -> None:
        """See :meth:`Site.forget`."""
        self.files.forget()

    def log_file(self, request: Request, file_id: str) -> Answer:
        """The content of a file, for everybody who holds a signed link."""
        del request
        body = self.files.compressed(file_id)
        return self.not_found() if body is None else Answer(gzipped=body, content_type=NDJSON)

    def _logs(self, request: Request) -> Answer:
        after, before = parse_time(request.one("after")), parse_time(request.one("before"))
        if after is None or request.one("event_type") != "CODEX_LOG":
            return Answer(400, payload={"error": {"message": "event_type and after are required."}})
        listing = self.files.listing(after, before, request.number("limit", 100, 100))
        payload = {
            "data": [file.entry() for file in listing.files],
            "has_more": listing.has_more,
            "last_end_time": listing.files[-1].end_time if listing.files else None,
        }
        again = {"has_more": True, "last_end_time": after + timedelta(microseconds=1)}
        return Answer(payload=payload, page=Page("data", again))

    def _link(self, request: Request, file_id: str) -> Answer:
        del request
        if self.files.compressed(file_id) is None:
            return self.not_found()
        location = self._backstage.signed(f"/codex/{file_id}.jsonl")
        return Answer(307, headers={"Location": location}, content_type="text/plain")

    def _usage(self, request: Request) -> Answer:
        ends = (request.one("start_time") or "", request.one("end_time") or "")
        if not all(end.isdigit() for end in ends):
            return Answer(422, payload={"error": {"message": "start_time and end_time are Unix seconds."}})
        first, end = (datetime.fromtimestamp(int(text), UTC).date() for text in ends)
        days = [first + timedelta(number) for number in range((end - first).days)]
        now = self._backstage.clock.now()
        rows = [row for day in days for row in usage_rows(self._backstage.company, self._events, day, now)]
        start, size = page_offset(request.one("page")), request.number("limit", 1000, 30_000)
        has_more = start + size < len(rows)
        payload = {
            "object": "page",
            "data": rows[start : start + size],
            "has_more": has_more,
            "next_page": page_token(start + size) if has_more else None,
        }
        again = {"has_more": True, "next_page": page_token(start, "again")}
        return Answer(payload=payload, page=Page("data", again))


# The vendor ----------------------------------------------------------------------------------------


class CodexVendor(DemoVendor[Days[Event]]):
    """The source ``codex``."""

    source = "codex"
    tools = ("codex",)
    account_kind = "codex_user"
    site_names = ("codex",)

    def account_of(self, person: Employee) -> str | None:
        """The user id of the workspace."""
        return person.chatgpt_id

    def accounts_of(self, person: Employee) -> Iterable[str]:
        """The analytics have another id."""
        account = self.account_of(person)
        return () if account is None else (account, analytics_id(account))

    def service_accounts(self, ground: Ground) -> Sequence[ServiceAccount]:
        """A user account of the build servers, and a contractor whom the HRIS does not know."""
        domain, start = ground.profile.mail_domain, ground.line.first_day
        builds = ServiceAccount("codex", "user-builds0000000000001", f"builds@{domain}", None, "Builds",
                                "service", True, start)  # fmt: skip
        outside = f"orvane.teskil@partners.{domain}"
        return [builds, ServiceAccount("codex", "user-outside000000000001", outside, None, "Orvane Teskil",
                                       "orphan", False, start)]  # fmt: skip

    def activity(self, ground: Ground, accounts: Accounts) -> Days[Event]:
        """Events by the day on which their session starts."""
        users = users_of(USERS, people_seats(USERS, self.account_of, ground), ground)
        return ground.days(lambda day: _Day(day, ground.random("codex", day)).events(users, accounts.services))

    def truth(self, view: View) -> VendorTruth:
        """Prompts of people that the log has delivered."""
        usage, prompts = ToolUsage(), defaultdict[str, list[Prompt]](list)
        for day in view.company.profile.days():
            told = {e.id: e for e in view.company.activity(self).on(day) if e.delivered_at <= view.seen_at}
            answered = {event.turn: event.model for event in told.values() if event.tokens}
            for event in told.values():
                if event.is_prompt and event.account and event.client not in PROGRAMS:
                    known = usage.days[(event.account, event.at.date())]
                    known.is_active = True
                    known.count_message(event.chars)
                    model = view.reference.model(answered.get(event.turn) or event.model)
                    prompts[event.account].append(Prompt(event.at, event.session, event.chars, model))
        for account, found in prompts.items():
            usage.sessions.extend(sessions_of(account, found, view.reference))
        has_costs = any(vendor.source == "chatgpt" for vendor in view.company.vendors)
        truth = VendorTruth({"codex": usage})
        if not has_costs:
            self._tell_tokens(view, truth)
        return truth

    def _tell_tokens(self, view: View, truth: VendorTruth) -> None:
        """Of a day that the analytics know, what they show; of a newer one, the answers that the log delivered.

        A rate of credits comes with the vendor `chatgpt`, so money is tokens at list price.
        """
        company = view.company
        for day in company.profile.days():
            of_day = [event for event in happened_on(day, company.activity(self)) if event.account]
            shown = [event for event in of_day if event.at <= view.seen_at - LAG]
            logged = [event for event in of_day if event.delivered_at <= view.seen_at]
            for account, events in _split(shown or logged, "account"):
                sent, cached, answered = _sums(events)
                person = company.owner("codex", account)
                number = None if person is None else person.number
                truth.tokens.append(Tokens(day, number, "codex", sent - cached, cached, answered))
                if not shown or _is_full(day, account, events):
                    department = view.people.department_of(number, day)
                    for amount in _listed(company, events, day):
                        truth.costs.append(Cost(day, department, "codex", "metered_list", amount))

    def sites(self, backstage: Backstage) -> VendorSites:
        """The API, and its log files on the host of signed links."""
        site = CodexSite(backstage, backstage.company.activity(self))
        return VendorSites({"codex": site}, [route("GET", "/codex/{file_id}.jsonl", site.log_file, "files")])

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See ``DemoVendor``."""
        url = f"{backstage.urls['codex']}/v1"
        return {"base_url": url, "api_key": API_KEY, "workspace_id": WORKSPACE_ID}


VENDOR = CodexVendor()
