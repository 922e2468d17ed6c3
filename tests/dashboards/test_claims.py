"""What sentences may claim: first and last, movement, targets. Values are worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from dashboards.answers import Answer, Row, Rows
from dashboards.claims import Ledger, Rank, Trend, progress, trend
from dashboards.declaration import Query
from dashboards.sentences import to_text

MONDAY = dt.date(2026, 5, 18)


def unit(key: str, share: float | None, hidden: bool = False, **more: object) -> Row:
    name = {"other": "Other departments"}.get(key, key.title())
    return {"department_key": key, "department_name": name, "share": share, "is_suppressed": hidden, **more}


def told(rows: Sequence[Row], column: str = "share") -> str:
    names = lambda firsts, name: " and ".join(str(row[name]) for row in firsts)  # noqa: E731
    text = Ledger().extremes(
        rows, column, "the highest share", "the lowest", "percent", measured=" active", listing=names
    )
    return to_text(text)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([unit("sales", 0.8), unit("legal", 0.3)], "Sales has the highest share (80%), Legal the lowest (30%)"),
        # Something is hidden: it may be larger than 80 percent, or smaller than 30.
        (
            [unit("sales", 0.8), unit("legal", 0.3), unit("people", None, hidden=True)],
            "Sales has the highest share of the 2 departments shown (80%), Legal the lowest (30%)",
        ),
        # A figure that does not exist competes with nobody.
        (
            [unit("sales", 0.8), unit("legal", 0.3), unit("people", None)],
            "Sales has the highest share (80%), Legal the lowest (30%)",
        ),
        # One of the merged departments may stand above 80 percent, whatever their mean is.
        (
            [unit("sales", 0.8), unit("legal", 0.3), unit("other", 0.5)],
            "Sales has the highest share of the 2 departments shown (80%), Legal the lowest (30%)",
        ),
        # The pool is drawn in the same chart, so it competes.
        (
            [unit("sales", 0.8), unit("legal", 0.3), unit("other", 0.9)],
            "Other departments have the highest share of all shown (90%), "
            "Legal the lowest of the 2 departments shown (30%)",
        ),
        # Equal as they are written is equal: nobody is first.
        ([unit("sales", 0.801), unit("legal", 0.799)], "80% active in each of the 2 departments"),
        (
            [unit("sales", 0.0), unit("legal", 0.0), unit("people", None, hidden=True)],
            "0% active in each of the 2 departments shown",
        ),
        (
            [unit("sales", 0.8), unit("people", 0.8), unit("legal", 0.3)],
            "Sales and People have the highest share (80%), Legal the lowest (30%)",
        ),
        (
            [unit(name, 0.8) for name in ("sales", "people", "finance")] + [unit("legal", 0.3)],
            "From 30% to 80% active in the departments shown",
        ),
        ([unit("sales", 0.8), unit("legal", None, hidden=True)], "Sales: 80% active"),
        ([unit("legal", None, hidden=True)], ""),
    ],
)  # fmt: skip
def test_a_first_is_said_of_all_only_where_nobody_else_can_be(rows: list[Row], text: str) -> None:
    assert told(rows) == text


def test_a_hidden_count_that_cannot_be_larger_does_not_compete() -> None:
    """Ten seats cannot hold 22 idle ones; thirty can."""
    worst, small = unit("sales", 22), unit("legal", None, hidden=True, holders=10)
    ledger = Ledger()
    assert ledger.rank([worst, unit("people", 5), small], "share", at_most="holders").of == ""
    large = unit("finance", None, hidden=True, holders=30)
    ranking = ledger.rank([worst, unit("people", 5), large], "share", at_most="holders")
    assert ranking.of == " of the 2 departments shown"
    assert [claim.is_of_shown for claim in ledger.claims if isinstance(claim, Rank)] == [False, True]


def test_a_part_of_a_pool_has_at_most_the_pools_sum() -> None:
    """Where the merged departments have 400 tokens together, none of them has 500."""
    ledger = Ledger()
    rows = [unit("sales", 500), unit("legal", 100), unit("other", 400)]
    assert ledger.rank(rows, "share", total=True).of == ""
    assert ledger.rank(rows, "share", total=False).of == " of the 2 departments shown"
    assert ledger.rank(rows, "share", total=True, least=True).of == " of the 2 departments shown"


def weekly(values: Sequence[float | None], running: int = 0) -> Answer:
    """An answer with these weeks, oldest first; the last `running` ones are not complete."""
    rows = Rows(
        {
            "week_start": MONDAY + dt.timedelta(weeks=at),
            "x": value,
            "is_complete_week": at < len(values) - running,
        }
        for at, value in enumerate(values)
    )
    return Answer("q", Query(sql="", columns={}), ("week_start", "x", "is_complete_week"), rows)


def moved(values: Sequence[float | None], running: int = 0, digits: int = 2) -> Trend | None:
    answer = weekly(values, running)
    return trend(answer, MONDAY + dt.timedelta(weeks=len(values) - running - 1), "x", digits=digits)


WIGGLE = [5.0, 5.2] * 9  # moves by 0.2 every week: limits of 2.66 times 0.2, which is 0.53


@pytest.mark.parametrize(
    ("values", "way", "basis"),
    [
        (WIGGLE, "same", "14 weeks"),
        # Four weeks at 5.5 after fourteen about 5.1: 0.4 more, within 0.53.
        ([*WIGGLE[:14], 5.4, 5.6, 5.4, 5.6], "same", "14 weeks"),
        # At 6.5 it is 1.4 more; the step itself adds (1.3 - 0.2) / 17 to the mean range: 0.26 * 2.66 = 0.70.
        ([*WIGGLE[:14], 6.5, 6.5, 6.5, 6.5], "up", "14 weeks"),
        ([*WIGGLE[:14], 3.5, 3.5, 3.5, 3.5], "down", "14 weeks"),
        # A tenth more, but every week differs by as much: not the same, and no movement either.
        ([1.0, 2.0] * 7 + [2.0, 2.0, 2.0, 2.0], "unclear", "14 weeks"),
        # Eight weeks are four against four.
        ([1.0, 1.0, 1.0, 1.1, 3.0, 3.0, 3.0, 3.0], "up", "4 weeks"),
        ([1.0, 1.04, 1.0, 1.04, 1.0, 1.04], "same", "first week"),
        # Three weeks have two ranges: too few to know what is usual.
        ([1.0, 2.0, 3.0], None, "first week"),
    ],
)
def test_a_figure_moved_only_beyond_its_usual_spread(values: list[float], way: str | None, basis: str) -> None:
    found = moved(values)
    assert found is not None
    assert (found.way, found.basis) == (way, basis)


def test_means_are_those_of_four_weeks() -> None:
    found = moved([1.0, 2.0, 3.0, 4.0, *[2.5] * 10, 11.0, 12.0, 13.0, 14.0])
    assert found is not None
    assert (found.then, found.now, found.way) == (2.5, 12.5, "up")
    assert to_text(found.told("number", 1)) == ", up from 2.5 to 12.5 in 14 weeks (averages of four weeks)"


def test_weeks_that_are_not_complete_or_hidden_are_not_compared() -> None:
    """The week that runs counts in no mean; of a window with a hidden week there is none."""
    assert moved([*WIGGLE, 99.0], running=1) == moved(WIGGLE)
    assert moved([None, *WIGGLE[1:]]).basis == "4 weeks"  # type: ignore[union-attr]
    assert moved([*WIGGLE[:-1], None]) is None
    assert moved([5.0]) is None


def test_a_difference_that_nobody_sees_is_none() -> None:
    """4.04 and 4.01 are both written 4.0, although the series hardly moves otherwise."""
    found = moved([4.01] * 14 + [4.04] * 4, digits=1)
    assert found is not None
    assert found.way == "same"


def test_a_month_is_compared_with_the_one_three_before() -> None:
    months = [dt.date(2026, month, 1) for month in range(6, 11)]
    rows = Rows(
        {"month_start": month, "x": value, "is_complete_month": True}
        for month, value in zip(months, [100.0, 101.0, 99.0, 100.0, 400.0], strict=True)
    )
    answer = Answer("q", Query(sql="", columns={}), ("month_start", "x", "is_complete_month"), rows)
    found = trend(answer, months[-1], "x", digits=0)
    # Ranges 1, 2, 1 and 300: mean 76, limit 202; 400 - 101 is more.
    assert found is not None
    assert (found.basis, found.way, found.then) == ("3 months", "up", 101.0)
    early = trend(answer, months[1], "x", digits=0)
    assert early is not None
    assert (early.basis, early.way) == ("first month", None)


def test_a_target_is_reached_or_short_by_what_is_missing() -> None:
    row = {"x": 0.69, "x_target": 0.75, "x_due": dt.date(2026, 12, 31)}
    end = dt.date(2026, 11, 16)  # 45 days before: six whole weeks
    short = progress(row, "x", "x_target", "x_due", end)
    assert short is not None
    assert to_text(short.told()) == "; 6 percentage points short of the target of 75%, 6 weeks left"
    reached = progress({**row, "x": 0.75}, "x", "x_target", "x_due", end)
    assert reached is not None
    assert to_text(reached.told()) == "; the target of 75% by 31 December 2026 is reached"
    late = progress(row, "x", "x_target", "x_due", dt.date(2027, 1, 11))
    assert late is not None
    assert to_text(late.told()).endswith("short of the target of 75%, which was due on 31 December 2026")
    assert progress({**row, "x": None}, "x", "x_target", "x_due", end) is None
    assert progress({**row, "x_target": None}, "x", "x_target", "x_due", end) is None
