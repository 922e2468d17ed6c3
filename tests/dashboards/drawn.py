"""What a chart shows, read back from ECharts, and what its CSV says, in the same form: key → figure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pytest

from dashboards.chart_types import (
    BarsChart,
    Chart,
    FunnelChart,
    HeatmapChart,
    LineChart,
    ScatterChart,
    StackChart,
)
from dashboards.declaration import Column

Figures: TypeAlias = dict[tuple[str, ...], float]
HIDDEN = "Hidden"  # the column of a CSV after those of the table
_MARK = "/"  # begins the ids of what is drawn besides figures


def of_chart(chart: Chart, option: Mapping[str, Any], starts: Sequence[str]) -> Figures:
    """The figures that are drawn. `starts` are the periods of a chart over time."""
    series = [one for one in option["series"] if not str(one["id"]).startswith(_MARK)]
    if isinstance(chart, LineChart | StackChart):
        return {
            (_name(one), starts[at]): float(value)
            for one in series
            for at, value in enumerate(_values(one))
            if value is not None
        }
    if isinstance(chart, BarsChart):
        names = option["yAxis"][0]["data"]
        return {
            (names[at], _name(one)): float(value)
            for one in series
            for at, value in enumerate(_values(one))
            if value is not None
        }
    if isinstance(chart, HeatmapChart):
        rows = option["yAxis"][0]["data"]
        cells = [item["value"] for one in series for item in one["data"]]
        return {(rows[y], starts[x]): float(value) for x, y, value in cells}
    if isinstance(chart, FunnelChart):
        titles = [one["text"] for one in option["title"]]
        return {
            (titles[number], option["xAxis"][number]["data"][at]): float(value)
            for number, one in enumerate(series)
            for at, value in enumerate(_values(one))
            if value is not None
        }
    assert isinstance(chart, ScatterChart)
    dots = sorted(tuple(item["value"]) for one in series for item in one["data"])
    return {(str(number), axis): dot[at] for number, dot in enumerate(dots) for at, axis in enumerate("xy")}


def of_table(chart: Chart, text: str, columns: Mapping[str, Column]) -> Figures:
    """The figures of the CSV that the chart is said to draw, shares as fractions; `columns` describe them."""
    head, *read = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    count = head.index(HIDDEN) if HIDDEN in head else len(head)
    lines = [[_bare(cell) for cell in line[:count]] for line in read]
    has_period = bool(lines) and len(lines[0]) > len(chart.shown())
    labels = {name: column.label for name, column in columns.items()}

    def figure(row: Mapping[str, str], column: str) -> float:
        value = float(row[column])
        return value / 100 if columns[column].unit == "ratio" else value

    rows = [dict(zip(chart.shown(), line[1:] if has_period else line, strict=True)) for line in lines]
    starts = [line[0] for line in lines]
    if isinstance(chart, ScatterChart):
        axes = (chart.x, chart.y)
        drawn = [row for row in rows if _known(row[chart.x], row[chart.y])]
        dots = sorted(tuple(figure(row, axis) for axis in axes) for row in drawn)
        return {
            (str(number), "xy"[at]): _as_written(dot[at], columns[axis])
            for number, dot in enumerate(dots)
            for at, axis in enumerate(axes)
        }
    found: Figures = {}
    for row, start in zip(rows, starts, strict=True):
        for column, key in _keys(chart, row, start, labels):
            if _known(row[column]):
                found[key] = _as_written(figure(row, column), columns[column])
    if isinstance(chart, BarsChart) and chart.limit:
        first = list(dict.fromkeys(row[chart.category] for row in rows))[: chart.limit]
        found = {key: value for key, value in found.items() if key[0] in first}
    return found


def _as_written(value: float, column: Column) -> Any:
    """Whatever the CSV writes so, with four decimals; of a share these are decimals of a percent."""
    return pytest.approx(value, rel=0, abs=0.50001e-6 if column.unit == "ratio" else 0.50001e-4)


def _keys(
    chart: Chart, row: Mapping[str, str], start: str, labels: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(column of the figure, key of the figure) of a row."""
    if isinstance(chart, LineChart):
        yield from ((y, (row[chart.series] if chart.series else labels[y], start)) for y in chart.y)
    elif isinstance(chart, StackChart):
        yield chart.y, (row[chart.series], start)
    elif isinstance(chart, HeatmapChart):
        yield chart.value, (row[chart.y], start)
    elif isinstance(chart, BarsChart):
        for value in chart.values:
            yield value, (row[chart.category], row[chart.series] if chart.series else labels[value])
    elif isinstance(chart, FunnelChart):
        for stage in chart.stages:
            yield stage, (row[chart.split] if chart.split else "", labels[stage])


def _bare(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell.startswith("'") else cell


def _name(one: Mapping[str, Any]) -> str:
    return str(one["name"])


def _values(one: Mapping[str, Any]) -> list[Any]:
    return [item.get("value") if isinstance(item, dict) else item for item in one["data"]]


def _known(*texts: str) -> bool:
    return "" not in texts
