"""People by feature of a tool and by category of tasks, and on days off: counts within active people."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from pathlib import Path

from tests.attack.knowledge import Knowledge, Quantity
from tests.attack.published import COMPANY, Published

FEATURES = "feature_usage_monthly"
TASKS = "task_mix_monthly"
RHYTHM = "usage_rhythm_monthly"
# What everybody can read: which feature or tool stands for which category.
TASK_MAP = Path(__file__).parents[2] / "seeds" / "reference" / "task_map.csv"


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


def learn_tasks(published: Published, knowledge: Knowledge) -> None:
    """What people use the tools for: features and whole tools that stand for a category make its people."""
    units: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    done: dict[Quantity, list[Quantity]] = defaultdict(list)
    for row in published.rows(TASKS):
        if row.get("task_category") is None:
            continue
        month, unit = row["month_start"], row["department_key"]
        people = Quantity("task_people", "month", month, unit, COMPANY, row["task_category"])
        active = people.at(name="active_people", item="")
        knowledge.read(people, row.get("people"), f"{TASKS}.people", bool(row.get("is_suppressed")))
        knowledge.at_most("who has a task is active", people, active)
        knowledge.ratio("ratio share of tasks", row.get("share"), people, active)
        units[month, people.item].add(unit)
        done[active].append(people)
    for active, tasks in done.items():
        knowledge.at_most("who is active has a task", active, *tasks)
        for people in tasks:
            _stand_for(people, knowledge)
    for (month, task), members in units.items():
        whole = Quantity("task_people", "month", month, COMPANY, COMPANY, task)
        _units_make_company(whole, members, knowledge)


def learn_days_off(published: Published, knowledge: Knowledge) -> None:
    """Who works on days off."""
    units: dict[dt.date, set[str]] = defaultdict(set)
    for row in published.rows(RHYTHM):
        people = Quantity("day_off_people", "month", row["month_start"], row["department_key"], COMPANY)
        active = people.at(name="active_people")
        place = f"{RHYTHM}.day_off_people"
        knowledge.read(people, row.get("day_off_people"), place, bool(row.get("is_suppressed")))
        knowledge.at_most("who works on a day off is active", people, active)
        knowledge.ratio("ratio weekend_ratio", row.get("weekend_ratio"), people, active)
        units[people.start].add(people.unit)
    for month, members in units.items():
        whole = Quantity("day_off_people", "month", month, COMPANY, COMPANY)
        _units_make_company(whole, members, knowledge)


def _stand_for(people: Quantity, knowledge: Knowledge) -> None:
    """People of a category are those of its features and tools, each counted once."""
    members = []
    for row in _task_map():
        if row["task_category"] == people.item:
            name = "feature_people" if row["feature"] else "active_people"
            member = people.at(name=name, tool=row["tool"], item=row["feature"])
            if member in knowledge.places:
                members.append(member)
                knowledge.at_most("a feature stands for a task", member, people)
    if members:
        knowledge.at_most(f"nothing else stands for it: {people.item}", people, *members)


def _task_map() -> list[dict[str, str]]:
    with TASK_MAP.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
