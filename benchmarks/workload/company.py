"""The company in DuckDB, a chunk of days at a time, so that memory does not grow with it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.workload.names import ORGANIZATION, WORKSPACE
from benchmarks.workload.scale import Scale

_SQL = Path(__file__).parent / "sql"
_LINES_OF_A_FILE = 49_152  # whole vectors of DuckDB, just under 50,000
_EVENTS_OF_A_CHUNK = 500_000
_MESSAGES_OF_A_TURN = 2.25  # the prompt, its answers, now and then instructions, and what is sent twice
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
        self.connection.execute(sql("people"))
        self.set("turns", self._turns_of_a_day())
        for table, query in (("message_events", "messages"), ("cost_events", "costs")):
            self.set("chunk_from", 0)
            self.set("chunk_until", 0)
            select = sql(query).replace(f"insert into {table}", f"create table {table} as", 1)
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
            self.connection.execute(sql("messages"))
            self.connection.execute(sql("costs"))
            first = self.scale.first_day + dt.timedelta(days=start)
            last = self.scale.first_day + dt.timedelta(days=until - 1)
            days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
            yield [day for day in days if day <= self.scale.last_day]
            for table in ("message_events", "cost_events"):
                self.connection.execute(f"delete from {table} where file_day <= ?", [last])

    def lines(self, query: str, day: dt.date) -> Iterator[tuple[int, memoryview]]:
        """The lines of one file day: their number and bytes, one file after the other."""
        self.set("file_day", day.isoformat())
        return self.texts(query)

    def texts(self, query: str) -> Iterator[tuple[int, memoryview]]:
        """The column `line` of a query, as :meth:`lines` gives it."""
        reader = self.connection.sql(sql(query)).to_arrow_reader(_LINES_OF_A_FILE)
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


def _text_bytes(column: pa.Array) -> memoryview:
    """The text of an Arrow string column as it lies in memory: its lines, one after the other."""
    offsets = memoryview(column.buffers()[1]).cast("i" if column.type == pa.string() else "q")
    start, end = offsets[column.offset], offsets[column.offset + len(column)]
    return memoryview(column.buffers()[2])[start:end]


def sql(name: str) -> str:
    """The statement of that name in the folder `sql`."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
