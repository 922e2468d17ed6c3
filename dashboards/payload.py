"""What a page's script gets: the answers by column, and each chart with its sentence for every period.

The format is compact, because a company of 60 departments has some 70 pages and the whole site stays
under 3 MB: columns instead of rows, texts by number, sentences once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboards.answers import Answer, plain
from dashboards.declaration import (
    COMPLETE_COLUMNS,
    PERIOD_COLUMNS,
    Chart,
    Page,
    TilesChart,
)
from dashboards.sentences import Names

_ALWAYS = ("is_suppressed", "currency", *PERIOD_COLUMNS.values(), *COMPLETE_COLUMNS.values())
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
    running = {
        start for answer in answers.values() if answer.period == page.period for start in answer.incomplete
    }
    return {
        "period": page.period,
        "choices": [choice.isoformat() for choice in choices],
        "incomplete": sorted(start.isoformat() for start in running),
        "default": default.isoformat() if default else None,
        "queries": {
            name: _answer(answer, used.get(name, set())) for name, answer in answers.items() if name in used
        },
        "prose": {place: _sentences(texts) for place, texts in prose.items() if len(set(texts)) > 1},
        "charts": [_chart(chart, titles[chart.id]) for chart in page.charts],
        "names": _names(names, answers),
    }


def _used_columns(page: Page) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for chart in page.charts:
        if isinstance(chart, TilesChart):
            for tile in chart.tiles:
                used.setdefault(tile.query, set()).update({tile.value, *tile.where})
        else:
            columns = {*chart.drawn(), *chart.shown(), *chart.where, *_dividing(chart)}
            used.setdefault(chart.query, set()).update(columns)
    return used


def _dividing(chart: Chart) -> Iterable[str]:
    """Columns that split a scatter; they are drawn as lines and are in no table."""
    quadrants = getattr(chart, "quadrants", None)
    return (quadrants.x, quadrants.y) if quadrants else ()


def _answer(answer: Answer, used: set[str]) -> dict[str, Any]:
    columns = [name for name in answer.columns if name in used or name in _ALWAYS]
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
    """A column: its values, or where they are texts, each text once and a number for each row."""
    if not any(isinstance(value, str) for value in values):
        return values
    texts = list(dict.fromkeys(value for value in values if value is not None))
    number = {text: index for index, text in enumerate(texts)}
    return {"texts": texts, "rows": [None if value is None else number[value] for value in values]}


def _chart(chart: Chart, titles: Sequence[str]) -> dict[str, Any]:
    return {
        **chart.model_dump(exclude=_BUILDER_ONLY, exclude_none=True, exclude_defaults=True),
        "type": chart.type,
        "table": chart.shown(),
        "title": _sentences(titles),
    }


def _sentences(texts: Sequence[str]) -> dict[str, Any]:
    """Each sentence once, and which of them belongs to which choice."""
    distinct = list(dict.fromkeys(texts))
    return {"texts": distinct, "rows": [distinct.index(text) for text in texts]}


def _names(names: Names, answers: Mapping[str, Answer]) -> dict[str, Mapping[str, str]]:
    wanted = {column for answer in answers.values() for column in answer.columns}
    return {column: known for column, known in names.items() if column in wanted}
