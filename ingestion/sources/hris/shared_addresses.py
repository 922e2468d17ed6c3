"""Addresses that two employed people have at once: nobody can tell whose the use of their accounts is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from ingestion.privacy.gate import Gate
from ingestion.sources.hris.records import Address, Employee

REMEDY = (
    "The use of its accounts counts for nobody while they share it. Correct the address in the HR system, or "
    "list a mailbox that is nobody's in shared_mailboxes or service_accounts.csv. With [privacy] "
    "alias_domains, check that no two people have the same name at both domains."
)


def shared_addresses(
    gate: Gate, employees: Iterable[Employee], addresses: Iterable[Address], day: dt.date
) -> int:
    """How many addresses two or more people have who are employed on the day.

    Addresses are compared by their tokens, so the company's own rules for addresses count.
    """
    employed = {employee.employee_id for employee in employees if is_employed(employee, day)}
    holders: dict[str, set[str]] = defaultdict(set)
    for address in addresses:
        if address.employee_id in employed:
            holders[gate.pseudonymiser.email_token(address.address)].add(address.employee_id)
    return sum(len(ids) > 1 for ids in holders.values())


def message(count: int) -> str:
    """What is wrong, with counts alone."""
    if count == 1:
        return "1 address belongs to two or more employed people."
    return f"{count} addresses belong to two or more employed people each."


def is_employed(employee: Employee, day: dt.date) -> bool:
    """Whether the roster shows somebody as employed on the day."""
    has_begun = employee.hire_date is None or employee.hire_date <= day
    has_left = employee.status == "terminated" or (
        employee.terminated_from is not None and employee.terminated_from <= day
    )
    return has_begun and not has_left
