"""The Entra directory of the company."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from demo.company.company import Company
from demo.company.model import Employee, ServiceAccount
from demo.vendors.m365_copilot.model import DirectoryUser


def directory_users(company: Company, day: date) -> list[DirectoryUser]:
    """Entra users on the day: employees (leavers disabled), later hires not yet, and guests."""
    users = [_member(company, p, day) for p in company.employees if p.spans[0].starts_on <= day]
    guests = [a for a in company.service_accounts if a.source == "m365_copilot" and a.created_on <= day]
    return users + [_guest(company, account, day) for account in guests]


def _member(company: Company, person: Employee, day: date) -> DirectoryUser:
    span = person.span_on(day)
    seat = company.seat_of("m365_copilot", person.entra_id, day)
    last = span or person.spans[-1]
    return DirectoryUser(
        object_id=person.entra_id,
        upn=person.upn_on(day),
        mail=person.email_on(day),
        name=person.name_on(day),
        employee_id=last.employee_id,
        department=last.department,
        enabled=span is not None,
        user_type="Member",
        has_license=seat is not None,
        by_group=bool(seat and seat.by_group),
        created_at=datetime.combine(person.spans[0].starts_on, time(8), UTC),
    )


def _guest(company: Company, account: ServiceAccount, day: date) -> DirectoryUser:
    return DirectoryUser(
        object_id=account.account,
        upn=account.login or "",
        mail=account.email,
        name=account.label,
        employee_id=None,
        department=None,
        enabled=True,
        user_type="Guest" if account.kind == "guest" else "Member",
        has_license=company.seat_of("m365_copilot", account.account, day) is not None,
        by_group=False,
        created_at=datetime.combine(account.created_on, time(8), UTC),
    )
