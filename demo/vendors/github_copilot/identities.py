"""What the identity provider says of GitHub accounts."""

from __future__ import annotations

from datetime import date

from demo.company.company import Company
from demo.company.model import Employee
from demo.vendors.github_copilot.model import GithubIdentity


def github_identities(company: Company, day: date) -> list[GithubIdentity]:
    """Every GitHub account that exists on the day.

    Every seventh identity has an employee id as name id and no addresses; every eleventh person
    and the service accounts are not in the identity provider.
    """
    found = []
    for person in company.employees:
        login = person.login_on(day)
        if person.github_id is None or login is None or person.number % 11 == 0:
            continue
        if person.spans[0].starts_on > day:
            continue
        found.append(_identity(person, person.github_id, login, day))
    return found


def _identity(person: Employee, github_id: int, login: str, day: date) -> GithubIdentity:
    email = person.email_on(day)
    by_number = person.number % 7 == 0
    span = person.span_on(day) or person.spans[-1]
    return GithubIdentity(
        user_id=github_id,
        login=login,
        name=person.name_on(day),
        name_id=span.employee_id if by_number else email,
        emails=() if by_number else (email,),
    )
