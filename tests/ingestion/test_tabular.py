"""Tables as people export them: encodings, delimiters, quotes, and errors that hold no cell."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.tabular import (
    EncodingError,
    TableFormat,
    harmless_label,
    locate,
    problem_list,
    read_sheet,
)
from runtime.errors import SourceError

TEXT = "id,name\n007,Zoë Müller\n"


def cells(data: bytes, **options: bool) -> list[tuple[str, ...]]:
    return [row.cells for row in read_sheet(data, "the file", **options).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_common_encoding_gives_the_same_text(encoding: str) -> None:
    assert cells(TEXT.encode(encoding)) == [("007", "Zoë Müller")]


@pytest.mark.parametrize("encoding", ["cp1252", "cp1250", "mac-roman", "utf-8", "utf-16"])
def test_a_declared_code_page_is_read_as_such(encoding: str) -> None:
    sheet = read_sheet(TEXT.encode(encoding), "the file", format_=TableFormat(encoding=encoding))
    assert sheet.rows[0].cells == ("007", "Zoë Müller")


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        # A code page that nobody declared: which one it is, nobody can tell.
        (TEXT.encode("cp1252"), None, "the file, line 2: this is not UTF-8."),
        # One line of a UTF-8 file that another program wrote.
        (TEXT.encode() + b"008,Ren\xe9e\n", None, "the file, line 3: this is not UTF-8."),
        (TEXT.encode(), "cp1252", "the file is UTF-8, not cp1252."),
        (b"id,name\n1,\x81\n", "cp1252", "the file, line 2: this is not cp1252."),
        (TEXT.encode(), "latin-nine", "no encoding has this name"),
    ],
)
def test_a_file_in_another_encoding_than_it_claims_is_refused_by_line(
    data: bytes, encoding: str | None, message: str
) -> None:
    with pytest.raises(EncodingError) as caught:
        read_sheet(data, "the file", format_=TableFormat(encoding=encoding))
    assert message in str(caught.value)
    assert "Ren" not in str(caught.value)


def test_a_declared_encoding_that_a_utf8_file_does_not_need_is_to_be_removed() -> None:
    with pytest.raises(EncodingError) as caught:
        read_sheet(TEXT.encode(), "the file", format_=TableFormat(encoding="cp1252"))
    assert caught.value.remedy == "Remove `encoding`."


def test_what_a_file_was_read_as_is_said() -> None:
    assert read_sheet(b"id;name\n1;x\n", "f").read_as == "CSV, UTF-8, delimiter `;`"
    assert read_sheet(TEXT.encode("utf-16"), "f").read_as == "CSV, UTF-16, delimiter `,`"


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ('sep=;\nid;name\n1;"a;b"\n', TableFormat()),
        ('\ufeff"sep=;"\r\nid;name\r\n1;"a;b"\r\n', TableFormat()),
        ('id|name\n1|"a;b"\n', TableFormat()),
        ('People, all; sites\nas of today\nid;name\n1;"a;b"\n', TableFormat(delimiter=";", skip_rows=2)),
        ('A "title\n\nid;name\n1;"a;b"\n', TableFormat(skip_rows=2)),
    ],
)
def test_separator_lines_pipes_and_titles_above_the_header(text: str, format_: TableFormat) -> None:
    sheet = read_sheet(text.encode(), "the file", format_=format_)
    assert (sheet.header, [row.cells for row in sheet.rows]) == (("id", "name"), [("1", "a;b")])


def test_one_sheet_of_a_workbook_is_read_by_name_or_number_and_error_cells_are_empty() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Cover"])
    people = book.create_sheet("People")
    for row in (["Report"], ["id", "department"], ["007", "#N/A"]):
        people.append(row)
    people["B3"].data_type = "e"
    buffer = io.BytesIO()
    book.save(buffer)
    for sheet in ("people", "2"):
        read = read_sheet(buffer.getvalue(), "the file", format_=TableFormat(sheet=sheet, skip_rows=1))
        assert (read.header, read.rows[0].cells) == (("id", "department"), ("007", ""))
        assert read.read_as == "workbook, sheet 2 of 2"
    with pytest.raises(SourceError, match=r"no sheet of that name.*Its sheets are Sheet, People:"):
        read_sheet(buffer.getvalue(), "the file", format_=TableFormat(sheet="Staff"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_of_the_header_line(delimiter: str) -> None:
    text = delimiter.join(['"a,;b"', "c", "d"]) + "\n" + delimiter.join(["1", '"2,;3"', "4"]) + "\n"
    assert cells(text.encode()) == [("1", "2,;3", "4")]


def test_a_quoted_line_break_stays_in_its_cell_and_lines_count_on() -> None:
    sheet = read_sheet(b'id,address\r\n1,"Main St\r\nFloor 2"\r\n2,Side St\r\n', "the file")
    assert [row.line for row in sheet.rows] == [2, 4]
    assert sheet.rows[0].cells == ("1", "Main St\r\nFloor 2")


def test_gzip_is_unpacked_and_a_cut_one_refused() -> None:
    packed = gzip.compress(TEXT.encode() * 50)
    assert len(cells(packed)) == 99
    with pytest.raises(SourceError, match="not a whole gzip file"):
        read_sheet(packed[: len(packed) // 2], "the file")


def test_rows_of_another_width_are_problems_with_their_line() -> None:
    sheet = read_sheet(b"a,b\n1,2\n3\n\n4,Ada,Lovelace\n5,6,\n", "the file")
    assert [row.cells for row in sheet.rows] == [("1", "2")]
    assert [problem.line for problem in sheet.problems] == [3, 5, 6]
    assert "3 cells where the header has 2" in str(sheet.problems[1])
    assert "Ada" not in problem_list(sheet.problems)


def test_empty_columns_on_the_right_are_left_out() -> None:
    sheet = read_sheet(b"a,b,,\n1,2,,\n3,4\n5,6,x,\n", "the file")
    assert [row.cells for row in sheet.rows] == [("1", "2"), ("3", "4")]
    assert [problem.line for problem in sheet.problems] == [4]


def test_comments_are_skipped_but_not_inside_a_quoted_cell() -> None:
    data = b'# made "by hand", of course\na,b\n# another\n1,"x\n# not a comment"\n'
    sheet = read_sheet(data, "the file", comments=True)
    assert sheet.header == ("a", "b")
    assert [(row.line, row.cells) for row in sheet.rows] == [(4, ("1", "x\n# not a comment"))]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"<!DOCTYPE html><html>Sign in</html>", "is a web page"),
        (b"\xd0\xcf\x11\xe0old", "old Excel"),
        (b"a,b\n\x81\x8d,1\n", "line 2: this is not UTF-8"),
        (b'a,b\n1,"open\n2,3\n', "line 2: a quote is not closed"),
        (b"PK\x03\x04nonsense", "not a readable Excel workbook"),
    ],
)
def test_what_is_no_table_is_said_plainly(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_sheet(data, "the file")


def test_headers_match_without_case_white_space_and_underscores() -> None:
    sheet = read_sheet(b"EMPLOYEE_ID, Work  e-mail ,x\n1,a,b\n", "the file")
    found, problems = locate(sheet, {"id": "employee id", "mail": "work E-Mail"}, {"id", "mail"})
    assert (found, problems) == ({"id": 0, "mail": 1}, [])


def test_missing_and_repeated_columns_name_what_was_asked_for() -> None:
    sheet = read_sheet(b"Maya Winter,maya@asterlane.example,ID,id\n1,2,3,4\n", "the file")
    _, problems = locate(sheet, {"id": "ID", "mail": "E-mail"}, {"id", "mail"})
    assert [str(problem) for problem in problems] == [
        "line 1: column ID appears twice. Keep one of them.",
        "line 1: column E-mail is missing. Add it to the header line.",
    ]


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ('=HYPERLINK("http://x")', 'HYPERLINK("http://x")'),
        ("-Sales", "Sales"),
        ("+1 Team", "1 Team"),
        ("@Home", "Home"),
        ("＝cmd", "cmd"),
        (" \t=+@R&D", "R&D"),
        ("=-+@", None),
        ("", None),
        ("A-Team = best", "A-Team = best"),
    ],
)
def test_labels_cannot_run_as_formulas(written: str, label: str | None) -> None:
    assert harmless_label(written) == label


@given(st.text())
def test_no_label_starts_as_a_formula(written: str) -> None:
    label = harmless_label(written)
    assert label is None or (label[0] not in "=+-@＝＋－＠\t\r" and label == label.strip())


cell = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=12)


@given(st.lists(st.tuples(cell, cell, cell), max_size=8), st.sampled_from(",;\t"))
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(("a", "b", "c"))
    writer.writerows(rows)
    expected = [tuple(text.strip() for text in row) for row in rows if any(text.strip() for text in row)]
    sheet = read_sheet(buffer.getvalue().encode("utf-8-sig"), "the file")
    assert [row.cells for row in sheet.rows] == expected
    assert sheet.problems == ()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_plain_refusal(data: bytes) -> None:
    refusal, width = "", set()
    try:
        sheet = read_sheet(data, "the file")
        width = {len(row.cells) for row in sheet.rows} - {len(sheet.header)}
    except SourceError as error:
        refusal = error.message
    assert not width
    assert refusal == "" or refusal.startswith("the file")
