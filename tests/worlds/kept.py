"""A world as a folder: written down when it is made, opened as often as tests like, each time in a copy.

    company/, archive/    the company's files and the vendors' saved answers
    data/                 the data folder of the deployment
    postgres/             on PostgreSQL the files of a server that was stopped
    world.pickle          what the company is generated from, and what the nights gave

Paths into the folder are kept relative to it.
"""

from __future__ import annotations

import os
import pickle
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from demo.company.generate import generate_company
from demo.server import VendorServer
from orchestration.result import NightResult
from runtime.environment import environment
from tests.attack.readers import Seen
from tests.end_to_end.harness import World
from tests.postgres import PostgresServer, postgres_server

_STATE = "world.pickle"
_POSTGRES = "postgres"


class Size(NamedTuple):
    """What a company is generated from."""

    people: int
    weeks: int
    seed: int = 7


@dataclass(frozen=True)
class _State:
    size: Size
    target: str
    variables: dict[str, str]
    nights: list[NightResult]
    seen: list[Seen]
    requests: list[str]


def keep(made: World, size: Size) -> None:
    """Write into the world's folder what its files do not tell."""
    state = _State(size, made.environment.target, made.variables, made.nights, made.seen, made.requests())
    with (made.folder / _STATE).open("wb") as file:
        _Writer(file, made.folder).dump(state)


@contextmanager
def opened(kept: Path, folder: Path, *, keep_server: bool = False) -> Iterator[World]:
    """A copy of a world in `folder`, which is empty: with its vendors and, on PostgreSQL, a server of its own.

    `keep_server`: the server's files are copied into `folder` when it has stopped.
    """
    shutil.copytree(
        kept,
        folder,
        symlinks=True,
        dirs_exist_ok=True,
        ignore=lambda place, _: [_POSTGRES] if Path(place) == kept else [],
    )
    with (folder / _STATE).open("rb") as file:
        state: _State = _Reader(file, folder).load()
    company = generate_company(*state.size)
    with VendorServer(company) as server:
        made = World(company, server, environment(folder / "data", state.target), folder)
        made.nights, made.variables, made.seen = state.nights, state.variables, state.seen
        made.requests_before = state.requests
        if not (kept / _POSTGRES).exists():
            yield made
            return
        with server_of(folder if keep_server else None, kept / _POSTGRES) as made.postgres:
            made.variables = state.variables | {"PGHOST": str(made.postgres.folder)}
            yield made


@contextmanager
def server_of(keep_in: Path | None, files: Path | None = None) -> Iterator[PostgresServer]:
    """A PostgreSQL server over a copy of `files`, or a new one; its files are kept in a world's folder.

    It runs at a short path: the name of a Unix socket may have 107 characters.
    """
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as name:
        if files is not None:
            _copy_with_owners(files, Path(name))
        with postgres_server(Path(name)) as server:
            yield server
        if keep_in is not None:
            _copy_with_owners(Path(name), keep_in / _POSTGRES)


def _copy_with_owners(source: Path, target: Path) -> None:
    """The server refuses files of another owner; when root runs the tests, they are not root's."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    for path in (source, *source.rglob("*")):
        owner = path.stat()
        os.chown(target / path.relative_to(source), owner.st_uid, owner.st_gid)


class _Writer(pickle.Pickler):
    def __init__(self, file: Any, folder: Path) -> None:
        super().__init__(file)
        self._folder = folder

    def persistent_id(self, value: Any) -> str | None:
        if isinstance(value, Path) and value.is_relative_to(self._folder):
            return str(value.relative_to(self._folder))
        return None


class _Reader(pickle.Unpickler):
    def __init__(self, file: Any, folder: Path) -> None:
        super().__init__(file)
        self._folder = folder

    def persistent_load(self, place: str) -> Path:
        return self._folder / place
