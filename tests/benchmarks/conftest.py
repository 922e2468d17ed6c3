"""A small company, loaded through the real sources over HTTP, and with its raw tables written directly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.workload.generate import generate
from benchmarks.workload.load import insert_raw, load
from benchmarks.workload.scale import Scale, scale_of
from benchmarks.workload.vendors import vendors
from ingestion.pipeline import SourceResult
from orchestration.demo import environment_variables
from runtime.environment import Environment, environment

SCALE = scale_of(20_000)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A generated company and the warehouse that it was loaded into."""

    scale: Scale
    workload: Path
    environment: Environment
    results: list[SourceResult]

    @property
    def warehouse(self) -> Path:
        return self.environment.warehouse


def _loaded(folder: Path, *, raw: bool) -> Loaded:
    generate(SCALE, folder / "workload", raw=raw)
    env = environment(folder / "data")
    with vendors(folder / "workload") as variables, environment_variables(variables):
        results = load(env)
    if raw:
        insert_raw(env, folder / "workload")
    return Loaded(SCALE, folder / "workload", env, results)


@pytest.fixture(scope="session")
def through_http(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Every log file through HTTP, gate and dlt."""
    return _loaded(tmp_path_factory.mktemp("through_http"), raw=False)


@pytest.fixture(scope="session")
def written_directly(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Raw tables of the tool's events written as Parquet and inserted."""
    return _loaded(tmp_path_factory.mktemp("written_directly"), raw=True)
