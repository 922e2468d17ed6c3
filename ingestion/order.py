"""The order in which rows land: by what stands in them, never by the order in which a vendor sent them.

A vendor's list is in the order of names, hires or ids. Kept beside tokens, that order alone would name
everybody to whoever holds the vendor's list as well.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.privacy.contract import DAY_MARKER, TableContract, Treatment

_TOKENS = (Treatment.IDENTIFIER, Treatment.EVENT)


def row_order(contract: TableContract) -> list[str]:
    """Columns to sort by: the day first, as readers ask for it, then keyed tokens, then everything else."""
    names = [name for name in contract.schema().names if name != DAY_MARKER]
    day = [contract.day_column] if contract.day_column else []
    tokens = [column.name for column in contract.columns if column.treatment in _TOKENS]
    return list(dict.fromkeys([*day, *tokens, *names]))


def in_own_order(contract: TableContract, table: pa.Table) -> pa.Table:
    """The same rows, sorted; equal rows in any order give equal tables."""
    if table.num_rows < 2:
        return table
    keys = [(name, "ascending") for name in row_order(contract)]
    return table.take(pc.sort_indices(table, sort_keys=keys))
