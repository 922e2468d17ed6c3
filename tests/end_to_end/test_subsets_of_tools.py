"""A company that has only some of the vendors sees of their tools what it would see with all of them.

Five deployments, each without the raw rows of some vendors. Every vendor is in two of them, and no two vendors
are in the same two: of any two vendors there is a deployment that has one and lacks the other.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.kit import every_kit
from ingestion.sources.registry import SOURCES
from orchestration.dbt import run_dbt
from tests.data_tests import BUILD_ONLY
from tests.end_to_end.harness import RUN_COLUMNS, World, comparable
from tests.worlds.store import own

pytestmark = pytest.mark.end_to_end

FACTS = (
    "fct_usage_daily",
    "fct_unattributed_usage_daily",
    "fct_sessions",
    "fct_features_daily",
    "fct_model_usage_daily",
    "fct_costs_daily",
    "fct_seats_daily",
    "person_tool_periods",
)
VENDORS = tuple(source.name for source in SOURCES if every_kit()[source.name].capabilities)
DEPLOYMENTS = range(5)
PLACES = dict(zip(VENDORS, itertools.cycle(itertools.combinations(DEPLOYMENTS, 2)), strict=False))
Facts = dict[str, list[tuple[Any, ...]]]


def facts(made: World, tools: Collection[str]) -> Facts:
    """Rows of these tools, of every fact."""
    listed = ", ".join(f"'{tool}'" for tool in sorted(tools))
    found: Facts = {}
    with made.session() as session:
        described = session.columns_by_table("restricted")
        for table in FACTS:
            names = ", ".join(
                session.name(column.name) for column in described[table] if column.name not in RUN_COLUMNS
            )
            query = f"select {names} from restricted.{table} where tool in ({listed})"
            found[table] = comparable(session.rows(query))
    return found


def told_of(vendors: Collection[str]) -> set[str]:
    """Tools of which one of these vendors tells something."""
    return {
        tool
        for vendor in vendors
        for tool in every_kit()[vendor].capabilities
        if every_kit()[vendor].gives(tool)
    }


def told_by(vendors: Collection[str]) -> set[str]:
    """Tools of which these vendors tell everything that is told."""
    return told_of(vendors) - told_of(set(VENDORS) - set(vendors))


def leave_out(warehouse: Path, vendors: Collection[str]) -> None:
    """Empty what these vendors have loaded, and what is known of it."""
    with duckdb.connect(str(warehouse)) as connection:
        for vendor in vendors:
            tables = connection.execute(
                "select table_name from duckdb_tables() where schema_name = ? and not internal",
                [f"raw_{vendor}"],
            ).fetchall()
            for (table,) in tables:
                connection.execute(f'delete from "raw_{vendor}"."{table}"')
            for table in ("loaded_days", "lost_days", "source_runs", "resources"):
                connection.execute(f"delete from ops.{table} where source = ?", [vendor])


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """One to build in, and its warehouse with all vendors."""
    with own("first_night", tmp_path_factory.mktemp("subsets") / "world") as made:
        whole = made.folder / "whole.duckdb"
        shutil.copy(made.environment.data_dir / "warehouse.duckdb", whole)
        yield made, whole


@pytest.mark.parametrize("place", DEPLOYMENTS)
def test_leaving_vendors_out_changes_no_figure_of_other_tools(
    deployment: tuple[World, Path], place: int
) -> None:
    made, whole = deployment
    warehouse = made.environment.data_dir / "warehouse.duckdb"
    kept = {vendor for vendor, places in PLACES.items() if place in places}
    shutil.copy(whole, warehouse)
    wanted = facts(made, told_by(kept))
    leave_out(warehouse, set(VENDORS) - kept)
    # With the views of ports: they read only sources that were ever connected.
    result = run_dbt(
        [*BUILD_ONLY, "--full-refresh", "--select", *(f"+{table}" for table in FACTS)], made.environment
    )
    assert result.ok, result.failures[:5]
    assert facts(made, told_by(kept)) == wanted
    assert sum(map(len, wanted.values())) > 100 or not told_by(kept)
    assert not any(facts(made, told_by(VENDORS) - told_of(kept)).values())
    # all tools together are what is left, and each person counts once
    ((of_all, of_tools),) = made.rows(
        "select sum(active_people) filter (where tool = 'all'), "
        "count(distinct (period_type, period_start, person_key)) "
        "filter (where tool <> 'all' and active_people = 1) from restricted.person_tool_periods"
    )
    assert of_all == of_tools > 0


def test_each_vendor_is_left_out_beside_each_other_one() -> None:
    assert len(VENDORS) <= 10, "more vendors than pairs of five deployments"
    for one, other in itertools.permutations(VENDORS, 2):
        assert set(PLACES[one]) - set(PLACES[other]), (one, other)
