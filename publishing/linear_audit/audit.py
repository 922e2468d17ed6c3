"""Which hidden figures readers could come too near to, from cells alone: no database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from publishing.linear_audit.cells import Cell, Key
from publishing.linear_audit.complements import with_complements
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.months import overlapping
from publishing.linear_audit.relations import relations
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
    """The cells that were found, and those of the same unit and measure."""
    wanted = frozenset((finding.period, finding.unit_key, finding.measure) for finding in findings)
    return lambda cell: (cell.period, cell.unit_key, cell.measure) in wanted


def audit(cells: list[Cell], versions: Iterable[list[Cell]], k: int, about: About) -> set[HiddenCellFinding]:
    """Every finding about hidden cells that `about` names; other cells serve as knowledge.

    versions: cells of each earlier version that readers have or may have
    """
    findings = audit_cells(cells, k, about)
    for earlier in versions:
        findings |= audit_versions(cells, earlier, k, about)
    return findings


def audit_versions(cells: list[Cell], earlier: list[Cell], k: int, about: About) -> set[HiddenCellFinding]:
    """Findings from two published versions together: what one shows and is unchanged is known in the other."""
    affected = _changed(cells, earlier)

    def asked(cell: Cell) -> bool:
        return cell.period in affected and about(cell)

    found = audit_cells(cells, k, asked, known=_shown(earlier))
    then = audit_cells(earlier, k, asked, known=_shown(cells))
    return found | {dataclasses.replace(finding, reason=f"{finding.reason}_then") for finding in then}


def audit_cells(
    cells: Sequence[Cell], k: int, about: About, known: Mapping[Key, float] | None = None
) -> set[HiddenCellFinding]:
    """Findings about one version.

    known: figures that readers have from another version. A hidden cell among them is no finding: hiding cannot
           take it back. Then only cells that hang together with such a one are asked about; what the others
           tell does not depend on the other version
    """
    cells, complements = with_complements(cells, k)
    hidden = {index for index, cell in enumerate(cells) if cell.is_hidden}
    given = {i for i in hidden if known is not None and known.get(cells[i].key) == cells[i].value}
    asked = _asked(cells, hidden - given, k, about)
    if not asked or (known is not None and not given):
        return set()
    rows = relations(cells, k) + complements
    unknown = hidden - given
    whole = {index for index in unknown if cells[index].step == 1}
    program = Program({index: cells[index].least - cells[index].value for index in unknown}, rows, whole)
    if known is not None:
        asked &= program.connected_to(given)
    questions = [Question(index, *cells[index].protection(k)) for index in asked]
    told = program.unanswered(questions, _WITHIN_A_PERIOD)
    bounded = _findings((cells[index] for index in told), "bounded")
    return bounded | _few_together(cells, rows, unknown, asked, k)


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
        hidden = [index for index, _ in row.members if index in unknown]
        signs = {sign for index, sign in row.members if index in unknown}
        sensitive = [index for index in hidden if index in asked]
        if row.kind not in _ADDED_UP or len(signs) != 1 or not sensitive:
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
