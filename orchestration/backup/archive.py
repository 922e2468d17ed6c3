"""The folder of a backup: manifest, checksums, and a name that appears only when everything is in it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from orchestration.backup.columns import SavedColumn
from orchestration.backup.contents import Relation
from runtime.errors import AiUsageError

FORMAT = 1
MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
_PARTIAL = ".partial"
_NAME = re.compile(r"[A-Za-z0-9_]+")
_ANOTHER = "Use another backup; nothing was written."


@dataclass(frozen=True, slots=True)
class SavedTable:
    """One table of a backup."""

    relation: Relation
    rows: int
    columns: tuple[SavedColumn, ...]

    @property
    def file(self) -> str:
        """Path inside the backup."""
        return f"{self.relation.owner}/{self.relation.table}.parquet"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        format: version of this layout.
        product_version: release that wrote it.
        created_at: ISO time, UTC.
        engine: name of the engine that the tables were saved on.
        epoch, key_check, canonical_version: the row of `ops.pseudonym_epoch`; only the same key fits.
    """

    format: int
    product_version: str
    created_at: str
    engine: str
    epoch: int
    key_check: str
    canonical_version: str
    tables: list[SavedTable] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)


@contextlib.contextmanager
def new_archive(folder: Path) -> Iterator[Path]:
    """A private folder to fill; it gets its name when the block ends well, and is removed when not.

    Raises:
        AiUsageError: a backup of this name is there already.
    """
    if folder.exists():
        raise AiUsageError(f"{folder.name} exists already.", "Choose another folder; nothing was written.")
    partial = folder.with_name(f".{folder.name}{_PARTIAL}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    try:
        yield partial
        _seal(partial)
        partial.rename(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """`manifest.json`, readable for people too."""
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")


def read_archive(folder: Path) -> Manifest:
    """The manifest, after every file was compared with its checksum.

    Raises:
        AiUsageError: no backup, a newer layout, or a file that is missing, added or changed.
    """
    if not (folder / CHECKSUMS).is_file() or not (folder / MANIFEST).is_file():
        raise AiUsageError(f"{folder.name} is no backup: it has no {MANIFEST} or no {CHECKSUMS}.", _ANOTHER)
    expected = dict(_checksum_lines(folder))
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file():
            raise AiUsageError(f"The backup is incomplete: {name} is missing.", _ANOTHER)
        if _digest(path) != digest:
            raise AiUsageError(f"The backup is damaged: {name} differs from its checksum.", _ANOTHER)
    manifest = _manifest(folder / MANIFEST)
    unlisted = {MANIFEST, *(table.file for table in manifest.tables)} - set(expected)
    if unlisted:
        raise AiUsageError(f"The backup has no checksum of {min(unlisted)}.", _ANOTHER)
    return manifest


def _manifest(path: Path) -> Manifest:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise AiUsageError(
                f"The backup has layout {content['format']}; this release reads layout {FORMAT}.",
                f"Restore with release {content['product_version']}.",
            )
        tables = [_table(entry) for entry in content.pop("tables")]
        return Manifest(**content, tables=tables)
    except (KeyError, TypeError, ValueError) as error:
        raise AiUsageError(f"{MANIFEST} cannot be read ({type(error).__name__}).", _ANOTHER) from None


def _table(entry: dict[str, Any]) -> SavedTable:
    relation = Relation(**entry["relation"])
    columns = tuple(SavedColumn(**column) for column in entry["columns"])
    names = (relation.owner, relation.table, *(column.name for column in columns))
    if not all(_NAME.fullmatch(name) for name in names):
        raise ValueError("a name that is none")
    return SavedTable(relation, cast(int, entry["rows"]), columns)


def _checksum_lines(folder: Path) -> Iterator[tuple[str, str]]:
    for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if not name or Path(name).is_absolute() or ".." in Path(name).parts:
            raise AiUsageError(f"{CHECKSUMS} cannot be read.", _ANOTHER)
        yield name, digest


def _seal(folder: Path) -> None:
    """Checksums in the form of `sha256sum`, modes, and everything on disk."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{_digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
        _sync(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
