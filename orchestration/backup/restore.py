"""`ai-usage restore`: a backup onto an empty deployment, all of it or nothing."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ingestion.lake import refuse_on_lake
from ingestion.privacy.pseudonym import Pseudonymiser
from ledger.actions import LifecycleAction
from ledger.tombstone import Tombstone
from lifecycle.erased import read_erased, write_erased
from lifecycle.layout import Contracts, raw_tables
from lifecycle.reapply import reapply, stored_tombstones
from lifecycle.rewrite import rewrite_warehouse
from orchestration.backup.archive import Manifest, SavedTable, read_archive
from orchestration.backup.contents import Project, occupied, place, read_project
from orchestration.backup.erased import given_tombstones, newer_tombstones
from orchestration.backup.tables import load_table
from orchestration.night import run_lock
from runtime.clock import sortable_id
from runtime.counting import counted
from runtime.environment import Environment
from runtime.errors import AiUsageError, KeyChangedError
from runtime.warehouse import WarehouseSession


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore put back, and which rows of erased people by table it did not."""

    manifest: Manifest
    erased_again: dict[str, int]


def restore(
    environment: Environment,
    folder: Path,
    pseudonymiser: Pseudonymiser,
    contracts: Contracts,
    *,
    erased_from: Sequence[Path] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Put every table of the backup back in one transaction; the next night builds everything else.

    Nobody comes back who was erased after the backup was made: in the same transaction the rows of everybody go
    of whom a tombstone is found in the backup, in this deployment, in newer backups beside it, or in
    `erased_from` (data folders and backups).

    Raises:
        BusyError: a run is writing.
        KeyChangedError: the backup belongs to another key or canonical version.
        AiUsageError: the backup is damaged, this deployment holds tables already, or what says who was erased
            cannot be read.
    """
    refuse_on_lake(environment, "restoring a backup")
    manifest = read_archive(folder)
    _require_key(manifest, pseudonymiser)
    erased = [*newer_tombstones(folder, manifest), *given_tombstones(erased_from, manifest.key_check)]
    with run_lock(environment):
        erased += read_erased(environment.data_dir, manifest.key_check)
        project = read_project(environment)
        with environment.session() as session:
            erased += _require_empty(session, environment, project)
            with session.transaction():
                if stored_tombstones(session, environment):
                    session.execute(f"drop table {session.name(environment.raw_schema('ops'), 'tombstones')}")
                for table in manifest.tables:
                    progress(f"{table.relation.owner}.{table.relation.table}")
                    schema, name = place(table.relation, environment, project)
                    _restore(session, schema, name, table, manifest, folder)
                progress("erased people")
                again = reapply(session, environment, contracts, erased)
                _record(session, environment, manifest, again)
            everybody = stored_tombstones(session, environment)
        if everybody:
            write_erased(environment.data_dir, manifest.key_check, everybody)
        if again:
            progress("rewriting the warehouse")
            rewrite_warehouse(environment, raw_tables(environment, contracts))
        # what waits in dlt's working folders belongs to the warehouse that was lost
        shutil.rmtree(environment.pipelines_dir, ignore_errors=True)
    return Restored(manifest, again)


def _require_empty(session: WarehouseSession, environment: Environment, project: Project) -> list[Tombstone]:
    """Tombstones that are left of what was here; they are all that may be left."""
    held = occupied(session, environment, project)
    ops = environment.raw_schema("ops")
    if held == [ops] and session.tables(ops) == ["tombstones"]:
        return stored_tombstones(session, environment)
    if held:
        raise AiUsageError(
            f"This deployment holds tables already (schema {held[0]}); nothing was written.",
            "Restore onto an empty one: another data folder or database, or other schema prefixes. Of what is "
            f"dropped, {ops}.tombstones may stay: it says who was erased.",
        )
    return []


def _record(
    session: WarehouseSession, environment: Environment, manifest: Manifest, again: dict[str, int]
) -> None:
    """The audit row: which backup, and how many rows of erased people it would have brought back."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    detail = json.dumps({"backup_created_at": manifest.created_at, "rows_deleted": again})
    row = asdict(LifecycleAction(sortable_id(now), "restore", now, now, getpass.getuser(), detail))
    name = session.name(environment.raw_schema("ops"), "lifecycle_actions")
    marks = ", ".join("%s" for _ in row)
    session.execute(f"insert into {name} ({', '.join(row)}) values ({marks})", *row.values())


def _require_key(manifest: Manifest, pseudonymiser: Pseudonymiser) -> None:
    same_key = manifest.key_check == pseudonymiser.key_check()
    if not same_key or manifest.canonical_version != pseudonymiser.canonical_version():
        what = "canonical version of addresses ([privacy] settings)" if same_key else "pseudonymisation key"
        raise KeyChangedError(
            f"The backup was made with another {what}; nothing was written.",
            "Give the one that was used before: with another one everybody would be counted twice.",
        )


def _restore(
    session: WarehouseSession, schema: str, name: str, table: SavedTable, manifest: Manifest, folder: Path
) -> None:
    relation = session.name(schema, name)
    columns = ", ".join(
        f"{session.name(column.name)} {column.ddl_type(session.engine, manifest.engine)}"
        for column in table.columns
    )
    session.execute(f"create schema if not exists {session.name(schema)}")
    session.execute(f"create table {relation} ({columns})")
    load_table(session, schema, name, table.columns, folder / table.file)
    rows = session.value(f"select count(*) from {relation}")
    if rows != table.rows:
        raise AiUsageError(
            f"{table.file} gave {counted(rows, 'row')} instead of {table.rows}; nothing was written.",
            "Use another backup.",
        )
