"""The night's step that builds, as `ai-usage run` takes it: freshness, models and the tests of the data."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.tasks.told import telling
from orchestration.night import Night
from runtime.environment import environment


def main() -> None:
    """Build.

    Raises:
        SystemExit: a model or a test failed.
    """
    with telling(), Night(environment(Path(sys.argv[1]))) as night:
        night.build()
    if night.result.dbt is None or not night.result.dbt.ok:
        raise SystemExit("\n".join(night.result.dbt.failures[:5] if night.result.dbt else ["not built"]))


if __name__ == "__main__":
    main()
