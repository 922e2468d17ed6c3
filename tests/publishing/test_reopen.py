"""Correcting a closed period: who stands behind the difference is counted first, and written down first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orchestration.night import ExitCode
from orchestration.reopening import reopen_periods
from publishing.publish import publish
from publishing.reopen import ReopenRefusedError, closed_though_incomplete
from runtime.errors import AiUsageError, ConfigurationError
from tests.publishing.closed_world import NEXT_WEEK, SHOWN, WEEK, add_people
from tests.publishing.deployment import Deployment

PERIOD = f"week:{WEEK}"


def audited(made: Deployment) -> list[tuple[Any, ...]]:
    """What the audit rows say: outcome, people added, changed and gone, whether it came to its end."""
    rows = made.rows("select detail, finished_at from ops.lifecycle_actions where action = 'reopen'")
    details = [(json.loads(detail), finished_at is not None) for detail, finished_at in rows]
    return [
        (detail["outcome"], *(period[f"people_{kind}"] for kind in ("added", "changed", "gone")), is_finished)
        for detail, is_finished in details
        for period in detail["periods"]
    ]


def ask(made: Deployment, *periods: str, yes: bool = True, dry_run: bool = False) -> ExitCode:
    return reopen_periods(made.environment, periods or [PERIOD], None, yes=yes, dry_run=dry_run, as_json=True)


def concern(made: Deployment, *, added: int, changed: int, gone: int) -> None:
    """Late data for new people and for known ones; and people who were erased since."""
    made.run(
        f"update restricted.person_use_periods set user_messages = 9 where person_key <= {changed}",
        f"delete from restricted.person_use_periods where person_key > {10 - gone}",
        "update marts.department_usage_weekly set sessions = 77",
    )
    if added:
        made.run(add_people(range(101, 101 + added)))


def test_the_correction_says_whom_it_concerns_and_becomes_the_next_version(
    closing: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(closing.environment, "r1")
    concern(closing, added=1, changed=3, gone=2)
    assert ask(closing) is ExitCode.OK
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["people"], told["added"], told["changed"], told["gone"]) == (6, 1, 3, 2)
    assert audited(closing) == [("allowed", 1, 3, 2, True)]
    assert closing.published(SHOWN)[0] == (WEEK, 100)
    publish(closing.environment, "r2")
    assert closing.published(SHOWN)[0] == (WEEK, 77)
    assert closing.rows("select version, state from closed.periods order by version, state") == [
        (1, "closed"),
        (1, "reopened"),
        (2, "closed"),
    ]


@pytest.mark.parametrize("gone", [1, 4])
def test_a_correction_that_concerns_a_few_people_is_refused_and_written_down(
    duckdb_closing: Deployment, capsys: pytest.CaptureFixture[str], gone: int
) -> None:
    made = duckdb_closing
    publish(made.environment, "r1")
    concern(made, added=0, changed=0, gone=gone)
    with pytest.raises(ReopenRefusedError, match="fewer than 5 people"):
        ask(made)
    assert json.loads(capsys.readouterr().out)[0]["people"] is None
    assert audited(made) == [("refused", 0, 0, gone, True)]
    publish(made.environment, "r2")
    assert made.published(SHOWN)[0] == (WEEK, 100)


def test_an_erased_person_still_counts_as_one_whom_the_correction_concerns(
    duckdb_closing: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    """Erasure takes the kept state along; the difference of the versions is that person all the same."""
    made = duckdb_closing
    publish(made.environment, "r1")
    concern(made, added=0, changed=0, gone=1)
    made.run("delete from closed.person_states where person_key = 10")
    with pytest.raises(ReopenRefusedError, match="fewer than 5 people"):
        ask(made)
    assert audited(made) == [("refused", 0, 0, 1, True)]


def test_a_correction_of_definitions_alone_concerns_nobody(duckdb_closing: Deployment) -> None:
    made = duckdb_closing
    publish(made.environment, "r1")
    concern(made, added=0, changed=0, gone=0)
    assert ask(made) is ExitCode.OK
    publish(made.environment, "r2")
    assert made.published(SHOWN)[0] == (WEEK, 77)


@pytest.mark.parametrize("dry_run", [True, False])
def test_nothing_happens_without_a_yes(duckdb_closing: Deployment, dry_run: bool) -> None:
    """It was asked what would happen, and was told: no failure, as with `void` and a declined `erase`."""
    made = duckdb_closing
    publish(made.environment, "r1")
    assert ask(made, yes=dry_run, dry_run=dry_run) is ExitCode.OK
    assert made.rows("select state from closed.periods") == [("closed",)]
    assert made.rows(
        "select count(*) from information_schema.tables where table_name = 'lifecycle_actions'"
    ) == [(0,)]


def test_what_cannot_be_reopened_says_why(duckdb_closing: Deployment) -> None:
    made = duckdb_closing
    publish(made.environment, "r1")
    with pytest.raises(AiUsageError, match="is not closed"):
        ask(made, f"week:{NEXT_WEEK}")
    with pytest.raises(ConfigurationError, match="week:2026-10-12"):
        ask(made, "week:2026-10-14")
    with pytest.raises(ConfigurationError, match="no period"):
        ask(made, "quarter:2026-10-01")
    ask(made)
    with pytest.raises(AiUsageError, match="reopened already"):
        ask(made)
    publish(made.environment, "r2")
    made.run(f"delete from marts.department_usage_weekly where week_start = date '{WEEK}'")
    with pytest.raises(AiUsageError, match="no longer holds"):
        ask(made)


def test_under_another_salt_nobody_can_be_counted(duckdb_closing: Deployment) -> None:
    """Everybody would look changed, and one person's correction would pass as everybody's."""
    made = duckdb_closing
    made.run("create schema if not exists ops", "create table ops.person_key_salt as select 'one' as salt")
    publish(made.environment, "r1")
    made.run("update ops.person_key_salt set salt = 'two'")
    concern(made, added=0, changed=9, gone=0)
    with pytest.raises(AiUsageError, match="salt was drawn anew"):
        ask(made)


def test_one_refused_period_keeps_all_of_them_closed(duckdb_closing: Deployment) -> None:
    made = duckdb_closing
    made.run("update restricted.closable_periods set is_closable = true, is_final = true")
    publish(made.environment, "r1")
    concern(made, added=0, changed=2, gone=0)
    with pytest.raises(ReopenRefusedError):
        ask(made, PERIOD, f"week:{NEXT_WEEK}")
    assert made.rows("select distinct state from closed.periods") == [("closed",)]


def test_periods_that_closed_as_complete_though_read_in_part_are_found_once(closing: Deployment) -> None:
    """The kept rows call the week complete; the build knows by now that it was read from its middle on."""
    closing.run("alter table marts.department_usage_weekly add column is_complete_week boolean")
    closing.run("update marts.department_usage_weekly set is_complete_week = true")
    publish(closing.environment, "r1")
    assert closed_though_incomplete(closing.environment) == []
    closing.run(
        "alter table marts.department_usage_weekly add column period_state varchar",
        "update marts.department_usage_weekly set is_complete_week = false, period_state = 'partly_observed'",
    )
    assert [str(period) for period in closed_though_incomplete(closing.environment)] == [PERIOD]
    outcome = reopen_periods(
        closing.environment, [], None, yes=True, dry_run=False, as_json=True, incomplete=True
    )
    assert outcome is ExitCode.OK
    publish(closing.environment, "r2")
    assert closed_though_incomplete(closing.environment) == []
    shown = "select is_complete_week, period_state from published.department_usage_weekly"
    assert closing.published(f"{shown} where week_start = '{WEEK}'") == [(False, "partly_observed")]
