"""Replacing a day in all tables of a stream, and when an answer without rows is believed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from ingestion.source_types import Batch
from ingestion.streams.load import Answer, Load
from ingestion.streams.stream import Stream, Table, collect_links

Clean = Callable[[Answer], Any]


def replaced(
    stream: Stream, tables: tuple[Table, ...], answer: Answer, day: dt.date, *, scope: str = "main"
) -> Iterator[Batch]:
    """The day in every table of the stream. One answer fills them, so they are replaced together."""
    run = answer.load.run
    for table in tables:
        yield from run.replace_day(table.contract, day, table.rows(answer.rows), scope=scope)
    collect_links(stream, answer)


def cleaned(load: Load, day: dt.date | None, records: Any, clean: Clean) -> Answer:
    """An answer with the rows that count."""
    answer = Answer(load, day, records, rows=())
    answer.rows = clean(answer)
    return answer


def not_ready(load: Load, tables: tuple[Table, ...], day: dt.date) -> None:
    """The day is pending in every table that has not been loaded for it; nothing is deleted."""
    for table in tables:
        if not load.run.loaded.is_loaded(table.contract.name, load.run.tenant, "main", day):
            load.run.day_not_ready(table.contract, day)


def days_to_ask(load: Load, table: Table, first_day: Callable[[Any], dt.date] | None) -> list[dt.date]:
    """The days to fetch of a table, none before the vendor's first day."""
    earliest = first_day(load.settings) if first_day else dt.date.min
    return [day for day in load.run.days_to_fetch(table.contract) if day >= earliest]


def had_rows(load: Load, table: Table, day: dt.date) -> bool:
    """Whether an earlier answer gave rows of the day."""
    return load.run.loaded.rows(table.contract.name, load.run.tenant, "main", day) > 0


def is_final(load: Load, table: Table, day: dt.date) -> bool:
    """Whether the vendor's figures of the day must be complete by now."""
    return (load.run.clock.today - day).days >= table.contract.horizon.finality
