"""`make bench`: measure, compare with the targets, keep the results.

Exit code 1 names the figures whose target is missed. What is prepared and every result lies in `.data/bench`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import results
from benchmarks.figures import missed, values
from benchmarks.readme import write_readme
from benchmarks.recording import Recording
from benchmarks.stages import STAGES, Bench
from benchmarks.workload.scale import parse_messages


def main() -> int:
    """Run the stages that were asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--messages", type=parse_messages, default="5M", help="5M (default), 50M or 200M")
    parser.add_argument(
        "--only", action="append", choices=list(STAGES), help="one stage; may stand several times"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=Path(".data/bench"))
    parser.add_argument(
        "--write-readme", action="store_true", help="put the kept results into benchmarks/README.md"
    )
    options = parser.parse_args()
    folder = options.folder.absolute()
    if options.write_readme:
        write_readme(folder)
        return 0
    bench = Bench(folder, options.messages, options.rounds, options.seed, Recording())
    for name in options.only or STAGES:
        print(f"{name}: {options.messages:,} messages, {options.rounds} rounds", flush=True)
        STAGES[name](bench)
    found = values(bench.recording.medians())
    results.keep(folder, bench, found)
    print(results.table(found, options.messages))
    too_much = missed(found, options.messages)
    if too_much:
        print(f"Missed: {', '.join(too_much)}", file=sys.stderr)
    return 1 if too_much else 0


if __name__ == "__main__":
    sys.exit(main())
