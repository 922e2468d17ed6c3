"""A table to a Parquet file and back, on any engine, without holding it in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from orchestration.backup.columns import SavedColumn
from runtime.warehouse import WarehouseSession


def save_table(
    session: WarehouseSession, schema: str, table: str, columns: Sequence[SavedColumn], path: Path
) -> int:
    """Write every row to `path`; returns how many."""
    types = {column.name: column.type for column in columns}
    session.engine.save_parquet(session, session.name(schema, table), types, path)
    return int(pq.read_metadata(path).num_rows)


def load_table(
    session: WarehouseSession, schema: str, table: str, columns: Sequence[SavedColumn], path: Path
) -> None:
    """Append every row of `path` to a table that has these columns."""
    session.engine.load_parquet(session, session.name(schema, table), [column.name for column in columns], path)
