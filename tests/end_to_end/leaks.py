"""Searches everything a run leaves behind for texts about people."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

_TOKEN = re.compile(rb"p1_[0-9a-f]{32}")


def leaks(folder: Path, canaries: Iterable[str]) -> list[str]:
    """Places that hold a canary in any case; every format is read as its readers would read it."""
    sought = sorted({form for text in canaries for form in (text.encode(), text.lower().encode())})
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            for place, data in texts(path):
                # bytes.lower leaves letters beyond ASCII alone; for them both cases are sought
                lowered = data.lower()
                if any(text in lowered or text in data for text in sought):
                    found.append(f"{path.relative_to(folder)} {place}")
    return found


def files_with_tokens(folder: Path) -> set[str]:
    """Files that hold any pseudonym of an identifier: whatever is not erased with a person must hold none."""
    return {
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and any(_TOKEN.search(data) for _, data in texts(path))
    }


def texts(path: Path) -> Iterator[tuple[str, bytes]]:
    """What a file holds: its bytes, and what its readers make of them, by place."""
    data = path.read_bytes()
    yield "bytes", data
    if path.suffix == ".duckdb":
        yield from _duckdb_texts(path)
    elif path.suffix == ".parquet":
        yield "rows", str(pq.read_table(path).to_pylist()).encode()
    elif data[:2] == b"\x1f\x8b":
        yield "unpacked", gzip.decompress(data)
    elif data[:2] in (b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        yield "unpacked", zlib.decompress(data)


def _duckdb_texts(path: Path) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns "
            "where table_catalog = current_database() and data_type like '%VARCHAR%'"
        ).fetchall()
        for schema, table, column in columns:
            rows = connection.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
            yield f"{schema}.{table}.{column}", "\n".join(str(value) for (value,) in rows).encode()
