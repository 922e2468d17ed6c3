"""The DuckDB file before a run writes to it: can it be opened?"""

from __future__ import annotations

import time
from pathlib import Path

import duckdb

from ingestion.config import Environment
from ingestion.errors import BusyError, DestinationError

WAIT_SECONDS = 10.0
_PAUSE_SECONDS = 0.25


def require_sound_file(environment: Environment) -> None:
    """Open the warehouse file once, waiting a little for whoever reads it.

    Nothing is to be done on a server, or before the first night.

    Raises:
        BusyError: another program keeps the file open.
        DestinationError: the file or its write-ahead log is so damaged or cut that it cannot be opened.
    """
    path = environment.warehouse
    if environment.engine != "duckdb" or not path.exists():
        return
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            duckdb.connect(str(path)).close()
            return
        except duckdb.Error as error:
            if isinstance(error, duckdb.ConnectionException):
                return  # this very process has it open
            if "lock" not in str(error).lower():
                raise _damaged(path) from None
            if time.monotonic() > until:
                raise BusyError(
                    f"Another program has {path.name} open; nothing was requested or written.",
                    "Close it. Readers open published/marts.duckdb, which never stands in the way.",
                ) from None
            time.sleep(_PAUSE_SECONDS)


def _damaged(path: Path) -> DestinationError:
    return DestinationError(
        f"The warehouse file {path.name} or its .wal is damaged or cut short; nothing was written.",
        "Move both out of the data folder and restore the last backup (docs/deploy.md, Backup and restore).",
    )
