"""Bounds of hidden figures: what shown ones say and nothing else, and true of the figures that nobody sees."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from orchestration.compiled import compiled_queries
from tests.attack import licences, usage
from tests.attack.attack import learn
from tests.attack.knowledge import Quantity
from tests.attack.program import Program
from tests.attack.published import Published, read
from tests.attack.targets import COUNTS, SOMEBODY
from tests.docs.published import contracts
from tests.end_to_end.bounds_by_hand import STAGES, USE, Figure, Limits, bounds, steps
from tests.end_to_end.harness import World

pytestmark = pytest.mark.end_to_end

TABLE = "hidden_figure_bounds"
# A zero of these is shown, so a hidden one is at least one; the attack on counts of people leaves that open.
SHOWN_ZEROS = {
    "assigned",
    "sessions",
    "user_messages",
    "measured_messages",
    "seat_days",
    "model_use",
    *licences.BUCKETS,
}
NAMES = {
    ("department_cost_monthly", "cost"): "cost",
    ("license_utilization_monthly", "cost"): "seat_cost",
    ("license_utilization_monthly", "accounts"): "seat_accounts",
    ("model_mix_weekly", "value"): "model_use",
}


@pytest.fixture(scope="module")
def shown(first_night: World) -> Published:
    """The published tables without the bounds: what every reader had before there were any."""
    found = read(first_night.environment.data_dir / "published" / "marts.duckdb")
    return Published({name: rows for name, rows in found.tables.items() if name != TABLE})


@pytest.fixture(scope="module")
def told(first_night: World) -> dict[Figure, tuple[Decimal | None, Decimal | None]]:
    """The published bounds."""
    rows = first_night.published(
        "select published_table, period_start, department_key, tool, item, figure, low, high "
        f"from published.{TABLE}"
    )
    return {Figure(*row[:6]): (row[6], row[7]) for row in rows}


def amount(figure: Figure, value: int | None) -> Decimal | None:
    """Steps as the table writes them."""
    return None if value is None else Decimal(value) / steps(figure)


def test_they_follow_from_shown_figures_alone(
    shown: Published, told: dict[Figure, tuple[Decimal | None, Decimal | None]]
) -> None:
    """The same, counted without the product's SQL from the files that readers have."""
    by_hand = bounds(shown)
    assert len(by_hand) > 500

    def written(figure: Figure, limits: Limits) -> tuple[Decimal | None, Decimal | None]:
        return amount(figure, limits.low), amount(figure, limits.high)

    assert told == {figure: written(figure, limits) for figure, limits in by_hand.items()}


def exact(first_night: World) -> dict[Figure, Any]:
    """Every hidden cell's exact figure, for the judge alone."""
    cells = first_night.rows(
        "select period_type, period_start, unit_key, tool, measure, item, value "
        "from restricted.suppression_masks where hidden_reason is not null"
    )
    weekly = {"measured_messages": "prompt_length_weekly", "model_use": "model_mix_weekly"}
    weekly |= dict.fromkeys(STAGES, "adoption_funnel_weekly")
    monthly = {"power_people": "power_users_monthly", "cost": "department_cost_monthly"}
    columns = {"power_people": "power_users", "model_use": "value", "seat_cost": "cost"}
    found: dict[Figure, Any] = {}
    for period, start, unit, tool, measure, item, value in cells:
        if measure in USE:
            table = f"department_usage_{period}ly"
        elif period == "week":
            table = weekly.get(measure, "department_tokens_weekly")
        else:
            table = monthly.get(measure, "license_utilization_monthly")
        is_account = measure == "seat_holders" and unit == "unattributed"
        column = "accounts" if is_account else columns.get(measure, measure)
        found[Figure(table, start, unit, tool, item, column)] = value
    return found


def test_the_truth_lies_within(
    first_night: World, told: dict[Figure, tuple[Decimal | None, Decimal | None]]
) -> None:
    """Of every hidden figure: what the restricted cells hold is neither below nor above."""
    truth = exact(first_night)
    wrong, checked = [], 0
    for figure, (low, high) in told.items():
        # Zeros that are hidden beside others are no cells.
        value = truth.get(figure, Decimal(0))
        in_steps = (Decimal(value) * steps(figure)).quantize(Decimal(1), ROUND_HALF_UP)
        rounded = in_steps / steps(figure)
        checked += figure in truth
        if (low is not None and rounded < low) or (high is not None and rounded > high):
            wrong.append((figure, low, rounded, high))
    assert wrong == []
    assert checked > 500


def test_hidden_figures_are_listed(
    first_night: World, told: dict[Figure, tuple[Decimal | None, Decimal | None]]
) -> None:
    """Nearly all: where nobody is shown a figure and every row hides something, it might not be given."""
    published = first_night.published(
        "select week_start, department_key, tool from published.department_usage_weekly "
        "where active_people is null and tools_included is not null and is_complete_week and is_suppressed "
        "and department_key <> 'unattributed'"
    )
    listed = {
        (figure.start, figure.unit, figure.tool)
        for figure in told
        if (figure.table, figure.column) == ("department_usage_weekly", "active_people")
    }
    assert set(published) == listed
    assert listed


def test_a_reader_with_a_linear_program_gains_nothing(
    shown: Published,
    told: dict[Figure, tuple[Decimal | None, Decimal | None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attacker, who does not read the bounds, already knows each figure of people at least as closely.

    So it makes no difference to an attack whether the bounds are published. Every seventh figure, for the time.
    """
    # In a company of 60 the few classes that are shown may all be multiples of five; nothing is rounded.
    for module in (licences, usage):
        monkeypatch.setattr(module, "are_rounded", lambda rows, columns: False)
    program = Program(learn(shown), COUNTS, SOMEBODY | SHOWN_ZEROS)
    asked = [figure for figure in sorted(told) if figure.unit not in ("unattributed", "unallocated")][::7]
    assert len(asked) > 50
    wider = []
    for figure in asked:
        low, high = told[figure]
        name = NAMES.get((figure.table, figure.column), figure.column)
        period = "week" if figure.table.endswith("weekly") else "month"
        terms = {Quantity(name, period, figure.start, figure.unit, figure.tool, figure.item): 1.0}
        # The program lets totals be fractions.
        room = 1e-6 * float(high or 0) + (0.02 if steps(figure) > 1 else 0.5)
        if low is not None and program.lower(terms) < float(low) - room:
            wider.append((figure, "low", low, program.lower(terms)))
        if high is not None and program.upper(terms) > float(high) + room:
            wider.append((figure, "high", high, program.upper(terms)))
    assert wider == []


def test_the_query_reads_published_tables_and_nothing_else(first_night: World) -> None:
    compiled = compiled_queries(first_night.environment, [TABLE])[TABLE]
    read_tables = re.findall(r'"(\w+)"\."(\w+)"\."(\w+)"', compiled)
    assert {schema for _, schema, _ in read_tables} == {"marts"}
    assert {table for _, _, table in read_tables} <= contracts().keys() - {TABLE}
    assert not re.search(r"(?:from|join)\s+[a-z_]+\.", compiled), "a table that dbt did not name"
