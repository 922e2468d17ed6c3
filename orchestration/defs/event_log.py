"""Dagster's event log with its files kept open.

Dagster opens a SQLite file anew for each event. A night has about 2500 events, most of which go to two files,
and opening takes about three quarters of the processor time of storing an event.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

_BUSY_SECONDS = 30


class KeptOpenEventLog(SqliteEventLogStorage):
    """The same files with the same contents; other processes read and write them as before.

    For one process with one run at a time. An event survives the end of the process, but the last ones may be
    lost with the machine: it is a history, and nothing is decided by it.
    """

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._open: dict[str, Connection] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> KeptOpenEventLog:
        """Dagster's own gives its own class."""
        return cls(inst_data=inst_data, **config_value)

    @contextlib.contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        if shard not in self._open:
            with super()._connect(shard):  # makes the file and its tables
                pass
        with self._db_lock:
            if shard not in self._open:
                self._open[shard] = self._opened(shard)
            with self._open[shard].begin():
                yield self._open[shard]

    def _opened(self, shard: str) -> Connection:
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=NullPool,
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},  # the lock keeps threads apart
        )
        connection = engine.connect()
        connection.exec_driver_sql("pragma synchronous = normal")
        connection.commit()
        return connection

    def dispose(self) -> None:
        """Close the files."""
        with self._db_lock:
            for connection in self._open.values():
                connection.close()
            self._open.clear()
        super().dispose()
