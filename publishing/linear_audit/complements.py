"""Those who do not do something: the rest of a known whole, as cells of their own.

A shown count of active people beside the headcount tells how many are not active, and one to k - 1 of those
are as easy to find as one to k - 1 active ones. So such a rest takes part as a hidden count with the same
protection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from publishing.linear_audit.cells import OTHERS, Cell
from publishing.linear_audit.knowledge import WHOLES
from publishing.linear_audit.rows import Row


def with_complements(cells: Sequence[Cell], k: int) -> tuple[list[Cell], list[Row]]:
    """The cells and, after them, each rest of 1 to k - 1 people; and that rest and part make up the whole."""
    found = list(cells)
    rows = []
    places: dict[tuple[object, ...], int] | None = None
    for index, cell in enumerate(cells):
        if cell.others is not None and 0 < cell.others < k:
            places = places or {cell.key: number for number, cell in enumerate(cells)}
            members = [(index, 1.0), (len(found), 1.0), *_whole(cell, cells, places)]
            rows.append(Row("others", tuple(members)))
            found.append(_rest(cell, cell.others))
    return found, rows


def _rest(cell: Cell, others: int) -> Cell:
    return replace(
        cell,
        measure=f"{cell.measure}_others",
        kind=OTHERS,
        is_additive=False,
        part_group=None,
        is_part_total=False,
        tie_group=f"{cell.tie_group}/others",
        value=float(others),
        contributors=others,
        largest=0.0,
        hidden_reason="few_others",
        others=None,
    )


def _whole(
    cell: Cell, cells: Sequence[Cell], places: dict[tuple[object, ...], int]
) -> Iterator[tuple[int, float]]:
    """The cell of the whole where it is one; a headcount is shown, and so is any whole that is no cell."""
    measure = WHOLES.get(cell.measure)
    index = None if measure is None else places.get((*cell.key[:3], measure, cell.item))
    if index is not None and cells[index].value == cell.value + (cell.others or 0):
        yield index, -1.0
