"""A connection that only reads, by the driver alone: a session waits two seconds for the import of dlt."""

from __future__ import annotations

from typing import Any

from runtime.engines.base import Engine, base_tables


class Reader:
    """What :class:`runtime.engines.base.Session` is, for one that reads."""

    def __init__(self, engine: Engine, connection: Any, marker: str) -> None:
        """`connection`: the driver's own; `marker`: how it writes a parameter."""
        self._engine = engine
        self.native = connection
        self._marker = marker

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        cursor = self.native.cursor()
        try:
            cursor.execute(query.replace("%s", self._marker), list(parameters) or None)
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def value(self, query: str, *parameters: Any) -> Any:
        """The first column of the first row; None without a row."""
        rows = self.rows(query, *parameters)
        return rows[0][0] if rows else None

    def execute(self, statement: str, *parameters: Any) -> None:
        """Nothing that it reads needs one.

        Raises:
            TypeError: always.
        """
        raise TypeError("this connection only reads")

    def name(self, schema: str, table: str | None = None) -> str:
        """A quoted, qualified name."""
        quoted = [f'"{part}"' for part in (schema, table) if part is not None]
        return ".".join(quoted)

    def tables(self, schema: str) -> list[str]:
        """Base tables of a schema, in order of name; empty when the schema does not exist."""
        return base_tables(self, schema)

    def column_types(self, schema: str, table: str) -> dict[str, str]:
        """Columns in their order with their full types; empty without the table."""
        return self._engine.column_types(self, schema, table)
