"""A whole night as Dagster's job in one process: every source, checks, build, audit, publish."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from benchmarks.tasks.told import telling
from benchmarks.workload.keys import pseudonymiser
from benchmarks.workload.scale import AS_OF
from runtime.environment import environment


def main() -> None:
    """Run the night of `DATA_DIR` that is so many nights after the first.

    Raises:
        SystemExit: the night did not publish.
    """
    folder, night = Path(sys.argv[1]), int(sys.argv[2])
    with telling():
        from orchestration.defs.deployment import Deployment
        from orchestration.defs.in_process import run_in_process

        result = run_in_process(
            Deployment(
                environment=lambda: environment(folder),
                pseudonymiser=pseudonymiser,
                now=lambda: AS_OF + dt.timedelta(days=night),
            )
        )
    if result.publication is None:
        raise SystemExit(str(result.error))


if __name__ == "__main__":
    main()
