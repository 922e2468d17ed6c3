"""`ai-usage retention`: delete what is older than promised, and say how much that was."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence

from rich.console import Console

from ingestion.source import SourceDefinition
from lifecycle.retention import RetentionResult, enforce
from lifecycle.statistics import COUNTERS_STAY
from orchestration.lock import run_lock
from runtime.counting import counted
from runtime.environment import Environment


def enforce_retention(
    environment: Environment,
    sources: Sequence[SourceDefinition],
    as_of: dt.datetime,
    *,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
) -> RetentionResult:
    """Enforce the limits under the run's lock and print rows by table.

    Raises:
        BusyError: a run holds the lock; nothing was deleted.
        ConfigurationError: the limits cannot be; nothing was deleted.
    """
    with run_lock(environment):
        contracts = {source.name: source.contracts for source in sources}
        result = enforce(environment, contracts, as_of, dry_run=dry_run)
    if as_json:
        limits = {layer: str(day) for layer, day in result.limits.items()}
        answer = {"kept_from": limits, "rows": result.rows, "erased_rows": result.erased_rows}
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
        return result
    console = Console(stderr=True, quiet=quiet)
    for layer, day in result.limits.items():
        console.print(f"{layer}: kept from {day} on", highlight=False)
    for table, rows in sorted({**result.rows, **result.erased_rows}.items()):
        console.print(f"  {table}  {rows}", highlight=False)
    did = "would be deleted (--dry-run)" if dry_run else "deleted"
    console.print(f"{counted(result.total_rows, 'row')} older than promised {did}.", highlight=False)
    if result.counters_stay:
        console.print(f"{COUNTERS_STAY}.", highlight=False)
    return result
