"""One small company, loaded once: 60 people, six weeks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.end_to_end.harness import World, require_published, world


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world after its first night. Tests that use it only read."""
    with world(tmp_path_factory.mktemp("first_night"), people=60, weeks=6) as made:
        require_published(made.night())
        yield made
