"""Tables that people export or edit: CSV in UTF-8 or a declared encoding, Excel where it can be read.

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
from itertools import islice

from ingestion.labels import canonical_text
from runtime.errors import SourceError

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
_SEPARATOR_LINE = re.compile(r'^\ufeff?"?sep=(.)"?\s*$', re.IGNORECASE)
_DELIMITERS = ",;\t|"
_TOP_ROWS = 20


class EncodingError(SourceError):
    """The file is not in the encoding that it was taken for."""


class DeclaredEncodingError(EncodingError):
    """Another encoding is declared for a file that is UTF-8, which needs none."""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How a file is written, where that cannot be told from the file.

    Attributes:
        encoding: a code page such as `cp1252`; without it the file is UTF-8, or UTF-16 with its mark.
        delimiter: one character; without it the one of the header line.
        skip_rows: lines above the header line, such as the title of a report.
        sheet: name or number of a workbook's sheet; without it the first.
    """

    encoding: str | None = None
    delimiter: str | None = None
    skip_rows: int = 0
    sheet: str | None = None


AS_IT_IS = TableFormat()


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
    """A table as it stands in the file. `header` is as written; `folded` is what headers are matched by.

    `top` holds the first rows as they stand, the header among them; `read_as` says what the file was read as.
    """

    header_line: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    top: tuple[Row, ...] = ()
    read_as: str = ""

    @property
    def folded(self) -> tuple[str, ...]:
        """Headers without regard to case, white space and underscores."""
        return tuple(fold_header(name) for name in self.header)


def fold_header(name: str) -> str:
    """`Employee  ID`, `employee_id` and `EMPLOYEE ID` are one header."""
    return " ".join(canonical_text(name).replace("_", " ").split()).casefold()


def harmless_label(text: str | None) -> str | None:
    """The canonical label without leading `=`, `+`, `-`, `@`; None where nothing is left.

    Labels such as department names reach spreadsheets, which would run them as formulas.
    """
    return _FORMULA.sub("", canonical_text(text)).strip() or None if text else None


def read_sheet(data: bytes, place: str, *, comments: bool = False, format_: TableFormat = AS_IT_IS) -> Sheet:
    """The table in `data`; rows of another width than the header become problems, blank lines are skipped.

    Args:
        place: what the file is to its reader ("hris snapshot file"), used in errors.
        comments: whether lines starting with `#` are comments.
        format_: what the file does not say of itself.

    Raises:
        EncodingError: names the line that is not in the encoding.
        SourceError: no table at all: empty, a web page, a broken quote.
    """
    written = _written(_unpacked(data, place), place, comments, format_)
    rows = ((line, cells) for line, cells in written.rows if any(cell.strip() for cell in cells))
    header_line, header = next(rows, (0, []))
    widest = len(header)
    while header and not header[-1].strip():  # spreadsheets export empty columns on the right
        header.pop()
    if not header:
        raise SourceError(f"{place} is empty.", "It needs a header line; export it again.")
    kept, problems, top = [], [], [Row(header_line, tuple(header))]
    for line, cells in rows:
        if len(top) < _TOP_ROWS:
            top.append(Row(line, tuple(cells)))
        # One cell too many, even an empty last one, says that a delimiter in some cell moved the others.
        if not len(header) <= len(cells) <= widest or any(cell.strip() for cell in cells[len(header) :]):
            message = f"{len(cells)} cells where the header has {len(header)}."
            problems.append(Problem(line, message, _EXPORT_AGAIN))
        else:
            kept.append(Row(line, tuple(cell.strip() for cell in cells[: len(header)])))
    names = tuple(name.strip() for name in header)
    return Sheet(header_line, names, tuple(kept), tuple(problems), tuple(top), written.read_as)


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
            message = f"column {header} appears {_times(len(positions))}."
            problems.append(Problem(sheet.header_line, message, "Keep one of them."))
        elif positions:
            found[name] = positions[0]
        elif name in required:
            message = f"column {header} is missing."
            problems.append(Problem(sheet.header_line, message, "Add it to the header line."))
    return found, problems


def problem_list(problems: Iterable[object]) -> str:
    """The first problems in one text, numbered where there are several, and how many more there are."""
    texts = [str(problem) for problem in problems]
    if len(texts) == 1:
        return texts[0]
    shown = " ".join(f"({number}) {text}" for number, text in enumerate(texts[:_SHOWN_PROBLEMS], 1))
    more = len(texts) - _SHOWN_PROBLEMS
    return f"{shown} … and {more} more." if more > 0 else shown


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


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


@dataclass(frozen=True, slots=True)
class _Written:
    """All rows of a file with the line on which each starts, and how the file was read."""

    rows: Iterator[tuple[int, list[str]]]
    read_as: str


def _written(data: bytes, place: str, comments: bool, format_: TableFormat) -> _Written:
    if data.startswith(_XLS):
        raise SourceError(f"{place} is an old Excel workbook.", _SAVE_AS_CSV)
    if data.startswith(_XLSX):
        return _excel_rows(data, place, format_)
    return _csv_rows(data, place, comments, format_)


def _csv_rows(data: bytes, place: str, comments: bool, format_: TableFormat) -> _Written:
    text, encoding = _decoded(data, place, format_.encoding)
    if text.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        raise SourceError(f"{place} is a web page.", "A log-in page was saved instead of the export.")
    lines = list(_lines(text, comments))
    lines[: format_.skip_rows] = ["\n"] * min(format_.skip_rows, len(lines))
    delimiter = format_.delimiter or _declared_separator(lines) or _delimiter(lines)
    shown = "tab" if delimiter == "\t" else f"`{delimiter}`"
    return _Written(_parsed(lines, delimiter, place), f"CSV, {encoding}, delimiter {shown}")


def _parsed(lines: list[str], delimiter: str, place: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
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


def _declared_separator(lines: list[str]) -> str | None:
    """Excel's first line `sep=;` says the delimiter and is no row: it becomes a blank line."""
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    match = _SEPARATOR_LINE.match(lines[first]) if first is not None else None
    if first is None or match is None:
        return None
    lines[first] = "\n"
    return match.group(1)


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
    """The one that the first line holds most often; a line without any is a title."""
    for line in islice((line for line in lines if line.strip()), _TOP_ROWS):
        unquoted = re.sub(r'"[^"]*"', "", line)
        if any(delimiter in unquoted for delimiter in _DELIMITERS):
            return max(_DELIMITERS, key=unquoted.count)
    return ","


def _decoded(data: bytes, place: str, declared: str | None) -> tuple[str, str]:
    """The text and its encoding: by the file's own mark, as declared, or else UTF-8. Nothing is guessed.

    Raises:
        EncodingError: names the first line that is not in the encoding, or says that the file is UTF-8.
    """
    encoding = _marked(data) or _known(declared, place) or "utf-8"
    try:
        text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        message = f"{place}, line {line}: this is not {_shown(encoding)}."
        raise EncodingError(message, _SAVE_AS_CSV) from None
    if encoding != "utf-8" and not data.isascii() and b"\x00" not in data and _is_utf8(data):
        raise DeclaredEncodingError(f"{place} is UTF-8, not {_shown(encoding)}.", "Remove `encoding`.")
    return text, _shown(encoding)


def _marked(data: bytes) -> str | None:
    """The encoding that the file's mark or its zero bytes tell."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in data[:2]:
        return "utf-16-be" if data[0] == 0 else "utf-16-le"
    return None


def _known(declared: str | None, place: str) -> str | None:
    try:
        return codecs.lookup(declared).name if declared else None
    except LookupError:
        raise EncodingError(f"{place}: no encoding has this name.", "Write one such as cp1252.") from None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _shown(encoding: str) -> str:
    return encoding.upper() if encoding.startswith("utf") else encoding


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


def _excel_rows(data: bytes, place: str, format_: TableFormat) -> _Written:
    """Rows of one sheet of a workbook. pandas is imported here: nobody else waits for it."""
    _require_small(data, place)
    try:
        import pandas

        book = pandas.ExcelFile(io.BytesIO(data))
        names = [str(name) for name in book.sheet_names]
        at = _sheet_position(names, format_.sheet)
        frame = (
            None
            if at is None
            else pandas.read_excel(book, sheet_name=at, header=None, dtype=str, na_filter=False)
        )
    except ImportError:
        raise SourceError(
            f"{place} is an Excel workbook.", f"{_SAVE_AS_CSV[:-1]}, or run `pip install openpyxl`."
        ) from None
    except Exception:  # the readers of the format raise what they like, and quote cells
        raise SourceError(f"{place} is not a readable Excel workbook.", _SAVE_AS_CSV) from None
    if frame is None or at is None:
        remedy = (
            f"Its sheets are {', '.join(names)}: write one of these names, or a number from 1 to {len(names)}."
        )
        raise SourceError(f"{place} has no sheet of that name.", remedy)
    rows = (
        (number, ["" if cell != cell else str(cell) for cell in cells])  # an error cell is no number: not equal
        for number, cells in enumerate(frame.itertuples(index=False), 1)
        if number > format_.skip_rows
    )
    return _Written(rows, f"workbook, sheet {at + 1} of {len(names)}")


def sheet_names(data: bytes, place: str) -> list[str]:
    """The sheets of a workbook in their order; none where the file is no workbook, or cannot be read as one."""
    if not data.startswith(_XLSX):
        return []
    _require_small(data, place)
    try:
        import pandas

        return [str(name) for name in pandas.ExcelFile(io.BytesIO(data)).sheet_names]
    except Exception:  # as above; who reads the sheet tells of it
        return []


def _sheet_position(names: list[str], wanted: str | None) -> int | None:
    """Which sheet is meant: by name without regard to case, else by number from 1."""
    if not wanted:
        return 0
    folded = [name.strip().casefold() for name in names]
    if wanted.strip().casefold() in folded:
        return folded.index(wanted.strip().casefold())
    return int(wanted) - 1 if wanted.isdecimal() and 0 < int(wanted) <= len(names) else None
