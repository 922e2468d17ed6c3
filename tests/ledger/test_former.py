"""A deployment whose operations tables dlt wrote, and whose last run was killed while it did so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from ingestion.dlt_io import ArrowLoad, extract_arrow
from ingestion.privacy.pseudonym import Pseudonymiser
from ledger.ledger import Ledger
from ledger.tables import TABLES
from ledger.tombstone import Tombstone
from runtime.environment import Environment
from runtime.errors import KeyChangedError

NOW = dt.datetime(2026, 11, 19, 2, tzinfo=dt.UTC)
KEY = Pseudonymiser(bytes(range(32)))
BURIED = Tombstone("hris-id", "p1_" + "0" * 32)


def extract_as_before(env: Environment, rows: dict[str, list[dict[str, Any]]]) -> None:
    """The first step of the former way: what a run that is killed then leaves in dlt's working folder."""
    extract_arrow(
        env.pipeline("ops", "ops"),
        [
            ArrowLoad(
                name,
                pa.Table.from_pylist(
                    rows.get(name, []),
                    schema=pa.schema([(column, type_.arrow) for column, type_ in table.columns.items()]),
                ),
                primary_key=table.key,
            )
            for name, table in TABLES.items()
        ],
    )


@pytest.mark.parametrize("env", ["dev", "postgres"], indirect=True)
def test_what_a_killed_run_of_the_former_release_left_is_loaded_first(env: Environment) -> None:
    epoch = {"epoch": 1, "key_check": KEY.key_check(), "canonical_version": KEY.canonical_version()}
    extract_as_before(env, {"pseudonym_epoch": [epoch], "person_key_salt": [{"salt": "5a17"}]})
    former = env.pipeline("ops", "ops")
    former.normalize()
    former.load()
    extract_as_before(
        env, {"tombstones": [{"namespace": BURIED.namespace, "id_token": BURIED.token, "erased_at": NOW}]}
    )

    ledger = Ledger(env)
    with pytest.raises(KeyChangedError):
        ledger.ensure_deployment(Pseudonymiser(bytes(32)), NOW)
    ledger.ensure_deployment(KEY, NOW)

    assert ledger.tombstones() == [BURIED]
    assert ledger.rows("select salt from {person_key_salt}") == [("5a17",)]
    assert not (env.pipelines_dir / "ops").exists()
    newer = Tombstone("hris-id", "p1_" + "1" * 32)
    ledger.bury([BURIED, newer], NOW)
    assert sorted(ledger.tombstones(), key=lambda one: one.token) == [BURIED, newer]
