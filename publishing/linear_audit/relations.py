"""Everything that a reader knows about figures besides the shown ones themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from publishing.linear_audit.cells import Cell
from publishing.linear_audit.complements import with_complements
from publishing.linear_audit.inequalities import behind_totals, inequalities
from publishing.linear_audit.lines import sums, ties
from publishing.linear_audit.months import weeks_and_months
from publishing.linear_audit.rows import Row
from publishing.periods import Period


class Relations:
    """Relations that hold for the exact figures, of one version while more and more of it is hidden.

    One that does not hold (people who moved within the month, figures that are only nearly the same) is no
    knowledge: who assumed it would be wrong.

    Attributes:
        cells: those of the version and, after them, the rests of wholes.
    """

    def __init__(self, cells: Sequence[Cell], k: int) -> None:
        """Work out what does not depend on what is hidden."""
        with_rests, complements = with_complements(cells, k)
        self._k, self._rests = k, with_rests[len(cells) :]
        self.cells: Sequence[Cell] = with_rests
        self._places: dict[Period, list[int]] = defaultdict(list)
        for index, cell in enumerate(with_rests):
            self._places[cell.period].append(index)
        self._complements: dict[Period, list[Row]] = defaultdict(list)
        for row in complements:
            self._complements[with_rests[row.members[0][0]].period].append(row)
        self._between: dict[Period, list[Row]] = defaultdict(list)
        for row in weeks_and_months(dict(enumerate(with_rests))):
            for period in {with_rests[index].period for index, _ in row.members}:
                self._between[period].append(row)
        self._within: dict[Period, list[Row]] = {}

    def update(self, cells: Sequence[Cell]) -> None:
        """The same cells in the same order, of which others are hidden."""
        self.cells = [*cells, *self._rests]

    @property
    def periods(self) -> Collection[Period]:
        """Those of the cells."""
        return self._places.keys()

    def about(self, periods: Iterable[Period]) -> list[Row]:
        """Every relation with a hidden member in these periods."""
        found: dict[int, Row] = {}
        for period in periods:
            if period in self._places:
                found.update((id(row), row) for row in (*self._of(period), *self._between[period]))
        return [row for row in found.values() if any(self.cells[index].is_hidden for index, _ in row.members)]

    def _of(self, period: Period) -> list[Row]:
        cells = {index: self.cells[index] for index in self._places[period]}
        rows = self._within.get(period)
        if rows is None:
            rows = [*sums(cells), *ties(cells), *inequalities(cells, self._k), *self._complements[period]]
            self._within[period] = rows
        return [*rows, *behind_totals(cells, self._k)]
