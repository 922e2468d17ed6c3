"""What the published tables hide, no page shows."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboards import suppression
from dashboards.errors import SiteError
from dashboards.queries import answers
from dashboards.suppression import K_FLOOR, PEOPLE_COLUMNS
from publishing import audit
from tests.dashboards.tables import MONDAYS, page, published

ROWS: list[tuple[str, str, dt.date, int | None, bool]] = [
    ("sales", "chatgpt", MONDAYS[0], 12, False),
    ("sales", "chatgpt", MONDAYS[1], None, True),
    ("legal", "chatgpt", MONDAYS[1], 8, False),
]
FROM = "from published.department_usage_weekly"
ALL = "department_key, tool, week_start, is_complete_week"


def show(sql: str, **columns: str) -> None:
    with published(ROWS) as connection:
        answers(connection, page(sql, **columns), "x")


def test_what_is_published_may_be_shown() -> None:
    show(f"select {ALL}, active_people {FROM}", active_people="people")
    show(f"select {ALL}, active_people as people_now {FROM}", people_now="people")


def test_the_counts_of_people_are_those_of_the_publishing_audit() -> None:
    assert PEOPLE_COLUMNS == audit.PEOPLE_COLUMNS
    assert K_FLOOR == audit.K_FLOOR
    assert suppression._PERSONAL_COLUMN == audit._PERSONAL_COLUMN
    assert suppression._TOKEN_OR_ADDRESS.pattern == audit._TOKEN_OR_ADDRESS


@pytest.mark.parametrize(
    "figure",
    [
        "case when active_people is null then 7 else active_people end as active_people",
        "active_people + 1 as active_people",
        "max(active_people) over (partition by department_key) as active_people",
        "active_people * 2 as active_people",
    ],
)
def test_a_figure_under_a_published_name_is_the_published_one(figure: str) -> None:
    with pytest.raises(SiteError, match="is not what published"):
        show(f"select {ALL}, {figure} {FROM}", active_people="people")


@pytest.mark.parametrize("people", ["active_people - 8", "headcount - active_people - 7"])
def test_a_computed_count_below_k_is_refused(people: str) -> None:
    with pytest.raises(SiteError, match="fewer than 5 people"):
        show(f"select {ALL}, {people} as left_over {FROM}", left_over="people")


def test_a_published_count_below_k_is_refused_under_any_name() -> None:
    rows: list[tuple[str, str, dt.date, int | None, bool]] = [("sales", "chatgpt", MONDAYS[0], 3, False)]
    with published(rows) as connection, pytest.raises(SiteError, match="fewer than 5 people"):
        answers(connection, page(f"select {ALL}, active_people as x {FROM}", x="text"), "x")


def test_headcount_is_shown_however_small() -> None:
    show(f"select {ALL}, headcount as small {FROM}", small="people")


@pytest.mark.parametrize(
    ("column", "reason"), [("person_key", "person-level"), ("email", "person-level"), ("login", "person-level")]
)
def test_a_person_level_column_is_refused(column: str, reason: str) -> None:
    with pytest.raises(SiteError, match=reason):
        show(f"select tool as {column} {FROM}", **{column: "text"})


@pytest.mark.parametrize("word", ["p1_0123456789abcdef0123456789abcdef", "someone@asterlane.example"])
def test_a_token_or_an_address_is_refused_without_being_told(word: str) -> None:
    with published(ROWS) as connection:
        connection.execute("insert into published.words values ('sales', ?)", [f"said {word} once"])
        with pytest.raises(SiteError, match="token or an address") as refused:
            answers(connection, page("select said from published.words", said="text"), "x")
    assert word not in str(refused.value)
