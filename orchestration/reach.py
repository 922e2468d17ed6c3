"""How far published figures reach: the newest week and month with any, and when the next ones follow."""

from __future__ import annotations

import datetime as dt


def reach_lines(
    newest_week: dt.date | None,
    next_week_from: dt.date | None,
    newest_month: dt.date | None,
    next_month_from: dt.date | None,
) -> list[str]:
    """A line for weeks and one for months; a type of period of which nothing is known has none."""
    lines = []
    if newest_week or next_week_from:
        lines.append(f"newest week with figures: {_shown(newest_week)}{_next(next_week_from)}")
    if newest_month or next_month_from:
        month = f"{newest_month:%Y-%m}" if newest_month else "none yet"
        lines.append(f"newest month with figures: {month}{_next(next_month_from)}")
    return lines


def _shown(week: dt.date | None) -> str:
    return f"the one from {week} to {week + dt.timedelta(days=6)}" if week else "none yet"


def _next(day: dt.date | None) -> str:
    return f"; the next one from {day} on, once every source has been read" if day else ""
