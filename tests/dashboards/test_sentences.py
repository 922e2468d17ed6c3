"""Sentences: what Jinja makes of rows, as text, as HTML and marked for the browser."""

from __future__ import annotations

import datetime as dt

import pytest

from dashboards.answers import Rows
from dashboards.errors import SiteError
from dashboards.sentences import mark_days, render, resolve_marks, sentence_environment, to_html, to_text

ENVIRONMENT = sentence_environment({"tool": {"chatgpt": "ChatGPT"}})
ROW = {
    "people": 1234,
    "ratio": 0.256,
    "cost": 1938.98,
    "day": dt.date(2026, 11, 9),
    "tool": "chatgpt",
    "none": None,
}


def told(template: str) -> str:
    return to_text(render(ENVIRONMENT, template, {"row": ROW, "now": Rows([ROW])}, "page x, chart `y`"))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ row.people | number }} people", "1,234 people"),
        ("{{ row.ratio | percent }}, {{ row.ratio | percent(1) }}", "26%, 25.6%"),
        ("{{ (row.ratio - 0.3) | points(1) }}", "4.4 percentage points"),
        ("{{ -0.44 | signed(1) }} and {{ 2 | signed }}", "−0.4 and +2"),
        ("{{ row.cost | money('EUR') }}", "EUR 1,939"),
        ("{{ 1234567 | compact }}", "1.2 M"),
        ("{{ row.day | date }}; {{ row.day | week }}; {{ row.day | month }}",
         "9 November 2026; the week of 9 November; November 2026"),
        ("{{ row.tool | name('tool') }}", "ChatGPT"),
        ("  many \n  lines  ", "many lines"),
    ],
)  # fmt: skip
def test_figures_are_written_in_english(template: str, text: str) -> None:
    assert told(template) == text


def test_figures_are_marked_for_the_readers_locale() -> None:
    sentence = render(
        ENVIRONMENT, "{{ row.cost | money('EUR', 2) }} on {{ row.day | date }}", {"row": ROW}, "x"
    )
    assert to_html(sentence) == (
        '<data value="1938.98" data-kind="money" data-digits="2" data-extra="EUR">EUR 1,938.98</data> on '
        '<time datetime="2026-11-09" data-kind="date">9 November 2026</time>'
    )


def test_days_of_a_finished_sentence_are_marked_too() -> None:
    sentence = mark_days("In the month from 2026-10-01 it cost 1,508 USD.")
    assert to_text(sentence) == "In the month from 1 October 2026 it cost 1,508 USD."
    assert 'datetime="2026-10-01"' in to_html(sentence)


def test_nothing_in_a_sentence_becomes_markup() -> None:
    row = {"name": '<script>alert(1)</script> & "Sons"'}
    sentence = render(ENVIRONMENT, "{{ row.name }} leads", {"row": row}, "x")
    assert to_html(sentence) == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sons&quot; leads"


def test_links_lead_to_declared_pages_only() -> None:
    links = {"trust": "trust.html"}
    assert to_html(resolve_marks("see [Trust](page:trust#gaps), **now**", links, "x")) == (
        'see <a href="trust.html#gaps">Trust</a>, <strong>now</strong>'
    )
    assert to_text(resolve_marks("see [Trust](page:trust), *now*, `x`", links, "x")) == "see Trust, now, x"
    with pytest.raises(SiteError, match="page `nowhere`"):
        resolve_marks("[x](page:nowhere)", links, "page x")


@pytest.mark.parametrize(
    "template",
    ["{{ row.none | number }}", "{{ row.absent }}", "{{ row.none > 3 }}", "{{ (", "{% import 'x' %}"],
)
def test_what_cannot_be_told_names_the_place_and_no_value(template: str) -> None:
    with pytest.raises(SiteError, match="page x, chart `y`") as refused:
        told(template)
    assert "chatgpt" not in str(refused.value)


def test_a_sentence_reaches_nothing_but_its_rows() -> None:
    with pytest.raises(SiteError):
        told("{{ row.__class__.__mro__[1].__subclasses__() }}")


def test_rows_answer_what_sentences_ask() -> None:
    rows = Rows({"name": name, "x": x} for name, x in (("a", 3), ("b", None), ("c", 9), ("d", 3)))
    assert [row["name"] for row in rows.shown("x")] == ["a", "c", "d"]
    assert rows.top("x") == {"name": "c", "x": 9}
    assert rows.bottom("x") == {"name": "a", "x": 3}
    assert rows.one(name="d") == {"name": "d", "x": 3}
    assert rows.one(name="z") is None
    assert Rows().top("x") is None
