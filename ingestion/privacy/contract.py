"""Record contracts: what may land, of which type, and which fields are identifiers.

A contract lists the columns of one raw table. Everything that is not listed is dropped before dlt sees it.
Values are read from typed wire records (``msgspec.Struct``), a column at a time, which is also the fast path.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import pyarrow as pa

from ingestion.privacy.pseudonym import CONVERSATION, PERSON_EMAIL, SESSION
from ledger.horizon import Horizon

Reader = Callable[[Any], Any]

TIMESTAMP = pa.timestamp("us")
MONEY = pa.decimal128(38, 9)
THREADS = frozenset({CONVERSATION, SESSION})
EARLIEST = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)


class Treatment(Enum):
    """What the gate does with a column's values."""

    PLAIN = "plain"
    TEXT = "text"
    IDENTIFIER = "identifier"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a raw table: how it is read, of which type, and what the gate does with it.

    Attributes:
        withheld_by: boolean column of the same table that says where the vendor hides this value by intent; it
            is not expected there, so that hiding all of them is no field that went empty.
        needed: False: a value out of bounds is left out and counted, and the record stays.
        is_open_start: NULL means since ever; staging puts the first of all days there.
    """

    name: str
    type: pa.DataType
    read: Reader
    treatment: Treatment = Treatment.PLAIN
    namespace: str | None = None
    required: bool = False
    minimum: Any = None
    maximum: Any = None
    max_length: int = 120
    of_somebody_else: bool = False
    withheld_by: str | None = None
    needed: bool = True
    is_open_start: bool = False

    @property
    def names_subject(self) -> bool:
        """Whether the column identifies the person whom the record is about."""
        return (
            self.treatment is Treatment.IDENTIFIER
            and self.namespace not in THREADS
            and not self.of_somebody_else
        )

    @property
    def names_thread(self) -> bool:
        """Whether the column identifies a conversation or session."""
        return self.treatment is Treatment.IDENTIFIER and self.namespace in THREADS


def text(name: str, read: Reader, *, required: bool = False, max_length: int = 120) -> Column:
    """A short label the vendor or the company chose (status, model, department). Never free text."""
    return Column(name, pa.string(), read, Treatment.TEXT, required=required, max_length=max_length)


def integer(
    name: str,
    read: Reader,
    *,
    required: bool = False,
    minimum: int = 0,
    maximum: int = 2**53,
    needed: bool = True,
) -> Column:
    """A count. Negative or absurd values reject the record, or are left out where the column is not needed."""
    return Column(name, pa.int64(), read, required=required, minimum=minimum, maximum=maximum, needed=needed)


def decimal(
    name: str, read: Reader, *, required: bool = False, minimum: int | None = None, needed: bool = True
) -> Column:
    """Money or credits, decimal(38, 9). Negative values are credits and refunds."""
    return Column(name, MONEY, read, required=required, minimum=minimum, needed=needed)


def boolean(name: str, read: Reader, *, required: bool = False) -> Column:
    """True, False, or None where the vendor does not say."""
    return Column(name, pa.bool_(), read, required=required)


def date(name: str, read: Reader, *, required: bool = False, is_open_start: bool = False) -> Column:
    """A calendar day."""
    return Column(name, pa.date32(), read, required=required, is_open_start=is_open_start)


def timestamp(
    name: str,
    read: Reader,
    *,
    required: bool = False,
    earliest: dt.datetime = EARLIEST,
    needed: bool = True,
) -> Column:
    """An instant; lands as naive UTC. One before `earliest` or after the run's start plus a day rejects the
    record, or is left out where the column is not needed."""
    return Column(name, TIMESTAMP, read, required=required, minimum=earliest, needed=needed)


def identifier(
    name: str, namespace: str, read: Reader, *, required: bool = False, of_somebody_else: bool = False
) -> Column:
    """An identifier of a person, account or thread: lands as the token of its namespace.

    `of_somebody_else`: it names somebody else than the record is about: a manager, or many people at once (a
    project). When that person is erased, the field becomes NULL and the record stays.
    """
    return Column(
        name,
        pa.string(),
        read,
        Treatment.IDENTIFIER,
        namespace=namespace,
        required=required,
        of_somebody_else=of_somebody_else,
    )


def email(name: str, read: Reader, *, required: bool = False, withheld_by: str | None = None) -> Column:
    """An e-mail address or principal name: lands as the token of its canonical form."""
    return replace(identifier(name, PERSON_EMAIL, read, required=required), withheld_by=withheld_by)


def event_hash(name: str, read: Reader, *, required: bool = True) -> Column:
    """A vendor's event or message id: distinct on every row, lands as a keyed hash."""
    return Column(name, pa.string(), read, Treatment.EVENT, required=required)


@dataclass(frozen=True, slots=True)
class EventGrain:
    """Rows are merged on `key`; the newest by `newest` wins inside one load. `day` names the activity day.

    `insert_only` tables keep the first row of a key for ever: the source yields only keys that are new.
    `keeps_newest` tables hold observations: a stored row that is newer by `newest` than a loaded one stays.
    """

    key: tuple[str, ...]
    day: str | None = None
    newest: str | None = None
    keeps_newest: bool = False
    insert_only: bool = False


@dataclass(frozen=True, slots=True)
class DayGrain:
    """Rows of a fetched (tenant, scope, day) replace what stood there, also when the day became empty.

    `is_snapshot`: the rows are the state of the day; `is_roster`: each of them is one of the company's people.
    `holds_events`: each row is one event of the day, without an id to merge it by; kept as long as events are.
    """

    is_snapshot: bool = False
    is_roster: bool = False
    holds_events: bool = False


@dataclass(frozen=True, slots=True)
class CurrentGrain:
    """The load replaces everything of its tenant: current state without history."""


Grain = EventGrain | DayGrain | CurrentGrain

DAY_MARKER = "is_day_marker"


@dataclass(frozen=True, slots=True)
class TableContract:
    """One raw table: its grain, columns, horizon and the tool it informs (None for HRIS and others).

    Attributes:
        description: what one row is, in a sentence; documents the source and its staging model.
        row_key: columns that identify a row beside those that the gate adds; None where rows may repeat. Events
            have the key of their grain.
        has_nulls_in_key: parts of the key may be NULL: what the vendor did not tell.
        staged_by_hand: its staging model says more than the columns, so it is not generated.
    """

    name: str
    grain: Grain
    columns: tuple[Column, ...]
    horizon: Horizon = field(default_factory=Horizon)
    tool: str | None = None
    description: str = ""
    row_key: tuple[str, ...] | None = None
    has_nulls_in_key: bool = False
    staged_by_hand: bool = False

    def __post_init__(self) -> None:
        names = [column.name for column in self.schema_columns()]
        folded = {name.lower().replace("_", "") for name in names}
        if len(folded) != len(names):
            raise ValueError(f"Table {self.name}: two columns would collapse into one name.")

    @property
    def day_column(self) -> str | None:
        """The column that says which day a row is about; None for current state."""
        if isinstance(self.grain, DayGrain):
            return "day"
        if isinstance(self.grain, CurrentGrain):
            return None
        dates = {column.name for column in self.columns if column.type == pa.date32()}
        return self.grain.day or (self.grain.newest if self.grain.newest in dates else None)

    def context_columns(self) -> tuple[tuple[str, pa.DataType], ...]:
        """Columns that the gate adds: tenant always, scope and day on day grain."""
        if isinstance(self.grain, DayGrain):
            return (("tenant", pa.string()), ("scope", pa.string()), ("day", pa.date32()))
        return (("tenant", pa.string()),)

    def unique_columns(self) -> tuple[str, ...] | None:
        """All columns that identify a row; None where rows may repeat."""
        if isinstance(self.grain, EventGrain):
            return self.grain.key
        if self.row_key is None:
            return None
        return (*(name for name, _ in self.context_columns()), *self.row_key)

    def schema_columns(self) -> tuple[pa.Field, ...]:
        """Arrow fields of the raw table, context first, the day marker last."""
        fields = [pa.field(name, type_) for name, type_ in self.context_columns()]
        fields += [pa.field(column.name, column.type) for column in self.columns]
        if not isinstance(self.grain, EventGrain):
            fields.append(pa.field(DAY_MARKER, pa.bool_()))
        return tuple(fields)

    def schema(self) -> pa.Schema:
        """Arrow schema of the raw table."""
        return pa.schema(list(self.schema_columns()))

    def empty(self) -> pa.Table:
        """No rows, right types: what a source that is not connected loads."""
        return self.schema().empty_table()
