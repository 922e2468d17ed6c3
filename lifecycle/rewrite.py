"""Makes deleted rows unreadable: engines only mark them as deleted and keep their bytes.

DuckDB's file keeps freed blocks, so everything alive is copied to a new file that takes the place of the old.
On PostgreSQL the tables are rewritten by VACUUM FULL; a plain VACUUM would leave the bytes in the pages.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from lifecycle.layout import RawTable
from lifecycle.sweep import DERIVED_SCHEMAS
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.warehouse import WarehouseSession


class RewriteError(AiUsageError):
    """The warehouse could not be rewritten; the rows are deleted, their bytes may still be readable."""


def rewrite_warehouse(environment: Environment, tables: list[RawTable]) -> None:
    """Rewrite what held rows about people. No session of this process may be open.

    Raises:
        RewriteError: the new file does not hold what the old one holds; the old one stays.
    """
    if environment.has_file:
        _rewrite_file(environment.warehouse)
        return
    with environment.session() as session:
        _vacuum(session, environment, tables)


def private_schemas(environment: Environment, tables: list[RawTable]) -> list[str]:
    """Every schema of the deployment that readers may not read."""
    schemas = {*(table.schema for table in tables), environment.raw_schema("ops")}
    return sorted(schemas | {environment.schema(name) for name in DERIVED_SCHEMAS if name != "published"})


def _vacuum(session: WarehouseSession, environment: Environment, tables: list[RawTable]) -> None:
    for schema in private_schemas(environment, tables):
        for table in session.tables(schema):
            session.execute(f"vacuum (full, analyze) {session.name(schema, table)}")
    # Outdated statistics hold sampled values. The database's owner may rewrite them; others are only warned.
    session.execute("vacuum (full) pg_catalog.pg_statistic")


def _rewrite_file(warehouse: Path) -> None:
    fresh = warehouse.with_name(f"{warehouse.name}.rewritten")
    for leftover in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        leftover.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{_quoted(warehouse)}' as stored")
        connection.execute("checkpoint stored")
        connection.execute(f"attach '{_quoted(fresh)}' as fresh")
        connection.execute("copy from database stored to fresh")
        connection.execute("checkpoint fresh")
        if _contents(connection, "stored") != _contents(connection, "fresh"):
            raise RewriteError(
                "The rewritten warehouse does not hold the same tables and rows; the old file stays.",
                "Nothing is lost. Run the same command again; if it repeats, report it.",
            )
        connection.execute("detach stored")
        connection.execute("detach fresh")
    os.chmod(fresh, warehouse.stat().st_mode & 0o777)
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(warehouse)
    folder = os.open(warehouse.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _contents(connection: duckdb.DuckDBPyConnection, database: str) -> dict[tuple[str, str], int]:
    """Rows by table; views and sequences count as -1 and -2."""
    found = {
        (schema, table): connection.execute(f'select count(*) from {database}."{schema}"."{table}"').fetchall()[
            0
        ][0]
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = ?", [database]
        ).fetchall()
    }
    for kind, name, mark in (("views", "view_name", -1), ("sequences", "sequence_name", -2)):
        condition = "and not internal" if kind == "views" else ""
        rows = connection.execute(
            f"select schema_name, {name} from duckdb_{kind}() where database_name = ? {condition}", [database]
        ).fetchall()
        found.update(dict.fromkeys(rows, mark))
    return found


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
