"""The types of charts and what each needs to know; part of the format of a page (dashboards/declaration.py)."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Scalar: TypeAlias = str | int | bool


class Declared(BaseModel):
    """Strict: a misspelt key is an error, not a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
    reach. `events` marks the weeks of rollouts, the company's own events and new model families.
    """

    type: Literal["line"]
    y: list[Identifier]
    series: Identifier | None = None
    panels: bool = False
    pair: int | None = None
    target: Identifier | None = None
    events: bool = False

    @model_validator(mode="after")
    def _one_y_with_series(self) -> LineChart:
        if self.series and len(self.y) != 1:
            raise ValueError("`series` goes with one column in `y`")
        return self

    def drawn(self) -> list[str]:
        return [name for name in (self.series, *self.y, self.target) if name]


class StackChart(ChartBase):
    """`y` stacked over periods, one layer for each value of `series`; `shape: area` for shares, `bars` for
    sums. `palette: ordered` takes steps of one hue, for values that have an order (also with bars).
    """

    type: Literal["stack"]
    y: Identifier
    series: Identifier
    shape: Literal["area", "bars"] = "bars"
    palette: Literal["ordered"] | None = None

    def drawn(self) -> list[str]:
        return [self.series, self.y]


class BarsChart(ChartBase):
    """Horizontal bars of the chosen period: a row for each `category`, a bar for each column of `values`,
    or for each value of `series` in the one column of `values`. `stacked` puts them end to end.
    `reference` is a column with a figure to compare with (of the first row), drawn as a line across.
    `limit` draws the first rows only; the table has all.
    """

    type: Literal["bars"]
    category: Identifier
    values: list[Identifier]
    series: Identifier | None = None
    stacked: bool = False
    reference: Identifier | None = None
    limit: int | None = None
    palette: Literal["ordered"] | None = None

    @model_validator(mode="after")
    def _one_value_with_series(self) -> BarsChart:
        if self.series and len(self.values) != 1:
            raise ValueError("`series` goes with one column in `values`")
        return self

    def drawn(self) -> list[str]:
        return [name for name in (self.category, self.series, *self.values, self.reference) if name]


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
    """A dot for each row of the chosen period, named by `label`, in the colour of its `series`; quadrants
    split at two columns, at one height for each series where the column's values differ. `without` is a column
    that names a tool whose use is missing from the dot.
    """

    type: Literal["scatter"]
    x: Identifier
    y: Identifier
    label: Identifier
    size: Identifier | None = None
    series: Identifier | None = None
    without: Identifier | None = None
    quadrants: Quadrants | None = None

    def drawn(self) -> list[str]:
        named = (self.label, self.series, self.x, self.y, self.size, self.without)
        return [name for name in named if name]


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

    It is compared as sentences are (`dashboards/claims.py`), unless `compare` is false. `then` is the column
    with the figure of 14 weeks before, as published tables hold it where a unit may have changed. With
    `target` the columns `<value>_target` and `<value>_due` hold the value to reach, and by when.
    """

    label: str
    query: Identifier
    value: Identifier
    metric: str
    where: dict[Identifier, Scalar] = {}
    compare: bool = True
    then: Identifier | None = None
    target: bool = False

    def columns(self) -> list[str]:
        """Columns of the query that the tile needs described."""
        aim = (f"{self.value}_target", f"{self.value}_due") if self.target else ()
        return [name for name in (self.value, self.then, *aim) if name]


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
