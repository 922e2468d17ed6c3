"""Two workspaces, enterprises and tenants of one company, with the same people in both.

The second vendors know the same people by the same ids, and other use of theirs: what both tell adds up, and
who is in both is one person. The second night asks the second accounts with wrong keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from demo.company import generate
from demo.company.company import Company
from demo.server import VendorServer
from demo.server.wire import Answer, Request
from demo.vendors.chatgpt import VENDOR as CHATGPT
from demo.vendors.chatgpt.model import ORGANIZATION_ID, WORKSPACE_ID
from demo.vendors.github_copilot import VENDOR as GITHUB_COPILOT
from demo.vendors.github_copilot.model import ENTERPRISE
from demo.vendors.hris import VENDOR as HRIS
from demo.vendors.m365_copilot import VENDOR as M365_COPILOT
from demo.vendors.m365_copilot.model import TENANT_ID
from ingestion.pipeline import SourceResult
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.sources.registry import SOURCES
from orchestration.demo import environment_variables, vendor_settings
from orchestration.night import Night
from runtime.clock import RunClock
from tests.end_to_end.harness import KEY, World, world

SECRETS = {"chatgpt": "API_KEY", "github_copilot": "API_KEY", "m365_copilot": "CLIENT_SECRET"}
VENDORS = tuple(SECRETS)
USED = (CHATGPT, GITHUB_COPILOT, HRIS, M365_COPILOT)
LABEL = "labs"
IDS = {
    WORKSPACE_ID: "7a1f1c1e-0000-4000-8000-00000000abcd",
    ORGANIZATION_ID: "org-AsterlaneLabs0000001",
    ENTERPRISE: "asterlane-labs",
    TENANT_ID: "5b1f1c1e-0000-4000-8000-00000000abcd",
}


class Twins:
    """A deployment with two accounts of each vendor, after two loads and one build."""

    def __init__(self, made: World, second: VendorServer) -> None:
        self.world = made
        self.second = second
        self.first_night = self._load(0)
        self.second_night = self._load(1, breaks=True)

    def _load(self, days_later: int, *, breaks: bool = False) -> dict[str, SourceResult]:
        """One night's loads, and on the second night its build with the tests of data."""
        as_of = self.world.company.profile.as_of + dt.timedelta(days=days_later)
        servers = (self.world.server, self.second)
        for server in servers:
            server.clock.set(as_of)
        first, other = (server.configuration() for server in servers)
        settings = vendor_settings(first, self.world.company_dir, self.world.folder / "no archive")
        for vendor in VENDORS:
            section = f"SOURCES__{vendor}__{LABEL}__".upper()
            settings |= {section + name.upper(): value for name, value in other[vendor].items()}
            if breaks:
                settings[section + SECRETS[vendor]] = "wrong"
        with environment_variables(settings), Night(self.world.environment) as night:
            night.open(Pseudonymiser(KEY), RunClock(as_of), SOURCES)
            loaded = {source.name: night.load(source) for source in SOURCES}
            if breaks:
                night.build()
                self.built = night.result.dbt
            return loaded

    @property
    def night(self) -> dt.date:
        """Day of the first night."""
        return self.world.company.profile.as_of.date()

    def one(self, query: str) -> Any:
        return self.world.rows(query)[0][0]

    def by_account(self, query: str) -> dict[str, Any]:
        return dict(self.world.rows(f"{query} group by tenant"))


def other_use(company: Company) -> Company:
    """The same people and seats, with other use of theirs."""
    profile = company.profile
    ground = generate._ground(profile.people, profile.weeks, profile.seed, profile.as_of, company.vendors)
    accounts = {vendor.source: generate._accounts(vendor, ground) for vendor in company.vendors}
    other = replace(ground, profile=replace(ground.profile, seed=profile.seed + 1))
    return Company(
        other.profile,
        company.departments,
        company.employees,
        company.service_accounts,
        company.seats,
        company.files,
        company.vendors,
        {vendor.source: vendor.activity(other, accounts[vendor.source]) for vendor in company.vendors},
    )


class SecondVendors(VendorServer):
    """The same vendors, who know the company by other ids."""

    def configuration(self) -> dict[str, dict[str, str]]:
        """With the other ids."""
        stated = super().configuration()
        return {
            source: {name: IDS.get(value, value) for name, value in settings.items()}
            for source, settings in stated.items()
        }

    def _respond(self, request: Request) -> Answer:
        own = {other: first for first, other in IDS.items()}
        path = "/".join(own.get(part, part) for part in request.path.split("/"))
        return super()._respond(replace(request, path=path))


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    with (
        world(tmp_path_factory.mktemp("twins"), people=40, weeks=2, vendors=USED) as made,
        SecondVendors(other_use(made.company)) as second,
    ):
        yield Twins(made, second)


def test_both_accounts_load_in_one_night(twins: Twins) -> None:
    parts = [part for vendor in VENDORS for part in twins.first_night[vendor].parts]
    told = {part.name: (part.status, part.error) for part in parts}
    assert told == {f"{vendor} ({of})": ("ok", None) for vendor in VENDORS for of in ("main", LABEL)}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_failing_account_leaves_the_night_of_the_other_whole(twins: Twins, vendor: str) -> None:
    main, labs = twins.second_night[vendor].parts
    assert (main.name, main.status, main.error) == (f"{vendor} (main)", "ok", None)
    assert (labs.name, labs.status) == (f"{vendor} ({LABEL})", "failed")
    assert main.total_rows > 0
    rosters = "users" if vendor != "github_copilot" else "seats"
    through = twins.by_account(
        f"select tenant, max(day) from ops.loaded_days where source = '{vendor}' and resource = '{rosters}'"
    )
    assert through == {"main": twins.night + dt.timedelta(days=1), LABEL: twins.night}
    rows = twins.by_account(f"select tenant, max(day) from raw_{vendor}.{rosters}")
    assert rows == through


def test_everything_builds_and_every_key_holds(twins: Twins) -> None:
    assert twins.built is not None
    assert twins.built.ok, twins.built.failures[:8]


@pytest.mark.parametrize(
    ("figure", "of_accounts"),
    [
        (
            "select sum(user_messages) from intermediate.int_github_copilot_account_days",
            "select tenant, sum(coalesce(user_initiated_interactions, 0) + coalesce(cli_prompts, 0) "
            "+ coalesce(app_prompts, 0)) from raw_github_copilot.user_days",
        ),
        (
            "select sum(cost_usd) from intermediate.int_github_copilot_billed_costs",
            "select tenant, sum(net_amount) from raw_github_copilot.billing_items",
        ),
        (
            "select sum(user_messages) from intermediate.int_chatgpt_session_parts",
            "select tenant, count(distinct message_token) from raw_chatgpt.conversation_messages "
            "where author_type = 'user' and not coalesce(is_injected, false)",
        ),
        (
            "select sum(cost) from intermediate.int_chatgpt_cost_days",
            "select tenant, sum(cost) from raw_chatgpt.costs_billing",
        ),
        (
            "select sum(user_messages) from intermediate.int_m365_copilot_session_parts",
            "select tenant, count(*) from raw_m365_copilot.interactions where interaction_type = 'userPrompt'",
        ),
    ],
)
def test_use_and_cost_of_both_accounts_add_up(twins: Twins, figure: str, of_accounts: str) -> None:
    told = twins.by_account(of_accounts)
    assert told.keys() == {"main", LABEL}
    assert all(told.values())
    assert twins.one(figure) == sum(told.values())


def test_who_is_in_both_accounts_is_one_person(twins: Twins) -> None:
    users = "raw_github_copilot.user_days where user_initiated_interactions > 0"
    counted = "count(distinct user_token || cast(day as varchar))"
    of_each = twins.by_account(f"select tenant, {counted} from {users}")
    of_both = twins.one(f"select {counted} from {users}")
    assert max(of_each.values()) < of_both < sum(of_each.values()), "some use both on a day, some one"
    used = "tool = 'github_copilot' and user_messages > 0"
    accounts = twins.one(f"select count(*) from intermediate.int_github_copilot_account_days where {used}")
    people = twins.one(f"select count(*) from restricted.fct_usage_daily where {used}")
    without = twins.one(f"select count(*) from restricted.fct_unattributed_usage_daily where {used}")
    assert of_both <= accounts < sum(of_each.values())
    assert people + without == accounts, "a person and day is one row"


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_seat_in_each_account_is_two_seats_of_one_holder(twins: Twins, vendor: str) -> None:
    held = twins.world.rows(
        "select seats, count(*) = count(distinct account_key) from intermediate.int_seat_days "
        f"where tool = '{vendor}' and product = tool and seat_date = date '{twins.night}' group by seats"
    )
    assert held == [(2, True)]


def test_a_source_shows_what_its_worst_account_has(twins: Twins) -> None:
    found = twins.world.rows(
        "select distinct source, is_connected, last_status, is_stale from marts.source_status "
        f"where source in {VENDORS} order by source"
    )
    assert found == [(vendor, True, "failed", True) for vendor in VENDORS]
    through = twins.one(
        "select data_through from intermediate.int_resource_status "
        "where source = 'chatgpt' and resource = 'users'"
    )
    assert through == twins.night
