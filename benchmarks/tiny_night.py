"""CPU of the demo's nights for a tiny company: what a night costs where there is little data.

`python -m benchmarks.tiny_night [--rounds 3] [--trees FOLDER …] [--people 60] [--weeks 4]`

A first night and the next one, complete: loads, build, tests of the data, audit, publishing, pages. Then the
loads of the last one once more, where every source is quiet. CPU seconds are user and system of the process and
its children; the vendors' server is a thread of the process and counts. `--trees`: checkouts to measure in
turn, each with its `.venv`. One line of JSON for each, with medians.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_FIGURES = ("first night", "second night", "loads again")


def measure(people: int, weeks: int) -> list[float]:
    """CPU seconds of each figure, in this process.

    Raises:
        AssertionError: a night that did not publish.
    """
    from tests.end_to_end.harness import require_published, world  # of the checkout that is measured

    marks = []
    with tempfile.TemporaryDirectory() as folder, world(Path(folder), people, weeks) as made:
        for days_later in (0, 1):
            marks.append(_cpu())
            require_published(made.night(days_later=days_later))
        marks.append(_cpu())
        made.load(days_later=1)
        marks.append(_cpu())
    return [after - before for before, after in pairwise(marks)]


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _measured(tree: Path, people: int, weeks: int) -> list[float]:
    """The nights of a checkout, in a process of its own.

    Raises:
        RuntimeError: it failed; its output is in the message.
    """
    command = [
        tree / ".venv/bin/python",
        Path(__file__).resolve(),
        "--people",
        people,
        "--weeks",
        weeks,
        "--once",
    ]
    done = subprocess.run(
        list(map(str, command)),
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{tree}: {done.stdout}{done.stderr}")
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure each checkout in turn, as often as asked, and print the medians."""
    parser = argparse.ArgumentParser(prog="benchmarks.tiny_night", description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trees", type=Path, nargs="+", default=[_ROOT])
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        sys.stdout.write(json.dumps(measure(asked.people, asked.weeks)) + "\n")
        return
    trees = [tree.absolute() for tree in asked.trees]
    rounds = [{tree: _measured(tree, asked.people, asked.weeks) for tree in trees} for _ in range(asked.rounds)]
    for tree in trees:
        medians = [
            round(statistics.median(column), 1) for column in zip(*(one[tree] for one in rounds), strict=True)
        ]
        told = {"tree": str(tree), "rounds": asked.rounds} | dict(zip(_FIGURES, medians, strict=True))
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
