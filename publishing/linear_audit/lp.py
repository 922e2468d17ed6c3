"""Calls of the linear solver (scipy's HiGHS): many small problems side by side in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack

from publishing.linear_audit.blocks import Block
from publishing.linear_audit.system import Floats, Places

# A deviation this many times the protection is as good as an endless one: it keeps the numbers of one
# program within the solver's precision, and can only make the answer stricter.
FAR = 1e5
# Variables of one call to the solver at about most. Independent problems stand side by side in one call: most
# are so small that the call costs more than they do, and what is left is shared by the workers.
_VARIABLES_PER_CALL = 1000
_WORKERS = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One block, asked to move these columns as far as these distances, all at once, up (1) or down (-1)."""

    block: Block
    direction: float
    wanted: dict[int, float]

    @property
    def scale(self) -> float:
        """The unit of its numbers: keeps every problem of a call at about the same size."""
        return min(self.wanted.values())


@dataclass(frozen=True, slots=True)
class Solution:
    """How far each column of a problem's block goes, and what each row counts for in that none goes further."""

    problem: Problem
    moves: Floats
    weights: Floats


def solutions(problems: Sequence[Problem]) -> Iterator[Solution]:
    """Of each problem in its order, apart from the others; none where the solver gave up."""
    batches = list(_batches(problems))
    if len(batches) < _WORKERS:
        for batch in batches:
            yield from _solve(batch)
        return
    # The solver itself runs without Python's lock, so threads use several processors.
    with ThreadPoolExecutor(_WORKERS) as pool:
        for solved in pool.map(lambda batch: list(_solve(batch)), batches):
            yield from solved


def _batches(problems: Iterable[Problem]) -> Iterator[list[Problem]]:
    """Problems that are solved in one call."""
    batch: list[Problem] = []
    size = 0
    for problem in problems:
        if batch and size + len(problem.block.columns) > _VARIABLES_PER_CALL:
            yield batch
            batch, size = [], 0
        batch.append(problem)
        size += len(problem.block.columns)
    if batch:
        yield batch


def _solve(problems: list[Problem]) -> Iterator[Solution]:
    costs, lows, highs = (np.concatenate(parts) for parts in zip(*map(_sizes, problems), strict=True))
    matrix = _side_by_side([problem.block.matrix for problem in problems])
    sides = np.concatenate([problem.block.sides / problem.scale for problem in problems])
    is_equal = np.concatenate([problem.block.is_equal for problem in problems])
    equal, at_most = np.flatnonzero(is_equal), np.flatnonzero(~is_equal)
    # Up and down are variables of their own: nothing moves in the solver's first guess, which keeps to all
    # rows, and it need not go far from there. Its own simplifications cost more time than they save.
    up, down = np.flatnonzero(highs > 0), np.flatnonzero(lows < 0)
    apart = csr_array(hstack([matrix[:, up], -matrix[:, down]], format="csr"))
    solved = linprog(
        np.concatenate([costs[up], -costs[down]]),
        **_rows("A_eq", "b_eq", apart, sides, equal),
        **_rows("A_ub", "b_ub", apart, sides, at_most),
        bounds=np.column_stack([np.zeros(len(up) + len(down)), np.concatenate([highs[up], -lows[down]])]),
        method="highs-ds",
        options={"presolve": False},
    )
    if solved.x is None:
        # The solver gave up. Apart, the good ones are answered; one that stays alone is not.
        half = len(problems) // 2
        if half:
            yield from _solve(problems[:half])
            yield from _solve(problems[half:])
        return
    moves = np.zeros(len(costs))
    moves[up] = solved.x[: len(up)]
    moves[down] -= solved.x[len(up) :]
    weights = np.zeros(len(sides))
    weights[equal], weights[at_most] = solved.eqlin.marginals, solved.ineqlin.marginals
    first = row = 0
    for problem in problems:
        width, height = len(problem.block.columns), len(problem.block.sides)
        yield Solution(problem, moves[first : first + width] * problem.scale, weights[row : row + height])
        first, row = first + width, row + height


def _side_by_side(blocks: Sequence[csr_array]) -> csr_array:
    """One matrix with the blocks along its diagonal. scipy's `block_diag` takes fifteen times as long for a
    hundred small ones: it turns each into coordinates and back.
    """
    widths = np.cumsum([0, *(block.shape[1] for block in blocks)])
    sizes = np.cumsum([0, *(block.nnz for block in blocks)])
    columns = [block.indices + before for block, before in zip(blocks, widths, strict=False)]
    ends = [block.indptr[1:] + before for block, before in zip(blocks, sizes, strict=False)]
    height = sum(block.shape[0] for block in blocks)
    values = np.concatenate([block.data for block in blocks])
    return csr_array(
        (values, np.concatenate(columns), np.concatenate([[0], *ends])), shape=(height, int(widths[-1]))
    )


def _sizes(problem: Problem) -> tuple[Floats, Floats, Floats]:
    """Costs, lower and upper bounds of a problem's variables, in its own unit."""
    block, scale = problem.block, problem.scale
    costs = np.zeros(len(block.columns))
    # Of columns that stand in each other's way the first ones are worth more: one goes all the way then, where
    # two at the same price might go half of it.
    highs = np.minimum(block.ceilings / scale, FAR)
    lows = np.maximum(block.floors / scale, -FAR)
    for number, (column, distance) in enumerate(problem.wanted.items()):
        place, far = block.place(column), distance / scale
        costs[place] = -problem.direction / far / (1 + number)
        if problem.direction > 0:
            highs[place] = min(highs[place], far)
        else:
            lows[place] = max(lows[place], -far)
    return costs, lows, highs


def _rows(matrix_name: str, sides_name: str, matrix: csr_array, sides: Floats, rows: Places) -> dict[str, Any]:
    """Arguments of `linprog`."""
    if not len(rows):
        return {}
    return {matrix_name: matrix[rows], sides_name: np.minimum(sides[rows], FAR)}
