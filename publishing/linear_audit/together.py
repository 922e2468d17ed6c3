"""Sums whose hidden members have few people behind them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from publishing.linear_audit.cells import Cell
from publishing.linear_audit.rows import Row
from publishing.linear_audit.system import Floats, Marks, Places

# Kinds of relations that are sums.
ADDED_UP = frozenset({"units", "tools", "parts"})


@dataclass(frozen=True, slots=True)
class Sums:
    """Members of sums, one entry each: the number of the sum, the cell, its sign and its people.

    Attributes:
        is_of_units: of each sum, whether its members share nobody.
    """

    sums: Places
    cells: Places
    signs: Floats
    people: Places
    is_of_units: Marks

    @classmethod
    def of(cls, rows: Sequence[Row], cells: Sequence[Cell]) -> Sums:
        """Those among the relations."""
        added = [row for row in rows if row.kind in ADDED_UP]
        entries = [(number, *member) for number, row in enumerate(added) for member in row.members]
        sums, places, signs = (np.array(of) for of in zip(*entries, strict=True)) if entries else (_NONE,) * 3
        people = np.array([cell.contributors for cell in cells], dtype=np.int64)
        is_of_units = np.array([row.kind == "units" for row in added], dtype=np.bool_)
        return cls(sums, places, signs.astype(np.float64), people[places], is_of_units)

    def few_together(self, unknown: Marks, asked: Marks, k: int) -> Marks:
        """Cells that are asked about and stand in a sum whose unknown members have fewer than k people.

        Units share nobody; the same person may stand in several tools and parts. Unknown members on both sides
        of a sum leave it unknown.
        """
        told = np.zeros(len(unknown), dtype=np.bool_)
        kept = unknown[self.cells]
        sums, cells, signs, people = self.sums[kept], self.cells[kept], self.signs[kept], self.people[kept]
        size = len(self.is_of_units)
        is_one_sided = np.abs(np.bincount(sums, signs, size)) == np.bincount(sums, minlength=size)
        largest = np.zeros(size)
        np.maximum.at(largest, sums, people)
        is_few = np.where(self.is_of_units, np.bincount(sums, people, size), largest) < k
        told[cells[(is_one_sided & is_few)[sums]]] = True
        return told & asked


_NONE = np.zeros(0, dtype=np.int64)
