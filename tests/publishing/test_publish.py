"""Readers see old or new, never a mix; and nothing that the audit refuses."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.errors import AiUsageError
from publishing.audit import AuditFailedError, audit
from publishing.publish import KEEP_VERSIONS, publish


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.department_usage_weekly as "
            "select 'sales' as department_key, 12 as active_people"
        )
        connection.execute("create table marts.source_status as select 'chatgpt' as source")
    return path


def change(warehouse: Path, statement: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(statement)


def active_people(database: Path) -> list[int]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return [
            row[0]
            for row in connection.execute(
                "select active_people from published.department_usage_weekly"
            ).fetchall()
        ]


def test_all_tables_are_published_under_one_run(warehouse: Path, tmp_path: Path) -> None:
    done = publish(warehouse, tmp_path / "published", "r1")
    assert done.tables == ("department_usage_weekly", "source_status")
    assert active_people(done.database) == [12]
    assert done.database.is_symlink()
    parquet = done.parquet_dir / "department_usage_weekly.parquet"
    assert duckdb.sql(f"select active_people from '{parquet}'").fetchall() == [(12,)]


def test_an_open_reader_keeps_its_version_and_the_next_open_sees_the_new_one(
    warehouse: Path, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    database = publish(warehouse, published, "r1").database
    reader = duckdb.connect(str(database.resolve()), read_only=True)
    change(warehouse, "update marts.department_usage_weekly set active_people = 30")
    publish(warehouse, published, "r2")
    query = "select active_people from published.department_usage_weekly"
    assert reader.execute(query).fetchall() == [(12,)]
    reader.close()
    assert active_people(database) == [30]


def test_the_last_versions_are_kept_and_older_ones_go(warehouse: Path, tmp_path: Path) -> None:
    published = tmp_path / "published"
    for number in range(KEEP_VERSIONS + 2):
        publish(warehouse, published, f"r{number}")
    assert len(list(published.glob("marts-*.duckdb"))) == KEEP_VERSIONS
    assert len(list(published.glob("parquet-*"))) == KEEP_VERSIONS
    assert (published / "marts.duckdb").resolve().name == f"marts-r{KEEP_VERSIONS + 1}.duckdb"


@pytest.mark.parametrize(
    ("statement", "column", "reason"),
    [
        ("alter table marts.source_status add column person_key integer", "person_key", "person-level"),
        ("alter table marts.source_status add column email varchar", "email", "person-level"),
        (
            "update marts.source_status set source = 'p1_0123456789abcdef0123456789abcdef'",
            "source",
            "token or an address",
        ),
        ("update marts.source_status set source = 'maya@asterlane.example'", "source", "token or an address"),
        ("update marts.department_usage_weekly set active_people = 4", "active_people", "fewer than 5"),
    ],
)
def test_the_audit_refuses_and_the_last_good_version_stays(
    warehouse: Path, tmp_path: Path, statement: str, column: str, reason: str
) -> None:
    published = tmp_path / "published"
    database = publish(warehouse, published, "good").database
    change(warehouse, statement)
    with pytest.raises(AuditFailedError) as error:
        publish(warehouse, published, "bad")
    assert column in str(error.value)
    assert reason in str(error.value)
    assert "maya" not in str(error.value)
    assert database.resolve().name == "marts-good.duckdb"
    assert active_people(database) == [12]


@pytest.mark.parametrize("value", ["0", "5", "null"])
def test_nobody_enough_people_and_hidden_may_be_shown(warehouse: Path, value: str) -> None:
    change(warehouse, f"update marts.department_usage_weekly set active_people = {value}")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert audit(connection, "marts", 5) == []


def test_nothing_built_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(AiUsageError, match="No marts"):
        publish(path, tmp_path / "published", "r1")
