"""Files that would fill the memory, or whose readers raise whatever they like, are refused in plain words."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.archive import ArchivedAnswer
from ingestion.snapshots import saved_rows
from ingestion.tabular import read_sheet
from runtime.errors import AnswerError, SourceError


def workbook(*cells: tuple[str, str]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value in cells:
        sheet[place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_member(name: str, content: bytes) -> bytes:
    """A workbook with one of its files replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(("A1", "id")))) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return out.getvalue()


def told(read: Callable[[], object], otherwise: str = "the file") -> str:
    """The message of a refusal; any other error fails the test."""
    try:
        read()
    except SourceError as refused:
        return refused.message
    return otherwise


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("place", ["XFD20000", "XFD1048576", "A9999999", "ZZZ500"])
def test_one_cell_far_away_is_refused_before_it_is_read(place: str) -> None:
    """4.9 kB asked for 2.4 GiB of memory."""
    started = time.process_time()
    sheet = f'<worksheet><sheetData><row r="1"><c r="{place}"><v>1</v></c></row></sheetData></worksheet>'
    with pytest.raises(SourceError, match=r"too large for a workbook|not a readable"):
        read_sheet(with_member(SHEET, sheet.encode()), "the file")
    assert time.process_time() - started < 2


def test_what_is_unpacked_has_a_bound() -> None:
    with pytest.raises(SourceError, match="too large for a workbook"):
        read_sheet(with_member("xl/styles.xml", b" " * (257 * 1024 * 1024)), "the file")


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE x [<!ENTITY a "Zorvayne">]><worksheet>&a;</worksheet>',
        b"<worksheet><Zorvayne",
        b"\xff\xfe",
        b'<worksheet><sheetData><row r="x"><c r="A1" t="n"><v>Zorvayne</v></c></row></sheetData></worksheet>',
    ],
)
def test_a_broken_workbook_is_told_without_its_content(content: bytes) -> None:
    with pytest.raises(SourceError) as refused:
        read_sheet(with_member(SHEET, content), "the file")
    assert "Zorvayne" not in str(refused.value)


def test_an_ordinary_workbook_is_read() -> None:
    sheet = read_sheet(workbook(("A1", "id"), ("B1", "name"), ("A2", "00123"), ("B2", "x")), "the file")
    assert sheet.rows[0].cells == ("00123", "x")


@settings(max_examples=40)
@given(st.integers(0, 4_000), st.binary(min_size=1, max_size=4))
def test_a_workbook_changed_anywhere_is_read_or_refused(at: int, written: bytes) -> None:
    data = bytearray(workbook(("A1", "id"), ("A2", "1")))
    at %= len(data)
    data[at : at + len(written)] = written
    assert told(lambda: read_sheet(bytes(data), "the file")).startswith("the file")


@pytest.mark.parametrize("cut", [1, 9, 12, 15, 20])
def test_a_broken_archive_is_a_plain_refusal(cut: int, tmp_path: Path) -> None:
    """A damaged stream raises zlib's error, which is none of the operating system's."""
    packed = bytearray(gzip.compress(b'[{"id": "a"}, {"id": "b"}]'))
    packed[cut] ^= 0xFF
    path = tmp_path / "2026-11-01.json.gz"
    path.write_bytes(packed)
    answer = ArchivedAnswer(dt.date(2026, 11, 1), "json", path)
    assert path.name in told(lambda: saved_rows(answer, "value"), path.name)
    assert told(lambda: read_sheet(bytes(packed), "the file")).startswith("the file")


def test_one_absurd_record_leaves_a_saved_answer_readable(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-01.json"
    answer = ArchivedAnswer(dt.date(2026, 11, 1), "json", path)
    for odd in ("[" * 3_000 + "]" * 3_000, "9" * 5_000, '"\\ud800"'):
        path.write_text(f'{{"value": [{{"id": "a", "x": {odd}}}, {{"id": "b"}}]}}', encoding="utf-8")
        assert [row["id"] for row in saved_rows(answer, "value")] == ["a", "b"]
    path.write_bytes(b"[" * 5_000)
    with pytest.raises(AnswerError):
        saved_rows(answer, "value")
