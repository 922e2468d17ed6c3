"""Worlds on disk: each is made once for a state of the product, by whoever needs it first.

    .data/worlds/<hash of the tree>/<name>/

A world appears by a rename, when it is whole. Nobody writes into it afterwards.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock

from tests.end_to_end.harness import World, world
from tests.worlds.declared import ROLES, WORLDS, Declared
from tests.worlds.kept import Size, keep, opened, server_of
from tests.worlds.tree import ROOT, tree_hash

_WORLDS = ROOT / ".data" / "worlds"
# The present state of the tree and the one before: who switches between two branches rebuilds nothing.
_KEPT_TREES = 2


@contextmanager
def read_only(name: str, folder: Path) -> Iterator[World]:
    """A copy of a world for tests that only read, whatever their number and order.

    Raises:
        AssertionError: at the end, when one of them wrote into its data folder.
    """
    with opened(stored(name), folder) as made:
        before = _written(made.environment.data_dir)
        yield made
        after = _written(made.environment.data_dir)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert not changed, f"a test wrote into {name}, which others read; it needs a copy of its own: {changed}"


@contextmanager
def own(name: str, folder: Path) -> Iterator[World]:
    """A copy of a world for one test to go on with."""
    with opened(stored(name), folder) as made:
        yield made


def stored(name: str) -> Path:
    """The folder of a world; it is made first where that was not done yet."""
    tree = _WORLDS / tree_hash()
    for place in (_WORLDS.parent, _WORLDS, tree):
        place.mkdir(mode=0o700, exist_ok=True)
    with FileLock(tree / f"{name}.lock"):
        if not (tree / name).exists():
            _forget_old_trees(tree)
            _make(name, tree / name)
    return tree / name


def _make(name: str, place: Path) -> None:
    declared = WORLDS[name]
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=place.parent) as folder:
        made = Path(folder) / name
        made.mkdir(mode=0o700)
        _live(declared, made)
        made.rename(place)


def _live(declared: Declared, folder: Path) -> None:
    size = size_of(declared)
    with ExitStack() as stack:
        if declared.base is not None:
            made = stack.enter_context(opened(stored(declared.base), folder, keep_server=True))
        elif declared.target == "postgres":
            server = stack.enter_context(server_of(folder))
            for role in ROLES.values():
                server.execute(f"create role {role} login")
            variables = server.new_database() | ROLES
            made = stack.enter_context(world(folder, *size, target="postgres", variables=variables))
        else:
            made = stack.enter_context(world(folder, *size, target=declared.target))
        declared.live(made)
        keep(made, size)


def size_of(declared: Declared) -> Size:
    """The size of its company, which may be that of the world it goes on from."""
    while declared.size is None:
        assert declared.base is not None, "a world has a size or a base"
        declared = WORLDS[declared.base]
    return declared.size


def _forget_old_trees(present: Path) -> None:
    others = [tree for tree in _WORLDS.iterdir() if tree.is_dir() and tree != present]
    for tree in sorted(others, key=lambda tree: tree.stat().st_mtime, reverse=True)[_KEPT_TREES - 1 :]:
        shutil.rmtree(tree, ignore_errors=True)  # another session may be forgetting it too


def _written(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        str(path.relative_to(folder)): (status.st_size, status.st_mtime_ns)
        for path in files
        for status in [path.stat()]
    }
