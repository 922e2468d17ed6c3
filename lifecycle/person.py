"""Which identifiers are one person's, and on which days.

The built identity tables answer it with the rules of the figures. What they do not know yet (a night that did
not build, an account without an employee) is found in the raw tables: a row that shows two identifiers side by
side makes them one person's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from ingestion.privacy.pseudonym import CONVERSATION, HRIS_ID, SESSION
from ledger.tombstone import Tombstone
from lifecycle.layout import RawTable
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.warehouse import WarehouseSession

_PEOPLE = "int_identifier_people"
_MOST_PARAMETERS = 500


class AmbiguousPersonError(AiUsageError):
    """Identifiers of several employees meet, and no build has said yet which is whose."""


def identifiers_of(
    session: WarehouseSession, environment: Environment, tables: list[RawTable], entered: Tombstone
) -> dict[str, Tombstone]:
    """Every identifier of the person behind `entered`, by token; `entered` alone when nobody is known.

    Raises:
        AmbiguousPersonError: the raw tables lead to several employees.
    """
    found = {entered.token: entered}
    strangers: set[str] = set()
    if _PEOPLE in session.tables(environment.schema("intermediate")):
        people = session.name(environment.schema("intermediate"), _PEOPLE)
        found.update(_resolved(session, people, entered.token))
        strangers = _strangers(session, people, found)
    employees = {token for token, tombstone in found.items() if tombstone.namespace == HRIS_ID}
    frontier = set(found)
    while frontier:
        beside = {
            token: namespace
            for namespace, token in _beside(session, tables, found, frontier)
            if token not in found and token not in strangers
        }
        found.update({token: Tombstone(namespace, token) for token, namespace in beside.items()})
        frontier = set(beside)
    met = {token for token, tombstone in found.items() if tombstone.namespace == HRIS_ID}
    if len(met) > max(1, len(employees)):
        raise AmbiguousPersonError(
            "The identifier leads to several employees, and the identity tables do not say which is whose.",
            "Run `ai-usage publish`, which builds them, and ask again; or give the employee id (--kind hris).",
        )
    return found


def threads_of(
    session: WarehouseSession, tables: list[RawTable], people: Iterable[Tombstone]
) -> list[Tombstone]:
    """The person's conversations that hold rows without any identifier of a person (answers, tools)."""
    tokens = [tombstone.token for tombstone in people if not tombstone.is_bounded]
    found: set[tuple[str, str]] = set()
    for table in tables:
        for thread in table.threads:
            nobody = " and ".join(f"{subject.column} is null" for subject in table.subjects)
            for part in _parts(tokens):
                marks = ", ".join(["%s"] * len(part))
                own = " or ".join(f"{subject.column} in ({marks})" for subject in table.subjects)
                rows = session.rows(
                    f"select distinct {thread} from {table.qualified(session)} where ({own}) and {thread} in "
                    f"(select {thread} from {table.qualified(session)} where {nobody})",
                    *(part * len(table.subjects)),
                )
                namespace = SESSION if thread.startswith(SESSION) else CONVERSATION
                found.update((namespace, token) for (token,) in rows)
    return [Tombstone(namespace, token) for namespace, token in sorted(found)]


def _resolved(session: WarehouseSession, people: str, token: str) -> dict[str, Tombstone]:
    """Identifiers of the person who holds `token` now, each bounded where somebody else held it too."""
    person = session.value(
        f"select person_token from {people} where id_token = %s order by valid_to desc limit 1", token
    )
    rows = session.rows(
        f"select identifiers.namespace, identifiers.id_token, identifiers.person_token, "
        f"min(identifiers.valid_from), max(identifiers.valid_to) from {people} as identifiers "
        f"where identifiers.id_token in (select id_token from {people} where person_token = %s) "
        "group by identifiers.namespace, identifiers.id_token, identifiers.person_token",
        person,
    )
    held: dict[str, tuple[str, dt.date, dt.date]] = {
        id_token: (namespace, first, last)
        for namespace, id_token, holder, first, last in rows
        if holder == person
    }
    found = {id_token: Tombstone(namespace, id_token) for id_token, (namespace, _, _) in held.items()}
    for namespace, id_token, holder, first, last in rows:
        if holder == person:
            continue
        _, own_first, own_last = held[id_token]
        before = found[id_token]
        found[id_token] = Tombstone(
            namespace,
            id_token,
            own_first if first < own_first else before.valid_from,
            own_last if last > own_last else before.valid_to,
        )
    return found


def _strangers(session: WarehouseSession, people: str, found: dict[str, Tombstone]) -> set[str]:
    """Identifiers that the identity tables give to others."""
    return {token for (token,) in session.rows(f"select distinct id_token from {people}")} - set(found)


def _beside(
    session: WarehouseSession, tables: list[RawTable], found: dict[str, Tombstone], frontier: set[str]
) -> Iterator[tuple[str, str]]:
    """Identifiers on raw rows that show one of `frontier`, on days on which it was the person's."""
    for table in tables:
        if len(table.subjects) < 2:
            continue
        day = table.day or "cast(null as date)"
        shown = ", ".join(f"{subject.namespace}, {subject.column}" for subject in table.subjects)
        for part in _parts(sorted(frontier)):
            marks = ", ".join(["%s"] * len(part))
            own = " or ".join(f"{subject.column} in ({marks})" for subject in table.subjects)
            rows = session.rows(
                f"select distinct {shown}, {day} from {table.qualified(session)} where {own}",
                *(part * len(table.subjects)),
            )
            for *pairs, seen_on in rows:
                named = [(pairs[at], pairs[at + 1]) for at in range(0, len(pairs), 2) if pairs[at + 1]]
                if any(token in frontier and found[token].holds_on(seen_on) for _, token in named):
                    yield from named


def _parts(tokens: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(tokens), _MOST_PARAMETERS):
        yield tokens[start : start + _MOST_PARAMETERS]
