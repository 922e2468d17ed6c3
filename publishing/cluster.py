"""What readers of the cluster see: schema `published`, switched by one statement.

    <lake>/published/versions/<version>/<table>/data.parquet   the tables of a version
    published_versions.<table>                                 all kept versions, each a partition
    published.current_version                                  a view of one row: the version that counts
    published.<table>                                          views: the rows of that version

Nothing that readers have open is ever written again: a version is put beside the others, and then the view
`current_version` is replaced, which the catalogue does in one step. A query looks a view up once, so all that
it reads is of one version. This needs nothing of the cluster but plain Parquet.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from ingestion.config import Environment
from ingestion.lake import Lake, lake_of
from ingestion.lake_tables import column_type, location
from ingestion.spark import SparkSql, name, spark_sql
from ingestion.warehouse import WarehouseSession
from publishing.files import KEEP_VERSIONS
from publishing.grants import PUBLISHED

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

    def write(self, session: WarehouseSession, schema: str, run_id: str) -> str:
        """Put every table of `schema` beside the versions that are there; nobody reads it yet. Its name."""
        for statement in (
            f"create schema if not exists {name(self._published)}",
            f"create schema if not exists {name(self._versions)}",
        ):
            self._spark.execute(statement)
        if POINTER not in self._spark.tables(self._published):
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
        for version in self._lake.folders(self._folder)[:-KEEP_VERSIONS]:
            for table in self._spark.tables(self._versions):
                partition = f"partition (version = '{version}')"
                self._spark.execute(f"alter table {name(self._versions, table)} drop if exists {partition}")
            self._lake.remove(f"{self._folder}/{version}")

    def _point(self, version: str) -> None:
        pointer = name(self._published, POINTER)
        self._spark.execute(f"create or replace view {pointer} as select '{version}' as version")

    def _add(self, table: str, columns: pa.Schema, version: str) -> None:
        """The table with this version as a partition, and the view that shows the columns of this version.

        A column that is new is NULL in older versions; one that is gone stays in the table and leaves the view.
        """
        versions = name(self._versions, table)
        types = {field.name: column_type(field.type) for field in columns}
        listed = ", ".join(f"`{column}` {kind}" for column, kind in types.items())
        place = location(self._lake, self._folder)
        self._spark.execute(
            f"create table if not exists {versions} ({listed}, version string) using parquet "
            f"partitioned by (version) location '{place}/of/{table}'"
        )
        known = {str(row[0]) for row in self._spark.rows(f"show columns in {versions}")}
        new = ", ".join(f"`{column}` {kind}" for column, kind in types.items() if column not in known)
        if new:
            self._spark.execute(f"alter table {versions} add columns ({new})")
        self._spark.execute(
            f"alter table {versions} add if not exists partition (version = '{version}') "
            f"location '{place}/{version}/{table}'"
        )
        shown = ", ".join(f"`{column}`" for column in types)
        self._spark.execute(
            f"create or replace view {name(self._published, table)} as select {shown} from {versions} "
            f"where version = (select version from {name(self._published, POINTER)})"
        )


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
