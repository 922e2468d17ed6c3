"""What more has to be hidden until the audit finds nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from publishing.linear_audit.audit import audit, of_findings, of_periods
from publishing.linear_audit.cells import COMPANY, UNATTRIBUTED, Cell
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.months import overlapping
from publishing.periods import Period

# The reason of a mask that the audit asked for, and the unit of a group that is hidden for all; as the models
# write them.
AUDIT_REASON = "audit"
EVERY_UNIT = "*"
# How many other units are hidden beside the one of a finding, in one turn after the other.
_COMPANIONS = (0, 1, 2, 4)


@dataclass(frozen=True, slots=True, order=True)
class HiddenGroup:
    """A mask group, or the parts of one, hidden in a period: for all tools of a unit, or of all units."""

    period: Period
    name: str
    unit_key: str = EVERY_UNIT


@dataclass(frozen=True, slots=True)
class Hiding:
    """The way from what was built to what may be published.

    Attributes:
        findings: what this version would tell.
        groups: what has to be hidden on top; empty exactly when there are no findings.
        cells: every cell with these groups hidden.
        told_before: what readers can compute from what they have already, whatever is hidden now.
    """

    findings: set[HiddenCellFinding]
    groups: set[HiddenGroup]
    cells: list[Cell]
    told_before: set[HiddenCellFinding]


def hide_until_clean(
    cells: list[Cell], versions: Sequence[list[Cell]], k: int, open_periods: Collection[Period]
) -> Hiding:
    """Hide something for every finding, ask again, hide more for those that are left, and so on.

    First the unit's figures of that kind; then with those of one other, the one with the fewest people behind
    them; then with two and four others; then in the weeks and months around; then that kind of figures of all
    units. Then every kind of figures of the unit, and of one other; at last everything in the period, and in
    those around it.

    Hiding only ever gives other figures more room, so each turn asks only about the periods of the last one's
    findings. Only open periods can be hidden. Closed ones beside them are asked about too: a month that is
    published now may tell a week that was closed before.
    """
    open_now = set(open_periods)
    found = audit(cells, versions, k, of_periods(open_now | overlapping(open_now)))
    turns = _turns(cells, open_now)
    told_before = _left(hidden(cells, {g for f in found for g in turns[-1](f)}), versions, k, found)
    findings = left = found - told_before
    groups: set[HiddenGroup] = set()
    for turn in turns:
        wanted = {group for finding in left for group in turn(finding)}
        groups |= wanted
        cells = hidden(cells, wanted)
        left = _left(cells, versions, k, left) - told_before
    return Hiding(findings, _widest(groups), cells, told_before)


def _left(
    cells: list[Cell], versions: Sequence[list[Cell]], k: int, findings: set[HiddenCellFinding]
) -> set[HiddenCellFinding]:
    return audit(cells, versions, k, of_findings(findings)) if findings else set()


def _widest(groups: set[HiddenGroup]) -> set[HiddenGroup]:
    """Without units of a group that is hidden for all."""
    return {
        group
        for group in groups
        if group.unit_key == EVERY_UNIT or HiddenGroup(group.period, group.name) not in groups
    }


Turn = Callable[[HiddenCellFinding], Iterable[HiddenGroup]]


def _turns(cells: Sequence[Cell], open_periods: set[Period]) -> list[Turn]:
    """What to hide for a finding, from little to everything that can tell of it."""
    companions = _units_by_people(cells)
    names: dict[Period, set[str]] = defaultdict(set)
    for cell in cells:
        names[cell.period].add(cell.mask_group)

    def around(finding: HiddenCellFinding) -> set[Period]:
        return ({finding.period} | overlapping({finding.period})) & open_periods

    def within(finding: HiddenCellFinding) -> set[Period]:
        return {finding.period} & open_periods or around(finding)

    def units(finding: HiddenCellFinding, period: Period, others: int) -> list[str]:
        line = companions[period, finding.hidden_with, finding.tool]
        return [finding.unit_key, *[unit for unit in line if unit != finding.unit_key][:others]]

    def own(others: int, periods: Callable[[HiddenCellFinding], set[Period]] = within) -> Turn:
        return lambda finding: (
            HiddenGroup(period, finding.hidden_with, unit)
            for period in periods(finding)
            for unit in units(finding, period, others)
        )

    def every_kind(others: int, periods: Callable[[HiddenCellFinding], set[Period]] = within) -> Turn:
        return lambda finding: (
            HiddenGroup(period, name, unit)
            for period in periods(finding)
            for unit in units(finding, period, others)
            for name in names[period]
        )

    return [
        *map(own, _COMPANIONS),
        *(own(others, around) for others in _COMPANIONS[:2]),
        lambda finding: [HiddenGroup(period, finding.hidden_with) for period in within(finding)],
        lambda finding: [HiddenGroup(period, finding.hidden_with) for period in around(finding)],
        *map(every_kind, _COMPANIONS[:2]),
        *(every_kind(others, around) for others in _COMPANIONS[:2]),
        lambda finding: [HiddenGroup(period, name) for period in within(finding) for name in names[period]],
        lambda finding: [HiddenGroup(period, name) for period in around(finding) for name in names[period]],
    ]


def _units_by_people(cells: Iterable[Cell]) -> dict[tuple[Period, str, str], list[str]]:
    """For each period, kind of figures and tool, units that show some of them, those with the fewest people
    first; the company comes last, since hiding it takes the most from readers.
    """
    people: dict[tuple[Period, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell in cells:
        if not cell.is_hidden and cell.unit_key != UNATTRIBUTED:
            for name in {cell.mask_group, *cell.hidden_with}:
                behind = people[cell.period, name, cell.tool]
                behind[cell.unit_key] = max(behind[cell.unit_key], cell.contributors)
    ordered = {
        key: sorted(units, key=lambda unit: (unit == COMPANY, units[unit], unit))
        for key, units in people.items()
    }
    return defaultdict(list, ordered)


def hidden(cells: Sequence[Cell], groups: Collection[HiddenGroup]) -> list[Cell]:
    """The cells with these groups hidden as well."""
    names = {(group.period, group.name, group.unit_key) for group in groups}
    return [
        replace(cell, hidden_reason=AUDIT_REASON) if _is_hidden_now(cell, names) else cell for cell in cells
    ]


def _is_hidden_now(cell: Cell, names: Collection[tuple[Period, str, str]]) -> bool:
    if cell.is_hidden:
        return False
    is_part = cell.part_group is not None and not cell.is_part_total
    of_cell = (cell.mask_group, str(cell.part_group)) if is_part else (cell.mask_group,)
    return any((cell.period, name, unit) in names for name in of_cell for unit in (cell.unit_key, EVERY_UNIT))
