"""DuckDB: one private file, which one process at a time can write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb

from runtime.engines.base import GIVEN, Engine, Session, SessionOpener, catalogue_types, names, same_key
from runtime.engines.duckdb_rewrite import rewrite_file
from runtime.engines.reader import Reader

if TYPE_CHECKING:
    import pyarrow as pa

_ROW_GROUP = 100_000


class DuckDb(Engine):
    """See :class:`runtime.engines.base.Engine`."""

    name = "duckdb"
    sql_target = "dev"
    has_file = True
    type_names: ClassVar[Mapping[str, str]] = {
        "string": "varchar",
        "boolean": "boolean",
        "smallint": "smallint",
        "integer": "integer",
        "bigint": "bigint",
        "double": "double",
        "date": "date",
        "timestamp": "timestamp",
        "timestamptz": "timestamp with time zone",
        "numeric": "decimal(38, 9)",
    }

    def destination(self, file: Path, *, read_only: bool) -> Any:
        """The file. Left to itself DuckDB takes most of the memory; past the limit it spills to disk."""
        import dlt
        from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

        credentials = DuckDbCredentials({"database": str(file), "read_only": read_only})
        credentials.global_config = {
            "memory_limit": os.environ.get("AI_USAGE_LOAD_MEMORY_LIMIT", "300MB"),
            "preserve_insertion_order": False,
        }
        return dlt.destinations.duckdb(credentials)

    @contextmanager
    def reading(self, file: Path) -> Iterator[Session]:
        """See :meth:`Engine.reading`."""
        with duckdb.connect(str(file), read_only=True) as connection:
            yield Reader(self, connection, "?")

    def matches(self, expression: str) -> str:
        """By its function."""
        return f"regexp_matches({expression}, %s)"

    def column_types(self, session: Session, schema: str, table: str) -> dict[str, str]:
        """From the information schema."""
        return catalogue_types(session, schema, table)

    def change_type(self, relation: str, column: str, data_type: str) -> str:
        """It casts what is stored without being told how."""
        return f"alter table {relation} alter column {column} type {data_type}"

    def replace_rows(
        self,
        session: Session,
        relation: str,
        columns: Mapping[str, pa.DataType],
        key: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """From an Arrow table; single inserts would cost a millisecond each."""
        import pyarrow as pa

        values = zip(*rows, strict=True)
        given = pa.table(
            {
                name: pa.array(column, type_)
                for (name, type_), column in zip(columns.items(), values, strict=True)
            }
        )
        session.native.register(GIVEN, given)
        try:
            session.execute(f"delete from {relation} using {GIVEN} where {same_key(session, relation, key)}")
            into = names(session, list(columns))
            session.execute(f"insert into {relation} ({into}) select {into} from {GIVEN}")
        finally:
            session.native.unregister(GIVEN)

    def read_as_of_one_moment(self, session: Session) -> None:
        """Every transaction does."""

    def save_parquet(self, session: Session, relation: str, columns: Mapping[str, str], path: Path) -> None:
        """By `copy`. Each column is cast, because a sum of integers (hugeint) would be written as a double."""
        casts = {
            session.name(column): "varchar" if portable == "numeric" else self.type_name(portable)
            for column, portable in columns.items()
        }
        selected = ", ".join(f"cast({column} as {type_}) as {column}" for column, type_ in casts.items())
        session.execute(
            f"copy (select {selected} from {relation}) to {_text(path)} "
            f"(format parquet, compression zstd, row_group_size {_ROW_GROUP})"
        )

    def load_parquet(self, session: Session, relation: str, columns: Sequence[str], path: Path) -> None:
        """By its reader of such files."""
        into = names(session, columns)
        session.execute(f"insert into {relation} ({into}) select {into} from read_parquet({_text(path)})")

    def rewrite(self, file: Path, opened: SessionOpener, relations: Callable[[Session], list[str]]) -> None:
        """The file keeps freed blocks, so everything alive is copied to a new one that takes its place."""
        rewrite_file(file)


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
