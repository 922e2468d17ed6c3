"""Small companies after a night or two, to read or to go on with; packages of tests import what they need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.end_to_end.harness import World
from tests.worlds.store import own, read_only


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world after its first night. Tests that use it only read."""
    with read_only("first_night", tmp_path_factory.mktemp("first_night")) as made:
        yield made


@pytest.fixture(scope="session")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two nights on DuckDB. Tests that use it only read."""
    with read_only("night_2", tmp_path_factory.mktemp("two_nights")) as made:
        yield made


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two nights on DuckDB, then everything built in full. Tests that use it only read."""
    with read_only("refreshed", tmp_path_factory.mktemp("refreshed")) as made:
        yield made


@pytest.fixture(scope="session")
def two_nights_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same two nights on PostgreSQL, run by an ordinary role, with a role for every kind of reader.

    Tests that use it only read.
    """
    with read_only("night_2_on_postgres", tmp_path_factory.mktemp("on_postgres")) as made:
        yield made


@pytest.fixture
def own_world(tmp_path: Path) -> Iterator[Callable[[str], World]]:
    """By name: a copy of a world for the test alone, to go on with."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(own(name, tmp_path / name))
