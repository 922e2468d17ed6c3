"""What the documentation offers to readers works on a published file: queries, the notebook, descriptions."""

from __future__ import annotations

import re

import duckdb
import pytest

from tests.docs import notebook
from tests.docs.markdown import ROOT, blocks
from tests.end_to_end.harness import World

pytestmark = pytest.mark.end_to_end

_ANSWERED = re.compile(r"^```sql\n(.*?)^```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")
ANSWERED = _ANSWERED.findall(README)
READY = blocks((ROOT / "docs/queries.md").read_text(encoding="utf-8"), "sql")


def test_every_query_of_the_readme_has_its_result() -> None:
    assert len(ANSWERED) == README.count("```sql") > 0


@pytest.mark.parametrize(("query", "result"), ANSWERED, ids=[f"query {n + 1}" for n in range(len(ANSWERED))])
def test_queries_of_the_readme_give_the_columns_shown(first_night: World, query: str, result: str) -> None:
    """Columns, not figures: the README shows the company of 600, this file holds one of 60."""
    path = first_night.environment.published_dir / "marts.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = [description[0] for description in connection.execute(query).description]
    assert columns == result.splitlines()[0].split()


@pytest.mark.parametrize("query", READY, ids=[f"query {n + 1}" for n in range(len(READY))])
def test_ready_queries_give_rows(first_night: World, query: str) -> None:
    assert first_night.published(query)


def test_the_notebook_runs_and_shows_figures(first_night: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_USAGE_PUBLISHED", str(first_night.environment.published_dir))
    shown = dict(notebook.run())
    assert len(shown) > 5
    for name, value in shown.items():
        frame = getattr(value, "data", value)  # a styled table holds its figures there
        assert not frame.empty, name
        assert "<td" in value.to_html(), name


def test_dbt_docs_describe_every_published_table_and_column(first_night: World) -> None:
    """The manifest of the night's own build, against the columns that readers have."""
    manifest = first_night.manifest
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    marts = {node["alias"]: node for node in models if node["fqn"][1] == "marts"}
    own = {node["name"]: node for node in manifest["sources"].values() if node["source_name"] == "published"}
    assert [name for name, node in marts.items() if not node["contract"]["enforced"]] == []
    columns: dict[str, list[str]] = {}
    for table, column in first_night.published(
        "select table_name, column_name from duckdb_columns() "
        "where schema_name = 'published' order by table_name, column_index"
    ):
        columns.setdefault(table, []).append(column)
    assert {name: list(node["columns"]) for name, node in (marts | own).items()} == columns
    texts = [node["description"] for node in (marts | own).values()]
    texts += [column["description"] for node in (marts | own).values() for column in node["columns"].values()]
    assert len(texts) > 150
    assert all(text.strip() for text in texts)


def test_dbt_knows_the_readers(first_night: World) -> None:
    """Each exposure as dbt resolved it: what it depends on exists, and is published."""
    manifest = first_night.manifest
    names = {unique_id: node["alias"] for unique_id, node in manifest["nodes"].items()}
    names |= {unique_id: node["name"] for unique_id, node in manifest["sources"].items()}
    exposures = {node["name"]: node for node in manifest["exposures"].values()}
    tables = {name for (name,) in first_night.published("select table_name from duckdb_tables()")}
    assert {names[parent] for parent in exposures["published_tables"]["depends_on"]["nodes"]} == tables
    for exposure in exposures.values():
        assert {names[parent] for parent in exposure["depends_on"]["nodes"]} <= tables, exposure["name"]
