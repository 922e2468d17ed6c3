"""People: who is employed where and when, with moves, leavers, rehires, renames and leave."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from demo.company.catalog import LOCATIONS, Habits, Timeline, monday_of
from demo.company.departments import HABITS_BY_NAME, LARGE, TINY, department_sizes
from demo.company.model import Dated, Employee, EmploymentSpan, LeaveSpan
from demo.company.names import NameBook, ascii_part

MOVE_TARGETS = ("Engineering", "Sales", "Customer Support", "Operations", "Marketing")
TURNOVER = 0.09
MOVERS = 0.05
"""Shares of people a half-year."""


@dataclass
class _Draft:
    """A person being made; ``spans`` in order of time."""

    number: int
    department: str
    job_function: str
    location: str
    manager: int | None
    is_manager: bool
    hired: date
    spans: list[EmploymentSpan] = field(default_factory=list)
    leave: list[LeaveSpan] = field(default_factory=list)
    is_planned: bool = False
    """Already part of a story; not to be given another."""
    renames_on: date | None = None
    has_other_upn: bool = False
    has_alias: bool = False
    renames_login: date | None = None


class OrganisationBuilder:
    """Makes the people of a company of a given size; the same random state gives the same people."""

    def __init__(self, people: int, timeline: Timeline, rng: Random, domain: str) -> None:
        self._people = people
        self._line = timeline
        self._rng = rng
        self._domain = domain
        self._book = NameBook(rng)
        self._drafts: list[_Draft] = []
        self._next_id = 1001
        self._last_day = timeline.as_of_day + timedelta(14)

    def build(self) -> list[Employee]:
        """Every person who works or worked for the company."""
        for name, size in department_sizes(self._people).items():
            self._add_department(HABITS_BY_NAME[name], size)
        base = list(self._drafts)
        self._plan_cast(base)
        for draft in base:
            self._plan_career(draft)
        self._add_former_people()
        return [self._finish(draft) for draft in self._drafts]

    # Structure ---------------------------------------------------------------------------------

    def _add_department(self, habits: Habits, size: int) -> None:
        head = len(self._drafts) + 1
        for index in range(size):
            is_lead = index == 0 or index % 9 == 1
            manager = None if head == 1 and index == 0 else (1 if index == 0 else head)
            if index > 1 and not is_lead:
                manager = head + 1 + 9 * ((index - 1) // 9)
            years = self._rng.triangular(0.1, 9, 1.5)
            hired = self._line.first_day - timedelta(10 + int(years * 365))
            draft = self._draft(habits.name, hired, manager, is_lead)
            draft.spans.append(self._span(draft, self._new_id(), hired, None))

    def _draft(self, department: str, hired: date, manager: int | None, is_manager: bool) -> _Draft:
        names, weights = [x[0] for x in LOCATIONS], [x[2] for x in LOCATIONS]
        draft = _Draft(
            number=len(self._drafts) + 1,
            department=department,
            job_function=self._rng.choice(HABITS_BY_NAME[department].job_functions),
            location=self._rng.choices(names, weights)[0],
            manager=manager,
            is_manager=is_manager,
            hired=hired,
            has_other_upn=self._rng.random() < 0.08,
            has_alias=self._rng.random() < 0.05,
        )
        self._drafts.append(draft)
        return draft

    def _new_id(self) -> str:
        self._next_id += 1
        return f"{self._next_id:06d}"

    def _span(self, draft: _Draft, employee_id: str, start: date, end: date | None) -> EmploymentSpan:
        kind = "contractor" if draft.number % 23 == 0 else "employee"
        return EmploymentSpan(
            employee_id, start, end, draft.department, draft.job_function, draft.location, draft.manager, kind
        )

    # Careers -----------------------------------------------------------------------------------

    def _plan_career(self, draft: _Draft) -> None:
        if draft.is_manager or draft.is_planned:
            return
        chance, scale = self._rng.random(), self._line.weeks / 26
        if chance < TURNOVER * scale:
            self._leave_and_replace(draft, self._random_day(0.03, 0.99))
        elif chance < (TURNOVER + MOVERS) * scale and draft.department not in TINY:
            self._move(draft, self._move_day(), self._other_department(draft.department))
        if self._rng.random() < 0.03 * scale and draft.spans[-1].ends_before is None:
            start = self._random_day(0.0, 0.9)
            self._absent(draft, start, self._rng.randint(14, 70), self._rng.random() < 0.6)

    def _random_day(self, low: float, high: float) -> date:
        days = self._line.weeks * 7
        return self._line.first_day + timedelta(int(days * self._rng.uniform(low, high)))

    def _move_day(self) -> date:
        day = self._random_day(0.1, 0.95)
        kind = self._rng.randrange(3)
        return [day.replace(day=1), monday_of(day), monday_of(day) + timedelta(2)][kind]

    def _other_department(self, name: str) -> str:
        there = {draft.department for draft in self._drafts}
        targets = MOVE_TARGETS if self._people < LARGE else sorted(there - TINY.keys())
        return self._rng.choice([target for target in targets if target != name and target in there])

    def _move(self, draft: _Draft, day: date, department: str, recorded_on: date | None = None) -> None:
        old = draft.spans[-1]
        if not old.starts_on < day or old.ends_before is not None:
            return
        draft.spans[-1] = _ending(old, day)
        head = next((d.number for d in self._drafts if d.department == department), None)
        if head is None:
            return
        function = self._rng.choice(HABITS_BY_NAME[department].job_functions)
        draft.spans.append(
            EmploymentSpan(
                old.employee_id, day, None, department, function, old.location, head,
                old.employment_type, recorded_on,
            )
        )  # fmt: skip

    def _leave_and_replace(self, draft: _Draft, day: date) -> None:
        draft.spans[-1] = _ending(draft.spans[-1], day)
        if self._rng.random() < 0.12:
            same_id = self._rng.random() < 0.5
            self._rehire(draft, day + timedelta(self._rng.randint(21, 120)), same_id)
        start = day + timedelta(self._rng.randint(2, 24))
        if start < self._last_day:
            self._hire(draft.department, start, draft.manager)

    def _hire(self, department: str, start: date, manager: int | None) -> _Draft:
        new = self._draft(department, start, manager, is_manager=False)
        new.spans.append(self._span(new, self._new_id(), start, None))
        return new

    def _rehire(self, draft: _Draft, day: date, same_id: bool) -> None:
        if day >= self._last_day:
            return
        employee_id = draft.spans[-1].employee_id if same_id else self._new_id()
        draft.spans.append(self._span(draft, employee_id, day, None))

    def _absent(self, draft: _Draft, start: date, days: int, in_hris: bool) -> None:
        draft.leave.append(LeaveSpan(start, start + timedelta(days), in_hris))

    # The cast: stories that every company has ------------------------------------------------------

    def _plan_cast(self, base: list[_Draft]) -> None:
        line = self._line
        wednesday = line.at(0.55) + timedelta(2)
        recent = line.as_of_day - timedelta(20)
        stories: tuple[tuple[str, Callable[[_Draft], None]], ...] = (
            ("Sales", lambda d: self._move(d, wednesday, "Marketing")),
            ("Engineering", lambda d: self._move(d, line.at(0.3), "Operations")),
            ("Customer Support", lambda d: self._move(d, wednesday.replace(day=17), "Sales")),
            ("Operations", lambda d: self._move(d, line.as_of_day + timedelta(12), "Engineering")),
            ("Sales", lambda d: self._move(d, recent, "Engineering", line.as_of_day + timedelta(1))),
            ("Engineering", lambda d: self._come_back(d, line.at(0.2), 40, True)),
            ("Sales", lambda d: self._come_back(d, line.at(0.25), 65, False)),
            ("Engineering", lambda d: self._leave_and_replace(d, line.at(0.7) + timedelta(3))),
            ("Engineering", lambda d: setattr(d, "renames_on", line.at(0.45) + timedelta(1))),
            ("Sales", lambda d: setattr(d, "renames_on", line.at(0.8))),
            ("Engineering", lambda d: setattr(d, "renames_login", line.at(0.6) + timedelta(1))),
            ("Engineering", lambda d: setattr(d, "has_other_upn", True)),
            ("Sales", lambda d: setattr(d, "has_alias", True)),
            ("Operations", lambda d: self._absent(d, line.at(0.4), 45, True)),
            ("Sales", lambda d: self._absent(d, line.at(0.5) + timedelta(2), 33, False)),
        )
        for department, story in stories:
            found = [d for d in base if d.department == department and not d.is_manager and not d.is_planned]
            if found:
                chosen = self._rng.choice(found)
                chosen.is_planned = True
                story(chosen)
        head = next(d.number for d in base if d.department == "Engineering")
        self._hire("Engineering", line.as_of_day + timedelta(9), head)

    def _come_back(self, draft: _Draft, left: date, days: int, same_id: bool) -> None:
        draft.spans[-1] = _ending(draft.spans[-1], left)
        away = min(days, self._line.weeks * 7 // 2)
        self._rehire(draft, left + timedelta(away), same_id)

    def _add_former_people(self) -> None:
        """People who left before the range: the HRIS lists them, nothing else does."""
        for _ in range(max(1, self._people // 50)):
            left = self._line.first_day - timedelta(self._rng.randint(5, 300))
            draft = self._draft("Sales", left - timedelta(600), None, is_manager=False)
            draft.spans.append(self._span(draft, self._new_id(), draft.hired, left))

    # Finished people -------------------------------------------------------------------------------

    def _finish(self, draft: _Draft) -> Employee:
        first, last = self._book.full_name()
        names = [Dated(f"{first} {last}", draft.hired)]
        emails = [Dated(self._book.address(first, last, self._domain), draft.hired)]
        chatgpt: list[Dated[str]] = []
        aliases: tuple[str, ...] = ()
        if draft.renames_on is not None:
            day, new_last = draft.renames_on, self._book.surname()
            names = [Dated(names[0].value, draft.hired, day), Dated(f"{first} {new_last}", day)]
            new = self._book.address(first, new_last, self._domain)
            lagging = day + timedelta(12)
            chatgpt = [Dated(emails[0].value, draft.hired, lagging), Dated(new, lagging)]
            emails = [Dated(emails[0].value, draft.hired, day), Dated(new, day)]
        elif draft.has_alias:
            alias = self._book.local_part(f"{ascii_part(last)}.{ascii_part(first)[:2]}")
            aliases = (f"{alias}@{self._domain}",)
            chatgpt = [Dated(aliases[0], draft.hired)]
        upn = list(emails)
        if draft.has_other_upn:
            upn = [Dated(f"{emails[0].value.split('@')[0]}@corp.{self._domain}", draft.hired)]
        return Employee(
            number=draft.number,
            names=tuple(names),
            emails=tuple(emails),
            aliases=aliases,
            upn=tuple(upn),
            entra_id=str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
            chatgpt_id=f"user-{self._rng.getrandbits(120):030x}",
            github_id=71_000_000 + draft.number * 37,
            github_logins=tuple(self._logins(draft, first, last)),
            spans=tuple(draft.spans),
            leave=tuple(draft.leave),
            chatgpt_emails=tuple(chatgpt),
        )

    def _logins(self, draft: _Draft, first: str, last: str) -> list[Dated[str]]:
        login = self._book.local_part(f"{ascii_part(first)[0]}{ascii_part(last)}-ast")
        if draft.renames_login is None:
            return [Dated(login, draft.hired)]
        new = self._book.local_part(f"{ascii_part(first)}-codes")
        return [Dated(login, draft.hired, draft.renames_login), Dated(new, draft.renames_login)]


def _ending(span: EmploymentSpan, day: date) -> EmploymentSpan:
    return EmploymentSpan(
        span.employee_id, span.starts_on, day, span.department, span.job_function, span.location,
        span.manager, span.employment_type, span.recorded_on,
    )  # fmt: skip


def known_spans(person: Employee, on: date) -> tuple[EmploymentSpan, ...]:
    """The spans as the HRIS knows them on a day: what is recorded later is not there yet."""
    kept: list[EmploymentSpan] = []
    for span in person.spans:
        if span.recorded_on is not None and span.recorded_on > on:
            kept[-1] = _ending(kept[-1], span.ends_before) if span.ends_before else _open(kept[-1])
        else:
            kept.append(span)
    return tuple(kept)


def _open(span: EmploymentSpan) -> EmploymentSpan:
    return EmploymentSpan(
        span.employee_id, span.starts_on, None, span.department, span.job_function, span.location,
        span.manager, span.employment_type, span.recorded_on,
    )  # fmt: skip
