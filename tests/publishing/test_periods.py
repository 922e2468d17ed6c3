"""Weeks and months in words: what a run prints for a person."""

from __future__ import annotations

import datetime as dt

import pytest

from publishing.periods import Period, in_words

WEEKS = [Period("week", dt.date(2026, 8, 31) + dt.timedelta(weeks=n)) for n in range(8)]
MONTHS = [Period("month", dt.date(2026, month, 1)) for month in (9, 8)]


@pytest.mark.parametrize(
    ("periods", "words"),
    [
        (WEEKS[:1], "week of 2026-08-31"),
        (WEEKS[:2], "weeks of 2026-08-31, 2026-09-07"),
        (MONTHS[:1], "month 2026-09"),
        ([*MONTHS, *WEEKS], "8 weeks between 2026-08-31 and 2026-10-25; months 2026-08, 2026-09"),
        ([], ""),
    ],
)
def test_periods_are_told_in_words(periods: list[Period], words: str) -> None:
    assert in_words(periods) == words
