"""The rule of `cost_anomalies_daily` in Python, and invented companies whose cost runs away.

Each company has 4 to 12 departments of 20 to 250 people and 140 days. People differ in what they use (the upper
sixth of them 2.7 times the middle). Use changes from day to day, grows, falls together for five days, and is
rare on weekends. `python -m benchmarks.alarms` prints false alarms, and what is found of two kinds of runaway
costs: of a department in which all use costs four times as much, and of a company in which one service account
costs three times as much as everybody together.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, variance
from typing import Literal

Severity = Literal["usual", "high", "severe"]

DAYS = 140
BASELINE = (35, 5)
LEAST_DAYS, LEAST_PEOPLE, LEAST_DEVIATION = 8, 10, 0.15
RUN, DAYS_BACK, MOST_OF_A_DAY, THRESHOLD = 3, 13, 4.0, 2.6
HIGH, SEVERE = 1.5, 4.0
WITHIN = 7
TIMES = 4.0
_WORKING_DAYS_PER_MONTH = 365.25 / 12 * 5 / 7
_HOLIDAY = range(60, 65)


@dataclass(frozen=True, slots=True)
class Day:
    """A day's cost, the people with a part in it, and the largest part of one of them."""

    amount: float
    contributors: int
    largest: float
    is_working_day: bool

    def takes_part(self, of_company: bool) -> bool:
        """Whether the day is judged and compared with: enough people, and in a department nobody dominates."""
        is_shared = of_company or self.largest * 8 <= self.amount * 3
        return self.amount > 0 and self.contributors >= LEAST_PEOPLE and is_shared


def severities(days: Sequence[Day], of_company: bool = False) -> list[Severity | None]:
    """The class of each of the days, which follow each other; None = not judged."""
    taking = [day if day.takes_part(of_company) else None for day in days]
    judged: list[tuple[int, float, float]] = []
    found: list[Severity | None] = [None] * len(days)
    for at, day in enumerate(taking):
        if day is None:
            continue
        logs = [
            math.log(other.amount)
            for other in taking[max(0, at - BASELINE[0]) : max(0, at - BASELINE[1] + 1)]
            if other is not None and other.is_working_day == day.is_working_day
        ]
        if len(logs) < LEAST_DAYS:
            continue
        deviation = math.sqrt((1 + 1 / len(logs)) * max(variance(logs), LEAST_DEVIATION**2))
        log_ratio = math.log(day.amount) - median(logs)
        judged.append((at, log_ratio, min(log_ratio / deviation, MOST_OF_A_DAY)))
        run = judged[-RUN:]
        if len(run) == RUN and run[0][0] >= at - DAYS_BACK:
            is_high = fmean(score for *_, score in run) >= THRESHOLD and log_ratio >= math.log(HIGH)
            is_severe = fmean(ratio for _, ratio, _ in run) >= math.log(SEVERE)
            found[at] = "usual" if not is_high else "severe" if is_severe else "high"
    return found


def department(chance: random.Random, common: Sequence[float], start: int | None = None) -> list[Day]:
    """Days of a department; from `start` on everything costs four times as much."""
    size = round(math.exp(chance.uniform(math.log(20), math.log(250))))
    levels = [math.exp(chance.gauss(0, 1)) for _ in range(size)]
    days = []
    for at in range(DAYS):
        level = (
            common[at] * math.exp(chance.gauss(0, 0.15)) * (TIMES if start is not None and at >= start else 1)
        )
        share = 0.6 if at % 7 < 5 else 0.06
        amounts = [level * each * math.exp(chance.gauss(0, 0.7)) for each in levels if chance.random() < share]
        days.append(Day(sum(amounts), len(amounts), max(amounts, default=0.0), at % 7 < 5))
    return days


def growth(chance: random.Random) -> list[float]:
    """What the days of all departments have in common."""
    a_day = chance.uniform(0, 0.03) / 7
    return [
        math.exp(a_day * at + chance.gauss(0, 0.1)) * (0.5 if at in _HOLIDAY else 1.0) for at in range(DAYS)
    ]


def company(chance: random.Random, start: int | None = None) -> list[Day]:
    """Days of a company; from `start` on a service account costs three times as much as everybody does."""
    common = growth(chance)
    days = [
        Day(sum(each.amount for each in of_day), sum(each.contributors for each in of_day), 0.0, at % 7 < 5)
        for at, of_day in enumerate(
            zip(*(department(chance, common) for _ in range(chance.randint(4, 12))), strict=True)
        )
    ]
    if start is None:
        return days
    more = (TIMES - 1) * fmean(day.amount for day in days if day.is_working_day)
    return [
        Day(day.amount + (more if at >= start else 0), day.contributors, 0.0, day.is_working_day)
        for at, day in enumerate(days)
    ]


def false_alarms(chance: random.Random, companies: int) -> float:
    """False alarms per 100 department-months that are judged; one that comes back within a week is the same."""
    alarms, judged = 0, 0
    for _ in range(companies):
        common = growth(chance)
        for _ in range(chance.randint(4, 12)):
            found = severities(department(chance, common))
            judged += sum(severity is not None for severity in found)
            last = -WITHIN - 1
            for at, severity in enumerate(found):
                if severity in ("high", "severe"):
                    alarms += at - last > WITHIN
                    last = at
    return 100 * alarms / (judged / _WORKING_DAYS_PER_MONTH)


def share_found(chance: random.Random, of_company: bool, runaways: int) -> float:
    """The share of runaway costs with a day above the usual in their first seven, of series judged before."""
    hits, planted = 0, 0
    for _ in range(runaways):
        start = chance.randint(60, DAYS - WITHIN)
        days = company(chance, start) if of_company else department(chance, growth(chance), start)
        found = severities(days, of_company)
        if sum(severity is not None for severity in found[start - WITHIN : start]) < RUN:
            continue
        planted += 1
        hits += any(severity in ("high", "severe") for severity in found[start : start + WITHIN])
    return hits / planted
