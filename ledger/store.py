"""Reads and writes the tables through the warehouse's session. Each write is one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from string import Formatter
from typing import Any

from ingestion.config import Environment
from ingestion.warehouse import WarehouseSession
from ledger.former import finish_former_loads
from ledger.merge import Row, merge
from ledger.shape import ensure_tables
from ledger.tables import DATASET, TABLES


class Store:
    """The tables of one deployment.

    A session is open only while something is read or written, because on DuckDB it keeps other processes out.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._schema = environment.raw_schema(DATASET)
        self._session: WarehouseSession | None = None
        self._in_transaction = False
        self._has_tables = False

    @contextmanager
    def opened(self) -> Iterator[WarehouseSession]:
        """One session for everything that is read and written meanwhile."""
        if self._session is not None:
            yield self._session
            return
        with self._environment.session() as session:
            self._session = session
            try:
                yield session
            finally:
                self._session = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside or none of them; what is read inside sees them."""
        if self._in_transaction:
            yield
            return
        if not self._has_tables:
            finish_former_loads(self._environment)
        with self.opened() as session, session.transaction():
            self._in_transaction = True
            try:
                if not self._has_tables:
                    ensure_tables(session, self._schema)
                yield
            finally:
                self._in_transaction = False
        self._has_tables = True

    def write(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Merge rows into tables by their keys, all in one transaction.

        Tables and columns that the deployment lacks are made first.
        """
        with self.transaction(), self.opened() as session:
            for name, entries in rows.items():
                merge(session, self._schema, name, TABLES[name], entries)

    def upgrade(self) -> None:
        """Add what this release declares and the deployment lacks; nothing is ever dropped."""
        self.write({})

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query in which `{table}` stands for a table; none while one of its tables is not there."""
        with self.opened() as session:
            asked = {table for _, table, _, _ in Formatter().parse(query) if table}
            if not asked <= set(session.tables(self._schema)):
                return []
            names = {table: session.name(self._schema, table) for table in asked}
            return session.rows(query.format(**names), *parameters)
