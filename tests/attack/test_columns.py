"""No number is published that the attacker has not looked at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.attack.usage import RATIOS
from tests.docs.published import contracts

ATTACKER = ("features.py", "licences.py", "people.py", "usage.py", "versions.py")
NUMBER = re.compile(r"bigint|integer|int|double|decimal.*|float", re.IGNORECASE)
# Tables without figures of people: rules, what each vendor gives, plans, events, what others have published.
WITHOUT_PEOPLE = {
    *("action_plans", "action_rules", "benchmarks", "company_calendar", "data_collected", "events"),
    *("metric_capabilities", "rollouts", "targets"),
}
# Figures that are made of others: of shown ones, of the same in another row, or of calendars and contracts.
MADE_OF_OTHERS = {
    # What the contract says; and not linear.
    "activation_monthly": {"purchased", "median_days_to_first_use"},
    "adoption_funnel_weekly": {"purchased", "weeks_observed"},
    "adoption_segments_weekly": {"weeks_observed", "rule_version"},
    "cross_tool_overlap_monthly": {"tools_used"},
    # Classes of days; tests/end_to_end/test_first_night.py looks at who is behind them.
    "cost_anomalies_daily": {"rule_version"},
    "department_cost_monthly": {"month_to_date", "projected_month_end"},
    # What the contract says, not who holds a seat.
    "license_utilization_monthly": {"minimum_seats"},
    "cost_forecast_monthly": {"actual", "backtest_coverage", "expected", "forecasts_before", "high", "low"},
    "monthly_review": {
        *("difference", "mean_before", "mean_now", "mix_effect", "priority", "rate_effect", "times_usual"),
        *("usual_range", "weeks_observed"),
    },
    "usage_alarms_weekly": {
        *("figure", "log_ratio", "rule_version", "size", "statistic", "threshold", "usual_log_ratio"),
        "weeks_observed",
    },
    # Medians over shown figures of departments, and what others have published.
    "benchmarks_monthly": {"benchmark_value", "departments_compared", "figure", "times_benchmark"},
    "equity_monthly": {"people", "other_people", "share", "others_share", "gap", "gap_low", "gap_high"},
    "target_progress_weekly": {
        *("actual", "expected_at_due", "gap", "pace", "pace_needed", "target", "weeks_left"),
    },
    "department_patterns_weekly": {"median_sessions_per_active_person", "median_messages_per_session"},
    # Not linear; two or more working days are in it.
    "department_tokens_weekly": {"daily_tokens_deviation", "working_days"},
    # What anybody computes from shown figures; tests/end_to_end/test_hidden_figure_bounds.py asks the attacker.
    "hidden_figure_bounds": {"high", "low"},
    # Nothing of the month's tokens is published, of which it is a share.
    "power_users_monthly": {"share_of_tokens", "weeks_observed"},
    # Not linear, and coarse.
    "usage_rhythm_monthly": {
        *("daily_variation", "smoothness", "silent_day_share", "longest_silence_days"),
        "working_days",
    },
    # Not linear, and coarse.
    "usage_concentration_monthly": {
        *("gini_active", "gini_eligible", "top_decile_share_active", "top_decile_share_eligible"),
    },
    # Where a tier starts, not who is in it.
    "token_tiers_monthly": {"minimum_tokens"},
    # Differences of shown figures; fewer than k people are left out.
    "seat_plan_monthly": {
        *("seats", "seats_offered", "seats_wanted", "seats_moved_of_product", "seats_movable_at_most"),
        *("cost_a_year", "minimum_seats"),
    },
    "unlicensed_demand_monthly": {
        *("active_without_seat", "idle_seats", "people_without_seat", "users_without_seat_at_least"),
    },
    "recommended_actions": {
        *("comparison_value", "metric_value", "money_a_year", "people"),
        *("priority", "rule_version", "threshold"),
    },
    "source_status": {
        *("finality_lag_days", "missing_days", "pending_days", "permanent_gap_days", "rejected_rows"),
        "row_count",  # NULL where rows are about people
    },
    # Parts of shown sums: a reason of fewer than five accounts is merged with the next.
    "identity_coverage_weekly": {
        *("concealed_report_rows", "unmatched_agent", "unmatched_api_key", "unmatched_concealed_name"),
        *("unmatched_guest", "unmatched_left", "unmatched_no_hris_match", "unmatched_not_yet_employed"),
        *("unmatched_other_reason", "unmatched_service_account"),
    },
}


@pytest.mark.parametrize("table", sorted(set(contracts()) - WITHOUT_PEOPLE))
def test_every_number_is_read_or_made_of_others(table: str) -> None:
    """A new column that counts people, or tells of them by money or ratios, is attacked before it is shown."""
    text = "".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in ATTACKER)
    numbers = {name for name, kind in contracts()[table].items() if NUMBER.fullmatch(kind)}
    numbers = {name for name in numbers if not name.endswith(("_14_weeks_ago", "_change"))}
    unread = {name for name in numbers if f'"{name}"' not in text} - RATIOS.keys()
    assert unread <= MADE_OF_OTHERS.get(table, set())


def test_what_is_made_of_others_is_published() -> None:
    for table, names in MADE_OF_OTHERS.items():
        assert names <= contracts()[table].keys(), table
