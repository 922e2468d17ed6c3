"""Keeps a stored observation that is newer than the one a load brings.

dlt replaces the stored row of a key by the loaded one. That is right for what a vendor restates, and wrong for
when something was seen last: a night that reads an old day again saw it then, not now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.privacy.contract import EventGrain, TableContract
from ingestion.source_types import Batch
from ingestion.stored import StoredRows


def without_older(stored: StoredRows, batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches, without rows whose key is stored with a newer observation."""
    for batch in batches:
        grain = batch.contract.grain
        if isinstance(grain, EventGrain) and grain.keeps_newest and batch.table.num_rows:
            yield Batch(batch.contract, _newer(stored, batch.contract, grain, batch.table))
        else:
            yield batch


def _newer(stored: StoredRows, contract: TableContract, grain: EventGrain, table: pa.Table) -> pa.Table:
    """An ordinary night brings today's observations: nothing newer is stored, and nothing is compared."""
    newest = stored.newer(contract, grain, pc.min(table[grain.newest]).as_py())
    if not newest:
        return table
    loaded = zip(*(table[column].to_pylist() for column in (*grain.key, grain.newest)), strict=True)
    return table.filter(pa.array([newest.get(row[:-1], row[-1]) <= row[-1] for row in loaded]))
