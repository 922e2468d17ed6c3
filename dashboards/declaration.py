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
- `now`: those of the chosen period; `ago(14)`: those of the period 14 earlier (empty where there is none);
- `query('name')`: another query, with the same `.rows`, `.now`, `.ago(n)`;
- `period`: the first day of the chosen period; `is_complete`: whether it is over;
- `department`: `.key` and `.name` of the page's department, on department pages.

`empty` and `missing` are plain text. Every other sentence is rendered once for each period that can be
chosen. `now`, `rows` and `ago(n)` are lists with `where(column=value, …)`, `shown('column')` (rows whose
figure is there), `top('column')` and `bottom('column')` (the row with the largest, smallest figure, or
None), `one(column=value, …)` (the first such row, or None). Numbers go through filters, so that the
browser can write them in the reader's locale: `number(decimals=0)`, `percent(decimals=0)` (of a ratio),
`points(decimals=0)` (a difference of ratios), `money(currency, decimals=0)`, `compact` (1.2 M),
`signed(decimals)` (+1.2), `date`, `week` ("the week of 9 November"), `month`, and `name('column')` for
the display name of a value (`chatgpt` → ChatGPT, from `dashboards/names.yml`). A name that does not
exist, and a number filter on NULL, are errors that name the page and the chart.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

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
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Scalar: TypeAlias = str | int | bool


class Declared(BaseModel):
    """Strict: a misspelt key is an error, not a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Declared):
    """What a column of a query is called on the page, and in which unit it stands.

    `unit` decides how a figure is written: `ratio` (0 to 1) as a percentage, `money` with the currency of
    the row's column `currency`, `times` as a bare factor; `people` and `accounts` are counts that the
    suppression check looks at. `metric` names the definition one click away: `table`, `table.column` or
    `terms.word` of docs/metrics.md. `better` colours a change: a falling cost is no loss (`lower`); without
    it a change has no colour.
    """

    label: str
    unit: Unit = "text"
    decimals: int | None = None
    metric: str | None = None
    better: Literal["higher", "lower"] | None = None


class Query(Declared):
    """SQL over `published`, and a description of each column that a chart shows."""

    sql: str
    columns: dict[Identifier, Column]


class ChartBase(Declared):
    """What every chart has. `where` keeps rows of the query whose columns have these values.

    `empty` takes the title's place when every figure of the period is missing and some are hidden,
    `missing` when none is hidden.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    query: Identifier
    title: str
    metric: str
    help: str = ""
    empty: str = "Hidden: there are too few people to show this without telling who they are."
    missing: str = "There are no figures for this yet."
    where: dict[Identifier, Scalar] = {}
    width: Literal["full", "half"] = "full"
    table: list[Identifier] = []  # columns of the data table; without it the columns that are drawn

    def drawn(self) -> list[str]:
        """Columns of the query that the chart draws, in the order of its data table, period excluded."""
        raise NotImplementedError

    def shown(self) -> list[str]:
        """Columns of the data table, period excluded."""
        return list(self.table) or self.drawn()


class LineChart(ChartBase):
    """A line over periods for each column of `y`, or for each value of `series` in the one column `y`.

    `panels` gives each column of `y` a panel of its own over one time axis (for different units). `pair`
    marks the chosen period and the one that many periods earlier. `target` is a column with a line to
    reach.
    """

    type: Literal["line"]
    y: list[Identifier]
    series: Identifier | None = None
    panels: bool = False
    pair: int | None = None
    target: Identifier | None = None

    @model_validator(mode="after")
    def _one_y_with_series(self) -> LineChart:
        if self.series and len(self.y) != 1:
            raise ValueError("`series` goes with one column in `y`")
        return self

    def drawn(self) -> list[str]:
        return [name for name in (self.series, *self.y, self.target) if name]


class StackChart(ChartBase):
    """`y` stacked over periods, one layer for each value of `series`; `shape: area` for shares, `bars` for
    sums.
    """

    type: Literal["stack"]
    y: Identifier
    series: Identifier
    shape: Literal["area", "bars"] = "bars"

    def drawn(self) -> list[str]:
        return [self.series, self.y]


class BarsChart(ChartBase):
    """Horizontal bars of the chosen period: a row for each `category`, a bar for each column of `values`,
    or for each value of `series` in the one column of `values`. `stacked` puts them end to end.
    """

    type: Literal["bars"]
    category: Identifier
    values: list[Identifier]
    series: Identifier | None = None
    stacked: bool = False

    @model_validator(mode="after")
    def _one_value_with_series(self) -> BarsChart:
        if self.series and len(self.values) != 1:
            raise ValueError("`series` goes with one column in `values`")
        return self

    def drawn(self) -> list[str]:
        return [name for name in (self.category, self.series, *self.values) if name]


class HeatmapChart(ChartBase):
    """A cell for each period (across) and each value of `y` (down), shaded by `value`."""

    type: Literal["heatmap"]
    y: Identifier
    value: Identifier

    def drawn(self) -> list[str]:
        return [self.y, self.value]


class Quadrants(Declared):
    """Columns with the dividing values, and the names of the four corners."""

    x: Identifier
    y: Identifier
    left_bottom: str
    right_bottom: str
    left_top: str
    right_top: str


class ScatterChart(ChartBase):
    """A dot for each row of the chosen period, named by `label`; quadrants split at two columns."""

    type: Literal["scatter"]
    x: Identifier
    y: Identifier
    label: Identifier
    size: Identifier | None = None
    quadrants: Quadrants | None = None

    def drawn(self) -> list[str]:
        return [name for name in (self.label, self.x, self.y, self.size) if name]


class FunnelChart(ChartBase):
    """Stages of the chosen period from left to right, one funnel for each value of `split`.

    `bottleneck` is a column that names one of the stages.
    """

    type: Literal["funnel"]
    stages: list[Identifier]
    split: Identifier | None = None
    bottleneck: Identifier | None = None

    def drawn(self) -> list[str]:
        return [name for name in (self.split, *self.stages, self.bottleneck) if name]


class TableChart(ChartBase):
    """Rows of the chosen period as a table; of all periods with `all_periods`. `values` are its columns."""

    type: Literal["table"]
    values: list[Identifier]
    all_periods: bool = False

    def drawn(self) -> list[str]:
        return list(self.values)


class Tile(Declared):
    """One figure: `value` of the one row that `where` leaves in a period, with a sparkline of the periods
    before.

    `compare` is how many periods back the comparison lies (14 weeks, 3 months); 0 for none.
    """

    label: str
    query: Identifier
    value: Identifier
    metric: str
    where: dict[Identifier, Scalar] = {}
    compare: int = 0


class TilesChart(ChartBase):
    """A row of figures. `query` is the one that `title` speaks about; each tile has its own."""

    type: Literal["tiles"]
    tiles: list[Tile]

    def drawn(self) -> list[str]:
        return []


Chart = Annotated[
    LineChart | StackChart | BarsChart | HeatmapChart | ScatterChart | FunnelChart | TableChart | TilesChart,
    Field(discriminator="type"),
]


class Actions(Declared):
    """Which of the recommended actions a page shows: those of `areas` (of all areas without), most
    important first.
    """

    areas: list[str] = []
    limit: int = 5


class Page(Declared):
    """One page. `period` is what its selector chooses; without it there is no selector.

    On a page by week a monthly query shows the month that holds the chosen week's Monday. `per: department`
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
    notes: list[str] = []

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
        used += [(tile.query, [tile.value]) for tile in chart.tiles]
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
