"""Which actions come first: severity, then areas in turn; the same on every run."""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import Any

import yaml

from tests.actions.conftest import TABLE, Published, shipped_rules
from tests.actions.test_rules import CASES, WRITTEN, put_case
from tests.docs.markdown import ROOT
from tests.docs.published import contracts


def put_all(published: Published, departments: tuple[str, ...], rules: tuple[str, ...]) -> None:
    for rule in rules:
        for table, rows in CASES[rule]["rows"].items():
            for name in departments:
                key = {"department_key": name, "department_name": name.title()}
                published.put(table, [WRITTEN["defaults"] | key | row for row in of_departments(rows)])


def of_departments(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the company's row: a case's other departments would stand in it twice."""
    return [row for row in rows if "department_key" not in row]


def test_money_comes_before_people_and_more_of_it_first(published: Published) -> None:
    """Of a company of 1,000 that pays 100,000 a month: 30,000 a year are 2.5 % (high), 7,200 are 0.6 %
    (medium); 300 people are 30 % (high), 30 are 3 % (low)."""
    put_all(published, ("sales",), ("idle_seats", "runaway_cost", "few_advanced_sessions"))
    company = WRITTEN["defaults"] | {"department_key": "all", "department_name": "All departments"}
    usage = {"headcount": 1000, "active_people": 300, "prompt_chars_mean": 100, "advanced_session_ratio": 0.1}
    published.put("department_usage_weekly", [company | usage])
    published.put("license_utilization_monthly", [company | {"product": "chatgpt", "contract_cost": 100000}])
    order = [(a["rule_id"], a["department_key"], a["severity"]) for a in published.actions()]
    assert order == [
        ("runaway_cost", "sales", "high"),
        ("few_advanced_sessions", "all", "high"),
        ("idle_seats", "sales", "medium"),
        ("few_advanced_sessions", "sales", "low"),
    ]


def test_what_the_data_team_can_mend_comes_after_what_leaders_can_decide(published: Published) -> None:
    put_all(published, ("sales",), ("rare_short_sessions",))
    published.put(
        "source_status", [WRITTEN["defaults"] | {"source": "hris", "resource": "employees", "is_stale": True}]
    )
    order = [(a["audience"], a["rule_id"], a["severity"]) for a in published.actions()]
    assert order == [("leaders", "rare_short_sessions", "high"), ("data_team", "source_is_stale", "high")]


def test_findings_of_one_cause_are_one_action(published: Published) -> None:
    """Unused seats, told by four rules; the one about all tools joins that of the tool."""
    put_all(published, ("sales",), ("idle_seats",))
    copilot = WRITTEN["defaults"] | {
        "department_key": "sales",
        "department_name": "Sales",
        "tool": "m365_copilot",
    }
    published.put("adoption_funnel_weekly", [copilot | {"assigned": 40, "first_use": 10}])
    usage = {"tool": "all", "headcount": 100, "active_people": 28, "active_ratio": 0.28}
    everybody = {"department_key": "all", "headcount": 1000, "active_people": 800, "active_ratio": 0.8}
    published.put("department_usage_weekly", [copilot | usage, copilot | usage | everybody])
    (card,) = published.actions()
    assert card["action_id"] == "unused_seats/sales/m365_copilot"
    assert card["rule_ids"] == "idle_seats, department_behind, funnel_bottleneck"
    assert card["people"] == 72  # the largest of 30, 72 and 30
    assert card["evidence"] == " ".join(
        [
            CASES["idle_seats"]["evidence"],
            "In the week of 2026-11-09, 28 of 100 people used any of the AI tools: 28%, and company-wide 80%.",
            "By the week of 2026-11-09, 10 of 40 people with a Microsoft 365 Copilot seat had used it.",
        ]
    )


def test_an_action_says_what_the_company_does_about_it(published: Published) -> None:
    """Taken up and due before the day of the run: overdue. What is done and found again is not."""
    card = "unused_seats/sales/m365_copilot"
    put_case(published, "idle_seats")
    published.put("source_status", [{"as_of": dt.datetime(2026, 11, 19, 2)}])
    (untouched,) = published.actions()
    assert (untouched["action_state"], untouched["owner"], untouched["is_overdue"]) == ("open", None, False)

    today, yesterday = dt.date(2026, 11, 19), dt.date(2026, 11, 18)
    plan = {"action_id": card, "action_state": "acknowledged", "owner": "IT purchasing", "due_date": yesterday}
    published.put("action_plans", [plan, plan | {"action_id": "unused_seats/support/m365_copilot"}])
    (taken_up,) = published.actions()
    assert taken_up["action_id"] == card
    assert (taken_up["action_state"], taken_up["owner"], taken_up["due_date"], taken_up["is_overdue"]) == (
        ("acknowledged", "IT purchasing", yesterday, True)
    )

    published.change("action_plans", f"action_id = '{card}'", due_date=today)
    assert [action["is_overdue"] for action in published.actions()] == [False]
    published.change("action_plans", f"action_id = '{card}'", due_date=yesterday, action_state="done")
    assert [(action["action_state"], action["is_overdue"]) for action in published.actions()] == [
        ("done", False)
    ]


def test_nobody_is_blamed_and_no_currency_code_is_shown() -> None:
    blame = re.compile(r"\b(lag|lags|last|worst|behind|fail|fails|leaves|only|lazy|poor|USD)\b", re.IGNORECASE)
    for rule in shipped_rules():
        assert not blame.search(f"{rule['title']} {rule['recommendation']}"), rule["rule_id"]


def test_of_two_departments_the_one_further_beyond_the_limit_comes_first(published: Published) -> None:
    put_all(published, ("sales",), ("idle_seats",))
    worse = {"department_key": "support", "department_name": "Support", "seats_active": 10}
    row = WRITTEN["defaults"] | CASES["idle_seats"]["rows"]["license_utilization_monthly"][0]
    published.put("license_utilization_monthly", [row | worse | {"utilization_ratio": 0.2}])
    found = [action["department_key"] for action in published.actions() if action["rule_id"] == "idle_seats"]
    assert found == ["support", "sales"]


def test_actions_read_published_tables_and_nothing_else(compiled: str) -> None:
    """What no reader sees can so be told by no action: not by its figures, and not by its being there."""
    read = re.findall(r'"(\w+)"\."(\w+)"\."(\w+)"', compiled)
    assert {schema for _, schema, _ in read} == {"marts"}
    assert {table for _, _, table in read} <= contracts().keys() - {TABLE}
    assert len(set(read)) >= 10
    assert not re.search(r"(?:from|join)\s+[a-z_]+\.", compiled), "a table that dbt did not name"


def test_tools_are_called_as_the_reference_calls_them(published: Published) -> None:
    """The query carries the names, because it reads no seed."""
    with (ROOT / "seeds/reference/tools.csv").open(encoding="utf-8", newline="") as file:
        names = {row["tool"]: row["display_name"] for row in csv.DictReader(file)}
    row = WRITTEN["defaults"] | CASES["many_short_prompts"]["rows"]["prompt_length_weekly"][0]
    published.put("prompt_length_weekly", [row | {"tool": tool} for tool in names])
    titles = {action["tool"]: action["title"] for action in published.actions()}
    assert {tool: titles[tool] for tool in names} == {
        tool: f"Sales: 70% of the prompts to {name} are very short" for tool, name in names.items()
    }


def test_every_rule_belongs_to_a_page_that_shows_its_area() -> None:
    for rule in shipped_rules():
        page = yaml.safe_load((ROOT / f"dashboards/pages/{rule['page']}.yml").read_text(encoding="utf-8"))
        assert rule["area"] in page["actions"]["areas"], rule["rule_id"]
