"""What weeks tell about months and months about weeks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator

from publishing.linear_audit.cells import PEOPLE, TOTAL
from publishing.linear_audit.rows import Cells, Row, at_most
from publishing.periods import Period


def weeks_and_months(cells: Cells) -> Iterator[Row]:
    """Weeks wholly inside a month make up at most the month; the weeks that cover it, at least the month.

    Of people, any week inside has at most those of the month.
    """
    figures: dict[tuple[str, ...], dict[Period, int]] = defaultdict(dict)
    for index, cell in cells.items():
        if cell.kind == PEOPLE or (cell.kind == TOTAL and cell.is_additive):
            figures[cell.unit_key, cell.tool, cell.measure, cell.item][cell.period] = index
    for places in figures.values():
        for month, index in places.items():
            if month.period_type == "month":
                yield from _around(month, index, places, cells)


def _around(month: Period, index: int, places: dict[Period, int], cells: Cells) -> Iterator[Row]:
    weeks = {week: places[week] for week in weeks_of(month) if week in places}
    inside = [i for week, i in weeks.items() if week.start >= month.start and week.end <= month.end]
    together = [[i] for i in inside] if cells[index].kind == PEOPLE else [inside] if inside else []
    for smaller in together:
        yield from _sizes(smaller, [index], cells)
    if weeks:
        yield from _sizes([index], list(weeks.values()), cells)


def _sizes(smaller: list[int], larger: list[int], cells: Cells) -> Iterator[Row]:
    yield from at_most(
        "weeks_and_months", [(index, 1.0) for index in smaller], [(index, 1.0) for index in larger], cells
    )


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
