"""Those who do not do something: the rest of a whole, as cells of their own.

A shown count of active people beside the headcount tells how many are not active, and one to k - 1 of those
are as easy to find as one to k - 1 active ones. So such a rest takes part as a hidden count: it must remain
possible that there are k of them, or that there is nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from publishing.linear_audit.cells import OTHERS, Cell, Key
from publishing.linear_audit.headcounts import headcounts
from publishing.linear_audit.knowledge import HEADCOUNT, TIER_PEOPLE, UNCACHED_TIER_PEOPLE, WHOLES
from publishing.linear_audit.rows import Row
from publishing.linear_audit.tiers import Members, of_tiers
from publishing.periods import Period


def with_complements(cells: Sequence[Cell], k: int) -> tuple[list[Cell], list[Row]]:
    """The cells and, after them, each rest of 1 to k - 1 people; and that it and the part are the whole.

    Cells of releases that did not protect a rest (`others` is None) have none. Who reaches a tier of tokens by
    cache reads alone is a rest as well.
    """
    found = list(cells)
    rows = []
    parts = [i for i, cell in enumerate(cells) if cell.others is not None and cell.measure in WHOLES]
    places = {cell.key: index for index, cell in enumerate(cells)} if parts else {}
    heads = headcounts(cells)
    for part in parts:
        cell = cells[part]
        for whole in WHOLES[cell.measure]:
            for value, at in _whole(cell, whole, cells, places, heads.get((cell.period, cell.unit_key))):
                if 0 < value - cell.value < k:
                    members = [] if at is None else [(at, -1.0)]
                    rows.append(Row("others", ((part, 1.0), (len(found), 1.0), *members)))
                    group = "" if at is None else cells[at].mask_group
                    found.append(_rest(cell, whole, value - cell.value, group))
    for tier, uncached, reached in _tiers_of_units(cells):
        rest = sum(cells[at].value for at, _ in reached) - sum(cells[at].value for at, _ in uncached)
        if 0 < rest < k:
            without_it = (*uncached, *((at, -factor) for at, factor in reached))
            rows.append(Row("others", ((len(found), 1.0), *without_it)))
            cell = replace(cells[(uncached or reached)[0][0]], item=tier)
            found.append(_rest(cell, TIER_PEOPLE, rest, cells[reached[0][0]].mask_group))
    return found, rows


def _tiers_of_units(cells: Sequence[Cell]) -> Iterator[tuple[str, Members, Members]]:
    units: dict[tuple[Period, str], dict[tuple[str, str, str], int]] = defaultdict(dict)
    for index, cell in enumerate(cells):
        if cell.measure in (TIER_PEOPLE, UNCACHED_TIER_PEOPLE):
            units[cell.period, cell.unit_key][cell.tool, cell.measure, cell.item] = index
    for places in units.values():
        yield from of_tiers(places)


def _whole(
    cell: Cell, whole: str, cells: Sequence[Cell], places: dict[Key, int], headcount: float | None
) -> Iterator[tuple[float, int | None]]:
    """Its value, and its place among the cells; a headcount is none, and always shown."""
    if whole == HEADCOUNT:
        if headcount is not None:
            yield headcount, None
        return
    place = (cell.period, cell.unit_key, cell.tool, whole)
    index = places.get((*place, cell.item), places.get((*place, "")))
    if index is not None:
        yield cells[index].value, index


def _rest(cell: Cell, whole: str, others: float, whole_group: str) -> Cell:
    return replace(
        cell,
        measure=f"{whole} less {cell.measure}",
        kind=OTHERS,
        is_additive=False,
        part_group=None,
        is_part_total=False,
        tie_group=f"{whole} less {cell.tie_group}",
        value=others,
        contributors=int(others),
        largest=0.0,
        hidden_reason="few_others",
        others=None,
        whole_group=whole_group,
    )
