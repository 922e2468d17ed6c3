"""One cluster for all tests of the session, and the two nights of the other engines on it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.end_to_end.harness import World, world
from tests.spark.cluster import NoJavaError, SparkCluster, java_home, spark_cluster
from tests.worlds.declared import WORLDS
from tests.worlds.declared import two_nights as two_nights_of
from tests.worlds.fixtures import two_nights
from tests.worlds.store import size_of

__all__ = ["two_nights"]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    """A running cluster; without Java the tests are skipped, but not where they must run."""
    try:
        java_home()
    except NoJavaError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    with spark_cluster(tmp_path_factory.mktemp("spark")) as running:
        yield running


@pytest.fixture(scope="session")
def two_nights_on_spark(tmp_path_factory: pytest.TempPathFactory, cluster: SparkCluster) -> Iterator[World]:
    """The same two nights on the cluster, over a lake in the data folder."""
    folder = tmp_path_factory.mktemp("on_spark")
    size = size_of(WORLDS["night_2"])
    with world(folder, *size, target="spark", variables=cluster.variables) as made:
        two_nights_of(made)
        yield made
