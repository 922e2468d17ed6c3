"""What readers can add up: sums over units, tools and parts, equal figures, and weeks against months."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from publishing.linear_audit.cells import ALL_TOOLS, COMPANY, UNATTRIBUTED, Cell
from publishing.periods import Period

# Two exact figures that differ by less are the same number: money has six decimals.
SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Row:
    """A relation that readers know: the members' sum is fixed, or at most `slack` above what it is."""

    kind: str
    members: tuple[tuple[int, float], ...]
    slack: float = 0.0
    is_equality: bool = True


def rows_of(cells: Sequence[Cell]) -> list[Row]:
    """Every relation that holds for the exact figures and has a hidden member.

    One that does not hold (people who moved within the month, figures that are only nearly the same) is no
    knowledge: who assumed it would be wrong.
    """
    found = [*_sums(cells), *_ties(cells), *_weeks_and_months(cells)]
    return [row for row in found if any(cells[index].is_hidden for index, _ in row.members)]


def _sums(cells: Sequence[Cell]) -> Iterator[Row]:
    units: dict[tuple[object, ...], list[int]] = defaultdict(list)
    tools: dict[tuple[object, ...], list[int]] = defaultdict(list)
    parts: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, cell in enumerate(cells):
        if cell.unit_key != UNATTRIBUTED:
            units[cell.period, cell.tool, cell.measure, cell.item].append(index)
        if cell.is_additive:
            tools[cell.period, cell.unit_key, cell.measure, cell.item].append(index)
        if cell.part_group is not None:
            parts[cell.period, cell.unit_key, cell.tool, cell.part_group].append(index)
    yield from _balanced("units", units.values(), cells, lambda cell: cell.unit_key == COMPANY)
    yield from _balanced("tools", tools.values(), cells, lambda cell: cell.tool == ALL_TOOLS)
    yield from _balanced("parts", parts.values(), cells, lambda cell: cell.is_part_total)


def _balanced(
    kind: str, lines: Iterable[list[int]], cells: Sequence[Cell], is_sum: Callable[[Cell], bool]
) -> Iterator[Row]:
    for line in lines:
        signs = [(index, -1.0 if is_sum(cells[index]) else 1.0) for index in line]
        if len(line) < 2 or sum(sign < 0 for _, sign in signs) != 1:
            continue
        difference = sum(sign * cells[index].value for index, sign in signs)
        if abs(difference) <= max(SAME, 1e-9 * max(abs(cells[index].value) for index in line)) * len(line):
            yield Row(kind, tuple(signs))


def _ties(cells: Sequence[Cell]) -> Iterator[Row]:
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, cell in enumerate(cells):
        groups[*cell.tie, cell.value].append(index)
    for group in groups.values():
        for other in group[1:]:
            yield Row("ties", ((group[0], 1.0), (other, -1.0)))


def _weeks_and_months(cells: Sequence[Cell]) -> Iterator[Row]:
    """Weeks wholly inside a month make up at most the month; the weeks that cover it, at least the month."""
    figures: dict[tuple[str, ...], dict[Period, int]] = defaultdict(dict)
    for index, cell in enumerate(cells):
        if cell.kind == "total" and cell.is_additive:
            figures[cell.unit_key, cell.tool, cell.measure, cell.item][cell.period] = index
    for places in figures.values():
        for month, index in places.items():
            if month.period_type == "month":
                weeks = {week: places[week] for week in weeks_of(month) if week in places}
                inside = [i for week, i in weeks.items() if week.start >= month.start and week.end <= month.end]
                yield from _at_most(inside, [index], cells)
                yield from _at_most([index], list(weeks.values()), cells)


def weeks_of(month: Period) -> list[Period]:
    """Weeks that share a day with the month."""
    monday = month.start - dt.timedelta(days=month.start.weekday())
    starts = (monday + dt.timedelta(days=7 * number) for number in range(6))
    return [Period("week", start) for start in starts if start < month.end]


def overlapping(periods: Collection[Period]) -> set[Period]:
    """Weeks and months that share days with these."""
    found: set[Period] = set()
    for period in periods:
        if period.period_type == "month":
            found.update(weeks_of(period))
        else:
            days = (period.start, period.end - dt.timedelta(days=1))
            found.update(Period("month", day.replace(day=1)) for day in days)
    return found


def _at_most(smaller: list[int], larger: list[int], cells: Sequence[Cell]) -> Iterator[Row]:
    slack = sum(cells[i].value for i in larger) - sum(cells[i].value for i in smaller)
    if smaller and larger and slack >= -SAME:
        members = tuple([(i, 1.0) for i in smaller] + [(i, -1.0) for i in larger])
        yield Row("weeks_and_months", members, max(slack, 0.0), is_equality=False)
