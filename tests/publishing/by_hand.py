"""What a reader can work out by hand about counts of people: intervals, narrowed by relation after relation.

Written apart from the product, with relations of its own and without a solver.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

from publishing.linear_audit.cells import Cell
from publishing.periods import Period

Key = tuple[Period, str, str, str, str]
# Members with their factors, and what they come to together at most.
Relation = tuple[list[tuple[float, Key]], float]
_NESTED = (
    *(("message_people", "active_people"), ("message_people", "user_messages")),
    *(("licensed_active_people", "active_people"), ("licensed_active_people", "licensed_people")),
)


class ByHand:
    """Least and most that each figure can be for somebody who sees the shown ones."""

    def __init__(
        self, cells: Iterable[Cell], headcounts: Iterable[tuple[str, dt.date, str, int]], k: int
    ) -> None:
        self._cells = {cell.key: cell for cell in cells}
        self._k = k
        self._heads = {
            (Period("week" if kind == "week" else "month", start), unit): count
            for kind, start, unit, count in headcounts
        }
        self.least: dict[Key, float] = {}
        self.most: dict[Key, float] = {}
        for key, cell in self._cells.items():
            most = self._heads.get(key[:2], math.inf) if cell.kind == "people" else math.inf
            self.least[key], self.most[key] = (1, most) if cell.is_hidden else (cell.value, cell.value)
        relations = [*self._sums(), *self._tools(), *self._pairs(), *self._seats(), *self._months()]
        self._narrow([*relations, *self._totals()])

    def told(self) -> set[Key]:
        """Counts, and rests of the headcount, that are certain to be 1 to k - 1."""
        return {key for key in self._cells if self._is_count_told(key) or self._is_rest_told(key)}

    def _is_count_told(self, key: Key) -> bool:
        cell = self._cells[key]
        is_small = cell.is_hidden and cell.kind == "people" and cell.value < self._k
        return is_small and self.most[key] < self._k

    def _is_rest_told(self, key: Key) -> bool:
        if key[3] not in ("active_people", "licensed_people") or self._cells[key].others is None:
            return False
        headcount = self._heads[key[:2]]
        is_small = 0 < headcount - self._cells[key].value < self._k
        return is_small and self.most[key] < headcount < self.least[key] + self._k

    def _narrow(self, relations: list[Relation]) -> None:
        is_changed = True
        while is_changed:
            is_changed = False
            for members, limit in relations:
                lows = [f * (self.least if f > 0 else self.most)[key] for f, key in members]
                rest = limit - sum(lows)
                if not math.isinf(rest):
                    for (factor, key), low in zip(members, lows, strict=True):
                        is_changed |= self._bound(key, factor, (rest + low) / factor)

    def _bound(self, key: Key, factor: float, bound: float) -> bool:
        if factor > 0 and (bound := math.floor(bound + 1e-6)) < self.most[key]:
            self.most[key] = bound
            return True
        if factor < 0 and (bound := math.ceil(bound - 1e-6)) > self.least[key]:
            self.least[key] = bound
            return True
        return False

    def _at(self, *key: object) -> list[tuple[float, Key]]:
        return [(1.0, key)] if key in self._cells else []  # type: ignore[list-item]

    def _sums(self) -> Iterator[Relation]:
        """The company counts the people of its units."""
        lines: dict[tuple[object, ...], list[tuple[float, Key]]] = defaultdict(list)
        for key, cell in self._cells.items():
            if _is_whole_number(cell):
                lines[key[0], key[2:]].append((-1.0 if key[1] == "all" else 1.0, key))
        for line in lines.values():
            yield line, 0.0
            yield [(-factor, key) for factor, key in line], 0.0

    def _tools(self) -> Iterator[Relation]:
        tools: dict[tuple[object, ...], list[tuple[float, Key]]] = defaultdict(list)
        for key, cell in self._cells.items():
            if cell.kind == "people" and key[2] != "all" and not key[4]:
                tools[key[0], key[1], key[3]].append((1.0, key))
        for (period, unit, measure), members in tools.items():
            for _, every in self._at(period, unit, "all", measure, ""):
                yield from (([(1.0, key), (-1.0, every)], 0.0) for _, key in members)
                yield [(1.0, every), *((-1.0, key) for _, key in members)], 0.0

    def _pairs(self) -> Iterator[Relation]:
        for period, unit, tool, measure, item in list(self._cells):
            for smaller, larger in _NESTED:
                if measure == smaller:
                    for _, other in self._at(period, unit, tool, larger, item):
                        yield [(1.0, (period, unit, tool, measure, item)), (-1.0, other)], 0.0

    def _seats(self) -> Iterator[Relation]:
        """One product a tool: holders of the product are those with a licence of the tool."""
        for key in [key for key in self._cells if key[3] == "seat_holders"]:
            days = float((key[0].end - key[0].start).days)
            for _, licences in self._at(*key[:3], "licensed_people", ""):
                yield [(1.0, key), (-1.0, licences)], 0.0
                yield [(-1.0, key), (1.0, licences)], 0.0
            for _, seat_days in self._at(*key[:3], "seat_days", key[4]):
                yield [(1.0, key), (-1.0, seat_days)], 0.0
                yield [(1.0, seat_days), (-days, key)], 0.0

    def _months(self) -> Iterator[Relation]:
        for key, cell in self._cells.items():
            month = key[0]
            if month.period_type == "month" and cell.kind == "people":
                weeks = [
                    (-1.0, other)
                    for other in ((Period("week", monday), *key[1:]) for monday in _mondays(month))
                    if other in self._cells
                ]
                if weeks:
                    yield [(1.0, key), *weeks], 0.0
                for _, week in weeks:
                    if week[0].start >= month.start and week[0].end <= month.end:
                        yield [(1.0, week), (-1.0, key)], 0.0

    def _totals(self) -> Iterator[Relation]:
        """A shown total has k people behind it."""
        people = {"user_messages": "message_people", "seat_days": "seat_holders"}
        for (period, unit, tool, measure, item), cell in self._cells.items():
            if not cell.is_hidden and measure in people:
                for _, behind in self._at(period, unit, tool, people[measure], item):
                    yield [(-1.0, behind)], -float(self._k)


def _is_whole_number(cell: Cell) -> bool:
    return cell.kind == "people" or cell.measure in ("user_messages", "seat_days")


def _mondays(month: Period) -> Iterator[dt.date]:
    monday = month.start - dt.timedelta(days=month.start.weekday())
    while monday < month.end:
        yield monday
        monday += dt.timedelta(days=7)
