"""The same two nights on DuckDB and on a Spark cluster: the same tables, row for row, and nothing half-done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.lake import Lake
from ingestion.sources.registry import SOURCES
from lifecycle.retention import enforce
from orchestration.backup.save import back_up
from orchestration.demo import environment_variables
from runtime.environment import environment
from runtime.errors import ConfigurationError, DestinationError
from tests.end_to_end.harness import RUN_COLUMNS, World, comparable
from tests.end_to_end.published import published_tables
from tests.engines.test_nights_on_postgres import WITHOUT_PERSON_KEYS
from tests.spark.cluster import SparkCluster

# The first test waits for two nights on each engine; beside other tests that can take half an hour.
pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(3600)]

RAW = {
    "raw_chatgpt": ("conversation_messages", "costs_usage", "costs_billing", "users", "identity_links"),
    "raw_github_copilot": ("user_days", "user_day_features", "user_day_models", "billing_items", "seats"),
    "raw_hris": ("employees", "employee_history"),
    "raw_m365_copilot": ("interactions", "usage_user_detail"),
    "raw_company": ("seat_contracts", "identity_links"),
}
INCREMENTS = {"intermediate": WITHOUT_PERSON_KEYS}
NOT_COMPARED = RUN_COLUMNS | {"is_day_marker"}  # the lake's view leaves markers out


def columns(world: World, schema: str, table: str) -> list[str]:
    with world.session() as session:
        return [c.name for c in session.columns(schema, table) if c.name not in NOT_COMPARED]


def on_duckdb(world: World, schema: str, table: str) -> list[tuple[Any, ...]]:
    names = ", ".join(f'"{name}"' for name in columns(world, schema, table))
    return as_sent(world.rows(f"select {names} from {schema}.{table}"))


def on_cluster(cluster: SparkCluster, schema: str, table: str, names: list[str]) -> list[tuple[Any, ...]]:
    """The same columns, as any client of the cluster reads them."""
    with cluster.cursor() as cursor:
        cursor.execute("set spark.sql.session.timeZone=UTC")
        cursor.execute(f"select {', '.join(f'`{name}`' for name in names)} from {schema}.{table}")
        return as_sent(cursor.fetchall())


def as_sent(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows in a stable order; Thrift makes texts of dates, and engines keep zeros of decimals or do not."""
    return comparable(tuple(_as_sent(value) for value in row) for row in rows)


def _as_sent(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value.normalize()
    return str(value) if type(value) is dt.date else value


def test_every_published_table_is_the_same_on_both_engines(
    two_nights: World, two_nights_on_spark: World
) -> None:
    duckdb, spark = published_tables(two_nights), published_tables(two_nights_on_spark)
    assert duckdb.keys() == spark.keys()
    assert sum(len(rows) for rows in duckdb.values()) > 500
    assert [table for table in duckdb if duckdb[table] != spark[table]] == []


@pytest.mark.parametrize("tables", [RAW, INCREMENTS], ids=["raw", "increments"])
def test_what_is_loaded_and_kept_by_day_is_the_same_on_both_engines(
    two_nights: World, two_nights_on_spark: World, cluster: SparkCluster, tables: dict[str, tuple[str, ...]]
) -> None:
    """Between the nights restated days lose rows and one becomes empty: in the lake and in the increments."""
    for schema, names in tables.items():
        for table in names:
            expected = on_duckdb(two_nights, schema, table)
            assert expected, table
            found = on_cluster(cluster, schema, table, columns(two_nights, schema, table))
            assert found == expected, table


def test_a_lake_keeps_what_a_merge_replaces(two_nights: World, two_nights_on_spark: World) -> None:
    """The views had something to leave out: rows of the first night that the second one replaced."""
    lake = Lake(str(two_nights_on_spark.environment.lake_url))
    contracts = {contract.name: contract for source in SOURCES for contract in source.contracts}
    written = lake.rows("raw_github_copilot", contracts["user_days"], ["day", "is_day_marker"]).to_pylist()
    rows = [row for row in written if not row["is_day_marker"]]
    assert len(rows) > len(on_duckdb(two_nights, "raw_github_copilot", "user_days"))


def test_readers_of_the_cluster_see_what_readers_of_the_file_see(
    two_nights_on_spark: World, cluster: SparkCluster
) -> None:
    world = two_nights_on_spark
    tables: dict[str, list[str]] = {}
    for table, column in world.published(
        "select table_name, column_name from information_schema.columns where table_schema = 'published' "
        "order by table_name, ordinal_position"
    ):
        tables.setdefault(table, []).append(column)
    assert len(tables) > 10
    for table, names in tables.items():
        listed = ", ".join(f'"{name}"' for name in names)
        expected = as_sent(world.published(f'select {listed} from published."{table}"'))
        assert on_cluster(cluster, "published", table, names) == expected, table


def test_rows_about_people_stay_on_the_cluster(two_nights_on_spark: World) -> None:
    """The private file holds marts, masks, states of periods, records and the closed store; nobody's rows."""
    with two_nights_on_spark.session() as session:
        restricted = set(session.tables("restricted"))
        assert session.tables("intermediate") == ["int_rebuilt_periods"]
        assert int(session.value("select count(*) from closed.person_states")) > 0
    assert restricted == {"closable_periods", "tool_periods", "suppression_masks", "privacy_audit_findings"}


def test_what_a_lake_cannot_do_is_refused_at_once(two_nights_on_spark: World, tmp_path: Path) -> None:
    env = two_nights_on_spark.environment
    with pytest.raises(ConfigurationError, match=r"deleting by age is not possible.*docs/deploy\.md"):
        enforce(env, {}, dt.datetime.now(dt.UTC))
    with pytest.raises(ConfigurationError, match="a backup of everything is not possible"):
        back_up(env, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_new_data_folder_does_not_load_into_another_deployments_lake(
    two_nights_on_spark: World, tmp_path: Path
) -> None:
    """Its salt would be another one: everybody would be counted twice."""
    world = two_nights_on_spark
    lake = {"AI_USAGE_LAKE": str(world.environment.lake_url)}
    with environment_variables(world.variables | lake):
        stranger = World(world.company, world.server, environment(tmp_path, "spark"), world.folder)
        stranger.variables = world.variables | lake
        with pytest.raises(DestinationError, match="leads to the lake of another deployment"):
            stranger.night()
