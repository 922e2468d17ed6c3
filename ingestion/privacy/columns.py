"""A contract's column from a batch of records: read, made a token or clean label, held against its bounds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.privacy.block import Block
from ingestion.privacy.contract import MONEY, TIMESTAMP, Column, Treatment
from ingestion.privacy.pseudonym import Pseudonymiser

# Instants are compared with their zone; they land as naive UTC.
_INSTANT = pa.timestamp("us", tz="UTC")
_SMALLEST_AMOUNT = Decimal("0.000000001")
_LARGEST_AMOUNT = Decimal(10) ** 18
_INT64 = range(-(2**63), 2**63)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LABEL_CACHE = 100_000

Texts = Sequence[str | None]
Reasons = dict[int, str]


class ColumnReader:
    """Reads columns from records or from a block. One instance a load, because it remembers labels."""

    def __init__(self, pseudonymiser: Pseudonymiser) -> None:
        self._pseudonymiser = pseudonymiser
        self._labels: dict[str, str] = {}

    def read(self, column: Column, records: Sequence[Any] | Block) -> tuple[pa.Array, Reasons]:
        """The column's values, and by position why a value cannot land; NULL stands there.

        Identifiers come out as tokens, event ids as hashes, instants in UTC. A record that the column's reader
        or a library fails on is one refused value, whatever was raised.
        """
        try:
            return self._read(column, records)
        except MemoryError:
            raise
        except Exception as error:
            if len(records) == 1:
                reason = f"{column.name} cannot be read ({type(error).__name__})"
                return pa.nulls(1, _type_read(column)), {0: reason}
        half = len(records) // 2  # the bad ones are few: halving finds them
        first, reasons = self.read(column, records[:half])
        second, others = self.read(column, records[half:])
        reasons |= {half + position: reason for position, reason in others.items()}
        return pa.concat_arrays([first, second.cast(first.type)]), reasons

    def _read(self, column: Column, records: Sequence[Any] | Block) -> tuple[pa.Array, Reasons]:
        if isinstance(records, Block):
            values = column.read(records)
        else:
            values = [column.read(record) for record in records]
        if column.treatment is Treatment.IDENTIFIER:
            namespace = str(column.namespace)
            return _mapped(values, lambda texts: self._pseudonymiser.tokens(namespace, texts)), {}
        if column.treatment is Treatment.TEXT:
            return _mapped(values, lambda texts: self._clean_labels(texts, column.max_length)), {}
        if column.treatment is Treatment.EVENT:  # distinct on every row: nothing to compute only once
            texts = values.to_pylist() if isinstance(values, pa.Array) else values
            return pa.array(self._pseudonymiser.event_hashes(texts), pa.string()), {}
        return _plain(column, values)

    def _clean_labels(self, values: Texts, max_length: int) -> list[str | None]:
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
                if len(cache) < _LABEL_CACHE:
                    cache[value] = label
            cleaned.append(label[:max_length] or None)
        return cleaned


def refusals(column: Column, values: pa.Array, latest: dt.datetime) -> Reasons:
    """By position, why the contract refuses a value. Cheap checks first: most batches are clean."""
    reasons: Reasons = {}
    if column.required and values.null_count:
        reasons = dict.fromkeys(_positions(pc.is_null(values)), f"missing {column.name}")
    is_instant = column.type == TIMESTAMP
    low, high = column.minimum, latest if is_instant else column.maximum
    if (low is None and high is None) or values.null_count == len(values):
        return reasons
    # Compared by Arrow: a year that a feed invents may lie outside of Python's.
    found = pc.min_max(values)
    if low is not None and pc.less(found["min"], pa.scalar(low, values.type)).as_py():
        below = pc.less(values, pa.scalar(low, values.type))
        reasons |= dict.fromkeys(_positions(below), f"{column.name} below its range")
    if high is not None and pc.greater(found["max"], pa.scalar(high, values.type)).as_py():
        above = pc.greater(values, pa.scalar(high, values.type))
        place = "in the future" if is_instant else "above its range"
        reasons |= dict.fromkeys(_positions(above), f"{column.name} {place}")
    return reasons


def days_of(values: pa.Array) -> list[dt.date | None]:
    """Days as Python's; one outside of its years, which the contract refuses anyway, is none."""
    try:
        return values.to_pylist()  # type: ignore[no-any-return]
    except (OverflowError, ValueError):
        return [_day_of(value) for value in values]


def landed(column: Column, values: pa.Array) -> pa.Array:
    """The values in the type of the raw table."""
    return values.cast(column.type) if values.type != column.type else values


def _mapped(values: Sequence[Any] | pa.Array, each: Callable[[Texts], list[str | None]]) -> pa.Array:
    """Texts made from texts; of a block, each distinct one is computed once."""
    if not isinstance(values, pa.Array):
        return pa.array(each(values), pa.string())
    encoded = values.dictionary_encode()
    return pa.array(each(encoded.dictionary.to_pylist()), pa.string()).take(encoded.indices)


def _day_of(value: pa.Scalar) -> dt.date | None:
    try:
        return value.as_py()  # type: ignore[no-any-return]
    except (OverflowError, ValueError):
        return None


def _type_read(column: Column) -> pa.DataType:
    """The type in which a column is read."""
    return _INSTANT if column.type == TIMESTAMP else column.type


def _plain(column: Column, values: Sequence[Any] | pa.Array) -> tuple[pa.Array, Reasons]:
    wanted = _type_read(column)
    if isinstance(values, pa.Array):
        return values.cast(wanted), {}
    if column.type == MONEY:
        return _amounts(column, values)
    try:
        return pa.array(values, wanted), {}
    except OverflowError:
        if column.type != pa.int64():
            raise
        reasons = {
            position: f"{column.name} {'above' if value > 0 else 'below'} its range"
            for position, value in enumerate(values)
            if value is not None and value not in _INT64
        }
        kept = [None if position in reasons else value for position, value in enumerate(values)]
        return pa.array(kept, wanted), reasons


def _amounts(column: Column, values: Sequence[Decimal | None]) -> tuple[pa.Array, Reasons]:
    reasons = {
        position: f"{column.name} is no amount"
        for position, value in enumerate(values)
        if value is not None and not (value.is_finite() and abs(value) < _LARGEST_AMOUNT)
    }
    kept = (None if position in reasons else value for position, value in enumerate(values))
    return pa.array([_nine_places(value) for value in kept], MONEY), reasons


def _nine_places(value: Decimal | None) -> Decimal | None:
    """Vendors sum in floating point and send 0.30000000000000004; Arrow refuses what it would have to round."""
    if value is None or value.as_tuple().exponent >= _SMALLEST_AMOUNT.as_tuple().exponent:  # type: ignore[operator]
        return value
    return value.quantize(_SMALLEST_AMOUNT)


def _positions(mask: pa.BooleanArray) -> list[int]:
    return pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()  # type: ignore[no-any-return]
