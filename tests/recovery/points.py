"""Counted points at which a process can be killed, without a change to the product.

A point is a call to a database driver (duckdb or psycopg2, whoever makes it: dlt, dbt or we) or a change of a
name or a flush in the file system. Points are counted by phase of the night, over all processes of a run; the
process that reaches the chosen one kills its whole group with SIGKILL before the call is made. Nothing is
cleaned up, as when the kernel's memory killer strikes. On PostgreSQL the server's side can be struck instead:
its backends end, and the run has to deal with connections that break.
"""

from __future__ import annotations

import functools
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

# Named like dbt's own, so that they reach the process that dbt runs in (orchestration/dbt_environment.py).
FOLDER = "DBT_RECOVERY_POINTS"  # where the count is kept
KILL_AT = "DBT_RECOVERY_KILL_AT"  # "<phase>:<number>"; empty: only count
GROUP = "DBT_RECOVERY_GROUP"  # the process group that may be killed
# "process": SIGKILL to the whole group; "parent": to its leader alone, so that dbt's process is left behind;
# "terminate": SIGTERM to the leader, as a scheduler or systemd does; "backend": the server's side of it.
HOW = "DBT_RECOVERY_HOW"
STRUCK = "struck"  # a file that says that the place was reached
BUILT = "built"  # a file that says that the first build has ended
READER = "recovery_reader"  # connections of this name are spared

_FILE_CALLS = ("rename", "replace", "symlink", "link", "fsync", "unlink", "rmdir")
_DUCKDB_CALLS = ("execute", "executemany", "begin", "commit", "rollback", "sql", "checkpoint")
_CURSOR_CALLS = ("execute", "executemany", "copy_expert")
_DETAIL = 120


@dataclass(frozen=True, slots=True)
class Point:
    """One counted call: its phase, its number in the phase from 1, the kind of call, and its first words."""

    phase: str
    number: int
    kind: str
    detail: str

    @property
    def place(self) -> str:
        """How a run is told to die here."""
        return f"{self.phase}:{self.number}"


def counted(folder: Path) -> list[Point]:
    """The points of a run, in their order."""
    lines = (folder / "names").read_text(encoding="utf-8").splitlines()
    fields = (line.split("\t", 3) for line in lines)
    return [Point(phase, int(number), kind, detail) for phase, number, kind, detail in fields]


def spread(points: Iterable[Point], count: int, seed: random.Random) -> list[Point]:
    """`count` points, taken in turn from every phase and kind of call, at random within each."""
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        groups.setdefault((point.phase, point.kind), []).append(point)
    for group in groups.values():
        seed.shuffle(group)
    chosen: list[Point] = []
    while len(chosen) < count and any(groups.values()):
        waiting = [group for group in groups.values() if group]
        seed.shuffle(waiting)
        chosen += [group.pop() for group in waiting][: count - len(chosen)]
    return chosen


def install_from_environment(phase: str | None = None) -> None:
    """Hook this process when its environment asks for it; `phase` when the whole process is one."""
    folder = os.environ.get(FOLDER)
    if folder:
        install(_Counter(Path(folder), os.environ.get(KILL_AT, ""), int(os.environ[GROUP]), phase))


def _terminate_backends() -> None:
    import psycopg2.extensions

    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    text = " ".join(f"{name}={os.environ[variable]}" for name, variable in names.items())
    connection = psycopg2.extensions.connection(text)  # not through what is counted
    try:
        connection.autocommit = True
        with psycopg2.extensions.cursor(connection) as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid() and application_name <> %s",
                (READER,),
            )
    finally:
        connection.close()


class _Counter:
    def __init__(self, folder: Path, kill_at: str, group: int, phase: str | None) -> None:
        self._folder, self._kill_at, self._group, self._phase = folder, kill_at, group, phase
        self._files: dict[str, int] = {}
        self._lock = threading.Lock()

    def reach(self, kind: str, detail: str) -> None:
        """Count; die when this is the place. A file grows by one byte a point: what was counted survives."""
        with self._lock:
            phase = self._phase or _phase()
            if phase == "publish" and (self._folder / "count-dbt").exists():
                self._open(BUILT)
            if phase == "dbt" and (self._folder / BUILT).exists():
                phase = "dbt again"  # a second build that hides more, and what comes after publishing
            count = self._open(f"count-{phase}")
            os.write(count, b".")
            number = os.fstat(count).st_size
            words = " ".join(detail.split())[:_DETAIL]
            os.write(self._open("names"), f"{phase}\t{number}\t{kind}\t{words}\n".encode())
            if f"{phase}:{number}" == self._kill_at and os.getpgrp() == self._group:
                self._open(STRUCK)
                self._strike(os.environ.get(HOW, "process"))

    def _strike(self, how: str) -> None:
        if how == "backend":
            _terminate_backends()
        elif how == "process":
            os.killpg(self._group, signal.SIGKILL)
        else:
            os.kill(self._group, signal.SIGTERM if how == "terminate" else signal.SIGKILL)

    def _open(self, name: str) -> int:
        if name not in self._files:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            self._files[name] = os.open(self._folder / name, flags, 0o600)
        return self._files[name]

    def hooked(self, original: Callable[..., Any], kind: str) -> Callable[..., Any]:
        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            self.reach(kind, " ".join(arg for arg in args if isinstance(arg, str)))
            return original(*args, **kwargs)

        return call


def install(counter: _Counter) -> None:
    """Put the counter before every call."""
    import duckdb
    import psycopg2
    import psycopg2.extensions

    for name in _FILE_CALLS:
        setattr(os, name, counter.hooked(getattr(os, name), name))
    for name in _DUCKDB_CALLS:
        original = getattr(duckdb.DuckDBPyConnection, name)
        setattr(duckdb.DuckDBPyConnection, name, counter.hooked(original, f"duckdb {name}"))

    class Cursor(psycopg2.extensions.cursor):  # type: ignore[misc]  # the driver has no types
        pass

    for name in _CURSOR_CALLS:
        setattr(Cursor, name, counter.hooked(getattr(psycopg2.extensions.cursor, name), f"postgres {name}"))

    class Connection(psycopg2.extensions.connection):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.cursor_factory = Cursor

    for name in ("commit", "rollback"):
        original = getattr(psycopg2.extensions.connection, name)
        setattr(Connection, name, counter.hooked(original, f"postgres {name}"))
    connect = psycopg2.connect
    psycopg2.connect = lambda *args, **kwargs: connect(*args, **{"connection_factory": Connection} | kwargs)


def _phase() -> str:
    """Which part of the night is at work: the main thread's innermost frame in a file of ours.

    dlt writes from threads of its own, during which the main thread waits in the call that began it.
    """
    frame: FrameType | None = sys._current_frames().get(threading.main_thread().ident or 0)
    found = "start"
    while frame is not None:
        file, function = frame.f_code.co_filename, frame.f_code.co_name
        if "/publishing/" in file:
            return "publish"
        if Path(file).parent.name == "ledger":
            found = "ops"
        elif file.endswith("ingestion/pipeline.py"):
            if function in ("_mark", "_record_outcome"):
                return "record"
            return found if found != "start" else "load"
        frame = frame.f_back
    return found
