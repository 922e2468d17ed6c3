"""Numbers and their nouns in messages."""

from __future__ import annotations

from runtime.counting import counted


def test_noun_follows_the_number() -> None:
    assert [counted(number, "row") for number in (0, 1, 2, 1200)] == ["0 rows", "1 row", "2 rows", "1,200 rows"]
    assert counted(2, "person", "people") == "2 people"
