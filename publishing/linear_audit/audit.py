"""Which hidden figures readers could come too near to, from cells alone: no database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np

from publishing.linear_audit.cells import Cell
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.months import overlapping
from publishing.linear_audit.relations import Relations
from publishing.linear_audit.system import Marks, Places
from publishing.periods import Period

About = Callable[[Cell], bool]


def of_periods(periods: Collection[Period]) -> About:
    """All cells of these periods."""
    wanted = frozenset(periods)
    return lambda cell: cell.period in wanted


def audit(cells: list[Cell], versions: Iterable[list[Cell]], k: int, about: About) -> set[HiddenCellFinding]:
    """Every finding about hidden cells that `about` names; other cells serve as knowledge.

    versions: cells of each earlier version that readers have or may have
    """
    return Audit(cells, versions, k).ask(about)


def audit_cells(cells: Sequence[Cell], k: int, about: About) -> set[HiddenCellFinding]:
    """Findings about one version."""
    return Audit(cells, [], k).ask(about)


def audit_versions(cells: list[Cell], earlier: list[Cell], k: int, about: About) -> set[HiddenCellFinding]:
    """Findings from two published versions together: what one shows and is unchanged is known in the other."""
    now = Relations(cells, k)
    return _Comparison(now, cells, earlier, k).findings(hidden_ones(cells), lambda of: of.about(about))


class Audit:
    """Asks about one build again and again, while more and more of it is hidden."""

    def __init__(self, cells: Sequence[Cell], versions: Iterable[Sequence[Cell]], k: int) -> None:
        """versions: cells of each earlier version that readers have or may have."""
        self._hidden = hidden_ones(cells)
        self._now = Relations(cells, k)
        self._versions = [_Comparison(self._now, cells, earlier, k) for earlier in versions]

    def ask(self, about: About) -> set[HiddenCellFinding]:
        """Every finding about the cells that `about` names, as they were built."""
        return self._ask(self._hidden, lambda of: of.about(about))

    def ask_again(self, more: Marks, about: Collection[HiddenCellFinding]) -> set[HiddenCellFinding]:
        """Every finding about the cells of these findings, with more of the cells hidden."""
        return self._ask(self._hidden | more, lambda of: of.found(about))

    def _ask(self, hidden: Marks, chosen: _Chosen) -> set[HiddenCellFinding]:
        findings = self._now.findings(hidden, chosen(self._now))
        return findings.union(*(version.findings(hidden, chosen) for version in self._versions))


# The cells of a version that are asked about.
_Chosen = Callable[[Relations], Marks]


class _Comparison:
    """A version beside an earlier one: what one of them shows is known in the other where it is the same."""

    def __init__(self, now: Relations, cells: Sequence[Cell], earlier: Sequence[Cell], k: int) -> None:
        self._now, self._then = now, Relations(earlier, k)
        self._hidden_then = hidden_ones(earlier)
        places = {(cell.key, cell.value): place for place, cell in enumerate(earlier)}
        pairs = [
            (place, places[cell.key, cell.value])
            for place, cell in enumerate(cells)
            if (cell.key, cell.value) in places
        ]
        self._same_now, self._same_then = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        self._periods_now = [cell.period for cell in cells]
        self._periods_then = [cell.period for cell in earlier]

    def findings(self, hidden: Marks, chosen: _Chosen) -> set[HiddenCellFinding]:
        """About this version, and as `…_then` about the earlier one.

        hidden: what this version hides
        """
        now, then = self._same_now, self._same_then
        is_hidden, was_hidden = hidden[now], self._hidden_then[then]
        affected = self._changed(is_hidden == was_hidden)
        found = self._now.findings(
            hidden,
            chosen(self._now) & self._now.of(affected),
            _marks(len(hidden), now[is_hidden & ~was_hidden]),
        )
        before = self._then.findings(
            self._hidden_then,
            chosen(self._then) & self._then.of(affected),
            _marks(len(self._hidden_then), then[was_hidden & ~is_hidden]),
        )
        return found | {dataclasses.replace(finding, reason=f"{finding.reason}_then") for finding in before}

    def _changed(self, is_same: Marks) -> set[Period]:
        """Periods in which the two differ in a figure or a mask; others tell nothing together."""
        changed: set[Period] = set()
        for periods, same in ((self._periods_now, self._same_now), (self._periods_then, self._same_then)):
            differs = ~_marks(len(periods), same[is_same])
            changed |= {periods[place] for place in np.flatnonzero(differs).tolist()}
        return changed | overlapping(changed)


def hidden_ones(cells: Iterable[Cell]) -> Marks:
    """Which of the cells are hidden."""
    return np.array([cell.is_hidden for cell in cells], dtype=np.bool_)


def _marks(size: int, places: Places) -> Marks:
    marks = np.zeros(size, dtype=np.bool_)
    marks[places] = True
    return marks
