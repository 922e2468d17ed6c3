"""What a reader knows: figures that are shown, and relations between figures, shown or not."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

INFINITY = float("inf")
# A family of relations of which more than this share fails on shown figures is not true of the product.
FAILING = 0.05


class Quantity(NamedTuple):
    """One figure of a period, unit and tool, wherever it is published. `item`: product, basis or family."""

    name: str
    period: str
    start: dt.date
    unit: str
    tool: str = ""
    item: str = ""

    def at(self, **other: Any) -> Quantity:
        """The same figure of another unit, tool or item."""
        return self._replace(**other)

    def __str__(self) -> str:
        parts = [self.name, str(self.start), self.unit, self.tool, self.item]
        return f"{self.period} " + " ".join(part for part in parts if part)


Terms = Mapping[Quantity, float]


@dataclass(frozen=True)
class Relation:
    """A weighted sum of figures that lies between two bounds; `family` names the kind of reasoning."""

    family: str
    terms: Terms
    lower: float
    upper: float

    def __str__(self) -> str:
        said = " ".join(f"{weight:+g}·[{quantity}]" for quantity, weight in self.terms.items())
        return f"{self.family}: {self.lower:g} ≤ {said} ≤ {self.upper:g}"


@dataclass
class Knowledge:
    """Everything that follows from published rows before anything is solved."""

    known: dict[Quantity, float] = field(default_factory=dict)
    hidden: set[Quantity] = field(default_factory=set)
    places: dict[Quantity, str] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)

    def read(self, quantity: Quantity, value: Any, place: str, is_suppressed: bool = False) -> None:
        """A published field: a figure, or NULL, which is hidden if its row says so."""
        if value is not None:
            self.known.setdefault(quantity, float(value))
        elif is_suppressed:
            self.hidden.add(quantity)
        self.places.setdefault(quantity, place)

    def relate(
        self, family: str, terms: Mapping[Quantity, float], lower: float = 0.0, upper: float = 0.0
    ) -> None:
        """Note a relation; by default its terms add up to nothing."""
        self.relations.append(Relation(family, dict(terms), lower, upper))

    def at_most(self, family: str, less: Quantity, *more: Quantity) -> None:
        """`less` is no more than the sum of `more`."""
        terms: dict[Quantity, float] = defaultdict(float)
        terms[less] += 1.0
        for quantity in more:
            terms[quantity] -= 1.0
        self.relate(family, terms, -INFINITY, 0.0)

    def adds_up(self, family: str, whole: Quantity, parts: Iterable[Quantity]) -> None:
        """The parts make the whole."""
        self.relate(family, {whole: 1.0} | dict.fromkeys(parts, -1.0))

    def ratio(self, family: str, value: Any, numerator: Quantity, denominator: Quantity) -> None:
        """A shown ratio: what stands above is that many times what stands below."""
        if value is None:
            return
        above = self.known.get(numerator)
        below = self.known.get(denominator)
        exact = float(value)
        slack = 1e-9 * max(abs(above or 0.0), abs(exact * (below or 0.0)), 1.0)
        self.relate(family, {numerator: 1.0, denominator: -exact}, -slack, slack)

    def within(self, family: str, quantity: Quantity, lower: float, upper: float) -> None:
        """A figure told as a range."""
        self.relate(family, {quantity: 1.0}, lower, upper)

    def tested(self) -> Knowledge:
        """The same without relations that published figures contradict."""
        checked: Counter[str] = Counter()
        failed: Counter[str] = Counter()
        kept: list[Relation] = []
        for relation in self.relations:
            if relation.terms.keys() <= self.known.keys():
                checked[relation.family] += 1
                if not _holds(relation, self.known):
                    failed[relation.family] += 1
                    continue
            kept.append(relation)
        untrue = {family for family, count in failed.items() if count > max(1, FAILING * checked[family])}
        relations = [relation for relation in kept if relation.family not in untrue]
        return Knowledge(self.known, self.hidden, self.places, relations)

    def untrue_families(self) -> set[str]:
        """Families of relations that are dropped as a whole."""
        return {r.family for r in self.relations} - {r.family for r in self.tested().relations}


def _holds(relation: Relation, known: Mapping[Quantity, float]) -> bool:
    products = [weight * known[quantity] for quantity, weight in relation.terms.items()]
    total, slack = sum(products), 1e-6 * max(1.0, *(abs(product) for product in products))
    return relation.lower - slack <= total <= relation.upper + slack
