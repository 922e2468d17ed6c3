"""On the demo's company the rules find what was planted into it."""

from __future__ import annotations

from typing import Any

import pytest

from demo.company.generate import generate_company
from demo.company.truth import compute_truth
from tests.actions.conftest import Published
from tests.actions.truth_tables import published_rows

# Story of the company's truth -> the rule that tells it.
STORIES = {
    "idle_seats": "idle_seats",
    "frequent_short_sessions": "frequent_short_sessions",
    "depth_fell_while_sessions_rose": "depth_fell_while_sessions_rose",
    "runaway_cost": "runaway_cost",
    "ready_for_next_wave": "ready_for_next_wave",
}


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    """The company of `make demo`."""
    return compute_truth(generate_company(people=600, weeks=26))


@pytest.fixture(scope="module")
def found(compiled: str, truth: dict[str, Any]) -> list[dict[str, Any]]:
    published = Published(compiled)
    for table, rows in published_rows(truth).items():
        published.put(table, rows)
    return published.actions()


@pytest.mark.parametrize("story", STORIES)
def test_what_was_planted_is_found(found: list[dict[str, Any]], truth: dict[str, Any], story: str) -> None:
    planted = truth["planted"][story]
    places = [
        (action["department_name"], action["tool"]) for action in found if action["rule_id"] == STORIES[story]
    ]
    assert places, "the rule is silent"
    # Others may be found as well; the planted one is the clearest.
    assert places[0] == (planted["department"], planted.get("tool") or planted["product"])


def test_the_first_three_are_stories_that_were_planted(
    found: list[dict[str, Any]], truth: dict[str, Any]
) -> None:
    first = found[:3]
    assert len({action["area"] for action in first}) == 3
    assert {action["rule_id"] for action in first} <= set(STORIES.values())
    assert {action["department_name"] for action in first} <= {
        truth["planted"][story]["department"] for story in STORIES
    }
    assert {action["severity"] for action in first} == {"high"}
