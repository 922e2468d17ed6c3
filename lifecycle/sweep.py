"""Deletes every row about the erased, in every schema that holds rows about people.

It sweeps for all tombstones, not for one person: an erasure that was cut off is completed by the next sweep,
and so is one whose person the gate met under a new identifier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from ingestion.privacy.pseudonym import HRIS_ID
from ledger.tombstone import Tombstone
from lifecycle.layout import RawTable, existing_tables
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession

DERIVED_SCHEMAS = ("intermediate", "restricted", "marts", "closed", "reference", "publishing_next", "published")
# The day of a row in the derived tables, of which one at most stands in a table of accounts.
DAY_COLUMNS = ("activity_date", "usage_date", "seat_date")
# What leads from a token to its rows goes last.
_KEY_TABLES = ("account_keys", "person_keys")
_SOMEBODY_ELSE = "manager_token"


def sweep(
    session: WarehouseSession,
    environment: Environment,
    tables: list[RawTable],
    tombstones: Iterable[Tombstone],
    *,
    dry_run: bool = False,
) -> dict[str, int]:
    """Rows about the erased by table, deleted all or none of them; `dry_run` only counts."""
    with session.transaction():
        return sweep_within(session, environment, tables, list(tombstones), dry_run=dry_run)


def sweep_within(
    session: WarehouseSession,
    environment: Environment,
    tables: list[RawTable],
    tombstones: list[Tombstone],
    *,
    dry_run: bool = False,
) -> dict[str, int]:
    """See :func:`sweep`, inside a transaction of the caller's."""
    counts: dict[str, int] = {}
    _list_the_erased(session, environment, tombstones)
    for schema, table, condition, changes in _targets(session, environment, tables):
        name = session.name(schema, table)
        rows = int(session.value(f"select count(*) from {name} where {condition}"))
        if rows:
            counts[f"{schema}.{table}"] = rows
            if not dry_run:
                session.execute(f"delete from {name} where {condition}")
        if not dry_run:
            for column, own in changes:
                session.execute(f"update {name} set {column} = null where {own}")
    if not dry_run:
        _forget_samples(session, environment)
    for name in ("erased_tokens", "erased_accounts", "erased_people", "erased_labels"):
        session.execute(f"drop table {name}")
    return counts


def drop_staging(session: WarehouseSession, tables: list[RawTable]) -> None:
    """Drop the copies that loads left in dlt's staging datasets, which dlt makes again when it needs them.

    Emptying them is not enough on PostgreSQL: statistics of an empty table keep the values that it had.
    """
    for schema in sorted({f"{table.schema}_staging" for table in tables}):
        for table in session.tables(schema):
            session.execute(f"drop table {session.name(schema, table)}")


def _list_the_erased(session: WarehouseSession, environment: Environment, tombstones: list[Tombstone]) -> None:
    """Temporary tables with what stands for the erased in each layer.

    Their columns have names that no table of the warehouse has: in a subquery the inner name would win.
    """
    spans = "erased_from date, erased_to date"
    session.execute(f"create temporary table erased_tokens (erased_token varchar, {spans})")
    session.execute(f"create temporary table erased_accounts (erased_account integer, {spans})")
    session.execute("create temporary table erased_labels (erased_label varchar)")
    session.execute("create temporary table erased_people (erased_person integer)")
    for tombstone in tombstones:
        session.execute(
            "insert into erased_tokens values (%s, %s, %s)",
            tombstone.token,
            tombstone.valid_from,
            tombstone.valid_to,
        )
    salt = session.value(f"select salt from {session.name(environment.raw_schema('ops'), 'person_key_salt')}")
    for tombstone in tombstones:
        if tombstone.namespace == HRIS_ID:
            session.execute("insert into erased_labels values (%s)", person_label(salt, tombstone.token))
    intermediate = environment.schema("intermediate")
    present = session.tables(intermediate)
    if "account_keys" in present:
        session.execute(
            "insert into erased_accounts select accounts.account_key, erased_tokens.erased_from, "
            f"erased_tokens.erased_to from {session.name(intermediate, 'account_keys')} as accounts "
            "inner join erased_tokens on accounts.id_token = erased_tokens.erased_token"
        )
    if "person_keys" in present:
        session.execute(
            f"insert into erased_people select person_key from {session.name(intermediate, 'person_keys')} "
            "where person_label in (select erased_label from erased_labels)"
        )


def person_label(salt: str, token: str) -> str:
    """The second pseudonym of an employee's token: what the macro `pseudonymize` computes."""
    return hashlib.sha256((salt + token).encode()).hexdigest()[:32]


Target = tuple[str, str, str, list[tuple[str, str]]]


def _targets(session: WarehouseSession, environment: Environment, tables: list[RawTable]) -> Iterator[Target]:
    """Schema, table, condition of the rows to delete, and columns to empty with their condition."""
    last: list[Target] = []
    for name in DERIVED_SCHEMAS:
        schema = environment.schema(name)
        for table, described in session.columns_by_table(schema).items():
            columns = {column.name for column in described}
            target = (schema, table, _derived_condition(columns), list(_derived_changes(columns)))
            if target[2] == _NONE and not target[3]:
                continue
            if table in _KEY_TABLES:
                last.append(target)
            else:
                yield target
    for raw in existing_tables(session, tables):
        changes = [(column, _one_of(column)) for column in raw.others]
        if raw.subjects:
            yield raw.schema, raw.name, _raw_condition(raw), changes
    yield from last


_NONE = "1 = 0"


def _one_of(column: str) -> str:
    return _among(column, "erased_tokens", "erased_token")


def _among(column: str, erased: str, key: str) -> str:
    """Rows whose key was never anybody else's."""
    return f"{column} in (select {key} from {erased} where erased_from is null and erased_to is null)"


def _within(column: str, erased: str, key: str, day: str) -> str:
    """Rows of a key on the days on which it was an erased person's."""
    return (
        f"({_among(column, erased, key)} or exists (select 1 from {erased} where {key} = {column} "
        f"and (erased_from is null or erased_from <= {day}) and (erased_to is null or erased_to > {day})))"
    )


def _raw_condition(table: RawTable) -> str:
    parts = [
        _within(subject.column, "erased_tokens", "erased_token", table.day)
        if table.day
        else _one_of(subject.column)
        for subject in table.subjects
    ]
    nobody = " and ".join(f"{subject.column} is null" for subject in table.subjects)
    parts += [f"({nobody} and {_one_of(thread)})" for thread in table.threads]
    return " or ".join(parts)


def _derived_condition(columns: set[str]) -> str:
    parts = []
    day = next((name for name in DAY_COLUMNS if name in columns), None)
    if "account_key" in columns:
        accounts = ("account_key", "erased_accounts", "erased_account")
        parts.append(_within(*accounts, day) if day else _among(*accounts))
    if "person_key" in columns:
        parts.append("person_key in (select erased_person from erased_people)")
    if "person_label" in columns:
        parts.append("person_label in (select erased_label from erased_labels)")
    tokens = sorted(name for name in columns if name.endswith("_token") and name != _SOMEBODY_ELSE)
    parts += [_one_of(name) for name in tokens]
    return " or ".join(parts) or _NONE


def _derived_changes(columns: set[str]) -> Iterator[tuple[str, str]]:
    if _SOMEBODY_ELSE in columns:
        yield _SOMEBODY_ELSE, _one_of(_SOMEBODY_ELSE)
    for column in sorted(columns):
        if column.endswith("_person_key"):
            yield column, f"{column} in (select erased_person from erased_people)"


def _forget_samples(session: WarehouseSession, environment: Environment) -> None:
    """Hashes of refused records cannot be told apart by person, so all of them go."""
    rejected = session.name(environment.raw_schema("ops"), "rejected_records")
    session.execute(f"update {rejected} set sample_hash = null, sample_offset = null")
