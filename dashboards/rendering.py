"""One file after the other: answers, sentences and data of a page put into its template."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import jinja2
from markupsafe import Markup

from dashboards.actions import recommended
from dashboards.answers import Answer, newest_complete
from dashboards.chart_types import Chart, TilesChart
from dashboards.declaration import Page, Period
from dashboards.definitions import Definition, definition, definitions_page
from dashboards.navigation import DEFINITIONS, Navigation
from dashboards.payload import definitions_of, page_payload, shared_part, tile_claims
from dashboards.publication import (
    has_tool,
    read_departments,
    read_events,
    read_over,
    read_publication,
    read_states,
)
from dashboards.queries import answers, tables
from dashboards.sentences import Names, mark_day, resolve_marks, sentence_environment, to_html, to_text
from dashboards.suppression import PublishedFigures, require_private
from dashboards.telling import Department, Teller, Told
from dashboards.value_names import value_names

HERE = Path(__file__).parent
# Periods that a reader can choose; a department's page has fewer, because there may be many of them.
CHOICES: Mapping[Period, int] = {"week": 26, "month": 12}
DEPARTMENT_CHOICES: Mapping[Period, int] = {"week": 14, "month": 6}
# Periods that a page holds: a year; half of it where there are many departments, so that the site stays small.
HISTORY: Mapping[Period, int] = {"week": 53, "month": 13}
SHORT_HISTORY: Mapping[Period, int] = {"week": 28, "month": 7}
MANY_DEPARTMENTS = 30
NO_TOOL = (
    "No AI tool is connected yet, so there are no figures of use. Pages fill after the first night with one."
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title of a chart, on the page of a department or of all, at a reader's choice of a period."""

    page: str
    chart: str
    department: Department | None
    choice: dt.date | None
    told: Told


class Renderer:
    """The files of one site, from one set of published tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, pages: Mapping[str, Page]) -> None:
        self.connection = connection
        self.pages = pages
        self.tables = tables(connection)
        self.publication = read_publication(connection, self.tables)
        self.navigation = Navigation(pages, read_departments(connection, self.tables))
        self.over = read_over(connection, self.tables)
        self.states = read_states(connection, self.tables)
        self.events = read_events(connection, self.tables)
        self.has_tool = has_tool(connection, self.tables)
        self.names: Names = value_names()
        self.figures = PublishedFigures(connection)
        self.sentences = sentence_environment(self.names)
        self.html = _environment()

    def files(self) -> Iterator[tuple[str, str]]:
        """Name and text of every file that depends on the tables.

        Raises:
            SiteError: a page was refused or cannot be rendered.
        """
        yield "assets/definitions.js", self._definitions()
        for name, page in self.pages.items():
            if page.per is None:
                html, _ = self._page(name, page, None)
                yield self.navigation.hrefs[name], html
                continue
            shared: dict[str, Any] = {}
            for department, href in self.navigation.department_files().items():
                html, shared = self._page(name, page, department)
                yield href, html
            yield f"assets/{name}.js", _script("shared", shared)
        body = Markup(definitions_page())
        yield f"{DEFINITIONS}.html", self._render("definitions.html", DEFINITIONS, body=body)

    def titles(self) -> Iterator[Title]:
        """Every title of every page, for each period that can be chosen.

        Raises:
            SiteError: a page was refused or cannot be rendered.
        """
        for name, page in self.pages.items():
            for department in self.navigation.department_files() if page.per else [None]:
                teller, at, _ = self._teller(name, page, department)
                for chart in page.charts:
                    for choice, told in zip(at, teller.titles(chart, at), strict=True):
                        yield Title(name, chart.id, department, choice, told)

    def _teller(
        self, name: str, page: Page, department: Department | None
    ) -> tuple[Teller, list[dt.date | None], dt.date | None]:
        """The page's teller, the periods that can be chosen, and the one shown first."""
        key = department.key if department else None
        found = self._recent(answers(self.connection, page, name, key, self.figures))
        limits = DEPARTMENT_CHOICES if department else CHOICES
        choices, default = _choices(page, found, limits, self._over(page.period))
        teller = Teller(self.sentences, page, name, found, self.navigation.links, department, self.states)
        return teller, [*choices] or [None], default

    def _page(self, name: str, page: Page, department: Department | None) -> tuple[str, dict[str, Any]]:
        """The page's HTML, and what it shares with the other departments' pages."""
        teller, at, default = self._teller(name, page, department)
        found, choices = teller.answers, [choice for choice in at if choice is not None]
        here = at.index(default) if default in at else 0
        told = {chart.id: teller.titles(chart, at) for chart in page.charts}
        titles = {chart: [one.text for one in every] for chart, every in told.items()}
        prose = {"intro": teller.prose(page.intro, at, "intro")} if page.intro else {}
        if not self.has_tool:
            prose["intro"] = [f"{NO_TOOL} {text}".strip() for text in prose.get("intro", [""] * len(at))]
        prose |= {f"note-{i}": teller.prose(note, at, "notes") for i, note in enumerate(page.notes)}
        for texts in (*titles.values(), *prose.values()):
            require_private([to_text(text) for text in texts], f"dashboards/pages/{name}.yml")
        payload = page_payload(page, found, choices, default, titles, prose, self.names)
        payload["states"] = {
            period: {start.isoformat(): of_tools for start, of_tools in states.items()}
            for period, states in self.states.items()
        }
        payload["tiles"] = {
            chart.id: tile_claims(teller.tiles(chart, at))
            for chart in page.charts
            if isinstance(chart, TilesChart)
        }
        payload["events"] = self._events(page, department.key if department else None)
        payload["departments"] = self.navigation.linked(page)
        payload["as_of"] = self.publication.as_of.date().isoformat() if self.publication.as_of else None
        if department:
            payload["events_of_all"] = self._events(page, "all")
            payload["names"] = {
                column: known for column, known in self.names.items() if column != "model_family"
            }
        shared = shared_part(payload) if department else {}
        html = self._render(
            "page.html",
            name,
            page=page,
            department=department,
            choices=list(reversed(choices)),
            running={dt.date.fromisoformat(day) for day in payload["incomplete"]},
            default=default,
            helps={chart.id: self._help(name, chart) for chart in page.charts},
            titles={chart: texts[here] for chart, texts in titles.items()},
            prose={place: texts[here] for place, texts in prose.items()},
            actions=recommended(
                self.connection, self.tables, page, department, self.pages, self.navigation.hrefs
            ),
            department_links=self.navigation.department_links(page, department),
            payload=Markup(_json(payload).replace("<", "\\u003c")),  # nothing in it can end the element
        )
        return html, shared

    def _events(self, page: Page, key: str | None) -> list[list[str | None]]:
        """What the page's time axes mark: day, tool, department and a text, which a rollout has none of.

        key: of the unit whose events they are; those of all units without one.
        """
        if not any(getattr(chart, "events", False) for chart in page.charts):
            return []
        marked = []
        for event in self.events:
            if key is not None and event.department_key != key:
                continue
            tool, text = self.names["tool"].get(event.tool, event.tool), None
            if event.kind == "model":
                family = str(event.model_family)
                text = f"{tool}: first week of {self.names['model_family'].get(family, family)}"
            elif event.kind == "company":
                text = event.label
                if key is None and event.department_key != "all":
                    text = f"{event.department_name}: {text}"
            marked.append([event.day.isoformat(), event.tool, event.department_name, text])
        return marked

    def _recent(self, found: Mapping[str, Answer]) -> dict[str, Answer]:
        """The answers without periods that are older than a page holds, and without those that have no figures
        yet.
        """
        many = len(self.navigation.departments) > MANY_DEPARTMENTS
        limits = SHORT_HISTORY if many else HISTORY
        kept = {}
        for name, every in found.items():
            answer = every.until(self.publication.newest.get(every.period)) if every.period else every
            starts = list(answer.by_period)
            limit = limits[answer.period] if answer.period else len(starts)
            recent = answer.since(starts[-limit] if limit < len(starts) else None)
            kept[name] = replace(recent, over=self._over(answer.period))
        return kept

    def _over(self, period: Period | None) -> frozenset[dt.date]:
        return self.over.get(period, frozenset()) if period else frozenset()

    def _help(self, name: str, chart: Chart) -> str:
        return resolve_marks(
            chart.help, self.navigation.links, f"dashboards/pages/{name}.yml, chart `{chart.id}`"
        )

    def _definitions(self) -> str:
        """A script with every definition that a chart names; one file, because all pages share it."""
        found: dict[str, Definition] = {}
        for name, page in self.pages.items():
            for chart in page.charts:
                place = f"dashboards/pages/{name}.yml, chart `{chart.id}`"
                found |= {reference: definition(reference, place) for reference in definitions_of(page, chart)}
        return _script("definitions", {reference: _filled(entry) for reference, entry in sorted(found.items())})

    def _render(self, template: str, name: str, **values: Any) -> str:
        """One file; `name` is the page's, or that of the definitions."""
        return self.html.get_template(template).render(
            page_name=name,
            navigation=self.navigation.main(name),
            publication=self.publication,
            definitions_href=f"{DEFINITIONS}.html",
            **values,
        )


def _choices(
    page: Page, found: Mapping[str, Answer], limits: Mapping[Period, int], over: frozenset[dt.date]
) -> tuple[list[dt.date], dt.date | None]:
    """The periods that a reader can choose, oldest first, and the one shown first: the newest `over`."""
    if page.period is None:
        return [], None
    own = [answer for answer in found.values() if answer.period == page.period]
    starts = sorted({start for answer in own for start in answer.by_period})[-limits[page.period] :]
    return starts, newest_complete(starts, set(starts) - over)


def _environment() -> jinja2.Environment:
    html = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    html.filters["sentence"] = lambda text: Markup(to_html(text))
    html.filters["day"] = lambda day: Markup(to_html(mark_day("date", day)))
    html.filters["period"] = lambda day, kind: to_text(mark_day("month" if kind == "month" else "date", day))
    return html


def _filled(entry: Definition) -> dict[str, str]:
    return {key: value for key, value in asdict(entry).items() if value}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _script(name: str, value: object) -> str:
    return f"window.aiUsage = window.aiUsage || {{}};\nwindow.aiUsage.{name} = {_json(value)};\n"
