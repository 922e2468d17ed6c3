"""People by tier of tokens: who reaches one, or a higher one, with and without cache reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from publishing.linear_audit.cells import ALL_TOOLS
from publishing.linear_audit.knowledge import TIER_PEOPLE, UNCACHED_TIER_PEOPLE

# Members of a sum, each with its factor.
Members = list[tuple[int, float]]


def of_tiers(places: Mapping[tuple[str, str, str], int]) -> Iterator[tuple[str, Members, Members]]:
    """Each tier of a unit and period: who reaches it without cache reads, and by all tokens.

    places: cells by tool, measure and item. Tiers in which nobody is have no cell.
    """
    found: dict[str, dict[str, int]] = {TIER_PEOPLE: {}, UNCACHED_TIER_PEOPLE: {}}
    for (tool, measure, item), index in places.items():
        if tool == ALL_TOOLS and measure in found:
            found[measure][item] = index
    reached, uncached = found.values()
    for tier in sorted({*reached, *uncached}):
        yield (
            tier,
            [(index, 1.0) for item, index in uncached.items() if item >= tier],
            [(index, 1.0) for item, index in reached.items() if item >= tier],
        )
