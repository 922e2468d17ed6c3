"""Google Gemini in Workspace: activities of people, of Gemini itself and of others; the console's CSV."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from demo.company.days import Days
from demo.company.model import Employee, ServiceAccount
from demo.company.seats import people_seats
from demo.company.traits import Traits, is_workday, users_of
from demo.company.truth_usage import Prompt, ToolUsage, sessions_of
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.settings import WITHOUT_SCOPE
from demo.server.site import Site, bearer_status, page_offset, page_token, parse_time
from demo.server.wire import Answer, Page, Request
from demo.vendor import Accounts, DemoVendor, Ground, SeatProduct, VendorSites, VendorTruth, View

CLIENT_EMAIL = "usage-reader@asterlane-demo.example"
ADMIN_EMAIL = "admin@asterlane.example"
ACCESS_TOKEN = "demo-google-access-token"
SCOPE = "https://www.googleapis.com/auth/admin.reports.audit.readonly"
NOBODY = "nobody named"
"""The account of activities that name neither id nor address."""

PEOPLE: Mapping[str, tuple[float, float]] = {
    "Executive Office": (0.5, 0.4), "Engineering": (0.15, 0.3), "Sales": (0.55, 0.5),
    "Customer Support": (0.3, 0.35), "Operations": (0.25, 0.3), "Marketing": (0.8, 0.65),
    "Finance": (0.3, 0.35), "People": (0.6, 0.5), "Legal": (0.3, 0.3),
}  # fmt: skip
"""Department → (people who use it, chance of a workday with use)."""
USERS = SeatProduct(
    name="gemini",
    plan="none",
    share=lambda habits: (PEOPLE[habits.kind][0], 0.2),
    rate=lambda habits: PEOPLE[habits.kind][1],
)
Feature = tuple[str | None, str, str]
"""(app, action, category) of an event."""
ACTS: Mapping[Feature, float] = {
    ("gemini_app", "conversation", "unknown"): 0.35,
    ("gmail", "summarize", "unknown"): 0.2,
    ("docs", "paraphrase", "unknown"): 0.15,
    ("docs", "ask_about_context", "unknown"): 0.1,
    ("sheets", "summarize", "unknown"): 0.13,
    ("slides", "generate_images_in_product", "unknown"): 0.05,
    (None, "conversation", "unknown"): 0.02,
}
"""What people do, with its share."""
OFFERS: Sequence[Feature] = (
    ("gmail", "generate_starter_tile_prompts", "unknown"),
    ("gmail", "suggest_full_replies", "inactive"),
    ("drive", "summarize_proactive_short", "unknown"),
    ("sheets", "summarize", "inactive"),
    ("vids", "storyboard_beta", "unknown"),
)
"""What makes nobody active: Gemini's own doing, and an action that is new."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One item of the report; ``account`` is the id or address that it names, ``is_act`` a person's doing."""

    at: datetime
    delivered_at: datetime
    qualifier: int
    account: str
    actor: Mapping[str, str]
    features: tuple[Feature, ...]
    is_act: bool
    is_agentic: bool

    def record(self) -> dict[str, object]:
        """As Google writes it; a parameter without a value is absent."""
        names = ("app_name", "action", "event_category")
        parameters = [
            [{"name": n, "value": v} for n, v in zip(names, feature, strict=True) if v]
            for feature in self.features
        ]
        kinds = {"type": "ai_usage_event", "name": "feature_utilization"}
        at = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        app, customer = "gemini_in_workspace_apps", "C0demo001"
        key = {"uniqueQualifier": str(self.qualifier), "applicationName": app, "customerId": customer}
        return {
            "kind": "admin#reports#activity",
            "id": {"time": at, **key},
            "actor": dict(self.actor),
            "ipAddress": "203.0.113.21",
            "events": [{**kinds, "parameters": each} for each in parameters],
            **({"isAgenticAction": True} if self.is_agentic else {}),
        }


class GeminiVendor(DemoVendor[Days[Activity]]):
    """The source ``gemini``."""

    source = "gemini"
    tools = ("gemini",)
    account_kind = "email"
    site_names = ("google",)
    writes_files = True

    def account_of(self, person: Employee) -> str:
        """The profile id of the directory."""
        return f"10{person.number:019d}"

    def accounts_of(self, person: Employee) -> Iterable[str]:
        """An activity may lack the id and name an address."""
        return (self.account_of(person), *person.all_addresses())

    def service_accounts(self, ground: Ground) -> Sequence[ServiceAccount]:
        """A user account that a script works with."""
        address, start = f"minutes-bot@{ground.profile.mail_domain}", ground.line.first_day
        return [ServiceAccount("gemini", address, address, None, "Minutes", "service", True, start)]

    def activity(self, ground: Ground, accounts: Accounts) -> Days[Activity]:
        """Activities by the day on which they happen."""
        users = users_of(USERS, people_seats(USERS, self.account_of, ground), ground)
        bots = [account.account for account in accounts.services]
        return ground.days(lambda day: _Day(day, ground.random("gemini", day)).activities(users, bots))

    def truth(self, view: View) -> VendorTruth:
        """Acts of people on days that were over, as far as they were delivered."""
        usage = ToolUsage()
        prompts: dict[str, list[Prompt]] = defaultdict(list)
        for day in view.company.profile.days():
            for item in view.company.activity(self).on(day) if day < view.seen_at.date() else ():
                if not item.is_act or item.delivered_at > view.seen_at:
                    continue
                known = usage.days[(item.account, day)]
                known.is_active = True
                for app, _action, _category in item.features:
                    known.count_message(None)
                    known.features.update([app] if app else [])
                    prompts[item.account].append(Prompt(item.at, item.account, None))
        for account, found in prompts.items():
            usage.sessions.extend(sessions_of(account, found, view.reference))
        return VendorTruth({"gemini": usage})

    def sites(self, backstage: Backstage) -> VendorSites:
        """Reports and sign-in."""
        return VendorSites({"google": Google(backstage, backstage.company.activity(self))})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See ``DemoVendor``."""
        key = _signing_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return {
            "base_url": backstage.urls["google"],
            "token_url": f"{backstage.urls['google']}/token",
            "client_email": CLIENT_EMAIL,
            "private_key": key.replace("\n", "\\n"),
            "admin_email": ADMIN_EMAIL,
            "console_folder": str(backstage.folders["gemini"]),
        }

    def write_files(self, backstage: Backstage, folder: Path) -> None:
        """The console's CSV of the last Monday: uses by address in the 28 days before, whatever they were."""
        today, uses = backstage.clock.today(), defaultdict[str, list[date]](list)
        monday = today - timedelta(today.weekday())
        for back in range(1, 29):
            for item in backstage.company.activity(self).on(monday - timedelta(back)):
                if "email" in item.actor:
                    uses[item.actor["email"]] += [item.at.date()] * len(item.features)
        lines = [f"{address},{len(days)},{len(set(days))},0\n" for address, days in sorted(uses.items())]
        text = "".join(["Email,Overall usage,Active days,Gemini app\n", *lines])
        body = backstage.faults.on_file(f"gemini/{monday}.csv", text.encode())
        (folder / f"{monday}.csv").write_bytes(body)


class _Day:
    """Makes the activities of one day."""

    def __init__(self, day: date, rng: Random) -> None:
        self._day = day
        self._rng = rng
        self._found: list[Activity] = []

    def activities(self, users: Sequence[Traits], bots: Sequence[str]) -> list[Activity]:
        """All activities, in order of time."""
        for user in users:
            chance, drawn = user.chance_on(self._day), self._rng.random()
            if drawn < chance:
                self._work(user)
            if chance and drawn < chance + 0.2:  # some of them do nothing themselves
                for _ in range(self._rng.randint(1, 3)):
                    offer = self._rng.choice(OFFERS)
                    self._add(self._at(self._rng.uniform(6, 20)), *self._actor(user), offer, is_act=False)
        if is_workday(self._day, "Lisbon"):
            for bot in bots:
                actor = {"callerType": "USER", "email": bot, "profileId": "109999999999999999999"}
                self._add(self._at(7), bot, actor, ("meet", "summarize", "unknown"))
            self._add(
                self._at(3), NOBODY, {"callerType": "KEY"}, ("drive", "summarize", "unknown"), is_act=False
            )
        return sorted(self._found, key=lambda item: (item.at, item.qualifier))

    def _work(self, user: Traits) -> None:
        rng = self._rng
        at = self._at((rng.triangular(7.5, 18.5, 10.5) - user.utc_hour_shift(self._day)) % 24)
        for _ in range(1 + min(9, int(rng.expovariate(1 / 2.5)))):
            if at.date() != self._day:
                return
            features = rng.choices(list(ACTS), list(ACTS.values()))
            if rng.random() < 0.05:  # Google may put two events into one activity
                features.append(("docs", "bulletize", "unknown"))
            account, actor = self._actor(user)
            self._add(at, account, actor, *features)
            if rng.random() < 0.03:
                self._add(at, account, actor, *features, is_act=False, is_agentic=True)
            exact = rng.random() < 0.02
            at += timedelta(minutes=30) if exact else timedelta(seconds=rng.randint(20, 2400))

    def _actor(self, user: Traits) -> tuple[str, dict[str, str]]:
        """The account, and what an activity tells of its user: id and address, as a rule."""
        assert user.person is not None
        address, drawn = user.person.email_on(self._day), self._rng.random()
        if drawn < 0.005:
            return NOBODY, {"callerType": "USER"}
        if drawn < 0.015:
            return address, {"callerType": "USER", "email": address}
        known = {} if drawn < 0.05 else {"email": address}
        return user.seat.account, {"callerType": "USER", "profileId": user.seat.account, **known}

    def _at(self, hour: float) -> datetime:
        start = datetime(self._day.year, self._day.month, self._day.day, tzinfo=UTC)
        return start + timedelta(milliseconds=int(hour * 3_600_000))

    def _add(
        self,
        at: datetime,
        account: str,
        actor: Mapping[str, str],
        *features: Feature,
        is_act: bool = True,
        is_agentic: bool = False,
    ) -> None:
        late = timedelta(hours=self._rng.uniform(1, 40) if self._rng.random() < 0.02 else 0.05)
        qualifier = self._rng.getrandbits(64) - 2**63
        self._found.append(Activity(at, at + late, qualifier, account, actor, features, is_act, is_agentic))


class Google(Site):
    """The Reports API, and the route of tokens on the same host."""

    def __init__(self, backstage: Backstage, activity: Days[Activity]) -> None:
        self._backstage = backstage
        self._activity = activity
        path = "/admin/reports/v1/activity/users/all/applications/gemini_in_workspace_apps"
        self.routes = [
            route("POST", "/token", self._token, "google.token"),
            route("GET", path, self._activities, "google.reports"),
        ]

    def refusal(self, request: Request) -> Answer | None:
        """401 without a token, 403 for one without the scope; the token's own route is open."""
        status = 200 if request.path == "/token" else bearer_status(request, [ACCESS_TOKEN])
        return None if status == 200 else _error(status, "Request is refused.")

    def _token(self, request: Request) -> Answer:
        claims = _verified(parse_qs(request.body.decode()).get("assertion", [""])[0])
        known = (CLIENT_EMAIL, CLIENT_EMAIL + WITHOUT_SCOPE)
        if claims.get("iss") not in known or claims["sub"] != ADMIN_EMAIL or claims["scope"] != SCOPE:
            return Answer(400, payload={"error": "invalid_grant", "error_description": "Invalid grant."})
        token = ACCESS_TOKEN + claims["iss"].removeprefix(CLIENT_EMAIL)
        return Answer(payload={"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def _activities(self, request: Request) -> Answer:
        start, end = (parse_time(request.one(name)) for name in ("startTime", "endTime"))
        now = self._backstage.clock.now()
        if start is None or end is None or not start < end <= now:
            return _error(400, "Start time must be before end time, and both before now.")
        days = [start.date() + timedelta(n) for n in range((end.date() - start.date()).days + 1)]
        of_days = (item for day in days for item in self._activity.on(day))
        found = [item for item in of_days if start <= item.at <= end and item.delivered_at <= now][::-1]
        size = request.number("maxResults", 1000, 1000)
        offset = page_offset(request.one("pageToken"))
        answer: dict[str, object] = {"kind": "admin#reports#activities", "etag": '"demo"'}
        if offset + size < len(found):
            answer["nextPageToken"] = page_token(offset + size)
        if found:
            answer["items"] = [item.record() for item in found[offset : offset + size]]
        return Answer(payload=answer, page=Page("items", {"nextPageToken": page_token(offset, "again")}))


def _error(status: int, message: str) -> Answer:
    return Answer(status, payload={"error": {"code": status, "message": message}})


@cache
def _signing_key() -> RSAPrivateKey:
    """The service account's key; each process has its own."""
    return generate_private_key(65537, 2048)


def _verified(assertion: str) -> dict[str, str]:
    """The claims of an assertion; none when its signature is not ours."""
    signed, _, signature = assertion.rpartition(".")
    try:
        _signing_key().public_key().verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return {}
    claims: dict[str, str] = json.loads(_decoded(signed.partition(".")[2]))
    return claims


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


VENDOR = GeminiVendor()
