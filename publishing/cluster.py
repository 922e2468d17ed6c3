"""What readers of the cluster see: schema `published`, switched by one statement.

    <lake>/published/versions/<version>/<table>/data.parquet   the tables of a version
    published_versions.<table>__<hash of its columns>          all kept versions, each a partition
    published.current_version                                  a view of one row: the version that counts
    published.<table>                                          views: the rows of that version

Nothing that readers have open is ever written again: a version is put beside the others, and then the view
`current_version` is altered, which the catalogue does in one step. A query looks a view up once, so all that
it reads is of one version. This needs nothing of the cluster but plain Parquet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from ingestion.lake import Lake, lake_of
from ingestion.lake_tables import column_type, location
from publishing.files import KEEP_VERSIONS
from publishing.grants import PUBLISHED
from runtime.environment import Environment
from runtime.spark import SparkSql, name, spark_sql
from runtime.warehouse import WarehouseSession

VERSIONS = "published_versions"
POINTER = "current_version"
_FOLDER = "published/versions"


class ClusterReaders:
    """The published schema of a cluster."""

    def __init__(self, spark: SparkSql, lake: Lake, environment: Environment) -> None:
        self._spark = spark
        self._lake = lake
        self._published = environment.schema(PUBLISHED)
        self._versions = environment.schema(VERSIONS)
        self._folder = f"{environment.schema('')}{_FOLDER}"
        self._views: set[str] = set()
        self._left: list[str] = []  # tables without a version, which no view reads any more

    def write(self, session: WarehouseSession, schema: str, run_id: str) -> str:
        """Put every table of `schema` beside the versions that are there; nobody reads it yet. Its name."""
        for statement in (
            f"create schema if not exists {name(self._published)}",
            f"create schema if not exists {name(self._versions)}",
        ):
            self._spark.execute(statement)
        self._views = set(self._spark.tables(self._published))
        if POINTER not in self._views:
            self._point("")
        taken = set(self._lake.folders(self._folder))
        version = next(
            free
            for number in range(1, 1000)
            if (free := run_id if number == 1 else f"{run_id}.{number}") not in taken
        )
        for table in session.tables(schema):
            rows = session.native.sql(f"select * from {session.name(schema, table)}").to_arrow_table()
            self._lake.write(f"{self._folder}/{version}", table, rows)
            self._add(table, rows.schema, version)
        return version

    def switch(self, session: WarehouseSession, schema: str, version: str) -> None:
        """Let readers see `version`: one statement. Then tables that it no longer has go."""
        self._point(version)
        gone = set(self._spark.tables(self._published)) - {POINTER, *session.tables(schema)}
        for table in sorted(gone):
            self._spark.execute(f"drop view if exists {name(self._published, table)}")

    def prune(self) -> None:
        """Keep the newest versions, as the published folder does; a long query may still read an older one."""
        kept = self._lake.folders(self._folder)[-KEEP_VERSIONS:]
        open_periods = self._of_earlier_releases()
        for version in self._lake.folders(self._folder):
            if version in kept and version not in open_periods:
                continue
            for table in self._spark.tables(self._versions):
                partition = f"partition (version = '{version}')"
                self._spark.execute(f"alter table {name(self._versions, table)} drop if exists {partition}")
            self._lake.remove(f"{self._folder}/{version}")
        for table in self._left:
            self._spark.execute(f"drop table if exists {name(self._versions, table)}")

    def _of_earlier_releases(self) -> set[str]:
        """Versions that show figures of open periods: they do not say which week is the newest with figures."""
        found: set[str] = set()
        for table in self._spark.tables(self._versions):
            if table.rpartition("__")[0] == "publication":
                stored = name(self._versions, table)
                columns = {str(row[0]) for row in self._spark.rows(f"show columns in {stored}")}
                if "newest_week" not in columns:
                    partitions = self._spark.rows(f"show partitions {stored}")
                    found |= {str(row[0]).partition("=")[2] for row in partitions}
        return found

    def _point(self, version: str) -> None:
        self._show(POINTER, f"select '{version}' as version")

    def _add(self, table: str, columns: pa.Schema, version: str) -> None:
        """The table with this version as a partition, and the view of it.

        Sessions remember the columns of a table, so other columns make another table. The view shows the
        columns of this version and the rows of either table: whichever version counts, they are there.
        """
        types = {field.name: column_type(field.type) for field in columns}
        listed = ", ".join(f"`{column}` {kind}" for column, kind in types.items())
        stored = f"{table}__{hashlib.sha256(listed.encode()).hexdigest()[:8]}"
        place = location(self._lake, self._folder)
        self._spark.execute(
            f"create table if not exists {name(self._versions, stored)} ({listed}, version string) "
            f"using parquet partitioned by (version) location '{place}/of/{stored}'"
        )
        self._spark.execute(
            f"alter table {name(self._versions, stored)} add if not exists partition (version = '{version}') "
            f"location '{place}/{version}/{table}'"
        )
        rows = [self._rows(stored, types, set(types))]
        for other in self._spark.tables(self._versions):
            if other.rpartition("__")[0] != table or other == stored:
                continue
            if self._spark.rows(f"show partitions {name(self._versions, other)}"):
                known = {
                    str(row[0]) for row in self._spark.rows(f"show columns in {name(self._versions, other)}")
                }
                rows.append(self._rows(other, types, known))
            else:
                self._left.append(other)
        self._show(table, " union all ".join(rows))

    def _rows(self, stored: str, types: dict[str, str], known: set[str]) -> str:
        """The rows of the version that counts; NULL in columns that the table does not have."""
        shown = ", ".join(
            f"cast({f'`{column}`' if column in known else 'null'} as {kind}) as `{column}`"
            for column, kind in types.items()
        )
        current = f"select version from {name(self._published, POINTER)}"
        return f"select {shown} from {name(self._versions, stored)} where version = ({current})"

    def _show(self, view: str, query: str) -> None:
        """Make a view of the published schema show this query. `create or replace` would drop it first."""
        verb = "alter" if view in self._views else "create"
        self._spark.execute(f"{verb} view {name(self._published, view)} as {query}")
        self._views.add(view)


@contextmanager
def cluster_readers(environment: Environment) -> Iterator[ClusterReaders | None]:
    """The published schema of this deployment's cluster; None where there is none.

    Raises:
        SparkError: the cluster does not answer.
    """
    lake = lake_of(environment)
    if lake is None:
        yield None
        return
    with spark_sql() as spark:
        yield ClusterReaders(spark, lake, environment)
