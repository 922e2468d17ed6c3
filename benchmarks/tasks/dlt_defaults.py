"""The same lines as plain dicts through dlt with all its defaults, up to a number of lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt

from benchmarks.tasks.told import telling
from benchmarks.workload.names import MESSAGES


def main() -> None:
    """Load into a new database file."""
    folder, database, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    pipeline = dlt.pipeline(
        "dlt_defaults",
        destination=dlt.destinations.duckdb(database),
        dataset_name="raw",
        pipelines_dir=f"{database}.dlt",
    )
    with telling() as facts:
        pipeline.run(_events(folder, most), table_name="messages")
        with pipeline.sql_client() as client:
            facts["rows"] = client.execute_sql("select count(*) from messages")[0][0]


def _events(folder: Path, most: int) -> Iterator[dict[str, Any]]:
    given = 0
    for path in sorted((folder / MESSAGES).glob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                if given == most:
                    return
                given += 1
                yield json.loads(line)


if __name__ == "__main__":
    main()
