"""A backup from before an erasure brings nobody back, wherever it is still known who was erased."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lifecycle.erased import FILE
from orchestration.backup import restore as restore_module
from orchestration.backup import save as save_module
from orchestration.backup.contents import Project
from orchestration.backup.restore import restore
from orchestration.backup.save import back_up
from runtime.environment import Environment, environment
from runtime.errors import AiUsageError
from tests.lifecycle.conftest import CONTRACTS, MAYA, NOAH, Deployment
from tests.lifecycle.test_erase import TOMBSTONES, build, erase, fill, tokens_of_maya
from tests.postgres import PostgresServer

FAKE = {"fake": CONTRACTS}


@pytest.fixture(autouse=True)
def project(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the dbt project would say of the tables that the tests made by hand."""

    def found(env: Environment) -> Project:
        schema = env.schema("intermediate")
        keys = {name: (schema, name) for name in ("person_keys", "account_keys")}
        return Project(frozenset({schema, env.schema("restricted")}), keys)

    monkeypatch.setattr(save_module, "read_project", found)
    monkeypatch.setattr(restore_module, "read_project", found)


def empty_one(
    made: Deployment, folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Deployment:
    """A new data folder; on PostgreSQL a new database as well."""
    if made.environment.engine.name == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        for name, value in server.new_database().items():
            monkeypatch.setenv(name, value)
    return replace(made, environment=environment(folder, made.environment.target))


def all_but_tombstones_lost(made: Deployment) -> Deployment:
    """The same warehouse, of which somebody dropped everything but `ops.tombstones`."""
    with made.environment.session() as session:
        for schema in session.schemas():
            if schema.startswith(("raw_", "intermediate", "restricted", "closed")):
                session.execute(f"drop schema {session.name(schema)} cascade")
        for table in session.tables("ops"):
            if table != "tombstones":
                session.execute(f"drop table {session.name('ops', table)}")
    (made.environment.data_dir / FILE).unlink()
    return made


@pytest.mark.parametrize(
    ("deployment", "known_by"),
    [
        ("dev", "data folder"),
        ("dev", "newer backup"),
        ("dev", "folder named"),
        ("dev", "database"),
        ("postgres", "database"),
    ],
    indirect=["deployment"],
)
def test_an_older_backup_brings_no_erased_person_back(
    deployment: Deployment,
    tmp_path: Path,
    known_by: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(deployment)
    deployment.load()
    build(deployment)
    lost, maya = deployment.environment.data_dir, tokens_of_maya(deployment)
    noah = [deployment.mail(NOAH), deployment.label("h2")]
    backup = tmp_path / "backups" / "older"
    back_up(deployment.environment, backup)
    erase(deployment)
    if known_by == "newer backup":
        back_up(deployment.environment, tmp_path / "backups" / "newer")
    if known_by == "database":
        target = all_but_tombstones_lost(deployment)
    else:
        target = empty_one(deployment, tmp_path / "restored", request, monkeypatch)
    if known_by == "data folder":
        shutil.copy(lost / FILE, target.environment.data_dir)

    named = [lost] if known_by == "folder named" else []
    done = restore(target.environment, backup, target.pseudonymiser, FAKE, erased_from=named)

    assert target.places(*maya) == TOMBSTONES
    assert target.places(*noah)
    assert done.erased_again["raw_fake.messages"] == 2
    ((detail,),) = target.rows("select detail from ops.lifecycle_actions where action = 'restore'")
    assert json.loads(detail)["rows_deleted"] == done.erased_again
    assert (target.environment.data_dir / FILE).exists()
    if target.environment.engine.name == "duckdb":
        stored = target.environment.warehouse.read_bytes()
        assert target.label("h1").encode() not in stored, "deleted rows leave bytes until the file is rewritten"
        assert target.label("h2").encode() in stored
    assert target.load().erased > 0
    assert target.places(*maya) == TOMBSTONES


@pytest.mark.parametrize("deployment", ["dev"], indirect=True)
def test_nothing_is_restored_while_nobody_can_tell_who_was_erased(
    deployment: Deployment, tmp_path: Path
) -> None:
    fill(deployment)
    deployment.load()
    back_up(deployment.environment, tmp_path / "backup")
    target = replace(deployment, environment=environment(tmp_path / "restored", "dev"))
    (tmp_path / "restored" / FILE).write_text("{")
    with pytest.raises(AiUsageError, match="cannot be read"):
        restore(target.environment, tmp_path / "backup", target.pseudonymiser, FAKE)
    (tmp_path / "restored" / FILE).unlink()
    with pytest.raises(AiUsageError, match="does not say who was erased"):
        restore(
            target.environment,
            tmp_path / "backup",
            target.pseudonymiser,
            FAKE,
            erased_from=[tmp_path / "nowhere"],
        )
    assert not target.environment.warehouse.exists()
    assert restore(target.environment, tmp_path / "backup", target.pseudonymiser, FAKE).erased_again == {}
    assert target.places(target.mail(MAYA)), "who was not erased comes back"
