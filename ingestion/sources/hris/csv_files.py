"""The HRIS as files: where they lie, which columns they have, and rows in the words of the record contracts."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from ingestion.http import vendor_client
from ingestion.sources.hris.values import Reading, address_list, present, present_id, present_label
from ingestion.tabular import (
    AS_IT_IS,
    DeclaredEncodingError,
    EncodingError,
    Sheet,
    TableFormat,
    fold_header,
    locate,
    problem_list,
    read_sheet,
    sheet_names,
)
from runtime.errors import SourceError

_MANY_ROWS = 10
_MAX_BYTES = 1024 * 1024 * 1024
_PLACE = ("department", "division", "cost_center", "job_function", "location", "manager_employee_id")
_READERS = {
    **dict.fromkeys(("department", "division", "cost_center", "job_function", "location"), present_label),
    **dict.fromkeys(("employee_id", "manager_employee_id"), present_id),
}
_YES = frozenset(("yes", "y", "true", "1", "x", "primary", "main", "ja", "j", "oui", "si", "sí"))
_REMEDY = "Correct the export, or name its headers in the setting {setting}; see docs/connect/hris.md."


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its columns by logical name, and which of them it cannot do without."""

    role: str
    columns: tuple[str, ...]
    required: frozenset[str]
    mapping_setting: str


SNAPSHOT = FileKind(
    role="hris snapshot file",
    columns=(
        "employee_id",
        "work_email",
        "alternate_emails",
        "status",
        "employment_type",
        *_PLACE,
        "hire_date",
        "termination_date",
    ),
    required=frozenset({"employee_id", "work_email", "department", "hire_date"}),
    mapping_setting="column_mapping",
)
HISTORY = FileKind(
    role="hris history file",
    columns=("employee_id", "effective_from", "effective_to", "status", *_PLACE),
    required=frozenset({"employee_id", "effective_from", "department"}),
    mapping_setting="history_column_mapping",
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the logical columns of one file stand, which it lacks, and which others it has."""

    at: Mapping[str, int]
    missing: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocatedFile:
    """A file's bytes, and how many days ago it was last changed, where that is told."""

    data: bytes
    age_days: int | None = None


def read_location(location: str, api_key: str | None, setting: str) -> LocatedFile:
    """The file behind a path or an http(s) URL.

    Raises:
        SourceError: it cannot be read; names the setting, not the path.
    """
    now = dt.datetime.now(dt.UTC)
    if urlsplit(location).scheme in ("http", "https"):
        auth = BearerTokenAuth(api_key) if api_key else None
        client = vendor_client("hris", location, auth=auth)
        answer = client.session.get(location, auth=auth)
        return LocatedFile(bytes(answer.content), _age(_moment(answer.headers.get("Last-Modified")), now))
    path = Path(location)
    try:
        found = path.stat()
        if found.st_size > _MAX_BYTES:
            raise SourceError(f"The file named by {setting} is larger than 1 GiB.", "Split it.")
        changed = dt.datetime.fromtimestamp(found.st_mtime, dt.UTC)
        return LocatedFile(path.read_bytes(), _age(changed, now))
    except OSError as error:
        raise SourceError(
            f"The file named by {setting} cannot be read ({type(error).__name__}).",
            "Set it to a path or URL that this user may read.",
        ) from None


def _moment(header: str | None) -> dt.datetime | None:
    """The moment that a server says a file was last changed."""
    try:
        moment = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _age(changed: dt.datetime | None, now: dt.datetime) -> int | None:
    return None if changed is None else max(0, (now - changed).days)


def open_table(
    data: bytes, kind: FileKind, mapping: Mapping[str, str], name: str = "", format_: TableFormat = AS_IT_IS
) -> tuple[Sheet, Columns]:
    """The file's table and its columns.

    Args:
        mapping: logical column → header of the file; a column named here must be there, an empty header says
            that the file has none.
        name: the file's own name where there are several of its kind.
        format_: encoding, delimiter, title rows and sheet, where the file does not say them.

    Raises:
        SourceError: another encoding, rows of another width than the header, columns missing or standing twice,
            no rows, or a needed column that is empty in every one.
    """
    place = f"{kind.role} {name}".strip()
    wanted = {column: mapping.get(column, column) for column in kind.columns}
    wanted = {column: header for column, header in wanted.items() if header}
    needed = kind.required | set(mapping)
    try:
        sheet, sheets = _right_sheet(data, place, wanted, needed, format_)
    except DeclaredEncodingError as error:
        other = ' If only the history is UTF-8, set history_file = {encoding = "utf-8"} instead.'
        raise SourceError(error.message, error.remedy + (other if kind is HISTORY else "")) from None
    except EncodingError as error:
        remedy = (
            'Export it as UTF-8, or set its code page, such as encoding = "cp1252"; see docs/connect/hris.md.'
        )
        raise SourceError(error.message, remedy) from None
    at, problems = locate(sheet, wanted, needed)
    if not any(column in at for column in kind.required):
        headers = [wanted[column] for column in kind.columns if column in kind.required and column in wanted]
        raise _no_header(sheet, place, headers, sheets)
    problems += sheet.problems
    if problems:
        remedy = _REMEDY.format(setting=kind.mapping_setting)
        raise SourceError(f"{place}: {problem_list(problems)}", remedy + sheets)
    if not sheet.rows:
        raise SourceError(f"{place} holds a header and no rows.", "Nothing was replaced; export it again.")
    _require_filled(sheet, at, kind, place)
    taken = set(at.values())
    others = tuple(name for position, name in enumerate(sheet.folded) if position not in taken)
    return sheet, Columns(at, tuple(column for column in kind.columns if column not in at), others)


def _right_sheet(
    data: bytes, place: str, wanted: Mapping[str, str], needed: Collection[str], format_: TableFormat
) -> tuple[Sheet, str]:
    """The table, of a workbook's sheets the first or the only one that has the needed headers.

    Beside it what to say of the other sheets where headers are missing.

    Raises:
        SourceError: there is no table; or several sheets have the headers, but not the first.
    """
    problem = sheet = None
    try:
        sheet = read_sheet(data, place, format_=format_)
        if format_.sheet or not locate(sheet, wanted, needed)[1]:
            return sheet, ""
    except SourceError as error:
        if format_.sheet or isinstance(error, EncodingError):
            raise
        problem = error
    names = sheet_names(data, place)
    found = []
    for number in range(2, len(names) + 1):
        with contextlib.suppress(SourceError):  # an empty sheet is no table
            other = read_sheet(data, place, format_=replace(format_, sheet=str(number)))
            if not locate(other, wanted, needed)[1]:
                found.append(other)
    if len(found) == 1:
        return replace(found[0], read_as=f"{found[0].read_as}, the only one with the needed headers"), ""
    hint = f" The workbook's sheets are {', '.join(names)}: set `sheet` to the right one." if names[1:] else ""
    if found:
        raise SourceError(
            f"{place}: {len(found)} sheets have the needed headers, the first one has not.", hint[1:]
        )
    if sheet is None:
        assert problem is not None
        raise SourceError(problem.message, problem.remedy + hint)
    return sheet, hint


def _no_header(sheet: Sheet, place: str, headers: list[str], sheets: str) -> SourceError:
    """One sentence instead of one a column: the first line is a title, a row, or of another delimiter."""
    columns = ", ".join(headers)
    wanted = {fold_header(header) for header in headers}
    for row in sheet.top[1:]:
        if wanted <= {fold_header(cell) for cell in row.cells}:
            return SourceError(
                f"{place}, line {sheet.header_line}: this is not a header line, but line {row.line} is one.",
                f"Set skip_rows = {row.line - 1}.",
            )
    return SourceError(
        f"{place}, line {sheet.header_line}: the header line is missing, or contains none of {columns}.",
        f"The file was read as {sheet.read_as}. Set delimiter, skip_rows or sheet if that is wrong, or name "
        f"its headers in column_mapping; see docs/connect/hris.md.{sheets}",
    )


def _require_filled(sheet: Sheet, at: Mapping[str, int], kind: FileKind, place: str) -> None:
    """Refuse a file whose needed column is empty in every one of many rows: the export lost its content."""
    if len(sheet.rows) < _MANY_ROWS:
        return
    for column in sorted(kind.required):
        if not any(present(row.cells[at[column]]) for row in sheet.rows):
            raise SourceError(
                f"{place}: column {sheet.header[at[column]]} is empty in all {len(sheet.rows)} rows.",
                f"Export it with its content, or name another column in {kind.mapping_setting}.",
            )


def snapshot_rows(
    sheet: Sheet, columns: Columns, reading: Reading, today: dt.date, primary_column: str | None = None
) -> list[dict[str, Any]]:
    """Rows of a snapshot in the words of `records.Employee`.

    Args:
        primary_column: header of a column that says which of a person's jobs counts; others are left out.
    """
    rows = []
    for values in _primary_jobs(sheet, columns, reading, primary_column):
        reading.employment(values, today)
        values["alternate_emails"] = address_list(values.get("alternate_emails"))
        rows.append(without_self_manager(values))
    return rows


def _primary_jobs(
    sheet: Sheet, columns: Columns, reading: Reading, primary_column: str | None
) -> Iterator[dict[str, Any]]:
    """Every row; where one of a person's rows is marked as the primary job, that one alone."""
    if not primary_column:
        yield from _values(sheet, columns)
        return
    found, problems = locate(sheet, {"primary_column": primary_column}, {"primary_column"})
    if problems:
        raise SourceError(f"The column of primary_column: {problem_list(problems)}", "Correct primary_column.")
    position = found["primary_column"]
    marked = [(present(row.cells[position]) or "").casefold() in _YES for row in sheet.rows]
    values = list(_values(sheet, columns))
    with_primary = {row["employee_id"] for row, mark in zip(values, marked, strict=True) if mark}
    for row, mark in zip(values, marked, strict=True):
        if mark or row["employee_id"] not in with_primary:
            yield row
        else:
            reading.seen.other_jobs += 1


def history_rows(sheet: Sheet, columns: Columns, reading: Reading, today: dt.date) -> list[dict[str, Any]]:
    """Rows of a history in the words of `records.HistorySpan`."""
    rows = []
    for values in _values(sheet, columns):
        reading.seen.rows += 1
        values["status"] = reading.counted_status(values.get("status"), None, today)
        values["effective_from"] = reading.date(values.get("effective_from"))
        values["effective_to"] = reading.end(values.get("effective_to"))
        rows.append(without_self_manager(values))
    return rows


def without_self_manager(values: dict[str, Any]) -> dict[str, Any]:
    """Some systems name the head of the company as her own manager; that is nobody."""
    if values.get("manager_employee_id") == values.get("employee_id"):
        values["manager_employee_id"] = None
    return values


def made_on(sheet: Sheet, reading: Reading) -> dt.date | None:
    """The newest day in the column `snapshot_date`, if the file has it."""
    if "snapshot date" not in sheet.folded:
        return None
    position = sheet.folded.index("snapshot date")
    days = [
        day for written in {row.cells[position] for row in sheet.rows} if (day := _iso_day(reading, written))
    ]
    return max(days, default=None)


def _iso_day(reading: Reading, written: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(reading.date(written) or "")
    except ValueError:
        return None


def _values(sheet: Sheet, columns: Columns) -> Iterator[dict[str, Any]]:
    # The other columns come along as names without values: the gate counts names that no contract knows.
    others = dict.fromkeys(columns.others)
    for row in sheet.rows:
        values = {name: _READERS.get(name, present)(row.cells[at]) for name, at in columns.at.items()}
        yield {**others, **values}
