"""Which hidden figures readers could come too near to, from cells alone: no database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from publishing.linear_audit.cells import Cell, Key
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.months import overlapping
from publishing.linear_audit.relations import Relations
from publishing.linear_audit.rows import Row
from publishing.linear_audit.solver import Program, Question
from publishing.periods import Period

_ADDED_UP = frozenset({"units", "tools", "parts"})
_WITHIN_A_PERIOD = _ADDED_UP | {"ties", "sizes", "others"}

About = Callable[[Cell], bool]


def of_periods(periods: Collection[Period]) -> About:
    """All cells of these periods."""
    wanted = frozenset(periods)
    return lambda cell: cell.period in wanted


def of_findings(findings: Iterable[HiddenCellFinding]) -> About:
    """The cells that were found."""
    wanted = frozenset((f.period, f.unit_key, f.tool, f.measure) for f in findings)
    return lambda cell: (cell.period, cell.unit_key, cell.tool, cell.measure) in wanted


def audit(cells: list[Cell], versions: Iterable[list[Cell]], k: int, about: About) -> set[HiddenCellFinding]:
    """Every finding about hidden cells that `about` names; other cells serve as knowledge.

    versions: cells of each earlier version that readers have or may have
    """
    return Audit(cells, versions, k).ask(cells, about)


class Audit:
    """Asks about one build again and again, while more and more of it is hidden."""

    def __init__(self, cells: Sequence[Cell], versions: Iterable[list[Cell]], k: int) -> None:
        """versions: cells of each earlier version that readers have or may have."""
        self._k = k
        self._now = Relations(cells, k)
        self._versions = [(earlier, Relations(earlier, k)) for earlier in versions]

    def ask(self, cells: Sequence[Cell], about: About) -> set[HiddenCellFinding]:
        """Every finding about the hidden ones that `about` names; the same cells in the same order."""
        self._now.update(cells)
        findings = _audit(self._now, self._k, about)
        for earlier, then in self._versions:
            findings |= _audit_versions(self._now, cells, then, earlier, self._k, about)
        return findings


def audit_versions(cells: list[Cell], earlier: list[Cell], k: int, about: About) -> set[HiddenCellFinding]:
    """Findings from two published versions together: what one shows and is unchanged is known in the other."""
    return _audit_versions(Relations(cells, k), cells, Relations(earlier, k), earlier, k, about)


def audit_cells(cells: Sequence[Cell], k: int, about: About) -> set[HiddenCellFinding]:
    """Findings about one version."""
    return _audit(Relations(cells, k), k, about)


def _audit_versions(
    now: Relations, cells: Sequence[Cell], then: Relations, earlier: Sequence[Cell], k: int, about: About
) -> set[HiddenCellFinding]:
    affected = _changed(cells, earlier)

    def asked(cell: Cell) -> bool:
        return cell.period in affected and about(cell)

    found = _audit(now, k, asked, known=_shown(earlier))
    before = _audit(then, k, asked, known=_shown(cells))
    return found | {dataclasses.replace(finding, reason=f"{finding.reason}_then") for finding in before}


def _audit(
    of: Relations, k: int, about: About, known: Mapping[Key, float] | None = None
) -> set[HiddenCellFinding]:
    """Findings about one version.

    known: figures that readers have from another version. A hidden cell among them is no finding: hiding cannot
           take it back. Then only cells that hang together with such a one are asked about; what the others
           tell does not depend on the other version
    """
    cells = of.cells
    hidden = {index for index, cell in enumerate(cells) if cell.is_hidden}
    given = {i for i in hidden if known is not None and known.get(cells[i].key) == cells[i].value}
    asked = _asked(cells, hidden - given, k, about)
    if not asked or (known is not None and not given):
        return set()
    unknown = hidden - given
    # What two versions tell together may reach further than to the weeks and months around.
    periods = {cells[index].period for index in asked}
    near = of.periods if given else periods | overlapping(periods)
    rows = of.about(near)
    edge = {i for row in rows for i, _ in row.members if i in unknown and cells[i].period not in near}
    program = _program(cells, unknown, rows, asked, edge)
    if given:
        asked &= program.connected_to(given)
    questions = [Question(index, *cells[index].protection(k)) for index in asked]
    told, unsure = program.unanswered(questions, _WITHIN_A_PERIOD)
    if unsure:
        everything = _program(cells, unknown, of.about(of.periods), asked)
        told |= everything.unanswered(unsure.values(), _WITHIN_A_PERIOD)[0]
    bounded = _findings((cells[index] for index in told), "bounded")
    return bounded | _few_together(cells, rows, unknown, asked, k)


def _program(
    cells: Sequence[Cell], unknown: set[int], rows: list[Row], asked: set[int], edge: Collection[int] = ()
) -> Program:
    """Of the unknown cells in these rows and those that are asked about."""
    variables = asked | {index for row in rows for index, _ in row.members if index in unknown}
    whole = {index for index in variables if cells[index].step == 1}
    floors = {index: cells[index].least - cells[index].value for index in variables}
    return Program(floors, rows, whole, edge)


def _asked(cells: Sequence[Cell], unknown: set[int], k: int, about: About) -> set[int]:
    sensitive = [index for index in unknown if cells[index].is_sensitive(k)]
    # Equal figures that were all hidden for another one's sake could all be shown.
    own = {cells[index].tie for index in sensitive if not cells[index].is_equal_figure}
    return {i for i in sensitive if about(cells[i]) and (not cells[i].is_equal_figure or cells[i].tie in own)}


def _few_together(
    cells: Sequence[Cell], rows: list[Row], unknown: set[int], asked: set[int], k: int
) -> set[HiddenCellFinding]:
    """Lines whose hidden members have a known sum and fewer than k people.

    Units share nobody; the same person may stand in several tools and parts.
    """
    findings: set[HiddenCellFinding] = set()
    for row in rows:
        if row.kind not in _ADDED_UP or not any(index in asked for index, _ in row.members):
            continue
        hidden = [index for index, _ in row.members if index in unknown]
        signs = {sign for index, sign in row.members if index in unknown}
        sensitive = [index for index in hidden if index in asked]
        if len(signs) != 1:
            continue
        counts = [cells[index].contributors for index in hidden]
        if (sum(counts) if row.kind == "units" else max(counts)) < k:
            findings |= _findings((cells[index] for index in sensitive), "few_together")
    return findings


def _changed(cells: Iterable[Cell], earlier: Iterable[Cell]) -> set[Period]:
    """Periods in which the two versions differ in a figure or a mask; others tell nothing together."""
    now, then = ({(c.key, c.value, c.is_hidden): c.period for c in version} for version in (cells, earlier))
    changed = {period for state, period in now.items() if state not in then}
    changed |= {period for state, period in then.items() if state not in now}
    return changed | overlapping(changed)


def _shown(cells: Iterable[Cell]) -> dict[Key, float]:
    return {cell.key: cell.value for cell in cells if not cell.is_hidden}


def _findings(cells: Iterable[Cell], reason: str) -> set[HiddenCellFinding]:
    return {
        HiddenCellFinding(cell.period, cell.measure, reason, cell.unit_key, group, cell.tool)
        for cell in cells
        for group in cell.hidden_with
    }
