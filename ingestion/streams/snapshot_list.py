"""A list that tells the present: taken once a night, with a past from the archive folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.privacy.wire import WireRecord
from ingestion.snapshots import saved_rows, snapshots
from ingestion.source_types import Batch, Finding
from ingestion.streams.listing import Listing
from ingestion.streams.load import Load
from ingestion.streams.replacing import Clean, cleaned, replaced
from ingestion.streams.stream import Stream, Table, every_record


@dataclass(frozen=True, kw_only=True)
class SnapshotList(Stream):
    """One day of the list each night (see :func:`ingestion.snapshots.snapshots`).

    Attributes:
        record: wire record of a row.
        clean: which records count (a list that changes while it is paged repeats some).
        table: the snapshot table; saved answers lie in the archive under its name.
    """

    listing: Listing
    record: type[WireRecord]
    table: Table
    clean: Clean = every_record
    is_current: bool = True

    def batches(self, load: Load) -> Iterator[Batch]:
        """See :meth:`Stream.batches`."""
        contract = self.table.contract
        for day, rows in snapshots(
            load.run,
            contract,
            live=lambda: self.listing.rows(load),
            saved=lambda answer: saved_rows(answer, self.listing.data_key),
        ):
            records = load.run.gate.objects(self.record, contract.name, rows)
            yield from replaced(self, (self.table,), cleaned(load, day, records, self.clean), day)

    def check(self, load: Load) -> Iterator[Finding]:
        """See :meth:`Stream.check`."""
        yield self.listing.probe(load, self.name, self.scope_for(load.settings))
