"""`ai-usage backup`: what cannot be made again, into one folder; the key apart from it, on request."""

from __future__ import annotations

import base64
import datetime as dt
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from ingestion.lake import refuse_on_lake
from ingestion.privacy.pseudonym import Pseudonymiser, load_key
from ingestion.privacy.settings import email_rules
from orchestration.backup.archive import FORMAT, Manifest, SavedTable, new_archive, write_manifest
from orchestration.backup.columns import saved_columns
from orchestration.backup.contents import Project, Relation, place, read_project, relations
from orchestration.backup.tables import save_table
from orchestration.night import run_lock
from runtime.environment import Environment
from runtime.errors import AiUsageError, ConfigurationError
from runtime.warehouse import WarehouseSession

DISTRIBUTION = "ai-usage-analytics"


def back_up(
    environment: Environment, folder: Path, progress: Callable[[str], None] = lambda _: None
) -> Manifest:
    """Save every table that cannot be made again into the new folder `folder`.

    Raises:
        BusyError: a run is writing.
        AiUsageError: there is nothing to save, or the folder exists.
    """
    refuse_on_lake(environment, "a backup of everything")
    with run_lock(environment):
        project = read_project(environment)
        with (
            environment.session(read_only=True) as session,
            session.transaction(),
            new_archive(folder) as partial,
        ):
            session.engine.read_as_of_one_moment(session)
            manifest = _manifest(session, environment)
            for relation in relations(session, environment, project):
                progress(f"{relation.owner}.{relation.table}")
                manifest.tables.append(_save(session, environment, project, relation, partial))
            write_manifest(partial, manifest)
    return manifest


def copy_key(environment: Environment, path: Path, backup: Path) -> None:
    """Write the key that this process was given to a new private file, after proving it is this warehouse's.

    Raises:
        ConfigurationError: the file exists or lies inside the backup, or there is no well-formed key.
        AiUsageError: the warehouse belongs to another key.
    """
    if path.resolve().is_relative_to(backup.resolve()):
        raise ConfigurationError(
            "The copy of the key would lie inside the backup.", "Keep the two apart: choose another place."
        )
    key = load_key()
    with environment.session(read_only=True) as session:
        if _epoch(session, environment)[1] != Pseudonymiser(key, email_rules()).key_check():
            raise AiUsageError("This warehouse was built with another key.", "Give the key it was built with.")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigurationError(f"{path.name} exists already.", "Choose another file.") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(base64.b64encode(key).decode("ascii") + "\n")
        file.flush()
        os.fsync(file.fileno())


def _save(
    session: WarehouseSession, environment: Environment, project: Project, relation: Relation, folder: Path
) -> SavedTable:
    schema, table = place(relation, environment, project)
    columns = tuple(saved_columns(session, schema, table))
    path = folder / SavedTable(relation, 0, columns).file
    path.parent.mkdir(exist_ok=True)
    return SavedTable(relation, save_table(session, schema, table, columns, path), columns)


def _manifest(session: WarehouseSession, environment: Environment) -> Manifest:
    epoch, key_check, canonical_version = _epoch(session, environment)
    return Manifest(
        format=FORMAT,
        product_version=version(DISTRIBUTION),
        created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        engine=session.engine.name,
        epoch=epoch,
        key_check=key_check,
        canonical_version=canonical_version,
    )


def _epoch(session: WarehouseSession, environment: Environment) -> tuple[int, str, str]:
    """The newest row of `ops.pseudonym_epoch`."""
    ops = environment.raw_schema("ops")
    if "pseudonym_epoch" in session.tables(ops):
        name = session.name(ops, "pseudonym_epoch")
        rows = session.rows(f"select epoch, key_check, canonical_version from {name} order by epoch desc")
        if rows:
            return int(rows[0][0]), str(rows[0][1]), str(rows[0][2])
    raise AiUsageError(
        "There is nothing to back up: no run has made this warehouse.", "Run `ai-usage run` first."
    )
