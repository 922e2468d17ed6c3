"""One small company for all kills, and a prepared deployment of each kind, copied for every kill."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests.postgres import PostgresServer
from tests.recovery.forks import forks
from tests.recovery.rig import Deployment, Rig, Workshop, rig
from tests.recovery.toy import built_anew

# Another seed kills elsewhere: RECOVERY_SEED=7 make test ARGS=tests/recovery
SEED = int(os.environ.get("RECOVERY_SEED", "1"))
Prepared = Callable[[str], Deployment]


def pytest_report_header() -> str:
    return f"kill points are drawn with RECOVERY_SEED={SEED}"


@pytest.fixture(scope="package")
def small_rig(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("recovery"), postgres) as made:
        yield made


@pytest.fixture(scope="package")
def loaded(small_rig: Rig) -> Prepared:
    """By target: after the loads of a first night; nothing built."""

    @cache
    def prepared(target: str) -> Deployment:
        made = small_rig.empty(target)
        small_rig.healthy(made, "load")
        return made

    return prepared


@pytest.fixture(scope="package")
def workshop(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Workshop]:
    with forks() as forked:
        yield Workshop(tmp_path_factory.mktemp("publishes"), forked, postgres)


@pytest.fixture(scope="package")
def toy(workshop: Workshop) -> Prepared:
    """By target: tiny marts, published once and made anew since; a week closes with the next publish."""
    return cache(lambda target: built_anew(workshop, target))
