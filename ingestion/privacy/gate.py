"""The gate: bytes or objects in, pseudonymised Arrow tables out, bad records counted and dropped.

Order per batch: parse → allow-list (the typed record) → validate and bound → canonicalise → pseudonymise →
drop the plain value → Arrow. It works a column at a time, so that the cost is one pass over short lists.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.errors import ContractError
from ingestion.privacy.contract import (
    MONEY,
    TIMESTAMP,
    Column,
    DayGrain,
    EventGrain,
    TableContract,
    Treatment,
)
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.privacy.tombstones import Tombstones

R = TypeVar("R")

BATCH_ROWS = 50_000
_BLOCK_BYTES = 4 * 1024 * 1024
_MAX_LINE_BYTES = 8 * 1024 * 1024
_SAMPLE_EVERY = 200
_SAMPLE_FIRST = 20
_SMALLEST_AMOUNT = Decimal("0.000000001")
_LARGEST_AMOUNT = Decimal(10) ** 18
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FIELD_NAME = re.compile(r"[A-Za-z_@$][A-Za-z0-9_.@$:\- ]{0,63}")
_JSON_PATH = re.compile(r"at `(\$[A-Za-z0-9_.\[\]…]*)`")
_EXPECTED = re.compile(r"Expected `([A-Za-z| ]+)`")


@dataclass(slots=True)
class Reject:
    """Records of one table refused for one reason. No values: a keyed hash and an offset of the first."""

    count: int = 0
    sample_hash: str | None = None
    sample_offset: int | None = None


@dataclass(slots=True)
class GateReport:
    """What the gate saw during one load of one source."""

    accepted: Counter[str] = field(default_factory=Counter)
    erased: Counter[str] = field(default_factory=Counter)
    rejects: dict[tuple[str, str], Reject] = field(default_factory=dict)
    unknown_fields: Counter[tuple[str, str]] = field(default_factory=Counter)
    filled: Counter[tuple[str, str]] = field(default_factory=Counter)
    withheld: Counter[tuple[str, str]] = field(default_factory=Counter)

    def rejected(self, table: str) -> int:
        """Records of one table that were refused."""
        return sum(reject.count for (name, _), reject in self.rejects.items() if name == table)


@dataclass(frozen=True, slots=True)
class RejectLimit:
    """A load fails when more than `ratio` of a table's records and more than `allowance` of them are refused,
    or when every record is: one bad line in a small file is a reject, a changed type is a broken contract."""

    ratio: float = 0.01
    allowance: int = 20


class Gate:
    """Reads one source's answers through its contracts. One instance a load."""

    def __init__(
        self,
        pseudonymiser: Pseudonymiser,
        *,
        tenant: str,
        latest: dt.datetime,
        reject_limit: RejectLimit | None = None,
        tombstones: Tombstones | None = None,
    ) -> None:
        self.pseudonymiser = pseudonymiser
        self.tombstones = tombstones if tombstones is not None else Tombstones()
        self.report = GateReport()
        self._tenant = tenant
        self._latest = latest
        self._limit = reject_limit or RejectLimit()
        self._labels: dict[str, str] = {}

    # -- parsing ------------------------------------------------------------------------------------------

    def json_lines(self, wire: type[R], table: str, chunks: Iterable[bytes]) -> Iterator[list[R]]:
        """Typed records of a JSON Lines stream, block by block; a bad line is counted and skipped."""
        decoder = msgspec.json.Decoder(wire, strict=False)
        offset = 0
        for block in _blocks(chunks):
            self._sample_lines(wire, table, block)
            try:
                records = decoder.decode_lines(block)
            except (msgspec.DecodeError, UnicodeDecodeError):
                records = self._lines_one_by_one(decoder.decode, table, block, offset)
            offset += len(block)
            if records:
                yield records

    def objects(self, wire: type[R], table: str, objects: Sequence[Any]) -> list[R]:
        """Typed records of decoded JSON objects or CSV rows; a bad one is counted and skipped."""
        self._sample_objects(wire, table, objects)
        try:
            return msgspec.convert(objects, list[wire], strict=False)  # type: ignore[valid-type]
        except msgspec.ValidationError:
            pass
        records = []
        for position, item in enumerate(objects):
            try:
                records.append(msgspec.convert(item, wire, strict=False))
            except msgspec.ValidationError as error:
                self.reject(table, _reason(error), repr(item).encode("utf-8", "replace"), position)
        return records

    def _lines_one_by_one(self, decode: Callable[[bytes], R], table: str, block: bytes, offset: int) -> list[R]:
        records = []
        for line in block.split(b"\n"):
            if line.strip():
                try:
                    records.append(decode(line))
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    self.reject(table, _reason(error), line, offset)
            offset += len(line) + 1
        return records

    # -- building -----------------------------------------------------------------------------------------

    def table(
        self,
        contract: TableContract,
        records: Sequence[Any],
        *,
        scope: str | None = None,
        day: dt.date | None = None,
    ) -> pa.Table:
        """The Arrow table of `records`. On day grain `scope` and `day` say which day it replaces.

        Records of erased people are counted and gone before anything else is looked at, so that they
        neither land nor count as refused.
        """
        columns = [(column, self._read(column, records)) for column in contract.columns]
        erased = self._erased(contract, columns, len(records), day)
        columns = _without(columns, erased)
        count = len(records) - len(erased)
        bad: dict[int, str] = {}
        for column, values in columns:
            self._find_bad(column, values, bad)
        for position, reason in bad.items():
            self.reject(contract.name, reason, repr(position).encode(), position)
        columns = _without(columns, bad)
        count -= len(bad)
        self.report.erased[contract.name] += len(erased)
        self.report.accepted[contract.name] += count
        arrays = self._context_arrays(contract, count, scope, day)
        for column, values in columns:
            array = self._array(column, values)
            self.report.filled[contract.name, column.name] += count - array.null_count
            arrays.append(array)
        self._count_withheld(contract, columns)
        if not isinstance(contract.grain, EventGrain):
            arrays.append(pa.nulls(count, pa.bool_()))
        built = pa.Table.from_arrays(arrays, schema=contract.schema())
        return _newest_by_key(contract.grain, built) if isinstance(contract.grain, EventGrain) else built

    def _count_withheld(self, contract: TableContract, columns: list[tuple[Column, list[Any]]]) -> None:
        """Values that the vendor hides by intent, by the column that says so."""
        said = {column.name: values for column, values in columns}
        for column, _ in columns:
            if column.withheld_by is not None:
                hidden = sum(value is True for value in said[column.withheld_by])
                self.report.withheld[contract.name, column.name] += hidden

    def _read(self, column: Column, records: Sequence[Any]) -> list[Any]:
        """A column's values; of identifiers, already the tokens."""
        values = [column.read(record) for record in records]
        if column.treatment is not Treatment.IDENTIFIER:
            return values
        assert column.namespace is not None
        return self.pseudonymiser.tokens(column.namespace, values)

    def _erased(
        self,
        contract: TableContract,
        columns: list[tuple[Column, list[Any]]],
        count: int,
        day: dt.date | None,
    ) -> set[int]:
        """Positions of the records about an erased person; somebody else's identifiers become NULL.

        A record without any identifier of a person is erased with its conversation. Every identifier that
        stands beside an erased one is the same person's, and is remembered.
        """
        if not self.tombstones:
            return set()
        days: Sequence[dt.date | None] = next(
            (values for column, values in columns if column.name == contract.day_column), [day] * count
        )
        subjects = [(column, values) for column, values in columns if column.names_subject]
        erased: set[int] = set()
        learns = True
        while learns:
            erased = {at for _, values in subjects for at in self.tombstones.positions(values, days)}
            learns = sum(self._learn(subjects, at) for at in erased) > 0
        for column, values in columns:
            if column.of_somebody_else:
                for at in self.tombstones.positions(values, days):
                    values[at] = None
        for threads in [values for column, values in columns if column.names_thread]:
            for token in {threads[at] for at in erased} - {None}:
                self.tombstones.learn_thread(token)
            for at in self.tombstones.threads(threads):
                if all(values[at] is None for _, values in subjects):
                    erased.add(at)
        return erased

    def _learn(self, subjects: list[tuple[Column, list[Any]]], at: int) -> int:
        """Remember the identifiers of an erased record; how many of them are new."""
        named = [(str(column.namespace), values[at]) for column, values in subjects if values[at] is not None]
        return sum(self.tombstones.learn(namespace, token) for namespace, token in named)

    def day_marker(
        self, contract: TableContract, *, scope: str | None = None, day: dt.date | None = None
    ) -> pa.Table:
        """The row that makes dlt delete what stood at this (tenant, scope, day); it never lands itself."""
        context = self._context_arrays(contract, 1, scope, day)
        empty = [pa.nulls(1, column.type) for column in contract.columns]
        return pa.Table.from_arrays([*context, *empty, pa.array([True])], schema=contract.schema())

    def _context_arrays(
        self, contract: TableContract, count: int, scope: str | None, day: dt.date | None
    ) -> list[pa.Array]:
        arrays = [pa.repeat(pa.scalar(self._tenant, pa.string()), count)]
        if isinstance(contract.grain, DayGrain):
            if scope is None or day is None:
                raise ValueError(f"Table {contract.name} replaces days: scope and day are needed.")
            arrays.append(pa.repeat(pa.scalar(scope, pa.string()), count))
            arrays.append(pa.repeat(pa.scalar(day, pa.date32()), count))
        return arrays

    def _find_bad(self, column: Column, values: list[Any], bad: dict[int, str]) -> None:
        """Mark the positions whose value the contract refuses. Cheap checks first: most batches are clean."""
        if column.required and (None in values or "" in values):
            for position, value in enumerate(values):
                if value is None or value == "":
                    bad.setdefault(position, f"missing {column.name}")
        if column.type == MONEY:
            _bad_money(column, values, bad)
        if column.type == TIMESTAMP:
            self._bound(column, [_aware(value) for value in values], column.minimum, self._latest, bad)
        elif column.minimum is not None or column.maximum is not None:
            self._bound(column, values, column.minimum, column.maximum, bad)

    @staticmethod
    def _bound(column: Column, values: list[Any], low: Any, high: Any, bad: dict[int, str]) -> None:
        present = [value for value in values if value is not None]
        if not present:
            return
        if (low is None or min(present) >= low) and (high is None or max(present) <= high):
            return
        for position, value in enumerate(values):
            if value is None:
                continue
            if low is not None and value < low:
                bad.setdefault(position, f"{column.name} below its range")
            elif high is not None and value > high:
                reason = "in the future" if column.type == TIMESTAMP else "above its range"
                bad.setdefault(position, f"{column.name} {reason}")

    def _array(self, column: Column, values: list[Any]) -> pa.Array:
        if column.treatment is Treatment.EVENT:
            return pa.array(self.pseudonymiser.event_hashes(values), column.type)
        if column.treatment is Treatment.TEXT:
            return pa.array(self._clean_labels(values, column.max_length), column.type)
        if column.type == TIMESTAMP:
            return pa.array(values, pa.timestamp("us", tz="UTC")).cast(TIMESTAMP)
        if column.type == MONEY:
            return pa.array([_nine_places(value) for value in values], MONEY)
        return pa.array(values, column.type)

    def _clean_labels(self, values: list[Any], max_length: int) -> list[str | None]:
        """Control characters out, length capped, empty is None; each distinct label is cleaned once."""
        cache = self._labels
        cleaned: list[str | None] = []
        for value in values:
            if value is None or value == "":
                cleaned.append(None)
                continue
            label = cache.get(value)
            if label is None:
                label = _CONTROL.sub("", str(value).encode("utf-8", "replace").decode()).strip()
                if len(cache) < 100_000:
                    cache[value] = label
            cleaned.append(label[:max_length] or None)
        return cleaned

    # -- rejects and unknown fields -------------------------------------------------------------------------

    def reject(self, table: str, reason: str, payload: bytes, offset: int) -> None:
        """Count a refused record: reason, keyed hash and offset; never its values."""
        entry = self.report.rejects.setdefault((table, reason), Reject())
        entry.count += 1
        if entry.sample_hash is None:
            entry.sample_hash = self.pseudonymiser.record_hash(payload)
            entry.sample_offset = offset

    def check_limits(self) -> None:
        """Raise when too many records of a table were refused; called before anything is loaded.

        Raises:
            ContractError: names the table, the counts and the most frequent reason.
        """
        for table in {name for name, _ in self.report.rejects}:
            rejected = self.report.rejected(table)
            readable = self.report.accepted[table] + self.report.erased[table]
            total = rejected + readable
            if readable and (rejected <= self._limit.allowance or rejected <= self._limit.ratio * total):
                continue
            reason = max(
                (entry.count, reason) for (name, reason), entry in self.report.rejects.items() if name == table
            )[1]
            raise ContractError(
                f"{rejected} of {total} records for table {table} broke the contract, most often: {reason}.",
                "The vendor may have changed its answer; nothing of this load was written. "
                "Compare the answer with the contract in the source's records.py.",
            )

    def _sample_lines(self, wire: type, table: str, block: bytes) -> None:
        lines = block.split(b"\n", _SAMPLE_FIRST)[:_SAMPLE_FIRST]
        objects = []
        for line in lines:
            try:
                objects.append(msgspec.json.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # counted as a reject by the typed decoder, which sees the same line
        self._sample_objects(wire, table, objects)

    def _sample_objects(self, wire: type, table: str, objects: Sequence[Any]) -> None:
        for position, item in enumerate(objects):
            if position < _SAMPLE_FIRST or position % _SAMPLE_EVERY == 0:
                for path in unknown_fields(wire, item):
                    self.report.unknown_fields[table, path] += 1


def unknown_fields(wire: Any, item: Any, prefix: str = "") -> Iterator[str]:
    """Paths of the fields in `item` that the record type does not declare. Names only, never values.

    It does not descend into an undeclared object: below it, keys may be data.
    """
    struct = _struct_of(wire)
    if isinstance(item, list):
        for element in item[:5]:
            yield from unknown_fields(wire, element, prefix)
    if struct is None or not isinstance(item, dict):
        return
    declared = _declared(struct)
    ignored: frozenset[str] = getattr(struct, "KNOWN_AND_DROPPED", frozenset())
    for key, value in item.items():
        if key in declared:
            yield from unknown_fields(declared[key], value, f"{prefix}{key}.")
        elif key not in ignored:
            yield prefix + (key if _FIELD_NAME.fullmatch(key) and "@" not in key[1:] else "<irregular name>")


@cache
def _declared(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """Field types by wire name; msgspec resolves the annotations anew on every call."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(struct)}


@cache
def _struct_of(wire: Any) -> type[msgspec.Struct] | None:
    """The record type inside Optional, list or a union, if there is exactly one kind of record."""
    if isinstance(wire, type) and issubclass(wire, msgspec.Struct):
        return wire
    for argument in getattr(wire, "__args__", ()):
        found = _struct_of(argument)
        if found is not None:
            return found
    return None


def _without(
    columns: list[tuple[Column, list[Any]]], positions: Collection[int]
) -> list[tuple[Column, list[Any]]]:
    """The columns without these positions."""
    if not positions:
        return columns
    return [
        (column, [value for at, value in enumerate(values) if at not in positions])
        for column, values in columns
    ]


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Regroup a byte stream into blocks of whole lines; a line over the size cap ends the stream's block."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        if len(rest) < _BLOCK_BYTES:
            continue
        cut = rest.rfind(b"\n") + 1
        if not cut:
            if len(rest) > _MAX_LINE_BYTES:
                raise ContractError(
                    f"A line of more than {_MAX_LINE_BYTES // 1024**2} MiB arrived.",
                    "The answer is not JSON Lines; nothing of this load was written.",
                )
            continue
        yield rest[:cut]
        rest = rest[cut:]
    if rest:
        yield rest


def _newest_by_key(grain: EventGrain, table: pa.Table) -> pa.Table:
    """One row a key inside a batch, the newest by `grain.newest`, whatever order they came in."""
    keys = [key for key in grain.key if key in table.column_names]
    if table.num_rows < 2 or table.group_by(keys).aggregate([]).num_rows == table.num_rows:
        return table
    order = [(key, "ascending") for key in keys]
    if grain.newest:
        order.append((grain.newest, "descending"))
    indices = pc.sort_indices(table, sort_keys=order)
    ordered = table.take(indices)
    rows = zip(*(ordered[key].to_pylist() for key in keys), strict=True)
    keep, previous = [], None
    for position, row in enumerate(rows):
        if row != previous:
            keep.append(position)
        previous = row
    return ordered.take(pa.array(keep, pa.int64()))


def _bad_money(column: Column, values: list[Any], bad: dict[int, str]) -> None:
    """Mark what is no amount; the value goes at once, because NaN cannot even be compared with a bound."""
    for position, value in enumerate(values):
        if value is not None and not (value.is_finite() and abs(value) < _LARGEST_AMOUNT):
            bad.setdefault(position, f"{column.name} is no amount")
            values[position] = None


def _nine_places(value: Decimal | None) -> Decimal | None:
    """Vendors sum in floating point and send 0.30000000000000004; Arrow refuses what it would have to round."""
    if value is None or value.as_tuple().exponent >= _SMALLEST_AMOUNT.as_tuple().exponent:  # type: ignore[operator]
        return value
    return value.quantize(_SMALLEST_AMOUNT)


def _aware(value: Any) -> dt.datetime | None:
    if value is None:
        return None
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)  # type: ignore[no-any-return]


def _reason(error: Exception) -> str:
    """What was wrong and where, rebuilt from the parts of the message that cannot hold a value."""
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    message = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return "not valid JSON"
    where = _JSON_PATH.search(message)
    expected = _EXPECTED.search(message)
    missing = re.search(r"missing required field `([A-Za-z0-9_@.]+)`", message)
    what = (
        f"missing {missing.group(1)}"
        if missing
        else f"expected {expected.group(1)}"
        if expected
        else "invalid value"
    )
    return f"{what} at {where.group(1)}" if where else what
