"""Who a person is on a day and in a period: employment, home department, owner of an account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from demo.company.catalog import monday_of
from demo.company.company import Company
from demo.company.model import Employee, EmploymentSpan
from demo.company.org import known_spans

ALL = "All departments"
"""The company, in the place of a department."""
UNATTRIBUTED = "Unattributed"
"""The department of what belongs to no person of the HRIS."""


@dataclass(frozen=True, slots=True)
class Period:
    """A week or a month; ``end`` is the first day after it."""

    start: date
    end: date

    @property
    def key(self) -> str:
        """ISO date of its first day."""
        return self.start.isoformat()


def weeks_of(first: date, last: date) -> list[Period]:
    """ISO weeks that touch the inclusive range."""
    found, start = [], monday_of(first)
    while start <= last:
        found.append(Period(start, start + timedelta(7)))
        start += timedelta(7)
    return found


def months_of(first: date, last: date) -> list[Period]:
    """Calendar months that touch the inclusive range."""
    found, start = [], first.replace(day=1)
    while start <= last:
        following = (start + timedelta(32)).replace(day=1)
        found.append(Period(start, following))
        start = following
    return found


class Directory:
    """Employment as the HRIS knows it on the day of the run, by the generator's person number."""

    def __init__(self, company: Company, known_on: date) -> None:
        self._company = company
        self._known_to = known_on + timedelta(1)
        self._spans = {p.number: known_spans(p, known_on) for p in company.employees}
        self._by_address: dict[str, Employee] = {}
        self._managers: dict[date, set[int]] = {}
        for person in company.employees:
            for address in person.all_addresses():
                self._by_address[address.lower()] = person

    def span_on(self, number: int, day: date) -> EmploymentSpan | None:
        """The person's place in the organisation on the day; None when not employed."""
        return next((span for span in self._spans[number] if span.holds(day)), None)

    def last_department(self, number: int, day: date) -> str:
        """The department on the day, or the last one before it (a leaver keeps it)."""
        spans = self._spans[number]
        begun = [span for span in spans if span.starts_on <= day]
        return (begun or spans[:1])[-1].department

    def home(self, number: int, period: Period) -> str | None:
        """The department on the last employed day of the period; None without such a day.

        The running period reaches to the day of the run: who is hired later in it does not count yet.
        """
        place = self._place(number, period)
        return place[0].department if place else None

    def _place(self, number: int, period: Period) -> tuple[EmploymentSpan, date] | None:
        """The last span of the period, and its last day in it."""
        end = min(period.end, self._known_to)
        inside = [
            span
            for span in self._spans[number]
            if span.starts_on < end and (span.ends_before is None or span.ends_before > period.start)
        ]
        return (inside[-1], min(end, inside[-1].ends_before or end) - timedelta(1)) if inside else None

    def places(self, period: Period) -> dict[int, tuple[EmploymentSpan, date]]:
        """Of everybody employed in the period the last span, and its last day in it."""
        found = ((number, self._place(number, period)) for number in self._spans)
        return {number: place for number, place in found if place is not None}

    def managers_on(self, day: date) -> set[int]:
        """Whom somebody reports to on the day."""
        if day not in self._managers:
            spans = (self.span_on(number, day) for number in self._spans)
            self._managers[day] = {span.manager for span in spans if span and span.manager is not None}
        return self._managers[day]

    def homes(self, period: Period) -> dict[int, str]:
        """Home department of everybody employed at least one day of the period."""
        found = ((number, self.home(number, period)) for number in self._spans)
        return {number: department for number, department in found if department is not None}

    def department_of(self, number: int | None, day: date) -> str:
        """Where a cost of the day belongs: the person's last department, or to nobody's."""
        return UNATTRIBUTED if number is None else self.last_department(number, day)

    def owner(self, source: str, account: str, day: date) -> int | None:
        """The person behind a vendor's account on the day; None = unattributed (nobody's, or not employed)."""
        person = self._company.owner(source, account)
        return self._if_employed(person, day)

    def owner_of_address(self, address: str, day: date) -> int | None:
        """The person behind an e-mail address on the day, as ``owner``."""
        return self._if_employed(self._by_address.get(address.lower()), day)

    def _if_employed(self, person: Employee | None, day: date) -> int | None:
        if person is None or self.span_on(person.number, day) is None:
            return None
        return person.number


def by_department(numbers: Iterable[int], homes: dict[int, str]) -> dict[str, set[int]]:
    """The people split by home department; people without one are left out."""
    found: dict[str, set[int]] = {}
    for number in numbers:
        if number in homes:
            found.setdefault(homes[number], set()).add(number)
    return found
