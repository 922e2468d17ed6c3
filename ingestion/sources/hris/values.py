"""Values as HR systems write them, brought to one form: dates, end dates, status, lists of addresses.

What cannot be read stays as it is, so that the record contract refuses and counts it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.tabular import fold_header

_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T Z+-].*)?")
_EMPTY = frozenset({"-", "--", "n/a", "none", "null", "0000-00-00"})
_OPEN_YEAR = 2200
_STATUS = {
    **dict.fromkeys(("active", "a", "employed", "current", "full time", "part time", "working"), "active"),
    **dict.fromkeys(
        ("on leave", "leave", "leave of absence", "loa", "parental leave", "maternity leave", "sabbatical"),
        "on_leave",
    ),
    **dict.fromkeys(("terminated", "inactive", "t", "left", "leaver", "resigned", "former"), "terminated"),
    "other": "other",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How this company's HR system writes values.

    Attributes:
        date_formats: strptime formats beside ISO dates, which are always understood.
        end_dates_inclusive: an end date is the last day (True) or the first day after it.
        status_map: folded word → one of `records.STATUSES`, on top of the usual English words.
        unknown_status: status of a word that stands in no map.
    """

    date_formats: Sequence[str] = ()
    end_dates_inclusive: bool = True
    status_map: Mapping[str, str] = field(default_factory=dict)
    unknown_status: str = "other"

    def date(self, written: str | None) -> str | None:
        """An ISO date; None where nothing is written; the text itself where it is no date."""
        text = present(written)
        if text is None:
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
        """The first day after an end date. Far dates such as 9999-12-31 mean that there is no end."""
        text = self.date(written)
        try:
            day = dt.date.fromisoformat(text or "")
        except ValueError:
            return text
        if day.year >= _OPEN_YEAR:
            return None
        return (day + dt.timedelta(days=self.end_dates_inclusive)).isoformat()

    def status(self, written: str | None, terminated_from: str | None, today: dt.date) -> str:
        """Normalised status; without one, whether the end date has passed."""
        word = present(written)
        if word is None:
            return "terminated" if terminated_from and terminated_from <= today.isoformat() else "active"
        word = fold_header(word).replace("-", " ")
        return self.status_map.get(word) or _STATUS.get(word) or self.unknown_status


def status_map(configured: Mapping[str, str] | None) -> dict[str, str]:
    """The company's own words, folded as `Reading.status` looks them up."""
    return {fold_header(word).replace("-", " "): status for word, status in (configured or {}).items()}


def present(written: str | None) -> str | None:
    """The text, or None for the ways in which people write that there is none."""
    text = (written or "").strip()
    return text if text and text.casefold() not in _EMPTY else None


def address_list(written: str | None) -> list[str]:
    """Addresses of one cell, separated by `;`."""
    return [part for part in map(present, (written or "").split(";")) if part]
