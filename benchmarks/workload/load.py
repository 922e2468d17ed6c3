"""Loads a generated company through the real sources, over loopback HTTP.

`python -m benchmarks.workload.load --folder WORKLOAD --data-dir DATA [--night 1] [--source chatgpt]`
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.workload.generate import ORGANIZATION, WORKSPACE
from benchmarks.workload.scale import AS_OF
from ingestion.clock import RunClock
from ingestion.config import Environment, environment
from ingestion.pipeline import SourceResult, open_context, run_source
from ingestion.privacy.pseudonym import Pseudonymiser
from ingestion.sources.registry import SOURCES

KEY = bytes(range(11, 43))
"""The benchmark's key: tokens are the same in every run."""


@contextlib.contextmanager
def vendors(folder: Path) -> Iterator[dict[str, str]]:
    """The vendors' server in a process of its own; gives the settings that point the sources at it."""
    command = [sys.executable, "-m", "benchmarks.workload.server", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield settings_of(folder, f"http://127.0.0.1:{process.stdout.readline().strip()}")
        finally:
            process.stdin.close()


def settings_of(folder: Path, origin: str) -> dict[str, str]:
    """Environment variables of all connected sources."""
    return {
        "AI_USAGE_COMPANY_DIR": str(folder / "company"),
        "SOURCES__CHATGPT__BASE_URL": f"{origin}/v1",
        "SOURCES__CHATGPT__API_KEY": "workload",
        "SOURCES__CHATGPT__WORKSPACE_ID": WORKSPACE,
        "SOURCES__CHATGPT__ORGANIZATION_ID": ORGANIZATION,
        "SOURCES__HRIS__SNAPSHOT_LOCATION": str(folder / "hris" / "employees.csv"),
        "SOURCES__HRIS__HISTORY_LOCATION": str(folder / "hris" / "employees_history.csv"),
    }


def load(env: Environment, night: int = 0, only: Sequence[str] = ()) -> list[SourceResult]:
    """One night's load of all sources (or `only` those named), `night` nights after the first.

    Raises:
        RuntimeError: a source failed; figures of half a load would mean nothing.
    """
    clock = RunClock(AS_OF + dt.timedelta(days=night))
    sources = [source for source in SOURCES if not only or source.name in only]
    context = open_context(env, Pseudonymiser(KEY), clock, f"bench-{night}", SOURCES)
    results = [run_source(source, context) for source in sources]
    for result in results:
        if result.status == "failed" or result.rejected or result.unknown_fields:
            raise RuntimeError(
                f"{result.source}: {result.error or ''} {result.rejected} rejected, {result.unknown_fields}"
            )
    return results


def main() -> None:
    """Load and tell rows and seconds of each source."""
    parser = argparse.ArgumentParser(prog="benchmarks.workload.load")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--night", type=int, default=0)
    parser.add_argument("--source", action="append", default=[])
    options = parser.parse_args()
    with vendors(options.folder.absolute()) as settings:
        os.environ.update(settings)
        results = load(environment(options.data_dir), options.night, options.source)
    print(
        json.dumps({r.source: {"status": r.status, "seconds": r.seconds, **r.rows} for r in results}, indent=1)
    )


if __name__ == "__main__":
    main()
