"""A process that has imported everything once and forks for each piece of a night: a kill costs no start.

Reads one JSON order a line, answers one JSON line. Each fork leads a process group of its own, so that a kill
takes dbt's process along and nothing else.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.recovery import points

ROOT = Path(__file__).resolve().parents[2]
Work = Literal["load", "night", "publish"]


@dataclass(frozen=True)
class Order:
    """What a fork is to do.

    Attributes:
        folder: where the fork keeps its log, its answer and its count of points.
        sources: names; empty means all.
        kill_at: place of the point at which it dies; empty: it lives, and its points are counted.
        how: who dies there and by which signal, see `points.HOW`.
    """

    work: Work
    folder: str
    data_dir: str
    target: str
    as_of: str
    key: str
    sources: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    kill_at: str = ""
    how: str = "process"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a fork ended: killed at its point, or with an answer (`error` when it raised)."""

    killed: bool
    answer: dict[str, Any]
    folder: Path

    @property
    def points(self) -> list[points.Point]:
        """What it counted."""
        return points.counted(self.folder)

    @property
    def struck(self) -> bool:
        """Whether it reached the point at which something was to die."""
        return (self.folder / points.STRUCK).exists()


class Forks:
    """The other side: sends orders, one at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, order: Order) -> Outcome:
        """Carry out an order to its end."""
        assert self._process.stdin
        assert self._process.stdout
        folder = Path(order.folder)
        folder.mkdir(parents=True)
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the forking process ended; see its messages above"
        status = int(json.loads(line)["status"])
        if os.WIFSIGNALED(status):
            return Outcome(True, {}, folder)
        file = folder / "answer.json"
        answer = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if not answer:
            answer = {"error": (folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]}
        return Outcome(False, answer, folder)


@contextmanager
def forks() -> Iterator[Forks]:
    """Start the forking process; it ends when its input closes."""
    path = os.pathsep.join([str(ROOT / "tests" / "recovery" / "site"), str(ROOT)])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.recovery.forks"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
    ) as process:
        try:
            yield Forks(process)
        finally:
            assert process.stdin
            process.stdin.close()


def main() -> None:
    import orchestration.night  # noqa: F401  everything a fork needs, imported once
    from ingestion.sources import registry  # noqa: F401

    for line in sys.stdin:
        order = Order(**json.loads(line))
        child = os.fork()
        if child == 0:
            _child(order)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps({"status": status}) + "\n")
        sys.stdout.flush()


def _child(order: Order) -> None:
    """Never returns; a group of its own, its messages into a file."""
    code = 1
    try:
        os.setsid()
        # As a scheduler starts it: Dagster ignores SIGTERM where SIGINT is ignored, and forks inherit that.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        folder = Path(order.folder)
        log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT, 0o600)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.environ.update(order.variables)
        os.environ |= {points.FOLDER: str(folder), points.GROUP: str(os.getpid())}
        os.environ |= {points.KILL_AT: order.kill_at, points.HOW: order.how}
        # One writer at a time, so that points keep their numbers from run to run.
        os.environ |= {"LOAD__WORKERS": "1", "AI_USAGE_THREADS": "1"}
        points.install_from_environment()
        answer = _work(order)
        (folder / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
        code = 0
    except BaseException:
        import traceback

        with contextlib.suppress(Exception):
            traceback.print_exc()
            sys.stderr.flush()
    finally:
        os._exit(code)


def _work(order: Order) -> dict[str, Any]:
    from ingestion.privacy.pseudonym import Pseudonymiser
    from ingestion.sources.registry import SOURCES
    from orchestration.compiled import compiled_queries
    from orchestration.dbt import suppression_k
    from orchestration.night import run_night
    from publishing.derived import DERIVED_TABLES
    from publishing.publish import publish
    from runtime.clock import RunClock, sortable_id
    from runtime.environment import environment
    from tests import data_tests

    env = environment(Path(order.data_dir), order.target)
    clock = RunClock(dt.datetime.fromisoformat(order.as_of))
    person = Pseudonymiser(bytes.fromhex(order.key))
    chosen = [source for source in SOURCES if not order.sources or source.name in order.sources]
    if order.work == "publish":
        run_id = sortable_id(dt.datetime.now(dt.UTC))
        publish(env, run_id, k=suppression_k(), queries=lambda: compiled_queries(env, DERIVED_TABLES))
        return {"run_id": run_id}
    if order.work == "load":
        return _load(env, person, clock, chosen)
    # Every table is compared with that of a night without faults; a kill among data tests interrupts nothing.
    with data_tests.left_out():
        result = run_night(env, person, clock, chosen, every_source=SOURCES)
    return {
        "run_id": result.run_id,
        "exit_code": int(result.exit_code),
        "error": result.error,
        "failures": result.dbt.failures[:5] if result.dbt else [],
        "failed_sources": {source.source: source.error for source in result.failed_sources},
    }


def _load(env: Any, person: Any, clock: Any, chosen: Any) -> dict[str, Any]:
    from ingestion.pipeline import open_context, run_source
    from ingestion.sources.registry import SOURCES
    from orchestration.night import run_lock
    from runtime.clock import sortable_id

    with run_lock(env):
        context = open_context(env, person, clock, sortable_id(dt.datetime.now(dt.UTC)), SOURCES)
        results = [run_source(source, context) for source in chosen]
    failed = {result.source: result.error for result in results if result.status == "failed"}
    return {"exit_code": 3 if failed else 0, "failed_sources": failed}


if __name__ == "__main__":
    main()
