"""One load of one source without dlt: batches as they would be written, and what the gate saw."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ingestion.privacy.contract import DAY_MARKER
from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceDefinition, SourceRun
from ledger.days import LoadedDays
from runtime.clock import RunClock

KEY = b"k" * 16 + bytes(range(32))
AS_OF = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
TODAY = AS_OF.date()
TOKENS = Pseudonymiser(KEY)


def source_run(source: SourceDefinition, loaded: Iterable[tuple[Any, ...]] = (), **settings: Any) -> SourceRun:
    """A run of `source` with these settings on top of its defaults."""
    resolved = source.settings()
    for name, value in settings.items():
        setattr(resolved, name, value)
    clock = RunClock(AS_OF)
    gate = Gate(Pseudonymiser(KEY), tenant="main", latest=clock.latest)
    return SourceRun(source.name, resolved, gate, clock, LoadedDays(loaded))


def loaded_rows(source: SourceDefinition, run: SourceRun) -> dict[str, list[dict[str, Any]]]:
    """Rows by table as they would land; day markers are counted in `markers`."""
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for batch in source.extract(run):
        for row in batch.table.to_pylist():
            tables["markers" if row.pop(DAY_MARKER, None) else batch.contract.name].append(row)
    run.gate.check_limits()
    return tables


def rejects(run: SourceRun) -> dict[tuple[str, str], int]:
    """Counted rejects by table and reason."""
    return {key: reject.count for key, reject in run.gate.report.rejects.items() if not reject.is_kept}


def left_out(run: SourceRun) -> dict[tuple[str, str], int]:
    """Values by table and reason that were left out while their records stayed."""
    return {key: reject.count for key, reject in run.gate.report.rejects.items() if reject.is_kept}
