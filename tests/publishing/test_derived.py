"""Recommended actions are asked of what readers are about to see, not of what the models rebuilt."""

from __future__ import annotations

import pytest

from publishing.derived import reading
from publishing.publish import publish
from runtime.errors import AiUsageError
from tests.publishing.closed_world import WEEK
from tests.publishing.deployment import Deployment

ACTIONS = "select cast(sessions as varchar) from published.recommended_actions"


def query(made: Deployment) -> str:
    """An action about the closed week, written as dbt compiles it: every name quoted, with its database."""
    database = made.rows("select current_database()")[0][0]
    return (
        "-- about 100 % of the sessions\n"
        f'select sessions from "{database}"."marts"."department_usage_weekly" '
        f"where week_start = date '{WEEK}' and '%s' <> ''"
    )


def test_an_action_speaks_of_the_closed_figure_after_a_rebuild_changed_it(closing: Deployment) -> None:
    """One person's late data: the week stays as it was, and the action must not tell the new figure."""
    queries = {"recommended_actions": query(closing)}
    closing.run(f"create table marts.recommended_actions as {queries['recommended_actions']}")
    publish(closing.environment, "r1", queries=lambda: queries)
    assert closing.published(ACTIONS) == [("100",)]
    closing.run(
        "update marts.department_usage_weekly set sessions = 101",
        "update restricted.person_use_periods set user_messages = 2 where person_key = 1",
        "drop table marts.recommended_actions",
        f"create table marts.recommended_actions as {queries['recommended_actions']}",
    )
    assert closing.rows("select sessions from marts.recommended_actions") == [(101,)]
    publish(closing.environment, "r2", queries=lambda: queries)
    assert closing.published(ACTIONS) == [("100",)]


def test_without_its_query_nothing_is_published(duckdb_closing: Deployment) -> None:
    duckdb_closing.run(f"create table marts.recommended_actions as {query(duckdb_closing)}")
    with pytest.raises(AiUsageError, match="query of recommended_actions is missing"):
        publish(duckdb_closing.environment, "r1")


def test_a_prefix_of_a_deployment_is_part_of_the_name() -> None:
    of_team = 'from "db"."team_marts"."a" join "db"."marts"."b"'
    assert reading(of_team, "team_marts", "team_publishing_next") == (
        'from "db"."team_publishing_next"."a" join "db"."marts"."b"'
    )
