"""People by the tools that they use together, beside the active people of each tool."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from tests.attack.knowledge import Knowledge, Quantity
from tests.attack.published import COMPANY, Published, Row

OVERLAP = "cross_tool_overlap_monthly"
# By one tool or several; by set; and of the sets that have no row of their own, by each of their tools.
SETS_OF_TOOLS = ("single_tool_people", "multi_tool_people", "tool_set_people", "pooled_tool_people")
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
