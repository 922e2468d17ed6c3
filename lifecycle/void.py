"""Takes one night back: what it loaded and recorded goes, so that the next night loads it again.

For a night whose clock was wrong, or that read a wrong file. It deletes the night's raw rows, its records in
`ops`, and from incremental models the days that it fetched; their watermarks go back to the night before. Rows
that the night replaced do not come back from a copy: they are fetched again, as far as vendors keep them.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ingestion.lake import refuse_on_lake
from ledger.actions import LifecycleAction
from ledger.ledger import Ledger
from ledger.tables import DATASET
from lifecycle.sweep import DAY_COLUMNS
from runtime.clock import sortable_id, utc
from runtime.environment import Environment
from runtime.errors import AiUsageError
from runtime.warehouse import WarehouseSession

_DAY = dt.timedelta(days=1)
_OF_RUN = ("source_runs", "field_fill", "rejected_records", "accepted_changes", "runs")
_LOAD_ID, _WATERMARK = "_dlt_load_id", "loaded_through"


@dataclass(slots=True)
class VoidedNight:
    """What was, or would be, taken back.

    Attributes:
        began, ended: the span of the machine's clock that is the night's; `ended` is None for the newest.
        standing_at: the logical now of the newest night that is left; None when none is.
        days: fetched days by source.
        rows: deleted rows by table.
    """

    run_id: str
    began: dt.datetime
    ended: dt.datetime | None
    standing_at: dt.datetime | None
    days: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def void_night(
    environment: Environment, sources: Iterable[str], run_id: str, *, dry_run: bool = False
) -> VoidedNight:
    """Undo the newest night; the caller holds the run's lock.

    Raises:
        AiUsageError: there is no such run, or a newer one has to be taken back first.
        ConfigurationError: rows lie in a lake.
    """
    refuse_on_lake(environment, "taking a night back")
    ops = Ledger(environment)
    with environment.session() as session:
        night = _night(session, environment, run_id)
    action = LifecycleAction(sortable_id(dt.datetime.now(dt.UTC)), "void", dt.datetime.now(dt.UTC))
    if not dry_run:
        ops.record_action(replace(action, requested_by=getpass.getuser(), detail=json.dumps({"run": run_id})))
        for source in sources:  # what it fetched and could not write would come with the next night
            pipeline = environment.pipeline(f"raw_{source}", f"raw_{source}")
            if pipeline.has_pending_data:
                pipeline.drop_pending_packages(with_partial_loads=True)
    with environment.session() as session, session.transaction():
        days = _fetched_days(session, environment, night)
        for source in sources:
            _take_back_rows(session, environment.raw_schema(f"raw_{source}"), night, dry_run=dry_run)
        if not dry_run:
            _take_back_models(session, environment, night, days)
            _take_back_records(session, environment, night, days)
    if not dry_run:
        detail = json.dumps({"run": run_id, "days": night.days, "rows": night.rows})
        done = replace(action, requested_by=getpass.getuser(), detail=detail)
        ops.record_action(replace(done, finished_at=dt.datetime.now(dt.UTC)))
    return night


def _night(session: WarehouseSession, environment: Environment, run_id: str) -> VoidedNight:
    schema = environment.raw_schema(DATASET)
    known = session.tables(schema)
    rows = (
        session.rows(f"select run_id, as_of, started_at from {session.name(schema, 'runs')} order by as_of")
        if "runs" in known
        else []
    )
    runs = {found: (utc(as_of), utc(started_at)) for found, as_of, started_at in rows}
    if run_id not in runs:
        newest = f"The newest one is {list(runs)[-1]}." if runs else "No night has been run."
        raise AiUsageError("There is no run with this id that loaded data.", newest)
    as_of, began = runs[run_id]
    others = [(other, *moments) for other, moments in runs.items() if other != run_id]
    if newer := [other for other, moment, _ in others if moment > as_of]:
        raise AiUsageError(
            f"Run {newer[-1]} is newer.", "Later nights build on earlier ones: take the newest back first."
        )
    later = [started for _, _, started in others if started > began]
    return VoidedNight(
        run_id,
        began,
        min(later) if later else None,
        max((moment for _, moment, _ in others), default=None),
    )


def _span(column: str, night: VoidedNight) -> tuple[str, list[dt.datetime]]:
    """A condition for what was written in the night, and its parameters (naive UTC, as they are stored)."""
    began = night.began.replace(tzinfo=None)
    if night.ended is None:
        return f"{column} >= %s", [began]
    return f"{column} >= %s and {column} < %s", [began, night.ended.replace(tzinfo=None)]


def _fetched_days(session: WarehouseSession, environment: Environment, night: VoidedNight) -> set[dt.date]:
    condition, moments = _span("fetched_at", night)
    table = session.name(environment.raw_schema(DATASET), "loaded_days")
    rows = session.rows(f"select distinct source, day from {table} where {condition}", *moments)
    for source, _ in rows:
        night.days[source] = night.days.get(source, 0) + 1
    return {day for _, day in rows}


def _take_back_rows(session: WarehouseSession, schema: str, night: VoidedNight, *, dry_run: bool) -> None:
    """Rows by the id of their load, which is the moment at which dlt made it."""
    loaded = f"cast({_LOAD_ID} as double precision)"
    condition, moments = f"{loaded} >= %s", [night.began.timestamp()]
    if night.ended is not None:
        condition, moments = f"{condition} and {loaded} < %s", [*moments, night.ended.timestamp()]
    for table, columns in session.columns_by_table(schema).items():
        if table.startswith("_dlt") or _LOAD_ID not in {column.name for column in columns}:
            continue
        name = session.name(schema, table)
        rows = int(session.value(f"select count(*) from {name} where {condition}", *moments))
        if rows:
            night.rows[f"{schema}.{table}"] = rows
            if not dry_run:
                session.execute(f"delete from {name} where {condition}", *moments)


def _take_back_models(
    session: WarehouseSession, environment: Environment, night: VoidedNight, days: set[dt.date]
) -> None:
    """Incremental models forget the night's days, and that they ever saw the night."""
    loaded_days = session.name(environment.raw_schema(DATASET), "loaded_days")
    condition, moments = _span("fetched_at", night)
    through = session.value(f"select max(fetched_at) from {loaded_days} where not ({condition})", *moments)
    seen, since = _span(_WATERMARK, night)
    for layer in ("intermediate", "restricted"):
        schema = environment.schema(layer)
        for table, described in session.columns_by_table(schema).items():
            columns = {column.name for column in described}
            day = next((name for name in DAY_COLUMNS if name in columns), None)
            if _WATERMARK not in columns or day is None:
                continue
            name = session.name(schema, table)
            for one in sorted(days):
                session.execute(f"delete from {name} where {day} = %s", one)
            session.execute(f"update {name} set {_WATERMARK} = %s where {seen}", through, *since)


def _take_back_records(
    session: WarehouseSession, environment: Environment, night: VoidedNight, days: set[dt.date]
) -> None:
    schema = environment.raw_schema(DATASET)
    present = session.tables(schema)
    for table, column in (("loaded_days", "fetched_at"), ("lost_days", "recorded_at")):
        if table in present:
            condition, moments = _span(column, night)
            session.execute(f"delete from {session.name(schema, table)} where {condition}", *moments)
    for table in _OF_RUN:
        if table in present:
            session.execute(f"delete from {session.name(schema, table)} where run_id = %s", night.run_id)
    # Other resources have rows of these days and their neighbours in the same models: they are built again.
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    for one in sorted({day + offset * _DAY for day in days for offset in (-1, 0, 1)}):
        session.execute(
            f"update {session.name(schema, 'loaded_days')} set fetched_at = %s "
            "where day = %s and status in ('ok', 'empty')",
            now,
            one,
        )
