"""Events of a range of days, in pages, merged by key; the days are recorded as read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.privacy.wire import WireRecord
from ingestion.source_types import Batch, Finding
from ingestion.streams.bounds import ONE_DAY, Bounds, days_between, ranges
from ingestion.streams.listing import Listing, Params
from ingestion.streams.load import Load
from ingestion.streams.replacing import Clean, cleaned
from ingestion.streams.stream import Stream, Table, collect_links, every_record


@dataclass(frozen=True, kw_only=True)
class EventPages(Stream):
    """The days to fetch, page by page: a range may hold more events than fit into memory.

    Attributes:
        day_of: UTC day of a record. A record of a day that was not asked for is left for its own request: it
            would make a day count as read of which only the edge was seen.
        tables: event tables; the first one's horizon says which days are fetched.
        longest_range: days that one request may span; None: no limit.
        clean: which records count: of a page, or of the whole range.
        has_whole_range: a range is read to its end before `clean`. For a vendor whose events have no id: equal
            ones are told apart by counting them, and may stand on two pages.
    """

    listing: Listing
    bounds: Bounds
    record: type[WireRecord]
    tables: tuple[Table, ...]
    day_of: Callable[[Any], dt.date]
    longest_range: int | None = None
    clean: Clean = every_record
    has_whole_range: bool = False

    def batches(self, load: Load) -> Iterator[Batch]:
        """See :meth:`Stream.batches`."""
        run, name = load.run, self.tables[0].contract.name
        for first, last in ranges(run.days_to_fetch(self.tables[0].contract), self.longest_range):
            run.progress(f"{self.name} of {first} to {last}")
            for page in self._pages(load, self.bounds(first, last)):
                found = run.gate.objects(self.record, name, page)
                asked = [record for record in found if first <= self.day_of(record) <= last]
                answer = cleaned(load, None, asked, self.clean)
                for table in self.tables:
                    yield from run.events(table.contract, list(table.rows(answer.rows)))
                collect_links(self, answer)
            for table in self.tables:
                run.days_read(table.contract, days_between(first, last))

    def check(self, load: Load) -> Iterator[Finding]:
        """One event of yesterday."""
        day = load.run.clock.today - ONE_DAY
        yield self.listing.probe(load, self.name, self.scope_for(load.settings), self.bounds(day, day))

    def _pages(self, load: Load, params: Params) -> Iterator[list[dict[str, Any]]]:
        if self.has_whole_range:
            yield self.listing.rows(load, params)
        else:
            yield from self.listing.pages(load, params)
