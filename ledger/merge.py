"""Merges rows into a table by its key: stored rows of the same keys are deleted, then the new ones inserted.

A key has no unique index: tables of earlier releases and of restored backups have none either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from psycopg2.extras import execute_values

from ledger.tables import Table
from runtime.warehouse import WarehouseSession

Row = Mapping[str, Any]
_GIVEN = "given_rows"
_AT_ONCE = 1000


def merge(session: WarehouseSession, schema: str, name: str, table: Table, rows: Iterable[Row]) -> None:
    """Write rows inside the caller's transaction; of several rows with one key the last counts.

    Raises:
        ValueError: a row has a column that the table has not, or lacks a part of its key.
    """
    by_key: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in rows:
        if not row.keys() <= table.columns.keys():
            raise ValueError(f"{name} has no column {', '.join(sorted(row.keys() - table.columns.keys()))}")
        values = {column: _as_stored(row.get(column)) for column in table.columns}
        key = tuple(values[column] for column in table.key)
        if None in key:
            raise ValueError(f"a row of {name} lacks a part of its key")
        by_key[key] = tuple(values.values())
    if not by_key:
        return
    write = _merge_arrow if session.engine == "duckdb" else _merge_values
    write(session, session.name(schema, name), table, list(by_key.values()))


def _as_stored(value: Any) -> Any:
    """Moments as naive UTC; text without what an engine refuses, such as a vendor's field named with a NUL."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value


def _merge_arrow(
    session: WarehouseSession, relation: str, table: Table, rows: Sequence[tuple[Any, ...]]
) -> None:
    """DuckDB reads the rows from Arrow; single inserts would cost it a millisecond each."""
    columns = zip(*rows, strict=True)
    given = pa.table(
        {
            name: pa.array(values, type_.arrow)
            for (name, type_), values in zip(table.columns.items(), columns, strict=True)
        }
    )
    session.native.register(_GIVEN, given)
    try:
        session.execute(f"delete from {relation} using {_GIVEN} where {_same_key(session, relation, table)}")
        names = _names(session, table.columns)
        session.execute(f"insert into {relation} ({names}) select {names} from {_GIVEN}")
    finally:
        session.native.unregister(_GIVEN)


def _merge_values(
    session: WarehouseSession, relation: str, table: Table, rows: Sequence[tuple[Any, ...]]
) -> None:
    positions = [list(table.columns).index(column) for column in table.key]
    keys = [tuple(row[position] for position in positions) for row in rows]
    with session.native.cursor() as cursor:
        given = f"(values %s) as {_GIVEN} ({_names(session, table.key)})"
        same = _same_key(session, relation, table)
        execute_values(cursor, f"delete from {relation} using {given} where {same}", keys, page_size=_AT_ONCE)
        into = f"{relation} ({_names(session, table.columns)})"
        execute_values(cursor, f"insert into {into} values %s", rows, page_size=_AT_ONCE)


def _names(session: WarehouseSession, columns: Iterable[str]) -> str:
    return ", ".join(session.name(column) for column in columns)


def _same_key(session: WarehouseSession, relation: str, table: Table) -> str:
    return " and ".join(
        f"{relation}.{session.name(column)} = {_GIVEN}.{session.name(column)}" for column in table.key
    )
