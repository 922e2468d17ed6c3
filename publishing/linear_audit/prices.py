"""What readers learn by division: money that is a price times a count.

A price is taken as known whether or not a row shows both: contracts and list prices are no secret.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from publishing.linear_audit.cells import Cell, Key
from publishing.linear_audit.knowledge import PRICED, PRICED_BY_DAY, PRICED_PEOPLE
from publishing.linear_audit.rows import Cells, Row, at_most

_KIND = "prices"
# Two quotients that differ by a smaller share are the same price: money is rounded.
_SAME_PRICE = 1e-6


@dataclass(frozen=True, slots=True)
class _Pair:
    """Money and count of one unit, by their places."""

    money: int
    count: int
    price: float


def prices(cells: Cells) -> Iterator[Row]:
    """Money is the price times the count, in every unit that pays what others pay.

    The price of a seat-day is known even where only one unit pays it. Where it changed, or depends on the plan,
    money lies between the least and the most that a unit paid a day, and so does the money of people who each
    hold a seat on one day at least.
    """
    places = {cell.key: index for index, cell in cells.items()}
    for line in _lines(cells, places):
        is_by_day = cells[line[0].money].measure == PRICED_BY_DAY
        price = _common(line, cells, is_public=is_by_day)
        elsewhere = []
        for pair in line:
            if price is not None and _is_same(pair.price, price):
                yield Row(_KIND, ((pair.money, 1.0), (pair.count, -pair.price)))
            else:
                elsewhere.append(pair)
        if is_by_day:
            least, most = min(pair.price for pair in line), max(pair.price for pair in line)
            for pair in elsewhere:
                yield from _between(pair.money, pair.count, least, most, cells)
            yield from _money_of_people((cells[pair.money] for pair in line), places, least, most, cells)


def _lines(cells: Cells, places: Mapping[Key, int]) -> Iterable[list[_Pair]]:
    """Money and count side by side, those of all units of a tool and item together."""
    lines: dict[tuple[str, str, str, str], list[_Pair]] = defaultdict(list)
    for index, cell in cells.items():
        for count in PRICED.get(cell.measure, ()):
            place = (cell.period, cell.unit_key, cell.tool, count)
            other = places.get((*place, cell.item), places.get((*place, "")))
            if other is not None and cell.value > 0 and cells[other].value > 0:
                pair = _Pair(index, other, cell.value / cells[other].value)
                lines[cell.tool, cell.measure, cell.item, count].append(pair)
    return lines.values()


def _common(line: Iterable[_Pair], cells: Cells, *, is_public: bool) -> float | None:
    """The price that most different numbers have; None where all differ, or one says nothing of the others.

    is_public: whether the price is known that only one number has
    """
    ordered = sorted(line, key=lambda pair: pair.price)
    runs: list[list[_Pair]] = [ordered[:1]]
    for before, pair in pairwise(ordered):
        if _is_same(before.price, pair.price):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    counts = [len({cells[pair.count].value for pair in run}) for run in runs]
    most = max(counts)
    is_known = most > 1 or (is_public and len(runs) == 1)
    return runs[counts.index(most)][0].price if is_known else None


def _is_same(price: float, other: float) -> bool:
    return abs(price - other) <= _SAME_PRICE * other


def _money_of_people(
    units: Iterable[Cell], places: Mapping[Key, int], least: float, most: float, cells: Cells
) -> Iterator[Row]:
    for cell in units:
        days = float((cell.period.end - cell.period.start).days)
        for money, people in PRICED_PEOPLE.items():
            found = [
                places.get((cell.period, cell.unit_key, cell.tool, name, cell.item)) for name in (money, people)
            ]
            if found[0] is not None and found[1] is not None:
                yield from _between(found[0], found[1], least, most * days, cells)


def _between(money: int, count: int, least: float, most: float, cells: Cells) -> Iterator[Row]:
    """A thing costs at least and at most so much."""
    yield from at_most(_KIND, [(count, least)], [(money, 1.0)], cells)
    yield from at_most(_KIND, [(money, 1.0)], [(count, most)], cells)
