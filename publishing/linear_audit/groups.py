"""What the audit has hidden: groups of cells, named as the models name them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from publishing.linear_audit.cells import Cell
from publishing.periods import Period

# The reason of a mask that the audit asked for, and the unit or tool of a group that is hidden for all; as the
# models write them.
AUDIT_REASON = "audit"
EVERY_UNIT = EVERY_TOOL = "*"


@dataclass(frozen=True, slots=True, order=True)
class HiddenGroup:
    """A mask group, or the parts of one, hidden in a period: of one unit or all, in one tool or all."""

    period: Period
    name: str
    unit_key: str = EVERY_UNIT
    tool: str = EVERY_TOOL


def widest(groups: set[HiddenGroup]) -> set[HiddenGroup]:
    """The groups without those of one unit or tool that are hidden for all."""

    def wider(group: HiddenGroup) -> set[HiddenGroup]:
        units, tools = {group.unit_key, EVERY_UNIT}, {group.tool, EVERY_TOOL}
        return {HiddenGroup(group.period, group.name, unit, tool) for unit in units for tool in tools} - {group}

    return {group for group in groups if groups.isdisjoint(wider(group))}


def hidden(cells: Sequence[Cell], groups: Collection[HiddenGroup]) -> list[Cell]:
    """The cells with these groups hidden as well."""
    names = {(group.period, group.name, group.unit_key, group.tool) for group in groups}
    periods = {group.period for group in groups}
    return [
        replace(cell, hidden_reason=AUDIT_REASON)
        if cell.period in periods and _is_hidden_now(cell, names)
        else cell
        for cell in cells
    ]


def _is_hidden_now(cell: Cell, names: Collection[tuple[Period, str, str, str]]) -> bool:
    if cell.is_hidden:
        return False
    is_part = cell.part_group is not None and not cell.is_part_total
    of_cell = (cell.mask_group, str(cell.part_group)) if is_part else (cell.mask_group,)
    return any(
        (cell.period, name, unit, tool) in names
        for name in of_cell
        for unit in (cell.unit_key, EVERY_UNIT)
        for tool in (cell.tool, EVERY_TOOL)
    )
