"""From one night to the next the tenant conceals all names in its reports: that is told, and stops nothing."""

from __future__ import annotations

import pytest

from orchestration.alerts.state import load_state
from tests.end_to_end.harness import require_published, world

pytestmark = pytest.mark.end_to_end


def test_concealed_names_are_told_and_neither_new_people_nor_an_empty_field(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """The check for fields that went empty once took the hidden names of a whole report for a fault, and kept
    every night from readers until somebody accepted it."""
    people = "select count(distinct person_key) from restricted.dim_people"
    with world(tmp_path_factory.mktemp("concealed"), people=60, weeks=4) as made:
        require_published(made.night())
        before = made.rows(people)
        made.server.behaviour.conceal_names = True
        second = made.night(days_later=1)
    require_published(second)
    assert second.failed_checks == []
    ((rows, hidden, tokens),) = made.rows(
        "select count(*), count(*) filter (where is_concealed), count(upn_token) "
        "from raw_m365_copilot.usage_user_detail "
        "where day = (select max(day) from raw_m365_copilot.usage_user_detail)"
    )
    assert rows > 20, "fewer rows would not have been judged"
    assert (hidden, tokens) == (rows, 0)
    assert made.rows(people) == before
    assert set(load_state(made.environment.data_dir).active) == {"concealed:m365_copilot"}
    status = made.published("select resource, is_stale from published.source_status where names_concealed")
    assert status == [("usage_user_detail", False)]
