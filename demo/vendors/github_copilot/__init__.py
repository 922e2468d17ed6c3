"""GitHub Copilot: user-day reports behind links, seats, billing by AI credits, identities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from demo.company.catalog import Timeline
from demo.company.company import Company
from demo.company.model import Employee, Rate, SeatSpan, ServiceAccount
from demo.company.seats import purchased, seat_contract
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.settings import Behaviour
from demo.server.wire import encode
from demo.vendor import (
    Accounts,
    DemoVendor,
    Ground,
    Saved,
    SeatProduct,
    Snapshots,
    Table,
    VendorFiles,
    VendorSites,
    VendorTruth,
    View,
    pages_of,
)
from demo.vendors.github_copilot.identities import github_identities
from demo.vendors.github_copilot.model import ENTERPRISE
from demo.vendors.github_copilot.records import copilot_activity, seat_records
from demo.vendors.github_copilot.reports import CopilotActivity, make_activity
from demo.vendors.github_copilot.site import API_KEY, GitHub
from demo.vendors.github_copilot.truth import github_truth

SHARES = {"Engineering": 0.85, "Operations": 0.04}
"""Department → people who get a seat; nobody elsewhere."""
SEATS = SeatProduct(
    name="github_copilot",
    plan="business",
    share=lambda habits: (SHARES.get(habits.kind, 0.0), 0.0),
    rate=lambda _habits: 0.75,
    missed_night=(0.6, 1),
    shared_draws=2,
)


class GitHubVendor(DemoVendor[CopilotActivity]):
    """The source ``github_copilot``."""

    source = "github_copilot"
    tools = ("github_copilot",)
    products = (SEATS,)
    account_kind = "github_user"
    site_names = ("github",)

    def account_of(self, person: Employee) -> str | None:
        """The numeric id as text."""
        return None if person.github_id is None else str(person.github_id)

    def service_accounts(self, ground: Ground) -> Sequence[ServiceAccount]:
        """A bot in the company's list, and an outsider."""
        before, middle = ground.line.first_day - timedelta(60), ground.line.at(0.3)
        return [
            ServiceAccount("github_copilot", "78000123", None, "asterlane-release-bot", "Release bot",
                           "service", True, before),
            ServiceAccount("github_copilot", "78000456", None, "ohrvexel-contrib", "Ohrvexel", "orphan", False,
                           middle),
        ]  # fmt: skip

    def activity(self, ground: Ground, accounts: Accounts) -> CopilotActivity:
        """Reports with their versions, and billing."""
        return make_activity(ground, accounts)

    def files(self, ground: Ground, seats: Sequence[SeatSpan]) -> VendorFiles:
        """Two contracts, of which the second costs more; paid by the month, so without a renewal."""
        line = ground.line
        year, change = date(line.first_day.year - 1, 1, 1), _price_day(line)
        bought = purchased(seats, "github_copilot", line.as_of_day)
        due = date(line.as_of_day.year, 12, 31)
        return VendorFiles(
            contracts=(
                seat_contract("GH-2025", "github_copilot", (year, change), bought, ("19", "USD")),
                seat_contract("GH-2026", "github_copilot", (change, None), bought, ("21", "USD")),
            ),
            credit_rates=(Rate("github_ai_credit", year, None, Decimal("0.01"), "USD"),),
            targets=(("active_ratio", "department", "Engineering", "github_copilot", Decimal("0.80"), due),),
        )

    def company_tables(self, company: Company, known_on: date) -> Mapping[str, Table]:
        """Logins that no identity provider knows."""
        provided = {identity.user_id for identity in github_identities(company, known_on)}
        with_seat = {seat.employee for seat in company.seats if seat.product == "github_copilot"}
        logins = [
            (login.value, person.email_on(known_on))
            for person in company.employees
            if person.number in with_seat and person.github_id not in provided
            for login in person.github_logins
        ]
        return {"github_logins": (("login", "email"), logins)}

    def planted(self, ground: Ground) -> Mapping[str, Mapping[str, object]]:
        """A new price inside a month."""
        start = _price_day(ground.line).isoformat()
        return {"seat_price_change": {"product": "github_copilot", "from": start}}

    def truth(self, view: View) -> VendorTruth:
        """Days of the newest reports; credits and the bill."""
        return github_truth(view, view.company.activity(self))

    def sites(self, backstage: Backstage) -> VendorSites:
        """REST and GraphQL, and report files on the host of signed links."""
        site = GitHub(backstage, backstage.company.activity(self))
        parts = "/github/{level}/users-1-day/{day}/{seen}/part-{part}.ndjson"
        return VendorSites({"github": site}, [route("GET", parts, site.report_part, "files")])

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """See ``DemoVendor``."""
        return {"base_url": backstage.urls["github"], "api_key": API_KEY, "enterprise": ENTERPRISE}

    def snapshots(self, company: Company, behaviour: Behaviour) -> Snapshots:
        """Seats of every night but one."""
        del behaviour
        activity = copilot_activity(company.profile.first_day, company.activity(self))

        def of(day: date) -> Iterator[Saved]:
            if company.has_snapshot("github_copilot", day):
                total, seats = seat_records(company, activity, day, enterprise=True)
                pages = [{"total_seats": total, "seats": rows} for rows in pages_of(seats)]
                yield "seats/json", encode(pages)

        return of


def _price_day(line: Timeline) -> date:
    """The sixteenth of the month in the middle of the range: a price change inside a month."""
    return line.at(0.5).replace(day=16)


VENDOR = GitHubVendor()
