"""Loads a generated company through the real sources, over loopback HTTP.

`python -m benchmarks.workload.load --folder WORKLOAD --data-dir DATA [--night 1] [--source chatgpt]`
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.workload.keys import pseudonymiser
from benchmarks.workload.raw import TENANT
from benchmarks.workload.scale import AS_OF
from benchmarks.workload.vendors import vendors
from ingestion.pipeline import SourceResult, open_context, run_source
from ingestion.sources.chatgpt import records
from ingestion.sources.registry import SOURCES
from ledger.ledger import Ledger
from runtime.clock import RunClock
from runtime.environment import Environment, environment

_RAW_DAYS = {
    "conversation_messages": "message_date",
    "costs_usage": "usage_date",
    "costs_billing": "usage_date",
}


def load(env: Environment, night: int = 0, only: Sequence[str] = ()) -> list[SourceResult]:
    """One night's load of all sources (or `only` those named), `night` nights after the first.

    Raises:
        RuntimeError: a source failed; figures of half a load would mean nothing.
    """
    clock = RunClock(AS_OF + dt.timedelta(days=night))
    sources = [source for source in SOURCES if not only or source.name in only]
    context = open_context(env, pseudonymiser(), clock, f"bench-{night}", SOURCES)
    results = [run_source(source, context) for source in sources]
    for result in results:
        if result.status == "failed" or result.rejected or result.unknown_fields:
            raise RuntimeError(
                f"{result.source}: {result.error or ''} {result.rejected} rejected, {result.unknown_fields}"
            )
    return results


def insert_raw(env: Environment, folder: Path) -> None:
    """Put the Parquet of `raw` in place of the ChatGPT events that were loaded, and record their days."""
    with duckdb.connect(str(env.warehouse)) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set memory_limit = '1GB'")
        found = connection.execute("select max(_dlt_load_id) from raw_chatgpt.users").fetchone()
        assert found is not None
        days: list[dict[str, Any]] = []
        for table in (*_RAW_DAYS, "identity_links"):
            own = "where method = 'event'" if table == "identity_links" else ""
            connection.execute(f"delete from raw_chatgpt.{table} {own}")
            connection.execute(
                f"insert into raw_chatgpt.{table} by name select *, ? as _dlt_load_id "
                f"from read_parquet('{folder}/raw/{table}/*.parquet')",
                [found[0]],
            )
        for table, column in _RAW_DAYS.items():
            counts = connection.execute(
                f"select {column}, count(*) from raw_chatgpt.{table} group by all order by 1"
            )
            days += [_loaded_day(table, day, rows, found[0]) for day, rows in counts.fetchall()]
    summary = json.loads((folder / "workload.json").read_text(encoding="utf-8"))
    for back in range(summary["days"]):
        day = AS_OF.date() - dt.timedelta(days=back)
        days += [_loaded_day(window.name, day, 1, found[0]) for window in records.WINDOWS]
    Ledger(env).write({"loaded_days": days})


def _loaded_day(resource: str, day: dt.date, rows: int, load_id: str) -> dict[str, Any]:
    return {
        "source": "chatgpt",
        "resource": resource,
        "tenant": TENANT,
        "scope": "main",
        "day": day,
        "load_id": load_id,
        "row_count": rows,
        "fetched_at": dt.datetime.now(dt.UTC),
        "status": "ok",
    }


def main() -> None:
    """Load and tell rows and seconds of each source."""
    parser = argparse.ArgumentParser(prog="benchmarks.workload.load")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--night", type=int, default=0)
    parser.add_argument("--source", action="append", default=[])
    parser.add_argument("--empty", action="store_true", help="leave the tool out: every table, no event")
    options = parser.parse_args()
    with vendors(options.folder.absolute(), options.night) as settings:
        if options.empty:
            settings = {
                name: value
                for name, value in settings.items()
                if "CHATGPT" not in name and "GITHUB" not in name
            }
        os.environ.update(settings)
        env = environment(options.data_dir)
        results = load(env, options.night, options.source)
        if options.night == 0 and not options.empty and (options.folder / "raw").is_dir():
            insert_raw(env, options.folder.absolute())
    print(json.dumps({r.source: {"status": r.status, "seconds": r.seconds, **r.rows} for r in results}))


if __name__ == "__main__":
    main()
