"""The page's data: columns in short forms, figures as exact as a reader can use them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from dashboards.answers import Answer, Rows, earlier, newest_complete, plain
from dashboards.declaration import Query
from dashboards.payload import _values
from dashboards.sentences import sentence_environment
from dashboards.telling import Moment, States, Teller
from tests.dashboards.tables import page


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 1, 1, 1, 2, 2, 2, 2, 2, 2], {"runs": [1, 4, 2, 6]}),
        ([1, 2, 3, 1, 2, 3], {"cycle": [1, 2, 3]}),
        ([1, 2, 3, 1, 2], [1, 2, 3, 1, 2]),
        (["b", None, "a", "b"], {"texts": ["b", "a"], "rows": [0, None, 1, 0]}),
        ([], []),
    ],
)
def test_columns_are_told_shortly(values: list[object], form: object) -> None:
    assert _values(values) == form


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (0.8546, 0.8546),
        (2 / 3, 0.666666667),
        (Decimal("1938.98"), 1938.98),
        (8.0, 8),
        (True, 1),
        (dt.date(2026, 11, 9), "2026-11-09"),
        (dt.datetime(2026, 11, 9, 2, 3, 4, 5), "2026-11-09T02:03:04"),
        (None, None),
    ],
)
def test_figures_are_rounded_by_who_writes_them_alone(value: object, held: object) -> None:
    assert plain(value) == held


def answer(name: str, starts: list[dt.date], running: dt.date | None = None) -> Answer:
    period = name.removesuffix("_start")
    rows = Rows({name: start, f"is_complete_{period}": start != running} for start in starts)
    return Answer("q", Query(sql="", columns={}), (name, f"is_complete_{period}"), rows)


def test_a_choice_of_week_or_month_reaches_answers_of_the_other() -> None:
    weeks = [dt.date(2026, 10, 26), dt.date(2026, 11, 2), dt.date(2026, 11, 9)]
    weekly = answer("week_start", weeks, running=weeks[2])
    monthly = answer("month_start", [dt.date(2026, 10, 1), dt.date(2026, 11, 1)])
    assert monthly.chosen(weeks[0], "week") == dt.date(2026, 10, 1), "its Thursday is 29 October"
    assert monthly.chosen(dt.date(2026, 9, 28), "week") == dt.date(2026, 10, 1), "its Thursday is 1 October"
    october = answer("month_start", [dt.date(2026, 9, 1), dt.date(2026, 10, 1)])
    assert october.chosen(weeks[2], "week") == dt.date(2026, 10, 1), "November has no figures yet"
    assert weekly.chosen(dt.date(2026, 10, 1), "month") == weeks[0], "26 October is of October"
    assert weekly.chosen(dt.date(2026, 11, 1), "month") == weeks[1], "the last week that is over"
    assert weekly.chosen(None, None) == weeks[1]
    assert weekly.chosen(weeks[2], "week") == weeks[2]


def test_a_dead_source_holds_up_no_other_once_the_company_is_complete() -> None:
    starts = [dt.date(2026, 10, 26), dt.date(2026, 11, 2)]
    rows = Rows(
        {"week_start": start, "is_complete_week": tool != "dead"}
        for start in starts
        for tool in ("all", "dead")
    )
    query = Query(sql="", columns={})
    found = Answer("q", query, ("week_start", "is_complete_week"), rows, over=frozenset(starts[:1]))
    assert found.incomplete == {starts[1]}
    assert found.chosen(None, None) == starts[0]


def test_periods_count_back_over_years() -> None:
    assert earlier(dt.date(2026, 1, 1), 3, "month") == dt.date(2025, 10, 1)
    assert earlier(dt.date(2026, 1, 5), 14, "week") == dt.date(2025, 9, 29)
    assert newest_complete([], set()) is None
    assert newest_complete([dt.date(2026, 1, 5)], {dt.date(2026, 1, 5)}) == dt.date(2026, 1, 5)


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ({}, "The month is not complete, so nothing is concluded from it"),
        ({"all": "running"}, "The month is not over"),
        ({"all": "not_final", "chatgpt": "source_missing"}, "The month is not final yet"),
        ({"chatgpt": "partly_observed"}, "Only a part of the month was read, so nothing is concluded from it"),
        ({"m365_copilot": "source_missing"}, "The month is not complete, so nothing is concluded from it"),
    ],
)
def test_a_title_says_why_its_period_is_not_complete(states: dict[str, str], told: str) -> None:
    """The company's state goes before that of the row's tool; the state of another tool does not count."""
    month = dt.date(2026, 11, 1)
    found = answer("month_start", [month], running=month)
    page_ = page("select 1", active_people="people")
    of_months: States = {"month": {month: states}}
    teller = Teller(sentence_environment({}), page_, "use", {"use": found}, {}, None, of_months)
    rows = [{"tool": "chatgpt", "is_complete_month": False}]
    assert teller._incomplete(Moment(found, month), rows) == told
    complete = {"tool": "all", "is_complete_month": True}
    assert teller._incomplete(Moment(found, month), [*rows, complete]) == ""


def test_a_row_of_part_of_a_period_has_no_figures() -> None:
    """The dead tool's half month competes with nothing, and is unknown instead of small."""
    month = dt.date(2026, 11, 1)
    rows = Rows(
        {
            "tool": tool,
            "month_start": month,
            "x": 7,
            "is_complete_month": tool == "chatgpt",
            "is_suppressed": False,
        }
        for tool in ("chatgpt", "dead")
    )
    found = Answer("q", Query(sql="", columns={}), ("month_start", "x", "is_complete_month"), rows)
    now = Moment(found, month).now
    assert [(row["x"], row["is_suppressed"]) for row in now] == [(7, False), (None, True)]
