"""The same two nights on DuckDB and on PostgreSQL: the same tables, row for row, and nobody reads more."""

from __future__ import annotations

from collections.abc import Callable

import psycopg2
import pytest

from tests.docs.markdown import ROOT, blocks
from tests.end_to_end.harness import World, comparable, contents
from tests.end_to_end.published import published_tables
from tests.end_to_end.rebuilt import built, differing
from tests.worlds.declared import ROLES

pytestmark = pytest.mark.end_to_end

# Person keys are numbered in the order of salted labels, and every deployment draws its own salt.
WITHOUT_PERSON_KEYS = ("int_account_message_days", "int_github_copilot_account_days", "int_chatgpt_token_days")


def test_every_published_table_is_the_same_on_both_engines(
    two_nights: World, two_nights_on_postgres: World
) -> None:
    on_duckdb, on_postgres = published_tables(two_nights), published_tables(two_nights_on_postgres)
    assert on_duckdb.keys() == on_postgres.keys()
    assert len(on_duckdb) > 10
    assert sum(len(rows) for rows in on_duckdb.values()) > 500
    assert [table for table in on_duckdb if on_duckdb[table] != on_postgres[table]] == []


def test_ready_queries_answer_alike_on_both_engines(two_nights: World, two_nights_on_postgres: World) -> None:
    """As the readers' role on PostgreSQL."""
    queries = blocks((ROOT / "docs/queries.md").read_text(encoding="utf-8"), "sql")
    on_duckdb = [comparable(two_nights.published(query)) for query in queries]
    on_postgres = [comparable(two_nights_on_postgres.published(query)) for query in queries]
    different = [n for n, rows in enumerate(on_duckdb, 1) if rows != on_postgres[n - 1]]
    assert len(queries) > 10
    assert different == []


def test_what_is_loaded_and_kept_by_day_is_the_same_on_both_engines(
    two_nights: World, two_nights_on_postgres: World
) -> None:
    """Between the two nights restated days lose rows and one becomes empty: in raw and in the increments."""
    for schema in ("raw_github_copilot", "raw_chatgpt", "raw_m365_copilot", "raw_hris", "intermediate"):
        on_duckdb, on_postgres = contents(two_nights, schema), contents(two_nights_on_postgres, schema)
        compared = [
            table
            for table in on_duckdb
            if (schema != "intermediate" or table in WITHOUT_PERSON_KEYS) and not table.startswith("_dlt")
        ]
        assert compared
        assert [table for table in compared if on_duckdb[table] != on_postgres[table]] == []


def test_postgres_has_statistics_of_every_table_that_was_built(two_nights_on_postgres: World) -> None:
    """Without them it joins a new table in nested loops: minutes for a model that needs a second."""
    built = {
        (node["schema"], node["alias"])
        for node in two_nights_on_postgres.manifest["nodes"].values()
        if node["config"].get("materialized") in ("table", "incremental", "seed")
    }
    analyzed = two_nights_on_postgres.rows(
        "select nspname, relname from pg_catalog.pg_class "
        "inner join pg_catalog.pg_namespace as schemas on schemas.oid = relnamespace "
        "where relkind = 'r' and reltuples >= 0"
    )
    assert len(built) > 50
    assert built.difference(analyzed) == set()


def test_dbt_judges_freshness_alike_on_both_engines(two_nights: World, two_nights_on_postgres: World) -> None:
    assert len(two_nights.nights[1].freshness) > 30
    assert two_nights_on_postgres.nights[1].freshness == two_nights.nights[1].freshness


def test_the_second_night_on_postgres_equals_a_full_refresh(own_world: Callable[[str], World]) -> None:
    world = own_world("night_2_on_postgres")
    night = built(world)
    result = world.build("--full-refresh")
    assert result.ok, result.failures[:5]
    assert differing(night, built(world)) == []


def test_readers_get_published_and_nothing_else(two_nights_on_postgres: World) -> None:
    """After two real nights, with every schema that dlt, dbt and publishing made."""
    variables = two_nights_on_postgres.variables
    with two_nights_on_postgres.session() as session:
        schemas = {name for name in session.schemas() if not name.startswith(("pg_", "information_"))}
    assert {"raw_hris", "ops", "staging", "intermediate", "restricted", "marts", "published"} <= schemas
    connection = psycopg2.connect(
        host=variables["PGHOST"], dbname=variables["PGDATABASE"], user=ROLES["AI_USAGE_BI_ROLE"]
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select nspname from pg_namespace where has_schema_privilege(oid, 'usage')")
            usable = {name for (name,) in cursor.fetchall()} & schemas
            assert usable == {"published"}
            for relation in ("restricted.dim_people", "raw_hris.employees", "marts.department_usage_weekly"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(f"select * from {relation} limit 1")
    finally:
        connection.close()
    with two_nights_on_postgres.session() as session:
        for role, relation in (
            ("AI_USAGE_PIPELINE_ROLE", "staging.stg_chatgpt__users"),
            ("AI_USAGE_PIPELINE_ROLE", "intermediate.int_people"),
            ("AI_USAGE_RESTRICTED_ROLE", "restricted.dim_people"),
        ):
            granted = "select has_table_privilege(%s, %s, 'select')"
            assert session.value(granted, ROLES[role], relation), (role, relation)
