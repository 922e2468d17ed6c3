"""Headcounts of units, which are always shown, as far as cells tell them."""

from __future__ import annotations

from collections.abc import Iterable

from publishing.linear_audit.cells import Cell
from publishing.linear_audit.knowledge import OF_HEADCOUNT
from publishing.periods import Period


def headcounts(cells: Iterable[Cell]) -> dict[tuple[Period, str], float]:
    """By period and unit; `others` are the fewest of several rests, so the largest sum is the headcount."""
    found: dict[tuple[Period, str], float] = {}
    for cell in cells:
        if cell.others is not None and cell.measure in OF_HEADCOUNT:
            unit = (cell.period, cell.unit_key)
            found[unit] = max(found.get(unit, 0.0), cell.value + cell.others)
    return found
