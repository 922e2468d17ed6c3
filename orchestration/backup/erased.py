"""Who was erased since a backup was made: asked of newer backups, and of data folders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from ledger.tombstone import Tombstone
from lifecycle.erased import FILE, read_erased
from orchestration.backup.archive import CHECKSUMS, Manifest, read_archive
from runtime.errors import AiUsageError

_TABLE = Path("ops") / "tombstones.parquet"


def newer_tombstones(folder: Path, manifest: Manifest) -> list[Tombstone]:
    """Tombstones in the backups that lie beside `folder` and were not made before it.

    Raises:
        AiUsageError: one of them is damaged.
    """
    found = []
    for beside in sorted(folder.parent.iterdir()):
        if beside != folder and (beside / CHECKSUMS).is_file() and (beside / _TABLE).is_file():
            other = read_archive(beside)
            if _made_at(other) >= _made_at(manifest) and other.key_check == manifest.key_check:
                found += _tombstones(beside)
    return found


def given_tombstones(folders: Iterable[Path], key_check: str) -> list[Tombstone]:
    """Tombstones of data folders and backups that somebody named.

    Raises:
        AiUsageError: a folder is neither, is damaged, or belongs to another key.
    """
    found = []
    for folder in folders:
        if (folder / CHECKSUMS).is_file():
            if read_archive(folder).key_check != key_check:
                raise AiUsageError(f"The backup {folder.name} belongs to another key.", "Name another folder.")
            found += _tombstones(folder)
        elif (folder / FILE).is_file():
            found += read_erased(folder, key_check)
        else:
            raise AiUsageError(
                f"{folder.name} does not say who was erased: it is no backup and holds no {FILE}.",
                "Name the data folder that was lost or moved aside, or a newer backup; nothing was written.",
            )
    return found


def _tombstones(folder: Path) -> list[Tombstone]:
    if not (folder / _TABLE).is_file():
        return []
    rows = pq.read_table(folder / _TABLE).to_pylist()
    return [Tombstone(row["namespace"], row["id_token"], row["valid_from"], row["valid_to"]) for row in rows]


def _made_at(manifest: Manifest) -> dt.datetime:
    return dt.datetime.fromisoformat(manifest.created_at)
