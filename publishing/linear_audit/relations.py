"""Everything that a reader knows about figures besides the shown ones themselves."""

from __future__ import annotations

from collections.abc import Sequence

from publishing.linear_audit.cells import Cell
from publishing.linear_audit.inequalities import inequalities
from publishing.linear_audit.lines import sums, ties
from publishing.linear_audit.months import weeks_and_months
from publishing.linear_audit.rows import Row


def relations(cells: Sequence[Cell], k: int) -> list[Row]:
    """Every relation that holds for the exact figures and has a hidden member.

    One that does not hold (people who moved within the month, figures that are only nearly the same) is no
    knowledge: who assumed it would be wrong.
    """
    found = [*sums(cells), *ties(cells), *weeks_and_months(cells), *inequalities(cells, k)]
    return [row for row in found if any(cells[index].is_hidden for index, _ in row.members)]
