"""Works out the next item while the last one is used: reading from the network beside parsing and writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_END = object()


def one_ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items in the same order; the next one is made in a thread. At most one waits in memory.

    Only that thread runs `items`, so nothing else may use what it uses. What it raises is raised at its place.
    """
    remaining = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="one-ahead") as thread:
        waiting = thread.submit(next, remaining, _END)
        while (item := waiting.result()) is not _END:
            waiting = thread.submit(next, remaining, _END)
            yield item  # type: ignore[misc]
