"""The same program with fewer variables: equal ones are one, fixed ones are none, single ones have limits."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from publishing.linear_audit.propagation import propagated
from publishing.linear_audit.rows import Row

_TOLERANCE = 1e-6

_Members = tuple[tuple[int, float], ...]


class Simplified:
    """What is left of deviations and relations.

    Attributes:
        same: variable → the one that stands for it; fixed variables stand for themselves.
        floors, ceilings: how far down and up the ones that are left may go.
        rows: relations between at least two of them.
    """

    def __init__(self, floors: Mapping[int, float], rows: list[Row], whole: Collection[int]) -> None:
        """Members of rows that are no variables are constants; `whole` ones deviate by whole numbers."""
        self._whole = frozenset(whole)
        self.same = _equal_ones(floors, rows)
        self.floors: dict[int, float] = {}
        for variable, floor in floors.items():
            one = self.same[variable]
            self.floors[one] = max(self.floors.get(one, -math.inf), floor)
        self.ceilings = dict.fromkeys(self.floors, math.inf)
        self.rows = rows
        fixed = -1
        while fixed != (fixed := sum(self._is_fixed(variable) for variable in self.floors)):
            self.rows = self._without_singles(self.rows)
            self.floors, self.ceilings = propagated(self.floors, self.ceilings, self.rows, self._whole)

    def _is_fixed(self, variable: int) -> bool:
        return self.ceilings[variable] - self.floors[variable] <= _TOLERANCE

    def _without_singles(self, rows: list[Row]) -> list[Row]:
        slacks: dict[tuple[str, _Members, bool], float] = {}
        for row in rows:
            members = self._members(row)
            if len(members) == 1:
                self._limit(*members[0], row)
            elif members:
                key = (row.kind, members, row.is_equality)
                slacks[key] = min(slacks.get(key, math.inf), row.slack)
        return [Row(kind, members, slack, is_equal) for (kind, members, is_equal), slack in slacks.items()]

    def _members(self, row: Row) -> _Members:
        factors: dict[int, float] = {}
        for variable, factor in row.members:
            one = self.same.get(variable)
            if one is not None and not self._is_fixed(one):
                factors[one] = factors.get(one, 0.0) + factor
        return tuple(sorted((variable, factor) for variable, factor in factors.items() if factor))

    def _limit(self, variable: int, factor: float, row: Row) -> None:
        far = row.slack / abs(factor)
        if variable in self._whole:
            far = math.floor(far + _TOLERANCE)
        if factor > 0 or row.is_equality:
            self.ceilings[variable] = min(self.ceilings[variable], far)
        if factor < 0 or row.is_equality:
            self.floors[variable] = max(self.floors[variable], -far)


def _equal_ones(variables: Collection[int], rows: list[Row]) -> dict[int, int]:
    """Each variable with the one that stands for all those that ties make equal to it."""
    same = {variable: variable for variable in variables}

    def one_for(variable: int) -> int:
        while same[variable] != variable:
            same[variable] = same[same[variable]]
            variable = same[variable]
        return variable

    for row in rows:
        if row.kind == "ties":
            (first, _), (second, _) = row.members
            if first in same and second in same:
                same[one_for(second)] = one_for(first)
    return {variable: one_for(variable) for variable in variables}
