"""What stands for a person of the synthetic company in a deployment, and where any of it is found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from demo.company.model import Employee
from ingestion.privacy.pseudonym import (
    CHATGPT_USER,
    ENTRA_OBJECT,
    GITHUB_LOGIN,
    GITHUB_USER,
    HRIS_ID,
    Pseudonymiser,
)
from ingestion.sources.registry import SOURCES
from lifecycle.layout import RawTable, raw_tables
from lifecycle.sweep import person_label
from tests.end_to_end.harness import KEY, World
from tests.end_to_end.leaks import texts
from tests.postgres import PostgresServer

_HASH = re.compile(r"(p1_)?[0-9a-f]{32}")
_DIGITS = re.compile(rb"[0-9a-f]{32,}")


def names(person: Employee) -> set[str]:
    """Everything that a vendor or the HRIS calls the person by, and that does not occur by chance."""
    found = {*person.all_addresses(), person.entra_id, person.chatgpt_id, str(person.github_id)}
    found |= {login.value for login in person.github_logins} | {upn.value for upn in person.upn}
    found |= {name.value for name in person.names}
    return {text for text in found if text is not None and len(text) >= 8}


def tokens(person: Employee) -> set[str]:
    """The person's identifiers as the gate writes them."""
    gate = Pseudonymiser(KEY)
    found = {gate.email_token(address) for address in (*person.all_addresses(), *(u.value for u in person.upn))}
    found |= {gate.token(HRIS_ID, span.employee_id) for span in person.spans}
    found |= {gate.token(GITHUB_LOGIN, login.value.lower()) for login in person.github_logins}
    found.add(gate.token(ENTRA_OBJECT, person.entra_id.lower()))
    if person.chatgpt_id is not None:
        found.add(gate.token(CHATGPT_USER, person.chatgpt_id))
    if person.github_id is not None:
        found.add(gate.token(GITHUB_USER, str(person.github_id)))
    return found


def labels(world: World, person: Employee) -> set[str]:
    """The second pseudonyms."""
    ((salt,),) = world.rows("select salt from ops.person_key_salt")
    gate = Pseudonymiser(KEY)
    return {person_label(salt, gate.token(HRIS_ID, span.employee_id)) for span in person.spans}


def raw_tables_of(world: World) -> list[RawTable]:
    """Raw tables that speak of people."""
    contracts = {source.name: source.contracts for source in SOURCES}
    return [table for table in raw_tables(world.environment, contracts) if table.subjects]


def subjects_of(world: World, table: str) -> set[str]:
    """Tokens of everybody whom a raw table (with its schema) has rows about."""
    (found,) = [raw for raw in raw_tables_of(world) if f"{raw.schema}.{raw.name}" == table]
    columns = ", ".join(subject.column for subject in found.subjects)
    return {token for row in world.rows(f"select distinct {columns} from {table}") for token in row if token}


def hashes(world: World, own: set[str]) -> set[str]:
    """Tokens and hashes that stand only on rows of these people: ids of events, messages, conversations."""
    mine: set[str] = set()
    others: set[str] = set()
    for table in raw_tables_of(world):
        subjects = {subject.column for subject in table.subjects}
        with world.session() as session:
            columns = [c.name for c in session.columns(table.schema, table.name) if c.name not in table.others]
            rows = session.rows(f"select {', '.join(columns)} from {table.schema}.{table.name}")
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        threads = {row[thread] for row in named if _is_of(row, subjects, own) for thread in table.threads}
        for row in named:
            found = {value for value in row.values() if isinstance(value, str) and _HASH.fullmatch(value)}
            nobody = not any(row[column] for column in subjects)
            if _is_of(row, subjects, own) or (
                nobody and any(row[thread] in threads for thread in table.threads)
            ):
                mine |= found
            else:
                others |= found
    return mine - others


def _is_of(row: dict[str, object], subjects: Iterable[str], own: set[str]) -> bool:
    return any(row[column] in own for column in subjects)


def in_files(folder: Path, sought: set[str]) -> Iterator[tuple[str, str]]:
    """Each place of a file, as bytes or as its readers see it, with each of the hashes that it holds."""
    by_digits = {text[-32:].encode(): text for text in sought}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for place, data in texts(path):
                for digits in _windows(data):
                    if digits in by_digits:
                        yield f"{path.relative_to(folder)} {place}", by_digits[digits]


def in_tables(world: World, sought: set[str]) -> Iterator[tuple[str, str]]:
    """Each table of the warehouse with each of the hashes that a row of it holds, in whatever column."""
    by_digits = {text[-32:].encode(): text for text in sought}
    with world.session() as session:
        for schema in session.schemas():
            if schema.startswith(("pg_", "information_schema")):
                continue
            for table in session.tables(schema):
                name = session.name(schema, table)
                written = "\n".join(str(row) for row in session.rows(f"select * from {name}")).encode()
                for digits in set(_windows(written)) & by_digits.keys():
                    yield f"{schema}.{table}", by_digits[digits]


def in_postgres_files(
    server: PostgresServer, variables: dict[str, str], sought: set[str]
) -> Iterator[tuple[str, str]]:
    """Each file of a database (tables, indexes, catalogue with its statistics) with each of the hashes."""
    by_digits = {text[-32:].encode(): text for text in sought}
    server.execute("checkpoint")
    for path in sorted(server.files_of(variables)):
        for digits in _windows(path.read_bytes()):
            if digits in by_digits:
                yield path.name, by_digits[digits]


def _windows(data: bytes) -> Iterator[bytes]:
    for run in _DIGITS.findall(data.lower()):
        for start in range(len(run) - 31):
            yield run[start : start + 32]
