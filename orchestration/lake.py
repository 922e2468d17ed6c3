"""What Spark needs before it builds: the raw tables of the lake declared, the records beside them."""

from __future__ import annotations

import pyarrow as pa

from ingestion.lake import lake_of
from ingestion.lake_tables import declare_copies, declare_raw
from ingestion.sources.registry import SOURCES
from ledger.tables import TABLE_NAMES
from publishing.closed import CLOSED, CONTENTS, HIDDEN_GROUPS, PERIODS, ClosedStore
from runtime.environment import Environment
from runtime.spark import spark_sql
from runtime.warehouse import WarehouseSession


def prepare_lake(environment: Environment) -> None:
    """Let the cluster see what was loaded; nothing on engines that hold the raw tables themselves.

    Raises:
        SparkError: the cluster does not answer.
    """
    lake = lake_of(environment)
    if lake is None:
        return
    ops, closed = environment.raw_schema("ops"), environment.schema(CLOSED)
    with environment.session() as session:
        ClosedStore(session, environment).ensure()  # models read what is closed and what the audit had hidden
        records = {table: _table(session, ops, table) for table in TABLE_NAMES}
        kept = {table: _table(session, closed, table) for table in (PERIODS, CONTENTS, HIDDEN_GROUPS)}
    with spark_sql() as spark:
        declare_raw(spark, environment, lake, {source.name: source.contracts for source in SOURCES})
        declare_copies(spark, lake, ops, records)
        declare_copies(spark, lake, closed, kept)


def _table(session: WarehouseSession, schema: str, table: str) -> pa.Table:
    """A small table, whole; without the columns that dlt gave it in earlier releases, which no model reads."""
    names = [column.name for column in session.columns(schema, table) if not column.name.startswith("_dlt")]
    columns = ", ".join(session.name(name) for name in names)
    query = f"select {columns} from {session.name(schema, table)}"
    found: pa.Table = session.native.sql(query).to_arrow_table()
    return found
