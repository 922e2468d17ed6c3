"""What the masks owe each line and each tie, as inequalities between 0 (shown) and 1 (hidden).

The rules of `macros/privacy/suppression_rules.sql`, written again as what they ask for rather than as passes
that choose. Where a rule depends on more than a cell says, the weaker form is taken, so that the fewest cells
that meet all of this are never more than the fewest that meet the rules.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from publishing.linear_audit.cells import ALL_TOOLS, COMPANY, PEOPLE, SECONDARY_REASONS, UNATTRIBUTED, Cell

PRIMARY = frozenset(
    {
        *("never_shown", "few_contributors", "few_others", "few_others_inside"),
        *("one_dominates", "two_dominate", "rest_too_small"),
    }
)
# A month that tells a hidden week is hidden before the passes begin.
_GIVEN = PRIMARY | {"secondary_period"}
_OF_ACTIVE_PEOPLE = frozenset({"feature_people", "task_people", "day_off_people"})


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The hidden ones among these cells, each with its factor, add up to at least this."""

    factors: dict[int, float]
    least: float


@dataclass(frozen=True, slots=True)
class Line:
    """Cells by their places of which one is the sum of the others, where that is a cell as well."""

    is_of_units: bool
    parts: tuple[int, ...]
    sums: tuple[int, ...]

    @property
    def members(self) -> tuple[int, ...]:
        """All of them."""
        return (*self.parts, *self.sums)


def forced(cells: Sequence[Cell]) -> set[int]:
    """Cells that are hidden whatever is chosen: for their own sake, or tied to one that is."""
    followers: dict[int, list[int]] = defaultdict(list)
    for leader, follower in ties(cells):
        followers[leader].append(follower)
    found = {place for place, cell in enumerate(cells) if cell.hidden_reason in _GIVEN}
    waiting = list(found)
    while waiting:
        more = [place for place in followers[waiting.pop()] if place not in found]
        found.update(more)
        waiting += more
    return found


def requirements(cells: Sequence[Cell], k: int) -> Iterator[AtLeast]:
    """Every inequality that is not met by the forced cells alone."""
    given = forced(cells)
    for line in _lines(cells):
        for asked in _of_line(cells, line, given, k):
            left = _beyond(asked, given)
            if left is not None:
                yield left
    for leader, follower in ties(cells):
        if follower not in given:
            yield AtLeast({follower: 1.0, leader: -1.0}, 0.0)


def ties(cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Pairs of which the second is hidden wherever the first one is."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    holders: dict[Hashable, int] = {}
    active: dict[Hashable, int] = {}
    for place, cell in enumerate(cells):
        groups[cell.tie].append(place)
        row = (cell.period, cell.unit_key, cell.tool)
        if cell.measure == "seat_holders":
            holders[*row, cell.item] = place
        if cell.measure == "active_people":
            active[row] = place
    for group in groups.values():
        for leader in group:
            for follower in group:
                if leader != follower and _follows(cells[follower], cells[leader]):
                    yield leader, follower
    for place, cell in enumerate(cells):
        row = (cell.period, cell.unit_key, cell.tool)
        of_seat = holders.get((*row, cell.item)) if cell.kind == PEOPLE and cell.part_item else None
        of_use = active.get(row) if cell.measure in _OF_ACTIVE_PEOPLE else None
        for leading in (of_seat, of_use):
            if leading is not None and leading != place:
                yield leading, place


def _follows(cell: Cell, hidden: Cell) -> bool:
    return cell.kind != PEOPLE or (hidden.kind == PEOPLE and cell.value <= hidden.value)


def _lines(cells: Sequence[Cell]) -> Iterator[Line]:
    units: dict[Hashable, list[int]] = defaultdict(list)
    tools: dict[Hashable, list[int]] = defaultdict(list)
    parts: dict[Hashable, list[int]] = defaultdict(list)
    for place, cell in enumerate(cells):
        if cell.unit_key != UNATTRIBUTED:
            units[cell.period, cell.tool, cell.measure, cell.item].append(place)
        if cell.is_additive:
            tools[cell.period, cell.unit_key, cell.measure, cell.item].append(place)
        if cell.part_group is not None:
            parts[cell.period, cell.unit_key, cell.tool, cell.part_group, cell.part_item].append(place)
    yield from _split(units.values(), cells, lambda cell: cell.unit_key == COMPANY, is_of_units=True)
    yield from _split(tools.values(), cells, lambda cell: cell.tool == ALL_TOOLS)
    yield from _split(parts.values(), cells, lambda cell: cell.is_part_total)


def _split(
    lines: Iterable[list[int]],
    cells: Sequence[Cell],
    is_sum: Callable[[Cell], bool],
    *,
    is_of_units: bool = False,
) -> Iterator[Line]:
    for line in lines:
        if len(line) > 1:
            sums = tuple(place for place in line if is_sum(cells[place]))
            yield Line(is_of_units, tuple(place for place in line if place not in sums), sums)


def _of_line(cells: Sequence[Cell], line: Line, given: set[int], k: int) -> Iterator[AtLeast]:
    hidden = [place for place in line.members if place in given]
    if len(hidden) < 2:
        # One alone would be the difference of the others.
        for one in hidden or line.members:
            yield AtLeast({**dict.fromkeys(line.members, 1.0), one: -1.0}, 0.0)
    if any(place in given for place in line.sums):
        return
    rooms = [room for room in (_room(cells[place], k) for place in hidden) if room is not None]
    if rooms:
        yield _or_sum(line, {place: _spare(cells[place], k) for place in line.parts}, max(rooms))
        if line.is_of_units or cells[line.members[0]].kind == PEOPLE:
            yield _or_sum(line, {place: float(cells[place].contributors) for place in line.parts}, float(k))
        else:
            enough = [place for place in line.parts if cells[place].contributors >= k]
            yield _or_sum(line, dict.fromkeys(enough, 1.0), 1.0)
    if line.is_of_units and any(cells[place].hidden_reason == "few_others" for place in hidden):
        yield _or_sum(line, {place: _spare_others(cells[place], k) for place in line.parts}, k - 1.0)


def _or_sum(line: Line, factors: dict[int, float], least: float) -> AtLeast:
    """Of the parts together; with the sum hidden as well, nothing more is asked for."""
    return AtLeast({**factors, **dict.fromkeys(line.sums, least)}, least)


def _least(cell: Cell, k: int) -> float:
    """The least that readers know of it: `known_least()`."""
    if cell.kind == PEOPLE and cell.contributors >= k:
        return float(k)
    return 0.0 if cell.mask_group == "seat_classes" else 1.0


def _room(cell: Cell, k: int) -> float | None:
    """How much larger it must be able to be: `protected_room()`, with few others inside the least."""
    if cell.hidden_reason is None or cell.hidden_reason in SECONDARY_REASONS:
        return None
    if cell.hidden_reason == "few_others_inside":
        return cell.value - (k - 1)
    if cell.kind == PEOPLE:
        return k - _least(cell, k) if cell.contributors < k else None
    return cell.value + cell.largest * 0.3 - 1 if cell.largest * 0.3 > 2 else cell.value + 1


def _spare(cell: Cell, k: int) -> float:
    """What it adds to the room of others; money below 1 is no room, and none is taken away for it."""
    return max(cell.value - _least(cell, k), 0.0)


def _spare_others(cell: Cell, k: int) -> float:
    others = cell.others or 0
    return float(others - min(others, k if others >= k else 1))


def _beyond(asked: AtLeast, given: set[int]) -> AtLeast | None:
    """What is left of it beside the forced cells; None where that is nothing.

    What all cells together cannot reach is asked for as far as they can: the rules then hide the whole line.
    """
    least = asked.least - sum(factor for place, factor in asked.factors.items() if place in given)
    free = {place: factor for place, factor in asked.factors.items() if place not in given and factor}
    least = min(least, sum(factor for factor in free.values() if factor > 0))
    is_met = least <= sum(factor for factor in free.values() if factor < 0) + 1e-9
    if is_met:
        return None
    if least > 0:
        # No cell counts for more than is asked for: the same whole solutions, and a closer bound.
        free = {place: min(factor, least) for place, factor in free.items()}
    return AtLeast(free, least)
