"""Where readers find the published tables: files behind a symlink, or a schema of the database.

What only a switch needs is imported there: who just looks need not wait for it.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from publishing.assembled import PUBLICATION, Assembled
from publishing.files import PublishedFolder
from publishing.grants import PUBLISHED
from runtime.engines.base import Session
from runtime.environment import Environment

if TYPE_CHECKING:
    from runtime.warehouse import WarehouseSession


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
            OSError: nothing was published yet.
            duckdb.Error, psycopg2.Error: it cannot be read.
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

    def opened(self) -> AbstractContextManager[Session]:
        return self._environment.engine.reading(self._folder.database.resolve(strict=True))

    def switch(self, session: WarehouseSession, assembled: Assembled) -> bool:
        """The file, and on a lake the cluster's schema: both ready before readers of either are switched."""
        from publishing.cluster import cluster_readers

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
        return self._environment.reading()

    def switch(self, session: WarehouseSession, assembled: Assembled) -> bool:
        from publishing import database
        from publishing.grants import grant_readers
        from runtime.warehouse import WAREHOUSE_ERRORS

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
        except psycopg2.Error:
            return False
        return rows == [(assembled.run_id, assembled.published_at)]
