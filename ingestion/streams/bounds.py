"""How a vendor wants to be told the days: a function from the first and the last day to parameters.

Vendors' days are UTC days. An end is exclusive unless said otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from runtime.clock import utc

Bounds = Callable[[dt.date, dt.date], dict[str, Any]]
ONE_DAY = dt.timedelta(days=1)


def iso_day(name: str) -> Bounds:
    """One day as `YYYY-MM-DD`; of answers that tell of one day."""
    return lambda first, _: {name: first.isoformat()}


def iso_instants(start: str, end: str, *, before_start: dt.timedelta = dt.timedelta(0)) -> Bounds:
    """Both ends as RFC 3339 in UTC. `before_start` is for vendors that take the start as exclusive."""

    def bounds(first: dt.date, last: dt.date) -> dict[str, Any]:
        return {start: iso(_midnight(first) - before_start), end: iso(_midnight(last + ONE_DAY))}

    return bounds


def unix_seconds(start: str, end: str) -> Bounds:
    """Both ends as whole seconds since 1970."""

    def bounds(first: dt.date, last: dt.date) -> dict[str, Any]:
        return {start: _seconds(first), end: _seconds(last + ONE_DAY)}

    return bounds


def unix_milliseconds(start: str, end: str, *, is_end_inclusive: bool = False) -> Bounds:
    """Both ends as whole milliseconds since 1970."""

    def bounds(first: dt.date, last: dt.date) -> dict[str, Any]:
        ends = _seconds(last + ONE_DAY) * 1000 - (1 if is_end_inclusive else 0)
        return {start: _seconds(first) * 1000, end: ends}

    return bounds


def ranges(days: Iterable[dt.date], longest: int | None = None) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last day of each run of consecutive days, none over `longest` days. `days` ascend."""
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0]):
        members = [day for _, day in run]
        step = longest or len(members)
        for start in range(0, len(members), step):
            part = members[start : start + step]
            yield part[0], part[-1]


def days_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """All days from `first` to `last`."""
    return [first + offset * ONE_DAY for offset in range((last - first).days + 1)]


def iso(moment: dt.datetime) -> str:
    """An instant as vendors write it, in microseconds."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def utc_day(written: Any) -> dt.date | None:
    """The UTC day of an instant or day as vendors write it: RFC 3339, or seconds or milliseconds since 1970.

    None for anything else.
    """
    try:
        if isinstance(written, str) and not written.isdecimal():
            return utc(dt.datetime.fromisoformat(written)).date()
        number = float(written)
        return dt.datetime.fromtimestamp(number / 1000 if number >= 1e11 else number, dt.UTC).date()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _seconds(day: dt.date) -> int:
    return int(_midnight(day).timestamp())
