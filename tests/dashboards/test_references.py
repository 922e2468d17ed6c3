"""A page reads `published` and nothing else, however it is written."""

from __future__ import annotations

import duckdb
import pytest

from dashboards.errors import SiteError
from dashboards.references import references


def read(sql: str) -> frozenset[str]:
    with duckdb.connect() as connection:
        return references(connection, sql, "page x").tables


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("select a from published.x", {"x"}),
        ('select a from "Published"."X"', {"x"}),
        ("with y as (select a from published.x) select a from y", {"x"}),
        ("select a from published.x where b in (select b from published.z)", {"x", "z"}),
        ("select a from published.x union all select a from published.z", {"x", "z"}),
        ("select (select max(a) from published.z) from published.x", {"x", "z"}),
        ("select a from published.x as p inner join published.z using (a)", {"x", "z"}),
        (
            "with recursive n as (select 1 as a union all select a + 1 from n where a < 3) select a from n",
            set(),
        ),
        ("select week from range(3) as weeks (week)", set()),
    ],
)
def test_published_tables_are_found(sql: str, tables: set[str]) -> None:
    assert read(sql) == tables


@pytest.mark.parametrize(
    "sql",
    [
        "select a from restricted.people",
        "select a from people",
        "select a from other.published.x",
        "select a from published.x where b in (select b from restricted.people)",
        "with y as (select a from restricted.people) select a from y",
        # The name of a common table expression holds only where it can be seen.
        "select a from (with y as (select 1 as a) select a from y) as seen inner join y using (a)",
        "select a from 'people.csv'",
        "select a from read_csv('people.csv')",
        "select a from query('select a from restricted.people')",
        "select table_name from duckdb_tables()",
        "select table_name from information_schema.tables",
        "describe published.x",
        "show tables",
        "select 1; select 2",
        "delete from published.x",
        "copy published.x to 'x.csv'",
        "attach 'warehouse.duckdb'",
        "not sql",
    ],
)
def test_everything_else_is_refused(sql: str) -> None:
    with pytest.raises(SiteError, match="page x"):
        read(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select coalesce(active_people, 0) as active_people from published.x",
        "select ifnull(active_people, 0.0) as active_people from published.x",
        "select sum(coalesce(active_people, -1)) as people from published.x",
    ],
)
def test_a_missing_figure_is_not_filled(sql: str) -> None:
    with pytest.raises(SiteError, match="fills a missing figure"):
        read(sql)


def test_a_missing_word_may_be_filled() -> None:
    assert read("select coalesce(tool, 'none') as tool from published.x") == {"x"}
