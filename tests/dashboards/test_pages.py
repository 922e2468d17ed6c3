"""Every declared page, against published tables in memory: it asks for what is there, and always has words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import duckdb
import pytest

from dashboards.declaration import Page, load_pages
from dashboards.definitions import definition
from dashboards.navigation import DEFINITIONS
from dashboards.queries import answers
from dashboards.references import references
from dashboards.sentences import holds_figure, sentence_environment, to_text
from dashboards.telling import Department, Teller, Told
from dashboards.value_names import value_names
from tests.dashboards.claimed import require_claimed
from tests.dashboards.published_schema import contracts, empty_schema, filled_schema

PAGES = load_pages()
NAMES = value_names()
EXPECTED = [
    *("overview", "review", "adoption", "depth", "prompts", "models", "features"),
    *("departments", "department"),
    *("cost", "licenses", "access", "power-users", "tools", "trust"),
]
# One week; many of them; nearly nothing to show; figures that are all there.
COMPANIES = {
    "one week": (1, 0.3),
    "half hidden": (20, 0.5),
    "nearly all hidden": (16, 0.9),
    "all hidden": (3, 1.0),
    "all shown": (16, 0.0),
}


@pytest.fixture(scope="module")
def nothing() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty_schema() as connection:
        yield connection


@pytest.fixture(scope="module", params=COMPANIES)
def company(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    with filled_schema(*COMPANIES[request.param]) as connection:
        yield connection


def test_the_pages_are_those_that_were_promised() -> None:
    assert list(PAGES) == EXPECTED


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_only_for_published_tables(name: str, nothing: duckdb.DuckDBPyConnection) -> None:
    for query, declared in PAGES[name].queries.items():
        assert references(nothing, declared.sql, query).tables <= set(contracts())


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_of_a_page_has_a_definition(name: str) -> None:
    page = PAGES[name]
    columns = [column for query in page.queries.values() for column in query.columns.values()]
    tiles = [tile for chart in page.charts for tile in getattr(chart, "tiles", ())]
    named = {item.metric for item in (*page.charts, *tiles, *columns) if item.metric}
    assert all(definition(reference, name).text for reference in named)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_two_to_seven_charts_in_the_order_of_its_own_words(name: str) -> None:
    page = PAGES[name]
    assert page.question.endswith("?")
    assert 2 <= len(page.charts) <= 7
    assert all(chart.help for chart in page.charts if chart.type != "tiles" or page.per is None)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_no_rows_has_a_sentence_for_each_chart(name: str, nothing: duckdb.DuckDBPyConnection) -> None:
    for sentence in _texts(_told(PAGES[name], name, nothing)).values():
        assert sentence


@pytest.mark.parametrize("name", PAGES)
def test_sentences_expect_that_any_figure_is_missing(name: str, company: duckdb.DuckDBPyConnection) -> None:
    """Each figure is NULL by chance, so that no sentence relies on one that happens to be there in the demo.

    And every title states a figure or records a claim: no superlative or movement is written by hand.
    """
    titles = _told(PAGES[name], name, company)
    for (place, _), sentence in {**_prose(PAGES[name], name, company), **_texts(titles)}.items():
        assert sentence, place
        assert "None" not in sentence, place
        assert "  " not in sentence, place
        assert not sentence.endswith((",", ";", ":", "and", "of")), place
    for (place, _), title in titles.items():
        if title.is_composed:
            assert title.claims or holds_figure(title.text), (place, to_text(title.text))
            require_claimed(title, place)


def _teller(page: Page, name: str, connection: duckdb.DuckDBPyConnection) -> tuple[Teller, list[date | None]]:
    department = Department("sales", "Sales") if page.per else None
    found = answers(connection, page, name, department.key if department else None)
    starts = {start for answer in found.values() if answer.period == page.period for start in answer.by_period}
    links = {**{other: f"{other}.html" for other in PAGES}, DEFINITIONS: f"{DEFINITIONS}.html"}
    return Teller(sentence_environment(NAMES), page, name, found, links, department), [*sorted(starts)] or [
        None
    ]


def _told(page: Page, name: str, connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, object], Told]:
    """Every title of a page by chart and period."""
    teller, choices = _teller(page, name, connection)
    return {
        (chart.id, choice): told
        for chart in page.charts
        for told, choice in zip(teller.titles(chart, choices), choices, strict=True)
    }


def _texts(titles: Mapping[tuple[str, object], Told]) -> Mapping[tuple[str, object], str]:
    return {key: to_text(told.text) for key, told in titles.items()}


def _prose(page: Page, name: str, connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, object], str]:
    """Every note and the intro of a page in plain English, by place and period."""
    teller, choices = _teller(page, name, connection)
    prose = {f"note {i}": teller.prose(note, choices, "notes") for i, note in enumerate(page.notes)}
    prose |= {"intro": teller.prose(page.intro, choices, "intro")} if page.intro else {}
    return {
        (place, choice): to_text(text)
        for place, texts in prose.items()
        for text, choice in zip(texts, choices, strict=True)
    }


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_told_of_a_period_that_is_not_complete(name: str) -> None:
    """Half of a week beside a whole one would tell a fall that is none, and half of the departments a first."""
    page = PAGES[name]
    with filled_schema(20, 0.0) as connection:
        for table in ("week", "month"):
            for mart, columns in contracts().items():
                if f"{table}_start" in columns:
                    connection.execute(f"update published.{mart} set is_complete_{table} = false")
        told = _told(page, name, connection)
        teller, _ = _teller(page, name, connection)
    dated = {chart.id for chart in page.charts if teller.answers[chart.query].period}
    assert dated
    for (place, _), title in told.items():
        if place in dated:
            assert not title.is_composed, place
            assert not holds_figure(title.text), place
