"""What a page's script gets: the answers by column, and each chart with its sentence for every period.

The format is compact, because a company of 60 departments has some 70 pages and the whole site stays
small: columns instead of rows, texts by number, sentences once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from dashboards.answers import Answer, plain
from dashboards.bounds import HIGH, LOW
from dashboards.chart_types import Chart, TilesChart
from dashboards.claims import Progress, Trend
from dashboards.declaration import COMPLETE_COLUMNS, PERIOD_COLUMNS, Page
from dashboards.sentences import Names
from dashboards.telling import TileClaims

_ALWAYS = ("is_suppressed", "currency", *PERIOD_COLUMNS.values(), *COMPLETE_COLUMNS.values())
# The words of tiles.js, in its order.
WAYS = (None, "up", "down", "same", "unclear")
BASES = ("14 weeks", "4 weeks", "first week", "3 months", "first month")
# Of a declaration, what only the builder needs.
_BUILDER_ONLY = {"title", "metric", "help", "empty", "missing", "width"}


def page_payload(
    page: Page,
    answers: Mapping[str, Answer],
    choices: Sequence[dt.date],
    default: dt.date | None,
    titles: Mapping[str, Sequence[str]],
    prose: Mapping[str, Sequence[str]],
    names: Names,
) -> dict[str, Any]:
    """Everything that site.js draws a page from. `titles` and `prose` have one sentence for each choice."""
    used = _used_columns(page)
    own = [answer for answer in answers.values() if answer.period == page.period]
    running = {start for answer in own for start in answer.incomplete}
    return {
        "period": page.period,
        "choices": [choice.isoformat() for choice in choices],
        "incomplete": sorted(start.isoformat() for start in running),
        "default": default.isoformat() if default else None,
        "queries": {
            name: _answer(answer, used.get(name, set())) for name, answer in answers.items() if name in used
        },
        "prose": {place: _sentences(texts) for place, texts in prose.items() if len(set(texts)) > 1},
        "charts": [_chart(page, chart, titles[chart.id]) for chart in page.charts],
        "names": _names(names, answers),
    }


def tile_claims(tiles: Sequence[Sequence[TileClaims]]) -> list[dict[str, Any]]:
    """What each tile says beside its figure, for each choice; tiles.js writes it.

    A movement is `[way, basis, then, now]` with the places of its words in `WAYS` and `BASES`, and `now` where
    it is up or down; a target is `[target, due, short, weeks left]`.
    """
    found = []
    for claims in tiles:
        moves = [_move(one.trend) if one.trend else None for one in claims]
        aims = [_aim(one.progress) if one.progress else None for one in claims]
        found.append({"moves": moves, **({"aims": aims} if any(aims) else {})})
    return found


def _move(trend: Trend) -> list[object]:
    moved = [plain(trend.now)] if trend.way in ("up", "down") else []
    return [WAYS.index(trend.way), BASES.index(trend.basis), plain(trend.then), *moved]


def _aim(progress: Progress) -> list[object]:
    return [progress.target, progress.due.isoformat(), plain(progress.short), progress.weeks_left]


def shared_part(payload: dict[str, Any]) -> dict[str, Any]:
    """Take out of a payload what is the same on every page of its declaration, and give it back.

    The pages of departments share it as one script; data.js puts it together again.
    """
    charts = payload["charts"]
    return {
        "charts": [{key: chart.pop(key) for key in list(chart) if key != "title"} for chart in charts],
        "about": {name: query.pop("about") for name, query in payload["queries"].items()},
        "states": payload.pop("states"),
        "names": payload.pop("names"),
        "events": payload.pop("events_of_all"),
    }


def _used_columns(page: Page) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for chart in page.charts:
        if isinstance(chart, TilesChart):
            for tile in chart.tiles:
                used.setdefault(tile.query, set()).update({tile.value, *tile.where})
        else:
            described = page.queries[chart.query].columns
            links = {"department_key" for column in chart.shown() if described[column].link}
            columns = {*chart.drawn(), *chart.shown(), *chart.where, *_dividing(chart), *links}
            used.setdefault(chart.query, set()).update(columns)
    return used


def _dividing(chart: Chart) -> Iterable[str]:
    """Columns that split a scatter; they are drawn as lines and are in no table."""
    quadrants = getattr(chart, "quadrants", None)
    return (quadrants.x, quadrants.y) if quadrants else ()


def _answer(answer: Answer, used: set[str]) -> dict[str, Any]:
    wanted = {*used, *_ALWAYS, *(name + end for name in used for end in (LOW, HIGH))}
    columns = [name for name in answer.columns if name in wanted]
    return {
        "period": answer.period,
        "rows": len(answer.rows),
        "columns": {name: _values([plain(row[name]) for row in answer.rows]) for name in columns},
        "about": {
            name: column.model_dump(exclude_none=True, exclude={"metric"})
            for name, column in answer.query.columns.items()
            if name in columns
        },
    }


def _values(values: list[object]) -> object:
    """A column in the shortest of three forms: as it is, as runs of equal values, or as a cycle.

    Texts stand once, and their numbers in the rows; yes and no are 1 and 0. data.js turns it back.
    """
    if any(isinstance(value, str) for value in values):
        texts = list(dict.fromkeys(value for value in values if value is not None))
        number = {text: index for index, text in enumerate(texts)}
        numbers: list[object] = [None if value is None else number[value] for value in values]
        return {"texts": texts, "rows": _values(numbers)}
    runs = [part for value, run in groupby(values) for part in (value, len(list(run)))]
    if len(runs) * 2 < len(values):
        return {"runs": runs}
    cycle = _cycle(values)
    return {"cycle": values[:cycle]} if cycle else values


def _cycle(values: list[object]) -> int:
    """After how many values a column of numbers begins again, 0 when it does not before its half."""
    if not values or values[0] not in values[1:]:
        return 0
    length = values.index(values[0], 1)
    repeats = all(value == values[index % length] for index, value in enumerate(values))
    return length if repeats and length * 2 <= len(values) else 0


def definitions_of(page: Page, chart: Chart) -> list[str]:
    """What a chart stands on: its own metric, and those of the figures that it draws."""
    columns = page.queries[chart.query].columns
    found = [chart.metric, *(tile.metric for tile in getattr(chart, "tiles", ()))]
    return list(dict.fromkeys([*found, *(m for name in chart.drawn() if (m := columns[name].metric))]))


def _chart(page: Page, chart: Chart, titles: Sequence[str]) -> dict[str, Any]:
    return {
        **chart.model_dump(exclude=_BUILDER_ONLY, exclude_none=True, exclude_defaults=True),
        "type": chart.type,
        "table": chart.shown(),
        "definitions": definitions_of(page, chart),
        "title": _sentences(titles),
    }


def _sentences(texts: Sequence[str]) -> dict[str, Any]:
    """Each sentence once, and which of them belongs to which choice."""
    distinct = list(dict.fromkeys(texts))
    return {"texts": distinct, "rows": [distinct.index(text) for text in texts]}


def _names(names: Names, answers: Mapping[str, Answer]) -> dict[str, Mapping[str, str]]:
    """The names of the values that the answers hold."""
    found: dict[str, dict[str, str]] = {}
    for answer in answers.values():
        for column in answer.columns:
            known = names.get(column, {})
            values = {str(row[column]) for row in answer.rows} & known.keys() if known else set()
            found.setdefault(column, {}).update({value: known[value] for value in sorted(values)})
    return {column: known for column, known in found.items() if known}
