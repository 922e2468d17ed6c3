"""Which hidden cells a reader can bound too tightly, by linear programming over what can be added up.

Variables are deviations from the exact figures, so that "nothing deviates" is always possible and no large
number stands beside a small one. Every cell is asked only whether it could lie as far away as its protection
asks for; how much further does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from publishing.linear_audit.presolve import Simplified
from publishing.linear_audit.rows import Row

# A deviation this many times the protection is as good as an endless one: it keeps the numbers of one
# program within the solver's precision, and can only make the answer stricter.
_FAR = 1e5
_TOLERANCE = 1e-6
# Variables of one call to the solver at about most. Independent problems stand side by side in one call: most
# are so small that the call costs more than they do.
_VARIABLES_PER_CALL = 3000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """Could this variable be lower by `below` and higher by `above`; or, if not, further to one side alone?

    `slide` is how far down or up one side alone must reach; None where only both will do.
    """

    variable: int
    below: float
    above: float
    slide: tuple[float, float] | None = None


class Program:
    """Unknown deviations, how far down and up each may go, and relations between them."""

    def __init__(self, floors: dict[int, float], rows: list[Row], whole: Collection[int] = ()) -> None:
        """Members of rows that are no variables are constants.

        floors: variable → most negative deviation
        whole: variables that can only deviate by whole numbers
        """
        simple = Simplified(floors, rows, whole)
        self._same, self._floors, self._ceilings = simple.same, simple.floors, simple.ceilings
        self._all_rows, self._rows = rows, simple.rows
        self._rows_of: dict[int, list[int]] = defaultdict(list)
        for number, row in enumerate(self._rows):
            for variable, _ in row.members:
                self._rows_of[variable].append(number)

    def unanswered(
        self, questions: Iterable[Question], kinds: frozenset[str] | None = None
    ) -> dict[int, Question]:
        """The questions to which the answer is no, by variable.

        kinds: let only variables deviate together that relations of these kinds connect (default: all kinds);
               the others stay as they are. That is quicker, and a yes is a yes anyway
        """
        put = list(questions)
        asked = self._strictest(put)
        blocks = [
            (self._block(variables), [asked[variable] for variable in variables if variable in asked])
            for variables in self._components(kinds)
            if not asked.keys().isdisjoint(variables)
        ]
        # One side alone first: most hidden figures may be as large as anything.
        no = _refused(blocks, lambda q: (0.0, q.slide[1]) if q.slide else (q.below, q.above))
        sliding = {variable for variable in no if asked[variable].slide is not None}
        down = _refused(_only(blocks, sliding), lambda q: (q.slide[0] if q.slide else 0.0, 0.0))
        left = (no - sliding) | _refused(_only(blocks, down), lambda q: (q.below, q.above))
        return {question.variable: question for question in put if self._same[question.variable] in left}

    def _strictest(self, questions: Iterable[Question]) -> dict[int, Question]:
        """One question for all variables that are the same: what each of them asks at least."""
        asked: dict[int, Question] = {}
        for question in questions:
            one = self._same[question.variable]
            before = asked.get(one, question)
            slide = None
            if before.slide and question.slide:
                down, up = zip(before.slide, question.slide, strict=True)
                slide = max(down), max(up)
            both = max(before.below, question.below), max(before.above, question.above)
            asked[one] = Question(one, *both, slide)
        return asked

    def connected_to(self, constants: set[int]) -> set[int]:
        """Variables that these constants say something about, directly or through others."""
        touched = {
            self._same[variable]
            for row in self._all_rows
            if any(member in constants for member, _ in row.members)
            for variable, _ in row.members
            if variable in self._same
        }
        near = {
            v for variables in self._components(None) if not touched.isdisjoint(variables) for v in variables
        }
        return {variable for variable, one in self._same.items() if one in near}

    def _components(self, kinds: frozenset[str] | None) -> list[list[int]]:
        variables = sorted(self._floors)
        place = {variable: number for number, variable in enumerate(variables)}
        first: list[int] = []
        second: list[int] = []
        for row in self._rows:
            if kinds is None or row.kind in kinds:
                members = [place[variable] for variable, _ in row.members if variable in place]
                first.extend(members[:1] * len(members))
                second.extend(members)
        size = len(variables)
        graph = coo_array((np.ones(len(first)), (first, second)), shape=(size, size))
        _, labels = connected_components(graph, directed=False)
        groups: dict[int, list[int]] = defaultdict(list)
        for variable, label in zip(variables, labels, strict=True):
            groups[int(label)].append(variable)
        return list(groups.values())

    def _block(self, variables: list[int]) -> _Block:
        place = {variable: number for number, variable in enumerate(variables)}
        numbers = sorted({number for variable in variables for number in self._rows_of[variable]})
        rows = [self._rows[number] for number in numbers]
        return _Block(
            place,
            np.array([self._floors[variable] for variable in variables]),
            np.array([self._ceilings[variable] for variable in variables]),
            _Relations.of([row for row in rows if row.is_equality], place),
            _Relations.of([row for row in rows if not row.is_equality], place),
        )


@dataclass(frozen=True, slots=True)
class _Relations:
    """A sparse matrix by its entries, and the right sides."""

    lines: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    factors: Floats
    sides: Floats

    @classmethod
    def of(cls, rows: Sequence[Row], place: dict[int, int]) -> _Relations:
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
class _Block:
    """Variables that hang together, and the relations between them."""

    place: dict[int, int]
    floors: Floats
    ceilings: Floats
    equal: _Relations
    at_most: _Relations

    def allows(self, variable: int, move: float) -> bool:
        """Whether the variable's own limits let it deviate so far."""
        column = self.place[variable]
        room = self.ceilings[column] if move > 0 else -self.floors[column]
        return bool(room >= abs(move) * (1 - _TOLERANCE))


@dataclass(frozen=True, slots=True)
class _Problem:
    """One block, asked to move these variables as far as these distances, all at once."""

    block: _Block
    wanted: list[tuple[int, float]]

    @property
    def scale(self) -> float:
        """The unit of its numbers: keeps every problem of a call at about the same size."""
        return min(distance for _, distance in self.wanted)


def _only(
    blocks: Iterable[tuple[_Block, list[Question]]], variables: set[int]
) -> list[tuple[_Block, list[Question]]]:
    kept = ((block, [q for q in questions if q.variable in variables]) for block, questions in blocks)
    return [(block, questions) for block, questions in kept if questions]


def _refused(
    blocks: Iterable[tuple[_Block, list[Question]]], sides: Callable[[Question], tuple[float, float]]
) -> set[int]:
    """Variables that cannot go as far as asked; `sides` says how far down and how far up."""
    put = list(blocks)
    refused: set[int] = set()
    for direction, side in ((1.0, 1), (-1.0, 0)):
        problems = []
        for block, questions in put:
            wanted = [(q.variable, distance) for q in questions if (distance := sides(q)[side]) > 0]
            possible = [entry for entry in wanted if block.allows(entry[0], direction * entry[1])]
            refused |= {variable for variable, _ in wanted} - {variable for variable, _ in possible}
            if possible:
                problems.append(_Problem(block, possible))
        refused |= _unreached(problems, direction)
    return refused


def _unreached(problems: list[_Problem], direction: float) -> set[int]:
    """Variables that cannot go as far as asked in this direction.

    What is reached together is certain. The others are asked again together, as long as that brings any there,
    and at last each with the block to itself.
    """
    alone: list[_Problem] = []
    while problems:
        reached = _reached(problems, direction)
        left = [
            _Problem(problem.block, entries)
            for problem in problems
            if (entries := [entry for entry in problem.wanted if entry[0] not in reached])
        ]
        before = {id(problem.block): len(problem.wanted) for problem in problems}
        is_stuck = [len(problem.wanted) == before[id(problem.block)] for problem in left]
        alone += [problem for problem, stuck in zip(left, is_stuck, strict=True) if stuck]
        problems = [problem for problem, stuck in zip(left, is_stuck, strict=True) if not stuck]
    single = {problem.wanted[0][0] for problem in alone if len(problem.wanted) == 1}
    several = [_Problem(p.block, [entry]) for p in alone if len(p.wanted) > 1 for entry in p.wanted]
    return (single | {problem.wanted[0][0] for problem in several}) - _reached(several, direction)


def _reached(problems: list[_Problem], direction: float) -> set[int]:
    return set(chain.from_iterable(_solve(batch, direction) for batch in _batches(problems)))


def _batches(problems: list[_Problem]) -> Iterator[list[_Problem]]:
    batch: list[_Problem] = []
    size = 0
    for problem in problems:
        if batch and size + len(problem.block.place) > _VARIABLES_PER_CALL:
            yield batch
            batch, size = [], 0
        batch.append(problem)
        size += len(problem.block.place)
    if batch:
        yield batch


def _solve(problems: list[_Problem], direction: float) -> set[int]:
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
            if moved >= distance * (1 - _TOLERANCE):
                reached.add(variable)
        start += len(problem.block.place)
    return reached


def _sizes(problem: _Problem, direction: float) -> tuple[Floats, Floats, Floats]:
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


def _stacked(matrix: str, sides: str, problems: list[_Problem], relations: list[_Relations]) -> dict[str, Any]:
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
