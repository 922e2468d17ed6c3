"""Relations of size that hold for any company: what a reader knows without adding anything up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from publishing.linear_audit.cells import ALL_TOOLS, COMPANY, PEOPLE, TOTAL
from publishing.linear_audit.headcounts import headcounts
from publishing.linear_audit.knowledge import (
    AT_MOST,
    AT_MOST_DAILY,
    FEW_OTHERS,
    OF_TASKS,
    OVER_ITEMS,
    TASK_PEOPLE,
    people_behind,
)
from publishing.linear_audit.rows import Cells, Row, at_most
from publishing.linear_audit.tiers import of_tiers
from publishing.periods import Period

# Cells of one unit and period by tool, measure and item.
_Places = dict[tuple[str, str, str], int]
_KIND = "sizes"


def inequalities(cells: Cells, k: int) -> Iterator[Row]:
    """Every one that holds for the exact figures, whatever is hidden."""
    heads = headcounts(cells.values())
    for (period, unit), places in _units(cells).items():
        days = float((period.end - period.start).days)
        yield from _pairs(places, cells, days)
        yield from _over_tools(places, cells)
        yield from _over_items(places, cells)
        yield from _over_tasks(places, cells)
        for _, uncached, reached in of_tiers(places):
            yield from at_most(_KIND, uncached, reached, cells)
        if unit != COMPANY:
            yield from _few_others(places, cells, k)
        yield from _within_headcount(places, cells, heads.get((period, unit)))


def behind_totals(cells: Cells, k: int) -> Iterator[tuple[int, int, float]]:
    """A total that is shown has at least k people behind it, so as many people are there.

    Each total, the count of these people, and how far down that may go while the total is shown.
    """
    for places in _units(cells).values():
        for (tool, measure, item), index in places.items():
            if cells[index].kind == TOTAL:
                people = people_behind(measure)
                place = places.get((tool, people, item), places.get((tool, people, "")))
                if place is not None:
                    for row in at_most(_KIND, [], [(place, 1.0)], cells, -float(k)):
                        yield index, place, row.slack


def _units(cells: Cells) -> dict[tuple[Period, str], _Places]:
    units: dict[tuple[Period, str], _Places] = defaultdict(dict)
    for index, cell in cells.items():
        units[cell.period, cell.unit_key][cell.tool, cell.measure, cell.item] = index
    return units


def _pairs(places: _Places, cells: Cells, days: float) -> Iterator[Row]:
    for (tool, measure, item), index in places.items():
        for larger_of, times in ((AT_MOST, 1.0), (AT_MOST_DAILY, days)):
            for larger in larger_of.get(measure, ()):
                other = places.get((tool, larger, item), places.get((tool, larger, "")))
                if other is not None:
                    yield from at_most(_KIND, [(index, 1.0)], [(other, times)], cells)


def _over_tools(places: _Places, cells: Cells) -> Iterator[Row]:
    """People of `all` tools: at least those of any tool, at most those of all tools added up."""
    tools: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (tool, measure, item), index in places.items():
        if tool != ALL_TOOLS and cells[index].kind == PEOPLE and not cells[index].is_additive:
            tools[measure, item].append(index)
    for (measure, item), members in tools.items():
        # Cells of earlier releases have no exact count beside the denominator.
        denominator = places.get((ALL_TOOLS, measure, item))
        whole = places.get((ALL_TOOLS, FEW_OTHERS.get(measure, measure), item), denominator)
        yield from _union(members, whole, cells)


def _over_items(places: _Places, cells: Cells) -> Iterator[Row]:
    items: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (tool, measure, _), index in places.items():
        if measure in OVER_ITEMS:
            items[tool, measure].append(index)
    for (tool, measure), members in items.items():
        yield from _union(members, places.get((tool, OVER_ITEMS[measure], "")), cells)


def _over_tasks(places: _Places, cells: Cells) -> Iterator[Row]:
    """People of a category of tasks use one of the features and tools that stand for it."""
    tasks: dict[str, list[int]] = defaultdict(list)
    for (tool, measure, _), index in places.items():
        if tool != ALL_TOOLS and measure in OF_TASKS and cells[index].part_item:
            tasks[cells[index].part_item].append(index)
    for task, members in tasks.items():
        yield from _union(members, places.get((ALL_TOOLS, TASK_PEOPLE, task)), cells)


def _few_others(places: _Places, cells: Cells, k: int) -> Iterator[Row]:
    """A denominator of all tools counts at most k people of other tools."""
    for counted, users in FEW_OTHERS.items():
        more, fewer = places.get((ALL_TOOLS, counted, "")), places.get((ALL_TOOLS, users, ""))
        if more is not None and fewer is not None:
            yield from at_most(_KIND, [(more, 1.0)], [(fewer, 1.0)], cells, float(k))


def _union(members: list[int], whole: int | None, cells: Cells) -> Iterator[Row]:
    """The whole counts the people of its members, each person once."""
    if whole is None:
        return
    for index in members:
        yield from at_most(_KIND, [(index, 1.0)], [(whole, 1.0)], cells)
    yield from at_most(_KIND, [(whole, 1.0)], [(index, 1.0) for index in members], cells)


def _within_headcount(places: _Places, cells: Cells, headcount: float | None) -> Iterator[Row]:
    """No count of people of a unit is larger than its headcount, which is always shown."""
    if headcount is not None:
        for index in places.values():
            if cells[index].kind == PEOPLE:
                yield from at_most(_KIND, [(index, 1.0)], [], cells, headcount)
