"""Writes the company: log files a day at a time, so that memory does not grow with the company.

<folder>/workload.json                    size, seed, and what was counted
<folder>/<event type>/<file id>.jsonl     log files as the vendor's links give them
<folder>/<event type>/files.json          the vendor's list of them
<folder>/users.json, seats.json           roster and seats of the night
<folder>/hris/, <folder>/company/         exports and the company's own files, in clear
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.workload.company_files import write_company_files, write_hris, write_rosters
from benchmarks.workload.scale import Scale

WORKSPACE = "6f1b2c3d-0000-4a6b-8c7d-9e0f1a2b3c4d"
ORGANIZATION = "org-Workload0000000000000001"
MESSAGES, COSTS = "CONVERSATION_MESSAGE", "COSTS"
_SQL = Path(__file__).parent / "sql"
_LINES_OF_A_FILE = 49_152  # whole vectors of DuckDB, just under 50,000
_EVENTS_OF_A_CHUNK = 500_000
_MESSAGES_OF_A_TURN = 2.36  # the prompt, its answers, now and then instructions, and what is sent twice
_WORDS = "Please compare the plan of last week with the figures that the team has sent and tell what changed. "
ESCAPED = '\n- "déjà vu" – done\n'
"""What a third of the texts end with: line breaks, quotes and letters beyond ASCII."""


class Workload:
    """The company's tables in DuckDB, made chunk by chunk of days from hashes of its seed."""

    def __init__(self, scale: Scale, spill: Path, memory_limit: str = "1GB") -> None:
        self.scale = scale
        self.connection = duckdb.connect()
        self.connection.execute(f"set memory_limit = '{memory_limit}'")
        self.connection.execute(f"set temp_directory = '{spill}'")
        self.connection.execute("set TimeZone = 'UTC'")
        escaped = json.dumps(ESCAPED, ensure_ascii=False)[1:-1]
        for name, value in {
            "seed": scale.seed,
            "people": scale.people,
            "days": scale.days,
            "first_day": scale.first_day.isoformat(),
            "workspace": WORKSPACE,
            "organization": ORGANIZATION,
            "words": _WORDS * 90,
            "escaped": escaped,
        }.items():
            self.set(name, value)
        self.connection.execute(
            "create macro written_moment(ms) as strftime(make_timestamp(ms * 1000), '%Y-%m-%dT%H:%M:%S.%gZ')"
        )
        self.connection.execute(_sql("people"))
        self.set("turns", self._turns_of_a_day())
        for table, query in (("message_events", "messages"), ("cost_events", "costs")):
            self.set("chunk_from", 0)
            self.set("chunk_until", 0)
            select = _sql(query).replace(f"insert into {table}", f"create table {table} as", 1)
            self.connection.execute(select)

    def set(self, name: str, value: object) -> None:
        """A variable that the SQL reads with `getvariable`."""
        self.connection.execute(f"set variable {name} = ?", [value])

    def chunks(self) -> Iterator[list[dt.date]]:
        """File days, in order, that are complete once the chunk's activity is made; older ones are dropped.

        What is delivered late stays until the chunk that holds its day.
        """
        activity_days = self.scale.days + 2  # today, and the day that only the next night sees
        step = max(1, _EVENTS_OF_A_CHUNK * self.scale.days // self.scale.messages)
        for start in range(0, activity_days, step):
            until = min(start + step, activity_days)
            self.set("chunk_from", start)
            self.set("chunk_until", until)
            self.connection.execute(_sql("messages"))
            self.connection.execute(_sql("costs"))
            first = self.scale.first_day + dt.timedelta(days=start)
            last = self.scale.first_day + dt.timedelta(days=until - 1)
            days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
            yield [day for day in days if day <= self.scale.last_day]
            for table in ("message_events", "cost_events"):
                self.connection.execute(f"delete from {table} where file_day <= ?", [last])

    def lines(self, query: str, day: dt.date) -> Iterator[tuple[int, memoryview]]:
        """The lines of one file day: their number and bytes, one file after the other."""
        self.set("file_day", day.isoformat())
        reader = self.connection.sql(_sql(query)).to_arrow_reader(_LINES_OF_A_FILE)
        for batch in reader:
            if batch.num_rows:
                yield batch.num_rows, _text_bytes(batch.column(0))

    def _turns_of_a_day(self) -> float:
        """Prompts of an account on an active day, so that the company sends as many messages as it should."""
        row = self.connection.execute(
            """
            with days as (
                select getvariable('first_day')::date + number::integer as day
                from range(getvariable('days')) as numbers (number)
            )
            select sum(case when isodow(day) < 6 then workday_chance else 0.06 end)
            from accounts
            inner join days on day >= used_from and day < used_until
            """
        ).fetchone()
        assert row is not None
        return self.scale.messages / (float(row[0]) * _MESSAGES_OF_A_TURN)


def generate(scale: Scale, folder: Path) -> dict[str, Any]:
    """Write the whole company into an empty folder; what was written, also kept as `workload.json`."""
    folder.mkdir(parents=True)
    workload = Workload(scale, folder / "spill")
    write_hris(workload, folder / "hris")
    write_company_files(workload, folder / "company")
    write_rosters(workload, folder)
    listings: dict[str, list[dict[str, Any]]] = {MESSAGES: [], COSTS: []}
    for event_type in listings:
        (folder / event_type).mkdir()
    for days in workload.chunks():
        for day in days:
            for event_type, query in ((MESSAGES, "message_lines"), (COSTS, "cost_lines")):
                files = _write_files(folder / event_type, event_type, day, workload.lines(query, day))
                listings[event_type] += files
    for event_type, files in listings.items():
        (folder / event_type / "files.json").write_text(json.dumps(files), encoding="utf-8")
    summary = {
        **asdict(scale),
        "lines": {name: sum(file["lines"] for file in files) for name, files in listings.items()},
        "bytes": {name: sum(file["file_size"] for file in files) for name, files in listings.items()},
    }
    (folder / "workload.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    return summary


def _write_files(
    folder: Path, event_type: str, day: dt.date, parts: Iterator[tuple[int, memoryview]]
) -> list[dict[str, Any]]:
    """One file a part; they end in the minutes before 03:00 of their day."""
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


def _text_bytes(column: Any) -> memoryview:
    """The text of an Arrow string column as it lies in memory: its lines, one after the other."""
    import pyarrow as pa

    offsets = memoryview(column.buffers()[1]).cast("i" if column.type == pa.string() else "q")
    start, end = offsets[column.offset], offsets[column.offset + len(column)]
    return memoryview(column.buffers()[2])[start:end]


def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
