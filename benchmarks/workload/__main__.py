"""`python -m benchmarks.workload --messages 5M --folder .data/bench/workload-5M`"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.workload.generate import generate
from benchmarks.workload.scale import parse_messages, scale_of


def main() -> None:
    """Write a company and tell what was written."""
    parser = argparse.ArgumentParser(prog="benchmarks.workload", description=generate.__doc__)
    parser.add_argument("--messages", type=parse_messages, default="5M", help="5M, 50M, 200M, or any size")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--raw", action="store_true", help="raw tables in place of log files")
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    summary = generate(scale_of(options.messages, options.seed), options.folder, raw=options.raw)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
