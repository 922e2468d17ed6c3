"""What changed since is all that is rebuilt, and the result is what a full refresh would give."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from demo.company.truth import compute_truth
from orchestration.dbt import DbtResult, run_dbt
from orchestration.project import PROJECT_DIR
from runtime.environment import environment
from tests.attack.readers import seen, told_by, told_by_two
from tests.data_tests import BUILD_AGAIN, BUILD_ONLY
from tests.end_to_end.harness import World, contents
from tests.end_to_end.rebuilt import LAYERS, built, differing
from tests.end_to_end.truth import compare_usage

pytestmark = pytest.mark.end_to_end

FEW_ROWS = 400
LOG_FILES = r"chatgpt/.*/logs/"
PASSES = sorted(path.stem for path in (PROJECT_DIR / "models/vendors").rglob("int_*_session_parts.sql"))
# What reads a price or a tier; the seed of tiers was edited in the warehouse.
EDITED = ("--select", "stg_company__price_overrides+", "model_tiers+")
DAY_TABLES = (
    "int_account_sessions",
    "int_account_message_days",
    "int_account_turn_days",
    "int_chatgpt_token_days",
    "int_github_copilot_account_days",
)


def build(made: World, folder: Path, *arguments: str, again: bool = True) -> DbtResult:
    """Build in a copy of the warehouse; not `again`: by other SQL than that of the copy."""
    env = environment(folder, "dev")
    if not env.warehouse.exists():
        shutil.copy(made.environment.warehouse, env.warehouse)
    result = run_dbt([*(BUILD_AGAIN if again else BUILD_ONLY), *arguments], env)
    assert result.ok, result.failures[:5]
    return result


def built_in(made: World, folder: Path) -> World:
    """The same company with the warehouse that was built in a folder."""
    return replace(made, environment=environment(folder, "dev"))


def expected_ranges(made: World, rows_at_once: int) -> int:
    """Days of messages in order, a new range where the next day would be too much."""
    ranges, held = 1, 0
    days = "select count(*) from raw_chatgpt.conversation_messages group by message_date order by message_date"
    for (rows,) in made.rows(days):
        if held and held + rows > rows_at_once:
            ranges, held = ranges + 1, 0
        held += rows
    return ranges


def layers(made: World, folder: Path | None = None) -> dict[str, object]:
    at = made if folder is None else built_in(made, folder)
    return {f"{schema}.{table}": rows for schema in LAYERS for table, rows in contents(at, schema).items()}


def assert_same(left: dict[str, object], right: dict[str, object]) -> None:
    assert left.keys() == right.keys()
    different = [table for table in left if left[table] != right[table]]
    assert different == []


def test_the_second_night_equals_a_full_refresh(refreshed: World, two_nights: World) -> None:
    """In the periods that the night built. Closed ones are left; a full refresh builds them as well."""
    night, full = built(two_nights), built(refreshed)
    assert differing(night, full) == []
    assert night.periods < full.periods
    for table in ("restricted.person_tool_periods", "marts.department_usage_weekly"):
        assert 0 < len(night.tables[table]) < len(full.tables[table])


def session_parts(tables: dict[str, object]) -> dict[str, object]:
    return {table: rows for table, rows in tables.items() if table.endswith("_session_parts")}


def built_at_once(made: World, folder: Path, zone: str, rows_at_once: int) -> dict[str, object]:
    """The passes over events after a full build, in as many ranges of days as the limit of rows asks for."""
    settings = json.dumps({"reporting_timezone": zone, "rows_at_once": rows_at_once})
    passes = ["--select", *(f"+{name}" for name in PASSES)]
    build(made, folder, "--full-refresh", "--vars", settings, *passes, again=False)
    compiled = next((folder / "target" / "run").rglob("int_chatgpt_session_parts.sql"))
    text = compiled.read_text(encoding="utf-8")
    assert ("union all" in text) is (rows_at_once == FEW_ROWS)
    assert text.count(") as days_") == (expected_ranges(made, rows_at_once) if rows_at_once == FEW_ROWS else 0)
    return session_parts(layers(made, folder))


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_a_full_build_in_ranges_of_days_equals_one_in_one_piece(
    two_nights: World, tmp_path: Path, zone: str
) -> None:
    """Sessions, turns and conversations cross the ranges' borders.

    In UTC the second night is what one piece gives: it equals a full refresh, by the test above.
    """
    if zone == "UTC":
        in_one_piece = session_parts(layers(two_nights))
    else:
        in_one_piece = built_at_once(two_nights, tmp_path / "one", zone, rows_at_once=5_000_000)
    in_ranges = built_at_once(two_nights, tmp_path / "ranges", zone, FEW_ROWS)
    assert in_ranges.keys() == {f"intermediate.{name}" for name in PASSES}
    assert all(in_ranges.values())
    assert_same(in_one_piece, in_ranges)


def test_the_second_night_equals_the_truth_of_that_night(two_nights: World, refreshed: World) -> None:
    """Restated days lose rows, a day becomes empty, a move is back-dated: the truth knows them all.

    The truth's own days end with the first night, so the week that is still running is left out. Weeks that the
    first night closed stay published as they were, so the figures are those that a full refresh builds.
    """
    profile = two_nights.company.profile
    running_week = profile.as_of.date() - dt.timedelta(days=profile.as_of.weekday())
    truth = compute_truth(two_nights.company, as_of=profile.as_of + dt.timedelta(days=1))
    result = compare_usage(refreshed, truth, "weekly", before=str(running_week), schema="marts")
    assert result.differences == []
    assert result.compared > 100
    first_truth = compute_truth(two_nights.company)
    assert compare_usage(
        refreshed, first_truth, "weekly", before=str(running_week), schema="marts"
    ).differences, "the second night must know more than the first"


def test_two_nights_side_by_side_tell_nothing_about_few_people(two_nights: World) -> None:
    """A reader keeps yesterday's version: with today's it tells no more than either alone, which is nothing."""
    (yesterday,) = two_nights.seen
    today = seen("second night", two_nights.environment.data_dir)
    alone = told_by(today)
    told = [*alone, *told_by_two(yesterday, today, alone)]
    assert told == [], "\n".join(map(str, told[:5]))


@pytest.mark.parametrize("table", DAY_TABLES)
def test_only_touched_days_are_rebuilt(two_nights: World, table: str) -> None:
    ((rebuilt, all_days),) = two_nights.rows(
        f"""
        select
            count(distinct activity_date) filter (
                where loaded_through = (select max(loaded_through) from intermediate.{table})
            ),
            count(distinct activity_date)
        from intermediate.{table}
        """
    )
    assert 0 < rebuilt < all_days / 2


def test_price_and_tier_edits_need_no_full_refresh(two_nights: World, tmp_path: Path) -> None:
    """Edit a price override and a model's tier where they have landed; build; build from scratch; compare."""
    before = layers(two_nights)
    shutil.copy(two_nights.environment.warehouse, environment(tmp_path, "dev").warehouse)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("update raw_company.price_overrides set usd_per_mtok = usd_per_mtok * 2 + 1")
        connection.execute(
            "update reference.model_tiers set tier = 'light', tier_rank = "
            "(select min(tier_rank) from reference.model_tiers where tier = 'light') where tier = 'advanced'"
        )
    build(two_nights, tmp_path, *EDITED)
    copy = built_in(two_nights, tmp_path)
    edited, edited_layers = built(copy), layers(two_nights, tmp_path)
    changed = {table for table in before if before[table] != edited_layers[table]}
    assert {"restricted.fct_costs_daily", "restricted.fct_sessions"} <= changed
    build(two_nights, tmp_path, *EDITED, "--full-refresh")
    assert differing(edited, built(copy)) == []


def test_a_second_run_of_a_night_changes_nothing(own_world: Callable[[str], World]) -> None:
    world = own_world("night_2")
    before = layers(world)
    downloads = len(world.requests(LOG_FILES))
    world.load(days_later=1)
    again = len(world.requests(LOG_FILES)) - downloads
    result = world.build()
    assert result.ok, result.failures[:5]
    assert_same(before, layers(world))
    assert 0 < again < downloads / 2, "the second run fetches the look-back and nothing else"
