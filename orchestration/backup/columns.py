"""Columns of saved tables, with types that every engine knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runtime.engines.base import Engine
from runtime.engines.portable import portable_type
from runtime.errors import AiUsageError
from runtime.warehouse import WarehouseSession

_SAFE_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9 ,()]*")


@dataclass(frozen=True, slots=True)
class SavedColumn:
    """A column of a saved table: its portable type, and the exact one where it was saved."""

    name: str
    type: str
    native: str

    def ddl_type(self, engine: Engine, saved_on: str) -> str:
        """The type in `create table`: exactly what it was on the engine that it was saved on.

        dbt compares the types of an insert-only model with those of its query, so that `text` for
        `character varying` would already stop the next night.

        Raises:
            AiUsageError: the manifest names no type.
        """
        missing = AiUsageError(f"The manifest gives no type to column {self.name}.", "Use another backup.")
        if engine.name == saved_on:
            if not _SAFE_TYPE.fullmatch(self.native):
                raise missing
            return self.native
        try:
            return engine.type_name(self.type)
        except KeyError:
            raise missing from None


def saved_columns(session: WarehouseSession, schema: str, table: str) -> list[SavedColumn]:
    """The columns of a table in their order.

    Raises:
        AiUsageError: a column's type cannot be saved.
    """
    found = session.column_types(schema, table)
    return [SavedColumn(name, _portable(native, schema, table, name), native) for name, native in found.items()]


def _portable(native: str, schema: str, table: str, column: str) -> str:
    try:
        return portable_type(native)
    except KeyError:
        raise AiUsageError(
            f"Column {schema}.{table}.{column} has the type {native}, which a backup cannot hold.",
            "Back up the warehouse with the engine's own tool as well, or cast the column.",
        ) from None
