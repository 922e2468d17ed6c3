"""Microsoft 365 Copilot: the usage report, the directory with its licences, the interaction history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from demo.company.company import Company
from demo.company.model import Employee, SeatSpan, ServiceAccount
from demo.company.seats import purchased, seat_contract
from demo.server.backstage import Backstage
from demo.server.settings import Behaviour
from demo.server.wire import encode
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
    pages_of,
)
from demo.vendors.m365_copilot import records
from demo.vendors.m365_copilot.interactions import Interactions, make_interactions
from demo.vendors.m365_copilot.model import TENANT_ID
from demo.vendors.m365_copilot.site import CLIENT_ID, CLIENT_SECRET, Graph, Login, Switches, Tokens
from demo.vendors.m365_copilot.truth import m365_truth

PEOPLE: Mapping[str, tuple[float, float, float]] = {
    "Executive Office": (1.0, 0.0, 0.6),
    "Engineering": (0.15, 0.0, 0.3),
    "Sales": (0.5, 0.3, 0.5),
    "Customer Support": (0.15, 0.0, 0.3),
    "Operations": (0.9, 0.0, 0.55),
    "Marketing": (0.3, 0.0, 0.4),
    "Finance": (0.75, 0.0, 0.8),
    "People": (0.6, 0.0, 0.45),
    "Legal": (0.7, 0.0, 0.5),
}
"""Department → (people who get a seat in the end, start of the rollout, chance of an active workday)."""
SEATS = SeatProduct(
    name="m365_copilot",
    plan="copilot",
    share=lambda habits: PEOPLE[habits.kind][:2],
    rate=lambda habits: PEOPLE[habits.kind][2],
    idle_share=lambda habits: 0.72 if habits.name == "Operations" else 0.12,
    start_told="never",
    missed_night=(0.75, 3),
    shared_draws=1,
)


class M365Vendor(DemoVendor[Interactions]):
    """The source ``m365_copilot``."""

    source = "m365_copilot"
    tools = ("m365_copilot",)
    products = (SEATS,)
    account_kind = "entra_object"
    site_names = ("login", "microsoft")

    def account_of(self, person: Employee) -> str | None:
        """The Entra object id."""
        return person.entra_id

    def service_accounts(self, ground: Ground) -> Sequence[ServiceAccount]:
        """A guest."""
        before, domain = ground.line.first_day - timedelta(60), ground.profile.mail_domain
        rng = ground.people_random()
        rng.getrandbits(3 * 128)  # the numbers from which ChatGPT's accounts are made
        guest = f"{rng.getrandbits(32):08x}-7a11-4c22-9d33-{rng.getrandbits(48):012x}"
        return [
            ServiceAccount("m365_copilot", guest, f"yorvin.plessard@partners.{domain}",
                           f"yorvin.plessard_partners.{domain}#EXT#@{domain}", "Yorvin Plessard", "guest",
                           False, before),
        ]  # fmt: skip

    def activity(self, ground: Ground, accounts: Accounts) -> Interactions:
        """Prompts and answers."""
        return make_interactions(ground, accounts.users["m365_copilot"])

    def files(self, ground: Ground, seats: Sequence[SeatSpan]) -> VendorFiles:
        """A contract in euro, and one rollout."""
        line = ground.line
        valid = date(line.first_day.year - 1, 1, 1), None
        bought = purchased(seats, "m365_copilot", line.as_of_day)
        renewal = date(line.as_of_day.year + 1, 4, 1)
        return VendorFiles(
            contracts=(seat_contract("MS-2025", "m365_copilot", valid, bought, ("28.10", "EUR"), renewal),),
            rollouts=(("Sales", "m365_copilot", line.at(0.3)),),
        )

    def planted(self, ground: Ground) -> Mapping[str, Mapping[str, object]]:
        """Idle seats."""
        del ground
        return {"idle_seats": {"department": "Operations", "product": "m365_copilot"}}

    def truth(self, view: View) -> VendorTruth:
        """Days and sessions of prompts."""
        return m365_truth(view, view.company.activity(self))

    def sites(self, backstage: Backstage) -> VendorSites:
        """Sign-in and Graph."""
        tokens = backstage.kept.of(Tokens)
        graph = Graph(backstage, tokens, backstage.company.activity(self))
        return VendorSites({"login": Login(backstage, tokens), "microsoft": graph})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See ``DemoVendor``."""
        return {
            "base_url": backstage.urls["microsoft"],
            "login_url": backstage.urls["login"],
            "tenant_id": TENANT_ID,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "interactions": "true",
        }

    def snapshots(self, company: Company, behaviour: Behaviour) -> Snapshots:
        """Directory, licences, settings and the usage report of every night but one."""
        switches = behaviour.of(Switches)
        directory = records.Directory(company)
        usage = records.UsageDetail(directory, company.activity(self))
        lag = timedelta(switches.report_refresh_lag_days)

        def of(day: date) -> Iterator[Saved]:
            if not company.has_snapshot("m365_copilot", day):
                return
            pages = pages_of(records.user_records(directory, day))
            yield "users/json", encode([{"value": rows} for rows in pages])
            yield "subscribed_skus/json", encode({"value": records.sku_records(directory, day)})
            yield "report_settings/json", encode(records.settings_record(switches.archived.conceal))
            refresh = day - lag
            if refresh >= company.profile.first_day:
                yield "usage_user_detail/csv", usage.csv(refresh, switches.archived)

        return of


VENDOR = M365Vendor()
