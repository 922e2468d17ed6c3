"""Files of JSON Lines that a vendor lists by their end time: list → signed link → checksum → lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.ahead import one_ahead
from ingestion.privacy.block import Block
from ingestion.privacy.wire import WireRecord
from ingestion.source_types import Batch, FetchWindow, Finding
from ingestion.streams.bounds import ONE_DAY, Bounds, days_between, ranges
from ingestion.streams.listing import Listing, route
from ingestion.streams.load import Answer, Load
from ingestion.streams.stream import Stream, Table, collect_links


@dataclass(frozen=True, kw_only=True)
class LogFiles(Stream):
    """The files whose end time lies in the days to fetch, each read as it arrives; events are merged by key.

    Attributes:
        listing: list of the files' metadata.
        file_path: route of a file by its `{id}`; it redirects to a signed link.
        window: the days of the files, which are recorded by themselves: events of a day lie in later files too.
        tables: bad lines are counted against the first, whose accepted rows they are weighed against.
        has_blocks: the wire record is read column by column (`Gate.json_blocks`), which needs less memory; the
            tables' rows are then the blocks.
        start_param: parameter for the start of a listing; the doctor asks with it alone.
        id_key, end_key, checksum_key: keys of a file's id, its end time (RFC 3339, UTC) and its SHA-256.
    """

    listing: Listing
    file_path: str
    bounds: Bounds
    window: FetchWindow
    record: type[WireRecord]
    tables: tuple[Table, ...]
    has_blocks: bool = False
    start_param: str = "after"
    id_key: str = "id"
    end_key: str = "end_time"
    checksum_key: str = "file_sha256"

    def batches(self, load: Load) -> Iterator[Batch]:
        """See :meth:`Stream.batches`."""
        gate, name = load.run.gate, self.tables[0].contract.name
        read = gate.json_blocks if self.has_blocks else gate.json_lines
        for records in read(self.record, name, self._files(load)):
            for table in self.tables:
                rows = table.rows(records)
                yield from load.run.events(table.contract, rows if isinstance(rows, Block) else list(rows))
            collect_links(self, Answer(load, None, records, records))

    def check(self, load: Load) -> Iterator[Finding]:
        """One file of the last day."""
        since = {self.start_param: (load.run.clock.as_of - ONE_DAY).isoformat()}
        yield self.listing.probe(load, self.name, self.scope_for(load.settings), since)

    def _files(self, load: Load) -> Iterator[bytes]:
        """The files one after the other as whole lines. The next file is fetched while one is read."""
        run, window = load.run, self.window
        kind = window.name.rpartition("/")[2]

        def fetched(files: list[dict[str, Any]]) -> Iterator[tuple[dt.date, bytes]]:
            for file in files:
                path = route(self.file_path, load.settings, id=file[self.id_key])
                data = load.client.signed_file(path, file[self.checksum_key])
                yield dt.date.fromisoformat(file[self.end_key][:10]), data

        for first, last in ranges(run.days_to_fetch(window)):
            counts = dict.fromkeys(days_between(first, last), 0)
            for day, data in one_ahead(fetched(self._list(load, first, last))):
                run.progress(f"{kind} of {day}")
                yield data if data.endswith(b"\n") else data + b"\n"
                counts[day] = counts.get(day, 0) + 1
            self._record_days(load, counts)

    def _list(self, load: Load, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
        """Metadata of the files with end time from `first` 00:00 to the end of `last`, each once."""
        rows = self.listing.rows(load, self.bounds(first, last))
        files = {file[self.id_key]: file for file in rows}
        return sorted(files.values(), key=lambda file: (file[self.end_key], file[self.id_key]))

    def _record_days(self, load: Load, counts: dict[dt.date, int]) -> None:
        """Beyond the vendor's retention no file does not mean no usage: such a day stays unrecorded.

        Files expire oldest first, so a day after one that still has a file is kept, whatever is documented.
        """
        documented = load.run.clock.today - dt.timedelta(days=self.window.horizon.retention or 0)
        kept_from = min((day for day, count in counts.items() if count), default=documented)
        for day, count in counts.items():
            if day >= min(kept_from, documented):
                load.run.window_fetched(self.window, day, count, status="ok" if count else "empty")
