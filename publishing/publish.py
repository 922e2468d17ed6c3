"""The switch: one new file with every published table, then one rename. Readers see old or new, never a mix."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.errors import AiUsageError
from publishing.audit import audit, require_clean

BUILD_SCHEMA = "marts"
PUBLISHED_SCHEMA = "published"
KEEP_VERSIONS = 3
_LINK = "marts.duckdb"


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published, and where readers find it."""

    run_id: str
    database: Path
    parquet_dir: Path
    tables: tuple[str, ...]
    rows: int


def publish(warehouse: Path, published_dir: Path, run_id: str, *, k: int = 5) -> Publication:
    """Audit the marts of `warehouse` and make them the published version.

    The new file is complete and on disk before the symlink `marts.duckdb` moves to it, so readers never wait
    and never see half a night. It is written for 1.x readers too (`STORAGE_VERSION 'v1.0.0'`).

    Raises:
        AiUsageError: there is nothing to publish, or the audit refused it; the last version stays.
    """
    published_dir.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        # In memory, with the warehouse attached for reading only: what is attached to a connection that is
        # itself read-only could not be written.
        connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
        connection.execute("use warehouse")
        tables = _tables(connection)
        if not tables:
            raise AiUsageError("No marts have been built.", "Run `ai-usage run` first.")
        require_clean(audit(connection, BUILD_SCHEMA, k))
        version = published_dir / f"marts-{run_id}.duckdb"
        building = version.with_suffix(".building")
        building.unlink(missing_ok=True)
        rows = _copy(connection, tables, building, run_id)
        parquet_dir = _write_parquet(connection, tables, published_dir, run_id)
    _sync(building)
    building.replace(version)
    _point(published_dir / _LINK, version.name)
    _point(published_dir / "parquet", parquet_dir.name)
    _sync(published_dir)
    _remove_old(published_dir, keep={version.name, parquet_dir.name})
    return Publication(run_id, published_dir / _LINK, published_dir / "parquet", tuple(tables), rows)


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = current_database() and table_schema = ? and table_type = 'BASE TABLE' "
        "order by table_name",
        [BUILD_SCHEMA],
    ).fetchall()
    return [name for (name,) in found if not name.endswith(("__dbt_tmp", "__dbt_backup"))]


def _copy(connection: duckdb.DuckDBPyConnection, tables: list[str], path: Path, run_id: str) -> int:
    """Copy every table into one new database file; returns the number of rows."""
    connection.execute(f"attach '{_quoted(path)}' as target (storage_version 'v1.0.0')")
    connection.execute(f"create schema target.{PUBLISHED_SCHEMA}")
    rows = 0
    for table in tables:
        connection.execute(
            f'create table target.{PUBLISHED_SCHEMA}."{table}" as select * from {BUILD_SCHEMA}."{table}"'
        )
        counted = connection.execute(f'select count(*) from {BUILD_SCHEMA}."{table}"').fetchone()
        rows += counted[0] if counted else 0
    connection.execute(
        f"create table target.{PUBLISHED_SCHEMA}.publication as "
        "select ?::varchar as run_id, ?::timestamp as published_at",
        [run_id, dt.datetime.now(dt.UTC).replace(tzinfo=None)],
    )
    connection.execute("checkpoint target")
    connection.execute("detach target")
    return rows


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, tables: list[str], published_dir: Path, run_id: str
) -> Path:
    folder = published_dir / f"parquet-{run_id}"
    folder.mkdir(exist_ok=True)
    for table in tables:
        path = folder / f"{table}.parquet"
        connection.execute(
            f"copy {BUILD_SCHEMA}.\"{table}\" to '{_quoted(path)}' (format parquet, compression zstd)"
        )
    return folder


def _point(link: Path, target: str) -> None:
    """Move a symlink in one step."""
    temporary = link.with_name(f".{link.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)


def _remove_old(published_dir: Path, keep: set[str]) -> None:
    """Keep the newest versions; a reader that still holds an older file keeps its open handle."""
    for pattern in ("marts-*.duckdb", "parquet-*"):
        versions = sorted(published_dir.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in versions[KEEP_VERSIONS:]:
            if old.name in keep:
                continue
            if old.is_dir():
                for file in old.iterdir():
                    file.unlink()
                old.rmdir()
            else:
                old.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
