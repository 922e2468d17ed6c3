"""`make torture`: as many kills as asked, drawn by a seed. Exit code 1 when one of them cost anything."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from tests.postgres import PostgresServer, postgres_server
from tests.recovery.points import Point
from tests.recovery.rig import Rig, rig
from tests.recovery.scenarios import Loads, Publishes, Verdict
from tests.recovery.toy import built_anew

_SOURCES = ("chatgpt", "github_copilot", "m365_copilot", "hris")
# A kill in a load takes three times as long as one in a publish: one of this many is a load.
_ONE_LOAD_IN = 5
Strike = Callable[[], Verdict]


def strikes(made: Rig, target: str, seed: random.Random) -> Iterator[Strike]:
    """Kills without an end: publishes, and now and then a load."""
    base = made.empty(target)
    made.healthy(base, "load")
    loads = {source: Loads(made, base, source) for source in _SOURCES}
    publishes = Publishes(made, built_anew(made, target))
    hows = ("process",) if target == "dev" else ("process", "process", "backend")
    while True:
        how = seed.choice(hows)
        if seed.randrange(_ONE_LOAD_IN):
            point = _drawn(publishes.points, how, seed)
            yield partial(publishes.kill, point, how)
        else:
            load = loads[seed.choice(_SOURCES)]
            point = _drawn(load.points, how, seed)
            next_day, wipe = seed.random() < 0.5, seed.random() < 0.5
            yield partial(load.kill, point, next_day=next_day, wipe=wipe, how=how)


def _drawn(points: list[Point], how: str, seed: random.Random) -> Point:
    return seed.choice([point for point in points if how == "process" or point.kind.startswith("postgres")])


def run(target: str, points: int, seed: int, minutes: float) -> list[Verdict]:
    """Strike until there were so many, or the time is over."""
    verdicts: list[Verdict] = []
    until = time.monotonic() + minutes * 60
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-")))
        server = stack.enter_context(_server(target))
        made = stack.enter_context(rig(folder, server))
        for strike in islice(strikes(made, target, random.Random(seed)), points):
            verdict = strike()
            verdicts.append(verdict)
            if not verdict.good:
                _say(f"NOT GOOD: {verdict}")
            if len(verdicts) % 10 == 0:
                _say(f"{len(verdicts)} of {points} ...")
            if time.monotonic() > until:
                break
    return verdicts


@contextmanager
def _server(target: str) -> Iterator[PostgresServer | None]:
    if target == "dev":
        yield None
        return
    with (
        tempfile.TemporaryDirectory(prefix="torture-postgres-") as folder,
        postgres_server(Path(folder)) as server,
    ):
        yield server


def told(verdicts: list[Verdict], target: str, seed: int, seconds: float) -> str:
    """The figures, one a line."""
    phases = Counter(verdict.point.phase for verdict in verdicts)
    figures = {
        "target": target,
        "seed": seed,
        "kill points": len(verdicts),
        **{f"  in phase {phase}": count for phase, count in sorted(phases.items())},
        "points not reached": sum(not verdict.killed for verdict in verdicts),
        "rows lost": sum(sum(verdict.difference.lost.values()) for verdict in verdicts),
        "rows doubled": sum(sum(verdict.difference.doubled.values()) for verdict in verdicts),
        "reads while publishing": sum(verdict.reads for verdict in verdicts),
        "mixed or failed reads": sum(verdict.mixed.total() for verdict in verdicts),
        "next runs that needed a hand": sum(verdict.hand is not None for verdict in verdicts),
        "minutes": f"{seconds / 60:.1f} on {os.cpu_count()} cores",
    }
    return "\n".join(f"{name:30} {value}" for name, value in figures.items())


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=("dev", "postgres"), default="dev")
    parser.add_argument("--minutes", type=float, default=600.0, help="stop after so long, whatever was reached")
    asked = parser.parse_args()
    began = time.monotonic()
    verdicts = run(asked.target, asked.points, asked.seed, asked.minutes)
    _say(told(verdicts, asked.target, asked.seed, time.monotonic() - began))
    return 0 if verdicts and all(verdict.good for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
