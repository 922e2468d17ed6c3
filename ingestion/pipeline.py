"""Runs one source safely, account by account: check, drain, extract, load, record.

The order is the guarantee. Settings and key are checked before the first request, what an earlier run left
pending is loaded before anything new, days about to change are marked pending before their rows change, and
their outcome is written last, in one transaction with the source's own. A crash at any point leaves a state
from which the next run converges.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from copy import copy
from dataclasses import asdict, dataclass, field, replace
from typing import NoReturn

import dlt
import pyarrow as pa
from dlt.pipeline.exceptions import PipelineStepFailed

from ingestion.accounts import Account, accounts_of, known_tenants, require_complete
from ingestion.connections import LastNight, has_settings, last_nights, lost_settings, settings_folder
from ingestion.destination import remember_destination, require_own_destination
from ingestion.dlt_io import ArrowLoad, arrow_load, contract_load, extract_arrow, known_columns
from ingestion.gaps import changed_losses
from ingestion.lake import lake_of
from ingestion.newest import without_older
from ingestion.order import in_own_order
from ingestion.privacy.contract import CurrentGrain, DayGrain, EventGrain, TableContract
from ingestion.privacy.gate import Gate, GateReport
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.privacy.tombstones import Tombstones
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Batch, FetchWindow
from ingestion.stored import StoredRows
from ledger.days import DayRecord, LoadedDays
from ledger.ledger import Ledger
from ledger.merge import Row
from ledger.runs import newest_run
from ledger.tenants import MAIN, shown_as
from runtime.clock import RunClock, require_later
from runtime.disk import disk_full
from runtime.environment import Environment
from runtime.errors import AiUsageError, ClockError, SourceError
from runtime.failures import described, own_error, told, write_down
from runtime.pipelines import drain

_FLUSH_ROWS = 100_000
_NEIGHBOURS = 4
Progress = Callable[[str, str], None]


@dataclass(slots=True)
class SourceResult:
    """How the load of one account went, or of a source with all of its accounts.

    Attributes:
        status: `ok`, `failed`, or `not_connected`; of several accounts the worst.
        erased: records of erased people, dropped at the gate.
        error: scrubbed text of the failure with its remedy.
        rows: rows accepted per raw table.
        unknown_fields: fields that no contract knows; their values were dropped.
        new_fields: those of them that no load before had.
        tenant: label of the account.
        name: what it is called where people read: the source, with the label where there are several accounts.
        accounts: of a source with several accounts, each one's result.
    """

    source: str
    status: str
    started_at: dt.datetime
    finished_at: dt.datetime
    error: str | None = None
    rows: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    erased: int = 0
    unknown_fields: tuple[str, ...] = ()
    new_fields: tuple[str, ...] = ()
    tenant: str = MAIN
    name: str = ""
    accounts: tuple[SourceResult, ...] = ()

    def __post_init__(self) -> None:
        self.name = self.name or self.source

    @property
    def parts(self) -> tuple[SourceResult, ...]:
        """One result an account."""
        return self.accounts or (self,)

    @property
    def total_rows(self) -> int:
        """Rows accepted over all tables."""
        return sum(self.rows.values())

    @property
    def seconds(self) -> float:
        """Wall time of the load."""
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class LoadContext:
    """What all sources of one run share.

    Attributes:
        tombstones: identifiers of erased people.
        events_from: days before it were deleted for their age in part or whole; None = none were.
        let_go: sources that may have lost their settings, because somebody said that it is meant.
        nights: the newest run of each source and tenant before this one.
    """

    environment: Environment
    pseudonymiser: Pseudonymiser
    clock: RunClock
    run_id: str
    ledger: Ledger
    tombstones: Tombstones = field(default_factory=Tombstones)
    events_from: dt.date | None = None
    progress: Progress = lambda _source, _message: None
    let_go: frozenset[str] = frozenset()
    nights: Mapping[tuple[str, str], LastNight] = field(default_factory=dict)


def open_context(
    environment: Environment,
    pseudonymiser: Pseudonymiser,
    clock: RunClock,
    run_id: str,
    sources: Iterable[SourceDefinition],
    progress: Progress = lambda _source, _message: None,
    let_go: Iterable[str] = (),
) -> LoadContext:
    """Check key and destination, then register the run and the resources of all sources.

    Raises:
        KeyChangedError: the warehouse belongs to another key; nothing was requested or written.
        DestinationError: the target leads to an empty warehouse or another one than last night.
        ClockError: the night would be earlier than the newest one.
    """
    ledger = Ledger(environment)
    now = utc_now()
    with ledger.opened() as session:
        require_own_destination(environment, ledger)
        newest = newest_run(session, environment)
        if newest is not None:
            require_later(clock.as_of, newest[1], newest[0])
        ledger.ensure_deployment(pseudonymiser, now)
        remember_destination(environment, ledger)
        resources = [row for source in sources for row in _resource_rows(source)]
        run = {
            "run_id": run_id,
            "as_of": clock.as_of,
            "started_at": now,
            "settings_folder": settings_folder(),
        }
        ledger.write({"runs": [run], "resources": resources})
        tombstones = Tombstones(ledger.tombstones())
        deleted_before = ledger.events_deleted_before()
        nights = last_nights(session, environment)
    # A day is rebuilt with its neighbours (sessions across midnight, a zone): theirs must be whole as well.
    events_from = deleted_before and deleted_before + dt.timedelta(days=_NEIGHBOURS)
    return LoadContext(
        environment,
        pseudonymiser,
        clock,
        run_id,
        ledger,
        tombstones,
        events_from,
        progress,
        frozenset(let_go),
        nights,
    )


def run_source(definition: SourceDefinition, context: LoadContext) -> SourceResult:
    """Load every account of one source and record each outcome.

    A vendor that fails is a result, not an exception, and an account that fails leaves the others whole.

    Raises:
        ClockError: this machine's clock is days ahead of the vendor's.
    """
    try:
        accounts = accounts_of(definition, context.nights)
    except Exception as failure:  # as below: the other sources go on
        return _together(_refused(definition, context, failure))
    results = []
    for account in accounts:
        with ExitStack() as kept:
            results.append(_run_account(definition, account, context, kept))
    return _together(results)


def _refused(definition: SourceDefinition, context: LoadContext, failure: Exception) -> list[SourceResult]:
    """No account is loaded while the settings do not tell them apart."""
    now = utc_now()
    tenants = known_tenants(definition.name, context.nights)
    refused = [
        SourceResult(
            definition.name,
            "failed",
            now,
            now,
            _told(failure, definition.name, context.environment),
            tenant=tenant,
            name=shown_as(definition.name, tenant, several=len(tenants) > 1),
        )
        for tenant in tenants
    ]
    for result in refused:
        _record_outcome(context, definition, result, GateReport(), [])
    return refused


def _together(results: list[SourceResult]) -> SourceResult:
    """One result of a source: the worst status, and what its accounts loaded in sum."""
    if len(results) == 1:
        return results[0]
    first, statuses = results[0], {result.status for result in results}
    rows: Counter[str] = Counter()
    for result in results:
        rows.update(result.rows)
    return SourceResult(
        source=first.source,
        status=next(status for status in ("failed", "ok", "not_connected") if status in statuses),
        started_at=first.started_at,
        finished_at=results[-1].finished_at,
        error=" ".join(f"{result.name}: {result.error}" for result in results if result.error) or None,
        rows=dict(rows),
        rejected=sum(result.rejected for result in results),
        erased=sum(result.erased for result in results),
        unknown_fields=tuple(sorted({path for result in results for path in result.unknown_fields})),
        new_fields=tuple(sorted({path for result in results for path in result.new_fields})),
        accounts=tuple(results),
    )


def _run_account(
    definition: SourceDefinition, account: Account, context: LoadContext, kept: ExitStack
) -> SourceResult:
    """`kept` holds the file open. After a failure it is closed first: DuckDB may answer nothing until it is."""
    started = utc_now()
    report = GateReport()
    days: list[Row] = []
    status, error = "ok", None
    try:
        kept.enter_context(context.environment.kept_open())
        stored = _prepared(definition, context)
        if has_settings(definition, account.settings):
            gate = Gate(
                context.pseudonymiser,
                tenant=account.tenant,
                latest=context.clock.latest,
                tombstones=context.tombstones,
            )
            report = gate.report
            _load(definition, account, context, stored, gate, days)
        else:
            _require_meant(definition, account, context)
            status = "not_connected"
    except ClockError:
        _write(context, loaded_days=days)
        raise
    except Exception as failure:  # a bug or a library's error must not take the other sources down
        kept.close()
        status, error = "failed", _told(failure, definition.name, context.environment)
    result = SourceResult(
        source=definition.name,
        status=status,
        started_at=started,
        finished_at=utc_now(),
        error=error,
        rows=dict(report.accepted) if status == "ok" else {},
        rejected=sum(reject.count for reject in report.rejects.values() if not reject.is_kept),
        erased=report.erased.total(),
        unknown_fields=tuple(sorted(path for _, path in report.unknown_fields)),
        new_fields=_new_fields(context, definition.name, report),
        tenant=account.tenant,
        name=account.shown,
    )
    try:
        _record_outcome(context, definition, result, report, days)
    except Exception as failure:  # its days stay pending, and the next night asks for them again
        kept.close()
        error = result.error or _told(failure, definition.name, context.environment)
        result = replace(result, status="failed", error=error, rows={})
        _record_outcome(context, definition, result, report, [])
    return result


def _prepared(definition: SourceDefinition, context: LoadContext) -> StoredRows:
    """What is stored of a source: nothing waits to be loaded any more, and every table is there."""
    pipeline = context.environment.pipeline(f"raw_{definition.name}", f"raw_{definition.name}")
    _drain(pipeline, definition.name)
    stored = StoredRows(pipeline, lake_of(context.environment))
    if stored.lake is None:  # tables of a lake are declared with their contract's columns, files or not
        _create_tables(pipeline, definition)
    return stored


def _require_meant(definition: SourceDefinition, account: Account, context: LoadContext) -> None:
    require_complete(definition, account)
    if definition.name in context.let_go:
        return
    last = context.nights.get((account.source, account.tenant))
    if lost := lost_settings(account.source, account.section, account.shown, last, account.settings):
        raise lost


def _load(
    definition: SourceDefinition,
    account: Account,
    context: LoadContext,
    stored: StoredRows,
    gate: Gate,
    days: list[Row],
) -> None:
    """Load everything; `days` receives the rows of `ops.loaded_days` that are to be written last."""
    run = _source_run(definition, account, context, stored, gate)

    def read_well() -> None:
        gate.check_limits()
        _mark(definition, context, run)

    try:
        _extract(stored, definition.extract(run), read_well)
    except (PipelineStepFailed, SourceError) as failure:
        stored.pipeline.abort_packages()
        _load_present(definition, account, context, stored, gate, days)
        if isinstance(failure, SourceError):
            raise
        _raise_cause(failure, definition.name, "could not be read")
    days += _write_extracted(definition, account, context, stored, run)


def _load_present(
    definition: SourceDefinition,
    account: Account,
    context: LoadContext,
    stored: StoredRows,
    failed: Gate,
    days: list[Row],
) -> None:
    """After a failed load: what exists only today is asked for again and loaded by itself.

    Rosters and licences cannot be fetched later; reports and log files can. Saved answers wait for the next
    run.
    """
    if definition.snapshots is None:
        return
    context.progress(account.shown, "could not be read as a whole; taking today's state alone")
    gate = failed.anew()
    settings = copy(account.settings)
    settings.archive_dir = None
    account = replace(account, settings=settings)
    run = _source_run(definition, account, context, stored, gate)
    try:
        _extract(stored, _each_apart(run, definition.snapshots(run)), lambda: _mark(definition, context, run))
    except PipelineStepFailed:
        stored.pipeline.abort_packages()
        context.progress(account.shown, "today's state could not be read either")
        return
    if run.fetched:
        days += _write_extracted(definition, account, context, stored, run)


def _each_apart(run: SourceRun, resources: Iterable[Iterable[Batch]]) -> Iterator[Batch]:
    """The batches of each resource that can be read to its end; the others leave nothing behind."""
    for resource in resources:
        begun = len(run.fetched)
        try:
            batches = list(resource)
            run.gate.check_limits({batch.contract.name for batch in batches})
        except SourceError as failure:
            del run.fetched[begun:]
            run.progress(f"left out: {failure.message}")
        else:
            yield from batches


def _source_run(
    definition: SourceDefinition, account: Account, context: LoadContext, stored: StoredRows, gate: Gate
) -> SourceRun:
    return SourceRun(
        source=definition.name,
        settings=account.settings,
        gate=gate,
        clock=context.clock,
        loaded=context.ledger.loaded_days(definition.name),
        progress=lambda message: context.progress(account.shown, message),
        known_keys=stored.keys,
        known_rows=stored.rows,
        archive=account.archive,
    )


def _extract(stored: StoredRows, batches: Iterable[Batch], read_well: Callable[[], None]) -> None:
    """Into dlt's working folder. `read_well` is called when everything is read, before a load can wait there.

    So nothing that it raises leaves a load behind, and a load that waits has its days marked.
    """

    def loads() -> Iterator[ArrowLoad]:
        yield from _coalesced(without_older(stored, batches))
        read_well()

    extract_arrow(stored.pipeline, loads())


def _mark(definition: SourceDefinition, context: LoadContext, run: SourceRun) -> None:
    """Before rows change: tombstones that the gate learned, days as pending, and how often fields were filled.

    Fields now, so that what a crash leaves to be finished is judged as well.
    """
    learned = context.tombstones.take_learned()
    days = _day_rows(definition, context, run, load_id=None)
    fill = _fill_rows(context, run)

    def write() -> None:
        context.ledger.bury(learned, utc_now())
        _write(context, loaded_days=days, field_fill=fill)

    context.ledger.together(write)


def _write_extracted(
    definition: SourceDefinition, account: Account, context: LoadContext, stored: StoredRows, run: SourceRun
) -> list[Row]:
    """Change the rows of the marked days; returns the days' outcome, which is to be written after that."""
    pipeline = stored.pipeline
    context.progress(account.shown, "writing")
    pa.default_memory_pool().release_unused()  # DuckDB's part of the memory begins here
    try:
        pipeline.normalize()
        info = pipeline.load()
    except PipelineStepFailed as failure:
        _raise_cause(failure, definition.name, "could not be written; the next run loads it first")
    load_ids = info.loads_ids if info else []
    load_id = load_ids[-1] if load_ids else ""
    return _day_rows(definition, context, run, load_id=load_id)


def _drain(pipeline: dlt.Pipeline, source: str) -> None:
    try:
        drain(pipeline)
    except PipelineStepFailed as failure:
        _raise_cause(failure, source, "still cannot write what the last run left")


def _create_tables(pipeline: dlt.Pipeline, definition: SourceDefinition) -> None:
    """Raw tables with the contract's columns, before the vendor is asked.

    A source that is not connected, or fails on its first night or on the first after an upgrade, then still has
    every table and column that the models read.
    """
    missing = list(_incomplete_tables(pipeline, definition))
    if not missing:
        return
    try:
        extract_arrow(pipeline, missing)
        pipeline.normalize()
        pipeline.load()
    except PipelineStepFailed as failure:
        _raise_cause(failure, definition.name, "cannot make its tables")


def _incomplete_tables(pipeline: dlt.Pipeline, definition: SourceDefinition) -> Iterator[ArrowLoad]:
    """An empty load for each table that is not there, or lacks a column that this release's contract has."""
    present = known_columns(pipeline)
    for contract in {contract.name: contract for contract in definition.contracts}.values():
        if not set(contract.schema().names) <= present.get(contract.name, frozenset()):
            yield contract_load(contract, contract.empty())


def _coalesced(batches: Iterable[Batch]) -> Iterator[ArrowLoad]:
    """Few large tables instead of many small ones: dlt's cost is per table, memory stays bounded."""
    waiting: dict[str, list[Batch]] = {}
    rows = 0
    for batch in batches:
        if batch.table.num_rows == 0:
            continue
        waiting.setdefault(batch.contract.name, []).append(batch)
        rows += batch.table.num_rows
        if rows >= _FLUSH_ROWS:
            yield from _flush(waiting)
            rows = 0
    yield from _flush(waiting)


def _flush(waiting: dict[str, list[Batch]]) -> Iterator[ArrowLoad]:
    for batches in waiting.values():
        contract = batches[0].contract
        table = pa.concat_tables([batch.table for batch in batches]).combine_chunks()
        yield arrow_load(Batch(contract, in_own_order(contract, table)))
    waiting.clear()


def _last_records(records: list[DayRecord]) -> list[DayRecord]:
    """One record a day: rows add up, and the strongest status wins."""
    merged: dict[tuple[str, str, str, dt.date], DayRecord] = {}
    for record in records:
        key = (record.resource, record.tenant, record.scope, record.day)
        before = merged.get(key)
        if before is not None:
            status = "ok" if "ok" in (before.status, record.status) else record.status
            record = DayRecord(*key, before.rows + record.rows, status)
        merged[key] = record
    return list(merged.values())


def _with_most_rows(
    definition: SourceDefinition, loaded: LoadedDays, records: list[DayRecord]
) -> list[DayRecord]:
    """Events of a day are never deleted: a late one that comes alone does not make the day small."""
    events = {contract.name for contract in definition.contracts if isinstance(contract.grain, EventGrain)}
    return [
        replace(
            record,
            rows=max(record.rows, loaded.rows(record.resource, record.tenant, record.scope, record.day)),
        )
        if record.resource in events
        else record
        for record in records
    ]


def _rebuildable(records: list[DayRecord], loaded: LoadedDays, events_from: dt.date | None) -> list[DayRecord]:
    """Without the days whose rows were deleted for their age.

    A vendor that sends one late event of such a day must not make models build the day from that event alone.
    """
    if events_from is None:
        return records
    return [
        record
        for record in records
        if record.day >= events_from
        or not loaded.is_loaded(record.resource, record.tenant, record.scope, record.day)
    ]


def _day_rows(
    definition: SourceDefinition, context: LoadContext, run: SourceRun, *, load_id: str | None
) -> list[Row]:
    """The days' state: pending before their rows change (`load_id` None), their outcome after."""
    records = _with_most_rows(definition, run.loaded, _last_records(run.fetched))
    records = _rebuildable(records, run.loaded, context.events_from)
    now = utc_now()
    return [
        {
            "source": definition.name,
            "resource": record.resource,
            "tenant": record.tenant,
            "scope": record.scope,
            "day": record.day,
            "load_id": load_id,
            "row_count": record.rows,
            "fetched_at": now,
            "status": "pending" if load_id is None else record.status,
        }
        for record in records
    ]


def _fill_rows(context: LoadContext, run: SourceRun) -> list[Row]:
    """How often each field was filled of the rows where the vendor gives it: what the checks judge."""
    report = run.gate.report
    return [
        {
            "run_id": context.run_id,
            "source": run.source,
            "tenant": run.tenant,
            "resource": table,
            "field": column,
            "row_count": report.accepted[table] - report.withheld[table, column],
            "filled_count": filled,
        }
        for (table, column), filled in report.filled.items()
        if report.accepted[table] > report.withheld[table, column]
    ]


def _record_outcome(
    context: LoadContext,
    definition: SourceDefinition,
    result: SourceResult,
    report: GateReport,
    days: list[Row],
) -> None:
    """Days, outcome and losses in one transaction; losses are found from what it has written by then."""
    now = utc_now()
    outcome = {
        "run_id": context.run_id,
        "source": result.source,
        "tenant": result.tenant,
        "is_connected": result.status != "not_connected",
        "status": result.status,
        "error": result.error,
        "row_count": result.total_rows,
        "erased_count": result.erased,
        "started_at": result.started_at,
        "finished_at": result.finished_at,
    }
    rejects = [
        {
            "run_id": context.run_id,
            "source": result.source,
            "tenant": result.tenant,
            "resource": table,
            "reason": reason,
            "record_count": reject.count,
            "sample_hash": reject.sample_hash,
            "sample_offset": reject.sample_offset,
            "rejected_at": now,
            "is_kept": reject.is_kept,
        }
        for (table, reason), reject in report.rejects.items()
    ]
    unknown = [
        {
            "source": result.source,
            "resource": table,
            "field_path": path,
            "observed_count": count,
            "last_seen_at": now,
        }
        for (table, path), count in report.unknown_fields.items()
    ]

    def write() -> None:
        _write(
            context,
            loaded_days=days,
            source_runs=[outcome],
            rejected_records=rejects,
            unknown_fields=unknown,
        )
        _record_losses(context, definition, result.tenant)

    context.ledger.together(write)


def _new_fields(context: LoadContext, source: str, report: GateReport) -> tuple[str, ...]:
    """Unknown fields that are told tonight, and on no later night."""
    if not report.unknown_fields:
        return ()
    known = context.ledger.unknown_fields(source)
    return tuple(sorted({path for table, path in report.unknown_fields if (table, path) not in known}))


def _write(context: LoadContext, **rows: Sequence[Row]) -> None:
    """Rows of several operations tables in one transaction; none when there is nothing to write."""
    wanted = {name: entries for name, entries in rows.items() if entries}
    if wanted:
        context.ledger.write(wanted)


def _record_losses(context: LoadContext, definition: SourceDefinition, tenant: str) -> None:
    """Days that went out of every vendor's reach, and those that came back; also of a source disconnected."""
    now = utc_now()
    losses = changed_losses(definition, context.ledger.history(definition.name, tenant), context.clock)
    if losses:
        rows = [{"source": definition.name, "recorded_at": now, **asdict(loss)} for loss in losses]
        context.ledger.write({"lost_days": rows})


def _resource_rows(definition: SourceDefinition) -> Iterator[Row]:
    resources: tuple[TableContract | FetchWindow, ...] = (*definition.contracts, *definition.windows)
    windows = {table: window.name for window in definition.windows for table in window.tables}
    for what in resources:
        yield {
            "source": definition.name,
            "resource": what.name,
            "tool": what.tool,
            "grain": _grain_name(what.grain) if isinstance(what, TableContract) else "window",
            "fetch_window": windows.get(what.name),
            "lookback_days": what.horizon.lookback,
            "finality_lag_days": what.horizon.finality,
            "retention_days": what.horizon.retention,
        }


def _grain_name(grain: object) -> str:
    if isinstance(grain, DayGrain):
        return "snapshot" if grain.is_snapshot else "day"
    return "current" if isinstance(grain, CurrentGrain) else "event"


def _raise_cause(failure: Exception, source: str, what: str) -> NoReturn:
    """Raise our own error inside dlt's wrapping, or one that names kind and place of what went wrong."""
    if own := own_error(failure):
        raise own from None
    raise SourceError(f"{source} {what}: {described(failure)}.") from failure


def _told(failure: Exception, source: str, environment: Environment) -> str:
    """What is stored and told of a failed source. Of an error that is not ours the frames go to a file."""
    if full := disk_full(failure, environment.data_dir):
        return told(full)
    if isinstance(failure, AiUsageError) and failure.__cause__ is None:
        return told(failure)
    where = write_down(environment.logs_dir, source, failure)
    name = "" if isinstance(failure, AiUsageError) else f"{source}: "
    return f"{name}{told(failure)} {where}".strip()


def utc_now() -> dt.datetime:
    """Wall-clock time for bookkeeping; never used to decide which days to load."""
    return dt.datetime.now(dt.UTC)
