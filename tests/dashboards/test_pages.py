"""Every declared page, against published tables in memory: it asks for what is there, and always has words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import duckdb
import pytest
import yaml

from dashboards.declaration import Page, load_pages
from dashboards.definitions import definition
from dashboards.navigation import DEFINITIONS
from dashboards.queries import answers
from dashboards.references import references
from dashboards.rendering import HERE
from dashboards.sentences import sentence_environment, to_text
from dashboards.telling import Department, Teller
from tests.dashboards.published_schema import contracts, empty_schema, filled_schema

PAGES = load_pages()
NAMES = yaml.safe_load((HERE / "names.yml").read_text(encoding="utf-8"))
EXPECTED = [
    *("overview", "adoption", "depth", "prompts", "models", "departments", "department"),
    *("cost", "licenses", "power-users", "tools", "trust"),
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
    for sentence in _sentences(PAGES[name], name, nothing).values():
        assert sentence


@pytest.mark.parametrize("name", PAGES)
def test_sentences_expect_that_any_figure_is_missing(name: str, company: duckdb.DuckDBPyConnection) -> None:
    """Each figure is NULL by chance, so that no sentence relies on one that happens to be there in the demo."""
    for (place, _), sentence in _sentences(PAGES[name], name, company).items():
        assert sentence, place
        assert "None" not in sentence, place
        assert "  " not in sentence, place
        assert not sentence.endswith((",", ";", ":", "and", "of")), place


def _sentences(
    page: Page, name: str, connection: duckdb.DuckDBPyConnection
) -> Mapping[tuple[str, object], str]:
    """Every title and note of a page in plain English, by chart and period."""
    department = Department("sales", "Sales") if page.per else None
    found = answers(connection, page, name, department.key if department else None)
    starts = {start for answer in found.values() if answer.period == page.period for start in answer.by_period}
    links = {**{other: f"{other}.html" for other in PAGES}, DEFINITIONS: f"{DEFINITIONS}.html"}
    teller = Teller(sentence_environment(NAMES), page, name, found, links, department)
    choices: list[date | None] = [*sorted(starts)] or [None]
    titles = {chart.id: teller.titles(chart, choices) for chart in page.charts}
    titles |= {f"note {i}": teller.prose(note, choices, "notes") for i, note in enumerate(page.notes)}
    titles |= {"intro": teller.prose(page.intro, choices, "intro")} if page.intro else {}
    return {
        (place, choice): to_text(text)
        for place, texts in titles.items()
        for text, choice in zip(texts, choices, strict=True)
    }


@pytest.mark.parametrize("name", PAGES)
def test_a_running_period_is_compared_with_no_whole_one(name: str) -> None:
    """Half of a week beside a whole one would tell a fall that is none."""
    page = PAGES[name]
    with filled_schema(20, 0.0) as connection:
        for table in ("week", "month"):
            for mart, columns in contracts().items():
                if f"{table}_start" in columns:
                    connection.execute(f"update published.{mart} set is_complete_{table} = false")
        told = _sentences(page, name, connection)
    measured = {chart.id for chart in page.charts if not chart.projected}
    sentences = [sentence for (place, _), sentence in told.items() if place in measured]
    assert any(sentence.startswith("So far: ") for sentence in sentences)
    assert [sentence for sentence in sentences if " ago" in sentence] == []
