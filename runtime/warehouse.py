"""SQL on the warehouse, whichever engine holds it.

Everything that speaks SQL outside dbt (records of a run, publishing, erasure, status) does so through a
:class:`WarehouseSession`. It is dlt's own SQL client with the few questions that every caller asks.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import psycopg2
from dlt.common.destination.exceptions import DestinationException
from dlt.destinations.exceptions import DestinationConnectionError
from dlt.destinations.sql_client import SqlClientBase

from runtime.engines.base import Engine, base_tables, catalogue_types
from runtime.errors import BusyError

# Whatever an engine, its driver or dlt's client raises when a statement or a connection fails.
WAREHOUSE_ERRORS: tuple[type[Exception], ...] = (DestinationException, duckdb.Error, psycopg2.Error)


def may_pass(error: BaseException) -> bool:
    """Whether the same statements may work in a moment: the connection broke, or others were in the way."""
    cause = getattr(error, "dbapi_exception", error)
    return isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError)


WAIT_SECONDS = 30.0
_PAUSE_SECONDS = 0.5
_HOLDER = re.compile(r"PID (\d+)")


def open_patiently(client: SqlClientBase[Any], seconds: float | None = None) -> None:
    """Open the connection. A DuckDB file that another process has open cannot be written: wait a while for it.

    Raises:
        BusyError: it is still open after `seconds` (default: `WAIT_SECONDS`).
    """
    deadline = time.monotonic() + (WAIT_SECONDS if seconds is None else seconds)
    while True:
        try:
            client.open_connection()
            return
        except DestinationConnectionError as error:
            if "Could not set lock on file" not in str(error):
                raise
            if time.monotonic() >= deadline:
                holder = _HOLDER.search(str(error))
                who = f"process {holder.group(1)}" if holder else "another process"
                raise BusyError(
                    f"The warehouse file is open in {who}, which keeps everybody else from writing.",
                    "Close it there and run again; readers open published/marts.duckdb, which blocks nobody.",
                ) from None
        time.sleep(_PAUSE_SECONDS)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the engine's information schema tells it; `data_type` in the engine's own words."""

    name: str
    data_type: str


class WarehouseSession:
    """One open connection. Parameters are written `%s` on every engine; identifiers through :meth:`name`."""

    def __init__(self, client: SqlClientBase[Any], engine: Engine) -> None:
        self._client = client
        self.engine = engine

    @property
    def native(self) -> Any:
        """The driver's own connection (duckdb or psycopg2), for what only one engine can do."""
        return self._client.native_connection

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        return [tuple(row) for row in self._client.execute_sql(query, *parameters) or []]

    def value(self, query: str, *parameters: Any) -> Any:
        """The first column of the first row; None without a row."""
        rows = self.rows(query, *parameters)
        return rows[0][0] if rows else None

    def execute(self, statement: str, *parameters: Any) -> None:
        """A statement whose answer nobody needs."""
        self._client.execute_sql(statement, *parameters)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside or none of them; both engines can also create and drop tables inside."""
        with self._client.begin_transaction():
            yield

    def reconnect(self) -> None:
        """A new connection in place of this one, which broke."""
        self._client.close_connection()
        open_patiently(self._client)

    def name(self, schema: str, table: str | None = None) -> str:
        """A quoted, qualified name."""
        quote = self._client.capabilities.escape_identifier
        return quote(schema) if table is None else f"{quote(schema)}.{quote(table)}"

    def schemas(self) -> list[str]:
        """Schemas of this database, in order of name."""
        found = self.rows(
            "select schema_name from information_schema.schemata where catalog_name = current_database()"
        )
        return sorted({name for (name,) in found})

    def tables(self, schema: str) -> list[str]:
        """Base tables of a schema, in order of name; empty when the schema does not exist."""
        return base_tables(self, schema)

    def column_types(self, schema: str, table: str) -> dict[str, str]:
        """Columns in their order with their full types, precision included; empty without the table."""
        return self.engine.column_types(self, schema, table)

    def matches(self, expression: str) -> str:
        """A condition: some part of the text matches the regular expression given as the parameter."""
        return self.engine.matches(expression)

    def columns_by_table(self, schema: str) -> dict[str, list[Column]]:
        """Of all base tables of a schema, with one look at the catalogue: each takes DuckDB 7 ms."""
        found: dict[str, list[Column]] = {table: [] for table in self.tables(schema)}
        for table, *column in self.rows(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_catalog = current_database() and table_schema = %s "
            "order by table_name, ordinal_position",
            schema,
        ):
            if table in found:  # and no view
                found[table].append(Column(*column))
        return found

    def columns(self, schema: str, table: str) -> list[Column]:
        """Columns in their order; empty when the table does not exist. Of many: :meth:`columns_by_table`."""
        return [Column(*column) for column in catalogue_types(self, schema, table).items()]
