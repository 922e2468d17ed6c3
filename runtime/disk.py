"""A full disk, recognised behind whatever library met it first."""

from __future__ import annotations

import errno
from pathlib import Path

from runtime.errors import DiskFullError

_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})
# What DuckDB and PostgreSQL say, from the operating system's own words.
_WORDS = ("no space left on device", "disk quota exceeded")


def disk_full(error: BaseException, folder: Path) -> DiskFullError | None:
    """The error to tell when a full disk stands anywhere behind `error`; None when something else does."""
    cause: BaseException | None = error
    seen: set[int] = set()  # a chain of causes may be a ring
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, DiskFullError):
            return cause
        is_errno = isinstance(cause, OSError) and cause.errno in _ERRNOS
        if is_errno or any(words in str(cause).lower() for words in _WORDS):
            return DiskFullError(
                f"The disk of the data folder {folder} or of the database is full.",
                "Free some space and run again: nothing is lost, the next run finishes what this one began; "
                "readers keep the last good version.",
            )
        cause = cause.__cause__ or cause.__context__
    return None
