"""Deployments with tiny marts, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import PostgresServer
from tests.publishing import closed_world
from tests.publishing.deployment import Deployment, deployment

MARTS = (
    "create schema marts",
    "create table marts.department_usage_weekly as "
    "select cast('sales' as varchar) as department_key, 12 as active_people",
    "create table marts.source_status as select cast('chatgpt' as varchar) as source",
    "create schema restricted",
    "create table restricted.suppression_masks (period_type varchar, period_start date, unit_key varchar, "
    "tool varchar, measure varchar, item varchar, kind varchar, is_additive boolean, part_group varchar, "
    "is_part_total boolean, tie_group varchar, mask_group varchar, value numeric(28, 9), contributors bigint, "
    "largest numeric(28, 9), hidden_reason varchar)",
)


@pytest.fixture
def duckdb_deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment(tmp_path) as made:
        made.run(*MARTS)
        yield made


@pytest.fixture
def postgres_deployment(tmp_path: Path, postgres: PostgresServer) -> Iterator[Deployment]:
    with deployment(tmp_path, postgres.new_database()) as made:
        made.run(*MARTS)
        yield made


@pytest.fixture(params=["duckdb", "postgres"])
def made(request: pytest.FixtureRequest) -> Deployment:
    """The same marts on each engine."""
    deployment_: Deployment = request.getfixturevalue(f"{request.param}_deployment")
    return deployment_


@pytest.fixture
def duckdb_closing(duckdb_deployment: Deployment) -> Deployment:
    """A week that closes with the next publish, and one that stays open."""
    duckdb_deployment.run(*closed_world.STATEMENTS)
    return duckdb_deployment


@pytest.fixture
def closing(made: Deployment) -> Deployment:
    """The same on each engine."""
    made.run(*closed_world.STATEMENTS)
    return made
