"""Deployments side by side in one PostgreSQL database: each builds in its own schemas."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.pipeline import utc_now
from ingestion.privacy.pseudonym import Pseudonymiser
from ledger.ledger import Ledger
from orchestration.dbt import run_dbt
from runtime.environment import Environment, environment
from runtime.errors import ConfigurationError
from tests.postgres import PostgresServer


def schemas(env: Environment) -> set[str]:
    with env.session() as session:
        return {name for name in session.schemas() if not name.startswith(("pg_", "information_"))}


def test_a_developer_builds_in_schemas_of_her_own_from_what_production_has_loaded(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in postgres.new_database().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AI_USAGE_SCHEMA_PREFIX", "prod_")
    production = environment(tmp_path / "production", "postgres")
    Ledger(production).ensure_deployment(Pseudonymiser(bytes(32)), utc_now())
    loaded = schemas(production)
    assert {"public", "prod_ops"} <= loaded <= {"public", "prod_ops", "prod_ops_staging"}

    monkeypatch.setenv("AI_USAGE_SCHEMA_PREFIX", "dev_maya_")
    monkeypatch.setenv("AI_USAGE_RAW_SCHEMA_PREFIX", "prod_")
    developer = environment(tmp_path / "developer", "postgres")
    some = ["--select", "stg_ops__loaded_days", "model_tiers", "--exclude-resource-type", "test"]
    built = run_dbt(["build", *some], developer)
    assert built.ok, built.failures
    assert schemas(developer) == loaded | {"dev_maya_staging", "dev_maya_reference"}
    with developer.session() as session:
        view = session.name(developer.schema("staging"), "stg_ops__loaded_days")
        assert session.value(f"select count(*) from {view}") == 0
    assert developer.pipelines_dir.name != environment(tmp_path / "developer", "dev").pipelines_dir.name


def test_a_prefix_that_cannot_begin_a_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for prefix in ("Dev_", "1_", 'a"', "x" * 21):
        monkeypatch.setenv("AI_USAGE_SCHEMA_PREFIX", prefix)
        with pytest.raises(ConfigurationError, match="AI_USAGE_SCHEMA_PREFIX"):
            environment(tmp_path, "dev")


def test_no_name_is_longer_than_postgres_keeps() -> None:
    """It cuts names after 63 characters without a word, and dbt puts a suffix behind ours while it builds."""
    project = Path(__file__).resolve().parents[2]
    names = [path.stem for folder in ("models", "seeds") for path in (project / folder).rglob("*.sql")]
    names += [path.stem for path in (project / "seeds").rglob("*.csv")]
    assert len(names) > 100
    longest = len("__dbt_backup")
    assert [name for name in names if len(name) + longest > 63] == []
