"""Backup and restore: every value survives, on either engine; what does not fit is refused whole."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ingestion.pipeline import open_context, utc_now
from ingestion.privacy.pseudonym import Pseudonymiser
from ledger.tables import TABLE_NAMES
from orchestration.backup import restore as restore_module
from orchestration.backup import save as save_module
from orchestration.backup.contents import Project
from orchestration.backup.restore import restore
from orchestration.backup.save import back_up, copy_key
from orchestration.demo import environment_variables
from runtime.clock import RunClock
from runtime.environment import Environment, environment
from runtime.errors import AiUsageError, BusyError, ConfigurationError, KeyChangedError
from tests.postgres import PostgresServer

KEY = bytes(range(32))
KEY_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
Deploy = Callable[..., Environment]

# Written as SQL literals, so that neither engine's driver has a say in what is stored.
TYPES = {
    "label": "varchar",
    "is_on": "boolean",
    "small": "smallint",
    "number": "integer",
    "big": "bigint",
    "ratio": "double precision",
    "day": "date",
    "seen_at": "timestamp",
    "cost": "decimal(38,9)",
}
ROWS = [
    "'', true, 1, -7, 9007199254740993, 0.1, date '2026-02-28', timestamp '2026-11-21 23:59:59.999999', 1e-9",
    "'a \"quoted\", comma;\nbreak', false, 2, 2147483647, null, 1e300, null, null, -12345678901234567890.5",
    "null, null, null, null, null, null, null, null, null",
    "'NULL', true, -3, 0, -1, -0.3333333333333333, date '1999-12-31', timestamp '2015-01-01 00:00:00', 0",
]


@pytest.fixture
def deploy(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deploy]:
    """Makes deployments by engine; the last one made on PostgreSQL is the one its variables point at."""

    def project(env: Environment) -> Project:
        schema = env.schema("intermediate")
        return Project(frozenset({schema, env.schema("marts")}), {"person_keys": (schema, "person_keys")})

    monkeypatch.setattr(save_module, "read_project", project)
    monkeypatch.setattr(restore_module, "read_project", project)
    with ExitStack() as stack:

        def make(name: str, engine: str, **variables: str) -> Environment:
            if engine == "postgres":
                server: PostgresServer = request.getfixturevalue("postgres")
                variables |= server.new_database()
            stack.enter_context(environment_variables(variables))
            return environment(tmp_path / name, "dev" if engine == "duckdb" else "postgres")

        yield make


def fill(env: Environment) -> None:
    """A first run's ops tables, a raw table of every type, a key table, and closed periods."""
    open_context(env, Pseudonymiser(KEY), RunClock(utc_now()), "run-1", [])
    columns = ", ".join(f"{name} {type_}" for name, type_ in TYPES.items())
    with env.session() as session:
        for schema in (env.raw_schema("raw_fake"), env.schema("intermediate"), env.schema("closed")):
            session.execute(f"create schema {session.name(schema)}")
        values = ", ".join(f"({row})" for row in ROWS)
        for name in (
            session.name(env.raw_schema("raw_fake"), "things"),
            session.name(env.schema("closed"), "a_mart"),
        ):
            session.execute(f"create table {name} ({columns})")
            session.execute(f"insert into {name} values {values}")
        keys = session.name(env.schema("intermediate"), "person_keys")
        session.execute(
            f"create table {keys} as select 'label-1' as person_label, cast(1 as integer) as person_key"
        )
        derived = session.name(env.schema("intermediate"), "int_people")
        session.execute(f"create table {derived} as select * from {keys}")


def everything(env: Environment) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables that a backup holds, by a name without prefixes."""
    found = {}
    with env.session(read_only=True) as session:
        for area, names in (
            (env.raw_schema("raw_fake"), ["things"]),
            (env.schema("closed"), ["a_mart"]),
            (env.schema("intermediate"), ["person_keys"]),
            (env.raw_schema("ops"), ["pseudonym_epoch", "person_key_salt", "runs", "tombstones"]),
        ):
            for name in names:
                columns = ", ".join(session.name(column.name) for column in session.columns(area, name))
                rows = session.rows(f"select {columns} from {session.name(area, name)}")
                found[name] = sorted(rows, key=repr)
    return found


@pytest.mark.parametrize("onto", ["duckdb", "postgres"])
@pytest.mark.parametrize("saved_on", ["duckdb", "postgres"])
def test_every_value_survives_on_either_engine_under_another_prefix(
    deploy: Deploy, tmp_path: Path, saved_on: str, onto: str
) -> None:
    first = deploy("first", saved_on)
    fill(first)
    manifest = back_up(first, tmp_path / "backup")
    before = everything(first)
    second = deploy("second", onto, AI_USAGE_SCHEMA_PREFIX="ci_")
    restore(second, tmp_path / "backup", Pseudonymiser(KEY), {})
    assert everything(second) == before
    assert manifest.rows == sum(table.rows for table in manifest.tables) >= 2 * len(ROWS) + 4
    # what dbt makes again was not saved, and the next run finds a deployment of its key
    with second.session() as session:
        assert session.tables("ci_intermediate") == ["person_keys"]
    open_context(second, Pseudonymiser(KEY), RunClock(utc_now()), "run-2", [])
    with pytest.raises(KeyChangedError):
        open_context(second, Pseudonymiser(bytes(range(1, 33))), RunClock(utc_now()), "run-3", [])


def test_a_backup_is_private_and_holds_no_key(deploy: Deploy, tmp_path: Path) -> None:
    env = deploy("first", "duckdb", AI_USAGE_PSEUDONYM_KEY=KEY_TEXT)
    fill(env)
    backup = tmp_path / "backup"
    back_up(env, backup)
    paths = [backup, *backup.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    files = [path for path in paths if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not any(KEY in path.read_bytes() or KEY_TEXT.encode() in path.read_bytes() for path in files)
    with pytest.raises(ConfigurationError, match="inside the backup"):
        copy_key(env, backup / "key", backup)
    copy_key(env, tmp_path / "key", backup)
    assert (tmp_path / "key").read_text().strip() == KEY_TEXT
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_the_copy_of_a_wrong_key_is_refused(deploy: Deploy, tmp_path: Path) -> None:
    env = deploy("first", "duckdb", AI_USAGE_PSEUDONYM_KEY="/" * 42 + "8=")
    fill(env)
    with pytest.raises(ConfigurationError):  # all bits set: no random key
        copy_key(env, tmp_path / "key", tmp_path / "backup")
    other = environment_variables({"AI_USAGE_PSEUDONYM_KEY": KEY_TEXT.replace("A", "B", 1)})
    with other, pytest.raises(AiUsageError, match="another key"):
        copy_key(env, tmp_path / "key", tmp_path / "backup")
    assert not (tmp_path / "key").exists()


def damage_a_byte(backup: Path) -> None:
    path = backup / "raw_fake" / "things.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def edit_the_manifest(backup: Path) -> None:
    path = backup / "manifest.json"
    path.write_text(path.read_text().replace('"canonical_version"', '"canonical_version" '))


def lose_a_file(backup: Path) -> None:
    (backup / "ops" / "runs.parquet").unlink()


def lose_the_checksums(backup: Path) -> None:
    (backup / "SHA256SUMS").unlink()


@pytest.mark.parametrize("harm", [damage_a_byte, edit_the_manifest, lose_a_file, lose_the_checksums])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    deploy: Deploy, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    first = deploy("first", "duckdb")
    fill(first)
    back_up(first, tmp_path / "backup")
    harm(tmp_path / "backup")
    second = deploy("second", "duckdb")
    with pytest.raises(AiUsageError, match=r"damaged|missing|no backup"):
        restore(second, tmp_path / "backup", Pseudonymiser(KEY), {})
    assert not second.warehouse.exists()


def test_another_key_a_held_deployment_and_a_running_night_are_refused(deploy: Deploy, tmp_path: Path) -> None:
    first = deploy("first", "duckdb")
    fill(first)
    backup = tmp_path / "backup"
    back_up(first, backup)
    with pytest.raises(KeyChangedError, match="another pseudonymisation key"):
        restore(deploy("second", "duckdb"), backup, Pseudonymiser(bytes(range(1, 33))), {})
    with pytest.raises(AiUsageError, match="holds tables already"):
        restore(first, backup, Pseudonymiser(KEY), {})
    with pytest.raises(AiUsageError, match="exists already"):
        back_up(first, backup)
    with FileLock(first.lock_file), pytest.raises(BusyError):
        back_up(first, tmp_path / "other")
    with pytest.raises(AiUsageError, match="nothing to back up"):
        back_up(deploy("empty", "postgres"), tmp_path / "other")
    assert sorted(path.name for path in tmp_path.iterdir() if "other" in path.name) == []


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_restore_that_breaks_off_leaves_nothing_and_can_be_repeated(
    deploy: Deploy, tmp_path: Path, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = deploy("first", "duckdb")
    fill(first)
    backup = tmp_path / "backup"
    back_up(first, backup)
    before = everything(first)
    second = deploy("second", engine)
    load, loaded = restore_module.load_table, []

    def break_off(*arguments: Any) -> None:
        loaded.append(arguments[2])
        if len(loaded) == 5:
            raise OSError("the disk is full")
        load(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(restore_module, "load_table", break_off)
        with pytest.raises(OSError, match="disk is full"):
            restore(second, backup, Pseudonymiser(KEY), {})
    with second.session() as session:
        assert session.tables("ops") == []
    restore(second, backup, Pseudonymiser(KEY), {})
    assert everything(second) == before


def test_a_backup_that_breaks_off_leaves_no_folder(
    deploy: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = deploy("first", "duckdb")
    fill(env)

    def fail(*_: Any) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(save_module, "save_table", fail)
    with pytest.raises(OSError, match="disk is full"):
        back_up(env, tmp_path / "backup")
    assert not [name for name in os.listdir(tmp_path) if "backup" in name]


def test_the_manifest_says_what_it_belongs_to(deploy: Deploy, tmp_path: Path) -> None:
    env = deploy("first", "duckdb")
    fill(env)
    back_up(env, tmp_path / "backup")
    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    assert manifest["key_check"] == Pseudonymiser(KEY).key_check()
    assert {"product_version", "created_at", "engine", "epoch", "canonical_version"} <= set(manifest)
    tables = {(table["relation"]["owner"], table["relation"]["table"]) for table in manifest["tables"]}
    assert {("ops", "person_key_salt"), ("closed", "a_mart"), ("person_keys", "person_keys")} <= tables
    # tombstones, lost days, what was fetched: a restored deployment knows all that the lost one knew
    assert {("ops", name) for name in TABLE_NAMES} <= tables
    assert not any(table.startswith("_dlt") for _, table in tables)
