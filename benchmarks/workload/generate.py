"""Writes the company in the vendors' formats.

<folder>/workload.json                    size, seed, and what was counted
<folder>/<event type>/<file id>.jsonl     log files as the vendor's links give them
<folder>/<event type>/files.json          the vendor's list of them
<folder>/github/, github_seats.json       daily reports of GitHub Copilot, one of them restated
<folder>/users.json, seats.json           roster and seats of the night
<folder>/hris/, <folder>/company/         exports and the company's own files, in clear
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.workload.company import Workload
from benchmarks.workload.company_files import write_company_files, write_hris, write_rosters
from benchmarks.workload.names import COSTS, MESSAGES
from benchmarks.workload.raw import RawTables
from benchmarks.workload.reports import write_reports
from benchmarks.workload.scale import AS_OF, Scale


def generate(scale: Scale, folder: Path, *, raw: bool = False) -> dict[str, Any]:
    """Write the whole company into an empty folder; what was written, also kept as `workload.json`.

    With `raw` the raw tables are written as Parquet in place of the log files of all nights but the last two.
    """
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder) as spill:
        workload = Workload(scale, Path(spill))
        write_hris(workload, folder / "hris")
        write_company_files(workload, folder / "company")
        write_rosters(workload, folder)
        write_reports(workload, folder)
        listings = _write_events(workload, folder, raw)
        workload.connection.close()
    summary = {
        **asdict(scale),
        "raw": raw,
        "lines": {name: sum(file["lines"] for file in files) for name, files in listings.items()},
        "bytes": {name: sum(file["file_size"] for file in files) for name, files in listings.items()},
    }
    (folder / "workload.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    return summary


def _write_events(workload: Workload, folder: Path, raw: bool) -> dict[str, list[dict[str, Any]]]:
    """Log files and the lists of them; with `raw` the tables too."""
    listings: dict[str, list[dict[str, Any]]] = {MESSAGES: [], COSTS: []}
    for event_type in listings:
        (folder / event_type).mkdir()
    tables = RawTables(workload, folder / "raw") if raw else None
    logs_from = AS_OF.date() if raw else dt.date.min
    for days in workload.chunks():
        if tables:
            tables.add(days)
        for day in days:
            for event_type, query in ((MESSAGES, "message_lines"), (COSTS, "cost_lines")):
                if day >= logs_from:
                    files = _write_files(folder / event_type, event_type, day, workload.lines(query, day))
                    listings[event_type] += files
    if tables:
        tables.finish()
    for event_type, files in listings.items():
        (folder / event_type / "files.json").write_text(json.dumps(files), encoding="utf-8")
    return listings


def _write_files(
    folder: Path, event_type: str, day: dt.date, parts: Iterator[tuple[int, memoryview]]
) -> list[dict[str, Any]]:
    """One file per part; they end in the minutes before 03:00 of their day."""
    files = []
    for number, (lines, content) in enumerate(parts):
        end = dt.datetime.combine(day, dt.time(2, 50), dt.UTC) + dt.timedelta(seconds=number)
        file_id = f"clog_{event_type.lower()}_{day:%Y%m%d}_{number:03d}"
        (folder / f"{file_id}.jsonl").write_bytes(content)
        files.append(
            {
                "id": file_id,
                "event_type": event_type,
                "end_time": f"{end:%Y-%m-%dT%H:%M:%S.%f}Z",
                "file_name": f"{event_type}_{end:%Y-%m-%dT%H:%M:%S}.jsonl",
                "file_size": content.nbytes,
                "file_sha256": hashlib.sha256(content).hexdigest(),
                "lines": lines,
            }
        )
    return files
