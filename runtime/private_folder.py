"""The data folder is readable by its owner alone, whatever its parents, the umask or an earlier release did.

`published/` and the site are for readers; where they lie in a folder of their own (`AI_USAGE_READERS_DIR`), the
data folder needs to be opened to nobody.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
DEFAULT_NAME = ".data"
# Not ours to close: what readers open, and a lake that a cluster's account reads.
_FOR_READERS = ("published", "site", "site-versions", "lake")


def make_private(folder: Path) -> None:
    """Make the folder and every missing parent of it, each for its owner alone."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        with contextlib.suppress(FileExistsError):  # another process may have been faster
            path.mkdir(mode=0o700)


def close_to_others(folder: Path) -> str:
    """Take group and others' rights from the data folder and all that is in it; says so where there were any.

    What belongs to another account (a volume's root) stays as it is; `ai-usage doctor` tells of it.
    """
    if not folder.exists():
        return ""
    closed = [path for path in _private(folder) if _close(path)]
    if not closed:
        return ""
    base = folder.parent.parent if folder.parent.name == DEFAULT_NAME else folder.parent
    few = ", ".join(str(path.relative_to(base)) for path in closed[:3])
    more = f" and {len(closed) - 3} more" if len(closed) > 3 else ""
    return f"Other accounts could read {few}{more}; now only their owner can."


def _private(folder: Path) -> Iterator[Path]:
    if folder.parent.name == DEFAULT_NAME:  # the demo's lies in it
        yield folder.parent
    yield folder
    for root, folders, files in os.walk(folder):
        if Path(root) == folder:
            folders[:] = [name for name in folders if name not in _FOR_READERS]
        for name in (*folders, *files):
            yield Path(root) / name


def _close(path: Path) -> bool:
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode) or not found.st_mode & OTHERS or found.st_uid != os.geteuid():
            return False
        path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
    except OSError:  # gone meanwhile, or a file system without modes
        return False
    return True
