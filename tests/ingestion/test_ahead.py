"""The next item is made while the last one is used."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ingestion.ahead import one_ahead


def test_items_keep_their_order() -> None:
    assert list(one_ahead(range(100))) == list(range(100))
    assert list(one_ahead([])) == []


def test_the_next_item_is_made_while_one_is_used() -> None:
    second_is_made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        second_is_made.set()
        yield 2

    for item in one_ahead(items()):
        if item == 1:
            assert second_is_made.wait(10), "nothing is made while the first item is used"


def test_never_more_than_one_waits() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    for number in one_ahead(items()):
        assert len(made) <= number + 2


def test_a_failure_comes_at_its_place() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    remaining = one_ahead(items())
    assert next(remaining) == 1
    with pytest.raises(OSError, match="gone"):
        next(remaining)
