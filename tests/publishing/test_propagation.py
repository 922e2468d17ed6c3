"""How far figures can go by one relation after the other."""

from __future__ import annotations

import math

from publishing.linear_audit.propagation import propagated
from publishing.linear_audit.rows import Row


def test_what_one_member_gains_the_others_lose() -> None:
    # Three and four can both fall to one, so the one can rise by three and the other by two.
    floors, ceilings = {0: -2.0, 1: -3.0}, {0: math.inf, 1: math.inf}
    limits = propagated(floors, ceilings, [Row("units", ((0, 1.0), (1, 1.0)))], {0, 1})
    assert limits == (floors, {0: 3.0, 1: 2.0})


def test_a_limit_goes_on_to_the_next_relation_in_whole_numbers() -> None:
    # At most 2.5 more, so 2 of a count; the second is at most the first and one more.
    rows = [
        Row("sizes", ((0, 2.0),), 5.0, is_equality=False),
        Row("sizes", ((1, 1.0), (0, -1.0)), 1.0, is_equality=False),
    ]
    _, ceilings = propagated({0: -1.0, 1: -1.0}, {0: math.inf, 1: math.inf}, rows, {0, 1})
    assert ceilings == {0: 2.0, 1: 3.0}


def test_two_endless_members_leave_each_other_free() -> None:
    endless = {0: math.inf, 1: math.inf}
    rows = [Row("sizes", ((0, 1.0), (1, -1.0)), 0.0, is_equality=False)]
    assert propagated({0: -1.0, 1: -9.0}, endless, rows, set()) == ({0: -1.0, 1: -1.0}, endless)
