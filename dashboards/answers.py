"""Answers of queries, by period, as sentences and charts use them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

from dashboards.declaration import COMPLETE_COLUMNS, PERIOD_COLUMNS, Period, Query

# Sums of floats differ behind these digits by the order of their rows.
_DIGITS = 9

Row: TypeAlias = Mapping[str, Any]


class Rows(list[Row]):
    """Rows in the query's order, with the look-ups that sentences need."""

    def where(self, **values: object) -> Rows:
        """The rows whose columns have these values."""
        return Rows(row for row in self if all(row[name] == value for name, value in values.items()))

    def one(self, **values: object) -> Row | None:
        """The first such row, or None."""
        return next(iter(self.where(**values)), None)

    def shown(self, column: str) -> Rows:
        """The rows that have a figure in `column`."""
        return Rows(row for row in self if row[column] is not None)

    def top(self, column: str) -> Row | None:
        """The row with the largest figure; of equals the first."""
        return max(self.shown(column), key=lambda row: row[column], default=None)

    def bottom(self, column: str) -> Row | None:
        """The row with the smallest figure; of equals the first."""
        return min(self.shown(column), key=lambda row: row[column], default=None)


@dataclass(frozen=True)
class Answer:
    """All rows of one query, and their period: `week`, `month`, or None for rows that have none.

    `over` are the periods that are over for the company as a whole.
    """

    name: str
    query: Query
    columns: Sequence[str]
    rows: Rows
    tables: frozenset[str] = field(default_factory=frozenset)
    over: frozenset[dt.date] = frozenset()

    @property
    def period(self) -> Period | None:
        return next((kind for kind, column in PERIOD_COLUMNS.items() if column in self.columns), None)

    @cached_property
    def by_period(self) -> dict[dt.date, Rows]:
        """The rows of each period, oldest first; empty where the query has no period."""
        found: dict[dt.date, Rows] = {}
        if self.period is not None:
            for row in self.rows:
                found.setdefault(row[PERIOD_COLUMNS[self.period]], Rows()).append(row)
        return dict(sorted(found.items()))

    @cached_property
    def incomplete(self) -> frozenset[dt.date]:
        """Periods that are still running for one of their rows, and not over for the company.

        A source that stays dead keeps its own rows incomplete for ever; that holds up no others, because the
        company's row of all tools completes without it after a week.
        """
        if self.period is None:
            return frozenset()
        flag = COMPLETE_COLUMNS[self.period]
        running = {start for start, rows in self.by_period.items() if any(row[flag] is False for row in rows)}
        return frozenset(running - self.over)

    def of(self, start: dt.date | None) -> Rows:
        """The rows of the period that begins on `start`; all rows where the query has no period."""
        if self.period is None:
            return self.rows
        return self.by_period.get(start, Rows()) if start else Rows()

    def chosen(self, choice: dt.date | None, by: Period | None) -> dt.date | None:
        """The period of this query that belongs to the reader's choice of a week or month.

        A week belongs to the month of its Thursday, as in the tables; where that month has no figures yet, the
        newest one before it stands for it. A month shows its last week. Without a choice it is the newest
        complete period. data.js does the same (`periodOf`).
        """
        if self.period is None:
            return None
        if choice is None or by is None:
            return newest_complete(self.by_period, self.incomplete)
        if self.period == by:
            return choice
        if self.period == "month":
            month = month_of(choice)
            return max((start for start in self.by_period if start <= month), default=month)
        weeks = [start for start in self.by_period if month_of(start) == choice]
        return newest_complete(weeks, self.incomplete)

    def since(self, start: dt.date | None) -> Answer:
        """The same answer without periods before `start`."""
        if self.period is None or start is None:
            return self
        column = PERIOD_COLUMNS[self.period]
        rows = Rows(row for row in self.rows if row[column] >= start)
        return replace(self, rows=rows)

    def until(self, start: dt.date | None) -> Answer:
        """The same answer without periods after the one that begins on `start`; all of them for None."""
        if self.period is None or start is None:
            return self
        column = PERIOD_COLUMNS[self.period]
        return replace(self, rows=Rows(row for row in self.rows if row[column] <= start))

    def filtered(self, where: Mapping[str, object]) -> Answer:
        """The same answer with the rows that a chart's `where` keeps."""
        if not where:
            return self
        return replace(self, rows=self.rows.where(**where))


def month_of(week: dt.date) -> dt.date:
    """The first day of the month that a week belongs to: the month of its Thursday."""
    return (week + dt.timedelta(days=3)).replace(day=1)


def earlier(start: dt.date, periods: int, kind: Period) -> dt.date:
    """The first day of the period that many periods before."""
    if kind == "week":
        return start - dt.timedelta(weeks=periods)
    months = start.year * 12 + start.month - 1 - periods
    return dt.date(months // 12, months % 12 + 1, 1)


def later(start: dt.date, kind: Period) -> dt.date:
    """The first day after a period."""
    return earlier(start, -1, kind)


def newest_complete(starts: Iterable[dt.date], incomplete: Collection[dt.date]) -> dt.date | None:
    """The newest period that is over; where none is, the newest."""
    ordered = sorted(starts)
    over = [start for start in ordered if start not in incomplete]
    return next(reversed(over or ordered), None)


def plain(value: object) -> object:
    """A value as the page's data holds it: figures unrounded but for the noise of floats, days as ISO text.

    Who writes a figure rounds it. Rounded here as well, 85.46 % would become 85.5 % and then 86 %.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (float, Decimal)):
        rounded = round(float(value), _DIGITS)
        return int(rounded) if rounded == int(rounded) else rounded
    if isinstance(value, dt.datetime):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
