"""How often alarms are wrong, and how many changes they find: the rule of `usage_alarms_weekly` in Python.

`python -m benchmarks.alarms [--companies 200] [--seed 1]`

Invented companies of 4 to 12 departments and 52 weeks: use grows, falls together on holidays, and each
department has more spread than chance alone gives. Half of the companies stay as they are: every alarm there is
false. In the others one department loses 40 % of its active people or of the messages per session, or its cost
doubles, from a random week on. Printed for each: false alarms per 100 department-months (at most 1), and the
share of changes found within six weeks (at least 90 %). The same is printed for days on which cost runs away
(`benchmarks.cost_days`), which are to be found within seven days. The exit code is 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import Literal

from benchmarks import cost_days

Series = Literal["active_people", "credits", "messages_per_session"]

WEEKS = 52
BASELINE = (18, 7)
LEAST_WEEKS = 8
SLACK, MOST_OF_A_WEEK, WEEKS_BACK, THRESHOLD = 0.5, 3.0, 7, 6.2
LEAST_ACTIVE, LEAST_DEVIATION, LEAST_DEPTH_DEVIATION = 10, 0.1, 0.05
WITHIN = 6
FALL, RISE = 0.6, 2.0
MOST_FALSE, LEAST_FOUND = 1.0, 0.9
_WEEKS_PER_MONTH = 365.25 / 12 / 7
_HOLIDAYS = {25: 0.6, 26: 0.3, 51: 0.5}


@dataclass(frozen=True, slots=True)
class Week:
    """A department's figure and the company's; `base` and `company_base` are people employed, else 0."""

    figure: float
    company: float
    base: float = 0.0
    company_base: float = 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """What counts of a week: its logarithm of the ratio to the rest, the least variance, the figure itself."""

    log_ratio: float
    least_variance: float
    figure: float


def point(week: Week, series: Series) -> Point | None:
    """The week's logarithm, or None where there is none."""
    if series == "messages_per_session":
        if week.figure <= 0 or week.company <= 0:
            return None
        return Point(math.log(week.figure / week.company), LEAST_DEPTH_DEVIATION**2, week.figure)
    rest, rest_base = week.company - week.figure, week.company_base - week.base
    if series == "credits":
        if week.figure <= 0 or rest <= 0:
            return None
        return Point(math.log(week.figure / rest), LEAST_DEVIATION**2, week.figure)
    share, rest_share = (week.figure + 0.5) / (week.base + 1), (rest + 0.5) / (rest_base + 1)
    spread = (1 - share) / (week.figure + 0.5) + (1 - rest_share) / (rest + 0.5)
    return Point(math.log(share / rest_share), spread, week.figure)


def statistics(weeks: Sequence[Week], series: Series) -> list[float | None]:
    """The largest sum of any run of up to eight weeks that ends with a week, for each; None = not judged."""
    direction = 1 if series == "credits" else -1
    points = [(at, one) for at, week in enumerate(weeks) if (one := point(week, series)) is not None]
    steps: list[tuple[int, float]] = []
    for place, (at, one) in enumerate(points):
        before = [other for _, other in points[max(0, place - BASELINE[0]) : max(0, place - BASELINE[1] + 1)]]
        if len(before) < LEAST_WEEKS:
            continue
        if series == "active_people" and fmean(other.figure for other in before) < LEAST_ACTIVE:
            continue
        logs = [other.log_ratio for other in before]
        spread = max(variance(logs), fmean(other.least_variance for other in before))
        deviation = math.sqrt((1 + 1 / len(before)) * spread)
        score = direction * (one.log_ratio - fmean(logs)) / deviation
        steps.append((at, min(score, MOST_OF_A_WEEK) - SLACK))
    found: list[float | None] = [None] * len(weeks)
    for place, (at, _) in enumerate(steps):
        last = [step for _, step in steps[max(0, place - WEEKS_BACK) : place + 1]]
        found[at] = max(0.0, max(sum(last[start:]) for start in range(len(last))))
    return found


def company(chance: random.Random, series: Series, change: tuple[int, int] | None) -> list[list[Week]]:
    """Weeks of each department; `change` is the department and the week from which on it is another one."""
    departments = chance.randint(4, 12)
    sizes = [round(math.exp(chance.uniform(math.log(20), math.log(250)))) for _ in range(departments)]
    levels = [chance.gauss(0.3, 0.6) for _ in sizes]
    growth = chance.uniform(0.0, 0.03)
    figures: list[list[float]] = []
    for week in range(WEEKS):
        common = growth * week + math.log(_HOLIDAYS.get(week, 1.0)) + chance.gauss(0, 0.08)
        row = []
        for number, (size, level) in enumerate(zip(sizes, levels, strict=True)):
            is_changed = change is not None and number == change[0] % departments and week >= change[1]
            if series == "active_people":
                share = 1 / (1 + math.exp(-(level + common + chance.gauss(0, 0.15))))
                share *= FALL if is_changed else 1.0
                row.append(float(sum(chance.random() < share for _ in range(size))))
            elif series == "messages_per_session":
                # The mean of three sessions for each person, whose lengths differ as much as they are long.
                messages = 8 * chance.gammavariate(size * 3, 1 / (size * 3))
                messages *= math.exp(level / 2 + common + chance.gauss(0, 0.05))
                row.append(messages * (FALL if is_changed else 1.0))
            else:
                cost = size * math.exp(level + common + chance.gauss(0, 0.25))
                row.append(cost * (RISE if is_changed else 1.0))
        figures.append(row)
    if series == "messages_per_session":
        means = [sum(map(math.prod, zip(row, sizes, strict=True))) / sum(sizes) for row in figures]
        pairs = [list(zip(figures, means, strict=True))] * departments
        return [[Week(row[number], mean) for row, mean in weeks] for number, weeks in enumerate(pairs)]
    employed = float(sum(sizes)) if series == "active_people" else 0.0
    return [
        [Week(row[number], sum(row), float(size) if employed else 0.0, employed) for row in figures]
        for number, size in enumerate(sizes)
    ]


def onsets(found: Sequence[float | None]) -> Iterator[int]:
    """Weeks in which an alarm begins."""
    was = False
    for week, value in enumerate(found):
        now = value is not None and value >= THRESHOLD
        if now and not was:
            yield week
        was = now


def false_alarms(chance: random.Random, series: Series, companies: int) -> float:
    """False alarms per 100 department-months that are judged."""
    alarms, judged = 0, 0
    for _ in range(companies):
        for weeks in company(chance, series, None):
            found = statistics(weeks, series)
            alarms += sum(1 for _ in onsets(found))
            judged += sum(value is not None for value in found)
    return 100 * alarms / (judged / _WEEKS_PER_MONTH)


def share_found(chance: random.Random, series: Series, companies: int) -> float:
    """The share of planted changes with an alarm within six weeks, of departments that were judged before."""
    hits, planted = 0, 0
    for _ in range(companies):
        number, start = chance.randrange(1000), chance.randint(26, WEEKS - WITHIN)
        departments = company(chance, series, (number, start))
        found = statistics(departments[number % len(departments)], series)
        before, after = found[start - 1], found[start : start + WITHIN]
        if before is None or before >= THRESHOLD:
            continue
        planted += 1
        hits += any(value is not None and value >= THRESHOLD for value in after)
    return hits / planted


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both figures of both series; 1 where one misses its limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alarms", description=__doc__)
    parser.add_argument("--companies", type=int, default=200, help="companies of each kind")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    is_good = True
    each: tuple[Series, ...] = ("active_people", "credits", "messages_per_session")
    for series in each:
        chance = random.Random(f"{chosen.seed}:{series}")
        wrong = false_alarms(chance, series, chosen.companies)
        right = share_found(chance, series, chosen.companies)
        print(f"{series}: {wrong:.2f} false alarms per 100 department-months (at most {MOST_FALSE:g})")
        print(f"{series}: {right:.0%} of changes found within {WITHIN} weeks (at least {LEAST_FOUND:.0%})")
        is_good = is_good and wrong <= MOST_FALSE and right >= LEAST_FOUND
    chance = random.Random(f"{chosen.seed}:cost_days")
    wrong = cost_days.false_alarms(chance, chosen.companies)
    print(f"cost by day: {wrong:.2f} false alarms per 100 department-months (at most {MOST_FALSE:g})")
    is_good = is_good and wrong <= MOST_FALSE
    for of_company in (False, True):
        right = cost_days.share_found(chance, of_company, chosen.companies)
        found = f"{'companies' if of_company else 'departments'} found within {cost_days.WITHIN} days"
        print(f"cost by day: {right:.0%} of {found} (at least {LEAST_FOUND:.0%})")
        is_good = is_good and right >= LEAST_FOUND
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
