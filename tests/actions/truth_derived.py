"""Tables made of published tables, as they follow from the company's truth: plain Python, none of their SQL.

Truth gives counts of departments; a department is shown from ten people, a figure from five active ones. What
a table makes of these is computed here from its definition in docs/metrics.md.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from itertools import pairwise
from statistics import fmean, median

from benchmarks.alarms import Week, statistics
from tests.actions.truth_tables import ALL, TOOLS, Truth

Key = tuple[str, str, dt.date]
METRICS = {
    "active_ratio": ("active_people", "headcount"),
    "messages_per_session": ("session_messages", "sessions"),
}
# Three moving ranges over the mean distance of two values of a normal distribution.
USUAL_RANGES = 3 / 1.128


def figures(truth: Truth, periods: str, metric: str) -> dict[Key, float]:
    """Each shown figure: by department, tool and first day of the week or month."""
    found = {}
    above, below = METRICS[metric]
    for start, departments in truth[f"department_{periods}"].items():
        for name, unit in departments.items():
            for tool in TOOLS if unit["headcount"] >= 10 else ():
                counts = {**unit[tool], "headcount": unit["headcount"]}
                if unit[tool]["active_people"] >= 5 and counts[below]:
                    found[name, tool, dt.date.fromisoformat(start)] = counts[above] / counts[below]
    return found


def benchmarks(truth: Truth, metric: str, months: set[dt.date]) -> dict[tuple[str, str, dt.date, str], float]:
    """Median (from three departments) and 90th percentile (from five) beside each shown figure."""
    own = {key: value for key, value in figures(truth, "monthly", metric).items() if key[2] in months}
    found = {}
    for name, tool, month in own:
        others = sorted(v for (n, t, m), v in own.items() if n != ALL and (t, m) == (tool, month))
        if len(others) >= 3:
            found[name, tool, month, "departments_median"] = median(others)
        if len(others) >= 5:
            found[name, tool, month, "departments_p90"] = others[math.ceil(0.9 * len(others)) - 1]
    return found


def moves(truth: Truth, metric: str, weeks: set[dt.date], month: dt.date) -> dict[tuple[str, str], list[float]]:
    """Means of the month's weeks and of the three months before, and how far figures usually move."""
    first = (month - dt.timedelta(days=80)).replace(day=1)
    found = {}
    of_series: dict[tuple[str, str], dict[dt.date, float]] = {}
    for (name, tool, week), value in figures(truth, "weekly", metric).items():
        if week in weeks and first <= _month_of(week) <= month:
            of_series.setdefault((name, tool), {})[week] = value
    for series, values in of_series.items():
        now = [value for week, value in values.items() if _month_of(week) == month]
        before = [value for week, value in values.items() if _month_of(week) < month]
        ranges = [
            abs(values[later] - values[earlier])
            for earlier, later in pairwise(sorted(values))
            if later - earlier == dt.timedelta(days=7)
        ]
        if len(now) >= 2 and len(before) >= 4 and len(ranges) >= 6:
            found[series] = [fmean(now), fmean(before), USUAL_RANGES * fmean(ranges)]
    return found


def change_of_rate(truth: Truth, metric: str, tool: str, month: dt.date) -> float:
    """How far the rate of all shown departments together moved in three months: sums of counts, no means."""
    above, below = METRICS[metric]
    rates = []
    for start in ((month - dt.timedelta(days=80)).replace(day=1), month):
        units = truth["department_monthly"][start.isoformat()]
        counts = [
            {**unit[tool], "headcount": unit["headcount"]}
            for name, unit in units.items()
            if name != ALL and unit["headcount"] >= 10
        ]
        rates.append(sum(unit[above] for unit in counts) / sum(unit[below] for unit in counts))
    return rates[1] - rates[0]


def alarms(truth: Truth, weeks: list[dt.date]) -> Iterator[tuple[str, dt.date, float | None]]:
    """The statistic of active people of all tools for each department and week."""
    units = [truth["department_weekly"][week.isoformat()] for week in weeks]
    for name in sorted({name for unit in units for name in unit} - {ALL}):
        counts = [
            (week, unit[name], unit[ALL])
            for week, unit in zip(weeks, units, strict=True)
            if name in unit and unit[name]["headcount"] >= 10 and unit[name]["all"]["active_people"] >= 5
        ]
        watched = [
            Week(
                figure=own["all"]["active_people"],
                company=company["all"]["active_people"],
                base=own["headcount"],
                company_base=company["headcount"],
            )
            for _, own, company in counts
        ]
        found = statistics(watched, "active_people")
        yield from ((name, week, value) for (week, _, _), value in zip(counts, found, strict=True))


Cost = tuple[str, str, str, dt.date]


def forecasts(costs: dict[Cost, float], following: dt.date) -> dict[Cost, float]:
    """What each month from the second one is expected to cost: the month before by day, times the usual error.

    following: the month after the last one
    """
    carried: dict[Cost, float] = {}
    for (name, tool, basis, month), cost in costs.items():
        later = _next(month)
        if later <= following:
            carried[name, tool, basis, later] = cost * (_next(later) - later).days / (later - month).days
    found = {}
    for (name, tool, basis, month), cost in carried.items():
        errors = [
            costs[other] / expected
            for other, expected in carried.items()
            if other in costs
            and expected > 0
            and other[3] < month
            and _pool(other) == _pool((name, tool, basis, month))
        ]
        found[name, tool, basis, month] = cost * (median(errors) if len(errors) >= 10 else 1)
    return found


def _pool(key: Cost) -> tuple[bool, bool]:
    return key[2] == "seat_allocated", key[0] == ALL


def _next(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=31)).replace(day=1)


def _month_of(week: dt.date) -> dt.date:
    """The month of its Thursday."""
    return (week + dt.timedelta(days=3)).replace(day=1)
