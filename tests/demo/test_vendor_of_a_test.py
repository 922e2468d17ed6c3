"""Vendors that only this module knows: they are generated, served and in the truth like any other."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.archive import write_archive
from demo.company.company import Company
from demo.company.days import Days
from demo.company.files import company_files
from demo.company.generate import generate_company
from demo.company.model import Employee, SeatSpan, ServiceAccount
from demo.company.seats import people_seats, purchased, seat_contract
from demo.company.traits import Traits, users_of
from demo.company.truth import compute_truth
from demo.company.truth_money import Cost, Tokens
from demo.company.truth_usage import ToolUsage
from demo.server import VendorServer
from demo.server.backstage import Backstage
from demo.server.routing import route
from demo.server.settings import Behaviour
from demo.server.site import Site, bearer_status
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
)
from demo.vendors import all_vendors
from demo.vendors.chatgpt import VENDOR as CHATGPT
from demo.vendors.hris import VENDOR as HRIS
from demo.vendors.m365_copilot import VENDOR as M365
from ingestion.sources.registry import SOURCES

KEY = "demo-quillpad-key"
ALL = "All departments"
SEATS = SeatProduct(
    name="quillpad",
    plan="team",
    share=lambda habits: (0.9, 0.0) if habits.kind == "Marketing" else (0.4, 0.0),
    rate=lambda _habits: 0.6,
)


# A tool with daily rows and seats ------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """What an account did on a day. ``dollars`` are billed beside the seat."""

    account: str
    day: date
    prompts: int
    tokens: int
    dollars: Decimal


class Quillpad(DemoVendor[Days[Use]]):
    """A writing tool: rows by person and day, and seats."""

    source = "quillpad"
    tools = ("quillpad",)
    products = (SEATS,)
    account_kind = "quillpad_user"
    site_names = ("quillpad",)

    def account_of(self, person: Employee) -> str | None:
        return f"qp-{person.number}"

    def service_accounts(self, ground: Ground) -> Sequence[ServiceAccount]:
        account = f"qp-bot-{ground.random('quillpad', 'accounts').getrandbits(32):08x}"
        start = ground.line.first_day
        return [ServiceAccount("quillpad", account, None, None, "Bot", "service", True, start)]

    def activity(self, ground: Ground, accounts: Accounts) -> Days[Use]:
        return ground.days(lambda day: _uses(day, accounts.users["quillpad"], ground))

    def files(self, ground: Ground, seats: Sequence[SeatSpan]) -> VendorFiles:
        bought = purchased(seats, "quillpad", ground.line.as_of_day)
        valid = ground.line.first_day - timedelta(100), None
        return VendorFiles(contracts=(seat_contract("QP-1", "quillpad", valid, bought, ("30", "USD")),))

    def truth(self, view: View) -> VendorTruth:
        usage, tokens, costs = ToolUsage(), [], []
        for day in view.company.profile.days():
            for use in view.company.activity(self).on(day):
                number = view.people.owner(self.source, use.account, day)
                known = usage.days[(use.account, day)]
                known.is_active, known.user_messages = True, use.prompts
                tokens.append(Tokens(day, number, "quillpad", unsplit_tokens=use.tokens))
                department = view.people.department_of(number, day)
                costs.append(Cost(day, department, "quillpad", "billed", Fraction(use.dollars)))
        return VendorTruth({"quillpad": usage}, tokens, costs)

    def sites(self, backstage: Backstage) -> VendorSites:
        return VendorSites({"quillpad": QuillpadSite(backstage, backstage.company.activity(self))})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        return {"base_url": backstage.urls["quillpad"], "api_key": KEY}

    def snapshots(self, company: Company, behaviour: Behaviour) -> Snapshots:
        return lambda day: [("seats/json", encode({"seats": _seats(company, day)}))]


class QuillpadSite(Site):
    """Its API."""

    def __init__(self, backstage: Backstage, activity: Days[Use]) -> None:
        self._backstage = backstage
        self._activity = activity
        self.routes = [
            route("GET", "/usage", self._usage, "quillpad"),
            route("GET", "/seats", self._held, "quillpad"),
        ]

    def refusal(self, request: Request) -> Answer | None:
        status = bearer_status(request, [KEY])
        return None if status == 200 else Answer(status, payload={"error": "no"})

    def _usage(self, request: Request) -> Answer:
        day = date.fromisoformat(request.one("day") or "")
        rows = self._activity.on(day) if day < self._backstage.clock.today() else ()
        return Answer(payload={"rows": [asdict(row) for row in rows]}, page=Page("rows"))

    def _held(self, request: Request) -> Answer:
        del request
        return Answer(payload={"seats": _seats(self._backstage.company, self._backstage.clock.today())})


def _uses(day: date, users: Iterable[Traits], ground: Ground) -> list[Use]:
    rng = ground.random("quillpad", day)
    found = []
    for user in users:
        if rng.random() < user.chance_on(day):
            prompts = rng.randint(1, 9)
            found.append(Use(user.seat.account, day, prompts, prompts * 500, Decimal(prompts) / 100))
    return found


def _seats(company: Company, day: date) -> list[str]:
    return [seat.account for seat in company.seats_on("quillpad", day)]


# A tool that writes files --------------------------------------------------------------------------

USERS = SeatProduct(
    name="inkwell",
    plan="none",
    share=lambda habits: (1.0, 0.0) if habits.kind == "Engineering" else (0.0, 0.0),
    rate=lambda _habits: 0.8,
)


class Inkwell(DemoVendor[Days[str]]):
    """A command-line tool without seats and without an API: one JSON-lines file for each day."""

    source = "inkwell"
    tools = ("inkwell",)
    writes_files = True

    def account_of(self, person: Employee) -> str | None:
        return person.emails[0].value

    def accounts_of(self, person: Employee) -> Iterable[str]:
        return person.all_addresses()

    def activity(self, ground: Ground, accounts: Accounts) -> Days[str]:
        users = users_of(USERS, people_seats(USERS, self.account_of, ground), ground)

        def addresses(day: date) -> list[str]:
            rng = ground.random("inkwell", day)
            working = [user for user in users if rng.random() < user.chance_on(day)]
            return [user.person.email_on(day) for user in working if user.person]

        return ground.days(addresses)

    def truth(self, view: View) -> VendorTruth:
        usage = ToolUsage()
        for day in view.company.profile.days():
            for address in view.company.activity(self).on(day):
                usage.days[(address, day)].is_active = True
        return VendorTruth({"inkwell": usage})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        return {"folder": str(backstage.folders["inkwell"])}

    def write_files(self, backstage: Backstage, folder: Path) -> None:
        profile = backstage.company.profile
        for step in range((backstage.clock.today() - profile.first_day).days):
            day = profile.first_day + timedelta(step)
            rows = [encode({"email": one}) + b"\n" for one in backstage.company.activity(self).on(day)]
            body = backstage.faults.on_file(f"inkwell/{day}.jsonl", b"".join(rows))
            (folder / f"{day}.jsonl").write_bytes(body)


QUILLPAD, INKWELL = Quillpad(), Inkwell()


@pytest.fixture(scope="module")
def without() -> Company:
    """The company that does not use the tools."""
    return generate_company(people=40, weeks=2)


@pytest.fixture(scope="module")
def company() -> Company:
    """The same people, who use both tools too."""
    return generate_company(people=40, weeks=2, vendors=(*all_vendors(), QUILLPAD, INKWELL))


@pytest.fixture(scope="module")
def truth(company: Company) -> dict[str, Any]:
    """Its true figures."""
    return compute_truth(company)


@pytest.fixture
def server(company: Company) -> Iterator[VendorServer]:
    """Its vendors."""
    with VendorServer(company) as running:
        yield running


def get(server: VendorServer, path: str, key: str = KEY) -> requests.Response:
    """An answer of the tool's site."""
    settings = server.configuration()["quillpad"]
    headers = {"Authorization": f"Bearer {key}"}
    return requests.get(settings["base_url"] + path, headers=headers, timeout=60)


def by_people(company: Company, week: date) -> dict[int, int]:
    """Prompts of a week by person, where the person was employed on the day."""
    found: dict[int, int] = {}
    for use in (use for n in range(7) for use in company.activity(QUILLPAD).on(week + timedelta(n))):
        person = company.owner("quillpad", use.account)
        if person is not None and person.span_on(use.day) is not None:
            found[person.number] = found.get(person.number, 0) + use.prompts
    return found


def test_its_routes_are_served(server: VendorServer, company: Company) -> None:
    day = company.profile.first_day + timedelta(1)
    expected = company.activity(QUILLPAD).on(day)
    rows = get(server, f"/usage?day={day}").json()["rows"]
    assert [(row["account"], row["prompts"]) for row in rows] == [(x.account, x.prompts) for x in expected]
    assert rows
    held = get(server, "/seats").json()["seats"]
    assert held == [seat.account for seat in company.seats_on("quillpad", company.profile.as_of_day)]
    assert get(server, "/seats", key="wrong").status_code == 401
    assert get(server, "/none").status_code == 404


def test_it_can_be_made_to_misbehave(server: VendorServer, company: Company) -> None:
    path = f"/usage?day={company.profile.first_day + timedelta(1)}"
    rows = get(server, path).json()["rows"]
    server.faults.replace([{"match": "GET quillpad/usage", "nth": 1, "do": "server_error"},
                           {"match": "GET quillpad/usage", "nth": 2, "do": "lost_rows"}])  # fmt: skip
    assert get(server, path).status_code == 503
    assert get(server, path).json()["rows"] == rows[: len(rows) // 2]
    assert len(server.requests.matching("GET quillpad/usage")) == 3


def test_its_use_is_in_the_truth(company: Company, truth: dict[str, Any]) -> None:
    week = company.profile.first_day
    prompts = by_people(company, week)
    row = truth["department_weekly"][week.isoformat()][ALL]["quillpad"]
    assert (row["user_messages"], row["active_people"]) == (sum(prompts.values()), len(prompts))
    assert truth["tokens_weekly"][week.isoformat()][ALL]["quillpad"]["unsplit_tokens"] == 500 * sum(
        prompts.values()
    )
    bot = truth["unattributed"][week.isoformat()]["quillpad"]
    assert (bot["accounts"], bot["user_messages"] > 0) == (1, True)


def test_its_seats_and_costs_are_in_the_truth(company: Company, truth: dict[str, Any]) -> None:
    november = truth["seats_monthly"]["2026-11-01"]["quillpad"]
    days = [day for day in company.profile.days() if day.month == 11]
    held = sum(seat.employee is not None for day in days for seat in company.seats_on("quillpad", day))
    assert november[ALL]["seat_days"] == held > 0
    assert Decimal(november[ALL]["cost"]) == held  # 30 dollars for a month of 30 days
    costs = truth["cost_monthly"]["2026-11-01"][ALL]["quillpad"]
    assert Decimal(costs["seat_allocated"]) == held
    uses = [use for day in days for use in company.activity(QUILLPAD).on(day)]
    of_people = [use for use in uses if (p := company.owner("quillpad", use.account)) and p.span_on(use.day)]
    assert Decimal(costs["billed"]) == sum(use.dollars for use in of_people)


def test_its_seats_are_in_the_funnel_and_the_companys_files(company: Company, truth: dict[str, Any]) -> None:
    funnel = truth["funnel_weekly"][company.profile.first_day.isoformat()]
    assert funnel["quillpad"][ALL]["assigned"] > 0
    assert "inkwell" not in funnel  # no seats, no funnel
    files = company_files(company)
    assert "QP-1,quillpad" in files["seat_contracts.csv"]
    assert "quillpad_user,qp-bot-" in files["service_accounts.csv"]


def test_its_answers_are_archived(company: Company, tmp_path: Path) -> None:
    day = company.profile.first_day
    write_archive(company, tmp_path, day + timedelta(1))
    saved = json.loads(gzip.decompress((tmp_path / f"quillpad/seats/{day}.json.gz").read_bytes()))
    assert saved["seats"] == [seat.account for seat in company.seats_on("quillpad", day)]


def test_other_tools_stay_as_they_are(company: Company, without: Company, truth: dict[str, Any]) -> None:
    assert company.employees == without.employees
    assert [seat for seat in company.seats if seat.product != "quillpad"] == list(without.seats)
    plain = compute_truth(without)
    for name in ("department_weekly", "department_monthly", "seats_monthly", "cost_monthly", "tokens_weekly",
                 "funnel_weekly", "model_sessions_weekly", "unattributed"):  # fmt: skip
        assert _without_new(truth[name]) == _without_new(plain[name]), name


def _without_new(figures: Any) -> Any:
    """Figures without those of the two tools and of all tools together, and without what is then empty."""
    if not isinstance(figures, dict):
        return figures
    kept = {key: item for key, item in figures.items() if key not in ("quillpad", "inkwell", "all")}
    return {key: item for key, item in ((key, _without_new(item)) for key, item in kept.items()) if item != {}}


def test_a_company_can_do_without_a_vendor(without: Company) -> None:
    fewer = generate_company(people=40, weeks=2, vendors=(HRIS, M365))
    day = fewer.profile.first_day + timedelta(2)
    assert fewer.employees == without.employees
    assert list(fewer.seats) == [seat for seat in without.seats if seat.product == "m365_copilot"]
    assert list(fewer.service_accounts) == [a for a in without.service_accounts if a.source == "m365_copilot"]
    assert list(fewer.activity(M365).sessions.on(day)) == list(without.activity(M365).sessions.on(day))
    whole, part = (compute_truth(one)["department_weekly"] for one in (without, fewer))
    for week, departments in part.items():
        assert departments[ALL]["m365_copilot"] == whole[week][ALL]["m365_copilot"]
        assert "chatgpt" not in departments[ALL]
    with VendorServer(fewer) as server:
        assert set(server.urls) == {"hris", "login", "microsoft", "files", "stranger"}
        assert set(server.configuration()) == {"hris", "m365_copilot"}
    with pytest.raises(KeyError):
        fewer.activity(CHATGPT)


def test_a_tool_has_one_vendor() -> None:
    with pytest.raises(ValueError, match="one vendor"):
        generate_company(people=12, weeks=1, vendors=(HRIS, QUILLPAD, QUILLPAD))


def test_a_vendor_can_write_files_instead(server: VendorServer, company: Company) -> None:
    folder = Path(server.configuration()["inkwell"]["folder"])
    profile = company.profile
    last = profile.as_of_day - timedelta(1)
    assert len(list(folder.iterdir())) == (profile.as_of_day - profile.first_day).days
    rows = (folder / f"{last}.jsonl").read_bytes().splitlines()
    assert [json.loads(row)["email"] for row in rows] == list(company.activity(INKWELL).on(last))
    server.clock.set(profile.as_of + timedelta(2))
    assert (folder / f"{last + timedelta(2)}.jsonl").is_file()
    server.faults.replace([{"match": f"FILE inkwell/{last}", "do": "bad_line"}])
    assert (folder / f"{last}.jsonl").read_bytes().startswith(b'{"event_id": "broken"')
    server.stop()
    assert not folder.exists()


def test_accounts_may_be_addresses(company: Company, truth: dict[str, Any]) -> None:
    week = company.profile.first_day
    used = {
        person.number
        for n in range(7)
        for address in company.activity(INKWELL).on(week + timedelta(n))
        if (person := company.owner("inkwell", address)) and person.span_on(week + timedelta(n))
    }
    assert truth["department_weekly"][week.isoformat()][ALL]["inkwell"]["active_people"] == len(used) > 0


def test_every_vendor_is_found_and_has_the_name_of_its_source() -> None:
    found = [vendor.source for vendor in all_vendors()]
    modules = [type(vendor).__module__.split(".")[2] for vendor in all_vendors()]
    assert found == modules == sorted(modules)
    assert set(found) <= {source.name for source in SOURCES}
