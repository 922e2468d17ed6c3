"""ChatGPT and Codex: log files of messages and costs, the roster and seats of a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from demo.company.company import Company
from demo.company.departments import departments
from demo.company.model import Employee, PriceOverride, Rate, SeatSpan, ServiceAccount
from demo.company.seats import purchased, seat_contract
from demo.company.truth import Facts
from demo.company.truth_people import Directory, Period
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.settings import Behaviour
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
)
from demo.vendors.chatgpt.activity import ChatActivity, make_activity
from demo.vendors.chatgpt.model import ORGANIZATION_ID, WORKSPACE_ID
from demo.vendors.chatgpt.rosters import saved_rosters
from demo.vendors.chatgpt.site import API_KEY, ChatGPT
from demo.vendors.chatgpt.truth import chatgpt_truth, model_sessions

PEOPLE: Mapping[str, tuple[float, float, float]] = {
    "Executive Office": (1.0, 0.0, 0.5),
    "Engineering": (0.7, 0.0, 0.55),
    "Sales": (0.65, 0.15, 0.45),
    "Customer Support": (0.8, 0.15, 0.66),
    "Operations": (0.45, 0.4, 0.35),
    "Marketing": (0.85, 0.0, 0.6),
    "Finance": (0.25, 2.0, 0.75),
    "People": (0.8, 0.4, 0.45),
    "Legal": (0.8, 0.4, 0.5),
}
"""Department → (people who get a seat in the end, start of the rollout, chance of an active workday)."""
SEATS = SeatProduct(
    name="chatgpt",
    plan="default",
    share=lambda habits: PEOPLE[habits.kind][:2],
    rate=lambda habits: PEOPLE[habits.kind][2],
    power_share=0.06,
    start_told="account",
    missed_night=(0.4, 2),
    shared_draws=0,
)


class ChatGPTVendor(DemoVendor[ChatActivity]):
    """The source ``chatgpt``."""

    source = "chatgpt"
    tools = ("chatgpt",)
    products = (SEATS,)
    account_kind = "chatgpt_user"
    site_names = ("chatgpt",)

    def account_of(self, person: Employee) -> str | None:
        """The user id."""
        return person.chatgpt_id

    def service_accounts(self, ground: Ground) -> Sequence[ServiceAccount]:
        """Two bots in the company's list, and an outsider."""
        before, domain = ground.line.first_day - timedelta(60), ground.profile.mail_domain
        rng = ground.people_random()
        digest, automation, outsider = (f"user-{rng.getrandbits(120):030x}" for _ in range(3))
        address = f"tilvane.morqueth@partners.{domain}"
        return [
            ServiceAccount("chatgpt", digest, f"bot-digest@{domain}", None, "Digest bot", "service", True,
                           before),
            ServiceAccount("chatgpt", automation, f"automation@{domain}", None, "Automation", "service", True,
                           before),
            ServiceAccount("chatgpt", outsider, address, None, "Tilvane Morqueth", "orphan", False,
                           ground.line.at(0.3)),
        ]  # fmt: skip

    def activity(self, ground: Ground, accounts: Accounts) -> ChatActivity:
        """Messages and COSTS rows."""
        return make_activity(ground, accounts)

    def files(self, ground: Ground, seats: Sequence[SeatSpan]) -> VendorFiles:
        """A contract, two rates of a credit, negotiated prices of one model, rollouts by department."""
        line = ground.line
        year, change = date(line.first_day.year - 1, 1, 1), line.at(0.7)
        bought = purchased(seats, "chatgpt", line.as_of_day)
        renewal = date(line.as_of_day.year + 1, 1, 1)
        waves = [(h.name, PEOPLE[h.kind][1]) for h in departments(ground.profile.people)]
        return VendorFiles(
            contracts=(seat_contract("CG-2025", "chatgpt", (year, None), bought, ("30", "USD"), renewal),),
            credit_rates=(
                Rate("chatgpt_credit", year, change, Decimal("0.04"), "USD"),
                Rate("chatgpt_credit", change, None, Decimal("0.036"), "USD"),
            ),
            price_overrides=(
                PriceOverride("openai", "gpt-5.5", "input", line.at(0.8), None, Decimal("4.25")),
                PriceOverride("openai", "gpt-5.5", "output", line.at(0.8), None, Decimal("25.5")),
            ),
            rollouts=tuple((name, "chatgpt", line.at(wave)) for name, wave in waves if 0 < wave <= 1),
        )

    def planted(self, ground: Ground) -> Mapping[str, Mapping[str, object]]:
        """Short sessions in Customer Support and Marketing, costs of one team, a department that waits."""
        line = ground.line
        return {
            "frequent_short_sessions": {"department": "Customer Support", "tool": "chatgpt"},
            "depth_fell_while_sessions_rose": {
                "department": "Marketing", "tool": "chatgpt", "from": line.shallow_from.isoformat(),
            },
            "runaway_cost": {
                "department": "Engineering", "tool": "codex", "from": line.runaway_from.isoformat(),
            },
            "ready_for_next_wave": {"department": "Finance", "tool": "chatgpt"},
            "model_launch": {"model": "gpt-5.5", "from": line.model_launch.isoformat()},
        }  # fmt: skip

    def truth(self, view: View) -> VendorTruth:
        """Days and sessions of messages; tokens and costs of COSTS rows."""
        return chatgpt_truth(view, view.company.activity(self))

    def figures(self, facts: Facts, weeks: Sequence[Period], people: Directory) -> Mapping[str, object]:
        """Sessions by their majority model."""
        return {"model_sessions_weekly": model_sessions(weeks, facts, people)}

    def sites(self, backstage: Backstage) -> VendorSites:
        """The API, and its log files on the host of signed links."""
        site = ChatGPT(backstage, backstage.company.activity(self))
        files = route("GET", "/chatgpt/{event_type}/{file_id}.jsonl", site.log_file, "files")
        return VendorSites({"chatgpt": site}, [files])

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See ``DemoVendor``."""
        return {
            "base_url": f"{backstage.urls['chatgpt']}/v1",
            "api_key": API_KEY,
            "workspace_id": WORKSPACE_ID,
            "organization_id": ORGANIZATION_ID,
        }

    def snapshots(self, company: Company, behaviour: Behaviour) -> Snapshots:
        """Users and seats of every night but one."""
        del behaviour
        return saved_rosters(company, company.activity(self))


VENDOR = ChatGPTVendor()
