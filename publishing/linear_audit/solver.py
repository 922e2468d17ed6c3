"""Which hidden cells a reader can bound too tightly, by linear programming over what can be added up.

Variables are deviations from the exact figures, so that "nothing deviates" is always possible and no large
number stands beside a small one. Every cell is asked only whether it could lie as far away as its protection
asks for; how much further does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from publishing.linear_audit.blocks import Block
from publishing.linear_audit.lp import Problem, unreached
from publishing.linear_audit.presolve import Simplified
from publishing.linear_audit.rows import Row


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

    def __init__(
        self,
        floors: dict[int, float],
        rows: list[Row],
        whole: Collection[int] = (),
        edge: Collection[int] = (),
    ) -> None:
        """Members of rows that are no variables are constants.

        floors: variable → most negative deviation
        whole: variables that can only deviate by whole numbers
        edge: variables of which not all relations are here
        """
        simple = Simplified(floors, rows, whole)
        self._same, self._floors, self._ceilings = simple.same, simple.floors, simple.ceilings
        self._all_rows, self._rows = rows, simple.rows
        self._edge = frozenset(edge)
        self._rows_of: dict[int, list[int]] = defaultdict(list)
        for number, row in enumerate(self._rows):
            for variable, _ in row.members:
                self._rows_of[variable].append(number)

    def unanswered(self, questions: Iterable[Question], near: frozenset[str]) -> tuple[_Asked, _Asked]:
        """Questions to which the answer is no, by variable; and those that what is beyond the edge decides.

        near: relations of these kinds make up parts, and each is asked by itself first: as long as all others
              stay as they are, a yes is certain; as long as the others in its relations are free within their
              limits, a no is. What is left is asked with the neighbours, and at last with everything
        """
        put = list(questions)
        asked = self._strictest(put)
        parts = self._components(near)
        left = _refused(self._alone(parts, asked), is_quick=True)
        left = _refused(self._with_neighbours(parts, _only(asked, left)), is_quick=True)
        no = _refused(self._among_free_ones(parts, _only(asked, left)))
        no |= _refused(self._with_neighbours(parts, _only(asked, left - no), is_loose=True))
        unsure = _refused(self._alone(self._components(None), _only(asked, left - no)))
        if not self._edge:
            no, unsure = no | unsure, set()
        return self._of(put, no), self._of(put, unsure)

    def _of(self, questions: Iterable[Question], ones: set[int]) -> _Asked:
        return {question.variable: question for question in questions if self._same[question.variable] in ones}

    def _strictest(self, questions: Iterable[Question]) -> _Asked:
        """One question for all variables that are the same: what each of them asks at least."""
        asked: _Asked = {}
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

    def _alone(self, parts: Iterable[list[int]], asked: _Asked) -> _Put:
        for part, questions in _asked_parts(parts, asked):
            inner = [variable for variable in part if variable not in self._edge]
            yield self._block(inner, self._numbers(inner)), questions

    def _among_free_ones(self, parts: Iterable[list[int]], asked: _Asked) -> _Put:
        for part, questions in _asked_parts(parts, asked):
            numbers = self._numbers(part)
            yield self._block(sorted({*part, *self._members(numbers)}), numbers), questions

    def _with_neighbours(self, parts: Sequence[list[int]], asked: _Asked, *, is_loose: bool = False) -> _Put:
        part_of = {variable: part for part in parts for variable in part}
        for part, questions in _asked_parts(parts, asked):
            members = {*part, *self._members(self._numbers(part))}
            near = {variable for member in members for variable in part_of[member]}
            numbers = self._numbers(near)
            near = near | self._members(numbers) if is_loose else near - self._edge
            yield self._block(sorted(near), numbers), questions

    def _numbers(self, variables: Iterable[int]) -> list[int]:
        return sorted({number for variable in variables for number in self._rows_of[variable]})

    def _members(self, numbers: Iterable[int]) -> set[int]:
        return {variable for number in numbers for variable, _ in self._rows[number].members}

    def _block(self, variables: Sequence[int], numbers: Iterable[int]) -> Block:
        return Block.of(variables, [self._rows[number] for number in numbers], self._floors, self._ceilings)


_Asked = dict[int, Question]
_Put = Iterator[tuple[Block, list[Question]]]


def _only(asked: _Asked, variables: Collection[int]) -> _Asked:
    return {variable: asked[variable] for variable in variables}


def _asked_parts(parts: Iterable[list[int]], asked: _Asked) -> Iterator[tuple[list[int], list[Question]]]:
    for part in parts:
        if questions := [asked[variable] for variable in part if variable in asked]:
            yield part, questions


def _refused(blocks: _Put, *, is_quick: bool = False) -> set[int]:
    """Variables that cannot go as far as their questions ask."""
    put = list(blocks)
    # One side alone first: most hidden figures may be as large as anything.
    no = _too_far(put, lambda q: (0.0, q.slide[1]) if q.slide else (q.below, q.above), is_quick)
    sliding = {q.variable for _, questions in put for q in questions if q.slide} & no
    down = _too_far(_put_again(put, sliding), lambda q: (q.slide[0] if q.slide else 0.0, 0.0), is_quick)
    return (no - sliding) | _too_far(_put_again(put, down), lambda q: (q.below, q.above), is_quick)


def _put_again(
    blocks: Iterable[tuple[Block, list[Question]]], variables: set[int]
) -> list[tuple[Block, list[Question]]]:
    kept = ((block, [q for q in questions if q.variable in variables]) for block, questions in blocks)
    return [(block, questions) for block, questions in kept if questions]


def _too_far(
    blocks: Sequence[tuple[Block, list[Question]]],
    sides: Callable[[Question], tuple[float, float]],
    is_quick: bool,
) -> set[int]:
    """Variables that cannot go as far as `sides` says: how far down and how far up."""
    refused: set[int] = set()
    for direction, side in ((1.0, 1), (-1.0, 0)):
        problems = []
        for block, questions in blocks:
            asked = (q for q in questions if q.variable not in refused)
            wanted = [(q.variable, distance) for q in asked if (distance := sides(q)[side]) > 0]
            possible = [entry for entry in wanted if block.allows(entry[0], direction * entry[1])]
            refused |= {variable for variable, _ in wanted} - {variable for variable, _ in possible}
            if possible:
                problems.append(Problem(block, possible))
        refused |= unreached(problems, direction, is_quick=is_quick)
    return refused
