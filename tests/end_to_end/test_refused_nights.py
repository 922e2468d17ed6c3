"""A field that goes empty from one night to the next is refused; names concealed on purpose are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from demo.vendors.m365_copilot.site import Switches
from orchestration.alerts.state import load_state
from orchestration.result import ExitCode
from tests.end_to_end.harness import World, require_published

pytestmark = pytest.mark.end_to_end

RUN = "select run_id from published.publication"
PEOPLE = "select count(distinct person_key) from restricted.dim_people"


def test_an_emptied_field_is_refused_until_it_is_back_and_concealed_names_stop_nothing(
    own_world: Callable[[str], World],
) -> None:
    """Readers keep the last version until the field is back; no hand is needed.

    In the night in which it is back, the tenant conceals all names in its reports. The check for fields that
    went empty once took that for a fault, and kept every night from readers until somebody accepted it.
    """
    world = own_world("night_1")
    before, people = world.published(RUN), world.rows(PEOPLE)
    world.server.faults.replace(
        [{"match": "chatgpt/.*/users", "nth": "all", "do": "null_field", "field": "email", "row": "all"}]
    )
    refused = world.night(days_later=1)
    assert refused.publication is None
    assert refused.exit_code is ExitCode.NOT_PUBLISHED
    empty = {(check.source, check.resource, check.field) for check in refused.failed_checks}
    assert empty == {("chatgpt", "users", "email_token"), ("chatgpt", "seats", "email_token")}
    assert refused.dbt is None, "nothing is built on data that looks wrong"
    assert world.published(RUN) == before
    assert "refused:checks" in load_state(world.environment.data_dir).active

    world.server.faults.replace()
    world.server.behaviour.of(Switches).conceal_names = True
    night = world.night(days_later=2)
    require_published(night)
    assert night.failed_checks == []
    assert world.published(RUN) != before
    assert set(load_state(world.environment.data_dir).active) == {"concealed:m365_copilot"}
    ((rows, hidden, tokens),) = world.rows(
        "select count(*), count(*) filter (where is_concealed), count(upn_token) "
        "from raw_m365_copilot.usage_user_detail "
        "where day = (select max(day) from raw_m365_copilot.usage_user_detail)"
    )
    assert rows > 20, "fewer rows would not have been judged"
    assert (hidden, tokens) == (rows, 0)
    assert world.rows(PEOPLE) == people
    status = world.published("select resource, is_stale from published.source_status where names_concealed")
    assert status == [("usage_user_detail", False)]
