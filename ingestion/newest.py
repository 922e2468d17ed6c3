"""Keeps a stored observation that is newer than the one a load brings.

dlt replaces the stored row of a key by the loaded one. That is right for what a vendor restates, and wrong for
when something was seen last: a night that reads an old day again saw it then, not now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import dlt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.dlt_io import sql_rows
from ingestion.privacy.contract import EventGrain
from ingestion.source_types import Batch


def without_older(pipeline: dlt.Pipeline, batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches, without rows whose key is stored with a newer observation. Tables must exist."""
    for batch in batches:
        grain = batch.contract.grain
        if isinstance(grain, EventGrain) and grain.keeps_newest and batch.table.num_rows:
            yield Batch(batch.contract, _newer(pipeline, batch.contract.name, grain, batch.table))
        else:
            yield batch


def _newer(pipeline: dlt.Pipeline, name: str, grain: EventGrain, table: pa.Table) -> pa.Table:
    """An ordinary night brings today's observations: nothing newer is stored, and nothing is compared."""
    assert grain.newest is not None, "keeps_newest needs the column that says which one is newer"
    columns = [*grain.key, grain.newest]
    rows = sql_rows(
        pipeline,
        f"select {', '.join(columns)} from {{{name}}} where {grain.newest} > %s",
        [name],
        pc.min(table[grain.newest]).as_py(),
    )
    if not rows:
        return table
    stored = {row[:-1]: row[-1] for row in rows}
    loaded = zip(*(table[column].to_pylist() for column in columns), strict=True)
    return table.filter(pa.array([stored.get(row[:-1], row[-1]) <= row[-1] for row in loaded]))
