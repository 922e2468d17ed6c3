"""What the search for texts about people finds."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from tests.end_to_end import leaks
from tests.end_to_end.leaks import Sought

WORDS = st.text("abmAMüÜé", min_size=3, max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=5), st.text("abmAMüÜé -", max_size=40))
def test_it_finds_what_a_search_for_each_text_finds(words: list[str], text: str) -> None:
    """Also across the pieces in which data is read."""
    data = text.encode()
    one_by_one = any(
        form in data or form in data.lower()
        for word in words
        for form in (word.encode(), word.lower().encode())
    )
    expected = one_by_one or any(word.encode().lower() in data.lower() for word in words)
    with patch.object(leaks, "_AT_ONCE", 4):
        assert Sought(words).is_in(data) == expected


def test_case_and_longer_words_hide_nothing() -> None:
    sought = Sought(["Maya", "Ünal"])
    assert sought.is_in(b"xMAYAx")
    assert sought.is_in("Herr Ünal".encode())
    assert sought.is_in("herr ünal".encode())
    assert not sought.is_in(b"May a day")
    assert not sought.is_in(b"")
    assert not sought.is_in(b"Ma")
