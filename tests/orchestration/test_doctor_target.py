"""What the doctor says of a target: each message names what is missing, and no value of a variable."""

from __future__ import annotations

import importlib.util
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ingestion.source_types import Finding
from orchestration import doctor_target
from orchestration.cli import app
from orchestration.doctor_target import examine_target
from orchestration.night import ExitCode
from runtime.environment import Environment
from runtime.errors import ConfigurationError
from runtime.targets import TARGETS
from tests.orchestration.test_commands import KEY, ai_usage, runner
from tests.postgres import PostgresServer

MODELS_ONLY = sorted(name for name, target in TARGETS.items() if target.models_only)


def findings(target: str, folder: Path) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine_target(Environment(folder, target))}


@pytest.fixture
def every_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())


@pytest.fixture
def closed_port() -> Iterator[str]:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield str(taken.getsockname()[1])


@pytest.mark.parametrize("target", MODELS_ONLY)
def test_a_missing_package_is_named_with_its_extra(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    found = findings(target, tmp_path)
    assert f"dbt-{target} is not installed" in found["adapter"].message
    extra = TARGETS[target].extra
    assert (f"`{extra}`" if extra else "environment of its own") in found["adapter"].remedy
    assert "loads and publishes on dev, postgres and spark only" in found["commands"].message
    assert len(found) == 2  # nothing else can be said before


def test_every_extra_that_is_named_exists() -> None:
    project = tomllib.loads((doctor_target.PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    named = {target.extra for target in TARGETS.values() if target.models_only and target.extra}
    assert named == {name for name in extras if name in TARGETS and name != "spark"}


def test_every_target_has_a_profile() -> None:
    profiles = (doctor_target.PROJECT_DIR / "profiles.yml").read_text(encoding="utf-8")
    outputs = yaml.safe_load(profiles)["ai_usage"]["outputs"]
    assert {name: profile["type"] for name, profile in outputs.items()}.items() <= {
        (name, target.adapter) for name, target in TARGETS.items()
    }


@pytest.mark.usefixtures("every_adapter")
def test_missing_variables_are_named_and_values_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SNOWFLAKE_PASSWORD", "SNOWFLAKE_PRIVATE_KEY_PATH", "SNOWFLAKE_ROLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "SNOWFLAKE_WAREHOUSE"):
        monkeypatch.setenv(name, "worth-keeping")
    found = findings("snowflake", tmp_path)["variables"]
    assert not found.ok
    assert found.message == "not set: SNOWFLAKE_PASSWORD or SNOWFLAKE_PRIVATE_KEY_PATH, SNOWFLAKE_ROLE"


@pytest.mark.usefixtures("every_adapter")
@pytest.mark.parametrize("target", ["trino", "redshift", "clickhouse", "spark", "postgres"])
def test_a_server_that_does_not_answer_is_told_with_its_variables(
    target: str, tmp_path: Path, closed_port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs = TARGETS[target]
    assert needs.host is not None
    assert needs.port is not None
    for names in needs.variables:
        monkeypatch.setenv(names.split(" or ")[0], "worth-keeping")
    monkeypatch.setenv(needs.host, "127.0.0.1")
    monkeypatch.setenv(needs.port, closed_port)
    found = findings(target, tmp_path)["server"]
    assert not found.ok
    assert needs.host in found.remedy
    assert needs.port in found.remedy
    assert "127.0.0.1" not in found.message + found.remedy


@pytest.mark.usefixtures("every_adapter")
def test_a_login_that_fails_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server answers, but it is none of Spark's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("AI_USAGE_SPARK_HOST", "127.0.0.1")
        monkeypatch.setenv("AI_USAGE_SPARK_PORT", str(server.getsockname()[1]))
        monkeypatch.setattr(doctor_target, "DBT_SECONDS", 1.0)
        found = findings("spark", tmp_path / "data")
    assert found["server"].ok
    assert found["lake"].ok
    assert not found["connection"].ok
    assert list(tmp_path.iterdir()) == []


def test_postgres_is_asked_for_zone_and_rights(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = postgres.new_database()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = findings("postgres", tmp_path)
    assert all(finding.ok for finding in found.values()), found
    assert found["session time zone"].message == "UTC"  # the database itself lives in Auckland

    postgres.execute(f"alter database {variables['PGDATABASE']} owner to postgres")
    refused = findings("postgres", tmp_path)["rights"]
    assert not refused.ok
    assert "grant create" in refused.remedy
    assert list(tmp_path.iterdir()) == []


def test_duckdb_is_told_its_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_USAGE_MEMORY_LIMIT", "800MB")
    found = findings("dev", tmp_path)
    assert "800MB" in found["memory"].message
    assert found["disk"].message.endswith("GB free")
    monkeypatch.setenv("AI_USAGE_MEMORY_LIMIT", "900TB")
    assert "AI_USAGE_MEMORY_LIMIT" in findings("dev", tmp_path)["memory"].remedy
    monkeypatch.setenv("AI_USAGE_MEMORY_LIMIT", "much")
    assert not findings("dev", tmp_path)["memory"].ok


@pytest.mark.parametrize("target", MODELS_ONLY)
def test_run_refuses_what_only_builds_models(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AI_USAGE_PSEUDONYM_KEY", KEY)
    refused = runner.invoke(app, ["run", "--target", target, "--data-dir", str(tmp_path)]).exception
    assert isinstance(refused, ConfigurationError)
    assert "neither loads nor publishes" in refused.message
    assert "docs/deploy.md" in refused.remedy
    assert [path.name for path in tmp_path.iterdir()] == ["run.lock"]


def test_the_refusal_is_told_on_standard_error(tmp_path: Path) -> None:
    """With one target: the message of each is tested above, and a process takes seconds to start."""
    done = ai_usage("run", "--target", MODELS_ONLY[0], data_dir=tmp_path, AI_USAGE_PSEUDONYM_KEY=KEY)
    assert done.returncode == ExitCode.ERROR
    assert "neither loads nor publishes" in done.stderr
    assert "docs/deploy.md" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["run.lock"]
