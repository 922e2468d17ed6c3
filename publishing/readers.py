"""Rights of what is published: those of the folder that holds it, so that who may read is decided once."""

from __future__ import annotations

import os
from pathlib import Path

from runtime.errors import AiUsageError


class ReadersShutOutError(AiUsageError):
    """The readers' group could not be given the new version; the last one stays."""


def give_to_readers(holder: Path, tree: Path) -> None:
    """Give `tree` the group of `holder` and, of its mode, what group and others may read; nobody may write.

    Raises:
        ReadersShutOutError: only the group may read, and this account cannot give it anything.
    """
    rights = holder.stat()
    needs_group = rights.st_mode & 0o050 > (rights.st_mode & 0o005) << 3
    for path in (tree, *tree.rglob("*")):
        if path.lstat().st_gid != rights.st_gid:
            try:
                os.chown(path, -1, rights.st_gid, follow_symlinks=False)
            except PermissionError:
                if needs_group:
                    raise ReadersShutOutError(
                        f"Readers of {holder.name} are its group ({rights.st_gid}), and the pipeline's account "
                        "is no member of it; they could not open the new version.",
                        "Add the account to the group (`usermod --append --groups`), or let others read.",
                    ) from None
        path.chmod(0o700 | rights.st_mode & 0o055 if path.is_dir() else 0o400 | rights.st_mode & 0o044)
