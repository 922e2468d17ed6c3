"""The night's dbt call: seeds and models in a process of its own, without the tests of the data.

`python -m benchmarks.tasks.dbt_build DATA_DIR [--full-refresh]`
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.tasks.told import telling
from orchestration.dbt import run_dbt
from publishing.closed import ClosedStore
from runtime.environment import environment

_MODELS = ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]


def main() -> None:
    """Build.

    Raises:
        SystemExit: a model failed.
    """
    env = environment(Path(sys.argv[1]))
    with env.session() as session:
        ClosedStore(session, env).ensure()
    with telling() as facts:
        result = run_dbt([*_MODELS, *sys.argv[2:]], env)
        facts["nodes"] = sum(result.statuses.values())
    if not result.ok:
        raise SystemExit("\n".join(result.failures[:5]))


if __name__ == "__main__":
    main()
