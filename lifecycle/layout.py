"""What the raw tables hold about people, read from the contracts of the sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ingestion.privacy.contract import DayGrain, EventGrain, Grain, TableContract
from runtime.environment import Environment
from runtime.warehouse import Column, WarehouseSession

Contracts = Mapping[str, Iterable[TableContract]]

# Tables that hold several kinds of identifier say in a column of their own which one a row has.
_NAMESPACE_COLUMNS = {"id_token": "namespace", "target_token": "target_namespace"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A column that identifies the person whom a row is about; `namespace` is quoted SQL."""

    column: str
    namespace: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """One raw table as the life cycle sees it.

    Attributes:
        subjects: columns with the row's own person.
        threads: columns with a conversation or session.
        others: columns with somebody else (a manager).
        day: the column with the row's day; None for current state.
        holds_events: one row per event, of many a day; otherwise one a person and day, or current state.
    """

    source: str
    schema: str
    name: str
    subjects: tuple[Subject, ...]
    threads: tuple[str, ...]
    others: tuple[str, ...]
    day: str | None
    holds_events: bool

    def qualified(self, session: WarehouseSession) -> str:
        """The quoted name."""
        return session.name(self.schema, self.name)


def raw_tables(environment: Environment, contracts: Contracts) -> list[RawTable]:
    """Every raw table of the sources, `contracts` by source."""
    found: dict[tuple[str, str], RawTable] = {}
    for source, tables in contracts.items():
        for contract in tables:
            schema = environment.raw_schema(f"raw_{source}")
            found.setdefault((source, contract.name), _raw_table(source, schema, contract))
    return list(found.values())


def existing_tables(session: WarehouseSession, tables: Iterable[RawTable]) -> list[RawTable]:
    """Those that the warehouse holds, with the columns that it has of them.

    What a newer release adds comes with its first load.
    """
    tables = list(tables)
    stored = {schema: session.columns_by_table(schema) for schema in {table.schema for table in tables}}
    return [
        _as_stored(table, stored[table.schema][table.name])
        for table in tables
        if table.name in stored[table.schema]
    ]


def _as_stored(table: RawTable, columns: list[Column]) -> RawTable:
    present = {column.name for column in columns}
    return replace(
        table,
        subjects=tuple(subject for subject in table.subjects if subject.column in present),
        threads=tuple(column for column in table.threads if column in present),
        others=tuple(column for column in table.others if column in present),
    )


def _raw_table(source: str, schema: str, contract: TableContract) -> RawTable:
    names = {column.name for column in contract.columns}
    return RawTable(
        source=source,
        schema=schema,
        name=contract.name,
        subjects=tuple(
            Subject(
                column.name,
                _NAMESPACE_COLUMNS[column.name]
                if _NAMESPACE_COLUMNS.get(column.name) in names
                else f"'{column.namespace}'",
            )
            for column in contract.columns
            if column.names_subject
        ),
        threads=tuple(column.name for column in contract.columns if column.names_thread),
        others=tuple(column.name for column in contract.columns if column.of_somebody_else),
        day=contract.day_column,
        holds_events=_holds_events(contract.grain),
    )


def _holds_events(grain: Grain) -> bool:
    if isinstance(grain, DayGrain):
        return grain.holds_events
    return isinstance(grain, EventGrain) and grain.day is not None
