"""Column types that both engines know, and what each engine and Parquet call them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa

from runtime.errors import AiUsageError
from runtime.warehouse import Engine, WarehouseSession

# By portable type: DuckDB's, PostgreSQL's and Arrow's name. `numeric` is PostgreSQL's without
# bounds: its digits are kept as text.
_TYPES: dict[str, tuple[str, str, pa.DataType]] = {
    "string": ("varchar", "text", pa.string()),
    "boolean": ("boolean", "boolean", pa.bool_()),
    "smallint": ("smallint", "smallint", pa.int16()),
    "integer": ("integer", "integer", pa.int32()),
    "bigint": ("bigint", "bigint", pa.int64()),
    "double": ("double", "double precision", pa.float64()),
    "date": ("date", "date", pa.date32()),
    "timestamp": ("timestamp", "timestamp without time zone", pa.timestamp("us")),
    "timestamptz": ("timestamp with time zone", "timestamp with time zone", pa.timestamp("us", "UTC")),
    "numeric": ("decimal(38, 9)", "numeric", pa.string()),
}
_NATIVE = {
    "varchar": "string",
    "text": "string",
    "character varying": "string",
    "boolean": "boolean",
    "tinyint": "smallint",
    "smallint": "smallint",
    "integer": "integer",
    "bigint": "bigint",
    "hugeint": "decimal(38,0)",
    "float": "double",
    "real": "double",
    "double": "double",
    "double precision": "double",
    "date": "date",
    "timestamp": "timestamp",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "numeric": "numeric",
}
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_WITH_SIZE = re.compile(r"(numeric|decimal)\((\d+), ?(\d+)\)")
_SIZE = re.compile(r" ?\(\d+\)")
_SAFE_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9 ,()]*")


@dataclass(frozen=True, slots=True)
class SavedColumn:
    """A column of a saved table: its type on both engines, and the exact one where it was saved."""

    name: str
    type: str
    native: str

    def ddl_type(self, engine: Engine, saved_on: Engine) -> str:
        """The type in `create table`: exactly what it was on the engine that it was saved on.

        dbt compares the types of an insert-only model with those of its query, so that `text` for
        `character varying` would already stop the next night.

        Raises:
            AiUsageError: the manifest names no type.
        """
        if engine == saved_on:
            if not _SAFE_TYPE.fullmatch(self.native):
                raise AiUsageError(f"The manifest gives no type to column {self.name}.", "Use another backup.")
            return self.native
        return self.type if _DECIMAL.fullmatch(self.type) else _known(self)[0 if engine == "duckdb" else 1]

    def arrow_type(self) -> pa.DataType:
        """The type in the Parquet file."""
        decimal = _DECIMAL.fullmatch(self.type)
        if decimal:
            return pa.decimal128(int(decimal.group(1)), int(decimal.group(2)))
        return _known(self)[2]

    def parquet_type(self) -> str:
        """DuckDB's name of :meth:`arrow_type`."""
        return "varchar" if self.type == "numeric" else self.ddl_type("duckdb", "postgres")


def _known(column: SavedColumn) -> tuple[str, str, pa.DataType]:
    try:
        return _TYPES[column.type]
    except KeyError:
        raise AiUsageError(
            f"The manifest gives no type to column {column.name}.", "Use another backup."
        ) from None


def saved_columns(session: WarehouseSession, schema: str, table: str) -> list[SavedColumn]:
    """The columns of a table in their order.

    Raises:
        AiUsageError: a column's type cannot be saved.
    """
    found = (
        _postgres(session, schema, table) if session.engine == "postgres" else _duckdb(session, schema, table)
    )
    return [SavedColumn(name, _portable(native, schema, table, name), native) for name, native in found]


def _duckdb(session: WarehouseSession, schema: str, table: str) -> list[tuple[str, str]]:
    return [(column.name, column.data_type) for column in session.columns(schema, table)]


def _postgres(session: WarehouseSession, schema: str, table: str) -> list[tuple[str, str]]:
    """With precision and scale, which the information schema leaves out of the type's name."""
    return [
        (name, native)
        for name, native in session.rows(
            "select attname, format_type(atttypid, atttypmod) from pg_attribute "
            "where attrelid = cast(%s as regclass) and attnum > 0 and not attisdropped order by attnum",
            session.name(schema, table),
        )
    ]


def _portable(native: str, schema: str, table: str, column: str) -> str:
    written = native.lower()
    decimal = _WITH_SIZE.fullmatch(written)
    if decimal:
        precision, scale = int(decimal.group(2)), int(decimal.group(3))
        return f"decimal({precision},{scale})" if precision <= 38 else "numeric"
    try:
        return _NATIVE[_SIZE.sub("", written)]
    except KeyError:
        raise AiUsageError(
            f"Column {schema}.{table}.{column} has the type {native}, which a backup cannot hold.",
            "Back up the warehouse with the engine's own tool as well, or cast the column.",
        ) from None
