"""The DuckDB file before a run writes to it: can it be opened, and is all of it there?"""

from __future__ import annotations

import time
from pathlib import Path

import duckdb

from ingestion.config import Environment
from ingestion.errors import BusyError, DestinationError

WAIT_SECONDS = 10.0
_PAUSE_SECONDS = 0.25
_HEADER_BYTES = 3 * 4096  # the main header and two database headers, before the first block


def require_sound_file(environment: Environment) -> None:
    """Open the warehouse file once, waiting a little for whoever reads it.

    Nothing is to be done on a server, or before the first night.

    Raises:
        BusyError: another program keeps the file open.
        DestinationError: the file or its write-ahead log is damaged or cut short.
    """
    path = environment.warehouse
    if environment.engine != "duckdb" or not path.exists():
        return
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            missing = _missing_bytes(path)
            break
        except duckdb.Error as error:
            if "lock" not in str(error).lower():
                raise _damaged(path) from None
            if time.monotonic() > until:
                raise BusyError(
                    f"Another program has {path.name} open; nothing was requested or written.",
                    "Close it. Readers open published/marts.duckdb, which never stands in the way.",
                ) from None
            time.sleep(_PAUSE_SECONDS)
    if missing:
        raise _damaged(path)


def _missing_bytes(path: Path) -> int:
    """How much shorter the file is than its header says. DuckDB itself notices only when it reads that far.

    With a log beside it, opening the file adds what the log holds: then only what cannot be opened counts.
    """
    has_log = path.with_name(f"{path.name}.wal").exists()
    size = path.stat().st_size
    with duckdb.connect(str(path)) as connection:
        found = connection.execute("select block_size * total_blocks from pragma_database_size()").fetchone()
    return 0 if has_log or not found else max(0, _HEADER_BYTES + int(found[0]) - size)


def _damaged(path: Path) -> DestinationError:
    return DestinationError(
        f"The warehouse file {path.name} or its .wal is damaged or cut short; nothing was written.",
        "Move both out of the data folder and restore the last backup (docs/deploy.md, Backup and restore).",
    )
