"""An AI gateway (LiteLLM) in the demo: keys of people and programs, and models without a price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from demo.company.days import Days
from demo.company.model import Employee
from demo.company.seats import people_seats
from demo.company.traits import Traits, users_of
from demo.company.truth_money import Cost, Tokens, list_price
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.site import Site, bearer_status
from demo.server.wire import Answer, Page, Request
from demo.vendor import Accounts, DemoVendor, Ground, SeatProduct, VendorSites, VendorTruth, View

Record = dict[str, Any]
SOURCE = "api_gateway"
API_KEY = "demo-gateway-key"
SHARES = {"Engineering": 0.3, "Operations": 0.25}
"""Department → people with a key; nobody elsewhere."""
USERS = SeatProduct(
    name=SOURCE,
    plan="none",
    share=lambda habits: (SHARES.get(habits.kind, 0.0), 0.0),
    rate=lambda _habits: 0.4,
)
LIBRARY = {"gpt-5.4": "openai", "gemini-2.5-pro": "google"}
"""Models that the price library has, and its name for their provider."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What a key spends on a day with one model at one provider; all of it follows from the requests."""

    user: str | None
    key: str
    provider: str
    model: str
    requests: int

    @property
    def tokens(self) -> Mapping[str, int]:
        """Disjoint, by component of a price."""
        read, written = (200, 100) if self.provider == "azure" else (0, 0)
        rates = {"input": 700, "cached_input": read, "cache_write": written, "output": 90}
        return {name: rate * self.requests for name, rate in rates.items()}

    @property
    def dollars(self) -> Decimal:
        """The gateway knows no price of what Google's and its own models cost."""
        is_priced = self.provider in ("azure", "openai")
        return sum(self.tokens.values()) * Decimal("0.000003") if is_priced else Decimal(0)

    def metrics(self) -> Record:
        """As the gateway counts: the cache is inside of what was sent."""
        told = self.tokens
        sent = sum(told.values()) - told["output"]
        return {"spend": float(self.dollars), "flat_cost": 0.0, "prompt_tokens": sent,
                "completion_tokens": told["output"], "total_tokens": sent + told["output"],
                "cache_read_input_tokens": told["cached_input"],
                "cache_creation_input_tokens": told["cache_write"], "api_requests": self.requests,
                "successful_requests": self.requests - 1, "failed_requests": 1}  # fmt: skip


PROGRAMS = (
    Spend("svc-support-bot", "f00d01", "azure", "gpt-5.4", 30),
    Spend(None, "f00d02", "vertex_ai", "gemini-2.5-pro", 20),
    Spend("svc-support-bot", "f00d01", "hosted_vllm", "own-llama-3", 15),
)
"""A user without an address, and a key without a user; two models without a price at the gateway."""


class GatewayVendor(DemoVendor[Days[Spend]]):
    """The source `api_gateway`. What went to OpenAI is in OpenAI's own report, if the company has that."""

    source = SOURCE
    account_kind = f"{SOURCE}_user"
    site_names = (SOURCE,)

    def account_of(self, person: Employee) -> str:
        """The user's id: of some the first address, of others that of the sign-in."""
        address = next(iter(person.all_addresses()))
        return address if person.number % 3 == 0 else f"00u{person.number:06d}"

    def activity(self, ground: Ground, accounts: Accounts) -> Days[Spend]:
        """What people and programs spend."""
        users = users_of(USERS, people_seats(USERS, self.account_of, ground), ground)
        return ground.days(lambda day: list(_spends(day, users, ground)))

    def truth(self, view: View) -> VendorTruth:
        """Tokens and money of days that are over; there are no days of use."""
        found = VendorTruth()
        has_openai = "openai_api" in view.company.activities
        for day in (day for day in view.company.profile.days() if day < view.seen_at.date()):
            for spend in view.company.activity(self).on(day):
                if spend.provider != "openai":
                    tool = SOURCE
                elif has_openai:
                    continue
                else:
                    tool = "openai_api"
                number = view.people.owner(SOURCE, spend.user, day) if spend.user else None
                told = spend.tokens
                counts = (told["input"], told["cached_input"], told["output"])
                found.tokens.append(Tokens(day, number, tool, *counts, cache_write_tokens=told["cache_write"]))
                department = view.people.department_of(number, day)
                if spend.dollars:
                    found.costs.append(Cost(day, department, tool, "vendor_estimate", Fraction(spend.dollars)))
                if tool == SOURCE and spend.model in LIBRARY:
                    listed = list_price(view.company, LIBRARY[spend.model], spend.model, told, day)
                    if listed is not None:
                        found.costs.append(Cost(day, department, tool, "metered_list", listed))
        return found

    def sites(self, backstage: Backstage) -> VendorSites:
        """Its API."""
        return VendorSites({SOURCE: Api(backstage, backstage.company.activity(self))})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See `DemoVendor`."""
        return {"base_url": backstage.urls[SOURCE], "api_key": API_KEY}


def _spends(day: date, users: Sequence[Traits], ground: Ground) -> Iterable[Spend]:
    rng = ground.random(SOURCE, day)
    for program in PROGRAMS:
        yield Spend(program.user, program.key, program.provider, program.model, program.requests + day.day)
    for user in users:
        chance, requests, is_openai = rng.random(), rng.randint(2, 60), rng.random() < 0.3
        if chance < user.chance_on(day):
            own = (user.seat.account, f"{user.number:06x}")
            yield Spend(*own, "azure", "gpt-5.4", requests)
            if is_openai:
                yield Spend(*own, "openai", "gpt-5.4", requests // 2 + 1)


class Api(Site):
    """Daily activity, for all models or for one."""

    def __init__(self, backstage: Backstage, activity: Days[Spend]) -> None:
        self._backstage, self._activity = backstage, activity
        self.routes = [route("GET", "/user/daily/activity/aggregated", self._activity_of, SOURCE)]

    def refusal(self, request: Request) -> Answer | None:
        """A bearer key."""
        status = bearer_status(request, [API_KEY])
        return None if status == 200 else Answer(status, payload={"error": {"message": "Refused."}})

    def _activity_of(self, request: Request) -> Answer:
        try:
            first, last = (date.fromisoformat(request.one(name) or "") for name in ("start_date", "end_date"))
        except ValueError:
            return Answer(400, payload={"detail": {"error": "start_date and end_date"}})
        wanted, results = request.one("model"), []
        for day in (first + timedelta(n) for n in range((last - first).days + 1)):
            is_over = day < self._backstage.clock.today()
            found = [one for one in self._activity.on(day) if wanted in (None, one.model)] if is_over else []
            if found:
                parts = self._parts(found, day)
                results.append({"date": day.isoformat(), "metrics": _total(found), "breakdown": parts})
        metadata = {"total_spend": 0, "page": 1, "total_pages": 1, "has_more": False}
        return Answer(payload={"results": results, "metadata": metadata}, page=Page("results"))

    def _parts(self, spends: Sequence[Spend], day: date) -> Record:
        company = self._backstage.company

        def key(found: Sequence[Spend]) -> Record:
            user = found[0].user
            person = company.owner(SOURCE, user) if user else None
            told = {"user_id": user, "user_email": person.email_on(day) if person else None}
            return {"key_alias": "Maya's notebook", "team_id": "team-finance", **told}

        keys = {
            name: {"metrics": _total(found), "metadata": key(found)}
            for name, found in _by(spends, "key").items()
        }
        return {"models": _nested(spends, "model"), "providers": _nested(spends, "provider"), "api_keys": keys,
                "model_groups": {}, "endpoints": {}, "mcp_servers": {}, "entities": {}}  # fmt: skip


def _nested(spends: Sequence[Spend], name: str) -> Record:
    """Parts by model or provider, each by key."""
    return {
        part: {
            "metrics": _total(found),
            "metadata": {},
            "api_key_breakdown": {
                key: {"metrics": _total(own), "metadata": {"key_alias": "Maya's notebook", "team_id": None}}
                for key, own in _by(found, "key").items()
            },
        }
        for part, found in _by(spends, name).items()
    }


def _by(spends: Sequence[Spend], name: str) -> Mapping[str, list[Spend]]:
    found: dict[str, list[Spend]] = defaultdict(list)
    for spend in spends:
        found[getattr(spend, name)].append(spend)
    return found


def _total(spends: Sequence[Spend]) -> Record:
    parts = [spend.metrics() for spend in spends]
    return {name: sum(part[name] for part in parts) for name in parts[0]}


VENDOR = GatewayVendor()
