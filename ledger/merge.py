"""Merges rows into a table by its key: stored rows of the same keys are deleted, then the new ones inserted.

A key has no unique index: tables of earlier releases and of restored backups have none either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from ledger.tables import Table
from runtime.warehouse import WarehouseSession

Row = Mapping[str, Any]


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
    session.engine.replace_rows(
        session,
        session.name(schema, name),
        {column: type_.arrow for column, type_ in table.columns.items()},
        table.key,
        list(by_key.values()),
    )


def _as_stored(value: Any) -> Any:
    """Moments as naive UTC; text without what an engine refuses, such as a vendor's field named with a NUL."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return value
