"""What a card says of an action that somebody has taken up."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboards.actions import plan_text

DUE = dt.date(2026, 12, 31)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (("open", None, None, False), ""),
        (("acknowledged", None, None, False), "Taken up."),
        (("acknowledged", "IT purchasing", DUE, False), "Taken up by IT purchasing, due 2026-12-31."),
        (("acknowledged", None, DUE, True), "Taken up, was due 2026-12-31."),
        (("done", "IT", DUE, False), "Marked as done by IT. The figures do not show it yet."),
    ],
)
def test_a_plan_is_one_sentence(plan: tuple[str, str | None, dt.date | None, bool], expected: str) -> None:
    assert plan_text(*plan) == expected
