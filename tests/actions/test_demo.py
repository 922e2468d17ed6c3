"""On the demo company, rules find what was planted, and tables made of published ones are as truth has them."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from demo.company.generate import generate_company
from demo.company.truth import compute_truth
from orchestration.compiled import compiled_queries
from runtime.environment import environment
from tests.actions import truth_derived
from tests.actions.conftest import Published
from tests.actions.truth_figures import FIGURES
from tests.actions.truth_tables import ALL, published_rows

Tables = Mapping[str, list[dict[str, Any]]]
SEVERITIES = ("high", "medium", "low")
GOOD_NEWS = {
    *("ready_for_next_wave", "department_to_learn_from", "target_reached", "rollout_took_hold"),
    *("company_use_grew", "back_after_alarm", "seats_used_more", "more_advanced_sessions"),
}
# Story of the company's truth -> the rule that tells it.
STORIES = {
    "idle_seats": "idle_seats",
    "frequent_short_sessions": "frequent_short_sessions",
    "depth_fell_while_sessions_rose": "depth_fell_while_sessions_rose",
    "runaway_cost": "runaway_cost",
    "ready_for_next_wave": "ready_for_next_wave",
}


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    """The company of `make demo`."""
    return compute_truth(generate_company())


@pytest.fixture(scope="module")
def tables(truth: dict[str, Any]) -> Tables:
    return published_rows(truth)


@pytest.fixture(scope="module")
def filled(compiled: str, tables: Tables) -> Published:
    published = Published(compiled)
    for table, rows in tables.items():
        published.put(table, rows)
    return published


@pytest.fixture(scope="module")
def found(filled: Published) -> list[dict[str, Any]]:
    return filled.actions()


@pytest.mark.parametrize("story", STORIES)
def test_what_was_planted_is_found(found: list[dict[str, Any]], truth: dict[str, Any], story: str) -> None:
    planted = truth["planted"][story]
    places = [
        (action["department_name"], action["tool"]) for action in found if action["rule_id"] == STORIES[story]
    ]
    assert places, "the rule is silent"
    # Others may be found as well, and concern more people.
    assert (planted["department"], planted.get("tool") or planted["product"]) in places


def test_what_costs_most_comes_first_and_severity_follows_the_order(found: list[dict[str, Any]]) -> None:
    assert [(action["rule_id"], action["department_name"]) for action in found[:2]] == [
        ("idle_seats", "Operations"),
        ("runaway_cost", "Engineering"),
    ]
    for name in {action["department_name"] for action in found}:
        of_department = [SEVERITIES.index(a["severity"]) for a in found if a["department_name"] == name]
        assert of_department == sorted(of_department), name


def test_a_third_is_good_news(found: list[dict[str, Any]]) -> None:
    good = [action for action in found if action["rule_id"] in GOOD_NEWS]
    assert len(good) * 3 >= len(found)
    assert {"ready_for_next_wave", "target_reached", "company_use_grew"} <= {
        action["rule_id"] for action in good
    }


def test_one_card_for_one_cause(found: list[dict[str, Any]]) -> None:
    """Short use in Customer Support is one story, whichever rules find it."""
    (card,) = [a for a in found if a["cause"] == "short_use" and a["department_name"] == "Customer Support"]
    assert set(card["rule_ids"].split(", ")) == {"frequent_short_sessions", "many_short_prompts"}


def test_every_figure_is_that_of_the_company(found: list[dict[str, Any]], truth: dict[str, Any]) -> None:
    """Recomputed from the truth by hand-written arithmetic, without the published rows and without SQL.

    Money is published in cents a month, so a difference of two months is off by a cent at most, and twelve
    times that is twelve.
    """
    for action in found:
        for name, expected in FIGURES[action["rule_id"]](truth, action).items():
            precision = 0.12 if action["unit"] == "money" or name == "money_a_year" else 1e-6
            assert action[name] == pytest.approx(expected, abs=precision), (action["title"], name)


DERIVED = ("benchmarks_monthly", "usage_alarms_weekly", "cost_forecast_monthly", "monthly_review")


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    return compiled_queries(environment(tmp_path_factory.mktemp("derived"), "dev"), DERIVED)


def complete(tables: Tables, table: str) -> list[dt.date]:
    """First days of the complete periods of a table."""
    period = "week" if table.endswith("weekly") else "month"
    return sorted({row[f"{period}_start"] for row in tables[table] if row[f"is_complete_{period}"]})


@pytest.mark.parametrize("metric", truth_derived.METRICS)
def test_departments_are_compared_with_those_that_are_shown(
    filled: Published, queries: Mapping[str, str], truth: dict[str, Any], tables: Tables, metric: str
) -> None:
    months = {*complete(tables, "department_usage_monthly")}
    expected = truth_derived.benchmarks(truth, metric, months)
    rows = [row for row in filled.rows(queries["benchmarks_monthly"]) if row["metric"] == metric]
    found = {
        (row["department_name"], row["tool"], row["month_start"], row["benchmark"]): row
        for row in rows
        if row["figure"] is not None and row["benchmark_value"] is not None
    }
    assert len(expected) > 50
    assert found.keys() == expected.keys()
    shown = truth_derived.figures(truth, "monthly", metric)
    for key, row in found.items():
        assert row["benchmark_value"] == pytest.approx(expected[key]), key
        assert row["times_benchmark"] == pytest.approx(shown[key[:3]] / expected[key]), key


def test_alarms_are_those_of_the_rule_in_python(
    queries: Mapping[str, str], truth: dict[str, Any], tables: Tables
) -> None:
    """Half of Operations stops in the last five weeks; `benchmarks.alarms` says when that is an alarm."""
    changed = copy.deepcopy(truth)
    weeks = complete(tables, "department_usage_weekly")
    for week in weeks[-5:]:
        units = changed["department_weekly"][week.isoformat()]
        leaving = units["Operations"]["all"]["active_people"] // 2
        for name in ("Operations", ALL):
            units[name]["all"]["active_people"] -= leaving
    published = Published(queries["usage_alarms_weekly"])
    published.put("department_usage_weekly", published_rows(changed)["department_usage_weekly"])
    rows = published.rows()
    found = {
        (row["department_name"], row["week_start"]): row for row in rows if row["series"] == "active_people"
    }
    judged = 0
    for name, week, statistic in truth_derived.alarms(changed, weeks):
        row = found[name, week]
        assert row["statistic"] == (None if statistic is None else pytest.approx(statistic)), (name, week)
        judged += statistic is not None
    assert judged >= 20
    newest = found["Operations", weeks[-1]]
    assert newest["is_alarm"]
    assert newest["since_week"] == weeks[-5]
    assert newest["size"] < -0.3
    assert not any(row["is_alarm"] for (name, _), row in found.items() if name != "Operations")


def test_forecasts_are_the_month_before_times_its_usual_error(
    filled: Published, queries: Mapping[str, str], tables: Tables
) -> None:
    costs = {
        (row["department_name"], row["tool"], row["cost_basis"], row["month_start"]): row["cost"]
        for row in tables["department_cost_monthly"]
        if row["is_complete_month"] and row["department_key"] not in {"other", "unattributed", "unallocated"}
    }
    expected = truth_derived.forecasts(costs, max(key[3] for key in costs) + dt.timedelta(days=31))
    rows = filled.rows(queries["cost_forecast_monthly"])
    found = {(row["department_name"], row["tool"], row["cost_basis"], row["month_start"]): row for row in rows}
    assert len(found) > 50
    assert found.keys() == expected.keys()
    for key, row in found.items():
        assert row["expected"] == pytest.approx(expected[key], abs=0.0051), key
        assert row["actual"] == costs.get(key), key
        if row["low"] is not None:
            assert row["low"] <= row["expected"] <= row["high"], key


@pytest.mark.parametrize("metric", truth_derived.METRICS)
def test_what_moved_is_what_moved_more_than_usual(
    filled: Published, queries: Mapping[str, str], truth: dict[str, Any], tables: Tables, metric: str
) -> None:
    month = complete(tables, "department_usage_monthly")[-1]
    weeks = {*complete(tables, "department_usage_weekly")}
    expected = truth_derived.moves(truth, metric, weeks, month)
    rows = [
        row
        for row in filled.rows(queries["monthly_review"])
        if row["metric"] == metric and row["month_start"] == month
    ]
    found = {(row["department_name"], row["tool"]): row for row in rows}
    assert len(expected) > 10
    assert found.keys() == expected.keys()
    for key, (now, before, usual) in expected.items():
        row = found[key]
        assert [row["mean_now"], row["mean_before"], row["usual_range"]] == pytest.approx([now, before, usual])
        moved = "same" if abs(now - before) <= usual else "up" if now > before else "down"
        assert row["way"] == moved, key
    assert {row["way"] for row in rows} > {"same"}


def test_the_company_moved_by_rates_and_shares_of_its_departments(
    filled: Published, queries: Mapping[str, str], truth: dict[str, Any], tables: Tables
) -> None:
    """Both effects together are the change of the departments' common rate in three months."""
    month = complete(tables, "department_usage_monthly")[-1]
    changes = {
        (row["metric"], row["tool"]): row["rate_effect"] + row["mix_effect"]
        for row in filled.rows(queries["monthly_review"])
        if row["department_key"] == "all" and row["month_start"] == month and row["rate_effect"] is not None
    }
    assert ("active_ratio", "all") in changes
    for (metric, tool), change in changes.items():
        assert change == pytest.approx(truth_derived.change_of_rate(truth, metric, tool, month)), (metric, tool)
