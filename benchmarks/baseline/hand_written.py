"""Runs the hand-written SQL on the raw tables of a warehouse."""

from __future__ import annotations

import argparse
import json
import os
import resource
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

_SQL = Path(__file__).parent / "sql"
STEPS = ("people", "parts", "sessions", "costs", "usage_days", "model_days", "units")
HEAVY = ("people", "parts", "department_weeks")
"""What Polars and pandas are compared with."""
RESULT = "baseline.duckdb"


def build(
    warehouse: Path, folder: Path, memory_limit: str = "4GB", steps: Sequence[str] = STEPS
) -> dict[str, float]:
    """Make every table in `<folder>/baseline.duckdb`; CPU seconds of each step.

    The settings are those of the pipeline's own profile, all cores and spill in a folder, but for the memory:
    one statement over 50M messages does not pass with the pipeline's 1 GB, so it gets four.
    """
    folder.mkdir(parents=True, exist_ok=True)
    result = folder / RESULT
    result.unlink(missing_ok=True)
    seconds = {}
    with duckdb.connect(str(result)) as connection:
        connection.execute(f"set threads = {os.cpu_count()}")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute(f"set temp_directory = '{folder / 'spill'}'")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        for step in steps:
            before = _cpu()
            for statement in statements(step):
                connection.execute(statement)
            seconds[step] = round(_cpu() - before, 3)
    return seconds


def statements(step: str) -> Iterator[str]:
    """The statements of one step, in order."""
    text = (_SQL / f"{step}.sql").read_text(encoding="utf-8")
    return (part for part in text.split(";\n") if part.strip())


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Build and tell the seconds of each step."""
    parser = argparse.ArgumentParser(prog="benchmarks.baseline.hand_written")
    parser.add_argument("--warehouse", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--memory-limit", default="4GB")
    parser.add_argument("--heavy", action="store_true", help="only messages to department-weeks")
    options = parser.parse_args()
    steps = HEAVY if options.heavy else STEPS
    print(json.dumps(build(options.warehouse, options.folder, options.memory_limit, steps)))


if __name__ == "__main__":
    main()
