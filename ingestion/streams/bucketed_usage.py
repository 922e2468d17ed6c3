"""A report of a range of days in time buckets, in pages; each day of the range is replaced."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.privacy.wire import WireRecord
from ingestion.source_types import Batch, Finding
from ingestion.streams.bounds import ONE_DAY, Bounds, days_between, ranges, utc_day
from ingestion.streams.listing import Listing
from ingestion.streams.load import Load
from ingestion.streams.replacing import Clean, cleaned, days_to_ask, had_rows, is_final, not_ready, replaced
from ingestion.streams.stream import Stream, Table, every_record
from runtime.errors import AnswerError, BadRequestError

Started = tuple[Any, Any]
"""The start of a bucket as the vendor writes it, and a row of it."""


@dataclass(frozen=True, kw_only=True)
class BucketedUsage(Stream):
    """The days to fetch, as few requests as the vendor's longest range allows.

    A bucket is a whole UTC day. A day without rows is believed empty when it must be final by now, every
    record of its range could be read, and no earlier answer had rows of it; otherwise it is pending and keeps
    what it has. Buckets of days that were not asked for are left alone.

    Attributes:
        start_key: key of a bucket's start (of a row's, when `rows_key` is None).
        rows_key: key of the rows in a bucket; None where the vendor answers rows instead of buckets.
        longest_range: days that one request may span.
        first_day: the vendor's first day; earlier ones are not asked for.
        group_by: name of the parameter, and the groupings to ask for, the best first: a vendor that refuses
            one (400) is asked with the next. Which one it was is told in the progress.
        tables: the first one's horizon says which days are fetched.
    """

    listing: Listing
    bounds: Bounds
    record: type[WireRecord]
    tables: tuple[Table, ...]
    start_key: str
    rows_key: str | None = "results"
    longest_range: int = 31
    first_day: Callable[[Any], dt.date] | None = None
    group_by: tuple[str, tuple[tuple[str, ...], ...]] | None = None
    clean: Clean = every_record

    def batches(self, load: Load) -> Iterator[Batch]:
        """See :meth:`Stream.batches`."""
        run, table = load.run, self.tables[0]
        waiting = 0
        days = days_to_ask(load, table, self.first_day)
        for first, last in ranges(days, self.longest_range):
            run.progress(f"{self.name} of {first} to {last}")
            refused = run.gate.report.rejected(table.contract.name)
            found = self._by_day(load, self._rows(load, first, last))
            is_readable = run.gate.report.rejected(table.contract.name) == refused
            for day in days_between(first, last):
                answer = cleaned(load, day, found.get(day, []), self.clean)
                is_believed = is_readable and is_final(load, table, day) and not had_rows(load, table, day)
                if answer.rows or is_believed:
                    yield from replaced(self, self.tables, answer, day)
                else:
                    waiting += 1
                    not_ready(load, self.tables, day)
        if waiting:
            run.progress(f"{waiting} of {len(days)} days have no {self.name} yet")

    def check(self, load: Load) -> Iterator[Finding]:
        """One bucket of yesterday."""
        day = load.run.clock.today - ONE_DAY
        yield self.listing.probe(load, self.name, self.scope_for(load.settings), self.bounds(day, day))

    def _rows(self, load: Load, first: dt.date, last: dt.date) -> list[Started]:
        params = self.bounds(first, last)
        if self.group_by is None:
            return self._started(load, self.listing.rows(load, params))
        name, groupings = self.group_by
        for grouping in groupings:
            try:
                answered = self.listing.rows(load, {**params, name: list(grouping)})
            except BadRequestError:
                if grouping == groupings[-1]:
                    raise
            else:
                if grouping != groupings[0]:
                    load.run.progress(f"{self.name}: the vendor groups by {', '.join(grouping)} only")
                return self._started(load, answered)
        raise AssertionError("unreachable")

    def _started(self, load: Load, answered: list[Any]) -> list[Started]:
        """Rows, each with the start of its bucket.

        Raises:
            AnswerError: a bucket without its list of rows.
        """
        found: list[Started] = []
        for entry in answered:
            start = entry.get(self.start_key) if isinstance(entry, dict) else None
            rows = [entry] if self.rows_key is None else entry.get(self.rows_key) if start is not None else None
            if not isinstance(rows, list):
                raise self._undocumented(load, f"`{self.rows_key}` or `{self.start_key}`")
            found += [(start, row) for row in rows]
        return found

    def _by_day(self, load: Load, rows: list[Started]) -> dict[dt.date, list[Any]]:
        """Records by their day.

        Raises:
            AnswerError: a row or bucket does not say which day it is of, so that no day would be whole.
        """
        found: dict[dt.date, list[Any]] = defaultdict(list)
        for start, row in rows:
            day = utc_day(start)
            if day is None:
                raise self._undocumented(load, f"a readable `{self.start_key}`")
            found[day].append(row)
        name = self.tables[0].contract.name
        return {day: load.run.gate.objects(self.record, name, of_day) for day, of_day in found.items()}

    def _undocumented(self, load: Load, lacking: str) -> AnswerError:
        return AnswerError(f"{load.run.source}: {self.name} came without {lacking}.", "Nothing was replaced.")
