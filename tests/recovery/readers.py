"""Readers at 100 Hz while somebody publishes and dies: whatever they see must be one whole version."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg2

from tests.recovery.points import READER
from tests.recovery.rig import Deployment

_PERIOD_SECONDS = 0.01
_LONGEST_WAIT = "30s"  # for a lock; a machine that stalls is no fault of the publish
Seen = tuple[str, str]  # run_id, checksum over every row of every other table
Read = Callable[[], Seen]


def file_reader(made: Deployment) -> Read:
    """Opens the published file by its path, as a BI tool does."""
    path = made.environment.published_dir / "marts.duckdb"

    def read() -> Seen:
        with duckdb.connect(str(path), read_only=True) as connection:
            found = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'published'"
            ).fetchall()
            names = sorted(name for (name,) in found if name != "publication")
            sums = [_checksum(connection, f'published."{name}"') for name in names]
            (run_id,) = connection.execute("select run_id from published.publication").fetchone() or ("",)
            return run_id, str(list(zip(names, sums, strict=True)))

    return read


def parquet_reader(made: Deployment) -> Read:
    """Opens the Parquet folder once and reads all files of it (a path per file could cross a switch)."""
    folder = made.environment.published_dir / "parquet"

    def read() -> Seen:
        version: Path = folder.resolve()
        with duckdb.connect() as connection:
            files = sorted(file for file in version.iterdir() if file.stem != "publication")
            sums = [_checksum(connection, f"read_parquet('{file}')") for file in files]
            query = f"select run_id from '{version}/publication.parquet'"
            (run_id,) = connection.execute(query).fetchone() or ("",)
            return run_id, str([(file.stem, one) for file, one in zip(files, sums, strict=True)])

    return read


def postgres_reader(made: Deployment) -> Read:
    """One statement over all published tables; a statement sees one moment."""
    names = {name.lower().removeprefix("pg"): value for name, value in made.variables.items()}

    def read() -> Seen:
        connection = psycopg2.connect(
            host=names["host"],
            user=names["user"],
            dbname=names["database"],
            port=names["port"],
            application_name=READER,
            options=f"-c lock_timeout={_LONGEST_WAIT}",
        )
        try:
            return _one_statement(connection)
        finally:
            connection.close()

    return read


def _one_statement(connection: Any) -> Seen:
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'published'")
        tables = sorted(name for (name,) in cursor.fetchall() if name != "publication")
        parts = [
            f"select '{name}', md5(coalesce(string_agg(t::text, '|' order by t::text), '')) "
            f'from published."{name}" as t'
            for name in tables
        ]
        parts.append("select 'publication', max(run_id) from published.publication")
        cursor.execute(" union all ".join(parts))
        found = dict(cursor.fetchall())
    return found.pop("publication"), str(sorted(found.items()))


def _checksum(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[object, ...]:
    found = connection.execute(f"select count(*), bit_xor(hash(t)) from {relation} as t").fetchone()
    return tuple(found or ())


class Watch:
    """What the readers saw: how often each version, and what went wrong while reading."""

    def __init__(self) -> None:
        self.seen: Counter[Seen] = Counter()
        self.errors: list[str] = []

    @property
    def reads(self) -> int:
        return self.seen.total()

    def mixed(self, old: Seen, new_checksum: str) -> Counter[str]:
        """Reads that were neither the old version nor the new one, and failed reads, by kind."""
        wrong = sum(
            count
            for (run_id, checksum), count in self.seen.items()
            if checksum != (old[1] if run_id == old[0] else new_checksum)
        )
        return +Counter({"mixed": wrong, **Counter(self.errors)})


@contextmanager
def watching(read: Read) -> Iterator[Watch]:
    """Read every 10 ms (or as fast as it goes) until the block ends, and once more at its end."""
    watch, stop = Watch(), threading.Event()

    def loop() -> None:
        while True:
            last, began = stop.is_set(), time.monotonic()
            try:
                watch.seen[read()] += 1
            except Exception as error:  # a reader that fails is a finding, not the end of the watch
                watch.errors.append(f"{type(error).__name__}: {error}")
            if last:
                return
            stop.wait(max(0.0, _PERIOD_SECONDS - (time.monotonic() - began)))

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield watch
    finally:
        stop.set()
        thread.join()
