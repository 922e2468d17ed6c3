"""The lake's files as tables of the cluster, declared before models are built.

    raw_<source>.<table>__loads   every load's rows: the files as they are
    raw_<source>.<table>          the rows that count (`ingestion.lake_rows`): what models call the source
    ops.<table>, closed.<table>   copies of the records in the private DuckDB file

Columns come from the contracts, not from the files: a table that nothing was loaded into yet exists all the
same, and a column that came with a newer release is NULL in older files.

What is declared already stays: each table and view carries a hash of its declaration as a property, and only
another one is declared anew. So no reader meets a night's moment without a table, and the catalogue is spared
a hundred drops: the embedded Derby of a small cluster has lost tables over them.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping

import pyarrow as pa

from ingestion.lake import LOAD_ID, Lake
from ingestion.lake_rows import current_rows
from ingestion.privacy.contract import TableContract
from runtime.environment import RAW, Environment
from runtime.errors import ConfigurationError
from runtime.spark import SparkSql, name

LOADS = "complete_loads"
_FILES = "__loads"
_MARK = "ai_usage.declaration"
_MARKED = re.compile(rf"\b{re.escape(_MARK)}=([0-9a-f]+)")
_LOADS_SCHEMA = pa.schema([("dataset", pa.string()), ("load_id", pa.string())])
_TYPES = {
    pa.string(): "string",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}


def declare_raw(
    spark: SparkSql, environment: Environment, lake: Lake, contracts: Mapping[str, Iterable[TableContract]]
) -> None:
    """Declare every raw table of the sources, `contracts` by source."""
    ops = environment.raw_schema("ops")
    datasets = {source: environment.raw_schema(f"{RAW}{source}") for source in contracts}
    loads = [
        {"dataset": dataset, "load_id": load} for dataset in datasets.values() for load in lake.loads(dataset)
    ]
    declare_copies(spark, lake, ops, {LOADS: pa.Table.from_pylist(loads, schema=_LOADS_SCHEMA)})
    for source, dataset in datasets.items():
        declared = _Declared(spark, dataset)
        complete = f"select load_id from {name(ops, LOADS)} where dataset = '{dataset}'"
        for contract in {contract.name: contract for contract in contracts[source]}.values():
            files = f"{contract.name}{_FILES}"
            schema = contract.schema().append(pa.field(LOAD_ID, pa.string()))
            declared.table(files, schema, location(lake, dataset, contract.name))
            declared.view(contract.name, current_rows(contract, name(dataset, files), complete))


def declare_copies(spark: SparkSql, lake: Lake, schema: str, tables: Mapping[str, pa.Table]) -> None:
    """Write these tables to the lake, whole, and declare them."""
    declared = _Declared(spark, schema)
    for table, rows in tables.items():
        lake.write(schema, table, rows)
        declared.table(table, rows.schema, location(lake, schema, table))


def location(lake: Lake, *parts: str) -> str:
    """Where the cluster finds a folder of the lake.

    `AI_USAGE_SPARK_LAKE` is the lake as the cluster calls it, where that differs (`s3a://` for `s3://`).

    Raises:
        ConfigurationError: it could end the text that it stands in.
    """
    url = (os.environ.get("AI_USAGE_SPARK_LAKE") or lake.url).rstrip("/")
    if "://" not in url:
        url = f"file://{os.path.abspath(url)}"
    if "'" in url or "\\" in url:
        raise ConfigurationError("The place of the lake holds a quote or backslash.", "Choose another one.")
    return "/".join([url, *parts])


class _Declared:
    """A schema of the cluster, with the hashes of what was declared in it; made where there is none."""

    def __init__(self, spark: SparkSql, schema: str) -> None:
        self._spark = spark
        self._schema = schema
        spark.execute(f"create schema if not exists {name(schema)}")
        # One statement for all tables; dbt-spark asks the same way. The text is Spark's, for people: where the
        # mark is not found in it, the table is declared anew.
        self._marks = {
            str(table): found.group(1) if (found := _MARKED.search(str(told))) else ""
            for _, table, _, told in spark.rows(f"show table extended in {name(schema)} like '*'")
        }

    def table(self, table: str, columns: pa.Schema, place: str) -> None:
        """Parquet files in a folder. Declared anew only when the columns or the folder are others."""
        listed = ", ".join(f"`{field.name}` {column_type(field.type)}" for field in columns)
        mark = _mark(listed, place)
        if self._marks.get(table) == mark:
            # A server whose clients share one session would go on with last night's list of files.
            self._spark.execute(f"refresh table {name(self._schema, table)}")
            return
        if table in self._marks:
            self._spark.execute(f"drop table {name(self._schema, table)}")
        self._spark.execute(
            f"create table {name(self._schema, table)} ({listed}) using parquet "
            f"tblproperties ('{_MARK}' = '{mark}') location '{place}'"
        )

    def view(self, view: str, query: str) -> None:
        """A view. Another query alters it: `create or replace` would drop it first (decision 0021)."""
        mark = _mark(query)
        property_ = f"tblproperties ('{_MARK}' = '{mark}')"
        if view not in self._marks:
            self._spark.execute(f"create view {name(self._schema, view)} {property_} as {query}")
        elif self._marks[view] != mark:
            self._spark.execute(f"alter view {name(self._schema, view)} as {query}")
            # Last: whoever is killed in between alters it once more.
            self._spark.execute(f"alter view {name(self._schema, view)} set {property_}")


def _mark(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def column_type(type_: pa.DataType) -> str:
    """What Spark calls a type of Arrow's."""
    if pa.types.is_timestamp(type_):
        return "timestamp"
    if pa.types.is_decimal(type_):
        return f"decimal({type_.precision}, {type_.scale})"
    return _TYPES[type_]
