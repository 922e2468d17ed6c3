"""Three findings read from the published marts: what a person would look at first."""

from __future__ import annotations

from pathlib import Path

import duckdb

_ADOPTION = """
    select department_name, active_ratio, week_start
    from published.department_usage_weekly
    where tool = 'all' and is_complete_week and department_key not in ('all', 'other', 'unattributed')
        and active_ratio is not null
        and week_start = (
            select max(week_start) from published.department_usage_weekly
            where tool = 'all' and is_complete_week
        )
    order by active_ratio desc, department_name
"""
_IDLE_SEATS = """
    select department_name, product, reassignable_cost, currency
    from published.license_utilization_monthly
    where department_key not in ('all', 'unattributed') and reassignable_cost > 0
        and month_start = (
            select max(month_start) from published.license_utilization_monthly
            where month_start < (select max(month_start) from published.license_utilization_monthly)
        )
    order by reassignable_cost desc, department_name
    limit 1
"""
_DEPTH = """
    select department_name, sessions_per_active_person, messages_per_session
    from published.department_patterns_weekly
    where tool = 'chatgpt' and quadrant = 'frequent_short'
        and week_start = (
            select max(week_start) from published.department_usage_weekly
            where tool = 'chatgpt' and is_complete_week
        )
    order by sessions_per_active_person desc, department_name
    limit 1
"""


def findings(database: Path) -> list[str]:
    """Sentences about the last complete week and month; a finding without data is left out."""
    with duckdb.connect(str(database), read_only=True) as connection:
        sentences = [_adoption(connection), _idle_seats(connection), _depth(connection)]
    return [sentence for sentence in sentences if sentence]


def _adoption(connection: duckdb.DuckDBPyConnection) -> str | None:
    rows = connection.execute(_ADOPTION).fetchall()
    if len(rows) < 2:
        return None
    (top, top_ratio, week), (low, low_ratio, _) = rows[0], rows[-1]
    return (
        f"Adoption, week of {week}: {top} leads with {top_ratio:.0%} of its people active, "
        f"{low} is last with {low_ratio:.0%}."
    )


def _idle_seats(connection: duckdb.DuckDBPyConnection) -> str | None:
    row = connection.execute(_IDLE_SEATS).fetchone()
    if row is None:
        return None
    department, product, cost, currency = row
    return (
        f"Idle seats: {department} holds {product} seats worth {cost:,.0f} {currency} a month that nobody uses."
    )


def _depth(connection: duckdb.DuckDBPyConnection) -> str | None:
    row = connection.execute(_DEPTH).fetchone()
    if row is None:
        return None
    department, sessions, messages = row
    return (
        f"Depth: {department} comes often and stays shortly: {sessions:.1f} ChatGPT sessions a person "
        f"and week, {messages:.1f} messages each."
    )
