"""Reads and writes the tables through the warehouse's session. Each write is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from string import Formatter
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_fixed

from ledger.former import finish_former_loads
from ledger.merge import Row, merge
from ledger.shape import ensure_tables
from ledger.tables import DATASET, TABLES
from runtime.environment import Environment
from runtime.warehouse import WarehouseSession, may_pass

_ATTEMPTS = 3
_PAUSE_SECONDS = 1.0


class Store:
    """The tables of one deployment.

    A session is open only while something is read or written, because on DuckDB it keeps other processes out.
    """

    def __init__(self, environment: Environment, *, read_only: bool = False) -> None:
        self._environment = environment
        self._read_only = read_only
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
        with self._environment.session(read_only=self._read_only) as session:
            self._session = session
            try:
                yield session
            finally:
                self._session = None

    def together(self, work: Callable[[], None]) -> None:
        """All that `work` writes or none of it; what it reads sees what it has written.

        A server that drops the connection, or refuses the transaction for another's sake, is tried again. As
        rows replace those of their key, nothing is written twice when only the answer to the commit was lost.
        """
        if self._in_transaction:
            work()
            return
        if not self._has_tables:
            finish_former_loads(self._environment)
        attempts = Retrying(
            retry=retry_if_exception(may_pass),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_fixed(_PAUSE_SECONDS),
            reraise=True,
        )
        with self.opened() as session:
            for attempt in attempts:
                with attempt:
                    if attempt.retry_state.attempt_number > 1:
                        session.reconnect()
                    self._once(session, work)
        self._has_tables = True

    def _once(self, session: WarehouseSession, work: Callable[[], None]) -> None:
        with session.transaction():
            self._in_transaction = True
            try:
                if not self._has_tables:
                    ensure_tables(session, self._schema)
                work()
            finally:
                self._in_transaction = False

    def write(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Merge rows into tables by their keys, all in one transaction.

        Tables and columns that the deployment lacks are made first.
        """

        def merge_all() -> None:
            with self.opened() as session:
                for name, entries in rows.items():
                    merge(session, self._schema, name, TABLES[name], entries)

        self.together(merge_all)

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
