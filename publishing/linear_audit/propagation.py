"""How far each variable can go at most, worked out row by row: quick, and enough for most that is certain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from publishing.linear_audit.system import Floats, Marks, Places

_TOLERANCE = 1e-6
# Limits of fractions can come closer to each other for ever. Every turn is right by itself.
_TURNS = 60

Limits = tuple[Floats, Floats]


def propagated(limits: Limits, whole: Marks, matrix: csr_array, sides: Floats, is_equal: Marks) -> Limits:
    """Floors and ceilings that follow: in each row a member can go as far as all others can make room.

    Rows say that the sum of their members is at most `sides`, or just that where `is_equal`. `whole` variables
    deviate by whole numbers. That nothing deviates stays possible.
    """
    lows, highs = limits[0].copy(), limits[1].copy()
    every = entries = _Entries.of(matrix, sides, is_equal, (lows < 0) | (highs > 0))
    for _ in range(_TURNS):
        changed = _tighten(lows, highs, whole, entries)
        if not changed.any():
            break
        entries = every.of_rows_with(changed)
    return lows, highs


@dataclass(frozen=True, slots=True)
class _Entries:
    """Members of rows as `at most`, each equation both ways."""

    lines: Places
    columns: Places
    factors: Floats
    sides: Floats

    @classmethod
    def of(cls, matrix: csr_array, sides: Floats, is_equal: Marks, is_free: Marks) -> _Entries:
        """Members that are not free stay as they are, so they are left out."""
        rows = np.repeat(np.arange(len(sides)), np.diff(matrix.indptr))
        kept = is_free[matrix.indices]
        rows, columns, factors = rows[kept], matrix.indices[kept].astype(np.int64), matrix.data[kept]
        both = is_equal[rows]
        return cls(
            np.concatenate([rows, rows[both] + len(sides)]),
            np.concatenate([columns, columns[both]]),
            np.concatenate([factors, -factors[both]]),
            np.concatenate([sides, -sides]),
        )

    def of_rows_with(self, columns: Marks) -> _Entries:
        """Those of rows in which one of these columns stands."""
        rows = np.zeros(len(self.sides), dtype=np.bool_)
        rows[self.lines[columns[self.columns]]] = True
        kept = rows[self.lines]
        return _Entries(self.lines[kept], self.columns[kept], self.factors[kept], self.sides)


def _tighten(lows: Floats, highs: Floats, whole: Marks, entries: _Entries) -> Marks:
    """One turn over these entries' rows, in place; the columns whose limits became narrower."""
    lines, columns, factors = entries.lines, entries.columns, entries.factors
    is_up, size = factors > 0, len(entries.sides)
    least = factors * np.where(is_up, lows[columns], highs[columns])
    is_endless = np.isinf(least)
    known = np.where(is_endless, 0.0, least)
    endless = np.bincount(lines, is_endless, size)[lines] - is_endless
    others = np.bincount(lines, known, size)[lines] - known
    far = np.where(endless > 0, np.inf, entries.sides[lines] - others) / factors
    least_highs, most_lows = highs.copy(), lows.copy()
    np.minimum.at(least_highs, columns[is_up], far[is_up])
    np.maximum.at(most_lows, columns[~is_up], far[~is_up])
    least_highs = np.maximum(np.where(whole, np.floor(least_highs + _TOLERANCE), least_highs), 0.0)
    most_lows = np.minimum(np.where(whole, np.ceil(most_lows - _TOLERANCE), most_lows), 0.0)
    changed: Marks = (least_highs < highs - _TOLERANCE) | (most_lows > lows + _TOLERANCE)
    np.copyto(highs, least_highs)
    np.copyto(lows, most_lows)
    return changed
