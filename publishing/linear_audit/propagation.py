"""How far each variable can go at most, worked out row by row: quick, and enough for most that is certain."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from publishing.linear_audit.rows import Row

_TOLERANCE = 1e-6
# Limits of fractions can come closer to each other for ever. Every turn is right by itself.
_TURNS = 30

Limits = tuple[dict[int, float], dict[int, float]]
_Floats = npt.NDArray[np.float64]


def propagated(
    floors: Mapping[int, float], ceilings: Mapping[int, float], rows: Sequence[Row], whole: Collection[int]
) -> Limits:
    """Floors and ceilings that follow: in each row a member can go as far as all others can make room.

    `whole` variables deviate by whole numbers. That nothing deviates stays possible.
    """
    variables = list(floors)
    if not variables or not rows:
        return dict(floors), dict(ceilings)
    place = {variable: number for number, variable in enumerate(variables)}
    limits = _Limits(
        np.array([floors[variable] for variable in variables]),
        np.array([ceilings[variable] for variable in variables]),
        np.array([variable in whole for variable in variables]),
        _Entries.of(rows, place),
    )
    turns = 0
    while turns < _TURNS and limits.tighten():
        turns += 1
    return (
        dict(zip(variables, limits.lows.tolist(), strict=True)),
        dict(zip(variables, limits.highs.tolist(), strict=True)),
    )


class _Entries:
    """The rows as `at most`, each equation both ways, by their entries."""

    def __init__(self, lines: list[int], columns: list[int], factors: list[float], sides: list[float]) -> None:
        self.lines, self.columns = np.array(lines, dtype=np.int64), np.array(columns, dtype=np.int64)
        self.factors, self.sides = np.array(factors, dtype=np.float64), np.array(sides, dtype=np.float64)
        self.is_up = self.factors > 0

    @classmethod
    def of(cls, rows: Sequence[Row], place: Mapping[int, int]) -> _Entries:
        lines: list[int] = []
        columns: list[int] = []
        factors: list[float] = []
        sides: list[float] = []
        for row in rows:
            for sign in (1.0, -1.0) if row.is_equality else (1.0,):
                for variable, factor in row.members:
                    lines.append(len(sides))
                    columns.append(place[variable])
                    factors.append(sign * factor)
                sides.append(sign * row.slack)
        return cls(lines, columns, factors, sides)


class _Limits:
    def __init__(self, lows: _Floats, highs: _Floats, whole: npt.NDArray[np.bool_], entries: _Entries) -> None:
        self.lows, self.highs, self._whole, self._entries = lows, highs, whole, entries

    def tighten(self) -> bool:
        """One turn over all rows; whether any limit became narrower."""
        entries = self._entries
        least = entries.factors * np.where(
            entries.is_up, self.lows[entries.columns], self.highs[entries.columns]
        )
        is_endless = np.isinf(least)
        known = np.where(is_endless, 0.0, least)
        size = len(entries.sides)
        endless = np.bincount(entries.lines, is_endless, size)[entries.lines] - is_endless
        others = np.bincount(entries.lines, known, size)[entries.lines] - known
        far = np.where(endless > 0, np.inf, entries.sides[entries.lines] - others) / entries.factors
        highs, lows = self.highs.copy(), self.lows.copy()
        up, down = entries.is_up, ~entries.is_up
        np.minimum.at(highs, entries.columns[up], far[up])
        np.maximum.at(lows, entries.columns[down], far[down])
        highs = np.maximum(np.where(self._whole, np.floor(highs + _TOLERANCE), highs), 0.0)
        lows = np.minimum(np.where(self._whole, np.ceil(lows - _TOLERANCE), lows), 0.0)
        is_narrower = bool(np.any(highs < self.highs - _TOLERANCE) or np.any(lows > self.lows + _TOLERANCE))
        self.highs, self.lows = highs, lows
        return is_narrower
