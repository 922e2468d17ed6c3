"""The gate: bytes or objects in, pseudonymised Arrow tables out, bad records counted and dropped.

Order per batch: parse → allow-list (the typed record) → validate and bound → canonicalise → pseudonymise →
drop the plain value → Arrow. It works a column at a time, so that the cost is one pass over short lists.
"""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.ahead import one_ahead
from ingestion.privacy.block import Block
from ingestion.privacy.columns import ColumnReader, days_of, landed, refusals
from ingestion.privacy.contract import Column, DayGrain, EventGrain, TableContract, Treatment
from ingestion.privacy.lines import whole_lines
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.privacy.tombstones import Tombstones
from ingestion.privacy.wire import WireRecord, read_record, refusal, spread, unknown_fields
from runtime.errors import ContractError

R = TypeVar("R")
_FIELD = re.compile(r"at `?\$\.(\w+)(?:\[[^\]]*\])?`?")

BATCH_ROWS = 50_000
# Lines of a block of about 8 MB that are looked at for fields that no contract knows; of events there are so
# many that a smaller part costs a tenth of reading them.
_LINES_LOOKED_AT = 1_000
_EVENTS_LOOKED_AT = 200


@dataclass(slots=True)
class Reject:
    """Records of one table refused for one reason. No values: a keyed hash and an offset of the first.

    `is_kept`: the records stayed, without a value that nothing needs.
    """

    count: int = 0
    sample_hash: str | None = None
    sample_offset: int | None = None
    is_kept: bool = False


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
        return sum(
            reject.count for (name, _), reject in self.rejects.items() if name == table and not reject.is_kept
        )

    def main_reason(self, table: str) -> str:
        """Why most of a table's records were refused; of a table that has such records."""
        return max(
            (entry.count, reason)
            for (name, reason), entry in self.rejects.items()
            if name == table and not entry.is_kept
        )[1]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a gate had accepted and refused of a table at one moment."""

    readable: int
    refused: Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RejectLimit:
    """A load fails when more than `ratio` of a table's records and more than `allowance` of them are refused,
    or when every record is: one bad line in a small file is a reject, a changed type is a broken contract.

    Of a roster of the company's people more than `roster_ratio` is too much whatever their number,
    since each record that is missing is a person who is missing; a single record may be.
    """

    ratio: float = 0.01
    allowance: int = 20
    roster_ratio: float = 0.1


@dataclass(frozen=True, slots=True)
class RefusalText:
    """How a load that refused too much is told: of a vendor's answer, or of a file that the reader exports.

    Attributes:
        what: what is wrong with the records, with a place for the table's name.
        remedy: what to do.
        columns: logical name of a field → what its reader calls it, for the reasons that name a field.
        date_hint: what to do about a cell that is not a date.
    """

    what: str = "records for table {table} broke the contract"
    remedy: str = (
        "The vendor may have changed its answer; nothing of this load was written. "
        "Compare the answer with the contract in the source's records.py."
    )
    columns: Mapping[str, str] | None = None
    date_hint: str = ""

    def reason(self, written: str) -> str:
        """The reason; of a file it names the column instead of the field."""
        if self.columns is None:
            return written
        named = _FIELD.sub(lambda field: f"in column {(self.columns or {}).get(field[1], field[1])}", written)
        return f"{named}; {self.date_hint}" if self.date_hint and "not a date" in written else named


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
        self.refusal_text = RefusalText()
        self._rosters: set[str] = set()
        self._tenant = tenant
        self._latest = latest
        self._limit = reject_limit or RejectLimit()
        self._columns = ColumnReader(pseudonymiser)

    # -- parsing ------------------------------------------------------------------------------------------

    def json_lines(
        self, wire: type[R], table: str, chunks: Iterable[bytes], looked_at: int = _LINES_LOOKED_AT
    ) -> Iterator[list[R]]:
        """Typed records of a JSON Lines stream, block by block; a bad line is counted and skipped.

        `looked_at`: lines of a block that are looked at for unknown fields; few where a line has many records.
        """
        decoder = msgspec.json.Decoder(wire, strict=False)
        offset = 0
        for lines in whole_lines(chunks, self._too_long(table)):
            self._look_for_unknown(wire, table, lines, looked_at)
            try:
                records = decoder.decode_lines(lines)
            except MemoryError:
                raise
            except Exception:  # whatever the decoder raises of one line, the others are read
                records = self._lines_one_by_one(wire, table, lines, offset)
            offset += len(lines)
            if records:
                yield records

    def json_blocks(self, wire: type[WireRecord], table: str, chunks: Iterable[bytes]) -> Iterator[Block]:
        """The same as columns, for very many records: a block that is in order never becomes single records."""
        offset = 0
        for lines, block in one_ahead(_parsed(wire, whole_lines(chunks, self._too_long(table)))):
            self._look_for_unknown(wire, table, lines, _EVENTS_LOOKED_AT)
            if block is None:
                block = Block.of_records(wire, self._lines_one_by_one(wire, table, lines, offset))
            offset += len(lines)
            if len(block):
                yield block

    def objects(self, wire: type[R], table: str, objects: Sequence[Any]) -> list[R]:
        """Typed records of decoded JSON objects or CSV rows; a bad one is counted and skipped."""
        self._look_at_objects(wire, table, objects)
        try:
            return msgspec.convert(objects, list[wire], strict=False)  # type: ignore[valid-type]
        except MemoryError:
            raise
        except Exception:
            return list(self._objects_one_by_one(wire, table, objects))

    def _objects_one_by_one(self, wire: type[R], table: str, objects: Sequence[Any]) -> Iterator[R]:
        for position, item in enumerate(objects):
            try:
                record, left_out = read_record(wire, item)
            except MemoryError:
                raise
            except Exception as error:
                self.reject(table, refusal(error), _payload(item), position)
                continue
            self._count_left_out(table, left_out, str(position).encode(), position)
            yield record

    def _count_left_out(self, table: str, fields: Iterable[str], payload: bytes, position: int) -> None:
        for field_name in fields:
            self.reject(table, f"{field_name} unreadable, left out", payload, position, is_kept=True)

    def _lines_one_by_one(self, wire: type[R], table: str, lines: bytes, offset: int) -> list[R]:
        decode = msgspec.json.Decoder(wire, strict=False).decode
        records = []
        for line in lines.removeprefix(codecs.BOM_UTF8).split(b"\n"):
            if line.strip():
                try:
                    try:
                        records.append(decode(line))
                    except msgspec.ValidationError:
                        record, left_out = read_record(wire, msgspec.json.decode(line))
                        self._count_left_out(table, left_out, line, offset)
                        records.append(record)
                except MemoryError:
                    raise
                except Exception as error:
                    self.reject(table, refusal(error), line, offset)
            offset += len(line) + 1
        return records

    def _too_long(self, table: str) -> Callable[[bytes], None]:
        """Counts a line that is longer than any record can be, and was not read to its end."""
        return lambda begun: self.reject(table, "a line too long for a record", begun[:4096], 0)

    # -- building -----------------------------------------------------------------------------------------

    def table(
        self,
        contract: TableContract,
        records: Sequence[Any] | Block,
        *,
        scope: str | None = None,
        day: dt.date | None = None,
    ) -> pa.Table:
        """The Arrow table of `records`. On day grain `scope` and `day` say which day it replaces.

        Records of erased people are counted and gone before anything else is looked at, so that they
        neither land nor count as refused.
        """
        if isinstance(contract.grain, DayGrain) and contract.grain.is_roster:
            self._rosters.add(contract.name)
        read = {column.name: self._columns.read(column, records) for column in contract.columns}
        arrays = {name: values for name, (values, _) in read.items()}
        erased = self._erased(contract, arrays, len(records), day)
        bad: dict[int, str] = {}
        for column in contract.columns:
            unreadable = read[column.name][1]
            refused = refusals(column, arrays[column.name], self._latest) | unreadable
            refused = {position: reason for position, reason in refused.items() if position not in erased}
            if column.needed:
                bad = refused | bad
            elif refused:
                arrays[column.name] = _emptied(arrays[column.name], refused)
                for position, reason in refused.items():
                    self.reject(
                        contract.name, f"{reason}, left out", repr(position).encode(), position, is_kept=True
                    )
        for position, reason in bad.items():
            self.reject(contract.name, reason, repr(position).encode(), position)
        arrays = _without(arrays, len(records), erased | bad.keys())
        count = len(records) - len(erased) - len(bad)
        self.report.erased[contract.name] += len(erased)
        self.report.accepted[contract.name] += count
        self._count_filled(contract, arrays, count)
        columns = [landed(column, arrays[column.name]) for column in contract.columns]
        columns = self._context_arrays(contract, count, scope, day) + columns
        if not isinstance(contract.grain, EventGrain):
            columns.append(pa.nulls(count, pa.bool_()))
        built = pa.Table.from_arrays(columns, schema=contract.schema())
        return _newest_by_key(contract.grain, built) if isinstance(contract.grain, EventGrain) else built

    def _count_filled(self, contract: TableContract, arrays: dict[str, pa.Array], count: int) -> None:
        """How often each column was filled, and where the vendor hides it by intent."""
        for column in contract.columns:
            values = arrays[column.name]
            self.report.filled[contract.name, column.name] += count - values.null_count
            if column.withheld_by is not None:
                hidden = pc.sum(arrays[column.withheld_by]).as_py() or 0
                self.report.withheld[contract.name, column.name] += hidden

    def _erased(
        self, contract: TableContract, arrays: dict[str, pa.Array], count: int, day: dt.date | None
    ) -> set[int]:
        """Positions of the records about an erased person; in `arrays` somebody else's identifiers become NULL.

        A record without any identifier of a person is erased with its conversation. Every identifier that
        stands beside an erased one is the same person's, and is remembered.
        """
        identifiers = [column for column in contract.columns if column.treatment is Treatment.IDENTIFIER]
        if not any(self.tombstones.concern(arrays[column.name]) for column in identifiers):
            return set()
        columns = [(column, arrays[column.name].to_pylist()) for column in identifiers]
        days: Sequence[dt.date | None] = (
            days_of(arrays[contract.day_column]) if contract.day_column in arrays else [day] * count
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
                arrays[column.name] = pa.array(values, pa.string())
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

    # -- rejects and unknown fields -------------------------------------------------------------------------

    def reject(self, table: str, reason: str, payload: bytes, offset: int, *, is_kept: bool = False) -> None:
        """Count a refused record: reason, keyed hash and offset; never its values.

        `is_kept`: only a value was refused that nothing needs; it weighs nothing against the table.
        """
        entry = self.report.rejects.setdefault((table, reason), Reject(is_kept=is_kept))
        entry.count += 1
        if entry.sample_hash is None:
            entry.sample_hash = self.pseudonymiser.record_hash(payload)
            entry.sample_offset = offset

    def note(self, table: str, reason: str, count: int) -> None:
        """Count records that stayed though something in them cannot be meant as it is written."""
        if count:
            self.report.rejects.setdefault((table, reason), Reject(is_kept=True)).count += count

    def anew(self) -> Gate:
        """A gate like this one that has seen nothing yet."""
        gate = Gate(
            self.pseudonymiser,
            tenant=self._tenant,
            latest=self._latest,
            reject_limit=self._limit,
            tombstones=self.tombstones,
        )
        gate.refusal_text = self.refusal_text
        return gate

    def tally(self, table: str) -> Tally:
        """What was accepted and refused of a table so far."""
        refused = {key: entry.count for key, entry in self.report.rejects.items() if key[0] == table}
        return Tally(self.report.accepted[table] + self.report.erased[table], Counter(refused))

    def breaks_limit(self, table: str, since: Tally) -> bool:
        """Whether too many of the records since then were refused."""
        rejected = self.report.rejected(table) - sum(
            count for key, count in since.refused.items() if not self.report.rejects[key].is_kept
        )
        return self._is_too_much(table, rejected, self.tally(table).readable - since.readable)

    def set_aside(self, table: str, since: Tally) -> None:
        """Count what was refused since then as left out: it weighs nothing against the table any more."""
        for key, entry in list(self.report.rejects.items()):
            count = entry.count - since.refused[key]
            if key[0] != table or entry.is_kept or not count:
                continue
            entry.count -= count
            if not entry.count:
                del self.report.rejects[key]
            aside = self.report.rejects.setdefault(
                (table, f"{key[1]}, the saved answer left out"),
                Reject(0, entry.sample_hash, entry.sample_offset, is_kept=True),
            )
            aside.count += count

    def _is_too_much(self, table: str, rejected: int, readable: int) -> bool:
        limit = self._limit
        if table in self._rosters and rejected > 1 and rejected > limit.roster_ratio * (rejected + readable):
            return True
        few = rejected <= limit.allowance or rejected <= limit.ratio * (rejected + readable)
        return rejected > 0 and not (readable and few)

    def check_limits(self, tables: Collection[str] | None = None) -> None:
        """Raise when too many records of a table (or of one of `tables`) were refused.

        Called before anything is loaded.

        Raises:
            ContractError: names the table, the counts and the most frequent reason.
        """
        for table in {name for (name, _), entry in self.report.rejects.items() if not entry.is_kept}:
            rejected = self.report.rejected(table)
            readable = self.report.accepted[table] + self.report.erased[table]
            total = rejected + readable
            if (tables is not None and table not in tables) or not self._is_too_much(table, rejected, readable):
                continue
            told, reason = self.refusal_text, self.report.main_reason(table)
            raise ContractError(
                f"{rejected} of {total} {told.what.format(table=table)}, most often: {told.reason(reason)}.",
                told.remedy,
            )

    def _look_for_unknown(self, wire: type, table: str, block: bytes, most: int) -> None:
        """Count the undeclared fields of `most` lines, spread over the whole block: optional fields belong to
        few records, which need not come first."""
        lines = block.split(b"\n")
        for line in spread(lines, most):
            try:
                item = msgspec.json.decode(line)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                continue  # counted as a reject by the typed decoder, which sees the same line
            self._count_unknown(table, unknown_fields(wire, item))

    def _look_at_objects(self, wire: type, table: str, objects: Sequence[Any]) -> None:
        for item in spread(objects, _LINES_LOOKED_AT):
            self._count_unknown(table, unknown_fields(wire, item))

    def _count_unknown(self, table: str, paths: Iterable[str]) -> None:
        for path in paths:
            self.report.unknown_fields[table, path] += 1


def _parsed(wire: type[WireRecord], blocks: Iterable[bytes]) -> Iterator[tuple[bytes, Block | None]]:
    """Each block of lines with its columns; None where some line has to be looked at by itself."""
    for lines in blocks:
        try:
            block = Block.parse(wire, lines)
        except MemoryError:
            raise
        except Exception:  # which line it is, and whether it can be read, is found out line by line
            block = None
        yield lines, block


def _payload(item: Any) -> bytes:
    """A refused object as bytes, to be hashed."""
    try:
        return repr(item).encode("utf-8", "replace")
    except RecursionError:
        return b"nested too deeply"


def _emptied(values: pa.Array, positions: Collection[int]) -> pa.Array:
    """The values with NULL at these positions."""
    mask = np.zeros(len(values), dtype=bool)
    mask[list(positions)] = True
    return pc.if_else(pa.array(mask), pa.scalar(None, values.type), values)


def _without(arrays: dict[str, pa.Array], count: int, positions: Collection[int]) -> dict[str, pa.Array]:
    """The arrays without these positions."""
    if not positions:
        return arrays
    kept = np.ones(count, dtype=bool)
    kept[list(positions)] = False
    mask = pa.array(kept)
    return {name: values.filter(mask) for name, values in arrays.items()}


def _newest_by_key(grain: EventGrain, table: pa.Table) -> pa.Table:
    """One row per key inside a batch, the newest by `grain.newest`, whatever order they came in."""
    if table.num_rows < 2:
        return table
    codes = np.zeros(table.num_rows, dtype=np.int64)
    distinct = 1
    for key in grain.key:
        if key == "tenant":  # one batch is of one tenant
            continue
        encoded = table[key].combine_chunks().dictionary_encode(null_encoding="encode")
        codes = codes * len(encoded.dictionary) + encoded.indices.to_numpy()
        if distinct > 1:  # dense again, so that no number of keys runs out of digits
            codes = np.unique(codes, return_inverse=True)[1]
        distinct = int(codes.max()) + 1
    if distinct == table.num_rows:
        return table
    age = np.zeros(len(codes))
    if grain.newest:
        age = -table[grain.newest].to_numpy().astype("datetime64[us]").astype(np.int64)
    order = np.lexsort((age, codes))  # stable: of equals the first stays
    is_newest = np.ones(len(codes), dtype=bool)
    is_newest[order[1:]] = codes[order[1:]] != codes[order[:-1]]
    return table.filter(pa.array(is_newest))
