"""The last look: what two columns of one row tell together."""

from __future__ import annotations

import datetime as dt

import pytest

from publishing.audit import audit
from publishing.periods import Period
from tests.publishing.deployment import Deployment

WEEK = Period("week", dt.date(2026, 10, 12))


def row(made: Deployment, **figures: float | None) -> None:
    """One row of a table with these columns, whole numbers unless they are ratios."""
    types = {name: "double precision" if "ratio" in name else "bigint" for name in figures}
    values = {name: "null" if value is None else value for name, value in figures.items()}
    columns = ", ".join(f"cast({values[name]} as {types[name]}) as {name}" for name in figures)
    made.run(f"create table marts.told as select date '2026-10-12' as week_start, {columns}")


def found(made: Deployment, closed: set[Period] | None = None) -> set[str]:
    """Columns that the audit names, with the column beside."""
    with made.environment.session() as session:
        findings = audit(session, "marts", 5, {"told": closed or set()})
    return {f"{finding.column}/{finding.reason.rpartition(' ')[2]}" for finding in findings}


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        # 14 - 12 = 2 are not active; of 12 nobody is left; of 17 there are 5.
        ({"headcount": 14, "active_people": 12}, {"headcount/active_people"}),
        ({"headcount": 12, "active_people": 12}, set()),
        ({"headcount": 17, "active_people": 12}, set()),
        ({"headcount": 14, "active_people": None}, set()),
        # 20 bought, 17 of them unassigned: 3 people have one.
        ({"purchased": 20, "unassigned": 17}, {"purchased/unassigned"}),
        # 17 bought, 4 unassigned: seats, not people.
        ({"purchased": 17, "unassigned": 4}, set()),
        ({"seat_holders": 9, "seats_active": 8}, {"seat_holders/seats_active"}),
        # 0.9 of 20 are 18, so 2 hold a licence and are not active; 0.15 are 3 who are.
        ({"licensed_people": 20, "licensed_active_ratio": 0.9}, {"licensed_people/licensed_active_ratio"}),
        ({"licensed_people": 20, "licensed_active_ratio": 0.15}, {"licensed_people/licensed_active_ratio"}),
        ({"licensed_people": 20, "licensed_active_ratio": 0.5}, set()),
        ({"licensed_people": 20, "licensed_active_ratio": 1.0}, set()),
    ],
)
def test_whole_and_part_of_a_row(
    duckdb_deployment: Deployment, figures: dict[str, float | None], told: set[str]
) -> None:
    row(duckdb_deployment, **figures)
    assert found(duckdb_deployment) == told


def test_on_postgresql(postgres_deployment: Deployment) -> None:
    row(postgres_deployment, licensed_people=20, licensed_active_ratio=0.9)
    assert found(postgres_deployment) == {"licensed_people/licensed_active_ratio"}


def test_closed_periods_are_as_they_were_closed(duckdb_deployment: Deployment) -> None:
    row(duckdb_deployment, headcount=14, active_people=12)
    assert found(duckdb_deployment, {WEEK}) == set()
    assert found(duckdb_deployment, {Period("week", dt.date(2026, 10, 19))}) == {"headcount/active_people"}
