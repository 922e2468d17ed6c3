"""How load and build grow with the company, on one machine and on a Spark cluster.

`python -m benchmarks.growth --people 60 600 --target dev spark [--weeks 26]`

The demo's company in several sizes through the real path: vendors' server, gate, dlt, dbt's models without
the tests of the data. One line a size and target: rows, seconds of the first load, of the first build, of the
load and the build of one more night. The cluster is the one of the tests (master, two workers, Thrift server on
this machine), so it shows what a cluster costs and what grows, not how fast a real one is.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.demo import environment_variables
from orchestration.lake import prepare_lake
from publishing.closed import ClosedStore
from tests.end_to_end.harness import World, world

TARGETS = ("dev", "spark")


def measure(made: World) -> dict[str, object]:
    """Load, build, one more night, build again.

    Raises:
        RuntimeError: a model failed.
    """
    seconds = {}
    for days_later in (0, 1):
        name = "next " if days_later else "first "
        started = time.monotonic()
        made.load(days_later)
        loaded = time.monotonic()
        _build(made)
        seconds[f"{name}load"] = round(loaded - started, 1)
        seconds[f"{name}build"] = round(time.monotonic() - loaded, 1)
    rows = made.rows("select sum(row_count) from ops.loaded_days where status = 'ok'")[0][0]
    return {"rows": int(rows), "seconds": seconds}


def _build(made: World) -> None:
    with environment_variables(made.variables):
        prepare_lake(made.environment)
        with made.environment.session() as session:
            ClosedStore(session, made.environment).ensure()
    result = made.build()
    if not result.ok:
        raise RuntimeError("\n".join(result.failures[:5]))


@contextmanager
def _variables(target: str, folder: Path) -> Iterator[dict[str, str]]:
    """What finds the target: nothing for a file, the cluster's address for Spark."""
    if target == "dev":
        yield {}
        return
    from tests.spark.cluster import spark_cluster  # needs pyspark and Java

    with spark_cluster(folder) as cluster:
        yield dict(cluster.variables)


def main() -> None:
    """Measure every size on every target and print one JSON line each."""
    parser = argparse.ArgumentParser(prog="benchmarks.growth", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[60, 600])
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--target", choices=TARGETS, nargs="+", default=["dev"])
    options = parser.parse_args()
    for target in options.target:
        for people in options.people:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                (folder / "cluster").mkdir()
                with (
                    _variables(target, folder / "cluster") as variables,
                    world(folder, people, options.weeks, target=target, variables=variables) as made,
                ):
                    told = {"target": target, "people": people, "weeks": options.weeks} | measure(made)
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
