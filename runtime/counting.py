"""How a number of things is written: "1 row", "2 rows"."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """The number, with thousands separated, and its noun; `many` is a plural that is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
