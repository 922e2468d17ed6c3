"""What the audit has hidden: groups of cells, named as the models name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from publishing.linear_audit.cells import Cell
from publishing.linear_audit.system import Marks
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
    hides = Hides(groups)
    return [
        replace(cell, hidden_reason=AUDIT_REASON) if not cell.is_hidden and hides.names_of(cell) else cell
        for cell in cells
    ]


class GroupPlaces:
    """Where the cells of each group stand among all."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._size = len(cells)
        self._places: dict[HiddenGroup, list[int]] = defaultdict(list)
        for place, cell in enumerate(cells):
            for name in _names_of(cell):
                for unit in (cell.unit_key, EVERY_UNIT):
                    for tool in (cell.tool, EVERY_TOOL):
                        self._places[HiddenGroup(cell.period, name, unit, tool)].append(place)

    def marks(self, groups: Iterable[HiddenGroup]) -> Marks:
        """Which cells these groups hide."""
        marks = np.zeros(self._size, dtype=np.bool_)
        for group in groups:
            marks[self._places.get(group, [])] = True
        return marks


class Hides:
    """What these groups hide."""

    def __init__(self, groups: Iterable[HiddenGroup]) -> None:
        self._groups: dict[Period, set[tuple[str, str, str]]] = defaultdict(set)
        for group in groups:
            self._groups[group.period].add((group.name, group.unit_key, group.tool))

    def names_of(self, cell: Cell) -> list[str]:
        """The groups that the cell is hidden with: its own, and its parts where it is one."""
        groups = self._groups.get(cell.period)
        if not groups:
            return []
        return [
            name
            for name in _names_of(cell)
            if (name, cell.unit_key, cell.tool) in groups
            or (name, EVERY_UNIT, cell.tool) in groups
            or (name, cell.unit_key, EVERY_TOOL) in groups
            or (name, EVERY_UNIT, EVERY_TOOL) in groups
        ]


def _names_of(cell: Cell) -> tuple[str, ...]:
    """Of all groups that the cell could be hidden with."""
    is_part = cell.part_group is not None and not cell.is_part_total
    return (cell.mask_group, str(cell.part_group)) if is_part else (cell.mask_group,)
