"""Tables that people export or edit: CSV in any common encoding and delimiter, Excel where it can be read.

Every cell is read as text, so that an id `00123` stays `00123`. Problems name the line, the column and the
remedy, never a cell: the cell may be a person's name or address.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ingestion.errors import SourceError

_GZIP = b"\x1f\x8b"
_XLSX = b"PK\x03\x04"
_XLS = b"\xd0\xcf\x11\xe0"
_MAX_BYTES = 1024 * 1024 * 1024
_MAX_WORKBOOK = 256 * 1024 * 1024
_MAX_CELLS = 5_000_000
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_REFERENCE = re.compile(rb"""\br\s{0,8}=\s{0,8}["']([A-Z]{0,3})(\d{1,9})["']""")
_SAVE_AS_CSV = "Save it as CSV (UTF-8)."
_EXPORT_AGAIN = "Put cells that hold the delimiter, a quote or a line break in quotes, and export again."
_FORMULA = re.compile(r"^[\s=+\-@＝＋－＠]+")
_SHOWN_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file, and what to do about it. Holds no value of the file."""

    line: int
    message: str
    remedy: str
    column: str | None = None

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{place}: {self.message} {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the line of the file on which it starts."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in the file. `header` is as written; `folded` is what headers are matched by."""

    header_line: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    @property
    def folded(self) -> tuple[str, ...]:
        """Headers without regard to case, white space and underscores."""
        return tuple(fold_header(name) for name in self.header)


def fold_header(name: str) -> str:
    """`Employee  ID`, `employee_id` and `EMPLOYEE ID` are one header."""
    return " ".join(name.replace("_", " ").split()).casefold()


def harmless_label(text: str | None) -> str | None:
    """A label without leading `=`, `+`, `-`, `@` or their full-width forms; None where nothing is left.

    Labels such as department names reach spreadsheets, which would run them as formulas.
    """
    return _FORMULA.sub("", text).strip() or None if text else None


def read_sheet(data: bytes, place: str, *, comments: bool = False) -> Sheet:
    """The table in `data`; rows of another width than the header become problems, blank lines are skipped.

    Args:
        place: what the file is to its reader ("hris snapshot file"), used in errors.
        comments: whether lines starting with `#` are comments.

    Raises:
        SourceError: no table at all: empty, unknown encoding, a web page, a broken quote.
    """
    rows = _numbered_rows(_unpacked(data, place), place, comments)
    header_line, header = next(rows, (0, []))
    widest = len(header)
    while header and not header[-1].strip():  # spreadsheets export empty columns on the right
        header.pop()
    if not header:
        raise SourceError(f"{place} is empty.", "It needs a header line; export it again.")
    kept, problems = [], []
    for line, cells in rows:
        # One cell too many, even an empty last one, says that a delimiter in some cell moved the others.
        if not len(header) <= len(cells) <= widest or any(cell.strip() for cell in cells[len(header) :]):
            message = f"{len(cells)} cells where the header has {len(header)}."
            problems.append(Problem(line, message, _EXPORT_AGAIN))
        else:
            kept.append(Row(line, tuple(cell.strip() for cell in cells[: len(header)])))
    names = tuple(name.strip() for name in header)
    return Sheet(header_line, names, tuple(kept), tuple(problems))


def locate(
    sheet: Sheet, wanted: Mapping[str, str], required: Collection[str]
) -> tuple[dict[str, int], list[Problem]]:
    """Positions of the wanted columns (logical name → header), and what is missing or stands twice.

    Messages name the header that was asked for, not what the file holds: without a header line, the first
    line is data.
    """
    found: dict[str, int] = {}
    problems = []
    folded = sheet.folded
    for name, header in wanted.items():
        positions = [at for at, have in enumerate(folded) if have == fold_header(header)]
        if len(positions) > 1:
            message = f"column {header} stands {len(positions)} times."
            problems.append(Problem(sheet.header_line, message, "Keep one of them."))
        elif positions:
            found[name] = positions[0]
        elif name in required:
            message = f"column {header} is missing."
            problems.append(Problem(sheet.header_line, message, "Add it to the header line."))
    return found, problems


def problem_list(problems: Iterable[object]) -> str:
    """The first problems in one text, and how many more there are."""
    texts = [str(problem) for problem in problems]
    shown = " ".join(f"({number}) {text}" for number, text in enumerate(texts[:_SHOWN_PROBLEMS], 1))
    more = len(texts) - _SHOWN_PROBLEMS
    return f"{shown} … and {more} more." if more > 0 else shown


def _unpacked(data: bytes, place: str) -> bytes:
    if not data.startswith(_GZIP):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as file:
            unpacked = file.read(_MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise SourceError(f"{place} is not a whole gzip file.", "Save it again.") from None
    if len(unpacked) > _MAX_BYTES:
        raise SourceError(f"{place} is larger than 1 GiB unpacked.", "Split it.")
    return unpacked


def _numbered_rows(data: bytes, place: str, comments: bool) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the line on which each starts."""
    if data.startswith(_XLS):
        raise SourceError(f"{place} is an old Excel workbook.", _SAVE_AS_CSV)
    if data.startswith(_XLSX):
        rows = _excel_rows(data, place)
    else:
        rows = _csv_rows(_decoded(data, place), place, comments)
    return ((line, cells) for line, cells in rows if any(cell.strip() for cell in cells))


def _csv_rows(text: str, place: str, comments: bool) -> Iterator[tuple[int, list[str]]]:
    if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        raise SourceError(f"{place} is a web page.", "A log-in page was saved instead of the export.")
    lines = list(_lines(text, comments))
    reader = csv.reader(lines, delimiter=_delimiter(lines), strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            message = f"{place}, line {line}: a quote is not closed, or text follows it."
            raise SourceError(message, _EXPORT_AGAIN) from None
        if cells is None:
            return
        yield line, cells
        line = reader.line_num + 1


def _lines(text: str, comments: bool) -> Iterator[str]:
    """Lines with their ends; comment lines become blank ones, so that line numbers stay right."""
    is_quoted = False
    for line in io.StringIO(text, newline=""):
        if comments and not is_quoted and line.startswith("#"):
            yield "\n"
            continue
        is_quoted ^= line.count('"') % 2 == 1
        yield line


def _delimiter(lines: Iterable[str]) -> str:
    header = next((line for line in lines if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=unquoted.count)


def _decoded(data: bytes, place: str) -> str:
    """UTF-8 and UTF-16 by their marks or zero bytes, otherwise UTF-8, otherwise Windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\x00" in data[:2]:
        encodings = ["utf-16-be" if data[0] == 0 else "utf-16-le"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError(f"{place} is in an unknown encoding.", _SAVE_AS_CSV)


def _require_small(data: bytes, place: str) -> None:
    """Refuse a workbook that would fill the memory: its reader makes a cell of every place up to the last."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            size = sum(entry.file_size for entry in book.infolist())
            sheets = [name for name in book.namelist() if _SHEET.fullmatch(name)]
            cells = max((_cells(book, name) for name in sheets), default=0) if size <= _MAX_WORKBOOK else 0
    except Exception:  # as the reader below
        raise SourceError(f"{place} is not a readable Excel workbook.", _SAVE_AS_CSV) from None
    if size > _MAX_WORKBOOK or cells > _MAX_CELLS:
        raise SourceError(
            f"{place} is too large for a workbook: more than {_MAX_WORKBOOK // 1024**2} MiB unpacked, or "
            f"more than {_MAX_CELLS:,} cells up to its last one.",
            f"Delete what stands far below or right of the table, or: {_SAVE_AS_CSV}",
        )


def _cells(book: zipfile.ZipFile, name: str) -> int:
    """How many cells a sheet has up to the last one of its last row and column, as its references say."""
    rows, columns, tags, rest = 0, 0, 0, b""
    with book.open(name) as sheet:
        while chunk := sheet.read(1024 * 1024):
            text = rest + chunk
            tags += chunk.count(b"<")
            for column, row in _REFERENCE.findall(text):
                rows, columns = max(rows, int(row)), max(columns, _column_number(column))
            rest = text[-32:]
    return max(rows * columns, tags // 2)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _excel_rows(data: bytes, place: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of a workbook's first sheet. pandas is imported here: nobody else waits for it."""
    _require_small(data, place)
    try:
        import pandas

        frame = pandas.read_excel(io.BytesIO(data), header=None, dtype=str, na_filter=False)
    except ImportError:
        raise SourceError(
            f"{place} is an Excel workbook.", f"{_SAVE_AS_CSV[:-1]}, or run `pip install openpyxl`."
        ) from None
    except Exception:  # the readers of the format raise what they like, and quote cells
        raise SourceError(f"{place} is not a readable Excel workbook.", _SAVE_AS_CSV) from None
    for number, cells in enumerate(frame.itertuples(index=False), 1):
        yield number, [str(cell) for cell in cells]
