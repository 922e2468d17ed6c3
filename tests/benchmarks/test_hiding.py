"""The fewest second figures, on lines that can be checked by hand and against every choice there is."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.hiding.fewest import Fewest, fewest, is_met
from benchmarks.hiding.requirements import PRIMARY, forced, requirements
from publishing.linear_audit.cells import Cell
from tests.publishing.organisations import cells as cells_of
from tests.publishing.organisations import draw, headcounts
from tests.publishing.suppression_sql import SuppressionSql
from tests.publishing.test_linear_audit import K, count, total

SECONDS = 10.0


def names(cells: Sequence[Cell], found: Fewest) -> set[tuple[str, str]]:
    """Unit and tool of what was chosen."""
    return {(cells[place].unit_key, cells[place].tool) for place in found.chosen}


def test_one_hidden_unit_needs_one_more() -> None:
    cells = [count("legal", 3, "few_contributors"), count("people", 9), count("sales", 20), count("all", 32)]
    found = fewest(cells, K, SECONDS)
    assert (len(found.chosen), found.bound, found.unfinished) == (1, 1.0, 0)


def test_two_that_protect_each_other_need_nobody() -> None:
    # Legal must be able to be 5: 2 more than 3. Of the 12 together 1 and 1 are known.
    cells = [count("legal", 3, "few_contributors"), count("people", 4, "few_contributors"), count("sales", 20)]
    assert fewest(cells, K, SECONDS).chosen == frozenset()


def test_a_large_share_needs_a_large_second_one() -> None:
    # 60 + 0.3 * 40 - 1 = 71 are needed; 59 are there, and Legal's 9 are too few.
    cells = [
        total("finance", 60, 40, "one_dominates"),
        *(total("legal", 10, 2), total("sales", 200, 30), total("people", 300, 30)),
    ]
    assert names(cells, fewest(cells, K, SECONDS)) <= {("sales", "chatgpt"), ("people", "chatgpt")}


def test_a_pattern_over_units_and_tools_needs_three_more() -> None:
    # Legal's ChatGPT is hidden: another unit, another tool (or `all`), and the corner between them.
    cells = [
        replace(
            total(unit, 100, 10, "few_contributors" if (unit, tool) == ("legal", "chatgpt") else None),
            tool=tool,
            tie_group=f"sessions/{tool}",
        )
        for unit in ("legal", "sales", "all")
        for tool in ("chatgpt", "codex", "all")
    ]
    found = fewest(cells, K, SECONDS)
    assert len(found.chosen) == 3
    assert found.bound == 3.0


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> list[Cell]:
    """Cells of five organisations behind the masks."""
    chance = random.Random(3)
    some = [draw(number, chance) for number in range(5)]
    rows = [row for organisation in some for row in cells_of(organisation)]
    heads = [row for organisation in some for row in headcounts(organisation)]
    return SuppressionSql(tmp_path_factory.mktemp("hiding")).masks(rows, heads)


def test_the_masks_meet_every_requirement(masked: list[Cell]) -> None:
    # So that what HiGHS finds is a bound of theirs, and not of stricter rules.
    rows = list(requirements(masked, K))
    hidden = {place for place, cell in enumerate(masked) if cell.is_hidden}
    assert rows
    assert [row for row in rows if not is_met([row], hidden)] == []
    assert forced(masked) <= hidden


def test_the_fewest_are_no_more_than_the_masks_hide(masked: list[Cell]) -> None:
    found = fewest(masked, K, SECONDS)
    hidden = sum(cell.is_hidden for cell in masked)
    assert is_met(requirements(masked, K), {*found.forced, *found.chosen})
    assert found.bound <= len(found.chosen) <= hidden - len(found.forced)
    assert hidden > sum(cell.hidden_reason in PRIMARY for cell in masked)


def test_no_smaller_choice_does() -> None:
    # Every choice of up to so many cells is tried, without a solver.
    chance = random.Random(5)
    for _ in range(20):
        cells = [
            replace(
                total(
                    unit,
                    chance.randint(5, 60),
                    chance.randint(1, 4),
                    chance.choice((None, None, "few_contributors")),
                ),
                tool=tool,
                tie_group=f"sessions/{tool}",
            )
            for unit in ("legal", "sales", "all")
            for tool in ("chatgpt", "codex", "all")
        ]
        rows, given = list(requirements(cells, K)), forced(cells)
        free = [place for place in range(len(cells)) if place not in given]
        least = next(
            size
            for size in range(len(free) + 1)
            if any(is_met(rows, set(chosen)) for chosen in itertools.combinations(free, size))
        )
        assert len(fewest(cells, K, SECONDS).chosen) == least
