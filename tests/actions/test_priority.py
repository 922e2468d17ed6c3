"""Which actions come first: severity, then areas in turn; the same on every run."""

from __future__ import annotations

import csv
import re
from typing import Any

import yaml

from ingestion.sources.company.rows import THRESHOLDS
from tests.actions.conftest import TABLE, Published, shipped_rules
from tests.actions.test_rules import CASES, WRITTEN
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


def test_the_first_three_speak_of_three_areas(published: Published) -> None:
    """Two departments with all of: idle seats, a cost that runs away, depth that fell, short prompts."""
    rules = ("idle_seats", "runaway_cost", "depth_fell_while_sessions_rose", "many_short_prompts")
    put_all(published, ("sales", "support"), rules)
    found = published.actions()
    assert [action["priority"] for action in found] == list(range(1, len(found) + 1))
    assert [action["rule_id"] for action in found[:3]] == [
        "runaway_cost",
        "idle_seats",
        "depth_fell_while_sessions_rose",
    ]
    assert [action["department_key"] for action in found[:3]] == ["sales"] * 3
    # Then the second of each severe area, as important as what is of medium severity in another.
    assert {action["rule_id"] for action in found[3:7]} == set(rules)
    assert len({action["action_id"] for action in found}) == len(found)


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


def test_limits_are_documented_and_may_stand_in_the_company_file() -> None:
    names = {
        str(rule[f"{part}_name"])
        for rule in shipped_rules()
        for part in ("threshold", "second_threshold", "minimum")
        if rule[f"{part}_name"]
    }
    assert names <= THRESHOLDS
    page = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    example = (ROOT / "company.example/thresholds.csv").read_text(encoding="utf-8")
    assert {name for name in names if f"`{name}`" not in page} == set()
    assert {name for name in THRESHOLDS if f"\n{name}," not in example} == set()


def test_the_example_holds_the_limits_as_they_are_shipped() -> None:
    shipped = {
        str(rule[f"{part}_name"]): float(rule[part])
        for rule in shipped_rules()
        for part in ("threshold", "second_threshold", "minimum")
        if rule[f"{part}_name"]
    }
    lines = (ROOT / "company.example/thresholds.csv").read_text(encoding="utf-8").splitlines()
    example = {row["name"]: float(row["value"]) for row in csv.DictReader(lines[1:])}
    assert {name: example[name] for name in shipped} == shipped


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
