"""Which hidden cells a reader can bound too tightly, by linear programming over what can be added up.

Variables are deviations from the exact figures, so that "nothing deviates" is always possible and no large
number stands beside a small one. Every cell is asked only whether it could lie as far away as its protection
asks for; how much further does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from publishing.linear_audit.blocks import TOLERANCE, Block
from publishing.linear_audit.lp import Problem, Solution, solutions
from publishing.linear_audit.proofs import Proofs, Wish
from publishing.linear_audit.propagation import propagated
from publishing.linear_audit.system import Floats, Marks, Places, System, joined

# Columns that can move by less are fixed.
_OPEN = 1e-6
# In which a question can be granted, at most.
_WAYS = 3


@dataclass(frozen=True, slots=True)
class Question:
    """Could this column be lower by `below` and higher by `above`; or, if not, further to one side alone?

    `slide` is how far down or up one side alone must reach; None where only both will do.
    """

    column: int
    below: float
    above: float
    slide: tuple[float, float] | None = None

    @property
    def ways(self) -> list[list[Wish]]:
        """Each of them is enough. One side alone first: most hidden figures may be as large as anything."""
        both = self._wishes(self.below, self.above)
        if self.slide is None:
            return [both]
        return [self._wishes(0.0, self.slide[1]), self._wishes(self.slide[0], 0.0), both]

    def _wishes(self, below: float, above: float) -> list[Wish]:
        asked = ((1.0, above), (-1.0, below))
        return [Wish(self.column, direction, distance) for direction, distance in asked if distance > 0]


class Known:
    """What is hidden now: how far each column may go, as far as single rows say."""

    def __init__(self, system: System, floors: Floats, free: Marks, near: Marks) -> None:
        """near: columns of the periods that matter; what limits others is not worked out."""
        rows = system.rows_of(np.flatnonzero(free & near))
        limits = np.where(free, floors, 0.0), np.where(free, np.inf, 0.0)
        self.system, self.near, self._is_free = system, near, free
        self.limits = propagated(
            limits, system.whole, system.matrix[rows], system.sides[rows], system.is_equal[rows]
        )
        self.is_open: Marks = self.limits[1] - self.limits[0] > _OPEN
        within = rows[system.is_within[rows]]
        self._part = joined(system.matrix[within], self.is_open)
        self._members = _Parts(self._part)

    def allows(self, wish: Wish) -> bool:
        """Whether the column's own limits let it go so far."""
        lows, highs = self.limits
        room = highs[wish.column] if wish.direction > 0 else -lows[wish.column]
        return bool(room >= wish.distance * (1 - TOLERANCE))

    def connected_to(self, columns: Places) -> Marks:
        """Columns that these, which are known, say something about: directly or through others."""
        touched = np.zeros(len(self.is_open), dtype=np.bool_)
        touched[columns] = True
        touched[self.system.columns_of(self.system.rows_of(columns))] = True
        # Through fixed ones as well: it may be the known ones that fix them.
        label = joined(self.system.matrix, self._is_free)
        near: Marks = np.isin(label, label[touched])
        return near

    def part(self, column: int) -> int:
        """Number of the open columns that make up sums with it in its period."""
        return int(self._part[column])

    def alone(self, part: int) -> Block:
        """A part, while all others stay as they are: what it can do is certain."""
        return self._block(self._inner(self._members[part]))

    def among_free_ones(self, part: int) -> Block:
        """A part, while the others in its rows are free within their limits: what it cannot do is certain."""
        return self._loose(self._members[part])

    def with_neighbours(self, part: int) -> Block:
        """A part and those in its rows, while all others stay as they are."""
        return self._block(self._inner(self._around(part)))

    def among_far_ones(self, part: int) -> Block:
        """A part and those in its rows, while the others in their rows are free within their limits."""
        return self._loose(self._around(part))

    def together(self) -> Callable[[int], Block]:
        """Every column that hangs together with a part, whatever its period."""
        label = joined(self.system.matrix, self.is_open)
        members = _Parts(label)
        return lambda part: self._block(members[label[self._members[part][0]]])

    def _around(self, part: int) -> Places:
        rows = self.system.rows_of(self._members[part])
        parts = np.unique(self._part[self._only_open(self.system.columns_of(rows))])
        return np.sort(np.concatenate([self._members[number] for number in parts.tolist()]))

    def _inner(self, columns: Places) -> Places:
        return columns[self.near[columns]]

    def _only_open(self, columns: Places) -> Places:
        return columns[self.is_open[columns]]

    def _loose(self, columns: Places) -> Block:
        rows = self.system.rows_of(columns)
        return self._block(self._only_open(self.system.columns_of(rows)), rows)

    def _block(self, columns: Places, rows: Places | None = None) -> Block:
        system = self.system
        rows = system.rows_of(columns) if rows is None else rows
        return Block(
            columns,
            rows,
            self.limits[0][columns],
            self.limits[1][columns],
            system.matrix[rows][:, columns],
            system.sides[rows],
            system.is_equal[rows],
        )


class Solver:
    """Asks about one system again and again, while more and more of it is hidden."""

    def __init__(self, system: System) -> None:
        self._proofs = Proofs(system)

    def refused(self, known: Known, questions: Iterable[Question], everything: Callable[[], Known]) -> set[int]:
        """Columns of questions to which the answer is no.

        Each is asked among the columns of its part first, then with their neighbours, and only where neither
        tells among everything.
        """
        left = _Asking(self._proofs, known, _strictest(questions))
        left.hope(known.alone)
        left.doubt(known.among_free_ones)
        left.hope(known.with_neighbours, is_thorough=True)
        left.doubt(known.among_far_ones)
        if left.questions:
            all_of_it = everything()
            last = _Asking(self._proofs, all_of_it, left.questions)
            last.decide(all_of_it.together())
            return left.refused | last.refused | {question.column for question in last.questions}
        return left.refused


class _Asking:
    """Questions about what is hidden now.

    Attributes:
        questions: those without an answer.
        refused: columns of those to which the answer is no.
    """

    def __init__(self, proofs: Proofs, known: Known, questions: Iterable[Question]) -> None:
        self._proofs, self._known = proofs, known
        self._answers: dict[Wish, bool | None] = {}
        self.refused: set[int] = set()
        self.questions = list(questions)
        self._settle()

    def hope(self, block: Callable[[int], Block], *, is_thorough: bool = False) -> None:
        """Grant what is possible within these blocks of parts.

        is_thorough: ask one by one in the end; otherwise as far as it is quickly seen
        """
        for way in range(_WAYS):
            self._attempt(self._open_wishes(way), block, is_sure=True, is_thorough=is_thorough)
        self._settle()

    def doubt(self, block: Callable[[int], Block]) -> None:
        """Refuse what is impossible within these blocks of parts."""
        for way in range(_WAYS):
            self._attempt(self._open_wishes(way, once_refused=True), block, is_final=True)
        self._settle()

    def decide(self, block: Callable[[int], Block]) -> None:
        """Grant or refuse; the blocks hold everything that matters."""
        for way in range(_WAYS):
            self._attempt(self._open_wishes(way, once_refused=True), block, is_sure=True, is_final=True)
        self._settle()

    def _answer(self, wish: Wish) -> bool | None:
        if wish not in self._answers:
            limits = self._known.limits
            is_no = not self._known.allows(wish)
            is_yes = not is_no and self._proofs.is_reached(wish, limits)
            is_no = is_no or (not is_yes and self._proofs.is_refuted(wish, limits))
            self._answers[wish] = is_yes if is_yes or is_no else None
        return self._answers[wish]

    def _settle(self) -> None:
        left = []
        for question in self.questions:
            answers = [[self._answer(wish) for wish in way] for way in question.ways]
            if all(False in way for way in answers):
                self.refused.add(question.column)
            elif not any(all(way) for way in answers):
                left.append(question)
        self.questions = left

    def _open_wishes(self, way: int, *, once_refused: bool = False) -> list[Wish]:
        """Of questions that may still be granted this way; `once_refused`: where the ways before are out."""
        found = []
        for question in self.questions:
            ways = question.ways
            answers = [[self._answer(wish) for wish in wishes] for wishes in ways[: way + 1]]
            is_asked = way < len(ways) and False not in answers[way] and not any(map(all, answers))
            if is_asked and (not once_refused or all(False in before for before in answers[:way])):
                found += [wish for wish in ways[way] if self._answer(wish) is None]
        return found

    def _attempt(
        self,
        wishes: list[Wish],
        block: Callable[[int], Block],
        *,
        is_sure: bool = False,
        is_final: bool = False,
        is_thorough: bool = False,
    ) -> None:
        """Ask for all wishes of a part together, and again for those that were not granted as long as any is.

        is_sure: what is granted is certain
        is_final: what is not granted is certain; those are asked one by one in the end
        is_thorough: they are asked one by one though a no is not certain
        """
        problems = list(self._problems(wishes, block))
        alone: list[Problem] = []
        while problems:
            again: list[Problem] = []
            for solution in solutions(problems):
                problem = solution.problem
                reached = self._take(solution, is_sure=is_sure, is_final=is_final)
                left = {c: d for c, d in problem.wanted.items() if c not in reached}
                if left:
                    (again if reached else alone).append(Problem(problem.block, problem.direction, left))
            problems = again
        if is_final or is_thorough:
            apart = [
                Problem(problem.block, problem.direction, {column: distance})
                for problem in alone
                if len(problem.wanted) > 1
                for column, distance in problem.wanted.items()
            ]
            for solution in solutions(apart):
                self._take(solution, is_sure=is_sure, is_final=is_final)

    def _problems(self, wishes: Iterable[Wish], block: Callable[[int], Block]) -> Iterator[Problem]:
        parts: dict[int, dict[float, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
        for wish in wishes:
            parts[self._known.part(wish.column)][wish.direction][wish.column] = wish.distance
        for part, directions in parts.items():
            of_part = block(part)
            for direction, wanted in directions.items():
                yield Problem(of_part, direction, wanted)

    def _take(self, solution: Solution, *, is_sure: bool, is_final: bool) -> set[int]:
        """Keep what a solution says; the columns that got as far as asked."""
        problem = solution.problem
        wishes = [Wish(column, problem.direction, far) for column, far in problem.wanted.items()]
        reached = [
            wish
            for wish in wishes
            if wish.direction * solution.moves[problem.block.place(wish.column)]
            >= wish.distance * (1 - TOLERANCE)
        ]
        if is_sure:
            self._proofs.keep_deviations(solution, reached)
            self._answers |= dict.fromkeys(reached, True)
        if is_final and len(wishes) == 1 and not reached:
            self._proofs.keep_limit(solution, wishes[0])
            self._answers[wishes[0]] = False
        return {wish.column for wish in reached}


def _strictest(questions: Iterable[Question]) -> Iterable[Question]:
    """One question for all figures of a column: what each of them asks at least."""
    asked: dict[int, Question] = {}
    for question in questions:
        before = asked.get(question.column, question)
        slide = None
        if before.slide and question.slide:
            down, up = zip(before.slide, question.slide, strict=True)
            slide = max(down), max(up)
        both = max(before.below, question.below), max(before.above, question.above)
        asked[question.column] = Question(question.column, *both, slide)
    return asked.values()


class _Parts:
    """Columns by the number of their part, each in order."""

    def __init__(self, numbers: Places) -> None:
        self._order = np.argsort(numbers, kind="stable")
        self._starts = np.searchsorted(numbers[self._order], np.arange(numbers.max(initial=-1) + 2))

    def __getitem__(self, number: int) -> Places:
        found: Places = self._order[self._starts[number] : self._starts[number + 1]]
        return found
