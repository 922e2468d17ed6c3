"""Claims of sentences against what is true; shares no rule with dashboards/claims.py."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Protocol

from dashboards.claims import Claim, Progress, Rank, Statement, Trend, Unknown
from dashboards.rendering import Title
from dashboards.rounding import written
from dashboards.sentences import to_text
from dashboards.telling import Told

SUPERLATIVE = re.compile(
    r"\b(most|least|highest|lowest|largest|smallest|longest|shortest|fewest|leads|deepest)\b"
)
MOVEMENT = re.compile(r"\b(up|down|about the same as|no clear change|rose|fell|times as many)\b(?! to date)")
TARGET = re.compile(r"\bthe target of\b")
CENT = 0.006
SURELY = 0.6  # of the spread of all weeks: a claim knows that of the weeks that are shown
WEEKS = {"14 weeks": 14, "4 weeks": 4}


class Truth(Protocol):
    """What is true of a unit's figure, and of every unit behind a claim's rows; None where it is not known."""

    def figure(self, row: Mapping[str, Any], column: str, title: Title) -> float | None: ...

    def parts(self, row: Mapping[str, Any], column: str, title: Title) -> list[float]:
        """The true figures of the units that a row stands for: its own, or those that are merged in it."""
        ...


def require_claimed(told: Told, place: str) -> None:
    """A superlative, a movement and a target stand in a sentence only with the claim that can be checked."""
    if not told.is_composed:
        return
    text = to_text(told.text)
    kinds = {type(claim) for claim in told.claims}
    assert not SUPERLATIVE.search(text) or kinds & {Rank, Statement}, (place, text)
    assert (
        not MOVEMENT.search(text.replace("all up to date", "").replace("up to date", "")) or Trend in kinds
    ), (
        place,
        text,
    )
    assert not TARGET.search(text) or Progress in kinds, (place, text)


def faults(title: Title, truth: Truth, surely: float = SURELY) -> Iterator[str]:
    """What is false in a title, in words; `unchecked …` for a claim whose figure the truth does not hold."""
    place = f"{title.page}/{title.chart} {title.choice}: {to_text(title.told.text)}"
    for claim in title.told.claims:
        yield from (f"{fault} | {place}" for fault in _faults(claim, title, truth, surely))


def _faults(claim: Claim, title: Title, truth: Truth, surely: float) -> Iterator[str]:
    if isinstance(claim, Rank):
        yield from _rank(claim, title, truth)
    elif isinstance(claim, Trend):
        yield from _trend(claim, title, truth, surely)
    elif isinstance(claim, Progress):
        yield from _progress(claim, title, truth)
    elif isinstance(claim, Unknown):
        yield from _unknown(claim)


def _rank(claim: Rank, title: Title, truth: Truth) -> Iterator[str]:
    sign = -1 if claim.is_least else 1

    def place(value: float) -> float:
        return sign * written(value, claim.digits)

    first = claim.firsts[0]
    true_first = truth.figure(first, claim.column, title)
    if true_first is None:
        yield f"unchecked {claim.column}"
        return
    if abs(true_first - float(first[claim.column])) > 10**-claim.digits:
        yield f"figure {first[claim.column]} is {true_first}"
    for rival in claim.rivals:
        is_shown = rival[claim.column] is not None
        if is_shown and place(float(rival[claim.column])) > place(float(first[claim.column])):
            yield "a unit that is shown is before the first"
        if claim.is_of_shown:
            continue
        for true in truth.parts(rival, claim.column, title):
            if place(true) > place(true_first):
                yield "a unit that is hidden or merged is before the first"


def _trend(claim: Trend, title: Title, truth: Truth, surely: float) -> Iterator[str]:
    period = "week_start" if "week_start" in claim.row else "month_start"
    start: dt.date = claim.row[period]

    def at(count: int) -> float | None:
        day = start - dt.timedelta(weeks=count) if period == "week_start" else _months_before(start, count)
        return truth.figure({**claim.row, period: day}, claim.column, title)

    ago, window = WEEKS.get(claim.basis), 4
    if ago is None:
        is_month = period == "month_start"
        first = claim.known_from
        span = (
            (start.year * 12 + start.month - first.year * 12 - first.month)
            if is_month
            else (start - first).days // 7
        )
        now, then = at(0), at(3) if claim.basis == "3 months" else at(span)
    else:
        now, then = (_mean([at(count) for count in range(begin, begin + window)]) for begin in (0, ago))
        span = ago + window - 1
    if now is None or then is None:
        yield f"unchecked {claim.column} since {claim.basis}"
        return
    scale = max(abs(then), abs(now), 1e-9)
    if max(abs(now - claim.now), abs(then - claim.then)) > max(
        1e-3 * scale, CENT if claim.column == "cost" else 0
    ):
        yield f"{claim.column}: {claim.then} to {claim.now} is {then} to {now}"
    values = [value for count in range(span + 1) if (value := at(count)) is not None]
    spread = 3 / 1.128 * sum(abs(a - b) for a, b in pairwise(values)) / max(1, len(values) - 1)
    if claim.way in ("up", "down") and period == "week_start" and abs(now - then) <= surely * spread:
        yield f"{claim.column} moved by {now - then}, within {spread}"
    if (claim.way == "up" and now <= then) or (claim.way == "down" and now >= then):
        yield f"{claim.column} moved the other way"
    if claim.way == "same" and abs(now - then) > 0.1 * abs(then) + 0.051:
        yield f"{claim.column} is not the same: {then} to {now}"


def _progress(claim: Progress, title: Title, truth: Truth) -> Iterator[str]:
    true = truth.figure(claim.row, claim.column, title)
    if true is None:
        yield f"unchecked {claim.column} against its target"
    elif (true >= claim.target) != (claim.short == 0) or abs(
        max(0.0, claim.target - true) - claim.short
    ) > 1e-3:
        yield f"the target {claim.target} is told as short by {claim.short}, and the figure is {true}"


def _unknown(claim: Unknown) -> Iterator[str]:
    if any(row[column] is not None for row in claim.rows for column in claim.columns):
        yield "what is said to be hidden is shown"


def _months_before(month: dt.date, count: int) -> dt.date:
    whole = month.year * 12 + month.month - 1 - count
    return dt.date(whole // 12, whole % 12 + 1, 1)


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None
