"""Calls of the linear solver (scipy's HiGHS): many small problems side by side in one call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from publishing.linear_audit.blocks import TOLERANCE, Block, Floats, Relations

# A deviation this many times the protection is as good as an endless one: it keeps the numbers of one
# program within the solver's precision, and can only make the answer stricter.
_FAR = 1e5
# Variables of one call to the solver at about most. Independent problems stand side by side in one call: most
# are so small that the call costs more than they do.
_VARIABLES_PER_CALL = 3000


@dataclass(frozen=True, slots=True)
class Problem:
    """One block, asked to move these variables as far as these distances, all at once."""

    block: Block
    wanted: list[tuple[int, float]]

    @property
    def scale(self) -> float:
        """The unit of its numbers: keeps every problem of a call at about the same size."""
        return min(distance for _, distance in self.wanted)


def unreached(problems: list[Problem], direction: float, *, is_quick: bool = False) -> set[int]:
    """Variables that cannot go as far as asked in this direction.

    What is reached together is certain. The others are asked again together, as long as that brings any there,
    and at last each with the block to itself; `is_quick` leaves that out and takes all of them for unreached.
    """
    alone: list[Problem] = []
    while problems:
        reached = _reached(problems, direction)
        left = [
            Problem(problem.block, entries)
            for problem in problems
            if (entries := [entry for entry in problem.wanted if entry[0] not in reached])
        ]
        before = {id(problem.block): len(problem.wanted) for problem in problems}
        is_stuck = [len(problem.wanted) == before[id(problem.block)] for problem in left]
        alone += [problem for problem, stuck in zip(left, is_stuck, strict=True) if stuck]
        problems = [problem for problem, stuck in zip(left, is_stuck, strict=True) if not stuck]
    if is_quick:
        return {variable for problem in alone for variable, _ in problem.wanted}
    single = {problem.wanted[0][0] for problem in alone if len(problem.wanted) == 1}
    several = [Problem(p.block, [entry]) for p in alone if len(p.wanted) > 1 for entry in p.wanted]
    return (single | {problem.wanted[0][0] for problem in several}) - _reached(several, direction)


def _reached(problems: list[Problem], direction: float) -> set[int]:
    return set(chain.from_iterable(_solve(batch, direction) for batch in _batches(problems)))


def _batches(problems: list[Problem]) -> Iterator[list[Problem]]:
    batch: list[Problem] = []
    size = 0
    for problem in problems:
        if batch and size + len(problem.block.place) > _VARIABLES_PER_CALL:
            yield batch
            batch, size = [], 0
        batch.append(problem)
        size += len(problem.block.place)
    if batch:
        yield batch


def _solve(problems: list[Problem], direction: float) -> set[int]:
    """Which of the wanted variables get as far as asked, each problem apart from the others."""
    costs, lows, highs = (
        np.concatenate(parts) for parts in zip(*(_sizes(p, direction) for p in problems), strict=True)
    )
    solved = linprog(
        costs,
        **_stacked("A_eq", "b_eq", problems, [problem.block.equal for problem in problems]),
        **_stacked("A_ub", "b_ub", problems, [problem.block.at_most for problem in problems]),
        bounds=np.column_stack([lows, highs]),
        method="highs",
    )
    if solved.x is None:
        # The solver gave up. Apart, the good ones are answered; one that stays alone counts as a no.
        half = len(problems) // 2
        return _solve(problems[:half], direction) | _solve(problems[half:], direction) if half else set()
    reached: set[int] = set()
    start = 0
    for problem in problems:
        for variable, distance in problem.wanted:
            moved = direction * solved.x[start + problem.block.place[variable]] * problem.scale
            if moved >= distance * (1 - TOLERANCE):
                reached.add(variable)
        start += len(problem.block.place)
    return reached


def _sizes(problem: Problem, direction: float) -> tuple[Floats, Floats, Floats]:
    """Costs, lower and upper bounds of a problem's variables, in its own unit."""
    size = len(problem.block.place)
    costs = np.zeros(size)
    highs = np.minimum(problem.block.ceilings / problem.scale, _FAR)
    lows = np.maximum(problem.block.floors / problem.scale, -_FAR)
    for variable, distance in problem.wanted:
        column, far = problem.block.place[variable], distance / problem.scale
        costs[column] = -direction / far
        if direction > 0:
            highs[column] = min(highs[column], far)
        else:
            lows[column] = max(lows[column], -far)
    return costs, lows, highs


def _stacked(matrix: str, sides: str, problems: list[Problem], relations: list[Relations]) -> dict[str, Any]:
    """Arguments of `linprog`: every problem's relations, each in rows and columns of its own."""
    counts = [len(relation.sides) for relation in relations]
    if not sum(counts):
        return {}
    widths = [len(problem.block.place) for problem in problems]
    down, right = (np.cumsum([0, *numbers[:-1]]) for numbers in (counts, widths))
    entries = (
        np.concatenate([relation.factors for relation in relations]),
        (
            np.concatenate([relation.lines + first for relation, first in zip(relations, down, strict=True)]),
            np.concatenate(
                [relation.columns + first for relation, first in zip(relations, right, strict=True)]
            ),
        ),
    )
    slack = [relation.sides / problem.scale for relation, problem in zip(relations, problems, strict=True)]
    return {
        matrix: coo_array(entries, shape=(sum(counts), sum(widths))).tocsr(),
        sides: np.minimum(np.concatenate(slack), _FAR),
    }
