"""How fast telemetry is read, and in how much memory: `python -m benchmarks.telemetry --megabytes 50 400`.

Each size is one process, so that its peak is its own. No pipeline and no warehouse: lines in, Arrow tables out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ingestion.privacy.gate import Gate
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.source import SourceRun
from ingestion.sources.otel import SOURCE
from ledger.days import LoadedDays
from runtime.clock import RunClock

_AS_OF = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
_START = 1_794_301_200  # 10 November 2026, 09:00 UTC
_FILE_BYTES = 50_000_000
_REQUESTS_A_LINE = 20


def main() -> None:
    """Measure each size, or with `--read` one folder that lies there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telemetry", description=__doc__)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[50, 400])
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.read:
        _read(chosen.read)
        return
    for size in chosen.megabytes:
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), size * 1_000_000)
            subprocess.run([sys.executable, "-m", "benchmarks.telemetry", "--read", folder], check=True)


def _write(folder: Path, size: int) -> None:
    written = number = 0
    while written < size:
        with (folder / f"{written:012}.jsonl").open("w", encoding="utf-8") as file:
            while written < size and file.tell() < _FILE_BYTES:
                written += file.write(_line(number))
                number += 1


def _line(number: int) -> str:
    """Requests of one of 500 people, a second apart."""
    person = number % 500
    told = {
        "event.name": "api_request",
        "session.id": f"session-{person}-{number // 5000}",
        "user.email": f"person{person}@example.com",
        "user.id": f"installation-{person}",
        "model": "claude-opus-5-5",
        "terminal.type": "vscode",
    }
    counts = {"input_tokens": 412, "output_tokens": 655, "cache_read_tokens": 48210, "cost_usd_micros": 71200}
    records = []
    for part in range(_REQUESTS_A_LINE):
        second = _START + (number * _REQUESTS_A_LINE + part) % 700_000
        values = [{"key": key, "value": {"stringValue": value}} for key, value in told.items()]
        values += [{"key": key, "value": {"intValue": str(count)}} for key, count in counts.items()]
        values.append({"key": "event.sequence", "value": {"intValue": str(number)}})
        records.append({"timeUnixNano": f"{second}000000000", "attributes": values})
    service = {"attributes": [{"key": "service.name", "value": {"stringValue": "claude-code"}}]}
    scope = {"scope": {"name": "events"}, "logRecords": records}
    return json.dumps({"resourceLogs": [{"resource": service, "scopeLogs": [scope]}]}) + "\n"


def _read(folder: Path) -> None:
    settings = SOURCE.settings()
    settings.bucket_url = str(folder)
    clock = RunClock(_AS_OF)
    gate = Gate(Pseudonymiser(bytes(range(32))), tenant="main", latest=clock.latest)
    run = SourceRun(SOURCE.name, settings, gate, clock, LoadedDays(()))
    started = time.process_time()
    rows = sum(batch.table.num_rows for batch in SOURCE.extract(run))
    seconds = time.process_time() - started
    size = sum(file.stat().st_size for file in folder.iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"{size / 1e6:,.0f} MB, {rows:,} rows: {rows / seconds:,.0f} rows a CPU second, "
        f"{size / 1e6 / seconds:,.0f} MB a CPU second, peak {peak:,.0f} MB\n"
    )


if __name__ == "__main__":
    main()
