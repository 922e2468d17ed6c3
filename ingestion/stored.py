"""What a raw table holds already, asked before a load: keys that never change, and newer observations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dlt
import pyarrow.dataset as ds
from dlt.common.destination.exceptions import DestinationUndefinedEntity

from ingestion.dlt_io import sql_rows
from ingestion.lake import Lake
from ingestion.privacy.contract import EventGrain, TableContract


@dataclass(frozen=True, slots=True)
class StoredRows:
    """The raw tables of one source, in the warehouse or in the lake; a table that is not there has no rows."""

    pipeline: dlt.Pipeline
    lake: Lake | None = None

    def keys(self, contract: TableContract) -> frozenset[str]:
        """Keys that an insert-only table holds (its key's last column)."""
        if not isinstance(contract.grain, EventGrain):
            return frozenset()
        return frozenset(row[0] for row in self.rows(contract, contract.grain.key[-1:]))

    def rows(self, contract: TableContract, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """These columns of a table, of all tenants."""
        if self.lake is not None:
            stored = self.lake.rows(self.pipeline.dataset_name, contract, list(columns))
            return list(zip(*(stored[column].to_pylist() for column in columns), strict=True))
        return self._sql(f"select {', '.join(columns)} from {{{contract.name}}}", contract.name)

    def newer(self, contract: TableContract, grain: EventGrain, than: Any) -> dict[tuple[Any, ...], Any]:
        """The newest observation by key of rows that are newer than `than`."""
        assert grain.newest is not None, "keeps_newest needs the column that says which one is newer"
        columns = [*grain.key, grain.newest]
        if self.lake is None:
            query = f"select {', '.join(columns)} from {{{contract.name}}} where {grain.newest} > %s"
            rows = self._sql(query, contract.name, than)
        else:
            stored = self.lake.rows(
                self.pipeline.dataset_name, contract, columns, ds.field(grain.newest) > ds.scalar(than)
            )
            rows = list(zip(*(stored[column].to_pylist() for column in columns), strict=True))
        return {row[:-1]: row[-1] for row in sorted(rows, key=lambda row: row[-1])}

    def _sql(self, query: str, table: str, *parameters: Any) -> list[tuple[Any, ...]]:
        try:
            return sql_rows(self.pipeline, query, [table], *parameters)
        except DestinationUndefinedEntity:
            return []
