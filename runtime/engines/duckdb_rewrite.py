"""Makes deleted rows of a DuckDB file unreadable: freed blocks keep their bytes."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from runtime.errors import RewriteError


def rewrite_file(warehouse: Path) -> None:
    """Copy everything alive to a new file that takes the place of the old one.

    Raises:
        RewriteError: the new file does not hold what the old one holds; the old one stays.
    """
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
