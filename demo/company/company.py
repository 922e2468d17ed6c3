"""The company as a whole: people, seats, files, and what happens at each vendor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar, cast

from demo.company.model import CompanyFiles, Department, Employee, Profile, SeatSpan, ServiceAccount

if TYPE_CHECKING:
    from demo.vendor import DemoVendor

ActivityT = TypeVar("ActivityT")


class Company:
    """Everything about the company. ``activities`` has what happens at each vendor, by source.

    Errors: ValueError for two vendors with the same tool.
    """

    def __init__(
        self,
        profile: Profile,
        departments: Sequence[Department],
        employees: Sequence[Employee],
        service_accounts: Sequence[ServiceAccount],
        seats: Sequence[SeatSpan],
        files: CompanyFiles,
        vendors: Sequence[DemoVendor[Any]],
        activities: Mapping[str, object],
        planted: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        self.profile = profile
        self.departments = tuple(departments)
        self.employees = tuple(employees)
        self.service_accounts = tuple(service_accounts)
        self.seats = tuple(seats)
        self.files = files
        self.vendors = tuple(vendors)
        self.activities = dict(activities)
        self.planted = dict(planted or {})
        if len(set(self.tools)) < len(self.tools):
            raise ValueError(f"the truth of a tool comes from one vendor: {sorted(self.tools)}")
        self.products = {product.name: product for vendor in vendors for product in vendor.products}
        self._employees = {person.number: person for person in self.employees}
        self._department_names = {department.name: department for department in self.departments}
        self._owners = {
            (vendor.source, account): person
            for vendor in vendors
            for person in self.employees
            for account in vendor.accounts_of(person)
        }
        self._service = {(a.source, a.account): a for a in self.service_accounts}
        self._seats_of: dict[str, dict[str, list[SeatSpan]]] = {}
        for seat in self.seats:
            self._seats_of.setdefault(seat.product, {}).setdefault(seat.account, []).append(seat)

    # Vendors -----------------------------------------------------------------------------------

    @property
    def tools(self) -> tuple[str, ...]:
        """Every tool that has days of use."""
        return tuple(tool for vendor in self.vendors for tool in vendor.tools)

    def activity(self, vendor: DemoVendor[ActivityT]) -> ActivityT:
        """What happens at the vendor. Errors: KeyError for a vendor that this company does not use."""
        return cast(ActivityT, self.activities[vendor.source])

    # People ------------------------------------------------------------------------------------

    def employee(self, number: int) -> Employee:
        """The person with the generator's number."""
        return self._employees[number]

    def department(self, name: str) -> Department:
        """The department by name."""
        return self._department_names[name]

    def owner(self, source: str, account: str) -> Employee | None:
        """The person an account belongs to, whether employed or not; None = no person of the HRIS."""
        return self._owners.get((source, account))

    def service_account(self, source: str, account: str) -> ServiceAccount | None:
        """The account without a person, if it is one."""
        return self._service.get((source, account))

    def employed_on(self, day: date) -> list[Employee]:
        """People employed on the day (also those on leave)."""
        return [person for person in self.employees if person.span_on(day) is not None]

    # Seats -------------------------------------------------------------------------------------

    def seat_spans(self, product: str) -> Mapping[str, Sequence[SeatSpan]]:
        """Every seat of a product by account, in order of time."""
        return self._seats_of.get(product, {})

    def seat_of(self, product: str, account: str, day: date) -> SeatSpan | None:
        """The seat an account holds on the day."""
        spans = self._seats_of.get(product, {}).get(account, ())
        return next((seat for seat in spans if seat.holds(day)), None)

    def seats_on(self, product: str, day: date) -> list[SeatSpan]:
        """Seats of a product held on the day: what a snapshot taken on that day shows."""
        return [seat for seat in self.seats if seat.product == product and seat.holds(day)]

    def has_snapshot(self, product: str, day: date) -> bool:
        """Whether a seat snapshot of the day exists (some nights were missed)."""
        inside = self.profile.first_day <= day <= self.profile.as_of_day
        return inside and (product, day) not in self.profile.missed_snapshots
