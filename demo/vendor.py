"""What the demo asks of a vendor: one object, from which generator, truth and server take everything.

Shared code loops over vendors and knows none of them. ``demo/vendors/README.md`` tells how to add one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from demo.company.catalog import Habits, Timeline
from demo.company.days import Days
from demo.company.model import (
    Employee,
    PriceOverride,
    Profile,
    Rate,
    SeatContract,
    SeatSpan,
    ServiceAccount,
)

if TYPE_CHECKING:
    from demo.company.company import Company
    from demo.company.reference import Reference
    from demo.company.traits import Traits
    from demo.company.truth import Facts
    from demo.company.truth_money import Cost, Tokens
    from demo.company.truth_people import Directory, Period
    from demo.company.truth_usage import ToolUsage
    from demo.server.backstage import Backstage
    from demo.server.routing import Route
    from demo.server.settings import Behaviour
    from demo.server.site import Site

ActivityT = TypeVar("ActivityT")
EventT = TypeVar("EventT")
RowT = TypeVar("RowT")
Table = tuple[Sequence[str], Iterable[Sequence[object]]]
"""Column names and rows of a CSV file."""
Saved = tuple[str, bytes]
"""(``resource/ending``, content) of one saved answer, e.g. ``("users/json", b"{…}")``."""


# Seats -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeatProduct:
    """Seats that the company buys: who gets one, and how its holders use it.

    Attributes:
        name: as ``seat_contracts.csv`` and ``seats_monthly`` of the truth name it.
        plan: of every seat.
        share: share of a department's people who get a seat in the end, and the start of its rollout as a
            share of the range (0: before it; above 1: not yet, only pilots).
        rate: chance that a settled holder of the department is active on a workday.
        idle_share: share of the department's holders who never use the seat.
        power_share: share of holders who use it far more than others.
        tools: what a seat lets people use; the product's own name when empty. The first bears the cost.
        start_told: the vendor tells when each seat was assigned, only when the account got its first one,
            or never; then the first snapshot that has the seat stands for it.
        missed_night: a night without a snapshot, as share of the range and days after that Monday.
        shared_draws: place in the one stream of random numbers that the first products share. Leave it out:
            a product then has a stream of its own, and changes no other.
    """

    name: str
    plan: str
    share: Callable[[Habits], tuple[float, float]]
    rate: Callable[[Habits], float]
    idle_share: Callable[[Habits], float] = lambda _habits: 0.12
    power_share: float = 0.0
    tools: tuple[str, ...] = ()
    start_told: Literal["seat", "account", "never"] = "seat"
    missed_night: tuple[float, int] | None = None
    shared_draws: int | None = None

    @property
    def all_tools(self) -> tuple[str, ...]:
        """Every tool that a seat lets people use."""
        return self.tools or (self.name,)


# Generating --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ground:
    """What vendors' generators stand on: the people, the dates of the stories, random numbers.

    Attributes:
        cached_days: days of events that stay in memory; few in a large company.
        after_people: state of the stream that made the people, where it ended: accounts of the first vendors
            are drawn from there. New vendors use ``random``.
    """

    profile: Profile
    line: Timeline
    employees: Sequence[Employee]
    cached_days: int
    after_people: tuple[Any, ...]

    def random(self, *purpose: object) -> Random:
        """Random numbers of one purpose, e.g. ``("acme_chat", day)``: the same whatever else is drawn."""
        return Random(":".join(map(str, (self.profile.seed, *purpose))))

    def people_random(self) -> Random:
        """A copy of the stream that made the people, from where it ended."""
        rng = Random()
        rng.setstate(self.after_people)
        return rng

    def days(self, make: Callable[[date], Sequence[EventT]]) -> Days[EventT]:
        """Events made on demand, none outside the range of activity: memory does not grow with the range."""
        profile = self.profile

        def load(day: date) -> Sequence[EventT]:
            return make(day) if profile.first_day <= day < profile.horizon else ()

        return Days(load, self.cached_days)


@dataclass(frozen=True)
class Accounts:
    """The accounts of one vendor: those of no person, the seats, and by product how holders use them."""

    services: Sequence[ServiceAccount]
    seats: Sequence[SeatSpan]
    users: Mapping[str, Sequence[Traits]]


@dataclass(frozen=True)
class VendorFiles:
    """What the company's own files say because of a vendor; the thresholds are the company's alone."""

    contracts: tuple[SeatContract, ...] = ()
    credit_rates: tuple[Rate, ...] = ()
    price_overrides: tuple[PriceOverride, ...] = ()
    targets: tuple[tuple[str, str, str, str, Any, date], ...] = ()
    rollouts: tuple[tuple[str, str, date], ...] = ()


# Truth -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """What a vendor's truth is computed from: what is delivered, recorded and visible at ``seen_at``."""

    company: Company
    seen_at: datetime
    people: Directory
    reference: Reference


@dataclass
class VendorTruth:
    """What a vendor adds to the true figures.

    Attributes:
        usage: by tool; days and sessions are those of accounts, which ``accounts_of`` gives to people.
        tokens: of people or of nobody.
        costs: in the reporting currency; costs of seats follow from the contracts and are not among them.
        seat_use: (product, person, day) on which a holder used the seat, beside the active days of its tools.
    """

    usage: dict[str, ToolUsage] = field(default_factory=dict)
    tokens: list[Tokens] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    seat_use: set[tuple[str, int, date]] = field(default_factory=set)


# Serving -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VendorSites:
    """The vendor's sites by name, and its routes on the shared host of signed links (site ``files``)."""

    by_name: Mapping[str, Site]
    file_routes: Sequence[Route] = ()


Snapshots = Callable[[date], Iterable[Saved]]
"""The answers that were saved on the night of a day; days are asked for in ascending order."""


def pages_of(rows: Sequence[RowT], size: int = 100) -> list[Sequence[RowT]]:
    """Rows in pages, for answers that are kept page by page; no rows are one empty page."""
    return [rows[start : start + size] for start in range(0, max(1, len(rows)), size)]


def no_snapshots(day: date) -> Iterable[Saved]:
    """Nothing was saved."""
    del day
    return ()


# The vendor --------------------------------------------------------------------------------------


class DemoVendor(Generic[ActivityT]):
    """One vendor of the demo. A subclass says what it has; everything else is as if it did not exist.

    Attributes:
        source: name of the source that loads it; its accounts are known by this name.
        tools: that have days of use, as the published tables name them.
        products: of which the company buys seats.
        account_kind: kind of its accounts in ``service_accounts.csv``.
        site_names: names of its HTTP sites.
        writes_files: whether it writes files into a folder (``write_files``) instead of answering requests.
    """

    source: str
    tools: tuple[str, ...] = ()
    products: tuple[SeatProduct, ...] = ()
    account_kind: str = ""
    site_names: tuple[str, ...] = ()
    writes_files: bool = False

    # Accounts

    def account_of(self, person: Employee) -> str | None:
        """The account that holds the person's seats; None: the person can have none."""
        del person
        return None

    def accounts_of(self, person: Employee) -> Iterable[str]:
        """Every text by which the vendor ever names the person: an id, or addresses, or logins."""
        account = self.account_of(person)
        return () if account is None else (account,)

    def service_accounts(self, ground: Ground) -> Sequence[ServiceAccount]:
        """Accounts that belong to no person of the HRIS."""
        del ground
        return ()

    # Generating

    def activity(self, ground: Ground, accounts: Accounts) -> ActivityT:
        """Everything that happens at the vendor; ``Company.activity`` gives it back."""
        raise NotImplementedError(f"{self.source} has no activity")

    def files(self, ground: Ground, seats: Sequence[SeatSpan]) -> VendorFiles:
        """Contracts, rates and dates for the company's own files."""
        del ground, seats
        return VendorFiles()

    def company_tables(self, company: Company, known_on: date) -> Mapping[str, Table]:
        """Further files of the company by name (without ``.csv``)."""
        del company, known_on
        return {}

    def planted(self, ground: Ground) -> Mapping[str, Mapping[str, object]]:
        """The stories that dashboards must find, by name."""
        del ground
        return {}

    # Truth

    def truth(self, view: View) -> VendorTruth:
        """What the vendor adds to the true figures."""
        del view
        return VendorTruth()

    def figures(self, facts: Facts, weeks: Sequence[Period], people: Directory) -> Mapping[str, object]:
        """Further entries of the truth that only this vendor has, by name."""
        del facts, weeks, people
        return {}

    # Serving

    def sites(self, backstage: Backstage) -> VendorSites:
        """Its sites, one for each of ``site_names``."""
        del backstage
        return VendorSites({})

    def configuration(self, backstage: Backstage) -> Mapping[str, str]:
        """Settings of its section ``sources.<source>``."""
        del backstage
        return {}

    def snapshots(self, company: Company, behaviour: Behaviour) -> Snapshots:
        """The archive of saved answers."""
        del company, behaviour
        return no_snapshots

    def write_files(self, backstage: Backstage, folder: Path) -> None:
        """Write what exists at the clock's time into the empty folder (``backstage.folders[self.source]``).

        Called again when the time, the company or the script of faults changes; ``backstage.faults.on_file``
        gives each file's content as the script wants it. Errors: OSError.
        """
