"""dbt knows every reader of published tables, and what it depends on."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from dashboards.declaration import Page, load_pages
from tests.docs import notebook
from tests.docs.markdown import ROOT, blocks
from tests.docs.published import published, tables_read

QUERIES = blocks((ROOT / "docs/queries.md").read_text(encoding="utf-8"), "sql")
PAGES = load_pages()


@cache
def exposures() -> dict[str, dict[str, Any]]:
    """Declared exposures by name."""
    content = yaml.safe_load((ROOT / "models/exposures.yml").read_text(encoding="utf-8"))
    return {exposure["name"]: exposure for exposure in content["exposures"]}


def page_reads(name: str, page: Page) -> set[str]:
    """The tables of a page's queries, actions and marks on time axes, and of the as-of date on every page."""
    found = {"publication"} | ({"recommended_actions"} if page.actions else set())
    found |= {"rollouts"} if any(getattr(chart, "rollouts", False) for chart in page.charts) else set()
    found |= {"hidden_figure_bounds"} if any(query.bounds for query in page.queries.values()) else set()
    for query, declared in page.queries.items():
        found |= tables_read(declared.sql, f"dashboards/pages/{name}.yml, query `{query}`")
    return found


@cache
def consumers() -> dict[str, set[str]]:
    """Every reader that is known, by the name of its exposure, with the published tables that it reads."""
    found = {f"site_{name.replace('-', '_')}": page_reads(name, page) for name, page in PAGES.items()}
    found["ready_queries"] = {table for sql in QUERIES for table in tables_read(sql, "docs/queries.md")}
    asked = notebook.queries()
    found["example_notebook"] = {table for sql in asked for table in tables_read(sql, "the notebook")}
    found["published_tables"] = set(published())
    return found


def test_every_reader_is_an_exposure() -> None:
    assert set(exposures()) == set(consumers())
    dashboards = {name for name, exposure in exposures().items() if exposure["type"] == "dashboard"}
    assert len(dashboards) == len(PAGES) > 10


@pytest.mark.parametrize("name", sorted(exposures()))
def test_an_exposure_depends_on_what_is_read(name: str) -> None:
    declared = exposures()[name]["depends_on"]
    assert len(declared) == len(set(declared))
    assert set(declared) == {published()[table].dependency for table in consumers()[name]}


@pytest.mark.parametrize("name", sorted(exposures()))
def test_an_exposure_says_what_it_is(name: str) -> None:
    exposure = exposures()[name]
    assert exposure["label"]
    assert exposure["description"]
    assert exposure["maturity"] in {"high", "medium", "low"}
    assert exposure["owner"]["name"]


def test_an_exposure_of_a_page_leads_to_it() -> None:
    """The first page is the site's index; departments' pages are found from the list of departments."""
    files = {name: "departments" if page.per else name for name, page in PAGES.items()}
    files[next(iter(PAGES))] = "index"
    urls = {name: exposure["url"] for name, exposure in exposures().items() if "url" in exposure}
    site = "{{ env_var('AI_USAGE_SITE_URL', '../site') }}"
    assert urls == {f"site_{name.replace('-', '_')}": f"{site}/{file}.html" for name, file in files.items()}
