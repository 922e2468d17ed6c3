"""Words of sentences, without a page."""

from __future__ import annotations

import pytest

from dashboards.wording import listing, moved, named_units, plural

DEPARTMENTS = [{"department_name": name} for name in ("Sales", "Finance", "Legal", "People", "Support")]


@pytest.mark.parametrize(
    ("now", "then", "way"),
    [
        (4.8, 4.7, "flat"),
        (4.9, 4.7, "up"),
        (4.5, 4.7, "down"),
        (0, 0, "flat"),
        (1, 0, "up"),
        (0.1, 0.2, "down"),
    ],
)
def test_a_figure_moved_only_beyond_the_tolerance(now: float, then: float, way: str) -> None:
    assert moved(now, then) == way


def test_nothing_is_said_to_have_moved_where_a_figure_is_missing() -> None:
    assert moved(None, 3) is None
    assert moved(3, None) is None


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, ""),
        (1, "Sales"),
        (2, "Sales and Finance"),
        (4, "Sales, Finance, Legal and People"),
        (5, "Sales, Finance, Legal and 2 more"),
    ],
)
def test_a_list_of_names_stops_before_it_gets_long(count: int, text: str) -> None:
    assert listing({})(DEPARTMENTS[:count], "department_name", 3) == text


def test_a_list_writes_display_names_once() -> None:
    rows = [{"tool": "chatgpt"}, {"tool": "codex"}, {"tool": "chatgpt"}]
    assert listing({"tool": {"chatgpt": "ChatGPT"}})(rows, "tool", 3) == "ChatGPT and codex"


def test_one_and_many() -> None:
    counted = plural(str)
    assert counted(1, "department", None) == "1 department"
    assert counted(0, "department", None) == "0 departments"
    assert counted(2, "person", "people") == "2 people"


def test_a_sentence_names_the_pool_of_small_departments_only_when_it_stands_alone() -> None:
    sales, pool = {"department_key": "sales"}, {"department_key": "other"}
    assert named_units([pool, sales]) == [sales]
    assert named_units([pool]) == [pool]
