"""Who reads published tables: `models/exposures.yml`, from the SQL of pages, ready queries and the notebook."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dashboards.declaration import Page, load_pages
from dashboards.references import references
from orchestration.kits.properties import quoted
from orchestration.metrics.published import Published

EXPOSURES = Path("models/exposures.yml")
QUERIES = Path("docs/queries.md")
NOTEBOOK = Path("examples/published.ipynb")
_HEAD = """version: 2

# Who reads the published tables; `dbt docs` shows it. Written by `python -m orchestration.kits`.
exposures:
"""
_SITE = "{{ env_var('AI_USAGE_SITE_URL', '../site') }}"
Tables = Mapping[str, Published]


@dataclass(frozen=True, slots=True)
class Reader:
    """An exposure: what it is, and the published tables that it reads."""

    name: str
    label: str
    type: str
    maturity: str
    description: str
    reads: frozenset[str]
    url: str = ""


def files(tables: Tables, project: Path) -> Iterator[tuple[Path, str]]:
    """The generated file, by its path in the project, and its text.

    Raises:
        SiteError: a query reads anything but published tables.
    """
    with duckdb.connect() as connection:
        found = [*_pages(connection), *_others(connection, tables, project)]
    yield EXPOSURES, _HEAD + "\n".join(_exposure(reader, tables) for reader in found)


def queries(page: str) -> list[str]:
    """The SQL of a page of Markdown."""
    return re.findall(r"(?ms)^```sql\n(.*?)^```$", page)


def questions(notebook: str) -> list[str]:
    """The SQL that a notebook hands to `ask`."""
    cells = [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]
    trees = [ast.parse("".join(cell["source"])) for cell in cells]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    asked = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "ask"]
    return [str(ast.literal_eval(argument)) for argument in asked]


def _pages(connection: duckdb.DuckDBPyConnection) -> Iterator[Reader]:
    """The first page is the site's index; departments' pages are found from the list of departments."""
    for position, (name, page) in enumerate(load_pages().items()):
        file = "index" if position == 0 else "departments" if page.per else name
        yield Reader(
            name=f"site_{name.replace('-', '_')}",
            label=f"A {page.per}'s page" if page.per else page.title,
            type="dashboard",
            maturity="medium",
            description=page.question,
            reads=frozenset(_read_by(connection, name, page)),
            url=f"{_SITE}/{file}.html",
        )


def _read_by(connection: duckdb.DuckDBPyConnection, name: str, page: Page) -> Iterator[str]:
    """The tables of a page's queries, actions and marks on time axes, and of the as-of date on every page."""
    yield "publication"
    if page.actions:
        yield "recommended_actions"
    if any(getattr(chart, "events", False) for chart in page.charts):
        yield "events"
    if any(declared.bounds for declared in page.queries.values()):
        yield "hidden_figure_bounds"
    for query, declared in page.queries.items():
        yield from _tables(connection, [declared.sql], f"dashboards/pages/{name}.yml, query `{query}`")


def _others(connection: duckdb.DuckDBPyConnection, tables: Tables, project: Path) -> Iterator[Reader]:
    sql = queries((project / QUERIES).read_text(encoding="utf-8"))
    yield Reader(
        name="ready_queries",
        label="Ready queries",
        type="analysis",
        maturity="high",
        description=f"Questions that analysts ask first: {QUERIES}.",
        reads=_tables(connection, sql, str(QUERIES)),
    )
    sql = questions((project / NOTEBOOK).read_text(encoding="utf-8"))
    yield Reader(
        name="example_notebook",
        label="Example notebook",
        type="notebook",
        maturity="medium",
        description=f"The published tables in pandas: {NOTEBOOK}.",
        reads=_tables(connection, sql, str(NOTEBOOK)),
    )
    yield Reader(
        name="published_tables",
        label="Published tables",
        type="application",
        maturity="high",
        description="All that readers get, as a DuckDB file, as Parquet, or as the schema `published` of "
        "a server: for BI tools and notebooks of your own, see docs/bi.md.",
        reads=frozenset(tables),
    )


def _tables(connection: duckdb.DuckDBPyConnection, sql: Iterable[str], place: str) -> frozenset[str]:
    return frozenset(table for query in sql for table in references(connection, query, place).tables)


def _exposure(reader: Reader, tables: Tables) -> str:
    url = [f"    url: {quoted(reader.url)}"] if reader.url else []
    return "\n".join(
        [
            f"  - name: {reader.name}",
            f"    label: {quoted(reader.label)}",
            f"    type: {reader.type}",
            f"    maturity: {reader.maturity}",
            *url,
            f"    description: {quoted(reader.description)}",
            "    owner:",
            "      name: Analytics",
            "    depends_on:",
            *(f"      - {tables[table].dependency}" for table in sorted(reader.reads)),
            "",
        ]
    )
