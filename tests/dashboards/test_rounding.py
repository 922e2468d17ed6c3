"""A figure is rounded once, and alike in a sentence, a tile and a chart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboards.rounding import written
from dashboards.sentences import compact


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (513 / 600, 2, 0.86),  # 0.855: the float is a little less, and Intl.NumberFormat writes 86%
        (0.8546, 2, 0.85),  # not 0.855 first
        (6.846, 1, 6.8),
        (2.5, 0, 3.0),
        (-2.5, 0, -3.0),
        (Decimal("0.125"), 2, 0.13),
        (1e15, 2, 1e15),
    ],
)
def test_halves_go_away_from_zero_as_in_browsers(value: float | Decimal, digits: int, expected: float) -> None:
    assert written(value, digits) == expected


def test_large_numbers_are_shortened_alike() -> None:
    assert compact(1_250_000) == "1.3 M"
