"""Runs the queries of a page read-only, and lets nothing through that the checks refuse."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from dashboards.answers import Answer, Rows
from dashboards.bounds import TABLE, with_bounds
from dashboards.declaration import COMPLETE_COLUMNS, PERIOD_COLUMNS, Page, Query
from dashboards.errors import SiteError
from dashboards.references import PUBLISHED, References, references
from dashboards.suppression import PublishedFigures, require_hidden

DEPARTMENT = "$department_key"


@contextlib.contextmanager
def published_tables(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the published file that can reach no other file.

    Raises:
        SiteError: the file is not there or cannot be read.
    """
    if not database.exists():
        raise SiteError("Nothing has been published yet.", "Run `ai-usage run` first.")
    try:
        settings = {"enable_external_access": "false", "lock_configuration": "true"}
        connection = duckdb.connect(str(database.resolve()), read_only=True, config=settings)
    except duckdb.Error as error:
        what = f"The published file cannot be read ({type(error).__name__})."
        raise SiteError(what, "Publish again.") from error
    with connection:
        yield connection


def tables(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Names of the published tables."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = ? "
        "union select view_name from duckdb_views() where schema_name = ?",
        [PUBLISHED, PUBLISHED],
    ).fetchall()
    return frozenset(str(name) for (name,) in rows)


def answers(
    connection: duckdb.DuckDBPyConnection,
    page: Page,
    name: str,
    department_key: str | None = None,
    published: PublishedFigures | None = None,
) -> dict[str, Answer]:
    """Every query's answer, checked. On a department's page `department_key` is filled in.

    `published` keeps what checks have read, for a site of many pages.

    Raises:
        SiteError: a query reads what is not published, fails, or would show what is hidden.
    """
    known = published or PublishedFigures(connection)
    published_names = tables(connection)
    found: dict[str, Answer] = {}
    for query, declared in page.queries.items():
        place = f"dashboards/pages/{name}.yml, query `{query}`"
        reads = references(connection, declared.sql, place)
        found[query] = _answer(connection, query, declared, department_key, reads, place)
        require_hidden(known, found[query], reads, place)
        if declared.bounds and TABLE in published_names:
            values = {DEPARTMENT: department_key} if department_key else {}
            found[query] = with_bounds(connection, found[query], declared.bounds, values)
    return found


def _answer(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    declared: Query,
    department_key: str | None,
    reads: References,
    place: str,
) -> Answer:
    values: Mapping[str, str] = {}
    if DEPARTMENT in declared.sql:
        if department_key is None:
            raise SiteError(f"{place} asks for a department.", "Only a page `per: department` has one.")
        values = {DEPARTMENT.removeprefix("$"): department_key}
    try:
        result = connection.execute(declared.sql, values)
    except duckdb.Error as error:
        # Not the engine's words: they may quote what it read.
        what = f"{place} fails ({type(error).__name__})."
        raise SiteError(what, "Run its SQL by hand and mend it, or publish with this release.") from error
    columns = [str(column[0]).lower() for column in result.description or []]
    rows = Rows(dict(zip(columns, row, strict=True)) for row in result.fetchall())
    answer = Answer(query, declared, tuple(columns), rows, reads.tables)
    _require_described(answer, place)
    return answer


def _require_described(answer: Answer, place: str) -> None:
    missing = [column for column in answer.query.columns if column not in answer.columns]
    if missing:
        raise SiteError(f"{place} describes {', '.join(missing)}, which it does not select.", "Mend the page.")
    if any(column.unit == "money" for column in answer.query.columns.values()):
        _require_column(answer, "currency", place, "Money stands beside its `currency`.")
    if answer.period is not None:
        flag = COMPLETE_COLUMNS[answer.period]
        _require_column(answer, flag, place, f"With `{PERIOD_COLUMNS[answer.period]}` goes `{flag}`.")


def _require_column(answer: Answer, column: str, place: str, remedy: str) -> None:
    if column not in answer.columns:
        raise SiteError(f"{place} does not select `{column}`.", remedy)
