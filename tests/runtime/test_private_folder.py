"""Nobody else reads the data folder, whatever made it; readers have a folder of their own."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboards.switch import new_version
from orchestration.lock import run_lock
from publishing.files import PublishedFolder
from runtime.environment import environment
from runtime.own_paths import PathError
from runtime.private_folder import OTHERS, close_to_others


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def readable(folder: Path) -> list[Path]:
    """What others may read, without what is for readers."""
    return [path for path in (folder, *folder.rglob("*")) if path.lstat().st_mode & OTHERS]


def test_every_folder_that_is_made_is_private(tmp_path: Path) -> None:
    """`make demo` made `.data/demo` private and `.data` readable; `run` then wrote the warehouse there."""
    environment(tmp_path / ".data" / "demo")
    assert readable(tmp_path / ".data") == []


def test_what_others_could_read_is_closed_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / ".data" / "demo"
    (data / "dlt" / "deep").mkdir(parents=True)
    (data / "published").mkdir()
    for name in ("warehouse.duckdb", "dlt/deep/file", "published/marts.duckdb"):
        (data / name).write_bytes(b"")
    env = environment(data)
    (data / "warehouse.duckdb").unlink()  # an empty one is no database
    duckdb.connect(str(data / "warehouse.duckdb")).close()
    os.umask(0o077)  # as every command does
    with run_lock(env):
        assert [path.name for path in readable(tmp_path / ".data")] == ["published", "marts.duckdb"]
    assert "Other accounts could read .data, .data/demo, .data/demo/dlt and 3 more" in capsys.readouterr().err
    assert close_to_others(data) == ""


def test_readers_open_their_folder_without_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AI_USAGE_READERS_DIR", str(tmp_path / "readers"))
    os.umask(0o077)
    env = environment(tmp_path / "data")
    folder = PublishedFolder(env.published_dir)
    folder.prepare()
    with env.session() as session:
        session.execute("create schema next")
        session.execute("create table next.publication as select 1 as one")
        folder.switch(folder.write(session, "next", "run"))
    with new_version(env.site, "site") as building:
        (building / "index.html").write_text("x", encoding="utf-8")
    for path in (tmp_path / "readers" / "published", *env.published_dir.rglob("*"), *env.site.rglob("*")):
        assert path.stat().st_mode & 0o004, path
    assert not folder.database.stat().st_mode & 0o222
    assert readable(tmp_path / "data") == []


def test_a_published_folder_that_was_closed_stays_closed(tmp_path: Path) -> None:
    env = environment(tmp_path / "data")
    folder = PublishedFolder(env.published_dir)
    folder.prepare()
    env.published_dir.chmod(0o700)
    with env.session() as session:
        session.execute("create schema next")
        session.execute("create table next.publication as select 1 as one")
        folder.switch(folder.write(session, "next", "run"))
    assert readable(folder.current.resolve()) == []


def test_a_folder_of_other_files_is_no_data_folder(tmp_path: Path) -> None:
    """Its files keep their rights; a folder with an operator's key, or with what runs made, is one."""
    foreign = tmp_path / "home"
    (foreign / "photos").mkdir(parents=True)
    foreign.chmod(0o755)
    with pytest.raises(PathError, match="no run has written to it"), run_lock(environment(foreign, "dev")):
        raise AssertionError("the lock was given")
    assert stat.S_IMODE(foreign.stat().st_mode) == 0o755
    assert not (foreign / "run.lock").exists()
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    (prepared / "pseudonym.key").touch()
    (prepared / "company").mkdir()
    for _ in range(2):  # the second time there is more in it
        with run_lock(environment(prepared, "dev")):
            (prepared / "photos").mkdir(exist_ok=True)
