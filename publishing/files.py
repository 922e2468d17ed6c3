"""What readers open on DuckDB: a folder for each version, and one symlink that all of them go through.

    published/versions/<run>/marts.duckdb, parquet/<table>.parquet, VERSION
    published/current      -> versions/<run>          the only thing that ever moves
    published/marts.duckdb -> current/marts.duckdb    fixed
    published/parquet      -> current/parquet         fixed
    published/VERSION      -> current/VERSION         fixed; its text changes with every publish

One rename of `current` so switches the file and the Parquet folder together. A reader that has the old file
open keeps it; whoever opens the path next gets the new one.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from publishing.readers import give_to_readers

if TYPE_CHECKING:
    from runtime.warehouse import WarehouseSession

KEEP_VERSIONS = 3
DATABASE = "marts.duckdb"
PARQUET = "parquet"
VERSION = "VERSION"
PUBLISHED_SCHEMA = "published"
_BUILDING = ".building"
_ALIAS = "next_version"


class PublishedFolder:
    """The published folder of a DuckDB deployment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.versions = path / "versions"
        self.current = path / "current"

    @property
    def database(self) -> Path:
        """The path that readers open."""
        return self.path / DATABASE

    @property
    def parquet(self) -> Path:
        """The folder of Parquet files that readers open."""
        return self.path / PARQUET

    def prepare(self) -> None:
        """Make the folder, take over an older layout, and remove what a publish that broke off left behind."""
        self._open_to_readers()
        self.versions.mkdir(parents=True, exist_ok=True)
        self._adopt_older_layout()
        current = self._current_version()
        switched_at = current.stat().st_mtime_ns if current else 0
        for folder in self.versions.iterdir():
            # A finished folder that is newer than the current one was never switched to.
            never_seen = folder != current and folder.stat().st_mtime_ns > switched_at
            if folder.suffix == _BUILDING or never_seen:
                shutil.rmtree(folder)
        for stale in self.path.glob("*.wal"):
            stale.unlink()

    def _open_to_readers(self) -> None:
        """A folder that is made for readers is open to all; one in the data folder is closed with it.

        Versions get the mode and the group of the folder, so that an administrator can open or close it once.
        """
        if not self.path.exists():
            self.path.mkdir(parents=True)
            self.path.chmod(0o755)

    def write(self, session: WarehouseSession, schema: str, run_id: str) -> Path:
        """Every table of `schema` as a finished version folder, on disk to the last byte; nobody reads it yet.

        The database is written for DuckDB 1.x readers too, and without leave to write: a reader that opened
        it for writing would shut all others out.
        """
        building = self.versions / f"{run_id}{_BUILDING}"
        (building / PARQUET).mkdir(parents=True)
        tables = session.tables(schema)
        session.execute(f"attach {_text(building / DATABASE)} as {_ALIAS} (storage_version 'v1.0.0')")
        try:
            session.execute(f"create schema {_ALIAS}.{PUBLISHED_SCHEMA}")
            for table in tables:
                target = f"{_ALIAS}.{session.name(PUBLISHED_SCHEMA, table)}"
                session.execute(f"create table {target} as select * from {session.name(schema, table)}")
            for table in tables:
                path = building / PARQUET / f"{table}.parquet"
                session.execute(
                    f"copy {session.name(schema, table)} to {_text(path)} (format parquet, compression zstd)"
                )
            session.execute(f"checkpoint {_ALIAS}")
        finally:
            session.execute(f"detach {_ALIAS}")
        version = self._free_name(run_id)
        (building / VERSION).write_text(f"{version.name}\n", encoding="ascii")
        give_to_readers(self.path, building)
        self.versions.chmod(building.stat().st_mode)
        os.chown(self.versions, -1, building.stat().st_gid)
        _sync_tree(building)
        building.rename(version)
        _sync(self.versions)
        return version

    def switch(self, version: Path) -> None:
        """Let readers see `version`: one rename."""
        self._point(self.current, f"{self.versions.name}/{version.name}")
        self._fix_links()

    def prune(self) -> None:
        """Keep the newest versions; a reader that still holds an older file keeps its open handle.

        Versions of releases that showed figures of open periods go at once: beside a newer one they tell what a
        few people did between them.
        """
        versions = sorted(self.versions.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        current = self._current_version()
        _remove(
            folder
            for place, folder in enumerate(versions)
            if folder != current and (place >= KEEP_VERSIONS or _shows_open_periods(folder))
        )
        _remove(
            [
                *self.path.glob("marts-*.duckdb*"),
                *self.path.glob("marts-*.building"),
                *self.path.glob("parquet-*"),
            ]
        )

    def back_to_before(self, moment: dt.datetime) -> str | None:
        """Switch readers to the newest version that was there before a moment, and remove later ones.

        Returns its name; None, with nothing changed, when there is none.
        """
        made = {
            folder: folder.stat().st_mtime
            for folder in (self.versions.iterdir() if self.versions.is_dir() else ())
        }
        earlier = [folder for folder, at in made.items() if at < moment.timestamp()]
        if not earlier or not self.current.is_symlink():
            return None
        version = max(earlier, key=lambda folder: made[folder])
        if version != self._current_version():
            self.switch(version)
        _remove(folder for folder in made if folder not in earlier)
        return version.name

    def remove_older(self) -> None:
        """Remove every version but the one that readers see."""
        if self.versions.is_dir():
            current = self._current_version()
            _remove(folder for folder in self.versions.iterdir() if folder != current)

    def _current_version(self) -> Path | None:
        return (
            self.versions / os.readlink(self.current).rsplit("/", 1)[-1] if self.current.is_symlink() else None
        )

    def _free_name(self, run_id: str) -> Path:
        """A run that publishes again (a retry) must not touch the folder that readers are in."""
        names = (run_id if number == 1 else f"{run_id}.{number}" for number in range(1, 1000))
        return next(self.versions / name for name in names if not (self.versions / name).exists())

    def _fix_links(self) -> None:
        for name in (DATABASE, PARQUET, VERSION):
            link, target = self.path / name, f"{self.current.name}/{name}"
            if not link.is_symlink() or os.readlink(link) != target:
                self._point(link, target)

    def _adopt_older_layout(self) -> None:
        """Releases up to 0.1 had one symlink per form, straight to `marts-<run>.duckdb` and `parquet-<run>`.

        The version that readers see is linked into the new layout first, so that they find the same rows at
        every moment.
        """
        if self.database.is_symlink() and not self.current.is_symlink() and self.database.exists():
            run_id = self.database.resolve().stem.removeprefix("marts-")
            version, building = self.versions / run_id, self.versions / f"{run_id}{_BUILDING}"
            shutil.rmtree(building, ignore_errors=True)
            if not version.exists():
                building.mkdir()
                _link(self.database.resolve(), building / DATABASE)
                parquet = self.path / f"parquet-{run_id}"
                if parquet.is_dir():
                    (building / PARQUET).mkdir()
                    for file in parquet.iterdir():
                        _link(file, building / PARQUET / file.name)
                _sync_tree(building)
                building.rename(version)
            self._point(self.current, f"{self.versions.name}/{version.name}")
        if self.current.is_symlink():
            self._fix_links()

    def _point(self, link: Path, target: str) -> None:
        """Move a symlink in one step."""
        temporary = link.with_name(f".{link.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        temporary.replace(link)
        _sync(self.path)


def _shows_open_periods(version: Path) -> bool:
    """Whether an earlier release wrote it. Such versions do not say which week is the newest with figures."""
    try:
        with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
            return not connection.execute(
                "select 1 from duckdb_columns() where schema_name = ? and table_name = 'publication' "
                "and column_name = 'newest_week'",
                [PUBLISHED_SCHEMA],
            ).fetchall()
    except (duckdb.Error, OSError):
        return True


def _link(source: Path, target: Path) -> None:
    """The same file under a second name; a copy where the file system has no such links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _sync_tree(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
