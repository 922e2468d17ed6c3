"""Answers with what proves them, so that a question is only put to the solver when its proof no longer holds.

Hiding and showing other figures changes how far columns may go, never the rows. So a deviation that kept to
all rows still does while every column of it may go as far, and weights of rows still say how far a column goes
at most.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from publishing.linear_audit.blocks import TOLERANCE
from publishing.linear_audit.lp import FAR, Solution
from publishing.linear_audit.propagation import Limits
from publishing.linear_audit.system import Floats, Places, System, joined

# Of each answer, as many proofs are kept: the newest ones.
_KEPT = 6
# What the solver leaves of a number that is none.
_NOISE = 1e-11


@dataclass(frozen=True, slots=True)
class Wish:
    """That a column goes so far up (direction 1) or down (-1)."""

    column: int
    direction: float
    distance: float


@dataclass(frozen=True, slots=True)
class _Deviation:
    """Columns that can go so far together, whatever else stays."""

    columns: Places
    moves: Floats
    reach: float

    def holds(self, limits: Limits) -> bool:
        lows, highs = limits[0][self.columns], limits[1][self.columns]
        room = TOLERANCE * np.maximum(np.abs(self.moves), self.reach)
        return bool(((self.moves >= lows - room) & (self.moves <= highs + room)).all())


@dataclass(frozen=True, slots=True)
class _Limit:
    """A column goes at most as far as `sides` and what these columns, by their factors, can add."""

    sides: float
    columns: Places
    factors: Floats

    def far(self, limits: Limits, farthest: float) -> float:
        lows, highs = limits[0][self.columns], limits[1][self.columns]
        most = np.where(self.factors > 0, np.minimum(highs, farthest), np.maximum(lows, -farthest))
        return self.sides + float(self.factors @ most)


_Proof = TypeVar("_Proof", _Deviation, _Limit)


class Proofs:
    """What was found about one system."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._deviations: dict[tuple[int, float], list[_Deviation]] = defaultdict(list)
        self._limits: dict[tuple[int, float], list[_Limit]] = defaultdict(list)

    def is_reached(self, wish: Wish, limits: Limits) -> bool:
        """Whether a known deviation grants it within these limits."""
        kept = self._deviations.get((wish.column, wish.direction), ())
        least = wish.distance * (1 - TOLERANCE)
        return any(proof.reach >= least and proof.holds(limits) for proof in reversed(kept))

    def is_refuted(self, wish: Wish, limits: Limits) -> bool:
        """Whether known weights rule it out within these limits."""
        kept = self._limits.get((wish.column, wish.direction), ())
        least = wish.distance * (1 - TOLERANCE)
        return any(proof.far(limits, FAR * wish.distance) < least for proof in reversed(kept))

    def keep_deviations(self, solution: Solution, reached: list[Wish]) -> None:
        """Each of these wishes with the part of the solution that it hangs together with."""
        block = solution.problem.block
        moving = np.abs(solution.moves) > TOLERANCE**1.5 * solution.problem.scale
        part_of = joined(block.matrix, moving)
        for wish in reached:
            part = np.flatnonzero(moving & (part_of == part_of[block.place(wish.column)]))
            proof = _Deviation(block.columns[part], solution.moves[part], wish.distance)
            _keep(self._deviations[wish.column, wish.direction], proof)

    def keep_limit(self, solution: Solution, wish: Wish) -> None:
        """That a wish which was the only one is not granted, by the weights of the rows."""
        block = solution.problem.block
        weights = -solution.weights
        weights = np.where(block.is_equal, weights, np.maximum(weights, 0.0))
        used = np.abs(weights) > _NOISE
        rows, weights = block.rows[used], weights[used]
        factors = -(weights @ self._system.matrix[rows])
        factors[wish.column] += wish.direction
        columns = np.flatnonzero(np.abs(factors) > _NOISE)
        proof = _Limit(float(weights @ self._system.sides[rows]), columns, factors[columns])
        _keep(self._limits[wish.column, wish.direction], proof)


def _keep(kept: list[_Proof], proof: _Proof) -> None:
    kept.append(proof)
    del kept[:-_KEPT]
