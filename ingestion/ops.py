"""The pipeline's own tables (dataset `ops`): what was fetched, what was refused, which key and salt.

`ops.loaded_days` is the one record of what was fetched: touched days, missing days, finality and freshness
all come from it. It is written after the data it speaks of, so it never promises rows that are not there.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

import dlt
import pyarrow as pa
from dlt.common.destination.exceptions import DestinationUndefinedEntity

from ingestion.clock import RunClock, utc
from ingestion.config import Environment
from ingestion.dlt_io import ArrowLoad, add_columns, drain, known_columns, load_arrow, sql_rows
from ingestion.errors import ConfigurationError, KeyChangedError
from ingestion.gaps import History
from ingestion.privacy.contract import TIMESTAMP, Horizon
from ingestion.privacy.pseudonym import KEY_EPOCH, Pseudonymiser
from ingestion.privacy.tombstones import Tombstone
from ingestion.warehouse import WarehouseSession

DATASET = "ops"
EVENT_LAYER, PERSON_DAY_LAYER = "event", "person_day"
DayStatus = Literal["ok", "pending", "empty"]

_TABLES: dict[str, tuple[tuple[str, ...], pa.Schema]] = {
    "loaded_days": (
        ("source", "resource", "tenant", "scope", "day"),
        pa.schema(
            [
                ("source", pa.string()),
                ("resource", pa.string()),
                ("tenant", pa.string()),
                ("scope", pa.string()),
                ("day", pa.date32()),
                ("load_id", pa.string()),
                ("row_count", pa.int64()),
                ("fetched_at", TIMESTAMP),
                ("status", pa.string()),
            ]
        ),
    ),
    "lost_days": (
        ("source", "resource", "tenant", "day"),
        pa.schema(
            [
                ("source", pa.string()),
                ("resource", pa.string()),
                ("tenant", pa.string()),
                ("day", pa.date32()),
                ("state", pa.string()),
                ("recorded_at", TIMESTAMP),
            ]
        ),
    ),
    "runs": (
        ("run_id",),
        pa.schema(
            [
                ("run_id", pa.string()),
                ("as_of", TIMESTAMP),
                ("started_at", TIMESTAMP),
                ("settings_folder", pa.string()),
            ]
        ),
    ),
    "source_runs": (
        ("run_id", "source"),
        pa.schema(
            [
                ("run_id", pa.string()),
                ("source", pa.string()),
                ("is_connected", pa.bool_()),
                ("status", pa.string()),
                ("error", pa.string()),
                ("row_count", pa.int64()),
                ("erased_count", pa.int64()),
                ("started_at", TIMESTAMP),
                ("finished_at", TIMESTAMP),
            ]
        ),
    ),
    "resources": (
        ("source", "resource"),
        pa.schema(
            [
                ("source", pa.string()),
                ("resource", pa.string()),
                ("tool", pa.string()),
                ("grain", pa.string()),
                ("fetch_window", pa.string()),
                ("lookback_days", pa.int64()),
                ("finality_lag_days", pa.int64()),
                ("retention_days", pa.int64()),
            ]
        ),
    ),
    "rejected_records": (
        ("run_id", "source", "resource", "reason"),
        pa.schema(
            [
                ("run_id", pa.string()),
                ("source", pa.string()),
                ("resource", pa.string()),
                ("reason", pa.string()),
                ("record_count", pa.int64()),
                ("sample_hash", pa.string()),
                ("sample_offset", pa.int64()),
                ("rejected_at", TIMESTAMP),
                ("is_kept", pa.bool_()),
            ]
        ),
    ),
    "unknown_fields": (
        ("source", "resource", "field_path"),
        pa.schema(
            [
                ("source", pa.string()),
                ("resource", pa.string()),
                ("field_path", pa.string()),
                ("observed_count", pa.int64()),
                ("last_seen_at", TIMESTAMP),
            ]
        ),
    ),
    "field_fill": (
        ("run_id", "source", "resource", "field"),
        pa.schema(
            [
                ("run_id", pa.string()),
                ("source", pa.string()),
                ("resource", pa.string()),
                ("field", pa.string()),
                ("row_count", pa.int64()),
                ("filled_count", pa.int64()),
            ]
        ),
    ),
    "accepted_changes": (
        ("source", "resource", "field"),
        pa.schema(
            [
                ("source", pa.string()),
                ("resource", pa.string()),
                ("field", pa.string()),
                ("run_id", pa.string()),
                ("accepted_at", TIMESTAMP),
            ]
        ),
    ),
    "pseudonym_epoch": (
        ("epoch",),
        pa.schema(
            [
                ("epoch", pa.int64()),
                ("key_check", pa.string()),
                ("canonical_version", pa.string()),
                ("created_at", TIMESTAMP),
            ]
        ),
    ),
    "deployment": (
        ("destination_id",),
        pa.schema([("destination_id", pa.string()), ("created_at", TIMESTAMP)]),
    ),
    "person_key_salt": (("salt",), pa.schema([("salt", pa.string())])),
    "tombstones": (
        ("namespace", "id_token"),
        pa.schema(
            [
                ("namespace", pa.string()),
                ("id_token", pa.string()),
                ("erased_at", TIMESTAMP),
                ("valid_from", pa.date32()),
                ("valid_to", pa.date32()),
            ]
        ),
    ),
    "lifecycle_actions": (
        ("action_id",),
        pa.schema(
            [
                ("action_id", pa.string()),
                ("action", pa.string()),
                ("started_at", TIMESTAMP),
                ("finished_at", TIMESTAMP),
                ("requested_by", pa.string()),
                ("detail", pa.string()),
            ]
        ),
    ),
    "retention_policy": (
        ("layer",),
        pa.schema(
            [
                ("layer", pa.string()),
                ("days", pa.int64()),
                ("deleted_before", pa.date32()),
                ("enforced_at", TIMESTAMP),
            ]
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class LifecycleAction:
    """One row of `ops.lifecycle_actions`: who did what to the stored data, when, and how much.

    Attributes:
        action: `erase`, `retention`, `reopen`, `void` or `restore`.
        finished_at: None while it runs, or when it was cut off.
        requested_by: account of the operating system that asked for it; None when scheduled.
        detail: counts as JSON text; never an identifier or token.
    """

    action_id: str
    action: str
    started_at: dt.datetime
    finished_at: dt.datetime | None = None
    requested_by: str | None = None
    detail: str = "{}"


TABLE_NAMES = tuple(_TABLES)


def newest_as_of(session: WarehouseSession, environment: Environment) -> dt.datetime | None:
    """The logical now of the newest run (aware): until when figures can reach. None before the first."""
    newest = newest_run(session, environment)
    return newest[1] if newest else None


def newest_run(session: WarehouseSession, environment: Environment) -> tuple[str, dt.datetime] | None:
    """The newest run and its logical now (aware)."""
    schema = environment.raw_schema(DATASET)
    if "runs" not in session.tables(schema):
        return None
    rows = session.rows(
        f"select run_id, as_of from {session.name(schema, 'runs')} order by as_of desc, run_id desc limit 1"
    )
    return (str(rows[0][0]), utc(rows[0][1])) if rows else None


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One fetched (resource, tenant, scope, day) of a load."""

    resource: str
    tenant: str
    scope: str
    day: dt.date
    rows: int
    status: DayStatus


class Fetchable(Protocol):
    """What can be asked for by day: a table's contract or a fetch window."""

    @property
    def name(self) -> str: ...

    @property
    def horizon(self) -> Horizon: ...


class LoadedDays:
    """What one source has fetched before, and so which days are to be fetched now."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        """`rows`: (resource, tenant, scope, day, status, row_count) of one source."""
        self._done: dict[tuple[str, str, str], dict[dt.date, int]] = defaultdict(dict)
        self._recorded: dict[tuple[str, str, str], dict[dt.date, int]] = defaultdict(dict)
        for resource, tenant, scope, day, status, row_count in rows:
            self._recorded[resource, tenant, scope][day] = row_count or 0
            if status != "pending":
                self._done[resource, tenant, scope][day] = row_count or 0

    def days_to_fetch(self, what: Fetchable, clock: RunClock, tenant: str, scope: str) -> list[dt.date]:
        """Ascending days: those asked for by name, or the missing ones and those that may be restated.

        A night that did not run has not read its look-back either. What the night before it saw unfinished is
        asked for again, as long as the vendor keeps the day: a quiet day no longer kept is not recorded.
        """
        horizon = what.horizon
        newest = clock.today - dt.timedelta(days=horizon.ready_after)
        oldest = clock.today - dt.timedelta(days=horizon.first_load)
        if clock.since or clock.until:
            return _days(clock.since or oldest, min(newest, clock.until or newest))
        done = self._done[what.name, tenant, scope]
        restated_from = clock.today - dt.timedelta(days=horizon.lookback)
        days = _days(oldest, newest)
        recorded = self._recorded[what.name, tenant, scope]
        kept_from = clock.today - dt.timedelta(days=horizon.retention or horizon.first_load)
        unfinished = {
            day - dt.timedelta(days=back)
            for day in days
            if day not in recorded and day >= kept_from
            for back in range(1, horizon.lookback - horizon.ready_after + 1)
        }
        return [day for day in days if day not in done or day >= restated_from or day in unfinished]

    def is_loaded(self, resource: str, tenant: str, scope: str, day: dt.date) -> bool:
        """Whether that day was fetched before (empty counts, pending does not)."""
        return day in self._done[resource, tenant, scope]

    def rows(self, resource: str, tenant: str, scope: str, day: dt.date) -> int:
        """How many rows the day had; 0 when it was not fetched.

        Pending ones count: the night that died may have written its events, and they are not fetched again.
        """
        return self._recorded[resource, tenant, scope].get(day, 0)

    def last_rows(self, resource: str, tenant: str, scope: str, until: dt.date) -> tuple[dt.date, int] | None:
        """The newest fetched day not after `until`, and how many rows it had."""
        days = [day for day in self._done[resource, tenant, scope] if day <= until]
        return (max(days), self._done[resource, tenant, scope][max(days)]) if days else None


def _days(oldest: dt.date, newest: dt.date) -> list[dt.date]:
    return [oldest + dt.timedelta(days=n) for n in range((newest - oldest).days + 1)]


class OpsStore:
    """Reads and writes the `ops` dataset through a dlt pipeline of its own."""

    def __init__(self, pipeline: dlt.Pipeline) -> None:
        self._pipeline = pipeline
        self._has_tables: bool | None = None

    def exists(self) -> bool:
        """Whether anything was ever loaded here."""
        return bool(self._rows("select epoch from {pseudonym_epoch}"))

    def ensure_deployment(self, pseudonymiser: Pseudonymiser, now: dt.datetime) -> None:
        """Make the tables and draw the salt on the first run; afterwards refuse another key.

        Tables and columns that a newer release declares are added to an older deployment.

        Raises:
            KeyChangedError: the stored key-check value or canonical version differs.
            ConfigurationError: the salt was lost.
        """
        drain(self._pipeline)  # a first run that died may have drawn the salt already
        stored = self._rows("select key_check, canonical_version from {pseudonym_epoch}")
        if stored:
            check, version = stored[0]
            if check != pseudonymiser.key_check() or version != pseudonymiser.canonical_version():
                raise KeyChangedError(
                    "This warehouse was built with another pseudonymisation key or canonical version; "
                    "nothing was requested or written.",
                    "Restore the key that was used before, or rotate it as docs/privacy.md describes.",
                )
            if not self._rows("select salt from {person_key_salt}"):
                raise ConfigurationError(
                    "The salt in ops.person_key_salt is gone; without it nobody could be told apart.",
                    "Restore ops.person_key_salt from the backup (docs/deploy.md); nothing was requested.",
                )
            self.upgrade()
            return
        epoch = {
            "epoch": KEY_EPOCH,
            "key_check": pseudonymiser.key_check(),
            "canonical_version": pseudonymiser.canonical_version(),
            "created_at": now,
        }
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES}
        rows["pseudonym_epoch"] = [epoch]
        rows["person_key_salt"] = [{"salt": secrets.token_hex(32)}]
        self.write(rows)

    def tombstones(self) -> list[Tombstone]:
        """Identifiers of erased people."""
        rows = self._rows("select namespace, id_token, valid_from, valid_to from {tombstones}")
        return [Tombstone(*row) for row in rows]

    def bury(self, tombstones: Iterable[Tombstone], now: dt.datetime) -> None:
        """Remember identifiers of an erased person; from now on the gate drops them."""
        rows = [
            {
                "namespace": tombstone.namespace,
                "id_token": tombstone.token,
                "erased_at": now,
                "valid_from": tombstone.valid_from,
                "valid_to": tombstone.valid_to,
            }
            for tombstone in sorted(tombstones, key=lambda one: one.token)
        ]
        if rows:
            self.write({"tombstones": rows})

    def record_action(self, action: LifecycleAction) -> None:
        """The audit row of an erasure, retention or reopening: written before it starts and when it ended."""
        self.write({"lifecycle_actions": [asdict(action)]})

    def record_retention(
        self, days: dict[str, int], deleted_before: dict[str, dt.date], now: dt.datetime
    ) -> None:
        """What is enforced by layer: days kept, and the first day that is kept."""
        rows = [
            {"layer": layer, "days": kept, "deleted_before": deleted_before[layer], "enforced_at": now}
            for layer, kept in days.items()
        ]
        self.write({"retention_policy": rows})

    def events_deleted_before(self) -> dt.date | None:
        """The first day whose events are kept; None while nothing was ever deleted for its age."""
        rows = self._rows("select max(deleted_before) from {retention_policy} where layer = %s", EVENT_LAYER)
        return rows[0][0] if rows else None

    def oldest_loaded_day(self) -> dt.date | None:
        """The first day that any source has rows of."""
        rows = self._rows("select min(day) from {loaded_days} where status = 'ok'")
        return rows[0][0] if rows else None

    def destination_id(self) -> str | None:
        """The id that this warehouse shares with the data folder that loads into it; None before it has one."""
        rows = self._rows("select destination_id from {deployment} order by created_at limit 1")
        return str(rows[0][0]) if rows else None

    def has_deployment(self) -> bool:
        """Whether somebody has loaded into this warehouse."""
        return bool(self._rows("select epoch from {pseudonym_epoch}"))

    def name_destination(self, destination_id: str) -> None:
        """Store the id."""
        self.write({"deployment": [{"destination_id": destination_id, "created_at": dt.datetime.now(dt.UTC)}]})

    def loaded_days(self, source: str) -> LoadedDays:
        """The days that one source has fetched before."""
        return LoadedDays(
            self._rows(
                "select resource, tenant, scope, day, status, row_count from {loaded_days} where source = %s",
                source,
            )
        )

    def history(self, source: str) -> History:
        """What one source fetched and lost, for :func:`ingestion.gaps.changed_losses`."""
        history = History()
        for resource, tenant, day, status in self._rows(
            "select resource, tenant, day, status from {loaded_days} where source = %s", source
        ):
            days = history.pending if status == "pending" else history.fetched
            days[resource, tenant].add(day)
        nights = self._rows(
            "select min(r.as_of), min(case when s.status = 'ok' then r.as_of end) from {source_runs} as s "
            "inner join {runs} as r on s.run_id = r.run_id where s.source = %s and s.is_connected",
            source,
        )
        if nights:
            history.connected_on, history.succeeded_on = (moment and moment.date() for moment in nights[0])
        history.lost = {
            (resource, tenant, day): state
            for resource, tenant, day, state in self._rows(
                "select resource, tenant, day, state from {lost_days} where source = %s", source
            )
        }
        return history

    def unknown_fields(self, source: str) -> set[tuple[str, str]]:
        """Resource and path of the fields of one source that were met before and that no contract knows."""
        query = "select resource, field_path from {unknown_fields} where source = %s"
        return {(resource, path) for resource, path in self._rows(query, source)}

    def write(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Merge rows into ops tables by their keys; one dlt load for all of them."""
        loads = [
            ArrowLoad(
                name, pa.Table.from_pylist(entries, schema=_TABLES[name][1]), primary_key=_TABLES[name][0]
            )
            for name, entries in rows.items()
        ]
        drain(self._pipeline)  # dlt would load what a dead run left, skip these rows, and say nothing
        load_arrow(self._pipeline, loads)
        self._has_tables = True

    def upgrade(self) -> None:
        """Add what this release declares and the deployment lacks; nothing is ever dropped."""
        present = known_columns(self._pipeline)
        for name in present.keys() & _TABLES.keys():
            missing = [field for field in _TABLES[name][1] if field.name not in present[name]]
            if missing:
                # dlt alters a table when rows come with the column, and models read before that
                add_columns(self._pipeline, name, missing)
        new: dict[str, list[dict[str, Any]]] = {name: [] for name in _TABLES.keys() - present.keys()}
        if new:
            self.write(new)

    def _rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query; `{table}` stands for a table of this dataset. None before the first run."""
        try:
            return sql_rows(self._pipeline, query, _TABLES, *parameters)
        except DestinationUndefinedEntity:
            return []
