"""A kill, the night after it, and what is missing or too much then. Tests and `make torture` share these."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from typing import Any

import duckdb

from tests.recovery.forks import Outcome
from tests.recovery.points import Point
from tests.recovery.readers import Read, Seen, file_reader, parquet_reader, postgres_reader, watching
from tests.recovery.rig import (
    Deployment,
    Difference,
    Rig,
    Tables,
    Workshop,
    difference,
    require_well,
    tables,
    without_missed_snapshots,
)

# Without `closed`: a period closes with the night that publishes it, so a night later when that one died, and
# takes in what that night learned. Publishes are compared with it.
BUILT = ("intermediate", "restricted", "marts")
LOADED = ("raw_", "ops")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one kill led to.

    Attributes:
        killed: the point was reached.
        hand: why the next night did not do by itself; None when it did.
        mixed: reads that were not one whole version: how many of each kind (mixed, or the error).
    """

    point: Point
    killed: bool
    difference: Difference = field(default_factory=lambda: Difference({}, {}))
    hand: str | None = None
    reads: int = 0
    mixed: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> bool:
        return self.killed and self.difference.none and self.hand is None and not self.mixed


class Loads:
    """Kills while one source is loaded. The night after it is either the same night again or the next day's."""

    def __init__(self, rig: Rig, base: Deployment, source: str, *, first_run: bool = False) -> None:
        self._rig, self._base, self.source = rig, base, source
        self._first_run = first_run
        # A first run loads everything: its rows count, not the salt that each deployment draws.
        self._layers = ("raw_",) if first_run else LOADED
        self._sources = (source,)

    def _fresh(self) -> Deployment:
        return self._rig.empty(self._base.environment.target) if self._first_run else self._rig.copy(self._base)

    @cached_property
    def _fault_free(self) -> tuple[list[Point], Tables, Tables]:
        made = self._fresh()
        first = self._rig.healthy(made, "load", later=1, sources=self._sources)
        after_one = tables(made, *self._layers)
        self._rig.healthy(made, "load", later=2, sources=self._sources)
        after_two = tables(made, *self._layers)
        self._rig.remove(made)
        return first.points, after_one, after_two

    @property
    def points(self) -> list[Point]:
        """What a night without faults passes."""
        return self._fault_free[0]

    def kill(self, point: Point, *, next_day: bool, wipe: bool = False, how: str = "process") -> Verdict:
        """Die at the point; perhaps lose dlt's working folder; then the night that must make it good."""
        made = self._fresh()
        killed = self._rig.run(made, "load", later=1, sources=self._sources, kill_at=point.place, how=how)
        if wipe:
            shutil.rmtree(made.environment.pipelines_dir, ignore_errors=True)
        after = self._rig.run(made, "load", later=2 if next_day else 1, sources=self._sources)
        hand = trouble(after)
        if hand is None:
            _, after_one, after_two = self._fault_free
            actual, expected = tables(made, *self._layers), after_two if next_day else after_one
            if next_day:
                expected, actual = _raw(expected), _raw(actual)
                night = (self._rig.company.profile.as_of + dt.timedelta(days=1)).date()
                expected = without_missed_snapshots(expected, actual, night)
            verdict = Verdict(point, killed.struck, difference(expected, actual))
        else:
            verdict = Verdict(point, killed.struck, hand=hand)
        self._rig.remove(made)
        return verdict


class Publishes:
    """Kills while a built night is published, under readers; then `publish` again."""

    def __init__(self, workshop: Workshop, base: Deployment) -> None:
        """`base`: published once, and built anew since."""
        self._rig, self._base = workshop, base

    @cached_property
    def _fault_free(self) -> tuple[list[Point], Tables, list[Seen], list[Seen]]:
        made = self._rig.copy(self._base)
        old = [read() for read in _readers(made)]
        done = require_well(self._rig.publish(made))
        new = [read() for read in _readers(made)]
        assert old != new, "the readers could not tell the versions apart"
        expected = _shown(made)
        self._rig.remove(made)
        return done.points, expected, old, new

    @property
    def points(self) -> list[Point]:
        """What a publish without faults passes."""
        return [point for point in self._fault_free[0] if point.phase == "publish"]

    def kill(self, point: Point, how: str = "process") -> Verdict:
        """Die at the point, publish again; readers look on all the while."""
        _, expected, old, new = self._fault_free
        made = self._rig.copy(self._base)
        with ExitStack() as stack:
            watches = [stack.enter_context(watching(read)) for read in _readers(made)]
            killed = self._rig.publish(made, kill_at=point.place, how=how)
            again = self._rig.publish(made)
        mixed: Counter[str] = Counter()
        for watch, before, after in zip(watches, old, new, strict=True):
            mixed += watch.mixed(before, after[1])
        reads = sum(watch.reads for watch in watches)
        hand = trouble(again)
        found = difference(expected, _shown(made)) if hand is None else Difference({}, {})
        self._rig.remove(made)
        return Verdict(point, killed.struck, found, hand, reads, mixed)


class Builds:
    """Kills inside dbt; then a whole night, a day later, with what is new."""

    def __init__(self, rig: Rig, base: Deployment) -> None:
        """`base`: loaded up to the night that will be killed, not built."""
        self._rig, self._base = rig, base

    @cached_property
    def _fault_free(self) -> tuple[list[Point], Tables]:
        made = self._rig.copy(self._base)
        self._rig.healthy(made, "load", later=1, sources=("company",))
        done = self._rig.healthy(made, "night", later=2)
        expected = self._everything(made)
        self._rig.remove(made)
        return [point for point in done.points if point.phase == "dbt"], expected

    @property
    def points(self) -> list[Point]:
        """What dbt passes in the night without faults that follows the loads of the nights that die."""
        return self._fault_free[0]

    def kill(self, strikes: list[tuple[Point, str]]) -> list[Verdict]:
        """One deployment whose nights die one after the other at these points, each earlier; then the next.

        A night after a dead one finds work done and takes fewer statements, so the last point comes first.

        Readers must find the last good version after every kill. `strikes`: points, and who dies there.
        """
        made = self._rig.copy(self._base)
        old = _look(made)
        verdicts = []
        for point, how in sorted(strikes, key=lambda strike: -strike[0].number):
            died = self._rig.run(made, "night", later=1, sources=("company",), kill_at=point.place, how=how)
            changed = sum(now != before for now, before in zip_longest(_look(made), old))
            mixed = +Counter({"mixed": changed})
            verdicts.append(Verdict(point, died.struck, reads=len(old), mixed=mixed))
        hand = trouble(self._rig.run(made, "night", later=2))
        found = difference(self._fault_free[1], self._everything(made)) if hand is None else Difference({}, {})
        last = verdicts.pop()
        self._rig.remove(made)
        return [*verdicts, Verdict(last.point, last.killed, found, hand, last.reads, last.mixed)]

    def _everything(self, made: Deployment) -> Tables:
        return tables(made, *LOADED, *BUILT) | published(made)


def _raw(found: Tables) -> Tables:
    """Without the count of what was fetched when: a dead night leaves its days to the next one."""
    return {name: rows for name, rows in found.items() if name.startswith("raw_")}


def _shown(made: Deployment) -> Tables:
    """What readers find, and the closed periods behind it."""
    return published(made) | tables(made, "closed")


def published(made: Deployment) -> Tables:
    """What readers find, by table."""
    if made.variables:
        return tables(made, "published")
    with duckdb.connect(str(made.environment.published_dir / "marts.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'published'"
        ).fetchall()
        found: Tables = {}
        for (name,) in names:
            if name not in ("publication", "source_status"):
                rows = connection.execute(f'select * from published."{name}"').fetchall()
                found[f"published.{name}"] = Counter(tuple(_rounded(value) for value in row) for row in rows)
        return found


def trouble(outcome: Outcome) -> str | None:
    """Why a night that should have gone well did not."""
    if outcome.killed:
        return "died again"
    answer = outcome.answer
    if answer.get("error") or answer.get("exit_code", 0) != 0:
        return str(answer)[:1500]
    return None


def _look(made: Deployment) -> list[Seen | None]:
    """What each reader finds; None before anything is published."""
    if not made.variables and not (made.environment.published_dir / "marts.duckdb").exists():
        return [None]
    return [read() for read in _readers(made)]


def _readers(made: Deployment) -> list[Read]:
    if made.variables:
        return [postgres_reader(made)]
    return [file_reader(made), parquet_reader(made)]


def _rounded(value: Any) -> Any:
    return f"{value:.9g}" if isinstance(value, float) else value
