"""The lake's files as tables of the cluster, declared before models are built.

    raw_<source>.<table>__loads   every load's rows: the files as they are
    raw_<source>.<table>          the rows that count (`ingestion.lake_rows`): what models call the source
    ops.<table>, closed.<table>   copies of the records in the private DuckDB file

Columns come from the contracts, not from the files: a table that nothing was loaded into yet exists all the
same, and a column that came with a newer release is NULL in older files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

import pyarrow as pa

from ingestion.config import RAW, Environment
from ingestion.errors import ConfigurationError
from ingestion.lake import LOAD_ID, Lake
from ingestion.lake_rows import current_rows
from ingestion.privacy.contract import TableContract
from ingestion.spark import SparkSql, name

LOADS = "complete_loads"
_FILES = "__loads"
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
        spark.execute(f"create schema if not exists {name(dataset)}")
        complete = f"select load_id from {name(ops, LOADS)} where dataset = '{dataset}'"
        for contract in {contract.name: contract for contract in contracts[source]}.values():
            files = f"{contract.name}{_FILES}"
            schema = contract.schema().append(pa.field(LOAD_ID, pa.string()))
            _declare(spark, dataset, files, schema, location(lake, dataset, contract.name))
            rows = current_rows(contract, name(dataset, files), complete)
            spark.execute(f"create or replace view {name(dataset, contract.name)} as {rows}")


def declare_copies(spark: SparkSql, lake: Lake, schema: str, tables: Mapping[str, pa.Table]) -> None:
    """Write these tables to the lake, whole, and declare them."""
    spark.execute(f"create schema if not exists {name(schema)}")
    for table, rows in tables.items():
        lake.write(schema, table, rows)
        _declare(spark, schema, table, rows.schema, location(lake, schema, table))


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


def _declare(spark: SparkSql, schema: str, table: str, columns: pa.Schema, place: str) -> None:
    """Declared anew each time: the files are others than last night, and perhaps the columns."""
    listed = ", ".join(f"`{field.name}` {column_type(field.type)}" for field in columns)
    spark.execute(f"drop table if exists {name(schema, table)}")
    spark.execute(f"create table {name(schema, table)} ({listed}) using parquet location '{place}'")


def column_type(type_: pa.DataType) -> str:
    """What Spark calls a type of Arrow's."""
    if pa.types.is_timestamp(type_):
        return "timestamp"
    if pa.types.is_decimal(type_):
        return f"decimal({type_.precision}, {type_.scale})"
    return _TYPES[type_]
