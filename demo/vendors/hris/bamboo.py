"""BambooHR's records: one profile per employee id, with the tables jobInfo and employmentStatus.

A person who came back under a new employee id has two profiles with the same address. Managers stand in the
tables by name, in the fields also by id. Dates are plain; a termination is dated to the last day worked.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from demo.company.company import Company
from demo.company.model import Employee, EmploymentSpan
from demo.company.org import known_spans

Record = dict[str, str | None]
FULL_TIME, CONTRACTOR, LEAVE, TERMINATED = "Full-Time", "Contractor", "Leave of Absence", "Terminated"

FIELDS = {
    "id": "int", "eeid": "int", "employeeNumber": "text", "firstName": "text", "lastName": "text",
    "displayName": "text", "workEmail": "email", "email": "email", "jobTitle": "list", "department": "list",
    "division": "list", "location": "list", "hireDate": "date", "terminationDate": "date", "status": "status",
    "employmentHistoryStatus": "list", "employmentStatus": "list", "supervisor": "employee",
    "supervisorId": "int", "supervisorEId": "int", "supervisorEmail": "email", "reportsTo": "employee",
    "lastChanged": "timestamp",
    "jobInformationJobTitle": "list", "jobInformationDepartment": "list", "jobInformationDivision": "list",
    "jobInformationLocation": "list", "jobInformationReportsTo": "employee",
}  # fmt: skip
"""Field → type. Datasets call the job's fields ``jobInformation…``; both spellings are given."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One employee id: the person and the spans under it, as the HRIS knows them on ``day``."""

    id: str
    person: Employee
    spans: tuple[EmploymentSpan, ...]
    day: date

    @property
    def current(self) -> EmploymentSpan:
        """The span of the day; before the first one the first, after the last one the last."""
        started = [span for span in self.spans if span.starts_on <= self.day]
        return started[-1] if started else self.spans[0]

    @property
    def is_active(self) -> bool:
        """Whether the person is employed under this id on the day; future hires are not."""
        return self.current.holds(self.day)

    @property
    def last_changed(self) -> date:
        """The latest day, up to today, on which something about the person took effect or was recorded."""
        ends = [span.ends_before for span in self.spans if span.ends_before is not None]
        days = [*(span.recorded_on or span.starts_on for span in self.spans), *ends]
        return max((day for day in days if day <= self.day), default=min(days))


class Bamboo:
    """The HRIS of one company on one day."""

    def __init__(self, company: Company, day: date) -> None:
        self._company = company
        self._day = day
        self.profiles = _profiles(company, day)

    def fields(self, profile: Profile) -> Record:
        """Every field of a profile, current values."""
        person, span = profile.person, profile.current
        first, _, last = person.name_on(self._day).partition(" ")
        manager = self._manager(span)
        manager_id = _number(_place(manager, self._day).employee_id) if manager else None
        division = self._company.department(span.department).parent
        status = _status_on(profile, self._day)
        email = person.email_on(self._day)
        boss = manager.name_on(self._day) if manager else None
        values: Record = {
            "id": profile.id, "eeid": profile.id, "employeeNumber": span.employee_id,
            "firstName": first, "lastName": last, "displayName": person.name_on(self._day),
            "workEmail": email, "email": email, "jobTitle": span.job_function, "department": span.department,
            "division": division, "location": span.location, "hireDate": _hired_on(profile),
            "terminationDate": _termination(profile), "status": "Active" if profile.is_active else "Inactive",
            "employmentHistoryStatus": status, "employmentStatus": status,
            "supervisor": boss, "supervisorId": manager_id, "supervisorEId": manager_id, "reportsTo": boss,
            "supervisorEmail": manager.email_on(self._day) if manager else None,
            "lastChanged": f"{profile.last_changed}T06:00:00+00:00",
        }  # fmt: skip
        for name in ("jobTitle", "department", "division", "location", "reportsTo"):
            values[f"jobInformation{name[0].upper()}{name[1:]}"] = values[name]
        return values

    def job_info(self, profile: Profile) -> list[Record]:
        """Rows of ``jobInfo``: where the person stands from each date on; not in order of date."""
        rows: list[Record] = []
        for number, span in enumerate(profile.spans):
            manager = self._manager(span)
            rows.append(
                {
                    "id": f"{int(profile.id) * 10 + number}",
                    "employeeId": profile.id,
                    "date": span.starts_on.isoformat(),
                    "location": span.location,
                    "department": span.department,
                    "division": self._company.department(span.department).parent,
                    "jobTitle": span.job_function,
                    "reportsTo": manager.name_on(span.starts_on) if manager else None,
                }
            )
        return rows[::-1]

    def employment_status(self, profile: Profile) -> list[Record]:
        """Rows of ``employmentStatus``: hired, on leave, back, terminated."""
        return [
            {
                "id": f"{int(profile.id) * 10 + number}",
                "employeeId": profile.id,
                "date": day.isoformat(),
                "employmentStatus": status,
                "terminationTypeId": "Resignation (Voluntary)" if status == TERMINATED else None,
                "terminationReasonId": "",
                "terminationRehireId": "Yes" if status == TERMINATED else None,
                "terminationRegrettable": None,
                "comment": None,
            }
            for number, (day, status) in enumerate(_statuses(profile))
        ]

    def _manager(self, span: EmploymentSpan) -> Employee | None:
        return self._company.employee(span.manager) if span.manager is not None else None


def _profiles(company: Company, day: date) -> list[Profile]:
    found = []
    for person in company.employees:
        by_id: dict[str, list[EmploymentSpan]] = defaultdict(list)
        for span in known_spans(person, day):
            by_id[span.employee_id].append(span)
        found += [Profile(_number(key), person, tuple(spans), day) for key, spans in by_id.items()]
    return sorted(found, key=lambda profile: int(profile.id))


def _number(employee_id: str) -> str:
    """BambooHR's own id: the employee number without its leading zeros."""
    return str(int("".join(character for character in employee_id if character.isdigit())))


def _place(person: Employee, day: date) -> EmploymentSpan:
    return person.span_on(day) or person.spans[-1]


def _hired_on(profile: Profile) -> str:
    """The first day of the current stretch of employment: a rehire has a new date."""
    begun = [span for span in profile.spans if span.starts_on <= profile.day] or profile.spans[:1]
    hired = begun[0].starts_on
    for before, after in pairwise(begun):
        if before.ends_before != after.starts_on:
            hired = after.starts_on
    return hired.isoformat()


def _termination(profile: Profile) -> str | None:
    last = profile.spans[-1].ends_before
    return (last - timedelta(1)).isoformat() if last else None


def _statuses(profile: Profile) -> list[tuple[date, str]]:
    """(date, status) in order of date; adjoining spans of one employment are one row."""
    rows: list[tuple[date, str]] = []
    for index, span in enumerate(profile.spans):
        kind = CONTRACTOR if span.employment_type == "contractor" else FULL_TIME
        adjoins = index > 0 and profile.spans[index - 1].ends_before == span.starts_on
        if not adjoins or rows[-1][1] != kind:
            rows.append((span.starts_on, kind))
        for leave in profile.person.leave:
            if leave.in_hris and span.holds(leave.starts_on) and leave.starts_on <= profile.day:
                rows.append((leave.starts_on, LEAVE))
                if span.ends_before is None or leave.ends_before < span.ends_before:
                    rows.append((leave.ends_before, kind))
        goes_on = index + 1 < len(profile.spans) and profile.spans[index + 1].starts_on == span.ends_before
        if span.ends_before is not None and not goes_on:
            rows.append((span.ends_before - timedelta(1), TERMINATED))
    return rows


def _status_on(profile: Profile, day: date) -> str:
    known = [status for since, status in _statuses(profile) if since <= day]
    return known[-1] if known else FULL_TIME
