"""dbt knows every reader of published tables, and what it depends on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.declaration import load_pages
from dashboards.errors import SiteError
from orchestration.metrics import readers
from orchestration.metrics.published import published
from tests.docs import notebook
from tests.docs.markdown import ROOT


@pytest.fixture(scope="module")
def exposures() -> dict[str, dict[str, Any]]:
    """Written exposures by name."""
    content = yaml.safe_load((ROOT / readers.EXPOSURES).read_text(encoding="utf-8"))
    return {exposure["name"]: exposure for exposure in content["exposures"]}


def test_every_reader_is_an_exposure(exposures: dict[str, dict[str, Any]]) -> None:
    pages = {f"site_{name.replace('-', '_')}" for name in load_pages()}
    assert exposures.keys() == pages | {"ready_queries", "example_notebook", "published_tables"}
    assert len(exposures["published_tables"]["depends_on"]) == len(published())


def test_a_page_depends_on_its_queries_its_actions_and_its_marks(exposures: dict[str, dict[str, Any]]) -> None:
    """The page about adoption marks events, which none of its queries reads, and shows actions."""
    found = exposures["site_adoption"]["depends_on"]
    assert {"ref('events')", "ref('recommended_actions')", "source('published', 'publication')"} <= {*found}
    assert "ref('adoption_funnel_weekly')" in found
    assert "ref('department_cost_monthly')" not in found


def test_the_first_page_is_the_index_and_departments_share_a_list(exposures: dict[str, dict[str, Any]]) -> None:
    assert exposures["site_overview"]["url"].endswith("/index.html")
    assert exposures["site_department"]["url"] == exposures["site_departments"]["url"]


def test_queries_of_the_notebook_are_those_that_it_asks() -> None:
    text = (ROOT / readers.NOTEBOOK).read_text(encoding="utf-8")
    assert len(notebook.queries()) == text.count("ask(") - text.count("def ask(") > 2


def test_a_reader_of_anything_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / readers.QUERIES).write_text(
        "```sql\nselect 1 from restricted.dim_people\n```\n", encoding="utf-8"
    )
    with pytest.raises(SiteError, match=r"docs/queries\.md"):
        list(readers.files(published(), tmp_path))
