"""Row contracts of the HRIS: employees of a day, their addresses, and their history by effective date.

Names, birthdays and reasons of change are declared nowhere; they end here. All spans are half-open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

import msgspec

from ingestion.privacy.canonical import canonical_email
from ingestion.privacy.contract import (
    Column,
    CurrentGrain,
    DayGrain,
    TableContract,
    boolean,
    date,
    email,
    identifier,
    text,
)
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import HRIS_ID
from ingestion.privacy.wire import WireRecord
from ingestion.tabular import harmless_label
from ledger.horizon import Horizon

_SNAPSHOT_HORIZON = Horizon(first_load=0, lookback=0, finality=0)
_DROPPED = frozenset({"full name", "snapshot date", "change reason"})
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


# Longer than any source reaches back; longer than rows of a person and day are kept by default.
EXACT_HIRE_DAYS = 400
EXACT_CHANGE_DAYS = 800


class Employee(WireRecord):
    """One person of the HRIS as it stands on a day.

    `department`, `division` and the other labels are the company's own words; `terminated_from` is the first
    day on which the person is no longer employed.
    """

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _DROPPED
    employee_id: str
    status: str
    work_email: str | None = None
    alternate_emails: list[str] = msgspec.field(default_factory=list)
    employment_type: str | None = None
    department: str | None = None
    division: str | None = None
    cost_center: str | None = None
    job_function: str | None = None
    location: str | None = None
    manager_employee_id: str | None = None
    hire_date: dt.date | None = None
    terminated_from: dt.date | None = None

    def __post_init__(self) -> None:
        _check_year("hire_date", self.hire_date)

    @property
    def primary_email(self) -> str | None:
        """The work address; None where the cell holds no address."""
        return self.work_email if self.work_email and canonical_email(self.work_email) else None


class HistorySpan(WireRecord):
    """What held for one person from `effective_from` up to, not including, `effective_to` (None = open)."""

    KNOWN_AND_DROPPED: ClassVar[frozenset[str]] = _DROPPED
    employee_id: str
    effective_from: dt.date
    status: str
    effective_to: dt.date | None = None
    department: str | None = None
    division: str | None = None
    cost_center: str | None = None
    job_function: str | None = None
    location: str | None = None
    manager_employee_id: str | None = None

    def __post_init__(self) -> None:
        _check_year("effective_from", self.effective_from)


class Address(NamedTuple):
    """One address of an employee, current or former."""

    employee_id: str
    address: str
    is_primary: bool


def _label(name: str, read: Callable[[Any], str | None]) -> Column:
    return text(name, lambda row: harmless_label(read(row)))


def _place_columns() -> tuple[Column, ...]:
    """Where a person stands in the organisation: the same columns on a day and in the history."""
    return (
        _label("department", lambda e: e.department),
        _label("parent_department", lambda e: e.division),
        _label("cost_center", lambda e: e.cost_center),
        _label("job_function", lambda e: e.job_function),
        _label("location", lambda e: e.location),
        identifier("manager_token", HRIS_ID, lambda e: e.manager_employee_id, of_somebody_else=True),
    )


EMPLOYEES = TableContract(
    name="employees",
    description="One row per employee id on a snapshot day, as the HRIS showed it that day.",
    grain=DayGrain(is_snapshot=True, is_roster=True),
    row_key=("employee_token",),
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("employee_token", HRIS_ID, lambda e: e.employee_id, required=True),
        email("email_token", lambda e: e.primary_email),
        text("status", lambda e: e.status, required=True),
        _label("employment_type", lambda e: e.employment_type),
        *_place_columns(),
        date("hired_on", lambda e: e.hire_date),
        date("terminated_from", lambda e: e.terminated_from),
    ),
)

EMPLOYEE_EMAILS = TableContract(
    name="employee_emails",
    description="One row per address of an employee id on a snapshot day, former and alternate ones included.",
    grain=DayGrain(is_snapshot=True, is_roster=True),
    row_key=("employee_token", "email_token"),
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("employee_token", HRIS_ID, lambda a: a.employee_id, required=True),
        email("email_token", lambda a: a.address, required=True),
        boolean("is_primary", lambda a: a.is_primary),
    ),
)

EMPLOYEE_HISTORY = TableContract(
    name="employee_history",
    description="One row an effective-dated span of an employee id, as known at the last load.",
    grain=CurrentGrain(),
    row_key=("employee_token", "effective_from"),
    horizon=_SNAPSHOT_HORIZON,
    columns=(
        identifier("employee_token", HRIS_ID, lambda s: s.employee_id, required=True),
        date("effective_from", lambda s: s.effective_from, required=True),
        date("effective_to", lambda s: s.effective_to),
        text("status", lambda s: s.status, required=True),
        *_place_columns(),
    ),
)

CONTRACTS = (EMPLOYEES, EMPLOYEE_EMAILS, EMPLOYEE_HISTORY)


SAME_EMPLOYEE = "another row has the same employee"


def people(gate: Gate, rows: Sequence[Any], mailboxes: frozenset[str] = frozenset()) -> list[Employee]:
    """The employees of these rows, one row each, without the addresses of `mailboxes` (tokens)."""
    employees = _without_fillers(gate, gate.objects(Employee, EMPLOYEES.name, rows))
    return one_row_each(gate, [_without_mailboxes(gate, employee, mailboxes) for employee in employees])


def _without_fillers(gate: Gate, employees: list[Employee]) -> Iterator[Employee]:
    """Rows about somebody: a total or a footer has an id and no address, department or hire date."""
    for position, employee in enumerate(employees):
        says_something = employee.department or employee.hire_date or employee.primary_email
        if says_something or any(map(canonical_email, employee.alternate_emails)):
            yield employee
        else:
            reason = "no address, department or hire date"
            gate.reject(EMPLOYEES.name, reason, str(position).encode(), position)


def _without_mailboxes(gate: Gate, employee: Employee, mailboxes: frozenset[str]) -> Employee:
    if not mailboxes:
        return employee

    def is_own(address: str) -> bool:
        return gate.pseudonymiser.email_token(address) not in mailboxes

    return msgspec.structs.replace(
        employee,
        work_email=employee.work_email if employee.work_email and is_own(employee.work_email) else None,
        alternate_emails=list(filter(is_own, employee.alternate_emails)),
    )


def one_row_each(gate: Gate, employees: list[Employee]) -> list[Employee]:
    """One row per employee id: the employed one, then the latest hired, then the last in the file.

    Other rows of the same id are counted as rejects, unless they say the same.
    """
    kept: dict[str, tuple[int, Employee]] = {}
    for position, employee in enumerate(employees):
        other = kept.get(employee.employee_id)
        if other is not None and other[1] != employee:
            loser = other[0] if _rank(employee) >= _rank(other[1]) else position
            gate.reject(EMPLOYEES.name, SAME_EMPLOYEE, str(loser).encode(), loser)
        if other is None or _rank(employee) >= _rank(other[1]):
            kept[employee.employee_id] = (position, employee)
    return [employee for _, employee in kept.values()]


def addresses(gate: Gate, employees: Iterable[Employee]) -> Iterator[Address]:
    """Every address of every employee once, the primary one first; what is no address is a counted reject."""
    for position, employee in enumerate(employees):
        seen: set[str] = set()
        written = [employee.work_email] if employee.work_email else []
        for number, address in enumerate(written + employee.alternate_emails):
            canonical = canonical_email(address)
            if canonical is None:
                gate.reject(
                    EMPLOYEE_EMAILS.name, "not an e-mail address", address.encode("utf-8", "replace"), position
                )
            elif canonical not in seen:
                seen.add(canonical)
                yield Address(employee.employee_id, address, number == 0 and bool(written))


def sound_spans(gate: Gate, spans: Iterable[HistorySpan]) -> list[HistorySpan]:
    """Spans with an end after their start, one for each start: the last in the file corrects earlier ones."""
    kept: dict[tuple[str, dt.date], HistorySpan] = {}
    for position, span in enumerate(spans):
        if span.effective_to is not None and span.effective_to <= span.effective_from:
            gate.reject(EMPLOYEE_HISTORY.name, "ends before it starts", str(position).encode(), position)
            continue
        key = (span.employee_id, span.effective_from)
        if kept.get(key, span) != span:
            gate.reject(EMPLOYEE_HISTORY.name, "corrected by a later row", str(position).encode(), position)
        kept[key] = span
    return list(kept.values())


def coarse_hire(employee: Employee, day: dt.date) -> Employee:
    """The employee with no finer a hire date than is used on the day of the snapshot.

    While usage of the first days may still be read, the day decides whom it belongs to. Later the date only
    says how long somebody has been there, for which the year is enough; the day would name nearly everybody.
    """
    return msgspec.structs.replace(employee, hire_date=_coarse_hire(employee.hire_date, day))


def coarse_spans(spans: Sequence[HistorySpan], today: dt.date) -> list[HistorySpan]:
    """The same for the history: the year of an old hire, the month of a change that no stored day knows."""
    hired: dict[str, dt.date] = {}
    for span in spans:
        hired[span.employee_id] = min(span.effective_from, hired.get(span.employee_id, span.effective_from))
    coarse = []
    for span in spans:
        begin, end = _coarse_change(span.effective_from, today), span.effective_to
        if span.effective_from == hired[span.employee_id]:
            begin = _coarse_hire(span.effective_from, today) or begin
        end = end and _coarse_change(end, today)
        if end is None or begin < end:
            coarse.append(msgspec.structs.replace(span, effective_from=begin, effective_to=end))
    return coarse


def _coarse_hire(hired: dt.date | None, day: dt.date) -> dt.date | None:
    return hired.replace(month=1, day=1) if hired and (day - hired).days > EXACT_HIRE_DAYS else hired


def _coarse_change(changed: dt.date, today: dt.date) -> dt.date:
    return changed.replace(day=1) if (today - changed).days > EXACT_CHANGE_DAYS else changed


def _rank(employee: Employee) -> tuple[bool, dt.date]:
    return employee.status in ("active", "on_leave"), employee.hire_date or dt.date.min


def _check_year(name: str, day: dt.date | None) -> None:
    if day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"{name} out of range")
