"""Whether a source has settings, and had them before. Settings that are gone are a failure until somebody says
that they were removed on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dlt

from ingestion.source import SourceDefinition
from ledger.tenants import former_tenant
from runtime.environment import Environment
from runtime.errors import SourceError
from runtime.warehouse import WarehouseSession


class DisconnectedError(SourceError):
    """A source that was loaded before has no settings any more, and nobody said that this is meant."""


@dataclass(frozen=True, slots=True)
class LastNight:
    """The newest run that asked one account of a source.

    Attributes:
        is_connected: whether the account had settings then and has ever been loaded.
        settings_folder: where its settings files were looked for; None where an earlier release did not say.
    """

    run_id: str
    is_connected: bool
    settings_folder: str | None


def last_nights(session: WarehouseSession, environment: Environment) -> dict[tuple[str, str], LastNight]:
    """The newest run of each source and tenant; nothing before the first night."""
    schema = environment.raw_schema("ops")
    if not {"runs", "source_runs"} <= set(session.tables(schema)):
        return {}
    runs, outcomes = session.name(schema, "runs"), session.name(schema, "source_runs")
    has_folder = any(column.name == "settings_folder" for column in session.columns(schema, "runs"))
    has_tenant = any(column.name == "tenant" for column in session.columns(schema, "source_runs"))
    tenant = "s.tenant" if has_tenant else former_tenant(session.name(schema, "loaded_days"), "s.source")
    rows = session.rows(
        f"select s.source, {tenant}, s.run_id, s.is_connected, s.status, "
        f"{'r.settings_folder' if has_folder else 'null'} from {outcomes} as s "
        f"inner join {runs} as r on s.run_id = r.run_id order by s.started_at, s.run_id"
    )
    loaded = {tuple(row[:2]) for row in rows if row[3] and row[4] == "ok"}
    return {
        (source, label): LastNight(run_id, bool(is_connected) and (source, label) in loaded, folder)
        for source, label, run_id, is_connected, _, folder in rows
    }


def settings_folder() -> str:
    """The folder in which dlt looks for `config.toml` and `secrets.toml`: relative to the working directory."""
    return str(Path(dlt.current.run_context().settings_dir).absolute())


def has_settings(definition: SourceDefinition, settings: Any) -> bool:
    """Whether the source is to be loaded: it has what it needs and is not switched off."""
    return not settings.disconnected and definition.is_connected(settings)


def lost_settings(
    source: str, section: str, shown: str, last: LastNight | None, settings: Any
) -> DisconnectedError | None:
    """The failure of an account without settings that was connected in its last run; None when it is meant.

    `section` is where its settings belong, `shown` what the account is called.
    """
    if last is None or not last.is_connected or settings.disconnected:
        return None
    here = settings_folder()
    place = f"Settings files are looked for in {here}"
    if last.settings_folder and last.settings_folder != here:
        place += f", that night in {last.settings_folder}"
    return DisconnectedError(
        f"{shown} was connected in run {last.run_id} and has no settings now. {place}.",
        f"Give the settings back. If {shown} was disconnected on purpose, run "
        f"`ai-usage run --accept {source}` once, or set `disconnected = true` in {section}.",
    )
