"""Each rule of recommended actions fires on one case and stays silent beside its limit, see cases.yml."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.actions.conftest import Published, shipped_rules
from tests.docs.markdown import ROOT

WRITTEN: dict[str, Any] = yaml.safe_load((ROOT / "tests/actions/cases.yml").read_text(encoding="utf-8"))
CASES: dict[str, dict[str, Any]] = WRITTEN["cases"]
RULES = {str(row["rule_id"]): row for row in shipped_rules()}


def put_case(published: Published, rule: str, changed: dict[str, Any] | None = None) -> None:
    """The case's rows and no others, with cells of the first row changed."""
    published.empty()
    for number, (table, rows) in enumerate(CASES[rule]["rows"].items()):
        for place, row in enumerate(rows):
            is_first = number == place == 0
            published.put(table, [WRITTEN["defaults"] | row | (changed or {} if is_first else {})])


def found_by(published: Published, rule: str, changed: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """What the rule finds in its case."""
    put_case(published, rule, changed)
    return [found for found in published.found_in(str(RULES[rule]["area"])) if found["rule_id"] == rule]


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert len(RULES) >= 15
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fires_and_says_what_it_found(published: Published, rule: str) -> None:
    put_case(published, rule)
    (action,) = [action for action in published.actions() if action["rule_id"] == rule]
    expected = {name: CASES[rule][name] for name in ("title", "evidence", "severity")}
    assert {name: action[name] for name in expected} == expected
    may_be_empty = {"comparison", "comparison_value", "as_of"}
    assert {name for name, value in action.items() if value is None} <= may_be_empty
    assert action["rule_version"] == int(str(RULES[rule]["version"]))
    assert action["recommendation"] == RULES[rule]["recommendation"]
    assert not re.search(r"[{}]|None|  ", action["title"] + action["evidence"])


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_silent_beside_its_limit(published: Published, rule: str) -> None:
    assert found_by(published, rule, CASES[rule]["silent"]) == []


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_silent_where_a_figure_that_it_judges_is_hidden(published: Published, rule: str) -> None:
    for column in CASES[rule]["silent"]:
        assert found_by(published, rule, {column: None}) == [], column


WITHOUT_PERIOD = {rule for rule in CASES if "source_status" in CASES[rule]["rows"]}


@pytest.mark.parametrize("rule", sorted(CASES.keys() - WITHOUT_PERIOD))
def test_a_period_that_is_not_complete_is_not_judged(published: Published, rule: str) -> None:
    """But for the state of sources, which has no period."""
    assert found_by(published, rule, {"is_complete_week": False, "is_complete_month": False}) == []


@pytest.mark.parametrize("rule", CASES)
def test_pooled_departments_get_no_advice(published: Published, rule: str) -> None:
    """Nobody leads `Other departments`, and its members change."""
    found = found_by(published, rule, {"department_key": "other", "department_name": "Other departments"})
    assert "other" not in {action["department_key"] for action in found}


def test_hidden_weeks_are_passed_over_for_a_month_at_most(published: Published) -> None:
    """The newest complete week is hidden for the department; the company's row says that it is complete."""
    row = {"measured_messages": 500, "short_ratio": 0.7}
    company = {"department_key": "all", "measured_messages": 9000, "short_ratio": 0.1}
    for week, found in (("2026-10-19", 1), ("2026-10-12", 0)):
        published.empty()
        published.put("prompt_length_weekly", [WRITTEN["defaults"] | company])
        published.put("prompt_length_weekly", [WRITTEN["defaults"] | row | {"week_start": week}])
        periods = [str(action["period_start"]) for action in published.found_in("prompts")]
        assert periods == [week] * found


def test_the_company_speaks_of_cost_only_where_no_department_is_the_place(published: Published) -> None:
    rows = CASES["runaway_cost"]["rows"]["department_cost_monthly"]
    put_case(published, "runaway_cost")
    everybody = {"department_key": "all", "department_name": "All departments"}
    published.put("department_cost_monthly", [WRITTEN["defaults"] | row | everybody for row in rows])
    assert [action["department_key"] for action in published.found_in("cost")] == ["sales"]
    published.empty()
    published.put("department_cost_monthly", [WRITTEN["defaults"] | row | everybody for row in rows])
    assert [action["department_key"] for action in published.found_in("cost")] == ["all"]


def test_one_complete_month_before_is_no_usual_cost(published: Published) -> None:
    """September alone is left to compare October with; July and August were not complete."""
    put_case(published, "runaway_cost")
    published.change("department_cost_monthly", "month_start < '2026-09-01'", is_complete_month=False)
    assert published.found_in("cost") == []
    published.change("department_cost_monthly", "month_start = '2026-08-01'", is_complete_month=True)
    (found,) = published.found_in("cost")
    assert found["comparison_value"] == 550.0  # the median of 500 and 600


@pytest.mark.parametrize("rule", ["department_to_learn_from", "active_ratio_fell"])
def test_weeks_that_were_read_in_part_are_no_base_of_a_comparison(published: Published, rule: str) -> None:
    put_case(published, rule)
    newest = "(select max(week_start) from warehouse.marts.department_usage_weekly)"
    published.change("department_usage_weekly", f"week_start < {newest}", is_complete_week=False)
    assert published.found_in(str(RULES[rule]["area"])) == []


def test_a_limit_that_the_company_moves_changes_what_is_found(published: Published) -> None:
    published.limit("many_short_prompts", threshold=0.8)
    assert found_by(published, "many_short_prompts") == []
    published.limit("many_short_prompts", threshold=0.5)
    assert len(found_by(published, "many_short_prompts")) == 1


def test_nobody_lags_behind_in_a_week_without_a_source(published: Published) -> None:
    """The department may use the very tool that was not read."""
    assert len(found_by(published, "department_behind")) == 1
    assert found_by(published, "department_behind", {"sources_missing": "github_copilot.user_days"}) == []


def test_nobody_lags_behind_where_nobody_uses_a_tool(published: Published) -> None:
    put_case(published, "department_behind", {"active_people": 0, "active_ratio": 0.0})
    published.change("department_usage_weekly", "department_key = 'all'", active_people=0, active_ratio=0.0)
    assert [a for a in published.actions() if a["rule_id"] == "department_behind"] == []


def test_a_history_of_employees_tells_the_days_without_a_snapshot(published: Published) -> None:
    put_case(published, "days_are_missing")
    history = {"source": "hris", "resource": "employee_history", "row_count": 40, "missing_days": 0}
    published.put("source_status", [WRITTEN["defaults"] | {"tool": None} | history])
    assert [a for a in published.actions() if a["rule_id"] == "days_are_missing"] == []


def test_a_tool_that_cannot_have_a_list_price_is_not_asked_for_one(published: Published) -> None:
    assert found_by(published, "usage_without_price", {"tool": "github_copilot"}) == []
