"""Words that sentences need again and again: lists of names, one and many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

Number: TypeAlias = int | float | Decimal


def listing(names: Mapping[str, Mapping[str, str]]) -> Callable[[Sequence[Mapping[str, Any]], str, int], str]:
    """The filter that names the values of a column: `A`, `A and B`, `A, B, C and 4 more`."""

    def filtered(rows: Sequence[Mapping[str, Any]], column: str, limit: int = 3) -> str:
        known = names.get(column, {})
        texts = list(dict.fromkeys(known.get(str(row[column]), str(row[column])) for row in rows))
        # One name is no longer than `1 more`.
        if len(texts) > limit + 1:
            texts = [*texts[:limit], f"{len(texts) - limit} more"]
        return " and ".join(part for part in (", ".join(texts[:-1]), *texts[-1:]) if part)

    return filtered


def plural(number: Callable[[Number], str]) -> Callable[[int, str, str | None], str]:
    """The function that counts a thing: `1 department`, `3 departments`. `number` writes the count."""

    def counted(count: int, one: str, many: str | None = None) -> str:
        return f"{number(count)} {one if count == 1 else many or f'{one}s'}"

    return counted
