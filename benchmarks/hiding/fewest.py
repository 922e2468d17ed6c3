"""The fewest cells that meet all requirements, by integer programming (scipy's HiGHS)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from benchmarks.hiding.requirements import AtLeast, forced, requirements
from publishing.linear_audit.cells import Cell


@dataclass(frozen=True, slots=True)
class Fewest:
    """Hidden cells, by their places.

    Attributes:
        forced: those that are hidden whatever is chosen.
        chosen: those that HiGHS chose beside them.
        bound: proven: fewer than this beside the forced ones do not do.
        components: programs that were solved apart, and of these the ones that ran out of time.
    """

    forced: frozenset[int]
    chosen: frozenset[int]
    bound: float
    components: int
    unfinished: int


def fewest(cells: Sequence[Cell], k: int, seconds: float = 10.0) -> Fewest:
    """Solve each set of cells that hangs together by itself, in at most so many seconds."""
    chosen: set[int] = set()
    bound, unfinished, solved = 0.0, 0, 0
    for rows in _components(list(requirements(cells, k))):
        if all(row.least <= 0 for row in rows):
            continue
        places = sorted({place for row in rows for place in row.factors})
        found, least, is_finished = _solve(rows, places, seconds)
        chosen |= found
        bound += least
        solved += 1
        unfinished += not is_finished
    return Fewest(frozenset(forced(cells)), frozenset(chosen), bound, solved, unfinished)


def is_met(rows: Iterable[AtLeast], hidden: set[int]) -> bool:
    """Whether these hidden cells meet all of them."""
    return all(
        sum(factor for place, factor in row.factors.items() if place in hidden) >= row.least - 1e-6
        for row in rows
    )


def _components(rows: Sequence[AtLeast]) -> list[list[AtLeast]]:
    places = {place: number for number, place in enumerate({place for row in rows for place in row.factors})}
    lines = [number for number, row in enumerate(rows) for _ in row.factors]
    columns = [len(rows) + places[place] for row in rows for place in row.factors]
    size = len(rows) + len(places)
    graph = csr_array((np.ones(len(lines)), (lines, columns)), shape=(size, size))
    count, labels = connected_components(graph, directed=False)
    found: list[list[AtLeast]] = [[] for _ in range(count)]
    for row, label in zip(rows, labels, strict=False):
        found[label].append(row)
    return [of_one for of_one in found if of_one]


def _solve(rows: Sequence[AtLeast], places: Sequence[int], seconds: float) -> tuple[set[int], float, bool]:
    column = {place: number for number, place in enumerate(places)}
    lines = [number for number, row in enumerate(rows) for _ in row.factors]
    columns = [column[place] for row in rows for place in row.factors]
    factors = [factor for row in rows for factor in row.factors.values()]
    matrix = csr_array((factors, (lines, columns)), shape=(len(rows), len(places)))
    solved = milp(
        np.ones(len(places)),
        constraints=LinearConstraint(matrix, lb=[row.least for row in rows]),
        integrality=np.ones(len(places)),
        bounds=Bounds(0, 1),
        options={"time_limit": seconds},
    )
    if solved.x is None:
        # Out of time without any solution: hiding all of them does, and none is proven.
        return set(places), 0.0, False
    hidden = {place for place, value in zip(places, solved.x, strict=True) if value > 0.5}
    # Cells are whole: a bound of 3.2 is one of 4.
    return hidden, float(np.ceil(solved.mip_dual_bound - 1e-6)), solved.status == 0
