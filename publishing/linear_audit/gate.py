"""What publishing calls: nothing leaves that tells a hidden figure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from publishing.audit import AuditFailedError
from publishing.closed import MASKS
from publishing.linear_audit.cells import Cell
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.hiding import hide_until_clean
from publishing.linear_audit.memory import AuditMemory
from runtime.counting import counted


@dataclass(frozen=True, slots=True)
class CleanCells:
    """Cells that were found to tell nothing once they are hidden as here, against these earlier versions."""

    cells: frozenset[Cell]
    versions: frozenset[frozenset[Cell]]


class MoreToHideError(AuditFailedError):
    """Hidden figures could be computed from shown ones; the next build hides these, and comes to `expected`."""

    def __init__(self, findings: Collection[HiddenCellFinding], standing: str, expected: CleanCells) -> None:
        kinds = {(finding.period, finding.measure) for finding in findings}
        periods = {finding.period for finding in findings}
        super().__init__(
            f"The linear audit found {counted(len(kinds), 'kind')} of hidden figures in "
            f"{counted(len(periods), 'period')} that could be computed from shown ones; "
            "restricted.privacy_audit_findings has them.",
            f"{standing} The next build hides them.",
        )
        self.expected = expected


def require_nothing_told(
    memory: AuditMemory,
    run_id: str,
    k: int,
    *,
    standing: str,
    expected: CleanCells | None = None,
) -> None:
    """Audit the cells of periods whose figures appear; write down what was found and what to hide.

    standing: what readers see when this version is not published
    expected: what an audit of tonight came to; where the cells are just these, they are not asked again

    Raises:
        MoreToHideError: something is told; the next build hides it.
        AuditFailedError: there are no masks.
    """
    if not memory.has_masks:
        raise AuditFailedError(f"restricted.{MASKS} is missing, so nothing can be audited.", standing)
    asked = memory.new_periods()
    if not asked:
        return
    now, versions = memory.cells(asked)
    seen = frozenset(map(frozenset, versions))
    if expected == CleanCells(frozenset(now), seen):
        return
    hiding = hide_until_clean(now, versions, k, asked)
    before = {replace(finding, reason=f"{finding.reason}_before") for finding in hiding.told_before}
    memory.record_findings(run_id, hiding.findings | before)
    memory.hide(hiding.groups)
    if hiding.findings:
        raise MoreToHideError(hiding.findings, standing, CleanCells(frozenset(hiding.cells), seen))
