"""A table to a Parquet file and back, on either engine, without holding it in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from orchestration.backup.columns import SavedColumn
from runtime.warehouse import WarehouseSession

_ROW_GROUP = 100_000


def save_table(
    session: WarehouseSession, schema: str, table: str, columns: Sequence[SavedColumn], path: Path
) -> int:
    """Write every row to `path`; returns how many."""
    if session.engine == "postgres":
        _copy_out(session, session.name(schema, table), columns, path)
    else:
        # Cast, because DuckDB would write a sum of integers (hugeint) as a double.
        selected = ", ".join(
            f"cast({session.name(column.name)} as {column.parquet_type()}) as {session.name(column.name)}"
            for column in columns
        )
        session.execute(
            f"copy (select {selected} from {session.name(schema, table)}) to {_text(path)} "
            f"(format parquet, compression zstd, row_group_size {_ROW_GROUP})"
        )
    return int(pq.read_metadata(path).num_rows)


def load_table(
    session: WarehouseSession, schema: str, table: str, columns: Sequence[SavedColumn], path: Path
) -> None:
    """Append every row of `path` to a table that has these columns."""
    relation = session.name(schema, table)
    names = ", ".join(session.name(column.name) for column in columns)
    if session.engine == "postgres":
        _copy_in(session, f"copy {relation} ({names}) from stdin (format csv)", path)
    else:
        session.execute(f"insert into {relation} ({names}) select {names} from read_parquet({_text(path)})")


def _copy_out(session: WarehouseSession, relation: str, columns: Sequence[SavedColumn], path: Path) -> None:
    """By CSV, the fastest way out of PostgreSQL: NULL is an empty field, empty text a quoted one."""
    schema = pa.schema([pa.field(column.name, column.arrow_type()) for column in columns])
    names = ", ".join(session.name(column.name) for column in columns)
    # Beside the archive, which is private and has the room, rather than in a shared folder.
    with tempfile.TemporaryFile(dir=path.parent) as spool:
        with session.native.cursor() as cursor:
            cursor.copy_expert(f"copy (select {names} from {relation}) to stdout (format csv)", spool)
        size = spool.tell()
        spool.seek(0)
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            if size:
                for batch in _csv_batches(spool, schema):
                    writer.write_batch(batch)


def _csv_batches(spool: object, schema: pa.Schema) -> pa_csv.CSVStreamingReader:
    return pa_csv.open_csv(
        spool,
        read_options=pa_csv.ReadOptions(column_names=schema.names, block_size=8 << 20),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=schema,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
        ),
    )


def _copy_in(session: WarehouseSession, statement: str, path: Path) -> None:
    options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
    with tempfile.TemporaryFile() as spool, session.native.cursor() as cursor:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROW_GROUP):
                pa_csv.write_csv(pa.Table.from_batches([batch]), spool, options)
        spool.seek(0)
        cursor.copy_expert(statement, spool)


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
