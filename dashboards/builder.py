"""Builds the site: reads the published tables, renders every page apart, then switches the folder at once."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml
from markupsafe import Markup

from dashboards.actions import recommended
from dashboards.answers import Answer, newest_complete
from dashboards.assets import write_assets
from dashboards.chart_types import Chart
from dashboards.declaration import Page, Period, load_pages
from dashboards.definitions import Definition, definition, definitions_page
from dashboards.errors import SiteError
from dashboards.payload import definitions_of, page_payload
from dashboards.queries import answers, published_tables, tables
from dashboards.sentences import Names, mark_day, resolve_marks, sentence_environment, to_html, to_text
from dashboards.suppression import require_private
from dashboards.switch import new_version
from dashboards.telling import Department, Teller

HERE = Path(__file__).parent
# Periods that a reader can choose; a department's page has fewer, because there may be many of them.
CHOICES: Mapping[Period, int] = {"week": 26, "month": 12}
DEPARTMENT_CHOICES: Mapping[Period, int] = {"week": 14, "month": 6}
# Periods that a page holds: a year; half of it where there are many departments, so that the site stays small.
HISTORY: Mapping[Period, int] = {"week": 53, "month": 13}
SHORT_HISTORY: Mapping[Period, int] = {"week": 28, "month": 7}
MANY_DEPARTMENTS = 30
_NOT_DEPARTMENTS = ("all", "unattributed")
DEFINITIONS = "definitions"


@dataclass(frozen=True, slots=True)
class Site:
    """A finished site: the page to open, how many pages and bytes there are, and how long it took."""

    index: Path
    pages: int
    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a navigation."""

    title: str
    href: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Publication:
    """Up to when the figures reach, and when they were published; UTC."""

    as_of: dt.datetime | None
    published_at: dt.datetime


def build(published: Path | duckdb.DuckDBPyConnection, site: Path, *, pages: Path | None = None) -> Site:
    """Write the whole site and let `site` lead to it. `published` is the file, or a connection with its schema.

    Raises:
        SiteError: a page is refused, a bundle is missing, or nothing is published; the last site stays.
    """
    if isinstance(published, Path):
        with published_tables(published) as connection:
            return _build(connection, site, pages)
    return _build(published, site, pages)


def _build(connection: duckdb.DuckDBPyConnection, site: Path, folder: Path | None) -> Site:
    started = time.monotonic()
    declared = load_pages(folder) if folder else load_pages()
    if not declared:
        raise SiteError("No page is declared.", "Put one into dashboards/pages/.")
    builder = _Builder(connection, declared)
    try:
        with new_version(site, builder.publication.published_at.strftime("%Y%m%dT%H%M%S")) as building:
            for name, text in builder.files():
                (building / name).write_text(text, encoding="utf-8")
            write_assets(building / "assets", definitions=builder.definitions())
    except OSError as error:
        raise SiteError(f"The site cannot be written: {error.strerror}.", "Look at the disk.") from error
    written = [path for path in site.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" for path in written)
    size = sum(path.stat().st_size for path in written)
    return Site(site / "index.html", pages, size, time.monotonic() - started)


class _Builder:
    """The pages of one site."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, pages: Mapping[str, Page]) -> None:
        self.connection = connection
        self.pages = pages
        self.tables = tables(connection)
        self.publication = _publication(connection, self.tables)
        self.names: Names = yaml.safe_load((HERE / "names.yml").read_text(encoding="utf-8"))
        self.sentences = sentence_environment(self.names)
        self.html = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.html.filters["sentence"] = lambda text: Markup(to_html(text))
        self.html.filters["day"] = lambda day: Markup(to_html(mark_day("date", day)))
        self.html.filters["period"] = lambda day, kind: to_text(
            mark_day("month" if kind == "month" else "date", day)
        )
        self.departments = _departments(connection, self.tables)
        self.hrefs = {name: f"{name}.html" for name, page in pages.items() if page.per is None}
        if self.hrefs:
            self.hrefs[next(iter(self.hrefs))] = "index.html"
        self.links = {**self.hrefs, DEFINITIONS: f"{DEFINITIONS}.html"}

    def files(self) -> Iterator[tuple[str, str]]:
        """Name and text of every HTML file."""
        for name, page in self.pages.items():
            if page.per is None:
                yield self.hrefs[name], self._page(name, page, None)
            else:
                for department, href in self._department_files():
                    yield href, self._page(name, page, department)
        body = Markup(definitions_page())
        yield f"{DEFINITIONS}.html", self._render("definitions.html", DEFINITIONS, body=body)

    def _page(self, name: str, page: Page, department: Department | None) -> str:
        found = self._recent(answers(self.connection, page, name, department.key if department else None))
        starts = {s for answer in found.values() if answer.period == page.period for s in answer.by_period}
        limits = DEPARTMENT_CHOICES if department else CHOICES
        choices = sorted(starts)[-limits[page.period] :] if page.period else []
        running = {s for answer in found.values() if answer.period == page.period for s in answer.incomplete}
        default = newest_complete(choices, running)
        teller = Teller(self.sentences, page, name, found, self.links, department)
        at: list[dt.date | None] = [*choices] or [None]
        here = at.index(default) if default in at else 0
        titles = {chart.id: teller.titles(chart, at) for chart in page.charts}
        prose = {"intro": teller.prose(page.intro, at, "intro")} if page.intro else {}
        prose |= {f"note-{i}": teller.prose(note, at, "notes") for i, note in enumerate(page.notes)}
        for texts in (*titles.values(), *prose.values()):
            require_private([to_text(text) for text in texts], f"dashboards/pages/{name}.yml")
        return self._render(
            "page.html",
            name,
            page=page,
            department=department,
            choices=list(reversed(choices)),
            running=running,
            default=default,
            helps={chart.id: self._help(name, chart) for chart in page.charts},
            titles={chart: texts[here] for chart, texts in titles.items()},
            prose={place: texts[here] for place, texts in prose.items()},
            actions=recommended(self.connection, self.tables, page, department, self.pages, self.hrefs),
            department_links=self._department_links(page, department),
            payload=_inert(
                {
                    **page_payload(page, found, choices, default, titles, prose, self.names),
                    "departments": self._linked(page),
                    "as_of": self.publication.as_of.date().isoformat() if self.publication.as_of else None,
                }
            ),
        )

    def _recent(self, found: Mapping[str, Answer]) -> dict[str, Answer]:
        """The answers without periods that are older than a page holds."""
        limits = SHORT_HISTORY if len(self.departments) > MANY_DEPARTMENTS else HISTORY
        kept = {}
        for name, answer in found.items():
            starts = list(answer.by_period)
            limit = limits[answer.period] if answer.period else len(starts)
            kept[name] = answer.since(starts[-limit] if limit < len(starts) else None)
        return kept

    def _help(self, name: str, chart: Chart) -> str:
        return resolve_marks(chart.help, self.links, f"dashboards/pages/{name}.yml, chart `{chart.id}`")

    def definitions(self) -> str:
        """A script with every definition that a chart names; one file, because all pages share it."""
        found: dict[str, Definition] = {}
        for name, page in self.pages.items():
            for chart in page.charts:
                place = f"dashboards/pages/{name}.yml, chart `{chart.id}`"
                found |= {reference: definition(reference, place) for reference in definitions_of(page, chart)}
        known = {reference: _known(entry) for reference, entry in sorted(found.items())}
        return f"window.aiUsage = window.aiUsage || {{}};\nwindow.aiUsage.definitions = {_json(known)};\n"

    def _department_files(self) -> list[tuple[Department, str]]:
        """Each department with the name of its file; two that are written alike get numbers."""
        found: list[tuple[Department, str]] = []
        taken: set[str] = set()
        for department in self.departments:
            slug = re.sub(r"[^a-z0-9]+", "-", department.key.lower()).strip("-")[:60] or "unit"
            number = next(n for n in range(1, len(self.departments) + 2) if f"{slug}-{n}" not in taken)
            taken.add(f"{slug}-{number}")
            found.append((department, f"department-{slug}{'' if number == 1 else f'-{number}'}.html"))
        return found

    def _linked(self, page: Page) -> dict[str, str]:
        """The page of each department, for tables that link to them."""
        columns = (column for query in page.queries.values() for column in query.columns.values())
        if not any(column.link for column in columns) or not self._has_department_pages():
            return {}
        return {department.key: href for department, href in self._department_files()}

    def _has_department_pages(self) -> bool:
        return any(page.per == "department" for page in self.pages.values())

    def _department_links(self, page: Page, here: Department | None) -> list[Link]:
        if not self._has_department_pages():
            return []
        files = self._department_files()
        if page.department_links:
            return [Link(department.name, href) for department, href in files]
        if here is None:
            return []
        at = [department for department, _ in files].index(here)
        around = [files[i] for i in (at - 1, at + 1) if 0 <= i < len(files)]
        up = [Link("All departments", self.hrefs["departments"])] if "departments" in self.hrefs else []
        return up + [Link(department.name, href) for department, href in around]

    def _render(self, template: str, name: str, **values: Any) -> str:
        """One file; `name` is the page's, or that of the definitions."""
        shown = {key: page for key, page in self.pages.items() if page.per is None}
        parent = "departments" if name not in shown else name
        navigation = [Link(page.title, self.hrefs[key], key == parent) for key, page in shown.items()]
        return self.html.get_template(template).render(
            page_name=name,
            navigation=navigation,
            publication=self.publication,
            definitions_href=f"{DEFINITIONS}.html",
            **values,
        )


def _publication(connection: duckdb.DuckDBPyConnection, known: frozenset[str]) -> Publication:
    if "publication" not in known:
        raise SiteError("Nothing has been published yet.", "Run `ai-usage run` first.")
    row = connection.execute("select as_of, published_at from published.publication").fetchone()
    if row is None:
        raise SiteError("The published tables do not say when they were published.", "Publish again.")
    return Publication(row[0], row[1])


def _departments(connection: duckdb.DuckDBPyConnection, known: frozenset[str]) -> list[Department]:
    """Every unit of the newest complete week; the pool of small ones last."""
    if "department_usage_weekly" not in known:
        return []
    rows = connection.execute(
        "select distinct department_key, department_name from published.department_usage_weekly "
        "where week_start = "
        "(select max(week_start) from published.department_usage_weekly where is_complete_week) "
        "order by department_key = 'other', department_name, department_key"
    ).fetchall()
    return [Department(str(key), str(name)) for key, name in rows if key not in _NOT_DEPARTMENTS]


def _known(entry: Definition) -> dict[str, str]:
    return {key: value for key, value in asdict(entry).items() if value}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _inert(payload: Mapping[str, Any]) -> Markup:
    """JSON that can stand in a script element: nothing in it can end the element."""
    return Markup(_json(payload).replace("<", "\\u003c"))
