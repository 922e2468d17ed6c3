"""A relation that readers know between figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from publishing.linear_audit.cells import Cell

# Two exact figures that differ by less are the same number: money has six decimals.
SAME = 1e-6

# Cells by their places among all.
Cells = Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class Row:
    """A relation that readers know: the members' sum is fixed, or at most `slack` above what it is."""

    kind: str
    members: tuple[tuple[int, float], ...]
    slack: float = 0.0
    is_equality: bool = True


def at_most(
    kind: str,
    smaller: Iterable[tuple[int, float]],
    larger: Iterable[tuple[int, float]],
    cells: Cells,
    constant: float = 0.0,
) -> Iterator[Row]:
    """That smaller figures, each with its factor, are at most larger ones plus a constant.

    Nothing where it does not hold for the exact figures: who assumed it would be wrong.
    """
    members = (*smaller, *((index, -factor) for index, factor in larger))
    slack = constant - sum(factor * cells[index].value for index, factor in members)
    if slack >= -SAME:
        yield Row(kind, members, max(slack, 0.0), is_equality=False)
