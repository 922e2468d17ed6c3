"""Everything that a reader knows about figures besides the shown ones themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

import numpy as np

from publishing.linear_audit.cells import Cell
from publishing.linear_audit.complements import with_complements
from publishing.linear_audit.findings import HiddenCellFinding
from publishing.linear_audit.inequalities import behind_totals, inequalities
from publishing.linear_audit.lines import sums, ties
from publishing.linear_audit.months import overlapping, weeks_and_months
from publishing.linear_audit.prices import prices
from publishing.linear_audit.rows import Row
from publishing.linear_audit.solver import Known, Question, Solver
from publishing.linear_audit.system import Floats, Marks, Places, System
from publishing.linear_audit.together import ADDED_UP, Sums
from publishing.periods import Period

_WITHIN_A_PERIOD = ADDED_UP | {"sizes", "prices", "others"}


class Relations:
    """Relations that hold for the exact figures, of one version while more and more of it is hidden.

    One that does not hold (people who moved within the month, figures that are only nearly the same) is no
    knowledge: who assumed it would be wrong.

    Attributes:
        cells: those of the version and, after them, the rests of wholes, which are never shown.
    """

    def __init__(self, cells: Sequence[Cell], k: int) -> None:
        """Work out what does not depend on what is hidden."""
        self.cells, complements = with_complements(cells, k)
        self._k = k
        self._rests = len(self.cells) - len(cells)
        self._number = {period: number for number, period in enumerate({cell.period for cell in cells})}
        self._periods = np.array([self._number[cell.period] for cell in self.cells], dtype=np.int64)
        rows = [*_rows(self.cells, k), *complements]
        self._system = System.of(
            np.array([cell.least - cell.value for cell in self.cells]),
            np.array([cell.step == 1 for cell in self.cells], dtype=np.bool_),
            self._periods,
            rows,
            _WITHIN_A_PERIOD,
        )
        self._sums = Sums.of(rows, self.cells)
        self._behind = _behind(self.cells, k)
        self._solver = Solver(self._system)
        self._sensitive = self._marks(i for i, cell in enumerate(self.cells) if cell.is_sensitive(k))
        self._is_equal = np.array([cell.is_equal_figure for cell in self.cells], dtype=np.bool_)
        self._ties = _numbered(cell.tie for cell in self.cells)
        self._places: dict[tuple[Period, str, str, str], list[int]] = defaultdict(list)
        for index in np.flatnonzero(self._sensitive).tolist():
            cell = self.cells[index]
            self._places[cell.period, cell.unit_key, cell.tool, cell.measure].append(index)

    def about(self, is_asked: Callable[[Cell], bool]) -> Marks:
        """The sensitive cells that are asked about."""
        sensitive = np.flatnonzero(self._sensitive).tolist()
        return self._marks(index for index in sensitive if is_asked(self.cells[index]))

    def found(self, findings: Iterable[HiddenCellFinding]) -> Marks:
        """The cells that were found."""
        keys = {(f.period, f.unit_key, f.tool, f.measure) for f in findings}
        return self._marks(index for key in keys for index in self._places.get(key, ()))

    def of(self, periods: Iterable[Period]) -> Marks:
        """Every cell of these periods."""
        return np.isin(self._periods, self._numbers(periods))

    def findings(self, hidden: Marks, asked: Marks, given: Marks | None = None) -> set[HiddenCellFinding]:
        """Findings about the sensitive ones of the cells that are asked about.

        hidden: cells without the rests
        given: hidden ones that readers have from another version. They are no finding: hiding them cannot take
               that back. Then only cells that hang together with such a one are asked about; what the others
               tell does not depend on the other version
        """
        hidden = np.concatenate([hidden, np.ones(self._rests, dtype=np.bool_)])
        unknown = (
            hidden if given is None else hidden & ~np.concatenate([given, np.zeros(self._rests, np.bool_)])
        )
        asked = asked & self._needing_room(unknown)
        if not asked.any() or (given is not None and not given.any()):
            return set()
        if given is None:
            periods = {self.cells[index].period for index in np.flatnonzero(asked).tolist()}
            # What two versions tell together may reach further than to the weeks and months around.
            known = self._known(hidden, unknown, self._numbers(periods | overlapping(periods)))
        else:
            known = self._known(hidden, unknown, None)
            constants = np.concatenate([given, np.zeros(self._rests, dtype=np.bool_)])
            asked &= known.connected_to(self._system.column[constants])[self._system.column]
        questions = [self._question(index) for index in np.flatnonzero(asked).tolist()]
        told = self._solver.refused(known, questions, lambda: self._known(hidden, unknown, None))
        bounded = asked & np.isin(self._system.column, list(told))
        few = self._sums.few_together(unknown, asked, self._k)
        return self._named(bounded, "bounded") | self._named(few, "few_together")

    def _needing_room(self, unknown: Marks) -> Marks:
        """Unknown cells that nobody may come near to.

        Equal figures that were all hidden for another one's sake could all be shown.
        """
        sensitive = unknown & self._sensitive
        own = np.bincount(self._ties, sensitive & ~self._is_equal) > 0
        needing: Marks = sensitive & (~self._is_equal | own[self._ties])
        return needing

    def _known(self, hidden: Marks, unknown: Marks, periods: Places | None) -> Known:
        """What limits columns of these periods, by number; None for all of them."""
        system = self._system
        floors = system.floors.copy()
        total, people, floor = self._behind
        shows = ~hidden[total] & unknown[people]
        np.maximum.at(floors, system.column[people[shows]], floor[shows])
        near = np.ones(len(floors), np.bool_) if periods is None else np.isin(system.periods, periods)
        return Known(system, floors, system.free(unknown), near)

    def _question(self, index: int) -> Question:
        return Question(int(self._system.column[index]), *self.cells[index].protection(self._k))

    def _numbers(self, periods: Iterable[Period]) -> Places:
        return np.array([self._number[period] for period in periods if period in self._number], dtype=np.int64)

    def _marks(self, places: Iterable[int]) -> Marks:
        marks = np.zeros(len(self.cells), dtype=np.bool_)
        marks[list(places)] = True
        return marks

    def _named(self, told: Marks, reason: str) -> set[HiddenCellFinding]:
        return {
            HiddenCellFinding(cell.period, cell.measure, reason, cell.unit_key, group, cell.tool)
            for cell in (self.cells[index] for index in np.flatnonzero(told).tolist())
            for group in cell.hidden_with
        }


def _numbered(things: Iterable[Hashable]) -> Places:
    """Equal ones by the same number."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(thing, len(numbers)) for thing in things], dtype=np.int64)


def _rows(cells: Sequence[Cell], k: int) -> Iterator[Row]:
    """Relations within each period, and between weeks and months."""
    periods: dict[Period, dict[int, Cell]] = defaultdict(dict)
    for index, cell in enumerate(cells):
        periods[cell.period][index] = cell
    for of_period in periods.values():
        yield from sums(of_period)
        yield from ties(of_period)
        yield from inequalities(of_period, k)
        yield from prices(of_period)
    yield from weeks_and_months(dict(enumerate(cells)))


def _behind(cells: Sequence[Cell], k: int) -> tuple[Places, Places, Floats]:
    """Totals, the counts of people behind each, and how far down these may go while the total is shown."""
    found = list(behind_totals(dict(enumerate(cells)), k))
    totals, people, rooms = zip(*found, strict=True) if found else ((), (), ())
    return np.array(totals, np.int64), np.array(people, np.int64), -np.array(rooms, np.float64)
