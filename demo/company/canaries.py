"""Every text about a synthetic person that may be found in nothing the pipeline leaves behind."""

from __future__ import annotations

from collections.abc import Iterator

from demo.company.company import Company
from demo.company.names import ascii_part
from demo.company.text import MARKER

MINIMUM_LENGTH = 6
"""Shorter texts occur by chance."""


def canaries(company: Company) -> list[str]:
    """Names (whole, first, last, in ASCII), addresses, logins and the word in every prompt; sorted.

    As the company writes them; other written forms (case, encodings, hashes) are the searcher's.
    """
    found = {MARKER}
    for person in company.employees:
        for name in person.names:
            found.update(_name_forms(name.value))
        found.update(person.all_addresses())
        found.update(login.value for login in person.github_logins)
    for account in company.service_accounts:
        if account.kind != "service":
            found.update(_name_forms(account.label))
            found.update(text for text in (account.email, account.login) if text)
    return sorted(text for text in found if len(text) >= MINIMUM_LENGTH)


def _name_forms(name: str) -> Iterator[str]:
    yield name
    for part in name.split():
        yield part
        yield ascii_part(part)
