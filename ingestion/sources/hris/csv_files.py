"""The HRIS as files: where they lie, which columns they have, and rows in the words of the record contracts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from ingestion.errors import SourceError
from ingestion.http import vendor_client
from ingestion.sources.hris.values import Reading, address_list, present
from ingestion.tabular import Row, Sheet, fold_header, locate, problem_list, read_sheet

_MAX_BYTES = 1024 * 1024 * 1024
_PLACE = ("department", "division", "cost_center", "job_function", "location", "manager_employee_id")
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


def read_location(location: str, api_key: str | None, setting: str) -> bytes:
    """The file behind a path or an http(s) URL.

    Raises:
        SourceError: it cannot be read; names the setting, not the path.
    """
    if urlsplit(location).scheme in ("http", "https"):
        auth = BearerTokenAuth(api_key) if api_key else None
        client = vendor_client("hris", location, auth=auth)
        return bytes(client.session.get(location, auth=auth).content)
    path = Path(location)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SourceError(f"The file named by {setting} is larger than 1 GiB.", "Split it.")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"The file named by {setting} cannot be read ({type(error).__name__}).",
            "Set it to a path or URL that this user may read.",
        ) from None


def open_table(
    data: bytes, kind: FileKind, mapping: Mapping[str, str], name: str = ""
) -> tuple[Sheet, Columns]:
    """The file's table and its columns.

    Args:
        mapping: logical column → header of the file; a column named here must be there, an empty header says
            that the file has none.
        name: the file's own name where there are several of its kind.

    Raises:
        SourceError: rows of another width than the header, columns missing or standing twice, no rows.
    """
    place = f"{kind.role} {name}".strip()
    sheet = read_sheet(data, place)
    wanted = {column: mapping.get(column, column) for column in kind.columns}
    wanted = {column: header for column, header in wanted.items() if header}
    at, problems = locate(sheet, wanted, kind.required | set(mapping))
    problems += sheet.problems
    if problems:
        remedy = _REMEDY.format(setting=kind.mapping_setting)
        raise SourceError(f"{place}: {problem_list(problems)}", remedy)
    if not sheet.rows:
        raise SourceError(f"{place} holds a header and no rows.", "Nothing was replaced; export it again.")
    taken = set(at.values())
    others = tuple(name for position, name in enumerate(sheet.folded) if position not in taken)
    return sheet, Columns(at, tuple(column for column in kind.columns if column not in at), others)


def snapshot_rows(sheet: Sheet, columns: Columns, reading: Reading, today: dt.date) -> list[dict[str, Any]]:
    """Rows of a snapshot in the words of `records.Employee`."""
    rows = []
    for values in _values(sheet, columns):
        terminated_from = reading.end(values.pop("termination_date", None))
        values["status"] = reading.status(values.get("status"), terminated_from, today)
        values["hire_date"] = reading.date(values.get("hire_date"))
        values["terminated_from"] = terminated_from
        values["alternate_emails"] = address_list(values.get("alternate_emails"))
        rows.append(without_self_manager(values))
    return rows


def history_rows(sheet: Sheet, columns: Columns, reading: Reading, today: dt.date) -> list[dict[str, Any]]:
    """Rows of a history in the words of `records.HistorySpan`."""
    rows = []
    for values in _values(sheet, columns):
        values["status"] = reading.status(values.get("status"), None, today)
        values["effective_from"] = reading.date(values.get("effective_from"))
        values["effective_to"] = reading.end(values.get("effective_to"))
        rows.append(without_self_manager(values))
    return rows


def without_self_manager(values: dict[str, Any]) -> dict[str, Any]:
    """Some systems name the head of the company as her own manager; that is nobody."""
    if values.get("manager_employee_id") == values.get("employee_id"):
        values["manager_employee_id"] = None
    return values


def newest_date(sheet: Sheet, header: str) -> dt.date | None:
    """The newest ISO date of a column, if the file has it."""
    if fold_header(header) not in sheet.folded:
        return None
    position = sheet.folded.index(fold_header(header))
    days = [day for row in sheet.rows if (day := _iso_day(row, position))]
    return max(days, default=None)


def _iso_day(row: Row, position: int) -> dt.date | None:
    try:
        return dt.date.fromisoformat(row.cells[position][:10])
    except ValueError:
        return None


def _values(sheet: Sheet, columns: Columns) -> Iterator[dict[str, Any]]:
    # The other columns come along as names without values: the gate counts names that no contract knows.
    others = dict.fromkeys(columns.others)
    for row in sheet.rows:
        yield {**others, **{name: present(row.cells[at]) for name, at in columns.at.items()}}
