"""How far figures can go by one relation after the other."""

from __future__ import annotations

import math

import numpy as np
from scipy.sparse import csr_array

from publishing.linear_audit.propagation import propagated

Limits = tuple[list[float], list[float]]


def narrowed(limits: Limits, rows: list[list[float]], at_most: list[float], *, whole: bool) -> Limits:
    """Limits that follow from rows of factors; where `at_most` is NaN, what they add up to stays."""
    sides = np.array(at_most)
    lows, highs = propagated(
        (np.array(limits[0]), np.array(limits[1])),
        np.full(len(limits[0]), whole),
        csr_array(np.array(rows)),
        np.nan_to_num(sides),
        np.isnan(sides),
    )
    return lows.tolist(), highs.tolist()


def test_what_one_member_gains_the_others_lose() -> None:
    # Three and four can both fall to one, so the one can rise by three and the other by two.
    limits = narrowed(([-2.0, -3.0], [math.inf, math.inf]), [[1.0, 1.0]], [math.nan], whole=True)
    assert limits == ([-2.0, -3.0], [3.0, 2.0])


def test_a_limit_goes_on_to_the_next_relation_in_whole_numbers() -> None:
    # At most 2.5 more, so 2 of a count; the second is at most the first and one more.
    rows = [[2.0, 0.0], [-1.0, 1.0]]
    _, ceilings = narrowed(([-1.0, -1.0], [math.inf, math.inf]), rows, [5.0, 1.0], whole=True)
    assert ceilings == [2.0, 3.0]


def test_two_endless_members_leave_each_other_free() -> None:
    endless = [math.inf, math.inf]
    limits = narrowed(([-1.0, -9.0], endless), [[1.0, -1.0]], [0.0], whole=False)
    assert limits == ([-1.0, -1.0], endless)


def test_a_limit_reaches_rows_that_do_not_have_the_first_one() -> None:
    # Each is at most the one before: what the first cannot do, the fourth cannot either.
    chain = [[1.0, 0, 0, 0], [-1.0, 1, 0, 0], [0, -1.0, 1, 0], [0, 0, -1.0, 1]]
    limits = narrowed(([-1.0] * 4, [math.inf] * 4), chain, [2.0, 0.0, 0.0, 0.0], whole=True)
    assert limits[1] == [2.0] * 4
