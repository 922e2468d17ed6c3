"""Tables made of published ones, beside the demo company's own files and truth."""

from __future__ import annotations

import datetime as dt

import pytest

from demo.company.truth import compute_truth
from demo.company.truth_people import ALL
from tests.end_to_end.harness import World

pytestmark = pytest.mark.end_to_end


def test_events_are_those_of_the_companys_files(first_night: World) -> None:
    """Rollouts and events of departments with a row of their own, every holiday, the cheaper credit."""
    files = first_night.company.files
    named = {
        name
        for (name,) in first_night.rows(
            "select distinct unit_name from restricted.dim_reporting_units where period_type = 'week' "
            "and unit_key = department_key and period_start = "
            "(select max(period_start) from restricted.dim_reporting_units where period_type = 'week')"
        )
    }
    expected: set[tuple[str, dt.date, str, str]] = {
        ("rollout", day, name, tool) for name, tool, day in files.rollouts if name in named
    }
    expected |= {
        ("company", day, name or "All departments", tool or "all")
        for day, _, name, tool in files.events
        if name is None or name in named
    }
    expected |= {("holiday", day, "All departments", "all") for _, day in files.holidays}
    found = first_night.published("select kind, event_date, department_name, tool from published.events")
    assert {row for row in found if row[0] in {"rollout", "company", "holiday"}} == expected
    old, new = (rate for rate in files.credit_rates if rate.unit == "chatgpt_credit")
    change = round(100 * (1 - new.rate / old.rate))
    assert first_night.published(
        "select event_date, label from published.events where source = 'credit_rates.csv' and tool = 'chatgpt'"
    ) == [(new.valid_from, f"ChatGPT credit: price down {change}%")]


def test_progress_is_the_truths_share_beside_the_companys_target(first_night: World) -> None:
    """The company wants 75 % of its people active; the truth knows how many of them were, week by week."""
    files, truth = first_night.company.files, compute_truth(first_night.company)
    ((target, due),) = [
        (float(goal), day)
        for metric, scope, _, tool, goal, day in files.targets
        if (metric, scope, tool) == ("active_ratio", "company", "all")
    ]
    shares = {}
    for start, departments in truth["department_weekly"].items():
        company = departments[ALL]
        shares[dt.date.fromisoformat(start)] = company["all"]["active_people"] / company["headcount"]
    rows = first_night.published(
        "select week_start, actual, gap, weeks_left, pace_needed, pace, on_track from "
        "published.target_progress_weekly where metric = 'active_ratio' and department_key = 'all' "
        "and tool = 'all' and is_complete_week order by week_start"
    )
    assert len(rows) >= 3
    for week, actual, gap, weeks_left, pace_needed, pace, on_track in rows:
        assert actual == pytest.approx(shares[week])
        assert gap == pytest.approx(target - shares[week])
        assert weeks_left == max(0, (due - week).days - 6) // 7
        assert pace_needed == pytest.approx(max(gap, 0.0) / weeks_left)
        if pace is None and gap > 0:
            assert on_track is None
        if gap <= 0:
            assert on_track is True


def test_a_gap_is_that_of_the_published_counts_and_lies_in_its_interval(first_night: World) -> None:
    """Holders and users of each group beside all others of the company, counted from `activation_monthly`."""
    counts = {
        (month, tool, dimension, value): (assigned, activated)
        for month, tool, dimension, value, assigned, activated in first_night.published(
            "select month_start, tool, dimension, dimension_value, assigned, activated "
            "from published.activation_monthly where department_key = 'all' and is_complete_month"
        )
    }
    rows = first_night.published(
        "select month_start, tool, dimension, dimension_value, gap, gap_low, gap_high "
        "from published.equity_monthly"
    )
    assert {row[:4] for row in rows} == {key for key in counts if key[2] != "department"}
    for month, tool, dimension, value, gap, low, high in rows:
        assigned, activated = counts[month, tool, dimension, value]
        everybody, users = counts[month, tool, "department", "all"]
        if None in (assigned, activated, everybody, users) or not 0 < assigned < everybody:
            assert gap is None
            continue
        expected = activated / assigned - (users - activated) / (everybody - assigned)
        assert gap == pytest.approx(expected, abs=6e-5)
        assert low <= gap <= high
