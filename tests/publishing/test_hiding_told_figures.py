"""What the linear audit asks for, written down, built and published; on both engines."""

from __future__ import annotations

import pytest

from publishing.audit import AuditFailedError
from publishing.publish import publish, publish_hiding
from tests.publishing import closed_world
from tests.publishing.deployment import Deployment

RUN = "select run_id from published.publication"
GROUPS = (
    "select period_type, cast(period_start as varchar), mask_group, unit_key, tool "
    "from closed.hidden_groups order by unit_key"
)
# Legal's three are 53 - 20 - 30.
PEOPLE = {"legal": 3, "sales": 20, "people": 30, "all": 53}


@pytest.fixture
def telling(made: Deployment) -> Deployment:
    """A week closes; a hidden figure is the difference of shown ones, as a broken mask would leave it."""
    made.run(*closed_world.STATEMENTS, "delete from restricted.suppression_masks")
    rows = ", ".join(
        f"('week', date '2026-10-12', '{unit}', 'chatgpt', 'active_people', '', 'people', false, null, false, "
        f"'active/chatgpt', 'activity', {people}, {people}, null, "
        + ("'few_contributors')" if unit == "legal" else "null)")
        for unit, people in PEOPLE.items()
    )
    made.run(f"insert into restricted.suppression_masks values {rows}")
    return made


def hide(made: Deployment, *units: str) -> bool:
    """What the models make of `closed.hidden_groups`."""
    listed = ", ".join(f"'{unit}'" for unit in units)
    made.run(
        "update restricted.suppression_masks set hidden_reason = 'audit' "
        f"where hidden_reason is null and unit_key in ({listed})"
    )
    return True


def test_what_would_be_told_is_hidden_before_it_is_published(telling: Deployment) -> None:
    # Sales is the smallest of the others: 23 of both could be 5 and 18, so that three is no longer certain.
    done = publish_hiding(telling.environment, "r1", lambda: hide(telling, "legal", "sales"))
    assert done.run_id == "r1"
    assert telling.published(RUN) == [("r1",)]
    assert telling.rows(GROUPS) == [
        ("week", "2026-10-12", "activity", "legal", "chatgpt"),
        ("week", "2026-10-12", "activity", "sales", "chatgpt"),
    ]
    found = telling.rows(
        "select run_id, table_name, cast(period_start as varchar), measure, reason "
        "from restricted.privacy_audit_findings order by reason"
    )
    assert found == [
        ("r1", "department_usage_weekly", "2026-10-12", "active_people", "bounded"),
        ("r1", "department_usage_weekly", "2026-10-12", "active_people", "few_together"),
    ]


def test_the_groups_stay_and_the_last_cells_are_those_that_closed_last(telling: Deployment) -> None:
    publish_hiding(telling.environment, "r1", lambda: hide(telling, "legal", "sales"))
    assert telling.rows("select distinct run_id from closed.last_cells") == [("r1",)]
    publish(telling.environment, "r2")
    assert len(telling.rows(GROUPS)) == 2
    assert telling.rows("select distinct run_id from closed.last_cells") == []


def test_a_store_that_did_not_tell_tools_apart_hides_them_all(telling: Deployment) -> None:
    telling.run(
        "create schema if not exists closed",
        "drop table if exists closed.hidden_groups",
        "create table closed.hidden_groups (period_type varchar, period_start date, mask_group varchar, "
        "unit_key varchar, hidden_since timestamp)",
        "insert into closed.hidden_groups values "
        "('week', date '2026-09-28', 'activity', 'people', timestamp '2026-10-06 03:00:00')",
    )
    publish_hiding(telling.environment, "r1", lambda: hide(telling, "legal", "sales"))
    assert telling.rows(GROUPS) == [
        ("week", "2026-10-12", "activity", "legal", "chatgpt"),
        ("week", "2026-09-28", "activity", "people", None),
        ("week", "2026-10-12", "activity", "sales", "chatgpt"),
    ]


def test_what_no_reader_sees_is_not_asked_about(telling: Deployment) -> None:
    """The week is still open, so none of its figures can be told by another."""
    telling.run("update restricted.closable_periods set is_closable = false, is_final = false")
    publish(telling.environment, "r1")
    assert telling.rows(GROUPS) == []
    assert telling.rows("select * from closed.last_cells") == []


def test_a_build_that_does_not_hide_it_is_not_published(telling: Deployment) -> None:
    with pytest.raises(AuditFailedError, match=r"1 kind of hidden figures in 1 period") as refused:
        publish_hiding(telling.environment, "r1", lambda: True)
    assert "legal" not in str(refused.value)
    with pytest.raises(AuditFailedError):
        publish_hiding(telling.environment, "r2", lambda: False)
    # The next night's build hides it from the start.
    hide(telling, "legal", "sales")
    publish(telling.environment, "r3")
    assert telling.published(RUN) == [("r3",)]


@pytest.mark.parametrize("nights_between", [0, 1])
def test_a_figure_shown_again_is_compared_with_the_last_version(
    telling: Deployment, nights_between: int
) -> None:
    # A correction of the closed week. One person more: Legal has four. People's 30, hidden now, stood in the
    # last version; without it beside Legal, the sum of 24 would be Legal's four and Sales' twenty.
    publish_hiding(telling.environment, "r1", lambda: hide(telling, "legal", "sales"))
    for night in range(nights_between):
        publish(telling.environment, f"between-{night}")
    telling.run(
        "insert into closed.periods select period_type, period_start, version, 'reopened', closed_at, run_id, "
        "people, salt_check from closed.periods",
        "update restricted.suppression_masks set value = value + 1, contributors = contributors + 1 "
        "where unit_key in ('legal', 'all')",
        "update restricted.suppression_masks set hidden_reason = null where unit_key = 'sales'",
        "update restricted.suppression_masks set hidden_reason = 'secondary_unit' where unit_key = 'people'",
    )
    with pytest.raises(AuditFailedError):
        publish(telling.environment, "r2")
    reasons = telling.rows("select distinct reason from restricted.privacy_audit_findings where run_id = 'r2'")
    assert {reason for (reason,) in reasons} >= {"bounded"}
    assert "r2" not in [run_id for (run_id,) in telling.published(RUN)]


def test_nothing_is_published_that_has_no_masks(made: Deployment) -> None:
    made.run("drop table restricted.suppression_masks")
    with pytest.raises(AuditFailedError, match="nothing can be audited"):
        publish(made.environment, "r1")
