"""dbt source freshness and `source_status` call the same tables late, whatever is missing of them."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from orchestration.dbt import run_nodes
from orchestration.freshness import SourceFreshness, newest_run_at
from runtime.environment import environment
from tests.end_to_end.harness import World

STATUS_MODELS = (
    "int_run_clock",
    "int_resource_status",
    "int_source_outcomes",
    "int_resource_gaps",
    "int_undated_row_counts",
    "int_concealed_resources",
    "source_status",
)
# Late by their own days, by their window's days, with another success date; never asked for; not connected.
MEDDLING = (
    "delete from ops.loaded_days where source = 'github_copilot' and resource = 'user_days' "
    "and day >= (select max(as_of)::date - 6 from ops.runs)",
    "delete from ops.loaded_days where resource = 'log_files/COSTS' "
    "and day >= (select max(as_of)::date - 3 from ops.runs)",
    "delete from ops.loaded_days where resource = 'histories/interactions'",
    "update ops.source_runs set is_connected = false, status = 'not_connected' where source = 'company'",
    "update ops.loaded_days set day = day - 30 where source = 'company'",
)


def test_a_fresh_night_is_fresh(first_night: World) -> None:
    (night,) = first_night.nights
    assert {one.source for one in night.freshness} >= {"chatgpt", "github_copilot", "hris", "m365_copilot"}
    assert [one.name for one in night.freshness if one.is_stale is not False] == []


@pytest.mark.parametrize("days_later", [0, 3])
def test_both_call_the_same_tables_late(first_night: World, tmp_path: Path, days_later: int) -> None:
    env = environment(tmp_path, "dev")
    shutil.copy(first_night.environment.warehouse, env.warehouse)
    shutil.copytree(first_night.environment.data_dir / "target", env.data_dir / "target")
    with env.session() as session:
        for statement in (*MEDDLING, f"update ops.runs set as_of = as_of + interval {days_later} day"):
            session.execute(statement)
    nodes = run_nodes(["run", "--select", *STATUS_MODELS], env, fresh_at=newest_run_at(env))
    for _ in nodes:
        pass
    assert nodes.result.ok, nodes.result.failures
    freshness = {(one.source, one.table): one for one in nodes.result.freshness if one.source != "ops"}
    with env.session(read_only=True) as session:
        status = {
            (source, resource): is_stale
            for source, resource, is_stale in session.rows(
                "select source, resource, is_stale from marts.source_status"
            )
        }
    assert {place: one.is_stale for place, one in freshness.items()} == {
        place: status[place] for place in freshness
    }
    stale = {place for place, one in freshness.items() if one.is_stale}
    assert {("github_copilot", "user_days"), ("chatgpt", "costs_usage"), ("chatgpt", "costs_billing")} <= stale
    assert not stale & {("m365_copilot", "interactions"), ("company", "targets")}
    assert (("hris", "employees") in stale) is (days_later == 3)
    assert _behind(freshness["github_copilot", "user_days"]) > dt.timedelta(days=2)


def _behind(one: SourceFreshness) -> dt.timedelta:
    assert one.behind is not None
    return one.behind
