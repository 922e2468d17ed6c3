"""Many records of one kind as Arrow columns: how a table of millions of events is read.

A :class:`Block` is parsed by Arrow's own JSON reader straight into columns of the wire record's types. It reads
what is in order, which is nearly everything; whatever it refuses, the gate reads again record by record and so
finds the bad ones (:meth:`Block.of_records`).
"""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Collection, Sequence
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, overload

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from ingestion.privacy.wire import field_types, record_type, required_fields

# No numbers: records hold any integer and exact decimals, Arrow's reader neither.
_SCALARS: dict[type, pa.DataType] = {
    str: pa.string(),
    bool: pa.bool_(),
    dt.datetime: pa.timestamp("us", tz="UTC"),
}


_NO_OBJECT = re.compile(rb"(?m)^[ \t\r]*[^ \t\r\n{]")


class Block:
    """Records of one wire type; a column is named by its path in the record."""

    def __init__(self, rows: pa.StructArray) -> None:
        self._rows = rows
        self._columns: dict[str, pa.Array] = {}  # a contract asks for some of them again and again

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, path: str) -> pa.Array: ...

    @overload
    def __getitem__(self, path: slice) -> Block: ...

    def __getitem__(self, path: str | slice) -> pa.Array | Block:
        """The values at a dotted path, NULL where any part of the path is absent; or some of the records."""
        if isinstance(path, slice):
            return Block(self._rows[path])
        found = self._columns.get(path)
        if found is None:
            parent, _, name = path.rpartition(".")
            found = self._columns[path] = pc.struct_field(self[parent] if parent else self._rows, [name])
        return found

    @classmethod
    def parse(cls, wire: type[msgspec.Struct], lines: bytes) -> Block:
        """The records of whole JSON lines.

        Raises:
            pyarrow.ArrowInvalid: some line is no object, not UTF-8, of another type, or lacks a required field.
        """
        lines = lines.removeprefix(codecs.BOM_UTF8)
        # Not Arrow's to find out: its reader dies of a first line that says `null`, and the process with it.
        if not _only_objects(lines):
            raise pa.ArrowInvalid("a line is no object")
        schema = pa.schema(list(arrow_struct(wire)))
        table = pj.read_json(
            pa.BufferReader(lines),
            # One block, one chunk: the caller has cut it to size, and other work runs on the other cores.
            read_options=pj.ReadOptions(use_threads=False, block_size=len(lines) + 1),
            parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
        table.validate(full=True)  # the reader takes bytes that are no UTF-8
        rows = table.to_struct_array().combine_chunks()
        _require(rows, wire)
        return cls(rows)

    @classmethod
    def of_records(cls, wire: type[msgspec.Struct], records: Sequence[msgspec.Struct]) -> Block:
        """The same from records that were read one by one."""
        plain = msgspec.to_builtins(records, builtin_types=(dt.datetime,))
        return cls(pa.array(plain, arrow_struct(wire)))


@cache
def arrow_struct(wire: type[msgspec.Struct]) -> pa.DataType:
    """The Arrow type of a wire record.

    Raises:
        TypeError: a field has a type that cannot be read in blocks.
    """
    return pa.struct([pa.field(name, _arrow_type(kind)) for name, kind in field_types(wire).items()])


def _arrow_type(kind: Any) -> pa.DataType:
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (argument for argument in get_args(kind) if argument is not type(None))
    if get_origin(kind) is list:
        return pa.list_(_arrow_type(get_args(kind)[0]))
    if record_type(kind) is kind:
        return arrow_struct(kind)
    if kind not in _SCALARS:
        raise TypeError(f"{kind} cannot be read in blocks; read this record one by one.")
    return _SCALARS[kind]


def _only_objects(lines: bytes) -> bool:
    """Whether every line that is not blank begins as an object. The usual case costs two counts."""
    ends = lines.count(b"\n") - lines.endswith(b"\n")
    return (lines.startswith(b"{") and lines.count(b"\n{") == ends) or not _NO_OBJECT.search(lines)


def _require(rows: pa.StructArray, wire: type[msgspec.Struct]) -> None:
    """A required field is there in every record, and so are those of required records inside it."""
    for name in required_fields(wire):
        values = rows.field(name)
        if values.null_count:
            raise pa.ArrowInvalid(f"a record lacks {name}")
        inner = record_type(field_types(wire)[name])
        if inner is not None and pa.types.is_struct(values.type):
            _require(values, inner)


# -- what a contract's columns say of a block ---------------------------------------------------------------


def either(first: pa.Array, second: pa.Array) -> pa.Array:
    """The first value, where there is none the second."""
    return pc.coalesce(first, second)


def is_value(values: pa.Array, wanted: str) -> pa.Array:
    """True where the value is that one; False also where there is none."""
    return pc.fill_null(pc.equal(values, wanted), False)


def is_present(values: pa.Array) -> pa.Array:
    """True where there is a text that is not empty."""
    return pc.fill_null(pc.greater(pc.binary_length(values), 0), False)


def any_of(lists: pa.ListArray, wanted: Collection[str]) -> pa.Array:
    """True where a list holds at least one of the wanted texts."""
    return _rows_with(lists, pc.is_in(lists.flatten(), value_set=pa.array(sorted(wanted))))


def any_but(lists: pa.ListArray, known: Collection[str]) -> pa.Array:
    """True where a list holds a text that is not among the known ones."""
    return _rows_with(lists, pc.invert(pc.is_in(lists.flatten(), value_set=pa.array(sorted(known)))))


def has_items(lists: pa.ListArray) -> pa.Array:
    """True where a list is there and not empty."""
    return pc.fill_null(pc.greater(pc.list_value_length(lists), 0), False)


def _rows_with(lists: pa.ListArray, items: pa.BooleanArray) -> pa.Array:
    """For each list whether any of its items is marked."""
    found = np.zeros(len(lists), dtype=bool)
    found[pc.list_parent_indices(lists).filter(items).to_numpy()] = True
    return pa.array(found)
