"""Bounds on a hidden figure from everything that is known: a linear program, solved by HiGHS."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, identity

from tests.attack.knowledge import INFINITY, Knowledge, Quantity, Relation

_EPSILON = 1e-6
# A whole number is this close to what HiGHS finds for it.
ROUNDING = 1e-4


@dataclass
class _Part:
    """Relations that hang together by figures that are not shown."""

    columns: dict[Quantity, int]
    relations: list[Relation]
    matrix: csr_matrix | None = None
    limits: np.ndarray | None = None
    bounds: list[tuple[float, float]] = field(default_factory=list)
    # Values of all figures that agree with everything known: every program that was solved gives one.
    possible: list[np.ndarray] = field(default_factory=list)


class Program:
    """Bounds of weighted sums of figures; figures of `people` are whole numbers.

    A hidden figure of `somebody` counts at least one person, because nobody at all is shown as 0 there.
    """

    def __init__(self, knowledge: Knowledge, people: Iterable[str], somebody: Iterable[str]) -> None:
        self._knowledge = knowledge.tested()
        self._people = frozenset(people)
        self._somebody = frozenset(somebody)
        self._known = self._knowledge.known
        self._parts: dict[Quantity, _Part] = {}
        self.dropped: list[Relation] = []
        self._split()

    def bounds(self, terms: Mapping[Quantity, float]) -> tuple[float, float]:
        """Least and greatest value that a sum of figures can have; without end where nothing is known."""
        return self.lower(terms), self.upper(terms)

    def upper(self, terms: Mapping[Quantity, float]) -> float:
        """The greatest value that a sum of figures can have."""
        return -self.lower({quantity: -weight for quantity, weight in terms.items()})

    def lower(self, terms: Mapping[Quantity, float]) -> float:
        """The least value that a sum of figures can have."""
        least = 0.0
        for quantity, weight in terms.items():
            if quantity in self._known:
                least += weight * self._known[quantity]
            elif quantity not in self._parts:
                least += weight * self._least(quantity) if weight > 0 else -INFINITY
        for part, objective in self._by_part(terms):
            least += self._solve(part, objective)
        is_count = least > -INFINITY and all(quantity.name in self._people for quantity in terms)
        return float(math.ceil(least - ROUNDING)) if is_count else least

    def found_range(self, terms: Mapping[Quantity, float]) -> tuple[float, float]:
        """Least and greatest value of a sum of figures in the solutions found so far, whatever they were for.

        Its bounds are at least that far apart, which is known without solving a program. Infinity and its
        negative where nothing was solved yet.
        """
        if any(quantity not in self._known and quantity not in self._parts for quantity in terms):
            return -INFINITY, INFINITY
        least = greatest = sum(
            weight * self._known[quantity] for quantity, weight in terms.items() if quantity in self._known
        )
        for part, objective in self._by_part(terms):
            if not part.possible:
                return INFINITY, -INFINITY
            columns = [part.columns[quantity] for quantity in objective]
            values = np.array([solution[columns] for solution in part.possible]) @ list(objective.values())
            least, greatest = least + values.min(), greatest + values.max()
        return least, greatest

    def proof(self, terms: Mapping[Quantity, float]) -> list[str]:
        """What was put together: figures that are shown, and the relations that bind."""
        found = [self._said(quantity) for quantity in terms if quantity in self._known]
        for part, objective in self._by_part(terms):
            for sign in (1.0, -1.0):
                solved = _solved(part, sign * _costs(part, objective))
                if solved.status != 0:
                    continue
                binding = {int(row) for row in np.flatnonzero(np.abs(solved.ineqlin.marginals) > 1e-9)}
                position = 0
                for relation in part.relations:
                    sides = (relation.upper < INFINITY) + (relation.lower > -INFINITY)
                    if not binding.isdisjoint(range(position, position + sides)):
                        found.append(self._words(relation))
                    position += sides
        return list(dict.fromkeys(found))

    def _by_part(self, terms: Mapping[Quantity, float]) -> Iterable[tuple[_Part, dict[Quantity, float]]]:
        """The figures of a sum that are not shown, by the part that bounds them."""
        found: dict[int, tuple[_Part, dict[Quantity, float]]] = {}
        for quantity, weight in terms.items():
            if quantity not in self._known and quantity in self._parts:
                part = self._parts[quantity]
                found.setdefault(id(part), (part, {}))[1][quantity] = weight
        return found.values()

    def _said(self, quantity: Quantity) -> str:
        return f"{quantity} = {self._known[quantity]:g}"

    def _words(self, relation: Relation) -> str:
        said = " ".join(
            f"{weight:+g}·{self._said(q) if q in self._known else f'{q} (not shown)'}"
            for q, weight in relation.terms.items()
        )
        return f"{relation.family}: {relation.lower:g} ≤ {said} ≤ {relation.upper:g}"

    def _least(self, quantity: Quantity) -> float:
        return 1.0 if quantity in self._knowledge.hidden and quantity.name in self._somebody else 0.0

    def _split(self) -> None:
        """Relations with unknown figures, by what hangs together."""
        leader: dict[Quantity, Quantity] = {}

        def find(quantity: Quantity) -> Quantity:
            leader.setdefault(quantity, quantity)
            while leader[quantity] != quantity:
                leader[quantity] = leader[leader[quantity]]
                quantity = leader[quantity]
            return quantity

        used = []
        for relation in self._knowledge.relations:
            unknown = [quantity for quantity in relation.terms if quantity not in self._known]
            if not unknown:
                continue
            used.append((relation, unknown))
            first = find(unknown[0])
            for quantity in unknown[1:]:
                leader[find(quantity)] = first
        relations: dict[Quantity, list[Relation]] = defaultdict(list)
        members: dict[Quantity, dict[Quantity, int]] = defaultdict(dict)
        for relation, unknown in used:
            root = find(unknown[0])
            relations[root].append(relation)
            for quantity in unknown:
                members[root].setdefault(quantity, len(members[root]))
        for root, columns in members.items():
            part = _Part(columns, relations[root])
            for quantity in columns:
                self._parts[quantity] = part

    def _build(self, part: _Part) -> None:
        rows: list[int] = []
        columns: list[int] = []
        weights: list[float] = []
        limits: list[float] = []
        for relation in part.relations:
            constant = sum(w * self._known[q] for q, w in relation.terms.items() if q in self._known)
            unknown = {part.columns[q]: w for q, w in relation.terms.items() if q not in self._known}
            scale = max(abs(weight) for weight in unknown.values()) or 1.0
            slack = _EPSILON * max(1.0, abs(constant) * 1e-3)
            for sign, limit in ((1.0, relation.upper), (-1.0, -relation.lower)):
                if limit == INFINITY:
                    continue
                for column, weight in unknown.items():
                    rows.append(len(limits))
                    columns.append(column)
                    weights.append(sign * weight / scale)
                limits.append((limit - sign * constant + slack) / scale)
        shape = (len(limits), len(part.columns))
        part.matrix = csr_matrix((weights, (rows, columns)), shape=shape)
        part.limits = np.array(limits)
        part.bounds = [(self._least(quantity), INFINITY) for quantity in part.columns]
        part.possible = []

    def _solve(self, part: _Part, objective: Mapping[Quantity, float]) -> float:
        if part.matrix is None:
            self._build(part)
        return self._least_value(part, _costs(part, objective))

    def _least_value(self, part: _Part, costs: np.ndarray) -> float:
        solved = _solved(part, costs)
        if solved.status == 2:
            self._loosen(part)
            solved = _solved(part, costs)
        if solved.status != 0:
            return -INFINITY
        part.possible.append(solved.x)
        return float(solved.fun)

    def _loosen(self, part: _Part) -> None:
        """Drop the fewest relations that contradict the others, as somebody would who trusts most of them."""
        assert part.matrix is not None
        count, width = part.matrix.shape
        padded = hstack([part.matrix, -identity(count)]).tocsr()
        costs = np.concatenate([np.zeros(width), np.ones(count)])
        bounds = part.bounds + [(0.0, INFINITY)] * count
        solved = linprog(costs, A_ub=padded, b_ub=part.limits, bounds=bounds, method="highs")
        if solved.status != 0:
            return
        broken = {int(row) for row in np.flatnonzero(solved.x[width:] > 1e-7)}
        kept: list[Relation] = []
        position = 0
        for relation in part.relations:
            sides = (relation.upper < INFINITY) + (relation.lower > -INFINITY)
            if broken.isdisjoint(range(position, position + sides)):
                kept.append(relation)
            else:
                self.dropped.append(relation)
            position += sides
        part.relations = kept
        self._build(part)


def _costs(part: _Part, objective: Mapping[Quantity, float]) -> np.ndarray:
    costs = np.zeros(len(part.columns))
    for quantity, weight in objective.items():
        costs[part.columns[quantity]] = weight
    return costs


def _solved(part: _Part, costs: np.ndarray) -> Any:
    return linprog(costs, A_ub=part.matrix, b_ub=part.limits, bounds=part.bounds, method="highs")
