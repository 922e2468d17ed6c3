"""On the demo's company the rules find what was planted into it."""

from __future__ import annotations

from typing import Any

import pytest

from demo.company.generate import generate_company
from demo.company.truth import compute_truth
from tests.actions.conftest import Published
from tests.actions.truth_figures import FIGURES
from tests.actions.truth_tables import published_rows

SEVERITIES = ("high", "medium", "low")
GOOD_NEWS = {"ready_for_next_wave", "department_to_learn_from"}
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
    return compute_truth(generate_company())


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
    # Others may be found as well, and concern more people.
    assert (planted["department"], planted.get("tool") or planted["product"]) in places


def test_what_costs_most_comes_first_and_severity_follows_the_order(found: list[dict[str, Any]]) -> None:
    assert [(action["rule_id"], action["department_name"]) for action in found[:2]] == [
        ("idle_seats", "Operations"),
        ("runaway_cost", "Engineering"),
    ]
    for name in {action["department_name"] for action in found}:
        of_department = [SEVERITIES.index(a["severity"]) for a in found if a["department_name"] == name]
        assert of_department == sorted(of_department), name


def test_more_than_one_in_ten_is_good_news(found: list[dict[str, Any]]) -> None:
    good = [action for action in found if action["rule_id"] in GOOD_NEWS]
    assert len(good) * 10 > len(found)
    assert {action["rule_id"] for action in good} == GOOD_NEWS


def test_one_card_for_one_cause(found: list[dict[str, Any]]) -> None:
    """Short use in Customer Support is one story, whichever rules find it."""
    (card,) = [a for a in found if a["cause"] == "short_use" and a["department_name"] == "Customer Support"]
    assert set(card["rule_ids"].split(", ")) == {"frequent_short_sessions", "many_short_prompts"}


def test_every_figure_is_that_of_the_company(found: list[dict[str, Any]], truth: dict[str, Any]) -> None:
    """Recomputed from the truth by hand-written arithmetic, without the published rows and without SQL.

    Money is published in cents a month, so a difference of two months is off by a cent at most, and twelve
    times that is twelve.
    """
    for action in found:
        for name, expected in FIGURES[action["rule_id"]](truth, action).items():
            precision = 0.12 if action["unit"] == "money" or name == "money_a_year" else 1e-6
            assert action[name] == pytest.approx(expected, abs=precision), (action["title"], name)
