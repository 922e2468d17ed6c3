"""People by feature of a tool: counts within the tool's active people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from tests.attack.knowledge import Knowledge, Quantity
from tests.attack.published import COMPANY, Published

FEATURES = "feature_usage_monthly"


def learn_features(published: Published, knowledge: Knowledge) -> None:
    """Who uses what of a tool. Whoever is active in a tool of apps used one of them."""
    units: dict[tuple[dt.date, str, str], set[str]] = defaultdict(set)
    used: dict[Quantity, list[Quantity]] = defaultdict(list)
    for row in published.rows(FEATURES):
        if row.get("feature") is None:
            continue
        month, unit, tool = row["month_start"], row["department_key"], row["tool"]
        people = Quantity("feature_people", "month", month, unit, tool, row["feature"])
        active = people.at(name="active_people", item="")
        knowledge.read(people, row.get("people"), f"{FEATURES}.people", bool(row.get("is_suppressed")))
        knowledge.at_most("who uses a feature is active", people, active)
        knowledge.ratio("ratio share", row.get("share"), people, active)
        units[month, tool, people.item].add(unit)
        used[active].append(people)
    for active, features in used.items():
        knowledge.at_most(f"who is active uses a feature: {active.tool}", active, *features)
    for (month, tool, feature), members in units.items():
        whole = Quantity("feature_people", "month", month, COMPANY, tool, feature)
        _units_make_company(whole, members, knowledge)


def _units_make_company(whole: Quantity, units: set[str], knowledge: Knowledge) -> None:
    parts = [whole.at(unit=unit) for unit in units - {COMPANY}]
    if COMPANY in units and parts:
        knowledge.adds_up(f"units make the company: {whole.name}", whole, parts)
