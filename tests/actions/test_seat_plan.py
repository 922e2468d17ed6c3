"""The plan of seats beside the optimum of the same transportation problem, solved by HiGHS."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from scipy.optimize import linprog

from orchestration.compiled import compiled_queries
from runtime.environment import environment
from tests.actions.conftest import Published

TABLE = "seat_plan_monthly"
MONTH = dt.date(2026, 10, 1)
LEAST = 5


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> str:
    return compiled_queries(environment(tmp_path_factory.mktemp("plan"), "dev"), [TABLE])[TABLE]


def most_that_can_move(supplies: list[int], demands: list[int]) -> int:
    """The optimum where every unit may give to every other."""
    if not supplies or not demands:
        return 0
    pairs = [(giver, taker) for giver in range(len(supplies)) for taker in range(len(demands))]
    limits = [[float(pair[0] == giver) for pair in pairs] for giver in range(len(supplies))]
    limits += [[float(pair[1] == taker) for pair in pairs] for taker in range(len(demands))]
    found = linprog([-1.0] * len(pairs), A_ub=limits, b_ub=supplies + demands, method="highs")
    assert found.success
    return round(-found.fun)


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_moves_more_than_the_bound_and_no_unit_gives_or_gets_too_much(query: str, seed: int) -> None:
    drawn = random.Random(seed)
    units = [f"unit_{number}" for number in range(drawn.randint(1, 6))]
    # Published figures are nobody or at least five people.
    idle = {unit: drawn.choice([0, drawn.randint(5, 40)]) for unit in units}
    users = {unit: drawn.choice([0, drawn.randint(5, 40)]) for unit in units}
    spare, bought = drawn.randint(0, 30), 200
    published = Published(query)
    month = {"month_start": MONTH, "product": "p", "tool": "a", "is_complete_month": True}
    contract = {"purchased": bought, "minimum_seats": 190, "contract_cost": 2000, "currency": "USD"}
    published.put(
        "license_utilization_monthly", [month | contract | {"department_key": "all", "unassigned": spare}]
    )
    published.put(
        "unlicensed_demand_monthly",
        [
            month
            | {"department_key": unit, "department_name": unit}
            | {"idle_seats": idle[unit], "users_without_seat_at_least": users[unit]}
            for unit in units
        ],
    )
    offers = {"unassigned": spare} | idle
    most = most_that_can_move(
        [seats for seats in offers.values() if seats], [seats for seats in users.values() if seats]
    )
    given: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for step in published.rows():
        assert step["seats"] >= LEAST
        assert step["seats_movable_at_most"] == most
        assert step["cost_a_year"] == 12 * 10 * step["seats"]
        if step["plan_step"] == "return":
            assert step["seats"] == min(sum(offers.values()) - most, 10)
            continue
        given[step["from_key"]] += step["seats"]
        taken[step["to_key"]] += step["seats"]
    assert all(seats <= offers[unit] for unit, seats in given.items())
    assert all(seats <= users[unit] for unit, seats in taken.items())
    assert given.total() <= most
    for step in published.rows():
        assert step["seats_moved_of_product"] == given.total()
        assert step["is_proven_optimal"] is (given.total() == most)
