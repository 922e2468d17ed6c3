"""A fresh deployment for a test, on the engine that it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.environment import Environment, environment
from tests.postgres import PostgresServer


@pytest.fixture
def env(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The DuckDB file; a PostgreSQL database when the test is parametrised (`indirect`) with that target."""
    target = getattr(request, "param", "dev")
    if target == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        for name, value in server.new_database().items():
            monkeypatch.setenv(name, value)
    return environment(tmp_path / "data", target)
