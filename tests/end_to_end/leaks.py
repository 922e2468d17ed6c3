"""Searches everything a run leaves behind for texts about people."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

_AT_ONCE = 1 << 22  # bytes
_TOKEN = re.compile(rb"p1_[0-9a-f]{32}")


def leaks(folder: Path, canaries: Iterable[str]) -> list[str]:
    """Places that hold a canary in any case; every format is read as its readers would read it."""
    sought = Sought(canaries)
    return [
        f"{path.relative_to(folder)} {place}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
        for place, data in texts(path)
        if sought.is_in(data)
    ]


class Sought:
    """Hundreds of texts to be found in one pass over some data: in any case, and as a part of a longer word."""

    def __init__(self, sought: Iterable[str]) -> None:
        """Each has three bytes or more."""
        # bytes.lower leaves letters beyond ASCII alone; for them both cases are sought
        forms = {form for text in sought for form in (text.encode().lower(), text.lower().encode())}
        self._by_start: dict[bytes, list[bytes]] = {}
        for form in forms:
            self._by_start.setdefault(form[:3], []).append(form)
        self._is_start = np.zeros(1 << 24, dtype=np.bool_)
        for start in self._by_start:
            self._is_start[int.from_bytes(start, "big")] = True

    def is_in(self, data: bytes) -> bool:
        """Whether any of the texts is."""
        lowered = data.lower()
        return any(
            lowered.startswith(form, place)
            for place in self._places(lowered)
            for form in self._by_start[lowered[place : place + 3]]
        )

    def _places(self, lowered: bytes) -> Iterator[int]:
        """Where three bytes are the first three of a text."""
        for begin in range(0, len(lowered), _AT_ONCE):
            piece = np.frombuffer(lowered[begin : begin + _AT_ONCE + 2], dtype=np.uint8).astype(np.uint32)
            starts = (piece[:-2] << 16) | (piece[1:-1] << 8) | piece[2:]
            yield from (np.flatnonzero(self._is_start[starts]) + begin).tolist()


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
    """Of every table; a view holds nothing but its SQL, which the file's bytes show."""
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "inner join duckdb_tables() using (database_name, schema_name, table_name) "
            "where database_name = current_database() and data_type like '%VARCHAR%'"
        ).fetchall()
        for schema, table, column in columns:
            rows = connection.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
            yield f"{schema}.{table}.{column}", "\n".join(str(value) for (value,) in rows).encode()
