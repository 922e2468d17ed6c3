"""Faults inside rows: of JSON pages and of NDJSON files.

``row`` (0) says which row, counted from the start and from the end when negative; "all" means every row.
``field`` is a dotted path; a list on the way is entered at its first item.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec

from demo.server.documents import Document, Row, drop_field, get_field, set_field
from demo.server.fault_context import FaultContext, named
from demo.server.wire import Answer, encode

CANARY = "Canary Birdwhistle"
"""The name that ``new_field`` plants unless told otherwise."""
FAR_FUTURE = "2999-01-01T00:00:00Z"


def bad_line(fault: FaultContext) -> Answer:
    """An NDJSON line that is no JSON is put before ``row``; it holds the ``text`` given."""
    document = Document.of(fault.answer)
    broken = ('{"event_id": "broken", "note": "' + fault.text("text", CANARY)).encode()
    document.rows.insert(fault.number("row", 0), broken)
    return document.write(fault.answer)


def cut_last_line(fault: FaultContext) -> Answer:
    """The last NDJSON line breaks off in the middle, without a line end: the file is still being written."""
    document = Document.of(fault.answer)
    fault.answer = document.write(fault.answer)
    lines = fault.answer.content().rstrip(b"\n").split(b"\n")
    fault.answer.replace_body(b"\n".join([*lines[:-1], lines[-1][: len(lines[-1]) // 2]]))
    return fault.answer


def bad_bytes(fault: FaultContext) -> Answer:
    """One row's text holds bytes that are no UTF-8."""
    document = Document.of(fault.answer)
    index = fault.number("row", 0)
    row = document.rows[index]
    line = row if isinstance(row, bytes) else encode(row)
    document.rows[index] = line[:-1] + b',"note":"\xff\xfe"}'
    return document.write(fault.answer)


def byte_order_mark(fault: FaultContext) -> Answer:
    """The body starts with a byte order mark."""
    fault.answer.replace_body(b"\xef\xbb\xbf" + fault.answer.content())
    return fault.answer


def missing_field(fault: FaultContext) -> Answer:
    """``field`` is absent."""
    return _each(fault, lambda row: drop_field(row, fault.text("field", "id")))


def null_field(fault: FaultContext) -> Answer:
    """``field`` is null."""
    return _each(fault, lambda row: set_field(row, fault.text("field", "id"), None))


def change_field(fault: FaultContext) -> Answer:
    """``field`` is set to ``value``, whatever its type: a type change, an odd number, a new value."""
    return _each(fault, lambda row: set_field(row, fault.text("field", "id"), fault.arguments["value"]))


def raw_field(fault: FaultContext) -> Answer:
    """``field`` is set to ``json``, written as it stands: NaN, 1e400, a lone surrogate, NUL, a doubled key."""
    text = msgspec.Raw(fault.text("json", "NaN").encode())
    return _each(fault, lambda row: set_field(row, fault.text("field", "id"), text))


def new_field(fault: FaultContext) -> Answer:
    """A field nobody knows, ``field`` (person.display_name) at any depth, holds a ``value`` (a name)."""
    name = fault.arguments.get("value", CANARY)
    return _each(fault, lambda row: set_field(row, fault.text("field", "person.display_name"), name), "all")


def future_timestamp(fault: FaultContext) -> Answer:
    """``field`` (timestamp) lies in the year 2999."""
    return _each(fault, lambda row: set_field(row, fault.text("field", "timestamp"), FAR_FUTURE))


def unknown_model(fault: FaultContext) -> Answer:
    """``field`` (model), where a row has it, names a model nobody has heard of."""
    field, value = fault.text("field", "model"), fault.text("value", "zeta-9-unheard-of")
    return _each(fault, lambda row: _replace_present(row, field, value), "all")


def duplicate_row(fault: FaultContext) -> Answer:
    """A row comes twice in one body; the second has ``set``: {field: value} changed, e.g. a later time."""
    document = Document.of(fault.answer)
    for row in _chosen(document, fault.arguments.get("row", 0)):
        again = copy.deepcopy(row)
        for field, value in dict(fault.arguments.get("set", {})).items():
            set_field(again, str(field), value)
        document.rows.insert(document.rows.index(row) + 1, again)
    return document.write(fault.answer)


def long_text(fault: FaultContext) -> Answer:
    """``field`` holds ``length`` (10 million) characters."""
    text = "x" * fault.number("length", 10_000_000)
    return _each(fault, lambda row: set_field(row, fault.text("field", "note"), text))


def _each(fault: FaultContext, change: Callable[[Row], None], default: str | int = 0) -> Answer:
    document = Document.of(fault.answer)
    for row in _chosen(document, fault.arguments.get("row", default)):
        change(row)
    return document.write(fault.answer)


def _chosen(document: Document, which: Any) -> list[Row]:
    rows = document.whole_rows()
    return rows if which == "all" else rows[int(which) :][:1]


def _replace_present(row: Row, field: str, value: object) -> None:
    if get_field(row, field) is not None:
        set_field(row, field, value)


FAULTS = named(
    bad_line, cut_last_line, bad_bytes, byte_order_mark, missing_field, null_field, change_field, raw_field,
    new_field, future_timestamp, unknown_model, duplicate_row, long_text,
)  # fmt: skip
