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
    may_be_empty = {"comparison", "comparison_value", "as_of", "money_a_year", "people", "owner", "due_date"}
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


def test_one_renewal_for_all_products_says_what_binds_and_when(published: Published) -> None:
    """1,500 and 800 a month are 27,600 a year; the contract of the second lets no more than 20 of 100 seats go.
    Its day has passed, so when it renews is not known."""
    put_case(published, "renewal_saving", {"renewal_date": "2027-01-01"})
    row = dict(CASES["renewal_saving"]["rows"]["license_utilization_monthly"][0])
    second = {"product": "m365_copilot", "tool": "m365_copilot", "contract_cost": 4000, "purchased": 100}
    bound = {"minimum_seats": 80, "reducible_at_renewal_cost": 800, "renewal_date": "2026-10-01"}
    published.put("license_utilization_monthly", [WRITTEN["defaults"] | row | second | bound])
    published.put("source_status", [WRITTEN["defaults"] | {"source": "hris", "resource": "employees"}])
    (found,) = published.actions()
    assert found["title"] == "Renew with fewer seats: about $27,600 a year can be saved"
    assert found["evidence"] == (
        "Not needed, and above the minimum of the contract: "
        "ChatGPT: $1,500 of $10,000 a month in October 2026, contract minimum 320 of 400 seats, "
        "renewal on 2027-01-01; "
        "Microsoft 365 Copilot: $800 of $4,000 a month in October 2026, no more because of the contract "
        "minimum of 80 seats, renewal date not known."
    )


def test_a_small_company_with_more_seats_than_people_is_told_so(published: Published) -> None:
    """How many hold one of the 20 seats is hidden; nine have nobody left to hold them, and four may go: 120 of
    600, less than the 250 that a large company looks at, but a fifth of the cost."""
    seats = {"contract_cost": 600, "purchased": 20, "minimum_seats": 16, "reducible_at_renewal_cost": None}
    put_case(published, "renewal_saving", seats)
    company = {"department_key": "all", "department_name": "All departments", "tool": "all", "headcount": 11}
    published.put("department_usage_monthly", [WRITTEN["defaults"] | company])
    (found,) = published.found_in("licenses")
    assert found["money_a_year"] == 1440
    assert "20 seats for 11 people, no more because of the contract minimum of 16 seats" in found["reason"]
    published.change("department_usage_monthly", "true", headcount=20)
    assert published.found_in("licenses") == []


def test_free_seats_are_offered_once(published: Published) -> None:
    """28 are free; Legal, where more holders are active, has 25 people without one, and three are left."""
    put_case(published, "ready_for_next_wave")
    legal = {"department_key": "legal", "department_name": "Legal", "headcount": 40, "licensed_people": 15}
    published.put("department_usage_weekly", [WRITTEN["defaults"] | legal | {"licensed_active_ratio": 0.95}])
    company = {"department_key": "all", "department_name": "All departments", "product": "chatgpt"}
    published.put("license_utilization_monthly", [WRITTEN["defaults"] | company | {"unassigned": 28}])
    assert {action["title"] for action in published.actions()} == {
        "Legal: move 25 of the 28 unassigned ChatGPT seats here, at no extra cost",
        "Sales: move 3 of the 28 unassigned ChatGPT seats here, at no extra cost",
    }


def test_a_difference_that_chance_can_make_is_not_told(published: Published) -> None:
    """Of 12 people 42 % where the company has 60 %: 18 points, but one standard error is 14."""
    rule = "department_behind"
    assert len(found_by(published, rule, {"headcount": 100, "active_people": 40, "active_ratio": 0.4})) == 1
    put_case(published, rule, {"headcount": 12, "active_people": 5, "active_ratio": 5 / 12})
    published.change("department_usage_weekly", "department_key = 'all'", active_ratio=0.6)
    assert published.found_in("departments") == []


def test_a_fall_that_chance_can_make_is_not_told(published: Published) -> None:
    """From 40 % to 24 %: a standard error is 4.9 points of 100 people, and 9.8 of 25."""
    put_case(published, "active_ratio_fell")
    assert len(published.found_in("adoption")) == 1
    published.change("department_usage_weekly", "1 = 1", headcount=25)
    assert published.found_in("adoption") == []


def test_since_when_ends_at_the_first_shown_week_that_says_otherwise(published: Published) -> None:
    """A hidden week says nothing; the week of 12 October was below the limit."""
    put_case(published, "many_short_prompts")
    row = WRITTEN["defaults"] | CASES["many_short_prompts"]["rows"]["prompt_length_weekly"][0]
    weeks = {"2026-11-02": 0.6, "2026-10-26": None, "2026-10-19": 0.6, "2026-10-12": 0.4, "2026-10-05": 0.6}
    published.put("prompt_length_weekly", [row | {"week_start": w, "short_ratio": s} for w, s in weeks.items()])
    (found,) = published.actions()
    assert str(found["open_since"]) == "2026-10-19"
    assert found["evidence"].endswith("Every week shown since 2026-10-19 says the same.")


def test_what_the_whole_company_does_is_not_said_of_each_department(published: Published) -> None:
    put_case(published, "older_models_in_use")
    rows = CASES["older_models_in_use"]["rows"]["model_mix_weekly"]
    everybody = {"department_key": "all", "department_name": "All departments"}
    published.put("model_mix_weekly", [WRITTEN["defaults"] | row | everybody for row in rows])
    assert [found["department_key"] for found in published.found_in("models")] == ["all"]


def test_half_of_those_who_stop_in_one_department_are_its_matter(published: Published) -> None:
    """30 of the company's 50 in Sales; of 70 they are fewer than half, and the company speaks as well."""
    put_case(published, "funnel_bottleneck")
    company = {"department_key": "all", "department_name": "All departments", "assigned": 100}
    for first_use, expected in ((50, ["sales"]), (30, ["all", "sales"])):
        published.change("adoption_funnel_weekly", "department_key = 'all'", first_use=first_use)
        if first_use == 50:
            published.put("adoption_funnel_weekly", [WRITTEN["defaults"] | company | {"first_use": first_use}])
        assert sorted(found["department_key"] for found in published.found_in("adoption")) == expected
