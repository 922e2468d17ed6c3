"""A closed period stays as it was published, whatever happens to what it was made of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from publishing.closed import ClosedStore
from publishing.periods import Period, parse_period
from publishing.publish import Publication, publish
from tests.publishing.closed_world import NEXT_WEEK, SHOWN, WEEK
from tests.publishing.deployment import Deployment

# Thirty people of Sales and thirty of Engineering; each department is a unit.
STAFF = (
    "create schema intermediate",
    f"create table intermediate.int_person_periods as select 'week' as period_type, date '{WEEK}' as "
    "period_start, n as person_key, case when n <= 30 then 'sales' else 'engineering' end as department_key "
    "from generate_series(1, 60) as numbers(n)",
    f"create table restricted.dim_reporting_units as select 'week' as period_type, date '{WEEK}' as "
    "period_start, department_key, department_key as unit_key from (select 'sales' as department_key "
    "union all select 'engineering' union all select 'support') as departments",
)


def restate(made: Deployment, sessions: int, *, changed_people: int) -> Publication:
    """Late data: other figures in both weeks, which concern so many people; then a publish."""
    made.run(
        f"update marts.department_usage_weekly set sessions = {sessions}",
        f"update restricted.person_use_periods set user_messages = 99 where person_key <= {changed_people}",
    )
    return publish(made.environment, "later")


def reopen(made: Deployment, text: str) -> None:
    """Mark a period for correction, as the command does after its checks."""
    with made.environment.session() as session:
        store = ClosedStore(session, made.environment)
        store.add_period(store.periods()[parse_period(text)], "", "reopened")


def test_a_final_period_closes_with_everything_that_was_audited(closing: Deployment) -> None:
    done = publish(closing.environment, "r1")
    assert done.closed == (Period("week", dt.date.fromisoformat(WEEK)),)
    assert closing.rows("select period_type, version, state, run_id, people from closed.periods") == [
        ("week", 1, "closed", "r1", 10)
    ]
    assert closing.rows("select sessions, version from closed.department_usage_weekly") == [(100, 1)]
    assert closing.rows("select value, version from closed.cells") == [(100, 1)]
    assert publish(closing.environment, "r2").closed == ()


def test_a_rebuild_changes_nothing_that_readers_see(closing: Deployment) -> None:
    """One week is closed, the other open: it shows no figure, before and after."""
    publish(closing.environment, "r1")
    assert closing.published(SHOWN) == [(WEEK, 100), (NEXT_WEEK, None)]
    restate(closing, 77, changed_people=1)
    assert closing.published(SHOWN) == [(WEEK, 100), (NEXT_WEEK, None)]


def test_history_outlives_the_raw_data_that_it_came_from(closing: Deployment) -> None:
    publish(closing.environment, "r1")
    closing.run(
        f"delete from marts.department_usage_weekly where week_start = date '{WEEK}'",
        f"delete from restricted.closable_periods where period_start = date '{WEEK}'",
        "delete from restricted.person_use_periods",
    )
    publish(closing.environment, "r2")
    assert closing.published(SHOWN) == [(WEEK, 100), (NEXT_WEEK, None)]


def test_an_erased_person_does_not_change_what_was_published(closing: Deployment) -> None:
    publish(closing.environment, "r1")
    closing.run("delete from restricted.person_use_periods where person_key = 1")
    restate(closing, 90, changed_people=0)
    assert closing.published(SHOWN)[0] == (WEEK, 100)


def test_a_reopened_period_closes_again_as_the_next_version(closing: Deployment) -> None:
    publish(closing.environment, "r1")
    reopen(closing, f"week:{WEEK}")
    done = restate(closing, 77, changed_people=5)
    assert [str(period) for period in done.closed] == [f"week:{WEEK}"]
    assert closing.published(SHOWN)[0] == (WEEK, 77)
    assert closing.rows("select sessions, version from closed.department_usage_weekly order by version") == [
        (100, 1),
        (77, 2),
    ]


@pytest.mark.parametrize("concerned", [1, 4])
def test_a_correction_that_too_few_people_stand_behind_stays_back(closing: Deployment, concerned: int) -> None:
    """It was allowed when it was asked for, and the data has changed until the night."""
    publish(closing.environment, "r1")
    reopen(closing, f"week:{WEEK}")
    done = restate(closing, 77, changed_people=concerned)
    assert [str(period) for period in done.kept] == [f"week:{WEEK}"]
    assert closing.published(SHOWN)[0] == (WEEK, 100)


@pytest.mark.parametrize(("of_engineering", "expected"), [(0, 77), (2, 100), (5, 77)])
def test_a_correction_needs_enough_people_in_every_unit_whose_figures_change(
    closing: Deployment, of_engineering: int, expected: int
) -> None:
    """Thirty people of Sales changed. They do not hide the two of Engineering, whose figures are their own."""
    closing.run(
        *STAFF,
        "insert into restricted.person_use_periods select period_type, period_start, person_key, 'chatgpt', 1 "
        "from intermediate.int_person_periods where person_key > 10",
    )
    publish(closing.environment, "r1")
    reopen(closing, f"week:{WEEK}")
    closing.run(
        "update marts.department_usage_weekly set sessions = 77",
        "update restricted.person_use_periods set user_messages = 99 "
        f"where person_key <= 30 or person_key > {60 - of_engineering}",
    )
    publish(closing.environment, "later")
    assert closing.published(SHOWN)[0] == (WEEK, expected)


def test_a_correction_needs_enough_people_in_every_tool_whose_figures_change(closing: Deployment) -> None:
    """Ten people changed in ChatGPT, one of them in Codex as well."""
    publish(closing.environment, "r1")
    reopen(closing, f"week:{WEEK}")
    closing.run(f"insert into restricted.person_use_periods values ('week', date '{WEEK}', 3, 'codex', 1)")
    done = restate(closing, 77, changed_people=10)
    assert [str(period) for period in done.kept] == [f"week:{WEEK}"]


def test_a_mover_concerns_the_unit_that_was_left_and_the_one_that_was_joined(closing: Deployment) -> None:
    closing.run(*STAFF)
    publish(closing.environment, "r1")
    reopen(closing, f"week:{WEEK}")
    closing.run("update intermediate.int_person_periods set department_key = 'support' where person_key = 31")
    done = restate(closing, 77, changed_people=0)
    assert [str(period) for period in done.kept] == [f"week:{WEEK}"]


@pytest.mark.parametrize(("changed_people", "expected"), [(0, 77), (9, 100)])
def test_a_period_of_an_earlier_release_is_corrected_when_nobody_changed(
    closing: Deployment, changed_people: int, expected: int
) -> None:
    """It kept one state a person, so that the units of those who changed are not known."""
    publish(closing.environment, "r1")
    whole = "md5('person_use_periods|chatgpt|1')"
    closing.run(
        f"update closed.person_states set unit_key = null, tool = null, state_hash = {whole}",
        "delete from closed.shares",
    )
    reopen(closing, f"week:{WEEK}")
    restate(closing, 77, changed_people=changed_people)
    assert closing.published(SHOWN)[0] == (WEEK, expected)


def test_a_period_that_closed_without_a_dead_source_is_corrected_when_it_comes_back(
    closing: Deployment,
) -> None:
    closing.run("update restricted.closable_periods set is_final = false where is_closable")
    publish(closing.environment, "r1")
    assert closing.published(SHOWN)[0] == (WEEK, 100)
    restate(closing, 77, changed_people=9)
    assert closing.published(SHOWN)[0] == (WEEK, 100)
    closing.run("update restricted.closable_periods set is_final = true where is_closable")
    done = publish(closing.environment, "back")
    assert [str(period) for period in done.closed] == [f"week:{WEEK}"]
    assert closing.published(SHOWN)[0] == (WEEK, 77)
    assert publish(closing.environment, "after").closed == ()


def test_a_late_source_of_a_few_people_corrects_nothing(closing: Deployment) -> None:
    closing.run("update restricted.closable_periods set is_final = false where is_closable")
    publish(closing.environment, "r1")
    closing.run("update restricted.closable_periods set is_final = true where is_closable")
    done = restate(closing, 77, changed_people=2)
    assert [str(period) for period in done.kept] == [f"week:{WEEK}"]
    assert closing.published(SHOWN)[0] == (WEEK, 100)


def test_a_reopened_period_whose_data_is_gone_stays_as_it_was(closing: Deployment) -> None:
    publish(closing.environment, "r1")
    reopen(closing, f"week:{WEEK}")
    closing.run(f"delete from marts.department_usage_weekly where week_start = date '{WEEK}'")
    publish(closing.environment, "r2")
    assert closing.published(SHOWN)[0] == (WEEK, 100)


def test_a_new_column_is_empty_in_closed_rows_and_a_dropped_one_is_kept_unpublished(
    closing: Deployment,
) -> None:
    publish(closing.environment, "r1")
    closing.run(
        "alter table marts.department_usage_weekly add column cost decimal(18, 2)",
        "update marts.department_usage_weekly set cost = 7.25",
        "alter table marts.department_usage_weekly drop column sessions",
        f"update restricted.closable_periods set is_closable = true, is_final = true "
        f"where period_start = date '{NEXT_WEEK}'",
    )
    publish(closing.environment, "r2")
    shown = "select cast(week_start as varchar), cost from published.department_usage_weekly order by 1"
    assert [(week, cost and float(cost)) for week, cost in closing.published(shown)] == [
        (WEEK, None),
        (NEXT_WEEK, 7.25),
    ]
    kept = "select sessions, cast(cost as varchar) from closed.department_usage_weekly order by week_start"
    assert closing.rows(kept) == [(100, None), (None, "7.25")]


def test_a_wider_type_is_taken_over_and_one_that_loses_figures_is_refused(closing: Deployment) -> None:
    publish(closing.environment, "r1")
    closing.run("alter table marts.department_usage_weekly alter column sessions type bigint")
    publish(closing.environment, "r2")
    assert closing.published(SHOWN) == [(WEEK, 100), (NEXT_WEEK, None)]


@pytest.mark.parametrize(("changed_people", "expected"), [(0, [(5,)]), (1, []), (6, [(5,)])])
def test_a_mart_of_a_newer_release_joins_a_closed_period_unless_few_people_changed(
    closing: Deployment, changed_people: int, expected: list[Any]
) -> None:
    turns = f"select turns from published.model_mix_weekly where week_start = date '{WEEK}'"
    publish(closing.environment, "r1")
    closing.run(f"create table marts.model_mix_weekly as select date '{WEEK}' as week_start, 5 as turns")
    restate(closing, 77, changed_people=changed_people)
    assert closing.published(turns) == expected
    closing.run("update marts.model_mix_weekly set turns = 9")
    publish(closing.environment, "r3")
    assert closing.published(turns) == expected


def test_what_was_not_built_neither_joins_nor_is_corrected(closing: Deployment) -> None:
    """A mart of the company's own has rows of a week that the night left as it was closed."""
    publish(closing.environment, "r1")
    reopen(closing, f"week:{WEEK}")
    closing.run(
        "create schema if not exists intermediate",
        f"create table intermediate.int_rebuilt_periods as select 'week' as period_type, "
        f"date '{NEXT_WEEK}' as period_start, 'open' as reason",
        f"create table marts.own_weekly as select date '{WEEK}' as week_start, 5 as turns",
    )
    done = restate(closing, 77, changed_people=0)
    assert (done.closed, done.kept, done.built_again) == ((), (), {})
    assert closing.published(SHOWN) == [(WEEK, 100), (NEXT_WEEK, None)]
    assert closing.published(f"select turns from published.own_weekly where week_start = date '{WEEK}'") == []
    closing.run(
        f"insert into intermediate.int_rebuilt_periods values ('week', date '{WEEK}', 'reopened'), "
        "('week', date '2026-07-06', 'compared')"
    )
    done = publish(closing.environment, "r3")
    week = Period("week", dt.date.fromisoformat(WEEK))
    assert (done.closed, done.built_again) == ((week,), {"reopened": (week,)})
    assert closing.published(SHOWN)[0] == (WEEK, 77)


def test_comparisons_look_at_the_closed_figure(closing: Deployment) -> None:
    """14 weeks later a week closes: the models compare with a rebuilt 60, readers have seen 100."""
    later = "2027-01-18"
    closing.run(
        "alter table marts.department_usage_weekly add column sessions_14_weeks_ago integer",
        "alter table marts.department_usage_weekly add column sessions_change integer",
        f"insert into marts.department_usage_weekly values "
        f"('all', 'chatgpt', date '{later}', 10, 130, 60, 70), "
        f"('legal', 'chatgpt', date '{later}', 10, 8, 4, 4), "
        f"('sales', 'chatgpt', date '{later}', 20, 138, null, null)",
    )
    publish(closing.environment, "r1")
    closing.run(
        f"insert into restricted.closable_periods values "
        f"('week', date '{later}', true, true, date '2027-01-28', null)"
    )
    publish(closing.environment, "r2")
    shown = closing.published(
        "select department_key, sessions_14_weeks_ago, sessions_change from published.department_usage_weekly "
        f"where week_start = date '{later}' order by 1"
    )
    assert shown == [("all", 100, 30), ("legal", None, None), ("sales", None, None)]


def test_a_raised_k_does_not_hold_up_what_was_closed_with_the_old_one(closing: Deployment) -> None:
    closing.run(f"update marts.department_usage_weekly set active_people = 6 where week_start = date '{WEEK}'")
    publish(closing.environment, "r1", k=5)
    assert publish(closing.environment, "r2", k=8).run_id == "r2"


@pytest.mark.parametrize(
    ("text", "previous", "compared"),
    [
        ("week:2026-10-12", "week:2026-10-05", "week:2026-07-06"),
        ("month:2026-03-01", "month:2026-02-01", "month:2025-12-01"),
        ("month:2026-02-01", "month:2026-01-01", "month:2025-11-01"),
        ("month:2026-01-01", "month:2025-12-01", "month:2025-10-01"),
    ],
)
def test_what_a_period_is_compared_with(text: str, previous: str, compared: str) -> None:
    period = parse_period(text)
    assert (str(period.previous), str(period.fourteen_weeks_before)) == (previous, compared)


@pytest.mark.parametrize(("states_know_features", "expected"), [(True, 10), (False, 8)])
def test_features_of_a_few_people_correct_no_month_whose_states_know_of_features(
    closing: Deployment, states_know_features: bool, expected: int
) -> None:
    """Two of ten people did not search in September after all, and all of them are as active as before.

    States that an earlier release kept know nothing of features, and it published none: nobody changed.
    """
    month = "2026-09-01"
    searching = ", ".join(f"(date '{month}', {key}, 'chatgpt', 'search')" for key in range(1, 11))
    closing.run(
        "create table marts.feature_usage_monthly (department_key varchar, tool varchar, feature varchar, "
        "month_start date, people integer)",
        f"insert into marts.feature_usage_monthly values ('all', 'chatgpt', 'search', date '{month}', 10)",
        "create table restricted.person_feature_months (month_start date, person_key integer, tool varchar, "
        "feature varchar)",
        f"insert into restricted.person_feature_months values {searching}",
        f"insert into restricted.person_use_periods select 'month', date '{month}', person_key, tool, 5 "
        "from restricted.person_use_periods",
        f"insert into restricted.closable_periods values ('month', date '{month}', true, true, "
        "date '2026-10-03', null)",
        f"insert into restricted.tool_periods values ('month', date '{month}', 'chatgpt', true, null)",
    )
    publish(closing.environment, "r1")
    if not states_know_features:
        closing.run(
            "delete from closed.person_states where tool = 'chatgpt/features'",
            "delete from closed.shares where tool = 'chatgpt/features'",
        )
    reopen(closing, f"month:{month}")
    closing.run(
        "delete from restricted.person_feature_months where person_key > 8",
        "update marts.feature_usage_monthly set people = 8",
    )
    done = publish(closing.environment, "r2")
    assert [str(period) for period in done.kept] == ([f"month:{month}"] if states_know_features else [])
    assert closing.published("select people from published.feature_usage_monthly") == [(expected,)]
