"""Tables that the cluster built, copied into the private DuckDB file, where publishing reads them.

The cluster writes each as Parquet into the lake, which both sides reach whatever format its own tables have,
and DuckDB reads it from there. Marts are small. Rows about people come for some periods only, and go again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from ingestion.lake import Lake, lake_of
from ingestion.lake_tables import location
from publishing.closed import MASKS, REBUILT, REBUILT_SCHEMA, RESTRICTED
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.spark import SparkSql, name, spark_sql
from runtime.warehouse import WarehouseSession

# What publishing reads beside the marts, by layer.
_PRIVATE = {
    RESTRICTED: frozenset({MASKS, "closable_periods", "tool_periods"}),
    REBUILT_SCHEMA: frozenset({REBUILT}),
}
_MARTS = "marts"
_EXCHANGE = "exchange"


def copy_marts(session: WarehouseSession, environment: Environment) -> None:
    """Make the file's marts, masks and states of periods those that the cluster built last.

    Nothing on engines whose session reads them where they were built.

    Raises:
        SparkError: the cluster does not answer.
    """
    lake = lake_of(environment)
    if lake is None:
        return
    with spark_sql() as spark:
        for layer, named in {_MARTS: None, **_PRIVATE}.items():
            schema = environment.schema(layer)
            built, present = set(spark.tables(schema)), set(session.tables(schema))
            wanted = built if named is None else built & named
            for table in sorted(wanted):
                _copy(session, spark, lake, schema, table)
            for table in (present if named is None else present & named) - wanted:
                session.execute(f"drop table {session.name(schema, table)}")


@contextmanager
def copied_rows(
    session: WarehouseSession, environment: Environment, conditions: Iterable[tuple[str, str, str]]
) -> Iterator[None]:
    """Rows of the cluster's tables, in the file only while the block runs.

    conditions: schema (without the deployment's prefix), table, and condition on its columns; a table that was
    not built is left out
    """
    lake, copied = lake_of(environment), []
    try:
        if lake is not None:
            with spark_sql() as spark:
                for layer, table, condition in conditions:
                    schema = environment.schema(layer)
                    if table in spark.tables(schema):
                        copied.append((schema, table))
                        _copy(session, spark, lake, schema, table, condition)
        yield
    finally:
        for schema, table in copied:
            session.execute(f"drop table if exists {session.name(schema, table)}")


def _copy(
    session: WarehouseSession, spark: SparkSql, lake: Lake, schema: str, table: str, condition: str = "1 = 1"
) -> None:
    place = f"{_EXCHANGE}/{schema}/{table}"
    spark.execute(
        f"insert overwrite directory '{location(lake, place)}' using parquet "
        f"select * from {name(schema, table)} where {condition}"
    )
    try:
        rows = lake.folder(place)
        session.native.register("copied_from_the_lake", rows)
        columns = ", ".join(_column(session, field.name, str(field.type)) for field in rows.schema)
        session.execute(f"create schema if not exists {session.name(schema)}")
        session.execute(
            f"create or replace table {session.name(schema, table)} as "
            f"select {columns} from copied_from_the_lake"
        )
        session.native.unregister("copied_from_the_lake")
    except FileNotFoundError:
        raise AiUsageError(
            f"The cluster wrote {schema}.{table} to a place that is not the lake of this data folder.",
            "AI_USAGE_SPARK_LAKE must name the same place as AI_USAGE_LAKE (docs/deploy.md).",
        ) from None
    finally:
        lake.remove(place)


def _column(session: WarehouseSession, column: str, arrow_type: str) -> str:
    """Instants come in UTC, with or without saying so; the file keeps naive ones, as on every engine."""
    quoted = session.name(column)
    if not arrow_type.startswith("timestamp"):
        return quoted
    zone = " at time zone 'UTC'" if "tz=" in arrow_type else ""
    return f"cast({quoted}{zone} as timestamp) as {quoted}"


def between(column: str, days: Sequence[object]) -> str:
    """A condition on a day, as every engine reads it: from the first of `days` to before the last."""
    return f"{column} >= date '{days[0]}' and {column} < date '{days[-1]}'"
