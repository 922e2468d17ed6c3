"""Weeks and months as publishing speaks of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from runtime.errors import ConfigurationError

if TYPE_CHECKING:
    from runtime.warehouse import Column

PeriodType = Literal["week", "month"]
# The column that gives a mart its periods. A mart without one has no past: it is published as it is.
PERIOD_COLUMNS: dict[str, PeriodType] = {"week_start": "week", "month_start": "month"}
_LISTED = 6
# Reasons to build a closed period again (`int_rebuilt_periods`), as they are told.
BUILT_AGAIN = {
    "reopened": "a correction was asked for",
    "early": "a source was missing when they closed",
    "new_mart": "a table is new",
    "asked": "everything was asked for",
}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A week (from Monday) or a calendar month, by its first day."""

    period_type: PeriodType
    start: dt.date

    def __str__(self) -> str:
        """As it is written on the command line and in JSON."""
        return f"{self.period_type}:{self.start}"

    @property
    def end(self) -> dt.date:
        """The first day after it."""
        if self.period_type == "week":
            return self.start + dt.timedelta(days=7)
        return (self.start + dt.timedelta(days=31)).replace(day=1)

    @property
    def previous(self) -> Period:
        """The period just before."""
        last_day = self.start - dt.timedelta(days=1)
        days = last_day.weekday() if self.period_type == "week" else last_day.day - 1
        return Period(self.period_type, last_day - dt.timedelta(days=days))

    @property
    def fourteen_weeks_before(self) -> Period:
        """What `…_14_weeks_ago` looks at: the week, or the month, of the day 98 days before the last one."""
        if self.period_type == "week":
            return Period("week", self.start - dt.timedelta(days=98))
        return Period("month", (self.end - dt.timedelta(days=99)).replace(day=1))


@dataclass(frozen=True, slots=True)
class Newest:
    """First day of the newest period with figures, and the first day on which the next one can appear."""

    start: dt.date | None = None
    next_from: dt.date | None = None


def parse_period(text: str) -> Period:
    """A period as it is written on the command line: `week:2026-10-12`, `month:2026-09-01`.

    Raises:
        ConfigurationError: it is not of that form, or the day is not the first one of such a period.
    """
    kind, _, day = text.partition(":")
    try:
        start = dt.date.fromisoformat(day)
        if kind not in get_args(PeriodType):
            raise ValueError(kind)
    except ValueError:
        raise ConfigurationError(
            f"{text[:40]!r} is no period.", "Write week:2026-10-12 (a Monday) or month:2026-09-01."
        ) from None
    if kind == "week":
        if start.weekday() != 0:
            monday = start - dt.timedelta(days=start.weekday())
            raise ConfigurationError(f"{start} is no Monday.", f"The week it lies in is week:{monday}.")
        return Period("week", start)
    if start.day != 1:
        raise ConfigurationError(
            f"{start} is not the first day of a month.", f"Its month is month:{start.replace(day=1)}."
        )
    return Period("month", start)


def in_words(periods: Collection[Period]) -> str:
    """Weeks and months as a person reads them; of many the first and last day."""
    texts = []
    for kind in get_args(PeriodType):
        found = sorted(period for period in periods if period.period_type == kind)
        if len(found) > _LISTED:
            last_day = found[-1].end - dt.timedelta(days=1)
            texts.append(f"{len(found)} {kind}s between {found[0].start} and {last_day}")
        elif found:
            starts = [f"{p.start}" if kind == "week" else f"{p.start:%Y-%m}" for p in found]
            of = "week of" if kind == "week" else "month"
            texts.append(f"{of if len(found) == 1 else of.replace(kind, kind + 's')} {', '.join(starts)}")
    return "; ".join(texts)


def period_column(columns: Iterable[Column]) -> str | None:
    """The column that gives a mart its periods; of two the coarser one, None without one."""
    names = {column.name for column in columns}
    found = [name for name in PERIOD_COLUMNS if name in names]
    return found[-1] if found else None
