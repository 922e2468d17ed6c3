"""Variables that hang together with the relations between them, as a solver takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from publishing.linear_audit.rows import Row

TOLERANCE = 1e-6

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Relations:
    """A sparse matrix by its entries, and the right sides."""

    lines: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    factors: Floats
    sides: Floats

    @classmethod
    def of(cls, rows: Sequence[Row], place: dict[int, int]) -> Relations:
        entries = [
            (line, place[variable], factor)
            for line, row in enumerate(rows)
            for variable, factor in row.members
            if variable in place
        ]
        lines, columns, factors = zip(*entries, strict=True) if entries else ((), (), ())
        return cls(
            np.array(lines, dtype=np.int64),
            np.array(columns, dtype=np.int64),
            np.array(factors, dtype=np.float64),
            np.array([row.slack for row in rows], dtype=np.float64),
        )


@dataclass(frozen=True, slots=True)
class Block:
    """Variables that hang together, and the relations between them."""

    place: dict[int, int]
    floors: Floats
    ceilings: Floats
    equal: Relations
    at_most: Relations

    def allows(self, variable: int, move: float) -> bool:
        """Whether the variable's own limits let it deviate so far."""
        column = self.place[variable]
        room = self.ceilings[column] if move > 0 else -self.floors[column]
        return bool(room >= abs(move) * (1 - TOLERANCE))

    @classmethod
    def of(
        cls,
        variables: Sequence[int],
        rows: Sequence[Row],
        floors: Mapping[int, float],
        ceilings: Mapping[int, float],
    ) -> Block:
        """Members of the rows that are none of these variables stay as they are."""
        place = {variable: number for number, variable in enumerate(variables)}
        return cls(
            place,
            np.array([floors[variable] for variable in variables]),
            np.array([ceilings[variable] for variable in variables]),
            Relations.of([row for row in rows if row.is_equality], place),
            Relations.of([row for row in rows if not row.is_equality], place),
        )
