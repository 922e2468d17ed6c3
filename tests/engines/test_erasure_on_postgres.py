"""People are erased from a deployment on PostgreSQL, whose server dies on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from orchestration.result import ExitCode
from tests.end_to_end.harness import World, require_published
from tests.end_to_end.published import published_tables
from tests.end_to_end.test_erasure import (
    erase_people,
    require_dropped_at_the_gate,
    require_nothing_left,
    require_readers_learn_nothing,
    require_the_others_as_before,
)

pytestmark = pytest.mark.end_to_end


def kill_server_while_models_are_built(world: World) -> None:
    """A night whose server is killed when the third node has ended: readers keep what they have."""
    assert world.postgres is not None
    server = world.postgres
    before = published_tables(world)
    ended: list[str] = []

    def kill_server(stage: str, message: str) -> None:
        if stage == "dbt":
            ended.append(message)
            if len(ended) == 3:
                server.crash()

    result = world.night(days_later=1, progress=kill_server)
    assert result.exit_code == ExitCode.BUILD_FAILED
    assert result.publication is None
    server.start_again()
    assert published_tables(world) == before


def test_on_postgresql_they_are_erased_as_well_and_a_server_that_dies_needs_no_hand(
    own_world: Callable[[str], World],
) -> None:
    """The second night twice more: the server is killed in the first. The vendors send the look-back, as every
    night.
    """
    world = own_world("night_2_on_postgres")
    before = published_tables(world)
    # Closed weeks as well, which the second night left: everybody else's rows are compared.
    world.variables["AI_USAGE_REBUILT_FROM"] = f"{dt.date.min}"
    result = world.build()
    assert result.ok, result.failures[:5]
    erased = erase_people(world)
    require_nothing_left(erased)

    kill_server_while_models_are_built(world)
    require_published(world.night(days_later=1, tested=False))
    assert published_tables(world) == before
    require_dropped_at_the_gate(erased)
    require_nothing_left(erased)
    require_the_others_as_before(erased)
    require_readers_learn_nothing(erased)
