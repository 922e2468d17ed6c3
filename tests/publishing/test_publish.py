"""Readers see old or new, never a mix; and nothing that the audit refuses."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import duckdb
import pytest

from publishing.audit import AuditFailedError, audit
from publishing.files import KEEP_VERSIONS, PublishedFolder
from publishing.publish import publish
from publishing.readers import give_to_readers
from runtime.errors import AiUsageError
from tests.publishing.closed_world import NEXT_WEEK, WEEK
from tests.publishing.deployment import Deployment, deployment

PEOPLE = "select active_people from published.department_usage_weekly"
RUN = "select run_id from published.publication"


def test_all_tables_are_published_under_one_run(made: Deployment) -> None:
    done = publish(made.environment, "r1")
    assert done.tables == ("department_usage_weekly", "source_status")
    assert made.published(PEOPLE) == [(12,)]
    assert made.published(RUN) == [("r1",)]
    assert "publishing_next" not in {
        name for (name,) in made.rows("select schema_name from information_schema.schemata")
    }


def test_the_parquet_files_are_of_the_same_run(duckdb_deployment: Deployment) -> None:
    done = publish(duckdb_deployment.environment, "r1")
    assert done.parquet_dir is not None
    file = done.parquet_dir / "department_usage_weekly.parquet"
    assert duckdb.sql(f"select active_people from '{file}'").fetchall() == [(12,)]
    assert duckdb.sql(f"select run_id from '{done.parquet_dir}/publication.parquet'").fetchall() == [("r1",)]


def test_the_date_up_to_which_figures_reach_is_the_newest_run(made: Deployment) -> None:
    publish(made.environment, "r1")
    assert made.published("select as_of from published.publication") == [(None,)]
    made.run(
        "create schema if not exists ops",
        "create table ops.runs as select 'first' as run_id, timestamp '2026-10-05 02:00:00' as as_of "
        "union all select 'second', timestamp '2026-10-06 02:00:00'",
    )
    done = publish(made.environment, "r2")
    assert made.published("select cast(as_of as varchar) from published.publication") == [
        ("2026-10-06 02:00:00",)
    ]
    assert done.as_of is not None
    assert f"{done.as_of:%d.%m.}" == "06.10."


def test_marts_that_change_their_columns_come_and_go(made: Deployment) -> None:
    publish(made.environment, "r1")
    made.run(
        "alter table marts.department_usage_weekly add column sessions decimal(18, 2)",
        "alter table marts.department_usage_weekly drop column department_key",
        "drop table marts.source_status",
        "create table marts.model_mix_weekly as select 7 as sessions",
    )
    publish(made.environment, "r2")
    tables = (
        "select table_name from information_schema.tables where table_schema = 'published' order by table_name"
    )
    assert [name for (name,) in made.published(tables)] == [
        "department_usage_weekly",
        "model_mix_weekly",
        "publication",
    ]
    columns = (
        "select column_name from information_schema.columns "
        "where table_schema = 'published' and table_name = 'department_usage_weekly'"
    )
    assert {name for (name,) in made.published(columns)} == {"active_people", "sessions"}
    assert made.published(RUN) == [("r2",)]


def test_an_open_reader_keeps_its_version_and_the_next_open_sees_the_new_one(
    duckdb_deployment: Deployment,
) -> None:
    made = duckdb_deployment
    database = publish(made.environment, "r1").database
    reader = duckdb.connect(str(database), read_only=True)
    made.run("update marts.department_usage_weekly set active_people = 30")
    publish(made.environment, "r2")
    assert reader.execute(PEOPLE).fetchall() == [(12,)]
    reader.close()
    assert made.published(PEOPLE) == [(30,)]


def test_a_reader_in_a_transaction_keeps_its_version_and_blocks_nobody(postgres_deployment: Deployment) -> None:
    made = postgres_deployment
    publish(made.environment, "r1")
    reader = made.connect()
    reader.set_session(isolation_level="REPEATABLE READ", readonly=True)
    with reader.cursor() as cursor:
        cursor.execute(PEOPLE)
        made.run("update marts.department_usage_weekly set active_people = 30")
        publish(made.environment, "r2")
        cursor.execute(PEOPLE)
        assert cursor.fetchall() == [(12,)]
        cursor.execute(RUN)
        assert cursor.fetchall() == [("r1",)]
    reader.close()
    assert made.published(PEOPLE) == [(30,)]


def test_the_last_versions_are_kept_and_older_ones_go(duckdb_deployment: Deployment) -> None:
    folder = duckdb_deployment.environment.published_dir
    for number in range(KEEP_VERSIONS + 2):
        publish(duckdb_deployment.environment, f"r{number}")
    newest = [f"r{number}" for number in range(2, KEEP_VERSIONS + 2)]
    assert sorted(version.name for version in (folder / "versions").iterdir()) == newest
    assert (folder / "marts.duckdb").resolve().parent.name == newest[-1]
    assert (folder / "parquet").resolve().parent.name == newest[-1]


def test_versions_of_releases_that_showed_open_periods_go_with_the_first_new_one(
    duckdb_deployment: Deployment,
) -> None:
    """They say no newest week. Beside the new version they would tell what a few people did since."""
    made = duckdb_deployment
    versions = made.environment.published_dir / "versions"
    publish(made.environment, "of-an-earlier-release")
    database = versions / "of-an-earlier-release" / "marts.duckdb"
    database.chmod(0o600)
    with duckdb.connect(str(database)) as connection:
        for column in ("newest_week", "next_week_from", "newest_month", "next_month_from"):
            connection.execute(f"alter table published.publication drop column {column}")
    publish(made.environment, "r1")
    assert [version.name for version in versions.iterdir()] == ["r1"]
    publish(made.environment, "r2")
    assert sorted(version.name for version in versions.iterdir()) == ["r1", "r2"]


def test_older_versions_can_be_removed_without_touching_readers(duckdb_deployment: Deployment) -> None:
    made = duckdb_deployment
    folder = PublishedFolder(made.environment.published_dir)
    folder.remove_older()
    publish(made.environment, "r1")
    publish(made.environment, "r2")
    folder.remove_older()
    assert [version.name for version in folder.versions.iterdir()] == ["r2"]
    assert made.published(RUN) == [("r2",)]


def test_the_publication_says_which_periods_are_the_newest_with_figures(closing: Deployment) -> None:
    """The week of 12 October closes; the next one can on 29 October. No month has closed."""
    done = publish(closing.environment, "r1")
    assert closing.published(
        "select cast(newest_week as varchar), cast(next_week_from as varchar), newest_month from "
        "published.publication"
    ) == [("2026-10-12", "2026-10-29", None)]
    assert str(done.newest["week"].start) == "2026-10-12"


def test_an_open_period_shows_its_state_and_nothing_that_people_change(closing: Deployment) -> None:
    """Whatever a column is called, of our own or of a company's mart, and however many rows people make."""
    closing.run(
        "create table marts.badges_weekly (week_start date, department_key varchar, department_name varchar, "
        "tool varchar, badge varchar, holders bigint, cost decimal(18, 2), share double precision, "
        "is_liked boolean, sources_missing varchar, is_complete_week boolean, is_suppressed boolean)",
        *(
            f"insert into marts.badges_weekly values (date '{week}', '{unit}', '{unit} it is', 'chatgpt', "
            f"'{badge}', 7, 7.5, 0.7, true, null, true, true)"
            for week in (WEEK, NEXT_WEEK)
            for unit in ("all", "sales")
            for badge in ("gold", "tin")
        ),
    )
    publish(closing.environment, "r1")
    shown = f"select * from published.badges_weekly where week_start = date '{NEXT_WEEK}'"
    before = closing.published(shown)
    assert [row[1:] for row in before] == [
        ("all", "all it is", "chatgpt", None, None, None, None, None, None, False, False)
    ]
    of_week = f"select * from published.badges_weekly where week_start = date '{WEEK}'"
    assert len(closing.published(of_week)) == 4
    closing.run(
        f"delete from marts.badges_weekly where week_start = date '{NEXT_WEEK}' and department_key = 'all'",
        "update marts.badges_weekly set holders = 8, badge = 'iron'",
    )
    publish(closing.environment, "r2")
    assert closing.published(shown) == before


def test_a_run_that_publishes_twice_leaves_its_readers_alone(duckdb_deployment: Deployment) -> None:
    made = duckdb_deployment
    reader = duckdb.connect(str(publish(made.environment, "r1").database), read_only=True)
    made.run("update marts.department_usage_weekly set active_people = 30")
    publish(made.environment, "r1")
    assert reader.execute(PEOPLE).fetchall() == [(12,)]
    reader.close()
    assert made.published(PEOPLE) == [(30,)]


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
    made: Deployment, statement: str, column: str, reason: str
) -> None:
    publish(made.environment, "good")
    made.run(statement)
    with pytest.raises(AuditFailedError) as error:
        publish(made.environment, "bad")
    assert column in str(error.value)
    assert reason in str(error.value)
    assert "maya" not in str(error.value)
    assert made.published(RUN) == [("good",)]
    assert made.published(PEOPLE) == [(12,)]


@pytest.mark.parametrize("value", ["0", "5", "null"])
def test_nobody_enough_people_and_hidden_may_be_shown(made: Deployment, value: str) -> None:
    made.run(f"update marts.department_usage_weekly set active_people = {value}")
    with made.environment.session() as session:
        assert audit(session, "marts", 5) == []


def test_nothing_built_is_said_so(tmp_path: Path) -> None:
    with deployment(tmp_path) as empty, pytest.raises(AiUsageError, match="No marts"):
        publish(empty.environment, "r1")


def test_a_layout_of_an_older_release_is_taken_over(duckdb_deployment: Deployment) -> None:
    """Until release 0.1 `marts.duckdb` pointed straight to `marts-<run>.duckdb`."""
    made, folder = duckdb_deployment, duckdb_deployment.environment.published_dir
    publish(made.environment, "old")
    version = (folder / "current").resolve()
    (folder / "marts-old.duckdb").hardlink_to(version / "marts.duckdb")
    (version / "parquet").rename(folder / "parquet-old")
    for link, target in (("marts.duckdb", "marts-old.duckdb"), ("parquet", "parquet-old")):
        (folder / link).unlink()
        (folder / link).symlink_to(target)
    (folder / "current").unlink()
    shutil.rmtree(folder / "versions")
    (folder / "marts-older.duckdb").touch()

    PublishedFolder(folder).prepare()
    assert made.published(RUN) == [("old",)]
    assert duckdb.sql(f"select run_id from '{folder}/parquet/publication.parquet'").fetchall() == [("old",)]
    publish(made.environment, "new")
    assert made.published(RUN) == [("new",)]
    assert {path.name for path in folder.iterdir()} == {
        "versions",
        "current",
        "marts.duckdb",
        "parquet",
        "VERSION",
    }
    assert {path.name for path in (folder / "versions").iterdir()} == {"old", "new"}


ANALYSTS, READER = 4242, 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second account, so root")
def test_another_account_of_the_folders_group_reads_every_new_version(duckdb_deployment: Deployment) -> None:
    """The night runs with umask 077, and rights given by hand were gone with the next version."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o711)  # the way to a folder of its own; pytest's is closed to others
        folder = PublishedFolder(Path(place) / "published")
        folder.path.mkdir(mode=0o700)
        os.chown(folder.path, -1, ANALYSTS)
        folder.path.chmod(0o750)
        umask = os.umask(0o077)
        try:
            for run_id in ("r1", "r2"):
                folder.prepare()
                with duckdb_deployment.environment.session() as session:
                    folder.switch(folder.write(session, "marts", run_id))
        finally:
            os.umask(umask)
        files = [folder.database, *folder.parquet.iterdir(), folder.path / "VERSION"]
        for group, may_read in ((ANALYSTS, True), (READER, False)):
            done = subprocess.run(
                ["cat", *map(str, files)],
                user=READER,
                group=group,
                extra_groups=[],
                capture_output=True,
                check=False,
            )
            assert (done.returncode == 0) is may_read, done.stderr


def test_a_group_that_the_account_cannot_give_anything_stops_the_publish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    holder, tree = tmp_path / "published", tmp_path / "version"
    holder.mkdir()
    holder.chmod(0o750)
    tree.mkdir()
    of_another_group = os.stat_result((0o040700, 0, 0, 2, 0, holder.stat().st_gid + 1, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "lstat", lambda _: of_another_group)
    monkeypatch.setattr("publishing.readers.os.chown", refused)
    with pytest.raises(AiUsageError, match="no member of it"):
        give_to_readers(holder, tree)


def test_a_file_to_poll_says_which_version_readers_see(duckdb_deployment: Deployment) -> None:
    told = duckdb_deployment.environment.published_dir / "VERSION"
    seen = []
    for _ in range(2):  # a run that publishes again publishes another version
        publish(duckdb_deployment.environment, "r1")
        seen.append(told.read_text(encoding="ascii"))
    assert seen == ["r1\n", "r1.2\n"]
