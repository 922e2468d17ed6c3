"""Dates of the HRIS land only as finely as they are used: the day of an old hire names nearly everybody."""

from __future__ import annotations

import datetime as dt

import pytest

from ingestion.sources.hris.records import Employee, HistorySpan, coarse_hire, coarse_spans

TODAY = dt.date(2026, 11, 19)


def span(who: str, begin: str, end: str | None = None, department: str = "Sales") -> HistorySpan:
    return HistorySpan(
        employee_id=who,
        effective_from=dt.date.fromisoformat(begin),
        effective_to=dt.date.fromisoformat(end) if end else None,
        status="active",
        department=department,
    )


@pytest.mark.parametrize(
    ("hired", "landed"),
    [
        ("2026-11-02", "2026-11-02"),
        ("2025-10-15", "2025-10-15"),  # 400 days before
        ("2025-10-14", "2025-01-01"),
        ("2014-06-30", "2014-01-01"),
        (None, None),
    ],
)
def test_an_old_hire_is_a_year(hired: str | None, landed: str | None) -> None:
    employee = Employee(
        employee_id="1", status="active", hire_date=dt.date.fromisoformat(hired) if hired else None
    )
    found = coarse_hire(employee, TODAY).hire_date
    assert found == (dt.date.fromisoformat(landed) if landed else None)


def test_old_changes_are_months_and_spans_stay_whole() -> None:
    spans = [
        span("a", "2015-03-17", "2019-06-20", "Sales"),
        span("a", "2019-06-20", "2019-06-25", "Legal"),  # shorter than what is left of it
        span("a", "2019-06-25", "2026-03-09", "Data"),
        span("a", "2026-03-09", None, "Finance"),
        span("b", "2026-05-04", None),
    ]
    assert [
        (s.employee_id, str(s.effective_from), str(s.effective_to), s.department)
        for s in (coarse_spans(spans, TODAY))
    ] == [
        ("a", "2015-01-01", "2019-06-01", "Sales"),
        ("a", "2019-06-01", "2026-03-09", "Data"),
        ("a", "2026-03-09", "None", "Finance"),
        ("b", "2026-05-04", "None", "Sales"),
    ]
