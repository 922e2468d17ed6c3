"""The operator's own folders and files: what is wrong with one is told with its path and what to do."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from runtime.errors import ConfigurationError
from runtime.private_folder import make_private

# What a run makes in a data folder, the first ones by every run; and what an operator may keep there.
_MADE_BY_RUNS = frozenset(
    {"alerts.json", "destination.json", "dlt", "erased.json", "run.lock", "warehouse.duckdb"}
)
_FOLDERS_OF_DLT = "dlt-"  # of another target, or of another prefix of the raw schemas
_MAY_BE_THERE = frozenset(
    {
        *("company", "erased.json", "lost+found", "readers"),
        *("choices.json", "dagster", "logs", "published", "site", "site-versions", "target"),
        *("demo", "demo.json", "lint", "manifest", "truth.json"),  # of `make demo` and `make lint`
    }
)
# Libraries below us paste a path into SQL, a format string or a URL without quoting it.
_BREAKING = frozenset("'\"%#?\n\r")


class PathError(ConfigurationError):
    """A folder or file that this deployment names cannot be used; nothing was requested or written."""


@contextlib.contextmanager
def told_by_path(what: str, path: Path, remedy: str) -> Iterator[None]:
    """Tell an error of the operating system as one of `what`, with its path.

    Raises:
        PathError: from an OSError of the block.
    """
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if isinstance(error.errno, int) else type(error).__name__
        raise PathError(f"{what} {path} cannot be used: {reason}.", remedy) from error


def require_plain(what: str, path: Path) -> None:
    """Refuse a path that an engine would misread.

    Raises:
        PathError: names the characters.
    """
    if found := sorted(_BREAKING & set(str(path))):
        shown = " ".join("line break" if character in "\r\n" else character for character in found)
        raise PathError(
            f"The path of {what} holds {shown}, which the engines behind the pipeline misread.",
            "Name a folder without quotation marks, %, #, ? and line breaks.",
        )


def require_data_folder(folder: Path) -> None:
    """Refuse a folder of somebody else's files: a run takes others' rights to all that is in its data folder.

    Raises:
        PathError: the folder is not empty, and no run has ever written to it.
    """
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    strangers = {n for n in names - _MAY_BE_THERE if not n.startswith(".") and not n.endswith(".key")}
    if strangers and not any(n in _MADE_BY_RUNS or n.startswith(_FOLDERS_OF_DLT) for n in names):
        raise PathError(
            f"{folder} contains files, and no run has written to it yet.",
            "Name an empty folder, or one that does not exist yet, as the data folder.",
        )


def usable_folder(what: str, folder: Path, variable: str, *, create: bool) -> None:
    """Check a folder before anything is done in it; with `create` make it, private, where it is missing.

    Raises:
        PathError: it is none, cannot be made, or this account may not use it.
    """
    require_plain(what, folder)
    remedy = (
        f"Run as the account that owns it (systemd: `deploy/ai-usage-once`), start in the folder of the "
        f"deployment, or name another folder in {variable}."
    )
    with told_by_path(what.capitalize(), folder, remedy):
        if create:
            make_private(folder)
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(20, "Not a directory")
        wanted = os.R_OK | os.X_OK | (os.W_OK if create else 0)
        if folder.exists() and not os.access(folder, wanted):
            is_read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
            raise OSError(30, "") if is_read_only else PermissionError(13, "")
