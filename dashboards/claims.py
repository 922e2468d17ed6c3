"""What a sentence may claim: who is first, how a figure moved, and how far a target is.

A sentence makes no comparison of its own. It asks for a `Ranking`, a `Trend` or a `Progress`, which answers
what may be said and keeps a record of what was said. Tests read these records, not the English.

- **First and last.** A unit whose figure is hidden, or that is merged with others, may be larger than those
  shown. Where that cannot be excluded, the claim is one about the units shown and says so. Figures that are
  equal as they are written are equal.
- **Moved.** The mean of the latest four complete weeks against that of four complete weeks earlier, and only
  beyond the series' own week-to-week spread: the limits of an XmR chart, three times the mean moving range /
  1.128.
- Nothing is said of a period that is not complete.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, TypeAlias

from dashboards.answers import Answer, Row, Rows, earlier
from dashboards.declaration import COMPLETE_COLUMNS, PERIOD_COLUMNS, Period
from dashboards.rounding import written
from dashboards.sentences import figure_text, mark_day

Way: TypeAlias = Literal["up", "down", "same", "unclear"]
Basis: TypeAlias = Literal["14 weeks", "4 weeks", "first week", "3 months", "first month"]
WEEKS_AGO, WINDOW, MONTHS_AGO = 14, 4, 3
LEAST_RANGES = 3  # moving ranges from which a spread is known
XMR = 3 / 1.128
SAME = 0.1  # a share of the earlier figure: a larger difference within the spread is unclear, not the same
POOL = "other"
UNITS = {
    "department": "department_key",
    "comparable department": "department_key",
    "tool": "tool",
    "product": "product",
}


@dataclass(frozen=True, slots=True)
class Rank:
    """A claim: these rows have the largest (or smallest) figure, of all or of those shown."""

    column: str
    firsts: tuple[Row, ...]
    rivals: tuple[Row, ...]
    is_least: bool
    is_of_shown: bool
    digits: int


@dataclass(frozen=True, slots=True)
class Trend:
    """A claim: a figure moved, or did not, from what it was.

    `now` and `then` are means of four weeks each, of a single period where the basis is a first one or months.
    `known_from` is the first period that was looked at.
    `way` is None where too few periods were seen to know the spread.
    """

    column: str
    row: Row
    way: Way | None
    basis: Basis
    now: float
    then: float
    known_from: dt.date

    @property
    def since(self) -> str:
        """What the figure is compared with, in words."""
        return {
            "14 weeks": "14 weeks ago",
            "4 weeks": "four weeks before",
            "first week": "the first whole week",
            "3 months": "three months before",
            "first month": "the first whole month",
        }[self.basis]

    def told(self, kind: str = "number", digits: int = 0, currency: str = "") -> str:
        """The clause that follows a figure; empty where nothing can be said."""
        if self.way is None:
            return ""
        if self.way == "same":
            return f", about the same as {self.since}"
        if self.way == "unclear":
            return f", with no clear change from {self.since}"
        now, then = (figure_text(kind, value, digits, currency) for value in (self.now, self.then))
        if self.basis in {"14 weeks", "4 weeks"}:
            span = "14 weeks" if self.basis == "14 weeks" else "four weeks"
            return f", {self.way} from {then} to {now} in {span} (averages of four weeks)"
        if self.basis == "3 months":
            return f", {self.way} from {then} {self.since}"
        return f", {self.way} from {then} in {self.since}"


@dataclass(frozen=True, slots=True)
class Progress:
    """A claim: how far a published figure is from its target. `short` is what is missing, 0 when reached."""

    column: str
    row: Row
    target: float
    due: dt.date
    short: float
    weeks_left: int

    def told(self, kind: str = "percent", digits: int = 0) -> str:
        """The clause that follows a figure."""
        target, day = figure_text(kind, self.target, digits), mark_day("date", self.due)
        if not self.short:
            return f"; the target of {target} by {day} is reached"
        missing = figure_text("points" if kind == "percent" else kind, self.short, digits)
        if self.weeks_left < 0:
            return f"; {missing} short of the target of {target}, which was due on {day}"
        weeks = "1 week" if self.weeks_left == 1 else f"{self.weeks_left} weeks"
        return f"; {missing} short of the target of {target}, {weeks} left"


@dataclass(frozen=True, slots=True)
class Unknown:
    """A claim: the sentence says that these figures are hidden or not known; `columns` of all `rows` are
    missing.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim: the sentence states the rows' own words or their number, and compares nothing."""

    rows: tuple[Row, ...]


Claim: TypeAlias = Rank | Trend | Progress | Unknown | Statement


@dataclass(slots=True)
class Ledger:
    """The claims of one sentence, in the order in which they were made."""

    claims: list[Claim] = field(default_factory=list)

    def unknown(self, rows: Iterable[Row], *columns: str) -> str:
        """Record that the sentence says that figures are missing; writes nothing."""
        self.claims.append(Unknown(columns, tuple(rows)))
        return ""

    def states(self, rows: Iterable[Row]) -> str:
        """Record that the sentence states what the rows say; writes nothing."""
        self.claims.append(Statement(tuple(rows)))
        return ""

    def rank(
        self,
        rows: Iterable[Row],
        column: str,
        least: bool = False,
        digits: int = 0,
        total: bool = False,
        at_most: str | None = None,
        noun: str = "department",
        unit: str | None = None,
    ) -> Ranking:
        """Rows by a figure. `digits` are those shown; `total` says that a part of a merged unit has at most
        its figure; `at_most` is a column that no hidden figure of the row can exceed. `unit` is the column
        that tells the ranked units apart, called `noun`.
        """
        return Ranking(self, tuple(rows), column, least, digits, total, at_most, noun, unit or UNITS[noun])

    def extremes(
        self,
        rows: Iterable[Row],
        column: str,
        most: str,
        least: str,
        kind: str = "number",
        digits: int = 0,
        noun: str = "department",
        measured: str = "",
        *,
        listing: Callable[[Sequence[Row], str], str],
    ) -> str:
        """A sentence that names first and last: `Sales has the longest prompts (210), Legal the shortest (80)`.

        `most` and `least` are its words, `listing` names rows. Where there are no two ends, the figure is
        followed by what is `measured`. Empty where no figure is shown.
        """
        competing = tuple(rows)
        shown_digits = digits + 2 if kind == "percent" else digits
        high = self.rank(competing, column, digits=shown_digits, noun=noun)
        low = self.rank(competing, column, least=True, digits=shown_digits, noun=noun)
        if high.first is None or low.first is None:
            return self.unknown(competing, column)
        column_of_names = "department_name" if UNITS[noun] == "department_key" else UNITS[noun]

        def named(firsts: Sequence[Row]) -> str:
            return listing(firsts, column_of_names)

        top, bottom = (figure_text(kind, one[column], digits) for one in (high.first, low.first))
        if high.is_single:
            return f"{named(high.firsts)}: {top}{measured}"
        if high.is_flat:
            count = len({row[high.unit] for row in high.shown})
            return f"{top}{measured} in each of the {count} {noun}s{' shown' if high.of else ''}"
        if not (high.is_clear and low.is_clear):
            return f"From {bottom} to {top}{measured} in the {noun}s shown"
        first, last = high.of, low.of
        return (
            f"{named(high.firsts)} {high.verb('has', 'have')} {most}{first} ({top}), "
            f"{named(low.firsts)} {least}{last if last != first else ''} ({bottom})"
        )

    def progress(self, row: Row, column: str, target: str, due: str, end: dt.date) -> Progress | None:
        """How far a row's figure is from the target in its column `target`; None where there is none. `end`
        is the
        first day after the period.
        """
        found = progress(row, column, target, due, end)
        if found is not None:
            self.claims.append(found)
        return found


@dataclass(frozen=True)
class Ranking:
    """Who is first. What is read here becomes a claim with `of`, which a superlative must write."""

    ledger: Ledger
    rows: tuple[Row, ...]
    column: str
    is_least: bool
    digits: int
    total: bool
    at_most: str | None
    noun: str
    unit: str

    @property
    def shown(self) -> Rows:
        """The rows with a figure, first to last."""
        known = (row for row in self.rows if row[self.column] is not None)
        return Rows(sorted(known, key=lambda row: row[self.column], reverse=not self.is_least))

    @property
    def first(self) -> Row | None:
        return next(iter(self.shown), None)

    @property
    def last(self) -> Row | None:
        return next(reversed(self.shown), None)

    @property
    def firsts(self) -> Rows:
        """The first, and whoever is equal as the figure is written."""
        first = self.first
        return Rows(row for row in self.shown if first and self._written(row) == self._written(first))

    @property
    def is_single(self) -> bool:
        return len(self.shown) == 1

    @property
    def is_flat(self) -> bool:
        """Whether first and last are equal as they are written, so that none of them is first."""
        return len(self.shown) > 1 and len(self.firsts) == len(self.shown)

    @property
    def is_clear(self) -> bool:
        """Whether a superlative may be said: there are several, and one of them differs from the last."""
        return len(self.shown) > 1 and not self.is_flat and len(self.firsts) <= 2

    @property
    def of(self) -> str:
        """Ends a superlative: empty, or ` of the 5 departments shown`. Records the claim."""
        is_of_shown = self._may_be_beaten()
        self.ledger.claims.append(
            Rank(self.column, tuple(self.firsts), self.rows, self.is_least, is_of_shown, self.digits)
        )
        if not is_of_shown:
            return ""
        units = {row[self.unit] for row in self.shown} - {POOL}
        if any(row.get("department_key") == POOL for row in self.firsts):
            return " of all shown"
        return f" of the {len(units)} {self.noun}s shown" if len(units) > 1 else f" of the {self.noun}s shown"

    @property
    def among(self) -> str:
        """The same where what is ranked is no department: empty, or ` among the 5 departments shown`."""
        return self.of.replace(" of ", " among ", 1)

    def verb(self, one: str, many: str) -> str:
        """The form of a verb that goes with the first, which may be two, or the pool `Other departments`."""
        is_one = len(self.firsts) == 1 and self.firsts[0].get("department_key") != POOL
        return one if is_one else many

    def _written(self, row: Row) -> float:
        return written(float(row[self.column]), self.digits)

    def _may_be_beaten(self) -> bool:
        first = self.first
        return first is not None and any(self._beats(row, first) for row in self.rows)

    def _beats(self, row: Row, first: Row) -> bool:
        """Whether a hidden figure, or a part of a merged one, could be before the first, or beside it."""
        if row[self.column] is None:
            if not row.get("is_suppressed"):
                return False  # the figure does not exist
            bound = row.get(self.at_most) if self.at_most else None
            return self.is_least or bound is None or written(float(bound), self.digits) >= self._written(first)
        if row.get("department_key") != POOL or len(self.rows) == 1:
            return False
        if self.is_least or not self.total:
            return True
        return row is not first and self._written(row) >= self._written(first)


def progress(row: Row, column: str, target: str, due: str, end: dt.date) -> Progress | None:
    """How far a figure is from its target at `end`, the first day after its period; None without either."""
    if row[column] is None or row.get(target) is None or row.get(due) is None:
        return None
    wanted = float(row[target])
    short = max(0.0, wanted - float(row[column]))
    return Progress(column, row, wanted, row[due], short, (row[due] - end).days // 7)


def trend(
    answer: Answer,
    start: dt.date | None,
    column: str,
    *,
    then: str | None = None,
    digits: int = 2,
    where: Mapping[str, object] | None = None,
) -> Trend | None:
    """How a figure moved up to the period that begins on `start`; None where nothing can be compared.

    `where` leaves one row in a period. `then` is the column with the figure of 14 weeks before, for units
    that may have changed since; `digits` are those that a reader sees, and a smaller difference is none.
    """
    if answer.period is None or start is None:
        return None
    rows = _complete(answer, where or {})
    values = {day: float(row[column]) for day, row in rows.items() if row[column] is not None and day <= start}
    if start not in values:
        return None
    if answer.period == "week":
        found = _of_weeks(rows, values, start, column, then)
    else:
        found = _of_months(values, start)
    basis, now, before, since = found or _since_first(answer, values, start) or (None, 0.0, 0.0, start)
    if basis is None:
        return None
    spread = _spread([values.get(day) for day in _between(since, start, answer.period)])
    way = None if spread is None else _way(now, before, spread, digits)
    return Trend(column, rows[start], way, basis, now, before, since)


def _complete(answer: Answer, where: Mapping[str, object]) -> dict[dt.date, Row]:
    period = answer.period or "week"
    flag, day = COMPLETE_COLUMNS[period], PERIOD_COLUMNS[period]
    return {row[day]: row for row in answer.rows.where(**where) if row[flag] is not False}


_Found: TypeAlias = tuple[Basis, float, float, dt.date]


def _of_weeks(
    rows: Mapping[dt.date, Row], values: Mapping[dt.date, float], start: dt.date, column: str, then: str | None
) -> _Found | None:
    now = _mean(values, start)
    if now is None:
        return None
    long_ago = start - dt.timedelta(weeks=WEEKS_AGO)
    if then is not None:
        told = {day: float(row[then]) for day, row in rows.items() if row[then] is not None}
        before = _mean(told, start)
    else:
        before = _mean(values, long_ago)
    if before is not None:
        return "14 weeks", now, before, long_ago - dt.timedelta(weeks=WINDOW - 1)
    month_ago = start - dt.timedelta(weeks=WINDOW)
    before = _mean(values, month_ago)
    if before is None:
        return None
    return "4 weeks", now, before, month_ago - dt.timedelta(weeks=WINDOW - 1)


def _of_months(values: Mapping[dt.date, float], start: dt.date) -> _Found | None:
    before = earlier(start, MONTHS_AGO, "month")
    # The spread is that of all months known: three differences are few.
    return ("3 months", values[start], values[before], min(values)) if before in values else None


def _since_first(answer: Answer, values: Mapping[dt.date, float], start: dt.date) -> _Found | None:
    """Against the first whole period, in a history too short for anything else."""
    period = answer.period or "week"
    flag = COMPLETE_COLUMNS[period]
    first = min((day for day, rows in answer.by_period.items() if any(r[flag] for r in rows)), default=start)
    limit = 2 * WINDOW if period == "week" else MONTHS_AGO + 1
    if first == start or first not in values or len(list(_between(first, start, period))) >= limit:
        return None
    return ("first week" if period == "week" else "first month"), values[start], values[first], first


def _mean(values: Mapping[dt.date, float], last: dt.date) -> float | None:
    """The mean of the four weeks up to `last`; None where one is missing."""
    weeks = [last - dt.timedelta(weeks=number) for number in range(WINDOW)]
    return sum(values[week] for week in weeks) / WINDOW if all(week in values for week in weeks) else None


def _between(first: dt.date, last: dt.date, period: Period) -> Iterable[dt.date]:
    count = 0
    while (day := earlier(last, count, period)) >= first:
        yield day
        count += 1


def _spread(values: Iterable[float | None]) -> float | None:
    """The limit of an XmR chart around the middle; None where too few neighbours are known."""
    ordered = list(values)
    ranges = [abs(one - other) for one, other in pairwise(ordered) if one is not None and other is not None]
    return XMR * sum(ranges) / len(ranges) if len(ranges) >= LEAST_RANGES else None


def _way(now: float, then: float, spread: float, digits: int) -> Way:
    change = now - then
    if written(now, digits) == written(then, digits):
        return "same"
    if abs(change) > spread:
        return "up" if change > 0 else "down"
    return "same" if abs(change) <= SAME * abs(then) else "unclear"
