"""Reads the company's folder whole and says everything that is wrong with it, or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pydantic

from ingestion.labels import canonical_text
from ingestion.sources.company.records import FILES, CompanyFile
from ingestion.sources.company.rows import CompanyRow
from ingestion.tabular import Problem, Row, Sheet, locate, problem_list, read_sheet
from runtime.counting import counted
from runtime.errors import SourceError

NOTE = "note"
_TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".xls", ".ods"})
_MESSAGES = {
    "missing": "is empty: fill it in.",
    "decimal_parsing": "write a number such as 30.00: with a point, without currency or thousands mark.",
    "decimal_max_places": "write at most nine digits after the point.",
    "int_parsing": "write a whole number without thousands mark.",
    "int_from_float": "write a whole number.",
    "string_too_long": "write at most 120 characters.",
}


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A problem and the file in which it stands."""

    file: str
    problem: Problem | str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Folder:
    """What was read: rows by file name, for every known file, and everything that is wrong.

    `lines` gives for each row the line of its file on which it starts.
    """

    rows: Mapping[str, list[CompanyRow]]
    lines: Mapping[str, list[int]]
    present: frozenset[str]
    problems: tuple[FileProblem, ...]


def read_folder(folder: Path) -> Folder:
    """Every file of the folder. A missing file is an empty table; a file of an unknown name is a problem.

    Raises:
        SourceError: there is no such folder, or it may not be read.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith((".", "~")))
    except OSError as error:
        raise SourceError(
            f"The folder of the company's files cannot be read ({type(error).__name__}).",
            "Copy company.example/ to a place outside the repository and name that in [sources.company] folder "
            "or AI_USAGE_COMPANY_DIR.",
        ) from None
    rows: dict[str, list[CompanyRow]] = {}
    lines: dict[str, list[int]] = {}
    problems = [FileProblem(name, _unknown_name()) for name in names if _is_unknown_table(name)]
    for file in FILES:
        name = f"{file.name}.csv"
        rows[file.name], lines[file.name] = [], []
        if name in names:
            try:
                placed, found = _placed_rows((folder / name).read_bytes(), file)
                rows[file.name] = [value for _, value in placed]
                lines[file.name] = [row.line for row, _ in placed]
                problems += [FileProblem(name, problem) for problem in found]
            except SourceError as error:
                problems.append(FileProblem(name, str(error)))
            except OSError:
                problems.append(FileProblem(name, "let this user read the file."))
    return Folder(rows, lines, frozenset(names), tuple(problems))


def sound_rows(folder: Folder) -> Mapping[str, list[CompanyRow]]:
    """The rows by file, if nothing is wrong.

    Raises:
        SourceError: with file, line, column and remedy of each problem, the first ten in full.
    """
    if folder.problems:
        raise SourceError(
            f"The company's files have {counted(len(folder.problems), 'problem')}, so none was loaded: "
            f"{problem_list(folder.problems)}",
            "docs/connect/company.md lists the columns.",
        )
    return folder.rows


def read_file(data: bytes, file: CompanyFile) -> tuple[list[CompanyRow], list[Problem]]:
    """The sound rows of one file and all its problems.

    Raises:
        SourceError: the file is no table.
    """
    placed, problems = _placed_rows(data, file)
    return [value for _, value in placed], problems


def _placed_rows(data: bytes, file: CompanyFile) -> tuple[list[tuple[Row, CompanyRow]], list[Problem]]:
    """The same with each row's place in the file."""
    sheet = read_sheet(data, "the file", comments=True)
    columns, problems = _columns(sheet, file)
    rows: list[tuple[Row, CompanyRow]] = []
    if not problems:
        for row in sheet.rows:
            try:
                rows.append((row, file.row.model_validate(_filled(row, columns))))
            except pydantic.ValidationError as error:
                problems += _row_problems(row.line, error)
    problems += sheet.problems
    problems += _clashes(rows, file)
    return rows, sorted(problems, key=lambda problem: problem.line)


def _is_unknown_table(name: str) -> bool:
    known = {f"{file.name}.csv" for file in FILES}
    return Path(name).suffix.lower() in _TABLE_SUFFIXES and name not in known


def _unknown_name() -> str:
    names = ", ".join(f"{file.name}.csv" for file in FILES)
    return f"this is no known file: rename it to one of {names}, or move it out of the folder."


def _columns(sheet: Sheet, file: CompanyFile) -> tuple[dict[str, int], list[Problem]]:
    """Positions of the columns; missing, repeated and unknown ones are problems."""
    fields = file.row.model_fields
    required = [name for name, field in fields.items() if field.is_required()]
    wanted = {name: name for name in (*fields, NOTE)}
    columns, problems = locate(sheet, wanted, required)
    allowed = f"Use {', '.join(wanted)}."
    if not columns:
        # The first line may be a row: its cells are not names that could be shown.
        return {}, [Problem(sheet.header_line, "this is not a header line.", allowed)]
    folded = {name.replace("_", " ") for name in wanted}
    for position, (name, shown) in enumerate(zip(sheet.folded, sheet.header, strict=True), 1):
        if not name:
            problems.append(Problem(sheet.header_line, f"the header of column {position} is empty.", allowed))
        elif name not in folded:
            place = (
                f"column {shown}" if shown.replace("_", "").isalnum() else f"the header of column {position}"
            )
            problems.append(Problem(sheet.header_line, f"{place} is unknown.", allowed))
    columns.pop(NOTE, None)
    return columns, problems


def _filled(row: Row, columns: Mapping[str, int]) -> dict[str, Any]:
    """Cells that hold something, in their one written form: an empty cell is an absent value."""
    texts = {name: canonical_text(row.cells[at]) for name, at in columns.items()}
    return {name: text for name, text in texts.items() if text}


def _row_problems(line: int, error: pydantic.ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_input=False, include_url=False, include_context=False):
        column = str(detail["loc"][0]) if detail["loc"] else None
        message = _MESSAGES.get(detail["type"]) or _plain(detail["msg"])
        yield Problem(line, message, "", column)


def _plain(message: str) -> str:
    """pydantic's text in our words; quotes become back-ticks, since what stands in quotes is scrubbed."""
    own = message.removeprefix("Value error, ")
    return own if own != message else message.replace("Input ", "this ").replace("'", "`") + "."


def _clashes(rows: list[tuple[Row, CompanyRow]], file: CompanyFile) -> Iterator[Problem]:
    """Rows of one key that hold at the same time: nobody could say which of them counts."""
    for names in (file.row.KEY, file.row.ALSO_UNIQUE):
        if names:
            yield from _clashes_in(rows, names, "valid_to" in file.row.model_fields)


def _clashes_in(
    rows: list[tuple[Row, CompanyRow]], names: tuple[str, ...], is_dated: bool
) -> Iterator[Problem]:
    groups: dict[tuple[object, ...], list[tuple[Row, CompanyRow]]] = defaultdict(list)
    for row, value in rows:
        groups[tuple(getattr(value, name) for name in names)].append((row, value))
    key = ", ".join(names)
    remedy = "Keep one, or end it with valid_to before the other starts." if is_dated else "Keep one of them."
    for group in groups.values():
        group.sort(key=lambda entry: entry[1].validity)
        for (earlier, before), (later, after) in pairwise(group):
            if after.validity[0] < before.validity[1]:
                message = f"holds at the same time as line {earlier.line}, with the same {key}."
                yield Problem(later.line, message, remedy)
