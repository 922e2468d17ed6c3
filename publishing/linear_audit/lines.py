"""What readers can add up: sums over units, tools and parts, and equal figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from publishing.linear_audit.cells import ALL_TOOLS, COMPANY, UNATTRIBUTED, Cell
from publishing.linear_audit.rows import SAME, Cells, Row


def sums(cells: Cells) -> Iterator[Row]:
    """Units and the company, tools and `all`, parts and their whole."""
    units: dict[tuple[object, ...], list[int]] = defaultdict(list)
    tools: dict[tuple[object, ...], list[int]] = defaultdict(list)
    parts: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, cell in cells.items():
        if cell.unit_key != UNATTRIBUTED:
            units[cell.period, cell.tool, cell.measure, cell.item].append(index)
        if cell.is_additive:
            tools[cell.period, cell.unit_key, cell.measure, cell.item].append(index)
        if cell.part_group is not None:
            parts[cell.period, cell.unit_key, cell.tool, cell.part_group, cell.part_item].append(index)
    yield from _balanced("units", units.values(), cells, lambda cell: cell.unit_key == COMPANY)
    yield from _balanced("tools", tools.values(), cells, lambda cell: cell.tool == ALL_TOOLS)
    yield from _balanced("parts", parts.values(), cells, lambda cell: cell.is_part_total)


def _balanced(
    kind: str, lines: Iterable[list[int]], cells: Cells, is_sum: Callable[[Cell], bool]
) -> Iterator[Row]:
    for line in lines:
        signs = [(index, -1.0 if is_sum(cells[index]) else 1.0) for index in line]
        if len(line) < 2 or sum(sign < 0 for _, sign in signs) != 1:
            continue
        difference = sum(sign * cells[index].value for index, sign in signs)
        if abs(difference) <= max(SAME, 1e-9 * max(abs(cells[index].value) for index in line)) * len(line):
            yield Row(kind, tuple(signs))


def ties(cells: Cells) -> Iterator[Row]:
    """Figures that are the same number."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, cell in cells.items():
        groups[*cell.tie, cell.value].append(index)
    for group in groups.values():
        for other in group[1:]:
            yield Row("ties", ((group[0], 1.0), (other, -1.0)))
