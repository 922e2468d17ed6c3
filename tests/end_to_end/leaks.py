"""Searches everything a run leaves behind for texts about people."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def leaks(folder: Path, canaries: Iterable[str]) -> list[str]:
    """Names of files that hold a canary in any case; every format is read as its readers would read it."""
    pattern = re.compile("|".join(re.escape(text) for text in sorted(canaries)), re.IGNORECASE)
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found += [
                f"{path.relative_to(folder)} {place}".strip()
                for place, text in _texts(path)
                if pattern.search(text)
            ]
    return found


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    data = path.read_bytes()
    yield "bytes", data.decode("utf-8", "ignore")
    if path.suffix == ".duckdb":
        yield from _duckdb_texts(path)
    elif path.suffix == ".parquet":
        yield "rows", str(pq.read_table(path).to_pylist())
    elif data[:2] == b"\x1f\x8b":
        yield "unpacked", gzip.decompress(data).decode("utf-8", "ignore")
    elif data[:2] in (b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        yield "unpacked", zlib.decompress(data).decode("utf-8", "ignore")


def _duckdb_texts(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns "
            "where table_catalog = current_database() and data_type like '%VARCHAR%'"
        ).fetchall()
        for schema, table, column in columns:
            rows = connection.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
            yield f"{schema}.{table}.{column}", "\n".join(str(value) for (value,) in rows)
