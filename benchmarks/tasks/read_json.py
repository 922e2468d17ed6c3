"""DuckDB's own `read_json` of the same log files, each kind into a table of a new database file."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from benchmarks.tasks.told import telling
from benchmarks.workload.names import COSTS, MESSAGES


def main() -> None:
    """Read everything that the files hold, text included, with the columns that DuckDB finds in them."""
    folder, database = Path(sys.argv[1]), sys.argv[2]
    with telling() as facts, duckdb.connect(database) as connection:
        connection.execute("set preserve_insertion_order = false")
        for table in (MESSAGES, COSTS):
            connection.execute(
                f"create table {table} as select * from "
                f"read_json('{folder / table}/*.jsonl', format = 'newline_delimited')"
            )
            count = connection.execute(f"select count(*) from {table}").fetchone()
            facts[table] = count[0] if count else 0


if __name__ == "__main__":
    main()
