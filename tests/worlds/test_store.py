"""A world is made once, each test has its own copy, and nobody writes into what others read."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.company.generate import generate_company
from orchestration.demo import environment_variables
from orchestration.result import NightResult
from tests.end_to_end.harness import World
from tests.worlds import store, tree
from tests.worlds.declared import WORLDS, Declared
from tests.worlds.kept import Size

NOTE = "note.txt"


@pytest.fixture(autouse=True)
def lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two worlds without a night, the second made from the first; which of them were made, in order."""
    made: list[str] = []

    def first(world: World) -> None:
        made.append("first")
        (world.environment.data_dir / NOTE).write_text("first", encoding="utf-8")
        world.nights.append(NightResult("r1", site=world.environment.data_dir / NOTE))

    def second(world: World) -> None:
        made.append("second")
        note = world.environment.data_dir / NOTE
        note.write_text(note.read_text(encoding="utf-8") + " second", encoding="utf-8")

    monkeypatch.setattr(store, "_WORLDS", tmp_path / "worlds")
    monkeypatch.setitem(WORLDS, "first", Declared(first, Size(people=12, weeks=1)))
    monkeypatch.setitem(WORLDS, "second", Declared(second, base="first"))
    return made


def test_a_world_is_made_once_and_the_next_from_a_copy_of_it(tmp_path: Path, lived: list[str]) -> None:
    for number in (1, 2):
        with store.own("second", tmp_path / f"copy-{number}") as world:
            assert (world.environment.data_dir / NOTE).read_text(encoding="utf-8") == "first second"
            assert world.company.employees == generate_company(people=12, weeks=1).employees
            world.environment.data_dir.joinpath(NOTE).write_text("mine", encoding="utf-8")
    with store.own("first", tmp_path / "copy-3") as world:
        assert (world.environment.data_dir / NOTE).read_text(encoding="utf-8") == "first"
    assert lived == ["first", "second"]


def test_what_a_night_gave_leads_into_the_copy(tmp_path: Path) -> None:
    with store.own("first", tmp_path / "copy") as world:
        assert world.nights == [NightResult("r1", site=tmp_path / "copy" / "data" / NOTE)]


def test_a_world_whose_making_failed_is_not_there(
    tmp_path: Path, lived: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(world: World) -> None:
        lived.append("half")
        raise KeyboardInterrupt

    monkeypatch.setitem(WORLDS, "second", Declared(dies, base="first"))
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            store.stored("second")
    assert lived == ["first", "half", "half"]


def test_on_postgresql_each_copy_has_a_server_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the database, its owner and the roles of its readers; one copy's server may even crash."""

    def live(world: World) -> None:
        with environment_variables(world.variables), world.environment.session() as session:
            session.execute("create table note as select 1 as n")

    monkeypatch.setitem(WORLDS, "on_postgres", Declared(live, Size(people=12, weeks=1), target="postgres"))
    with (
        store.own("on_postgres", tmp_path / "one") as one,
        store.own("on_postgres", tmp_path / "other") as other,
    ):
        assert one.variables["PGHOST"] != other.variables["PGHOST"]
        assert one.variables["AI_USAGE_BI_ROLE"] == "bi_readers"
        assert one.postgres is not None
        one.postgres.execute("alter table note rename to gone", one.variables["PGDATABASE"])
        one.postgres.crash()
        assert other.rows("select n from note") == [(1,)]
        one.postgres.start_again()
        assert one.rows("select n from gone") == [(1,)]


def test_a_test_that_writes_into_what_others_read_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match=r"wrote into first.*note\.txt"),
        store.read_only("first", tmp_path / "copy") as world,
    ):
        (world.environment.data_dir / NOTE).write_text("mine too", encoding="utf-8")


def test_worlds_of_older_trees_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for state in ("a", "b", "c"):
        monkeypatch.setattr(store, "tree_hash", lambda state=state: state)
        store.stored("first")
    assert sorted(path.name for path in (tmp_path / "worlds").iterdir()) == ["b", "c"]


def test_another_product_is_another_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes and names count; its tests and what tools leave do not."""
    monkeypatch.setattr(tree, "ROOT", tmp_path)
    monkeypatch.setattr(tree, "_HOW_WORLDS_ARE_MADE", ())

    def hashed_with(name: str, text: str) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        tree.tree_hash.cache_clear()
        return tree.tree_hash()

    try:
        before = hashed_with("models/a.sql", "select 1")
        assert hashed_with("models/__pycache__/a.pyc", "x") == before
        assert hashed_with("tests/test_a.py", "x") == before
        assert hashed_with(".data/a", "x") == before
        assert hashed_with("manifest/perf_info.json", "x") == before
        assert hashed_with("models/a.sql", "select 2") != before
        assert hashed_with("models/b.sql", "select 1") != hashed_with("models/a.sql", "select 1")
    finally:
        tree.tree_hash.cache_clear()
