"""Sentences of a page: Jinja over rows, with figures that the browser can write in the reader's locale.

A figure in a rendered sentence stands between two private-use characters, with its kind and value before
the English text: `⟨kind|value|digits|extra⟩`, without what is 0 or empty at its end. `to_html` makes
`<data>` and `<time>` of them; site.js does the same with the titles of other periods, with the reader's
own separators and month names.
"""

from __future__ import annotations

import calendar
import datetime as dt
import html
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, TypeAlias

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dashboards.errors import SiteError
from dashboards.rounding import written
from dashboards.wording import listing, plural

OPEN, CLOSE = "\ue000", "\ue001"
Names: TypeAlias = Mapping[str, Mapping[str, str]]
Number: TypeAlias = int | float | Decimal
_PART = f"([^|{CLOSE}]*)"
_MARKED = re.compile(f"{OPEN}([a-z]+)\\|{_PART}(?:\\|{_PART})?(?:\\|{_PART})?{CLOSE}")
_LINK = re.compile(r"\[([^\]]+)\]\(page:([a-z0-9-]+)(#[a-z0-9_-]+)?\)")
# Begin and end of strong words, of stressed words, and of names of tables and columns.
STRONG, STRESSED, CODE = "\ue002", "\ue003", "\ue004"
_MONTHS = list(calendar.month_name)[1:]


def _mark(kind: str, value: object, digits: int = 0, extra: str = "") -> str:
    rest = f"|{digits or ''}|{extra}".rstrip("|")
    return f"{OPEN}{kind}|{value}{rest}{CLOSE}"


def _short(value: Number, digits: int) -> int | float:
    """A figure with no more digits than are shown."""
    rounded = written(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def _figure(kind: str) -> Callable[..., str]:
    def filtered(value: Number, decimals: int = 0) -> str:
        return _mark(kind, _short(value, decimals + 2 if kind in {"percent", "points"} else decimals), decimals)

    return filtered


def _money(value: Number, currency: str, decimals: int = 0) -> str:
    return _mark("money", _short(value, decimals), decimals, currency)


def _compact(value: Number) -> str:
    return _mark("compact", _short(value, 0), 1)


def figure_text(kind: str, value: Number, digits: int = 0, currency: str = "") -> str:
    """A figure as the filter of that name marks it, for clauses that are made outside a template."""
    if kind == "money":
        return _money(value, currency, digits)
    return _compact(value) if kind == "compact" else _figure(kind)(value, digits)


def mark_day(kind: str, value: dt.date) -> str:
    """A day in a sentence, of kind `date`, `week` or `month`."""
    day = value.date() if isinstance(value, dt.datetime) else value
    return _mark(kind, day.isoformat())


def sentence_environment(names: Names) -> ImmutableSandboxedEnvironment:
    """Jinja for sentences: strict about names, nothing but the filters and what rows offer."""
    environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)

    def name(value: object, column: str) -> str:
        return names.get(column, {}).get(str(value), str(value))

    environment.filters.update(
        number=_figure("number"),
        percent=_figure("percent"),
        points=_figure("points"),
        signed=_figure("signed"),
        compact=_compact,
        money=_money,
        date=partial(mark_day, "date"),
        week=partial(mark_day, "week"),
        month=partial(mark_day, "month"),
        name=name,
        listing=listing(names),
    )
    environment.globals.update(plural=plural(_figure("number")))
    return environment


def render(
    environment: ImmutableSandboxedEnvironment, template: str, context: Mapping[str, Any], place: str
) -> str:
    """One sentence on one line.

    Raises:
        SiteError: an unknown name, or a figure that is missing; `place` names page and chart.
    """
    try:
        text = _template(environment, template).render(context)
    except (jinja2.TemplateError, TypeError, ValueError, KeyError, AttributeError) as error:
        # The kind of error alone: its text may quote a row.
        raise SiteError(
            f"{place} cannot be rendered ({type(error).__name__}).",
            "A sentence must expect that a single figure is NULL: `{% if row.x is not none %}`, `.shown('x')`.",
        ) from error
    return re.sub(r"\s+", " ", text).strip()


@lru_cache(maxsize=1024)
def _template(environment: ImmutableSandboxedEnvironment, template: str) -> jinja2.Template:
    """Compiled once: a sentence is rendered for every period and department."""
    return environment.from_string(template)


def resolve_marks(sentence: str, hrefs: Mapping[str, str], place: str) -> str:
    """The sentence with `[text](page:name)`, `**strong**` and `*stressed*` in their marked form.

    Raises:
        SiteError: there is no such page.
    """

    def link(found: re.Match[str]) -> str:
        text, page, anchor = found.groups()
        if page not in hrefs:
            raise SiteError(f"{place} links to the page `{page}`, which is not declared.", "Mend the link.")
        return _mark("link", hrefs[page] + (anchor or ""), 0, text)

    linked = _LINK.sub(link, sentence)
    plain = linked.replace("**", STRONG).replace("`", CODE)
    return re.sub(r"\*([^*]+)\*", rf"{STRESSED}\1{STRESSED}", plain)


def mark_days(text: str) -> str:
    """A finished sentence with its days (2026-11-09) marked, so that they are written as others are."""
    return re.sub(r"\b\d{4}-\d{2}-\d{2}\b", lambda found: _mark("date", found[0]), text)


def holds_figure(sentence: str) -> bool:
    """Whether a rendered sentence states a figure or a day."""
    return any(found[1] != "link" for found in _MARKED.finditer(sentence))


def to_text(sentence: str) -> str:
    """The sentence as plain English."""
    plain = re.sub(f"[{STRONG}{STRESSED}{CODE}]", "", sentence)
    return _MARKED.sub(lambda found: _english(*found.groups("")), plain)


def to_html(sentence: str) -> str:
    """The sentence as HTML: everything escaped, figures and days marked for the browser."""
    parts, end = [], 0
    for found in _MARKED.finditer(sentence):
        parts.append(html.escape(sentence[end : found.start()]))
        kind, value, digits, extra = found.groups("")
        end = found.end()
        if kind == "link":
            parts.append(f'<a href="{html.escape(value)}">{html.escape(extra)}</a>')
            continue
        tag, attribute = ("time", "datetime") if kind in {"date", "week", "month"} else ("data", "value")
        more = "".join(
            f' data-{name}="{html.escape(part)}"'
            for name, part in (("digits", digits), ("extra", extra))
            if part
        )
        text = html.escape(_english(kind, value, digits, extra))
        parts.append(f'<{tag} {attribute}="{html.escape(value)}" data-kind="{kind}"{more}>{text}</{tag}>')
    text = "".join([*parts, html.escape(sentence[end:])])
    for mark, tag in ((STRONG, "strong"), (STRESSED, "em"), (CODE, "code")):
        text = re.sub(f"{mark}([^{mark}]*){mark}", rf"<{tag}>\1</{tag}>", text)
    return text


def _english(kind: str, value: str, digits: str, extra: str) -> str:
    if kind in {"date", "week", "month"}:
        day = dt.date.fromisoformat(value)
        if kind == "month":
            return f"{_MONTHS[day.month - 1]} {day.year}"
        words = f"{day.day} {_MONTHS[day.month - 1]}"
        return f"{words} {day.year}" if kind == "date" else f"the week of {words}"
    if kind == "link":
        return extra
    number, places = float(value), int(digits or 0)
    if kind == "percent":
        return f"{number * 100:,.{places}f}%"
    if kind == "points":
        return f"{abs(number) * 100:,.{places}f} percentage points"
    if kind == "signed":
        return f"{number:+,.{places}f}".replace("-", "−")
    if kind == "money":
        return f"{extra} {number:,.{places}f}"
    if kind == "compact":
        return compact(number)
    return f"{number:,.{places}f}"


def compact(number: float) -> str:
    """A large number in three figures: 1.2 M."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(number) >= size:
            return f"{written(number / size, 1):,.1f} {letter}"
    return f"{number:,.0f}"
