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
    made = {target: small_rig.empty(target) for target in ("dev", "postgres")}
    for deployment in made.values():
        small_rig.healthy(deployment, "load")
    return made


@pytest.fixture(scope="package")
def built(small_rig: Rig, loaded: dict[str, Deployment]) -> dict[str, Deployment]:
    """After a whole first night, and a second one that died before its publish, by target."""
    made = {target: small_rig.copy(deployment) for target, deployment in loaded.items()}
    for deployment in made.values():
        small_rig.healthy(deployment, "night", sources=("company",))
        assert small_rig.run(deployment, "night", later=1, kill_at="publish:1").killed
    return made


@pytest.fixture(scope="package")
def unbuilt(small_rig: Rig, loaded: dict[str, Deployment]) -> Deployment:
    """After a whole first night, and a second one that died before dbt's first call."""
    made = small_rig.copy(loaded["dev"])
    small_rig.healthy(made, "night", sources=("company",))
    assert small_rig.run(made, "night", later=1, kill_at="dbt:1").killed
    return made
