"""Fixtures that several packages of tests share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import PostgresServer, postgres_server

# A busy machine is no finding: nothing here is judged by the clock.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole session; it starts when the first test asks for it."""
    # A short path: the name of a Unix socket may have 107 characters.
    with (
        tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder,
        postgres_server(Path(folder)) as server,
    ):
        yield server
