"""Words of sentences, without a page."""

from __future__ import annotations

import pytest

from dashboards.wording import listing, plural

DEPARTMENTS = [{"department_name": name} for name in ("Sales", "Finance", "Legal", "People", "Support")]


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
