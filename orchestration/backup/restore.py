"""`ai-usage restore`: a backup onto an empty deployment, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ingestion.config import Environment
from ingestion.errors import AiUsageError, KeyChangedError
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.warehouse import WarehouseSession
from orchestration.backup.archive import Manifest, SavedTable, read_archive
from orchestration.backup.contents import occupied, place, read_project
from orchestration.backup.tables import load_table
from orchestration.night import run_lock


def restore(
    environment: Environment,
    folder: Path,
    pseudonymiser: Pseudonymiser,
    progress: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Put every table of the backup back in one transaction; the next night builds everything else.

    Raises:
        BusyError: a run is writing.
        KeyChangedError: the backup belongs to another key or canonical version.
        AiUsageError: the backup is damaged, or this deployment holds tables already.
    """
    manifest = read_archive(folder)
    _require_key(manifest, pseudonymiser)
    with run_lock(environment):
        project = read_project(environment)
        with environment.session() as session:
            held = occupied(session, environment, project)
            if held:
                raise AiUsageError(
                    f"This deployment holds tables already (schema {held[0]}); nothing was written.",
                    "Restore onto an empty one: another data folder or database, or other schema prefixes.",
                )
            with session.transaction():
                for table in manifest.tables:
                    progress(f"{table.relation.owner}.{table.relation.table}")
                    schema, name = place(table.relation, environment, project)
                    _restore(session, schema, name, table, manifest, folder)
    return manifest


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
            f"{table.file} gave {rows} rows instead of {table.rows}; nothing was written.",
            "Use another backup.",
        )
