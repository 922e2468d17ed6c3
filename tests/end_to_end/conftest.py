"""Small companies, loaded once each: 60 people, four to six weeks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.attack.readers import seen
from tests.end_to_end.harness import World, require_published, world
from tests.postgres import PostgresServer

ROLES = {
    "AI_USAGE_BI_ROLE": "bi_readers",
    "AI_USAGE_PIPELINE_ROLE": "pipeline_engineers",
    "AI_USAGE_RESTRICTED_ROLE": "privacy_officers",
}


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world after its first night. Tests that use it only read."""
    with world(tmp_path_factory.mktemp("first_night"), people=60, weeks=8) as made:
        require_published(made.night())
        yield made


@contextmanager
def two_nights_in(
    folder: Path, target: str = "dev", variables: dict[str, str] | None = None
) -> Iterator[World]:
    """A first night, then a second with one new day, restated GitHub days, late messages and late HR news."""
    with world(folder, people=60, weeks=4, target=target, variables=variables) as made:
        logins = made.company_dir / "github_logins.csv"
        whole = logins.read_text(encoding="utf-8")
        rows = whole.splitlines(keepends=True)
        logins.write_text("".join(rows[:-1]), encoding="utf-8")
        require_published(made.night())
        if target == "dev":  # one file holds everything, what readers must not see too
            made.seen.append(seen("first night", made.environment.data_dir))
        logins.write_text(whole, encoding="utf-8")
        require_published(made.night(days_later=1))
        yield made


@pytest.fixture(scope="session")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two nights on DuckDB."""
    with two_nights_in(tmp_path_factory.mktemp("two_nights")) as made:
        yield made


@pytest.fixture(scope="session")
def two_nights_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> Iterator[World]:
    """The same two nights on PostgreSQL, run by an ordinary role, with a role for every kind of reader."""
    for role in ROLES.values():
        postgres.execute(f"create role {role} login")
    variables = postgres.new_database() | ROLES
    with two_nights_in(tmp_path_factory.mktemp("postgres"), "postgres", variables) as made:
        yield made
