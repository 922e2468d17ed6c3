"""People by the tools that they use together, and people and holders of seats by who they are."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from tests.attack.knowledge import INFINITY, Knowledge, Quantity
from tests.attack.published import COMPANY, Published, Row

OVERLAP = "cross_tool_overlap_monthly"
# By one tool or several; by set; and of the sets that have no row of their own, by each of their tools.
SETS_OF_TOOLS = ("single_tool_people", "multi_tool_people", "tool_set_people", "pooled_tool_people")
ACTIVATION = "activation_monthly"
# Holders who have not used the tool: with a seat for 30 days or more, and the others.
NOT_ACTIVATED = ("never_activated", "waiting")
DIMENSIONS = "usage_by_dimension_weekly"
# People whose value of a dimension has no row.
NOT_LISTED = "not listed"
POOLS = frozenset({"other", "other+"})


def learn_sets(published: Published, knowledge: Knowledge) -> None:
    """Which tools people use together."""
    units: dict[tuple[dt.date, str], list[Row]] = defaultdict(list)
    for row in published.rows(OVERLAP):
        if row["tool_set"] is not None:  # no open month
            units[row["month_start"], row["department_key"]].append(row)
    lines: dict[Quantity, list[Quantity]] = defaultdict(list)
    for (month, unit), rows in units.items():
        here = Quantity("", "month", month, unit, COMPANY)
        for quantity in _learn_unit(here, rows, knowledge):
            lines[quantity.at(unit=COMPANY)].append(quantity)
    for whole, parts in lines.items():
        if len(parts) > 1:
            rest = [part for part in parts if part != whole]
            knowledge.adds_up(f"units make the company: {whole.name}", whole, rest)


def _learn_unit(here: Quantity, rows: list[Row], knowledge: Knowledge) -> list[Quantity]:
    single, multi = (here.at(name=name) for name in SETS_OF_TOOLS[:2])
    active = here.at(name="active_people")
    sets: dict[str, Quantity] = {}
    for row in rows:
        hidden = bool(row.get("is_suppressed"))
        if row["tool_set"] == COMPANY:
            knowledge.read(active, row["people"], f"{OVERLAP}.people", hidden)
            for quantity in (single, multi):
                knowledge.read(quantity, row[quantity.name], f"{OVERLAP}.{quantity.name}", hidden)
        else:
            quantity = here.at(name="tool_set_people", item=row["tool_set"])
            knowledge.read(quantity, row["people"], f"{OVERLAP}.people", hidden)
            knowledge.ratio("ratio share", row.get("share"), quantity, active)
            sets[row["tool_set"]] = quantity
    knowledge.adds_up("one tool or several", active, [single, multi])
    if not sets:
        return [single, multi]
    knowledge.adds_up("sets of one tool", single, [of for name, of in sets.items() if "+" not in name])
    knowledge.adds_up("sets of several tools", multi, [of for name, of in sets.items() if "+" in name])
    _learn_pools(here, sets, knowledge)
    return [single, multi]


def _learn_pools(here: Quantity, sets: dict[str, Quantity], knowledge: Knowledge) -> None:
    """Where all sets of a department are shown, the people of a tool that no row has are in pooled sets."""
    if any(quantity not in knowledge.known for quantity in sets.values()):
        return
    tools = {tool for name in sets.keys() - POOLS for tool in name.split("+")}
    for tool in tools | {q.tool for q in knowledge.known if q.name == "active_people" and q.tool != COMPANY}:
        active = here.at(name="active_people", tool=tool)
        if active in knowledge.places:
            named = [of for name, of in sets.items() if name not in POOLS and tool in name.split("+")]
            knowledge.adds_up(
                "people of a tool by set", active, [here.at(name="pooled_tool_people", item=tool), *named]
            )


def learn_activation(published: Published, knowledge: Knowledge) -> None:
    """Holders at the end of the month's last week, who are those of the funnel, by who they are."""
    columns = {
        "assigned": "assigned",
        "activated": "first_use",
        "never_activated": "never_activated",
    }
    lines: dict[tuple[Quantity, str], list[Quantity]] = defaultdict(list)
    for row in published.rows(ACTIVATION):
        if row["dimension"] is None:  # an open month
            continue
        whole = Quantity("", "week", row["last_week"], row["department_key"], row["tool"])
        is_unit = row["dimension"] == "department"
        here = whole if is_unit else whole.at(item=f"{row['dimension']}: {row['dimension_value']}")
        hidden = bool(row.get("is_suppressed"))
        for column, name in columns.items():
            knowledge.read(here.at(name=name), row[column], f"{ACTIVATION}.{column}", hidden)
        knowledge.ratio(
            "ratio activated",
            row["assigned_activation_ratio"],
            here.at(name="first_use"),
            here.at(name="assigned"),
        )
        if is_unit and row["activation_ratio"] is not None:
            activated = row["activation_ratio"] * row["purchased"]
            knowledge.within(
                "ratio of seats bought", here.at(name="first_use"), activated - 0.5, activated + 0.5
            )
        parts = [here.at(name=name) for name in ("first_use", *NOT_ACTIVATED)]
        knowledge.adds_up("activated or not", here.at(name="assigned"), parts)
        company = whole.at(unit=COMPANY)
        if not is_unit:
            lines[whole, row["dimension"]].append(here)
        elif whole != company:
            lines[company, "units"].append(here)
    for (whole, dimension), members in lines.items():
        for name in ("assigned", "first_use", *NOT_ACTIVATED):
            of_members = [member.at(name=name) for member in members]
            knowledge.adds_up(f"{dimension} adds up: {name}", whole.at(name=name), of_members)


def learn_dimensions(published: Published, knowledge: Knowledge) -> None:
    """People of a week by who they are, whom holders of seats by who they are are among."""
    lines: dict[tuple[Quantity, str], list[Quantity]] = defaultdict(list)
    for row in published.rows(DIMENSIONS):
        if row["dimension"] is None:  # an open week
            continue
        whole = Quantity("active_people", "week", row["week_start"], row["department_key"], row["tool"])
        active = whole.at(item=f"{row['dimension']}: {row['dimension_value']}")
        head = active.at(name="headcount", tool="")
        # Not all figures that are hidden beside a few people are of somebody; everybody has a value.
        knowledge.read(head, row["headcount"], f"{DIMENSIONS}.headcount")
        knowledge.read(active, row["active_people"], f"{DIMENSIONS}.active_people")
        knowledge.within("somebody has the value", head, 1.0, INFINITY)
        knowledge.at_most("active, within the headcount", active, head)
        knowledge.ratio("ratio active_ratio", row["active_ratio"], active, head)
        lines[whole, row["dimension"]].append(active)
    for (whole, dimension), members in lines.items():
        for name, tool in (("active_people", whole.tool), ("headcount", "")):
            rest = whole.at(item=f"{dimension}: {NOT_LISTED}")
            parts = [member.at(name=name, tool=tool) for member in (*members, rest)]
            knowledge.adds_up(f"{dimension} adds up: {name}", whole.at(name=name, tool=tool), parts)
        rest = whole.at(item=f"{dimension}: {NOT_LISTED}")
        knowledge.at_most("active, within the headcount", rest, rest.at(name="headcount", tool=""))
    for holders in [quantity for quantity in knowledge.places if quantity.name == "assigned" and quantity.item]:
        head = holders.at(name="headcount", tool="")
        if head in knowledge.places:
            knowledge.at_most("holders, within the headcount", holders, head)
