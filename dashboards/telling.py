"""The sentences of a page: each one for every period that the reader can choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from dashboards.answers import Answer, Rows
from dashboards.chart_types import Chart, TableChart, TilesChart
from dashboards.declaration import COMPLETE_COLUMNS, Page, Period
from dashboards.sentences import render, resolve_marks

SO_FAR = "So far: "
# What a title begins with where its period is not complete, by `period_state`.
BEGINNINGS: Mapping[str, str] = {
    "running": SO_FAR,
    "not_final": "Not final: ",
    "partly_observed": "Read in part: ",
    "source_missing": "A source is missing: ",
}
States = Mapping[Period, Mapping[dt.date, Mapping[str, str]]]
FIGURES_NOT = frozenset({"text", "day", "time", "yes_no"})


@dataclass(frozen=True, slots=True)
class Department:
    """The department of a page."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What a sentence knows of one query at the reader's choice."""

    answer: Answer
    start: dt.date | None
    is_projected: bool = False

    @property
    def rows(self) -> Rows:
        """The rows of all periods."""
        return self.answer.rows

    @property
    def now(self) -> Rows:
        """The rows of the period."""
        return self.answer.of(self.start)

    @property
    def is_complete(self) -> bool:
        """Whether the period is over; a query without periods always is."""
        return self.start not in self.answer.incomplete

    def ago(self, periods: int) -> Rows:
        """The rows of the period that many before.

        None while the period runs, unless its figures are projected: half a week beside a whole one would
        mislead.
        """
        if not self.is_complete and not self.is_projected:
            return Rows()
        return self.answer.ago(self.start, periods)


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

    def titles(self, chart: Chart, choices: Sequence[dt.date | None]) -> list[str]:
        """The title of a chart for each choice; `empty` or `missing` where there is nothing to tell.

        Raises:
            SiteError: a sentence cannot be rendered.
        """
        return [self._title(chart, choice) for choice in choices]

    def prose(self, text: str, choices: Sequence[dt.date | None], what: str) -> list[str]:
        """A sentence about the page (intro, note) for each choice.

        Raises:
            SiteError: it cannot be rendered.
        """
        first = next(iter(self.answers))
        moments = [(self._moment(self.answers[first], choice), choice) for choice in choices]
        return [self._render(text, moment, what, choice, is_prose=True) for moment, choice in moments]

    def _title(self, chart: Chart, choice: dt.date | None) -> str:
        answer = self.answers[chart.query].filtered(chart.where)
        moment = self._moment(answer, choice, chart.projected)
        rows = [row for name in _queries(chart) for row in self._moment(self.answers[name], choice).now]
        if not isinstance(chart, TilesChart):
            rows = moment.now
        if not rows:
            return chart.missing
        figures = self._figures(chart)
        if figures and all(row.get(column) is None for row in rows for column in figures):
            return chart.empty if any(row.get("is_suppressed") for row in rows) else chart.missing
        sentence = self._render(chart.title, moment, f"chart `{chart.id}`", choice)
        return f"{self._beginning(moment, rows, chart.projected)}{sentence}"

    def _beginning(self, moment: Moment, rows: Sequence[Mapping[str, Any]], is_projected: bool) -> str:
        """Says of a period that is not complete what it is; nothing where its figures are projected."""
        period = moment.answer.period
        if period is None or moment.start is None or is_projected:
            return ""
        flagged = [row for row in rows if row.get(COMPLETE_COLUMNS[period]) is False]
        of_tools = self.states.get(period, {}).get(moment.start, {})
        of_rows = [of_tools[tool] for row in flagged if (tool := str(row.get("tool", "all"))) in of_tools]
        if moment.is_complete and not (flagged and len(flagged) == len(rows)):
            return ""
        state = of_tools.get("all") or next(iter(of_rows), "running" if not moment.is_complete else "")
        return BEGINNINGS.get(state, "")

    def _figures(self, chart: Chart) -> list[str]:
        """Columns of a chart that are figures. A table shows rows for their own sake."""
        if isinstance(chart, TableChart):
            return []
        if isinstance(chart, TilesChart):
            return [tile.value for tile in chart.tiles]
        described = self.page.queries[chart.query].columns
        return [name for name in chart.drawn() if described[name].unit not in FIGURES_NOT]

    def _moment(self, answer: Answer, choice: dt.date | None, is_projected: bool = False) -> Moment:
        return Moment(answer, answer.chosen(choice, self.page.period), is_projected)

    def _render(
        self, text: str, moment: Moment, what: str, choice: dt.date | None, *, is_prose: bool = False
    ) -> str:
        context: dict[str, Any] = {
            "rows": moment.rows,
            "now": moment.now,
            "ago": moment.ago,
            "query": lambda name: self._moment(self.answers[name], choice, moment.is_projected),
            "period": moment.start,
            "is_complete": moment.is_complete,
            "department": self.department,
        }
        place = f"dashboards/pages/{self.name}.yml, {what}"
        sentence = render(self.environment, text, context, place)
        return resolve_marks(sentence, self.hrefs, place) if is_prose else sentence


def _queries(chart: Chart) -> list[str]:
    if isinstance(chart, TilesChart):
        return list(dict.fromkeys(tile.query for tile in chart.tiles))
    return [chart.query]
