"""PostgreSQL: a server that several machines share, with roles."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlencode

import psycopg2

from runtime.engines.base import GIVEN, Engine, Session, SessionOpener, names, same_key
from runtime.engines.portable import arrow_type
from runtime.engines.reader import Reader

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.csv as pa_csv

_AT_ONCE = 1000
_ROW_GROUP = 100_000
_RESET = "pg_stat_reset_single_table_counters"


class Postgres(Engine):
    """See :class:`runtime.engines.base.Engine`."""

    name = "postgres"
    sql_target = "postgres"
    has_file = False
    has_roles = True
    type_names: ClassVar[Mapping[str, str]] = {
        "string": "text",
        "boolean": "boolean",
        "smallint": "smallint",
        "integer": "integer",
        "bigint": "bigint",
        "double": "double precision",
        "date": "date",
        "timestamp": "timestamp without time zone",
        "timestamptz": "timestamp with time zone",
        "numeric": "numeric",
    }

    def destination(self, file: Path, *, read_only: bool) -> Any:
        """The database that libpq's variables name."""
        import dlt

        return dlt.destinations.postgres(postgres_url())

    @contextmanager
    def reading(self, file: Path) -> Iterator[Session]:
        """See :meth:`Engine.reading`. Each query sees what is committed by then."""
        with closing(psycopg2.connect(postgres_url())) as connection:
            connection.set_session(readonly=True, autocommit=True)
            yield Reader(self, connection, "%s")

    def matches(self, expression: str) -> str:
        """By its operator."""
        return f"{expression} ~ %s"

    def column_types(self, session: Session, schema: str, table: str) -> dict[str, str]:
        """From the catalogue: the information schema leaves out precision and scale."""
        return dict(
            session.rows(
                "select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) "
                "from pg_catalog.pg_attribute as a where a.attrelid = to_regclass(%s) and a.attnum > 0 "
                "and not a.attisdropped order by a.attnum",
                session.name(schema, table),
            )
        )

    def change_type(self, relation: str, column: str, data_type: str) -> str:
        """It must be told to cast what is stored."""
        return f"alter table {relation} alter column {column} type {data_type} using {column}::{data_type}"

    def replace_rows(
        self,
        session: Session,
        relation: str,
        columns: Mapping[str, pa.DataType],
        key: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """By lists of values, a thousand at once."""
        from psycopg2.extras import execute_values

        positions = [list(columns).index(column) for column in key]
        keys = [tuple(row[position] for position in positions) for row in rows]
        with session.native.cursor() as cursor:
            given = f"(values %s) as {GIVEN} ({names(session, key)})"
            delete = f"delete from {relation} using {given} where {same_key(session, relation, key)}"
            execute_values(cursor, delete, keys, page_size=_AT_ONCE)
            into = f"{relation} ({names(session, list(columns))})"
            execute_values(cursor, f"insert into {into} values %s", rows, page_size=_AT_ONCE)

    def read_as_of_one_moment(self, session: Session) -> None:
        """By the level of isolation; the usual one sees what others commit meanwhile."""
        session.execute("set transaction isolation level repeatable read")

    def save_parquet(self, session: Session, relation: str, columns: Mapping[str, str], path: Path) -> None:
        """By CSV, the fastest way out of PostgreSQL: NULL is an empty field, empty text a quoted one."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([pa.field(name, arrow_type(portable)) for name, portable in columns.items()])
        # Beside the target, which is private and has the room, rather than in a shared folder.
        with tempfile.TemporaryFile(dir=path.parent) as spool:
            with session.native.cursor() as cursor:
                selected = names(session, list(columns))
                cursor.copy_expert(f"copy (select {selected} from {relation}) to stdout (format csv)", spool)
            size = spool.tell()
            spool.seek(0)
            with pq.ParquetWriter(path, schema, compression="zstd") as writer:
                if size:
                    for batch in _csv_batches(spool, schema):
                        writer.write_batch(batch)

    def load_parquet(self, session: Session, relation: str, columns: Sequence[str], path: Path) -> None:
        """By CSV as well."""
        import pyarrow as pa
        import pyarrow.csv as pa_csv
        import pyarrow.parquet as pq

        statement = f"copy {relation} ({names(session, columns)}) from stdin (format csv)"
        options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")
        with tempfile.TemporaryFile() as spool, session.native.cursor() as cursor:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=_ROW_GROUP):
                    pa_csv.write_csv(pa.Table.from_batches([batch]), spool, options)
            spool.seek(0)
            cursor.copy_expert(statement, spool)

    def rewrite(self, file: Path, opened: SessionOpener, relations: Callable[[Session], list[str]]) -> None:
        """By VACUUM FULL; a plain VACUUM would leave the bytes in the pages."""
        with opened() as session:
            for relation in relations(session):
                session.execute(f"vacuum (full, analyze) {relation}")
            # Outdated statistics hold sampled values. The database's owner may rewrite them, others are warned.
            session.execute("vacuum (full) pg_catalog.pg_statistic")

    def forget_counters(self, session: Session, relations: Sequence[str]) -> bool:
        """Every role may read these counters; setting them to zero needs a right of its own."""
        if not session.value(f"select has_function_privilege('{_RESET}(oid)', 'execute')"):
            return False
        # What this session deleted is counted when it is idle for a second; from release 15 on also at once.
        if session.rows("select 1 from pg_catalog.pg_proc where proname = 'pg_stat_force_next_flush'"):
            session.rows("select pg_stat_force_next_flush()")
        for relation in relations:
            session.rows(f"select {_RESET}(to_regclass(%s))", relation)
        return True


def _csv_batches(spool: object, schema: pa.Schema) -> pa_csv.CSVStreamingReader:
    import pyarrow.csv as pa_csv

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


def postgres_url() -> str:
    """Connection by libpq's own variables (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE).

    They are what dbt's profile reads as well. A host that is a folder is a Unix socket.
    """
    variable = os.environ.get
    host = variable("PGHOST", "localhost")
    query = {"sslmode": variable("PGSSLMODE", "prefer"), "options": "-ctimezone=UTC"}
    if host.startswith("/"):
        host, query["host"] = "localhost", host
    user, password = quote(variable("PGUSER", "ai_usage")), quote(variable("PGPASSWORD", ""), safe="")
    database = quote(variable("PGDATABASE", "ai_usage"))
    return f"postgresql://{user}:{password}@{host}:{variable('PGPORT', '5432')}/{database}?{urlencode(query)}"
