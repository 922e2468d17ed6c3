"""The cells that the linear audit reasons about: exact figures with their masks, as the models settled them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from publishing.linear_audit.knowledge import HIDDEN_WITH_ZEROS
from publishing.periods import Period

COMPANY = "all"
ALL_TOOLS = "all"
UNATTRIBUTED = "unattributed"
# Reasons of cells that could be shown by themselves and are hidden for the sake of another one.
SECONDARY_REASONS = frozenset(
    {"secondary_unit", "secondary_tool", "secondary_part", "secondary_period", "unresolved_line", "audit"}
)
# Money and credits. All other measures are whole numbers, and a hidden one is at least 1.
_FRACTIONAL = ("cost", "credits", "seat_days")
# As far as the rule of dominance keeps a reader away from the largest share of a figure that is shown.
DOMINANCE_SHARE = 0.15

# Kinds of parts that can all be hidden while their sum is shown.
_PARTS_ALONE = frozenset({"prompt_length", "session_tier", "model_family"})

# Kinds of cells: counts of people, of people who are the rest of a whole, and what adds up over people.
PEOPLE, OTHERS, TOTAL = "people", "others", "total"

Key = tuple[Period, str, str, str, str]
COLUMNS = (
    "period_type, period_start, unit_key, tool, measure, item, kind, is_additive, part_group, is_part_total, "
    "tie_group, mask_group, value, contributors, largest, hidden_reason, "
    "others, part_item"
)
# Columns that cells of earlier releases lack, with their types; there they are NULL.
LATER_COLUMNS = {"others": "bigint", "part_item": "varchar"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One exact figure of one unit, tool, period and item; grain and names of `suppression_masks`.

    others: people of a known whole who are not counted here; None where there is no such whole
    part_item: item whose parts add up, where those of each item do so by themselves; of people who use a
        feature or tool the category of tasks that it stands for
    whole_group: of a rest the mask group of its whole; mask_group is that of the part
    """

    period: Period
    unit_key: str
    tool: str
    measure: str
    item: str
    kind: str
    is_additive: bool
    part_group: str | None
    is_part_total: bool
    tie_group: str
    mask_group: str
    value: float
    contributors: int
    largest: float
    hidden_reason: str | None
    others: int | None = None
    part_item: str = ""
    whole_group: str = ""

    @property
    def key(self) -> Key:
        """What tells it from every other cell."""
        return (self.period, self.unit_key, self.tool, self.measure, self.item)

    @property
    def is_hidden(self) -> bool:
        """Whether readers see NULL."""
        return self.hidden_reason is not None

    @property
    def hidden_with(self) -> set[str]:
        """What is hidden as a whole when the audit finds this cell: its parts where it is one, or its group."""
        if self.part_group in _PARTS_ALONE and not self.is_part_total:
            return {str(self.part_group)}
        return {self.mask_group, self.whole_group or self.mask_group}

    @property
    def least(self) -> float:
        """What a reader knows it to be at least: a zero is shown, so a hidden count is 1 or more.

        Of a rest nothing is known, nor of what is hidden together with its zeros.
        """
        is_zero_hidden = self.kind == OTHERS or self.mask_group in HIDDEN_WITH_ZEROS
        return 0.0 if is_zero_hidden else min(self.value, self.step)

    @property
    def step(self) -> float:
        """The smallest difference between two values: 1 for a count, 0 for money and credits."""
        return 0.0 if any(word in self.measure for word in _FRACTIONAL) else 1.0

    def is_sensitive(self, k: int) -> bool:
        """Whether it had to be hidden for itself: only then must nobody come near it.

        A cell that was hidden for another one's sake could stand in the published table as it is. Of one that
        was hidden as an equal figure, the ones that it is equal to decide. A zero has nobody behind it: it is
        only hidden with its row.
        """
        if self.hidden_reason is None or self.hidden_reason in SECONDARY_REASONS or not self.value:
            return False
        return self.kind == TOTAL or self.contributors < k

    @property
    def is_equal_figure(self) -> bool:
        """Whether it was hidden because another figure is the same number, or nearly."""
        return self.hidden_reason == "same_figure"

    @property
    def tie(self) -> tuple[Period, str, str]:
        """What it shares with the figures that are the same number, or nearly."""
        return (self.period, self.unit_key, self.tie_group)

    def protection(self, k: int) -> tuple[float, float, tuple[float, float] | None]:
        """How far below and above its value a cell must remain possible; or, where that is enough, how far to
        one side alone.

        People: up to k, so that "fewer than k" is not certain. A rest: up to k or down to nobody. Totals: 15 %
        of the largest share, and one step of a count, to both sides; or twice as much to one side.
        """
        if self.kind == PEOPLE:
            return 0.0, k - self.value, None
        if self.kind == OTHERS:
            return self.value, k - self.value, (self.value, k - self.value)
        margin = max(DOMINANCE_SHARE * abs(self.largest), self.step, 0.01)
        return margin, margin, (2 * margin, 2 * margin)


def columns_of(present: set[str]) -> str:
    """`COLUMNS` of a table that has these."""
    return ", ".join(
        f"cast(null as {LATER_COLUMNS[name]}) as {name}" if name in LATER_COLUMNS.keys() - present else name
        for name in COLUMNS.split(", ")
    )


def cells_of(rows: Iterable[tuple[Any, ...]]) -> list[Cell]:
    """Rows in the order of `COLUMNS`, in the types of Python."""
    periods: dict[tuple[str, dt.date], Period] = {}
    cells = []
    for period_type, start, *figures in rows:
        key = (period_type, start.date() if isinstance(start, dt.datetime) else start)
        period = periods.setdefault(key, Period(*key))
        value, contributors, largest, reason, others, part_item = figures[-6:]
        exact = (float(value), int(contributors), float(largest or 0))
        added = (None if others is None else int(others), part_item or "")
        cells.append(Cell(*(period, *figures[:-6], *exact, reason, *added)))
    return cells
