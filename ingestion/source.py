"""What a source is, and what it is given to do its work. No source knows dlt's pipelines, dbt or Dagster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
from dlt.common.configuration.specs import BaseConfiguration

from ingestion.privacy.block import Block
from ingestion.privacy.contract import EventGrain, TableContract
from ingestion.privacy.gate import BATCH_ROWS, Gate
from ingestion.source_types import Batch, FetchWindow, Finding
from ledger.days import DayRecord, DayStatus, Fetchable, LoadedDays
from runtime.clock import RunClock


class Roster:
    """What the loaded HR files say, to compare the company's own files with. This one knows nothing.

    Attributes:
        least_unit: people whom a department needs to be shown under its own name.
    """

    least_unit: int = 0

    def labels(self, column: str) -> frozenset[str]:
        """Departments or locations of the newest HR file."""
        return frozenset()

    def departments_ever(self) -> frozenset[str]:
        """Departments of every HR file and history that is loaded."""
        return frozenset()

    def department_sizes(self) -> Mapping[str, int]:
        """Employed people by department in the newest HR file."""
        return {}


@dataclass(slots=True)
class SourceRun:
    """One load of one account: settings, gate, clock, and the record of what was fetched.

    `known_keys(contract)` gives the keys that an insert-only table holds already, `known_rows(contract,
    columns)` the rows of a small table, of every tenant; `last_snapshot(contract, columns)` the rows of the
    newest day of a snapshot table, and `roster` what the loaded rosters say. They are empty where nothing is
    loaded, and the last two also where the warehouse cannot be read. `archive` is the folder of its saved
    answers below `archive_dir`.
    """

    source: str
    settings: Any
    gate: Gate
    clock: RunClock
    loaded: LoadedDays
    progress: Callable[[str], None] = lambda _: None
    fetched: list[DayRecord] = field(default_factory=list)
    known_keys: Callable[[TableContract], frozenset[str]] = lambda _: frozenset()
    known_rows: Callable[[TableContract, Sequence[str]], list[tuple[Any, ...]]] = lambda _, __: []
    last_snapshot: Callable[[TableContract, Sequence[str]], list[tuple[Any, ...]]] = lambda _, __: []
    roster: Roster = field(default_factory=Roster)
    archive: str = ""

    def __post_init__(self) -> None:
        self.archive = self.archive or self.source

    @property
    def tenant(self) -> str:
        """Label of the company's account at this vendor."""
        return str(self.settings.tenant)

    def days_to_fetch(self, what: Fetchable, scope: str = "main") -> list[dt.date]:
        """Days of this resource that are missing, pending, inside the look-back, or asked for by name."""
        return self.loaded.days_to_fetch(what, self.clock, self.tenant, scope)

    def events(self, contract: TableContract, records: Sequence[Any] | Block) -> Iterator[Batch]:
        """Rows merged by key. The activity days they touch are recorded from the rows themselves."""
        for part in _parts(records) if not isinstance(records, Block) else (records,):
            table = self.gate.table(contract, part)
            self._record_touched(contract, table)
            yield Batch(contract, table)

    def replace_day(
        self, contract: TableContract, day: dt.date, records: Iterable[Any], *, scope: str = "main"
    ) -> Iterator[Batch]:
        """The whole of one day, also when it is empty: what stood there before goes."""
        rows = 0
        yield Batch(contract, self.gate.day_marker(contract, scope=scope, day=day))
        for part in _parts(records):
            table = self.gate.table(contract, part, scope=scope, day=day)
            rows += table.num_rows
            yield Batch(contract, table)
        self._record(contract, scope, day, rows, "ok" if rows else "empty")

    def leave_out(self, resource: str, day: dt.date) -> None:
        """What was fetched of this day counts as not fetched: it is missing until it can be read."""
        self.fetched[:] = [
            replace(record, status="pending") if (record.resource, record.day) == (resource, day) else record
            for record in self.fetched
        ]

    def day_not_ready(self, contract: TableContract, day: dt.date, *, scope: str = "main") -> None:
        """The vendor has no answer for that day yet: recorded as pending, nothing is deleted."""
        self._record(contract, scope, day, 0, "pending")

    def days_read(self, contract: TableContract, days: Iterable[dt.date]) -> None:
        """Record that these activity days of an event table were read, also those without a row.

        Call it after :meth:`events`: a day with rows stays `ok`, any other is `empty`. Without it a day on
        which nothing happened could not be told from a day that was never fetched.
        """
        for day in days:
            self._record(contract, "main", day, 0, "empty")

    def replace_current(self, contract: TableContract, records: Iterable[Any]) -> Iterator[Batch]:
        """Everything of the tenant, replaced."""
        rows = 0
        yield Batch(contract, self.gate.day_marker(contract))
        for part in _parts(records):
            table = self.gate.table(contract, part)
            rows += table.num_rows
            yield Batch(contract, table)
        self._record(contract, "main", self.clock.today, rows, "ok" if rows else "empty")

    def window_fetched(
        self, window: FetchWindow, day: dt.date, rows: int, *, scope: str = "main", status: DayStatus = "ok"
    ) -> None:
        """Record a fetched window that is not a table (the log files of one day)."""
        self.fetched.append(DayRecord(window.name, self.tenant, scope, day, rows, status))

    def _record(self, contract: TableContract, scope: str, day: dt.date, rows: int, status: DayStatus) -> None:
        self.fetched.append(DayRecord(contract.name, self.tenant, scope, day, rows, status))

    def _record_touched(self, contract: TableContract, table: pa.Table) -> None:
        grain = contract.grain
        if not isinstance(grain, EventGrain) or grain.day is None:
            return
        for entry in pc.value_counts(table[grain.day]).to_pylist():
            if entry["values"] is not None:
                self._record(contract, "main", entry["values"], entry["counts"], "ok")


class DescribedStream(Protocol):
    """What is told of a stream without asking the vendor (see `ingestion.streams`)."""

    @property
    def name(self) -> str:
        """What the doctor calls it."""

    @property
    def used_for(self) -> str:
        """What is read with the scope, as the docs say it; empty where the name says it."""

    def scope_for(self, settings: Any) -> str:
        """The read-only scope, role or permission that it needs with these settings."""


@dataclass(frozen=True, slots=True)
class SourceDefinition:
    """A source as the pipeline sees it.

    Attributes:
        description: what it gives, for the catalogue of the warehouse.
        settings: dlt configuration of the section `sources.<name>`; resolving needs no network.
        is_connected: whether the settings are enough to load; False loads empty tables.
        extract: yields batches; raises SourceError when the vendor cannot be read.
        check: what `ai-usage doctor` prints; only reads.
        windows: fetch windows that are not tables, with their horizon (log files by day).
        snapshots: the resources that exist only today, each by itself; loaded alone when the whole load fails.
        needed_for: what cannot be told without this source; empty when the others stand without it.
        streams: what `extract`, `check` and `snapshots` follow from (`ingestion.streams.source`); empty for a
            source that is written out.
        reads_archive_alone: whether saved answers are enough to load it; others need their credentials as well.
    """

    name: str
    settings: type[BaseConfiguration]
    contracts: tuple[TableContract, ...]
    is_connected: Callable[[Any], bool]
    extract: Callable[[SourceRun], Iterable[Batch]]
    check: Callable[[SourceRun], Iterable[Finding]]
    windows: tuple[FetchWindow, ...] = ()
    snapshots: Callable[[SourceRun], Iterable[Iterable[Batch]]] | None = None
    needed_for: str = ""
    reads_archive_alone: bool = False
    description: str = ""
    streams: tuple[DescribedStream, ...] = ()


def _parts(records: Iterable[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for record in records:
        part.append(record)
        if len(part) >= BATCH_ROWS:
            yield part
            part = []
    if part:
        yield part
