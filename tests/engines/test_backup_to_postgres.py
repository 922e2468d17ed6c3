"""A deployment moves from DuckDB to PostgreSQL by its backup."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ingestion.privacy.pseudonym import Pseudonymiser
from orchestration.backup.restore import restore
from orchestration.backup.save import back_up
from orchestration.demo import environment_variables
from runtime.environment import environment
from tests.end_to_end.harness import KEY, World, contents, require_published
from tests.end_to_end.rebuilt import built, differing
from tests.end_to_end.test_restore import CONTRACTS, IDENTITY, for_good
from tests.postgres import PostgresServer


@pytest.mark.end_to_end
def test_a_backup_of_duckdb_goes_on_in_postgresql(
    first_night: World, tmp_path: Path, postgres: PostgresServer
) -> None:
    """The other engine takes the tables with its own types, and the next night builds on them."""
    lived = replace(first_night, environment=environment(tmp_path / "lived", "dev"), nights=[])
    shutil.copy(first_night.environment.warehouse, lived.environment.warehouse)
    back_up(lived.environment, tmp_path / "backup")

    variables = postgres.new_database()
    moved = replace(lived, environment=environment(tmp_path / "moved", "postgres"), variables=variables)
    with environment_variables(variables):
        restore(moved.environment, tmp_path / "backup", Pseudonymiser(KEY), CONTRACTS)
    assert contents(moved, "closed") == contents(first_night, "closed")
    require_published(moved.night(tested=False))
    assert for_good(contents(moved, "closed")) == for_good(contents(first_night, "closed"))
    assert differing(built(moved, ["marts"]), built(first_night, ["marts"])) == []
    assert moved.rows(IDENTITY.replace("order by all", "order by 1")) == lived.rows(IDENTITY)
