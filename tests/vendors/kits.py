"""Loads of one source from the demo's vendors, without a warehouse: what would land, and what was said."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.server import VendorServer
from demo.server.settings import WITHOUT_SCOPE
from ingestion.http import HttpLimits, limited
from ingestion.privacy.contract import DAY_MARKER, DayGrain
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceDefinition, SourceRun
from ingestion.source_types import Finding
from ingestion.sources.registry import SOURCES
from ledger.days import DayRecord, LoadedDays
from runtime.clock import RunClock
from runtime.errors import AiUsageError

KEY = b"k" * 16 + bytes(range(32))
DAYS_BACK = 5
IMPATIENT = HttpLimits(attempts=2, first_wait=0.01, longest_wait=1.0, read_timeout=5.0)
_SECRETS = ("api_key", "analytics_key", "client_email", "client_secret")
_ID = re.compile(r"[^/?]*\d[^/?]*")
_VERSION = re.compile(r"v\d+(\.\d+)?|m365|[a-z-]*-\d-day|oauth2|beta")

Day = tuple[str, str, dt.date]
"""Table, scope, day."""


@dataclass
class Loaded:
    """What one load gave.

    Attributes:
        rows: of all tables, as they would land.
        days: rows of each replaced day, also of one that was emptied.
        failure: what stopped the load.
    """

    run: SourceRun
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    days: dict[Day, int] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    failure: AiUsageError | None = None

    @property
    def unknown_fields(self) -> set[tuple[str, str]]:
        """Fields that no contract knows, by table and path."""
        return set(self.run.gate.report.unknown_fields)

    @property
    def reports(self) -> set[str]:
        """What a reader of the night learns: the progress, and how many records were refused for what."""
        refused = self.run.gate.report.rejects.items()
        return {*self.said, *(f"{key}: {reject.count}" for key, reject in refused)}

    @property
    def pending(self) -> set[tuple[str, dt.date]]:
        """Days that the vendor has no answer for."""
        return {(record.resource, record.day) for record in self.run.fetched if record.status == "pending"}


@dataclass(frozen=True)
class Kit:
    """A source with the settings under which the demo's vendors answer it."""

    source: SourceDefinition
    server: VendorServer

    def load(
        self, script: Sequence[Mapping[str, Any]] = (), before: Iterable[DayRecord] = (), **settings: Any
    ) -> Loaded:
        """The last days, while the vendors follow a script of faults; `before` are days of an earlier load."""
        self.server.faults.replace(script)
        self.server.requests.clear()
        loaded = Loaded(self._run(before, settings))
        loaded.run.progress = loaded.said.append
        try:
            with limited(IMPATIENT):
                for batch in self.source.extract(loaded.run):
                    self._take(loaded, batch)
                loaded.run.gate.check_limits()
        except AiUsageError as failure:
            loaded.failure = failure
        finally:
            self.server.faults.replace()
        return loaded

    def check(self, **settings: Any) -> list[Finding]:
        """What the doctor says."""
        with limited(IMPATIENT):
            return list(self.source.check(self._run((), settings)))

    def routes(self) -> list[str]:
        """Patterns of what a load asks for: one per method and path, whatever ids and days stand in it."""
        self.load()
        found = dict.fromkeys(
            f"^{exchange.request.method} {exchange.request.site}{_pattern(exchange.request.path)}"
            for exchange in self.server.requests
        )
        return list(found)

    def row_routes(self) -> list[str]:
        """Of them those whose answers hold rows, and the files that a vendor writes."""
        fault = {"do": "new_field"}
        return [
            "^FILE",
            *(route for route in self.routes() if self.load([{"match": route, **fault}]).failure is None),
        ]

    def without_scope(self) -> dict[str, str]:
        """The settings with a key that the vendor knows and refuses everywhere."""
        return {name: f"{value}{WITHOUT_SCOPE}" for name, value in self.configured.items() if name in _SECRETS}

    @property
    def knows_every_field(self) -> bool:
        """Whether a field beyond its contract is news; a company's HR file may hold any columns."""
        return bool(self.source.streams)

    def read_tables(self) -> set[str]:
        """Tables against which its streams count what they cannot read or do not know."""
        return {
            table.contract.name
            for stream in self.source.streams
            for table in [*getattr(stream, "tables", ())[:1], *filter(None, [getattr(stream, "table", None)])]
        }

    @property
    def configured(self) -> dict[str, str]:
        """Settings that connect it."""
        return self.server.configuration()[self.source.name]

    @property
    def clock(self) -> RunClock:
        """The company's moment, and the last days."""
        as_of = self.server.company.profile.as_of
        return RunClock(as_of, since=as_of.date() - dt.timedelta(days=DAYS_BACK))

    def _run(self, before: Iterable[DayRecord], changes: Mapping[str, Any]) -> SourceRun:
        settings: Any = self.source.settings()
        for name, value in {**self.configured, **changes}.items():
            setattr(settings, name, True if value == "true" else value)
        gate = Gate(Pseudonymiser(KEY), tenant="main", latest=self.clock.latest)
        days = [
            (one.resource, one.tenant, one.scope, one.day, one.status, one.rows)
            for one in before
            if one.status != "pending"
        ]
        return SourceRun(self.source.name, settings, gate, self.clock, LoadedDays(days))

    def _take(self, loaded: Loaded, batch: Any) -> None:
        name, is_daily = batch.contract.name, isinstance(batch.contract.grain, DayGrain)
        for row in batch.table.to_pylist():
            marked = row.pop(DAY_MARKER, None)
            if is_daily:
                day = (name, row.get("scope", "main"), row["day"])
                loaded.days[day] = loaded.days.get(day, 0) + (0 if marked else 1)
            if not marked:
                loaded.rows[name].append(row)


def vendors() -> list[SourceDefinition]:
    """Every source that the demo's server answers: those of streams, and the HR system."""
    return [source for source in SOURCES if source.streams or source.name == "hris"]


def _pattern(path: str) -> str:
    """A path as a pattern: whatever looks like an id or a day may be another one."""
    parts = [
        "[^/?]+" if _ID.fullmatch(part) and not _VERSION.fullmatch(part) else re.escape(part)
        for part in path.split("/")
    ]
    return "/".join(parts) + r"(\?|$)"
