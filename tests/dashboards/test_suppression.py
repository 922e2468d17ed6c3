"""What the published tables hide, no page shows."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from dashboards.errors import SiteError
from dashboards.personal import COUNTS_OF_PEOPLE, holds_identifier, is_personal
from dashboards.queries import answers
from dashboards.suppression import ALWAYS_SHOWN
from tests.dashboards.tables import MONDAYS, page, published
from tests.docs.published import contracts

PROJECT = Path(__file__).resolve().parents[2]
METRICS = PROJECT / "docs" / "metrics.md"

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


def test_the_counts_of_people_are_those_that_the_documentation_counts_in_people() -> None:
    """What is counted says the unit in docs/metrics.md: not the list of anybody's audit."""
    rows = re.findall(
        r"^\| (`[^|]+) \| (people|accounts) \|", METRICS.read_text(encoding="utf-8"), re.MULTILINE
    )
    counted = {name for names, _ in rows for name in re.findall("`([a-z_]+)`", names)}
    counted = {name for name in counted if not name.endswith(("_change", "_14_weeks_ago"))}
    assert "active_people" in counted
    assert counted - ALWAYS_SHOWN == COUNTS_OF_PEOPLE


def test_nothing_is_shared_with_the_audit_of_publishing() -> None:
    """One wrong pattern must not blind both."""
    for path in (PROJECT / "dashboards").glob("*.py"):
        assert not re.search(r"^(from|import) publishing", path.read_text(encoding="utf-8"), re.MULTILINE), path
    for path in (PROJECT / "publishing").rglob("*.py"):
        assert not re.search(r"^(from|import) dashboards", path.read_text(encoding="utf-8"), re.MULTILINE), path


@pytest.mark.parametrize(
    "name",
    [
        *("person_key", "account_key", "manager_person_key", "person_label", "employee_id", "event_token"),
        *("email", "work_e_mail", "email_domain", "github_login", "upn", "user_name", "name_of_person"),
        *("holder_number", "id_hash"),
    ],
)
def test_a_name_that_is_about_a_person_is_known(name: str) -> None:
    assert is_personal(name)


def test_no_published_column_has_such_a_name() -> None:
    columns = {column for columns in contracts().values() for column in columns}
    assert [column for column in sorted(columns) if is_personal(column)] == []


@pytest.mark.parametrize(
    "text",
    [
        "p1_0123456789abcdef0123456789abcdef",
        "a label: 0123456789ABCDEF0123456789ABCDEF.",
        "object 01234567-89ab-cdef-0123-456789abcdef",
        "someone@asterlane.example, she said",
        "<Some.One+ai@asterlane.example>",
        "someone%40asterlane.example",
    ],
)
def test_an_identifier_in_a_text_is_known(text: str) -> None:
    assert holds_identifier(text)


@pytest.mark.parametrize(
    "text", ["Food@Work", "3 of 12 @ 40 %", "20261128T210301-6693ed", "department_usage_weekly", "R&D 1.2.3"]
)
def test_other_texts_are_none(text: str) -> None:
    assert not holds_identifier(text)


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
