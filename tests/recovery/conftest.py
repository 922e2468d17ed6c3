"""One small company for all kills, and a prepared deployment for each kind, made once."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.postgres import PostgresServer
from tests.recovery.rig import Deployment, Rig, rig

# Another seed kills elsewhere: RECOVERY_SEED=7 make test ARGS=tests/recovery
SEED = int(os.environ.get("RECOVERY_SEED", "1"))


@pytest.fixture(scope="package")
def small_rig(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("recovery"), postgres) as made:
        yield made


@pytest.fixture(scope="package")
def loaded(small_rig: Rig) -> dict[str, Deployment]:
    """After the loads of a first night, by target; nothing built."""
    made = {target: small_rig.empty(target) for target in ("dev",)}
    for deployment in made.values():
        small_rig.healthy(deployment, "load")
    return made
