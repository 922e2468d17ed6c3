"""What is offered to analysts reads published tables and holds nothing that was computed."""

from __future__ import annotations

import re

import pytest

from tests.docs import notebook
from tests.docs.markdown import ROOT, blocks
from tests.docs.published import tables_read
from tests.docs.test_docs import FORBIDDEN

QUERIES = blocks((ROOT / "docs/queries.md").read_text(encoding="utf-8"), "sql")
HEADINGS = re.findall(r"^### (\d+)\. ", (ROOT / "docs/queries.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_page_of_queries_has_one_for_each_question() -> None:
    assert [int(number) for number in HEADINGS] == list(range(1, len(QUERIES) + 1))
    assert len(QUERIES) >= 12


@pytest.mark.parametrize("query", QUERIES, ids=[f"query {number}" for number in HEADINGS])
def test_ready_queries_read_published_tables(query: str) -> None:
    """And nothing else. No wider than other SQL; no semicolon, because some tools wrap a query."""
    assert tables_read(query, "docs/queries.md")
    assert max(len(line) for line in query.splitlines()) <= 112
    assert ";" not in query


def test_the_notebook_reads_published_tables() -> None:
    assert len(notebook.queries()) > 3
    for query in notebook.queries():
        assert tables_read(query, "examples/published.ipynb")


def test_the_notebook_holds_nothing_that_was_computed() -> None:
    """Outputs would carry a company's figures into the repository."""
    stored = [cell for cell in notebook.cells() if cell["cell_type"] == "code"]
    assert len(stored) == len(notebook.sources()) > 5
    assert [cell["id"] for cell in stored if cell["outputs"] or cell["execution_count"] is not None] == []


def test_the_notebook_says_nothing_that_must_not_be_said() -> None:
    text = notebook.NOTEBOOK.read_text(encoding="utf-8")
    assert {why: pattern.findall(text) for why, pattern in FORBIDDEN.items() if pattern.search(text)} == {}
