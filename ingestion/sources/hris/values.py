"""Values as HR systems write them, brought to one form: dates, end dates, status, lists of addresses.

What cannot be read stays as it is, so that the record contract refuses and counts it. What was read and cannot
be meant is counted in `Seen`, which the run and `ai-usage doctor` tell.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingestion.labels import canonical_text
from ingestion.sources.hris.statuses import status_of

_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T Z+-].*)?")
# Also what spreadsheets write where a formula failed, and pivot tables where nothing stood.
_EMPTY_WORDS = """
    - -- – — . ? n/a none null nil nan nat #n/a #n/a! #ref! #value! #name? #null! #num! #div/0! #nv #bezug!
    #wert! #calc! #spill! #getting_data (blank) (leer) (vide) (empty) (none) (null) <null> [null] <blank>
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_NO_DATE = re.compile(r"0+(?:[\s.:/T-]+0+)*(?:\.0+)?Z?")
_FIRST_HIRE_YEAR, _FIRST_END_YEAR, _OPEN_YEAR = 1930, 1950, 2200
_FAR_AHEAD = dt.timedelta(days=366)


@dataclass(slots=True)
class Seen:
    """How often values stood in a file that cannot be meant as they are written.

    Attributes:
        rows: rows that were read.
        status_words: rows with a word for the status.
        unknown_statuses: of these, rows whose word no map knows.
        filler_ends: end dates of a year before 1950 (1900-01-01, 0001-01-01), which mean that there is no end.
        filler_hires: hire dates of a year before 1930, which mean that there is none.
        ends_before_hire: end dates before the hire, left over from an earlier employment; not an end either.
        active_after_end: rows whose status is active or on leave though their end date has passed.
        hired_far_ahead: hire dates more than a year ahead.
        without_department: rows without a department.
        other_jobs: rows that `primary_column` left out.
    """

    rows: int = 0
    status_words: int = 0
    unknown_statuses: int = 0
    filler_ends: int = 0
    filler_hires: int = 0
    ends_before_hire: int = 0
    active_after_end: int = 0
    hired_far_ahead: int = 0
    without_department: int = 0
    other_jobs: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How this company's HR system writes values.

    Attributes:
        date_formats: strptime formats beside ISO dates, which are always understood.
        end_dates_inclusive: an end date is the last day (True) or the first day after it.
        status_map: folded word → one of `statuses.STATUSES`, before the usual words.
        unknown_status: status of a word that stands in no map.
        empty_dates: what else stands where there is no date, beside empty cells and dates of zeros.
        seen: counts what cannot be meant.
    """

    date_formats: Sequence[str] = ()
    end_dates_inclusive: bool = True
    status_map: Mapping[str, str] = field(default_factory=dict)
    unknown_status: str = "other"
    empty_dates: Collection[str] = ()
    seen: Seen = field(default_factory=Seen)

    def date(self, written: str | None) -> str | None:
        """An ISO date; None where nothing is written; the text itself where it is no date."""
        text = present(written)
        if text is None or text in self.empty_dates or _NO_DATE.fullmatch(text):
            return None
        iso = _ISO.fullmatch(text)
        if iso:
            return iso.group(1)
        for format_ in self.date_formats:
            try:
                return dt.datetime.strptime(text, format_).date().isoformat()
            except ValueError:
                continue
        return text

    def end(self, written: str | None) -> str | None:
        """The first day after an end date. Dates that no employment ends on mean that there is no end."""
        text = self.date(written)
        day = _day(text)
        if day is None:
            return text
        if day.year < _FIRST_END_YEAR:
            self.seen.filler_ends += 1
            return None
        if day.year >= _OPEN_YEAR:
            return None
        return (day + dt.timedelta(days=self.end_dates_inclusive)).isoformat()

    def status(self, written: str | None, terminated_from: str | None, today: dt.date) -> str:
        """Normalised status; without one, whether the end date has passed."""
        word = present(written)
        if word is None:
            return "terminated" if terminated_from and terminated_from <= today.isoformat() else "active"
        return status_of(word, self.status_map) or self.unknown_status

    def counted_status(self, written: str | None, terminated_from: str | None, today: dt.date) -> str:
        """The same, and words that no map knows are counted."""
        word = present(written)
        if word is not None:
            self.seen.status_words += 1
            self.seen.unknown_statuses += status_of(word, self.status_map) is None
        return self.status(word, terminated_from, today)

    def employment(self, values: dict[str, Any], today: dt.date) -> None:
        """Bring status, hire and end date of one person to one form and compare them with each other.

        An end before the hire is left over from an earlier employment and dropped. A person who is active by
        status and whose end date has passed has left; how many there are is told.
        """
        seen = self.seen
        seen.rows += 1
        hired = self.date(values.get("hire_date"))
        end = self.end(values.pop("termination_date", None))
        hire_day, end_day = _day(hired), _day(end)
        if hire_day and hire_day.year < _FIRST_HIRE_YEAR:
            seen.filler_hires += 1
            hired = hire_day = None
        if hire_day and end_day and end_day <= hire_day:
            seen.ends_before_hire += 1
            end = end_day = None
        has_word = present(values.get("status")) is not None
        status = self.counted_status(values.get("status"), end, today)
        if has_word and end_day and end_day <= today and status in ("active", "on_leave"):
            seen.active_after_end += 1
        seen.hired_far_ahead += bool(hire_day and hire_day > today + _FAR_AHEAD)
        seen.without_department += values.get("department") is None
        values.update(hire_date=hired, terminated_from=end, status=status)


def present(written: str | None) -> str | None:
    """The text in its one written form, or None for the ways in which people and programs write nothing."""
    text = canonical_text(written or "")
    return text if text and text.casefold() not in _EMPTY else None


def present_label(written: str | None) -> str | None:
    """The same for a label, where a lone 0 is what a lookup of an empty cell leaves."""
    text = present(written)
    return None if text == "0" else text


def present_id(written: str | None) -> str | None:
    """The same for an id, also behind the apostrophe by which a spreadsheet keeps it a text."""
    return present((written or "").strip().removeprefix("'"))


def address_list(written: str | None) -> list[str]:
    """Addresses of one cell, separated by `;`."""
    return [part for part in map(present, (written or "").split(";")) if part]


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None
