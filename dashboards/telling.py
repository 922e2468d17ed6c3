"""The sentences of a page: each one for every period that the reader can choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from dashboards.answers import Answer, Row, Rows, later
from dashboards.chart_types import Chart, TableChart, Tile, TilesChart
from dashboards.claims import Claim, Ledger, Progress, Trend, trend
from dashboards.declaration import COMPLETE_COLUMNS, Page, Period
from dashboards.sentences import render, resolve_marks

# What stands in a title's place where its period is not complete, by `period_state`.
INCOMPLETE: Mapping[str, str] = {
    "running": "The {period} is not over",
    "not_final": "The {period} is not final yet",
    "partly_observed": "Only a part of the {period} was read, so nothing is concluded from it",
    "source_missing": "A source is missing for the {period}, so nothing is concluded from it",
}
NOT_COMPLETE = "The {period} is not complete, so nothing is concluded from it"
States = Mapping[Period, Mapping[dt.date, Mapping[str, str]]]
FIGURES_NOT = frozenset({"text", "day", "time", "yes_no"})


@dataclass(frozen=True, slots=True)
class Department:
    """The department of a page."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, what it claims, and whether a title's template made it (and not a text for want of
    figures).
    """

    text: str
    claims: tuple[Claim, ...] = ()
    is_composed: bool = False


@dataclass(frozen=True, slots=True)
class TileClaims:
    """What a tile says beside its figure."""

    trend: Trend | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What a sentence knows of one query at the reader's choice."""

    answer: Answer
    start: dt.date | None
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def rows(self) -> Rows:
        """The rows of all periods."""
        return self.answer.rows

    @property
    def now(self) -> Rows:
        """The rows of the period; a row whose period is not complete has no figures."""
        flag = COMPLETE_COLUMNS[self.answer.period] if self.answer.period else None
        return Rows(_unknown(row) if flag and row[flag] is False else row for row in self.answer.of(self.start))

    def trend(self, column: str, then: str | None = None, digits: int = 2, **where: object) -> Trend | None:
        """How a figure moved; `where` leaves one row in a period. A claim of the sentence."""
        found = trend(self.answer, self.start, column, then=then, digits=digits, where=where)
        if found is not None:
            self.ledger.claims.append(found)
        return found


def _unknown(row: Row) -> Row:
    """The row without its figures: those of a part of a period are none."""
    figures = {
        name: None
        for name, value in row.items()
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    }
    return {**row, **figures, "is_suppressed": True}


@dataclass(frozen=True, slots=True)
class Teller:
    """Renders the sentences of one page."""

    environment: ImmutableSandboxedEnvironment
    page: Page
    name: str
    answers: Mapping[str, Answer]
    hrefs: Mapping[str, str]
    department: Department | None = None
    states: States = field(default_factory=dict)

    def titles(self, chart: Chart, choices: Sequence[dt.date | None]) -> list[Told]:
        """The title of a chart for each choice; `empty` or `missing` where there is nothing to tell.

        Raises:
            SiteError: a sentence cannot be rendered.
        """
        return [self._title(chart, choice) for choice in choices]

    def tiles(self, chart: TilesChart, choices: Sequence[dt.date | None]) -> list[list[TileClaims]]:
        """For each tile and choice: how the figure moved, and how far it is from its target."""
        found = []
        for tile in chart.tiles:
            answer = self.answers[tile.query].filtered(tile.where)
            described = self.page.queries[tile.query].columns[tile.value]
            digits = 3 if described.unit == "ratio" else described.decimals or 0
            found.append([self._tile(tile, answer, choice, digits) for choice in choices])
        return found

    def _tile(self, tile: Tile, answer: Answer, choice: dt.date | None, digits: int) -> TileClaims:
        moment = self._moment(answer, choice, Ledger())
        row = moment.now.one()
        if row is None or row[tile.value] is None or moment.start is None or answer.period is None:
            return TileClaims()
        end = later(moment.start, answer.period)
        aim = (f"{tile.value}_target", f"{tile.value}_due")
        return TileClaims(
            moment.trend(tile.value, tile.then, digits) if tile.compare else None,
            moment.ledger.progress(row, tile.value, *aim, end) if tile.target else None,
        )

    def prose(self, text: str, choices: Sequence[dt.date | None], what: str) -> list[str]:
        """A sentence about the page (intro, note) for each choice.

        Raises:
            SiteError: it cannot be rendered.
        """
        first = next(iter(self.answers))
        place = f"dashboards/pages/{self.name}.yml, {what}"
        found = []
        for choice in choices:
            told = self._render(text, self._moment(self.answers[first], choice, Ledger()), place, choice)
            found.append(resolve_marks(told, self.hrefs, place))
        return found

    def _title(self, chart: Chart, choice: dt.date | None) -> Told:
        ledger = Ledger()
        moment = self._moment(self.answers[chart.query].filtered(chart.where), choice, ledger)
        rows = self._rows(chart, moment, choice)
        if not rows:
            return Told(chart.missing)
        if incomplete := self._incomplete(moment, rows):
            return Told(incomplete)
        figures = self._figures(chart)
        if figures and all(row.get(column) is None for row in rows for column in figures):
            return Told(chart.empty if any(row.get("is_suppressed") for row in rows) else chart.missing)
        text = self._render(chart.title, moment, self._place(chart), choice)
        return Told(text, tuple(ledger.claims), is_composed=True)

    def _rows(self, chart: Chart, moment: Moment, choice: dt.date | None) -> Sequence[Row]:
        """The rows whose figures a chart shows for the choice."""
        if not isinstance(chart, TilesChart):
            return moment.now
        queries = dict.fromkeys(tile.query for tile in chart.tiles)
        return [row for name in queries for row in self._moment(self.answers[name], choice, Ledger()).now]

    def _incomplete(self, moment: Moment, rows: Sequence[Row]) -> str:
        """Says what a period is that is complete for none of the rows; empty for others."""
        period = moment.answer.period
        if period is None or moment.start is None:
            return ""
        if any(row.get(COMPLETE_COLUMNS[period]) is not False for row in rows):
            return ""
        of_tools = self.states.get(period, {}).get(moment.start, {})
        of_rows = [of_tools[tool] for row in rows if (tool := str(row.get("tool", "all"))) in of_tools]
        state = of_tools.get("all") or next(iter(of_rows), "")
        return INCOMPLETE.get(state, NOT_COMPLETE).format(period=period)

    def _figures(self, chart: Chart) -> list[str]:
        """Columns of a chart that are figures. A table shows rows for their own sake."""
        if isinstance(chart, TableChart):
            return []
        if isinstance(chart, TilesChart):
            return [tile.value for tile in chart.tiles]
        described = self.page.queries[chart.query].columns
        return [name for name in chart.drawn() if described[name].unit not in FIGURES_NOT]

    def _place(self, chart: Chart) -> str:
        return f"dashboards/pages/{self.name}.yml, chart `{chart.id}`"

    def _moment(self, answer: Answer, choice: dt.date | None, ledger: Ledger) -> Moment:
        return Moment(answer, answer.chosen(choice, self.page.period), ledger)

    def _render(self, text: str, moment: Moment, place: str, choice: dt.date | None) -> str:
        query: Callable[[str], Moment] = lambda name: self._moment(  # noqa: E731
            self.answers[name], choice, moment.ledger
        )
        context: dict[str, Any] = {
            "rows": moment.rows,
            "now": moment.now,
            "trend": moment.trend,
            "rank": moment.ledger.rank,
            "extremes": partial(moment.ledger.extremes, listing=self.environment.filters["listing"]),
            "target_of": self._targets(moment),
            "tell": _tell,
            "unknown": moment.ledger.unknown,
            "states": moment.ledger.states,
            "query": query,
            "period": moment.start,
            "department": self.department,
        }
        return render(self.environment, text, context, place)

    def _targets(self, moment: Moment) -> Callable[..., str]:
        """The function that says how far a row's figure is from its target; empty where there is none."""

        def told(row: Row | None, column: str, kind: str = "percent", digits: int = 0) -> str:
            period = moment.answer.period
            if row is None or period is None or moment.start is None:
                return ""
            end = later(moment.start, period)
            found = moment.ledger.progress(row, column, f"{column}_target", f"{column}_due", end)
            return found.told(kind, digits) if found else ""

        return told


def _tell(found: Trend | None, kind: str = "number", digits: int = 0, currency: str = "") -> str:
    """The clause of a trend; empty where there is none."""
    return found.told(kind, digits, currency) if found else ""
