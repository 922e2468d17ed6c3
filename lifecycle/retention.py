"""Keeps rows no longer than promised, by layer, in days before the run.

Two layers have a limit: `event` (raw rows of single events) and `person_day` (rows of a person or account and
a day, raw or derived, and links between identifiers). Current state has none: every load replaces it. Published
figures have none: they name nobody. `ops.loaded_days` stays, so that a day that was deleted is neither fetched
again nor shown as a gap.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ingestion.lake import refuse_on_lake
from ingestion.privacy.contract import TableContract
from ledger.actions import EVENT_LAYER, PERSON_DAY_LAYER, LifecycleAction
from ledger.ledger import Ledger
from lifecycle.layout import Contracts, RawTable, existing_tables, raw_tables
from lifecycle.statistics import forget_counters
from lifecycle.sweep import DAY_COLUMNS, sweep
from runtime.clock import sortable_id
from runtime.environment import Environment
from runtime.errors import ConfigurationError
from runtime.settings import RetentionSettings, retention_settings
from runtime.warehouse import WarehouseSession

_PERIOD_COLUMNS = ("week_start", "month_start", "period_start")
_PERSON_COLUMNS = frozenset({"account_key", "person_key"})
_RECORDS = {
    "runs": "started_at",
    "source_runs": "started_at",
    "rejected_records": "rejected_at",
    "unknown_fields": "last_seen_at",
}


@dataclass(slots=True)
class RetentionResult:
    """What one enforcement deleted, or would delete.

    Attributes:
        limits: the layers' first kept day.
        rows: deleted rows by table.
        erased_rows: rows of erased people that had landed before the gate knew their new identifiers.
        counters_stay: whether PostgreSQL still tells every role how many rows were deleted.
    """

    limits: dict[str, dt.date]
    rows: dict[str, int] = field(default_factory=dict)
    erased_rows: dict[str, int] = field(default_factory=dict)
    counters_stay: bool = False

    @property
    def total_rows(self) -> int:
        """Rows over all tables."""
        return sum(self.rows.values())


def layer_of(table: RawTable) -> str | None:
    """The layer whose limit a raw table has; None for current state."""
    if table.day is None:
        return None
    return EVENT_LAYER if table.holds_events else PERSON_DAY_LAYER


def settings_for(contracts: Contracts) -> RetentionSettings:
    """The configured limits.

    Raises:
        ConfigurationError: a value has the wrong type, or is shorter than what a night fetches again.
    """
    settings = retention_settings()
    least = max((_fetched_again(contract) for tables in contracts.values() for contract in tables), default=0)
    if settings.raw_days < least:
        raise ConfigurationError(
            f"[retention] raw_days = {settings.raw_days} is shorter than the {least} days that a night may "
            "fetch and build again; every night would lose what the night before kept.",
            f"Set it to {least} or more.",
        )
    if settings.person_days < settings.raw_days:
        raise ConfigurationError(
            "[retention] person_days is shorter than raw_days: days would go while their events stay.",
            "Set person_days to at least raw_days.",
        )
    return settings


def enforce(
    environment: Environment, contracts: Contracts, as_of: dt.datetime, *, dry_run: bool = False
) -> RetentionResult:
    """Delete what is older than promised; the caller holds the run's lock.

    Raises:
        ConfigurationError: the limits cannot be, or rows lie in a lake; nothing was deleted.
    """
    refuse_on_lake(environment, "deleting by age")
    settings = settings_for(contracts)
    limits = {
        EVENT_LAYER: as_of.date() - dt.timedelta(days=settings.raw_days),
        PERSON_DAY_LAYER: as_of.date() - dt.timedelta(days=settings.person_days),
    }
    result = RetentionResult(limits)
    ops = Ledger(environment)
    if not ops.exists():
        return result
    tables = raw_tables(environment, contracts)
    now = dt.datetime.now(dt.UTC)
    action = LifecycleAction(sortable_id(now), "retention", now)
    if not dry_run:
        ops.upgrade()
        ops.record_action(action)
        # before rows go: from here on no night rebuilds a day from what is left of it
        ops.record_retention(
            {EVENT_LAYER: settings.raw_days, PERSON_DAY_LAYER: settings.person_days}, limits, now
        )
    with environment.session() as session:
        for schema, table, condition, day in _targets(session, environment, tables, limits):
            name = session.name(schema, table)
            rows = int(session.value(f"select count(*) from {name} where {condition}", day))
            if rows:
                result.rows[f"{schema}.{table}"] = rows
                if not dry_run:
                    session.execute(f"delete from {name} where {condition}", day)
        tombstones = ops.tombstones() if session.columns(environment.raw_schema("ops"), "tombstones") else []
        if tombstones:
            result.erased_rows.update(sweep(session, environment, tables, tombstones, dry_run=dry_run))
        if not dry_run:
            result.counters_stay = not forget_counters(session, environment, tables)
    if not dry_run:
        detail = json.dumps({"rows_deleted": result.rows, "rows_of_erased": result.erased_rows})
        ops.record_action(replace(action, finished_at=dt.datetime.now(dt.UTC), detail=detail))
    return result


def refuse_rebuild_after_deletion(environment: Environment) -> None:
    """A full refresh builds from raw rows alone, and would drop the days whose events are gone.

    Raises:
        ConfigurationError: retention has deleted raw rows whose days the derived tables still hold.
    """
    ops = Ledger(environment)
    if not ops.exists():
        return
    limit = ops.events_deleted_before()
    oldest = ops.oldest_loaded_day()
    if limit is not None and oldest is not None and oldest < limit:
        raise ConfigurationError(
            f"Events before {limit} are deleted (ai-usage retention), and a full refresh would lose the days "
            "that were built from them.",
            "Run without --full-refresh; to rebuild what raw rows are left of, name the days with --since.",
        )


def _fetched_again(contract: TableContract) -> int:
    """Days back that a night may rebuild: the look-back, a session across midnight on both sides, a zone."""
    return contract.horizon.lookback + 7


Target = tuple[str, str, str, object]


def _targets(
    session: WarehouseSession, environment: Environment, tables: list[RawTable], limits: dict[str, dt.date]
) -> Iterator[Target]:
    """Schema, table, condition with one parameter, and the parameter."""
    for raw in existing_tables(session, tables):
        layer = layer_of(raw)
        if layer is not None:
            yield raw.schema, raw.name, f"{raw.day} < %s", limits[layer]
    for name in ("intermediate", "restricted", "closed"):
        schema = environment.schema(name)
        for table, described in session.columns_by_table(schema).items():
            columns = {column.name for column in described}
            day = next((name for name in (*DAY_COLUMNS, *_PERIOD_COLUMNS) if name in columns), None)
            if day is not None and not columns.isdisjoint(_PERSON_COLUMNS):
                yield schema, table, f"{day} < %s", limits[PERSON_DAY_LAYER]
    ops = environment.raw_schema("ops")
    present = session.tables(ops)
    for table, column in _RECORDS.items():
        if table in present:
            yield ops, table, f"cast({column} as date) < %s", limits[PERSON_DAY_LAYER]
