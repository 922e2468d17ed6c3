"""People by feature of a tool, category of tasks and tier of tokens, and on days off: all of them active."""

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
TIERS = "token_tiers_monthly"
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


def learn_tiers(published: Published, knowledge: Knowledge) -> None:
    """Who is in which tier of tokens, and reaches which tiers, with and without cache reads."""
    units: dict[tuple[dt.date, str, str], set[str]] = defaultdict(set)
    tiers: dict[Quantity, list[str]] = defaultdict(list)
    columns = {"tier_people": "people", "uncached_tier_people": "people_without_cache_reads"}
    for row in published.rows(TIERS):
        if row.get("tier_key") is None:
            continue
        month, unit, is_suppressed = row["month_start"], row["department_key"], bool(row.get("is_suppressed"))
        whole = Quantity("token_people", "month", month, unit, COMPANY)
        knowledge.read(whole, row.get("people_with_tokens"), f"{TIERS}.people_with_tokens", is_suppressed)
        knowledge.at_most("who has tokens is active", whole, whole.at(name="active_people"))
        tiers[whole].append(row["tier_key"])
        units[month, "token_people", ""].add(unit)
        for name, column in columns.items():
            people = whole.at(name=name, item=row["tier_key"])
            knowledge.read(people, row.get(column), f"{TIERS}.{column}", is_suppressed)
            units[month, name, people.item].add(unit)
        people = whole.at(name="tier_people", item=row["tier_key"])
        knowledge.ratio("ratio share of tiers", row.get("share"), people, whole)
    for whole, keys in tiers.items():
        for name in columns:
            parts = [whole.at(name=name, item=key) for key in keys]
            knowledge.adds_up(f"tiers make all: {name}", whole, parts)
            for key in keys:
                reached = whole.at(name=f"{name}_and_higher", item=key)
                knowledge.adds_up(f"tiers from one on: {name}", reached, [p for p in parts if p.item >= key])
        for key in keys:
            reached = whole.at(name="tier_people_and_higher", item=key)
            uncached = whole.at(name="uncached_tier_people_and_higher", item=key)
            knowledge.at_most("cache reads are tokens", uncached, reached)
    for (month, name, key), members in units.items():
        _units_make_company(Quantity(name, "month", month, COMPANY, COMPANY, key), members, knowledge)


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
