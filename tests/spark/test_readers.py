"""Readers of the cluster while versions are published: always one whole version, never none."""

from __future__ import annotations

import threading
from pathlib import Path

from ingestion.lake import Lake
from orchestration.demo import environment_variables
from publishing.cluster import cluster_readers
from runtime.environment import Environment, environment
from tests.spark.cluster import SparkCluster

QUERY = """
    select publication.run_id, count(*), min(numbers.n), max(numbers.n), max(more.n)
    from seen_published.publication
    cross join seen_published.numbers
    cross join seen_published.more
    group by publication.run_id
"""
VERSIONS = 5


def publish(env: Environment, number: int, columns: str = "n") -> None:
    """A version whose tables all tell its number."""
    with env.session() as session, cluster_readers(env) as cluster:
        assert cluster is not None
        session.execute("create schema if not exists next_version")
        for table in session.tables("next_version"):
            session.execute(f"drop table next_version.{table}")
        session.execute(
            f"create table next_version.publication as "
            f"select 'run-{number}' as run_id, cast(null as date) as newest_week"
        )
        session.execute(
            f"create table next_version.numbers as select {columns} from "
            f"(select cast({number} as bigint) as n, 'later' as added from range({number + 1}))"
        )
        session.execute(f"create table next_version.more as select cast({number} as bigint) as n")
        if number == 1:
            session.execute("create table next_version.withdrawn as select 1 as n")
        cluster.switch(session, "next_version", cluster.write(session, "next_version", f"run-{number}"))
        cluster.prune()


def test_readers_find_one_whole_version_at_every_moment(cluster: SparkCluster, tmp_path: Path) -> None:
    variables = cluster.variables | {"AI_USAGE_SCHEMA_PREFIX": "seen_"}
    seen: list[list[tuple[object, ...]]] = []
    refused: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        with cluster.cursor() as cursor:
            while not stop.is_set() and not refused:
                try:
                    cursor.execute(QUERY)
                    seen.append([tuple(row) for row in cursor.fetchall()])
                except Exception as error:
                    refused.append(error)

    with environment_variables(variables):
        env = environment(tmp_path, "spark")
        publish(env, 1)
        reader = threading.Thread(target=read)
        reader.start()
        try:
            for number in range(2, VERSIONS):
                publish(env, number)
            publish(env, VERSIONS, columns="n, added")
        finally:
            stop.set()
            reader.join(60)
        kept = Lake(str(env.lake_url)).folders("seen_published/versions")
    whole = [[(f"run-{n}", n + 1, n, n, n)] for n in range(1, VERSIONS + 1)]
    assert refused == [], str(refused[0])[:1500]
    assert [rows for rows in seen if rows not in whole] == []
    assert len({rows[0][0] for rows in seen}) > 2, "the reader must have met several versions"
    assert kept == [f"run-{n}" for n in range(VERSIONS - 2, VERSIONS + 1)]
    with cluster.cursor() as cursor:
        cursor.execute("show tables in seen_published")
        assert {row[1] for row in cursor.fetchall()} == {"publication", "numbers", "more", "current_version"}
        cursor.execute("select distinct added from seen_published.numbers")
        assert cursor.fetchall() == [("later",)]
