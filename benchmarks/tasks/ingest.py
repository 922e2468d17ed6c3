"""The ChatGPT source as the night runs it: HTTP, checksum, gate, dlt, DuckDB.

Its settings come from the environment. The other sources only make their tables first, untimed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.tasks.told import telling
from benchmarks.workload.load import load
from runtime.environment import environment


def main() -> None:
    """Load into a new data folder."""
    env = environment(Path(sys.argv[1]))
    load(env, only=["model_prices"])
    with telling() as facts:
        facts |= load(env, only=["chatgpt"])[0].rows


if __name__ == "__main__":
    main()
