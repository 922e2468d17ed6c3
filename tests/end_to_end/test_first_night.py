"""The whole path on a small company: figures equal the truth, nothing personal stays, reruns are quiet."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from demo.company.canaries import canaries
from demo.company.truth import compute_truth
from orchestration.dbt import run_dbt
from orchestration.findings import findings
from orchestration.metrics.published import published
from runtime.environment import environment
from tests.attack.readers import seen, told_by
from tests.end_to_end.harness import World
from tests.end_to_end.leaks import leaks
from tests.end_to_end.truth import (
    Comparison,
    compare_activation,
    compare_concentration,
    compare_costs,
    compare_dimensions,
    compare_features,
    compare_rhythm,
    compare_seats,
    compare_segments,
    compare_tasks,
    compare_tiers,
    compare_tokens,
    compare_tool_sets,
    compare_usage,
)

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="session")
def truth(first_night: World) -> dict[str, Any]:
    return compute_truth(first_night.company)


def assert_equal(result: Comparison, at_least: int) -> None:
    assert result.differences == [], f"{len(result.differences)} differ, first: {result.differences[:12]}"
    assert result.compared >= at_least, f"only {result.compared} figures were shown, {result.hidden} hidden"


@pytest.mark.parametrize("period", ["weekly", "monthly"])
def test_use_equals_the_truth(first_night: World, truth: dict[str, Any], period: str) -> None:
    assert_equal(compare_usage(first_night, truth, period), at_least=100)


def test_tokens_equal_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_tokens(first_night, truth), at_least=20)


def test_money_equals_the_truth_to_the_cent(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_costs(first_night, truth), at_least=10)


def test_seats_equal_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_seats(first_night, truth), at_least=20)


def test_features_equal_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_features(first_night, truth), at_least=20)


def test_tasks_equal_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_tasks(first_night, truth), at_least=10)


def test_rhythm_equals_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_rhythm(first_night, truth), at_least=6)


def test_tiers_of_tokens_equal_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_tiers(first_night, truth), at_least=2)


def test_concentration_equals_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_concentration(first_night, truth), at_least=6)


def test_segments_equal_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_segments(first_night, truth), at_least=20)


def test_activation_equals_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_activation(first_night, truth), at_least=10)


def test_use_by_dimension_equals_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_dimensions(first_night, truth), at_least=20)


def test_sets_of_tools_equal_the_truth(first_night: World, truth: dict[str, Any]) -> None:
    assert_equal(compare_tool_sets(first_night, truth), at_least=3)


def test_nothing_about_a_person_is_left_behind(first_night: World) -> None:
    assert leaks(first_night.environment.data_dir, canaries(first_night.company)) == []


def test_published_files_tell_nothing_about_few_people(first_night: World) -> None:
    """A reader with a linear program learns of no one to four people what they do, or do not do."""
    told = told_by(seen("first night", first_night.environment.data_dir))
    assert told == [], "\n".join(map(str, told[:5]))


def test_the_search_for_leaks_finds_what_is_there(first_night: World) -> None:
    """A search that finds nothing proves nothing: the company's own files do hold names."""
    assert leaks(first_night.company_dir, canaries(first_night.company))


def test_every_figure_has_contracted_columns_and_one_run(first_night: World) -> None:
    tables = {name for (name,) in first_night.published("select table_name from duckdb_tables()")}
    assert tables == {*published()}
    assert first_night.published("select run_id from published.publication") == [
        (first_night.nights[0].run_id,)
    ]


def test_final_periods_are_closed_as_they_were_published(first_night: World) -> None:
    """The newest closed week: the store has the rows that readers have, and a state for everybody employed."""
    closed = first_night.rows(
        "select period_start, version, state, people from closed.periods where period_type = 'week' "
        "order by period_start desc"
    )
    week, _, _, people = closed[0]
    assert {(version, state) for _, version, state, _ in closed} == {(1, "closed")}
    assert first_night.rows(
        "select max(period_end) <= max(as_of_date) from restricted.closable_periods, "
        "intermediate.int_run_clock where is_closable"
    ) == [(True,)]
    employed = (
        "select count(*) from intermediate.int_person_periods where period_type = 'week' and period_start = "
    )
    assert first_night.rows(f"{employed} date '{week}'") == [(people,)]
    figures = "select department_key, tool, active_people, sessions from {} where week_start = {} order by all"
    shown = first_night.published(figures.format("published.department_usage_weekly", f"date '{week}'"))
    assert shown == first_night.rows(figures.format("closed.department_usage_weekly", f"date '{week}'"))
    assert first_night.published("select as_of from published.publication") == first_night.rows(
        "select as_of from intermediate.int_run_clock"
    )


def test_dbt_unit_tests_pass(first_night: World, tmp_path: Path) -> None:
    env = environment(tmp_path, "dev")
    shutil.copy(first_night.environment.warehouse, env.warehouse)
    result = run_dbt(["test", "--select", "test_type:unit"], env)
    assert result.ok, result.failures[:5]
    assert sum(result.statuses.values()) >= 40


def test_findings_speak_of_the_published_file(first_night: World) -> None:
    published = first_night.nights[0].publication
    assert published is not None
    assert findings(published.database)
