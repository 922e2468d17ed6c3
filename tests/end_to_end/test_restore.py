"""After losing the warehouse: restore, one night, and everything is as it was, people's labels and keys too."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.sources.registry import SOURCES
from orchestration.backup.restore import restore
from orchestration.backup.save import back_up
from runtime.environment import environment
from tests.end_to_end.harness import KEY, World, contents, require_published
from tests.end_to_end.published import published_tables
from tests.end_to_end.rebuilt import built, differing

CONTRACTS = {source.name: source.contracts for source in SOURCES}
IDENTITY = "select person_label, person_key from intermediate.person_keys order by all"
Tables = dict[str, list[tuple[Any, ...]]]
ACCOUNTS = "select account_key, namespace, id_token from intermediate.account_keys order by all"


def for_good(closed: Tables) -> Tables:
    """Without the cells of open periods as they were seen last: every night writes these anew."""
    return {table: rows for table, rows in closed.items() if table != "last_cells"}


@pytest.mark.end_to_end
def test_a_restored_deployment_goes_on_as_if_nothing_had_been_lost(first_night: World, tmp_path: Path) -> None:
    lived = replace(first_night, environment=environment(tmp_path / "lived", "dev"), nights=[])
    shutil.copy(first_night.environment.warehouse, lived.environment.warehouse)
    with duckdb.connect(str(lived.environment.warehouse)) as connection:
        # Numbers are given by order of arrival. A rebuild would number by label: these would not come back.
        connection.execute("update intermediate.person_keys set person_key = person_key + 500")
    identity, accounts = lived.rows(IDENTITY), lived.rows(ACCOUNTS)
    closed = contents(lived, "closed")
    assert closed["periods"], "the first night closes the periods that are final"
    raw = {schema: contents(lived, schema) for schema in ("raw_hris", "raw_chatgpt", "raw_model_prices")}
    back_up(lived.environment, tmp_path / "backup")

    restored = replace(lived, environment=environment(tmp_path / "restored", "dev"))
    restore(restored.environment, tmp_path / "backup", Pseudonymiser(KEY), CONTRACTS)
    assert contents(restored, "closed") == closed
    require_published(restored.night(tested=False))

    assert restored.rows(IDENTITY) == identity
    assert restored.rows(ACCOUNTS) == accounts
    # With the run and the moment that closed them: what was published is kept and not computed again.
    assert for_good(contents(restored, "closed")) == for_good(closed)
    assert differing(built(restored, ["marts"]), built(first_night, ["marts"])) == []
    assert published_tables(restored) == published_tables(first_night)
    for schema, tables in raw.items():
        held = contents(restored, schema)
        assert {table: held[table] for table in tables if not table.startswith("_dlt")} == {
            table: rows for table, rows in tables.items() if not table.startswith("_dlt")
        }
