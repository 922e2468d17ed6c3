"""Faults of CSV bodies: what spreadsheets and exports do to a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from demo.server.fault_context import FaultContext, named
from demo.server.wire import Answer

Table = list[list[str]]


def csv_missing_column(fault: FaultContext) -> Answer:
    """``column`` is gone."""
    return _edit(fault, lambda table: _without(table, fault.text("column", "department")))


def csv_duplicate_column(fault: FaultContext) -> Answer:
    """``column`` stands in the header twice."""
    return _edit(fault, lambda table: [[*row, row[_at(table, fault)]] for row in table])


def csv_value(fault: FaultContext) -> Answer:
    """``column`` of ``row`` (0) is set to ``value``, e.g. a formula, a quoted line break, a bad date."""
    return _edit(fault, lambda table: _with_value(table, fault))


def csv_ragged_row(fault: FaultContext) -> Answer:
    """``row`` (0) has one cell too many."""
    index = fault.number("row", 0) + 1
    return _edit(fault, lambda table: [*table[:index], [*table[index], "extra"], *table[index + 1 :]])


def csv_few_rows(fault: FaultContext) -> Answer:
    """Only a ``share`` (0.5) of the rows is left; 0 leaves the header alone."""
    share = fault.share("share", 0.5)
    return _edit(fault, lambda table: [table[0], *table[1 : 1 + int((len(table) - 1) * share)]])


def csv_delimiter(fault: FaultContext) -> Answer:
    """Another ``delimiter`` (;)."""
    table = _read(fault)
    fault.answer.replace_body(_written(table, fault.text("delimiter", ";")).encode())
    return fault.answer


def csv_encoding(fault: FaultContext) -> Answer:
    """Another ``encoding`` (cp1252; also utf-16, utf-8-sig); what it cannot hold becomes "?"."""
    encoding = fault.text("encoding", "cp1252")
    fault.answer.replace_body(fault.answer.content().decode().encode(encoding, errors="replace"))
    fault.answer.content_type = "text/csv"
    return fault.answer


def _edit(fault: FaultContext, change: Callable[[Table], Table]) -> Answer:
    fault.answer.replace_body(_written(change(_read(fault)), ",").encode())
    return fault.answer


def _read(fault: FaultContext) -> Table:
    return list(csv.reader(io.StringIO(fault.answer.content().decode(), newline="")))


def _written(table: Table, delimiter: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(table)
    return out.getvalue()


def _at(table: Table, fault: FaultContext) -> int:
    return table[0].index(fault.text("column", "department"))


def _without(table: Table, column: str) -> Table:
    gone = table[0].index(column)
    return [[cell for index, cell in enumerate(row) if index != gone] for row in table]


def _with_value(table: Table, fault: FaultContext) -> Table:
    table[fault.number("row", 0) + 1][_at(table, fault)] = fault.text("value", '=HYPERLINK("x")')
    return table


FAULTS = named(
    csv_missing_column, csv_duplicate_column, csv_value, csv_ragged_row, csv_few_rows, csv_delimiter,
    csv_encoding,
)  # fmt: skip
