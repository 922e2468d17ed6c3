"""A field of a vendor goes empty from one night to the next: readers keep the last version until it is back."""

from __future__ import annotations

import pytest

from orchestration.alerts.state import load_state
from orchestration.result import ExitCode
from tests.end_to_end.harness import require_published, world

pytestmark = pytest.mark.end_to_end

RUN = "select run_id from published.publication"


def test_an_emptied_field_is_not_published_and_needs_no_hand_when_it_is_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with world(tmp_path_factory.mktemp("refused"), people=60, weeks=4) as made:
        require_published(made.night())
        before = made.published(RUN)
        made.server.faults.replace(
            [{"match": "chatgpt/.*/users", "nth": "all", "do": "null_field", "field": "email", "row": "all"}]
        )
        refused = made.night(days_later=1)
        assert refused.publication is None
        assert refused.exit_code is ExitCode.NOT_PUBLISHED
        empty = {(check.source, check.resource, check.field) for check in refused.failed_checks}
        assert empty == {("chatgpt", "users", "email_token"), ("chatgpt", "seats", "email_token")}
        assert refused.dbt is None, "nothing is built on data that looks wrong"
        assert made.published(RUN) == before
        assert "refused:checks" in load_state(made.environment.data_dir).active

        made.server.faults.replace()
        require_published(made.night(days_later=1))
        assert made.published(RUN) != before
        assert load_state(made.environment.data_dir).active == {}
