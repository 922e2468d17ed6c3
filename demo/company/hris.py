"""The HRIS exports: a snapshot of any day and the effective-dated history, as CSV text.

End dates are inclusive, as HRIS exports have them: ``effective_to`` and ``termination_date`` are last
days. Ids keep their leading zeros. What is recorded later than the asked-for day is not there yet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from demo.company.company import Company
from demo.company.model import Employee, EmploymentSpan, LeaveSpan
from demo.company.org import known_spans

NOTICE_DAYS = 14
"""A coming last day shows in the snapshots from this many days before."""

SNAPSHOT_COLUMNS = (
    "employee_id", "work_email", "alternate_emails", "full_name", "status", "employment_type", "department",
    "division", "cost_center", "job_function", "location", "manager_employee_id", "hire_date",
    "termination_date", "snapshot_date",
)  # fmt: skip
HISTORY_COLUMNS = (
    "employee_id", "effective_from", "effective_to", "status", "department", "division", "cost_center",
    "job_function", "location", "manager_employee_id", "change_reason",
)  # fmt: skip


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Comma-separated text with a header; None becomes an empty field."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue()


def hris_snapshot(company: Company, day: date) -> str:
    """Everybody whom the HRIS knows on the day, leavers included, one row per employee id."""
    rows = (row for person in company.employees for row in _snapshot_rows(company, person, day))
    return csv_text(SNAPSHOT_COLUMNS, rows)


def hris_history(company: Company, known_on: date) -> str:
    """The effective-dated history as recorded on a day, future-dated rows included."""
    rows = (row for person in company.employees for row in _history_rows(company, person, known_on))
    return csv_text(HISTORY_COLUMNS, rows)


def _by_id(spans: Iterable[EmploymentSpan]) -> dict[str, list[EmploymentSpan]]:
    found: dict[str, list[EmploymentSpan]] = {}
    for span in spans:
        found.setdefault(span.employee_id, []).append(span)
    return found


def _manager_id(company: Company, span: EmploymentSpan, day: date) -> str | None:
    if span.manager is None:
        return None
    manager = company.employee(span.manager)
    return (manager.span_on(day) or manager.spans[-1]).employee_id


def _snapshot_rows(company: Company, person: Employee, day: date) -> Iterator[tuple[object, ...]]:
    for employee_id, spans in _by_id(known_spans(person, day)).items():
        begun = [span for span in spans if span.starts_on <= day]
        if not begun:
            continue
        last = begun[-1]
        department = company.department(last.department)
        email = person.email_on(day)
        yield (
            employee_id,
            email,
            ";".join(_former_addresses(person, email, day)),
            person.name_on(day),
            _status(person, last, day),
            last.employment_type,
            department.name,
            department.parent,
            department.cost_center,
            last.job_function,
            last.location,
            _manager_id(company, last, day),
            _hired_on(begun),
            _last_day(spans, last, day),
            day,
        )


def _former_addresses(person: Employee, current: str, day: date) -> list[str]:
    former = [entry.value for entry in person.emails if entry.valid_from <= day and entry.value != current]
    return [*former, *person.aliases]


def _status(person: Employee, span: EmploymentSpan, day: date) -> str:
    if not span.holds(day):
        return "terminated"
    is_away = any(x.in_hris and x.starts_on <= day < x.ends_before for x in person.leave)
    return "on_leave" if is_away else "active"


def _hired_on(begun: Sequence[EmploymentSpan]) -> date:
    """The first day of the current stretch of employment."""
    hired = begun[0].starts_on
    for before, after in pairwise(begun):
        if before.ends_before != after.starts_on:
            hired = after.starts_on
    return hired


def _last_day(spans: Sequence[EmploymentSpan], last: EmploymentSpan, day: date) -> date | None:
    """The last employed day, when it is past or near; None for a move, which ends nothing."""
    end = last.ends_before
    if end is None or end > day + timedelta(NOTICE_DAYS):
        return None
    if any(span.starts_on == end for span in spans):
        return None
    return end - timedelta(1)


# History -------------------------------------------------------------------------------------------


def _history_rows(company: Company, person: Employee, known_on: date) -> Iterator[tuple[object, ...]]:
    for spans in _by_id(known_spans(person, known_on)).values():
        leave = [x for x in person.leave if x.in_hris]
        for index, span in enumerate(spans):
            before = spans[index - 1] if index else None
            reason = "hire" if before is None else "transfer"
            if before is not None and before.ends_before != span.starts_on:
                reason = "rehire"
            for start, end, status, why in _pieces(span, leave, reason):
                yield _history_row(company, span, start, end, status, why)
            following = spans[index + 1].starts_on if index + 1 < len(spans) else None
            if span.ends_before is not None and span.ends_before != following:
                yield _history_row(company, span, span.ends_before, following, "terminated", "termination")


def _pieces(
    span: EmploymentSpan, leave: Sequence[LeaveSpan], reason: str
) -> Iterator[tuple[date, date | None, str, str]]:
    """The span cut where a leave begins and ends."""
    start = span.starts_on
    for absence in sorted(leave, key=lambda x: x.starts_on):
        begin = max(absence.starts_on, start)
        end = min(absence.ends_before, span.ends_before or absence.ends_before)
        if begin >= end:
            continue
        if begin > start:
            yield start, begin, "active", reason
        yield begin, end, "on_leave", "leave"
        start, reason = end, "return"
    if span.ends_before is None or start < span.ends_before:
        yield start, span.ends_before, "active", reason


def _history_row(
    company: Company, span: EmploymentSpan, start: date, end: date | None, status: str, reason: str
) -> tuple[object, ...]:
    department = company.department(span.department)
    return (
        span.employee_id,
        start,
        None if end is None else end - timedelta(1),
        status,
        department.name,
        department.parent,
        department.cost_center,
        span.job_function,
        span.location,
        _manager_id(company, span, start),
        reason,
    )
