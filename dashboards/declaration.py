"""How a page is declared: one YAML file in `dashboards/pages/`, checked against the models below.

A file says what a page asks, which queries answer it, and how each answer is drawn. It holds no code:
queries are SQL, sentences are Jinja. `dashboards/README.md` has the walk-through; `pages/adoption.yml` is a
whole example.

**Queries** are single `select` statements that read tables of the schema `published` and nothing else,
written with the schema (`published.department_usage_weekly`). They return *every* period, not the newest
one, in the order in which they are drawn: the reader chooses the period in the browser. A query with a
column `week_start` is weekly, one with `month_start` is monthly, and one with neither is the same whatever
the reader chooses. Beside it stand `is_complete_week` (or `is_complete_month`) and `is_suppressed` where
the table has them: the first marks the running period, the second says that a missing figure is hidden and
not unknown. A hidden figure stays NULL: `coalesce(figure, 0)` is refused. On the page of a department
`$department_key` stands for its key.

**Sentences** (`title`, `intro`, `empty`, `notes`) are Jinja with

- `rows`: the rows of the chart's query that its `where` keeps (in `intro` and `notes`: of the first query) as
  mappings, all periods;
- `now`: those of the chosen period; a row whose period is not complete has no figures;
- `query('name')`: another query, with the same `.rows`, `.now`, `.trend(…)`;
- `period`: the first day of the chosen period;
- `department`: `.key` and `.name` of the page's department, on department pages.

A sentence compares nothing by itself: it asks dashboards/claims.py, which knows what may be said and records
it. `rank(rows, 'column', least=false, digits=0, noun='department')` has `first`, `firsts` (equal as written),
`last`, `is_single`, `is_flat`, `is_clear`, and `of`, which a superlative must write after itself (` of the 5
departments shown`), or `among` (` among the 5 departments shown`). `extremes(rows, 'column', 'the most …',
'the fewest', kind, digits, noun)` is a whole sentence of this kind. `trend('column', digits=2, then='column',
name=value)` is a movement, and `tell(trend, kind, digits)` its clause; `target_of(row, 'column')` is the
clause of a target in the columns `<column>_target` and `<column>_due`. `unknown(rows, 'column')` records that
the sentence says that figures are missing, `states(rows)` that it repeats what rows say. A title without a
figure makes one of these claims;
a test looks.

`plural(n, 'department')` counts, and the filter `listing('column')` names rows (dashboards/wording.py).
`[text](page:depth)` is a link to a page, `**word**` strong, `*word*` stressed, `` `name` `` code, in `help`,
`intro` and `notes`. `empty` and `missing` are plain text. Every other sentence is rendered once for each
period that can be chosen. `now` and `rows` are lists with `where(column=value, …)`, `shown('column')` (rows
whose figure is there), `top('column')` and `bottom('column')` (the row with the largest, smallest figure, or
None), `one(column=value, …)` (the first such row, or None). Numbers go through filters, so that the browser
can write them in the reader's locale: `number(decimals=0)`, `percent(decimals=0)` (of a ratio),
`points(decimals=0)` (a difference of ratios), `money(currency, decimals=0)`, `compact` (1.2 M),
`signed(decimals)` (+1.2), `date`, `week` ("the week of 9 November"), `month`, and `name('column')` for the
display name of a value (`chatgpt` → ChatGPT, from `dashboards/names.yml`). A name that does not exist, and a
number filter on NULL, are errors that name the page and the chart.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, TypeAlias

import yaml
from pydantic import Field, ValidationError, model_validator

from dashboards.chart_types import Chart, Declared, Identifier, TilesChart
from dashboards.errors import SiteError

Unit: TypeAlias = Literal[
    "text",
    "day",
    "time",
    "yes_no",
    "people",
    "accounts",
    "seats",
    "sessions",
    "messages",
    "characters",
    "tokens",
    "credits",
    "rows",
    "days",
    "weeks",
    "ratio",
    "times",
    "money",
]
Period: TypeAlias = Literal["week", "month"]
PERIOD_COLUMNS: dict[Period, str] = {"week": "week_start", "month": "month_start"}
COMPLETE_COLUMNS: dict[Period, str] = {"week": "is_complete_week", "month": "is_complete_month"}


class Column(Declared):
    """What a column of a query is called on the page, and in which unit it stands.

    `unit` decides how a figure is written: `ratio` (0 to 1) as a percentage, `money` with the currency of
    the row's column `currency`, `times` as a bare factor; `people` and `accounts` are counts that the
    suppression check looks at. `metric` names the definition one click away: `table`, `table.column`,
    `shared.column`, `terms.word` of docs/metrics.md. `better` colours a change: a falling cost is no loss
    (`lower`); without it a change has no colour. `link: department` makes a table's cell lead to the page
    of the row's `department_key`. `muted` draws what a figure is only compared with in grey. `missing` is
    what a table writes where there is no figure and none is hidden (`no limit`).
    """

    label: str
    unit: Unit = "text"
    decimals: int | None = None
    metric: str | None = None
    better: Literal["higher", "lower"] | None = None
    link: Literal["department"] | None = None
    muted: bool = False
    missing: str | None = None


class Bounds(Declared):
    """Where ranges of a query's hidden figures stand: rows of `hidden_figure_bounds` about `table`.

    `where` fixes columns of theirs (`$department_key` as in SQL), `same` those that rows of the query share,
    with the query's name of each. Columns with the name and definition (`metric`) of a figure get its range.
    """

    table: Identifier
    where: dict[Identifier, str] = Field(default_factory=dict)
    same: dict[Identifier, Identifier] = Field(default_factory=dict)


class Query(Declared):
    """SQL over `published`, and a description of each column that a chart shows.

    With `bounds`, tables and charts write a range in place of a hidden figure ("at most 14").
    """

    sql: str
    columns: dict[Identifier, Column]
    bounds: Bounds | None = None


class Actions(Declared):
    """Which of the recommended actions a page shows: those of `areas` (of all areas without), most
    important first.
    """

    areas: tuple[str, ...] = ()
    limit: int = 5


class Page(Declared):
    """One page. `period` is what its selector chooses; without it there is no selector.

    On a page by week a monthly query shows the month that holds the chosen week's Thursday. `per: department`
    makes a page for each department; `$department_key` then stands for it in the queries.
    """

    title: str
    question: str
    order: int
    period: Period | None = "week"
    per: Literal["department"] | None = None
    intro: str = ""
    department_links: bool = False  # a list of links to the departments' pages
    actions: Actions | None = None
    queries: dict[Identifier, Query]
    charts: list[Chart]
    notes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> Page:
        seen: set[str] = set()
        for chart in self.charts:
            if chart.id in seen:
                raise ValueError(f"two charts are called `{chart.id}`")
            seen.add(chart.id)
            for query, columns in _used(chart):
                self._require(chart.id, query, columns)
        return self

    def _require(self, chart: str, query: str, columns: list[str]) -> None:
        if query not in self.queries:
            raise ValueError(f"chart `{chart}` asks for the query `{query}`, which is not declared")
        missing = [name for name in columns if name not in self.queries[query].columns]
        if missing:
            raise ValueError(f"chart `{chart}`: query `{query}` does not describe {', '.join(missing)}")


def _used(chart: Chart) -> list[tuple[str, list[str]]]:
    """Queries of a chart with the columns that must be described."""
    used = [(chart.query, [*chart.drawn(), *chart.shown()])]
    if isinstance(chart, TilesChart):
        used += [(tile.query, tile.columns()) for tile in chart.tiles]
    return used


PAGES = Path(__file__).parent / "pages"
_FILE_NAME = re.compile(r"[a-z][a-z0-9-]*\.yml")


def load_page(path: Path) -> Page:
    """One declared page.

    Raises:
        SiteError: the file is no YAML, or does not keep to the models; says where.
    """
    try:
        return Page.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise SiteError(f"dashboards/pages/{path.name} is no YAML: {error}", "Mend the file.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the page"
        raise SiteError(
            f"dashboards/pages/{path.name}, {place}: {first['msg']}",
            "dashboards/declaration.py says what a page may hold.",
        ) from error


def load_pages(folder: Path = PAGES) -> dict[str, Page]:
    """Every declared page by the name of its file, in the order of the navigation.

    Raises:
        SiteError: a file does not keep to the models, or has a name that cannot stand in an address.
    """
    pages: dict[str, Page] = {}
    for path in sorted(folder.glob("*.yml")):
        if not _FILE_NAME.fullmatch(path.name):
            raise SiteError(
                f"dashboards/pages/{path.name} cannot be the name of a page.", "Use a-z, 0-9 and -."
            )
        pages[path.stem] = load_page(path)
    return dict(sorted(pages.items(), key=lambda item: (item[1].order, item[0])))
