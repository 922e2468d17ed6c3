"""Arrow tables into dlt, SQL rows out of its destination: the only module that knows how dlt is spoken to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import dlt
import pyarrow as pa

from ingestion.privacy.contract import (
    DAY_MARKER,
    CurrentGrain,
    DayGrain,
    EventGrain,
    TableContract,
)
from ingestion.source_types import Batch

# A changed type must stop the load: dlt would otherwise open a variant column that no model reads.
_SCHEMA_CONTRACT = {"tables": "evolve", "columns": "evolve", "data_type": "freeze"}


_LAKE = "dlt.destinations.filesystem"


@dataclass(frozen=True, slots=True)
class ArrowLoad:
    """One Arrow table and how dlt merges it."""

    table_name: str
    table: pa.Table
    primary_key: tuple[str, ...] = ()
    merge_key: tuple[str, ...] = ()
    newest: str | None = None
    has_marker: bool = False

    def hints(self, *, appends: bool = False) -> Any:
        """dlt's hints. Naive UTC timestamps on every engine; markers delete; the newest of a key wins.

        `appends`: the destination cannot merge; every load's rows stay, markers among them.
        """
        columns: dict[str, dict[str, Any]] = {
            field.name: {"name": field.name, "data_type": "timestamp", "timezone": False}
            for field in self.table.schema
            if pa.types.is_timestamp(field.type)
        }
        if appends:
            return dlt.mark.make_hints(
                table_name=self.table_name,
                write_disposition="append",
                columns=columns,
                schema_contract=_SCHEMA_CONTRACT,
            )
        if self.has_marker:
            columns[DAY_MARKER] = {"name": DAY_MARKER, "hard_delete": True}
        if self.newest:
            columns.setdefault(self.newest, {"name": self.newest})["dedup_sort"] = "desc"
        return dlt.mark.make_hints(
            table_name=self.table_name,
            write_disposition="merge",
            primary_key=list(self.primary_key) or None,
            merge_key=list(self.merge_key) or None,
            columns=columns,
            schema_contract=_SCHEMA_CONTRACT,
        )


def arrow_load(batch: Batch) -> ArrowLoad:
    """How a contract's grain is merged: events by key, days by (tenant, scope, day), current by tenant."""
    return contract_load(batch.contract, batch.table)


def contract_load(contract: TableContract, table: pa.Table) -> ArrowLoad:
    """See :func:`arrow_load`."""
    grain = contract.grain
    if isinstance(grain, EventGrain):
        return ArrowLoad(contract.name, table, primary_key=grain.key, newest=grain.newest)
    if isinstance(grain, DayGrain):
        return ArrowLoad(contract.name, table, merge_key=("tenant", "scope", "day"), has_marker=True)
    assert isinstance(grain, CurrentGrain)
    return ArrowLoad(contract.name, table, merge_key=("tenant",), has_marker=True)


def extract_arrow(pipeline: dlt.Pipeline, loads: Iterable[ArrowLoad]) -> None:
    """Only the first step: typed files in the working folder, nothing at the destination yet."""
    pipeline.extract(_resource(pipeline, loads)())


def _resource(pipeline: dlt.Pipeline, loads: Iterable[ArrowLoad]) -> Any:
    appends = pipeline.destination.destination_type == _LAKE

    @dlt.resource(name="batches")
    def batches() -> Iterator[Any]:
        for load in loads:
            yield dlt.mark.with_hints(load.table, load.hints(appends=appends), create_table_variant=True)

    return batches


def sql_rows(
    pipeline: dlt.Pipeline, query: str, tables: Iterable[str], *parameters: Any
) -> list[tuple[Any, ...]]:
    """Rows of a query in which `{name}` stands for the qualified table of the pipeline's dataset.

    Raises:
        dlt.common.destination.exceptions.DestinationUndefinedEntity: table or dataset do not exist yet.
    """
    with pipeline.sql_client() as client:
        names = {name: client.make_qualified_table_name(name) for name in tables}
        rows = client.execute_sql(query.format(**names), *parameters)
    return [tuple(row) for row in rows or []]


def known_columns(pipeline: dlt.Pipeline) -> dict[str, frozenset[str]]:
    """Tables of this pipeline's dataset that the destination holds, and their columns, by asking it."""
    with pipeline.sql_client() as client:
        if not client.has_dataset():
            return {}
        rows = client.execute_sql(
            "select table_name, column_name from information_schema.columns where table_schema = %s",
            client.dataset_name,
        )
    found: dict[str, set[str]] = {}
    for table, column in rows or []:
        found.setdefault(table, set()).add(column)
    return {table: frozenset(columns) for table, columns in found.items()}
