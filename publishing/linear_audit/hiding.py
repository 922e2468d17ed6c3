"""What more has to be hidden until the audit finds nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from publishing.linear_audit.audit import Audit, of_periods
from publishing.linear_audit.cells import Cell
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.groups import GroupPlaces, HiddenGroup, hidden, widest
from publishing.linear_audit.months import overlapping
from publishing.linear_audit.sparing import spared
from publishing.linear_audit.turns import turns_of
from publishing.periods import Period


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
    """Hide something for every finding, ask again, hide something else for those that are left, and so on.

    `turns.py` says what is tried, from little to everything in the period and in those around it. What did not
    help is shown again before the next turn, which hides more. Hiding only ever gives other figures more room,
    so each turn asks only about what was found. Only open periods can be hidden. Closed ones beside them are
    asked about too: a month that is published now may tell a week that was closed before.
    """
    open_now = set(open_periods)
    asking = Audit(cells, versions, k)
    found = asking.ask(of_periods(open_now | overlapping(open_now)))
    if not found:
        return Hiding(set(), set(), cells, set())
    turns = turns_of(cells, found, open_now)
    places = GroupPlaces(cells)
    told_before = asking.ask_again(places.marks({g for f in found for g in turns[-1](f)}), found)
    findings = left = found - told_before

    def told(groups: Collection[HiddenGroup], about: Collection[HiddenCellFinding]) -> set[HiddenCellFinding]:
        return asking.ask_again(places.marks(groups), about) - told_before

    groups: set[HiddenGroup] = set()
    for turn in turns:
        if not left:
            break
        wanted = {finding: set(turn(finding)) for finding in left}
        tried = groups.union(*wanted.values())
        if tried == groups:
            continue
        still = told(tried, left)
        helpful = groups.union(*(more for finding, more in wanted.items() if finding not in still))
        if helpful < tried:
            # What was found with more hidden is found with less, too.
            still |= told(helpful, left - still)
        groups, left = helpful, still
    if findings:
        groups = spared(cells, groups, findings, told)
    return Hiding(findings, widest(groups), hidden(cells, groups), told_before)
