"""One week that is final and one that is not, with ten people behind them, made by SQL."""

from __future__ import annotations

from collections.abc import Iterable

WEEK, NEXT_WEEK = "2026-10-12", "2026-10-19"
SHOWN = "select cast(week_start as varchar), sessions from published.department_usage_weekly order by 1"


def add_people(keys: Iterable[int]) -> str:
    """These people's use in the week: a message each."""
    rows = ", ".join(f"('week', date '{WEEK}', {key}, 'chatgpt', 1)" for key in keys)
    return f"insert into restricted.person_use_periods values {rows}"


STATEMENTS = (
    "drop table marts.department_usage_weekly",
    "create table marts.department_usage_weekly (department_key varchar, tool varchar, week_start date, "
    "active_people integer, sessions integer)",
    f"insert into marts.department_usage_weekly values ('all', 'chatgpt', date '{WEEK}', 10, 100), "
    f"('all', 'chatgpt', date '{NEXT_WEEK}', 10, 50)",
    "create table restricted.closable_periods (period_type varchar, period_start date, is_closable boolean, "
    "is_final boolean, closes_from date, waits_for varchar)",
    f"insert into restricted.closable_periods values "
    f"('week', date '{WEEK}', true, true, date '2026-10-22', null), "
    f"('week', date '{NEXT_WEEK}', false, false, date '2026-10-29', 'chatgpt')",
    "create table restricted.tool_periods (period_type varchar, period_start date, tool varchar, "
    "is_complete boolean, sources_missing varchar)",
    f"insert into restricted.tool_periods select 'week', week_start, tool, week_start = date '{WEEK}', null "
    f"from (select date '{WEEK}' as week_start union all select date '{NEXT_WEEK}') as weeks "
    "cross join (select 'chatgpt' as tool union all select 'all') as tools",
    "create table restricted.person_use_periods (period_type varchar, period_start date, "
    "person_key integer, tool varchar, user_messages integer)",
    add_people(range(1, 11)),
    f"insert into restricted.suppression_masks values ('week', date '{WEEK}', 'sales', 'chatgpt', 'sessions', "
    "'', 'total', true, null, false, 'sessions', 'sessions', 100, 10, 12, null)",
)
