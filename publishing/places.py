"""Where readers find the published tables: files behind a symlink, or a schema of the database."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from publishing import database
from publishing.assembly import PUBLICATION, Assembled
from publishing.cluster import cluster_readers
from publishing.files import PublishedFolder
from publishing.grants import PUBLISHED, grant_readers
from runtime.engines.base import Session
from runtime.engines.duckdb import DuckDb
from runtime.environment import Environment
from runtime.warehouse import WAREHOUSE_ERRORS, WarehouseSession


class PublishedPlace(ABC):
    """The published tables of one deployment.

    Attributes:
        schema: the schema that they stand in.
        location: what to tell readers.
        database, parquet: the file and the folder that readers open; None on a server database.
    """

    schema: str
    location: str
    database: Path | None = None
    parquet: Path | None = None

    @abstractmethod
    def opened(self) -> AbstractContextManager[Session]:
        """A connection that reads the tables.

        Raises:
            OSError: nothing was published yet. Else what engines raise, see `WAREHOUSE_ERRORS`.
        """

    @abstractmethod
    def switch(self, session: WarehouseSession, assembled: Assembled) -> bool:
        """Let readers see what was assembled, all tables at once.

        False: they see it, but the session's connection broke meanwhile.
        """

    def back_to_before(self, moment: dt.datetime) -> str | None:
        """Switch readers to the version that they had before a moment. Its name; None where none is kept."""
        return None

    def remove_older(self) -> None:
        """Remove every version but the one that readers see, where older ones are kept."""
        return


def published_place(environment: Environment) -> PublishedPlace:
    """Where this deployment publishes."""
    return _Files(environment) if environment.has_file else _Schema(environment)


class _Files(PublishedPlace):
    schema = PUBLISHED

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._folder = PublishedFolder(environment.published_dir)
        self.database, self.parquet = self._folder.database, self._folder.parquet
        self.location = str(self._folder.database)

    @contextmanager
    def opened(self) -> Iterator[Session]:
        path = self._folder.database.resolve(strict=True)
        with duckdb.connect(str(path), read_only=True) as connection:
            yield _FileReader(connection)

    def switch(self, session: WarehouseSession, assembled: Assembled) -> bool:
        """The file, and on a lake the cluster's schema: both ready before readers of either are switched."""
        folder = self._folder
        folder.prepare()
        with cluster_readers(self._environment) as cluster:
            of_cluster = cluster.write(session, assembled.schema, assembled.run_id) if cluster else ""
            folder.switch(folder.write(session, assembled.schema, assembled.run_id))
            if cluster:
                cluster.switch(session, assembled.schema, of_cluster)
                cluster.prune()
        folder.prune()
        return True

    def back_to_before(self, moment: dt.datetime) -> str | None:
        return self._folder.back_to_before(moment)

    def remove_older(self) -> None:
        self._folder.remove_older()


class _Schema(PublishedPlace):
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.schema = environment.schema(PUBLISHED)
        self.location = f"schema {self.schema}"

    def opened(self) -> AbstractContextManager[Session]:
        return self._environment.session(read_only=True)

    def switch(self, session: WarehouseSession, assembled: Assembled) -> bool:
        try:
            database.switch(
                session, assembled.schema, self.schema, lambda: grant_readers(session, self._environment)
            )
        except WAREHOUSE_ERRORS:
            if not self._shows(assembled):
                raise
            return False  # the connection went after the commit was sent
        return True

    def _shows(self, assembled: Assembled) -> bool:
        """Whether readers see this version: after a broken connection nothing else can tell."""
        try:
            with self.opened() as reader:
                rows = reader.rows(f"select run_id, published_at from {reader.name(self.schema, PUBLICATION)}")
        except WAREHOUSE_ERRORS:
            return False
        return rows == [(assembled.run_id, assembled.published_at)]


class _FileReader:
    """A published file as a session; the file is small, and no other program is kept from it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.native: Any = connection

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        found = self.native.execute(query.replace("%s", "?"), list(parameters)).fetchall()
        return [tuple(row) for row in found]

    def value(self, query: str, *parameters: Any) -> Any:
        rows = self.rows(query, *parameters)
        return rows[0][0] if rows else None

    def execute(self, statement: str, *parameters: Any) -> None:
        self.rows(statement, *parameters)

    def name(self, schema: str, table: str | None = None) -> str:
        return f'"{schema}"' if table is None else f'"{schema}"."{table}"'

    def tables(self, schema: str) -> list[str]:
        found = self.rows("select table_name from information_schema.tables where table_schema = %s", schema)
        return sorted(name for (name,) in found)

    def column_types(self, schema: str, table: str) -> dict[str, str]:
        return DuckDb().column_types(self, schema, table)
