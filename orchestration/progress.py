"""What a run says while it works: a line for each phase on a terminal, plain lines in a log.

No value of any record is ever printed.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from orchestration.console import console

ProgressCall = Callable[[str, str], None]
# Without a terminal nothing is silent for longer than this.
_SILENT_SECONDS = 20.0


@contextlib.contextmanager
def live_progress(*, quiet: bool = False) -> Iterator[ProgressCall]:
    """One line a phase that says what is being done now; plain lines where there is no terminal."""
    out = console(stderr=True)
    if quiet:
        yield lambda _stage, _message: None
    elif not out.is_terminal:
        with Lines(out) as lines:
            yield lines.show
    else:
        columns = (
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.fields[stage]:<16}"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=out) as progress:
            phases = Phases(progress)
            yield phases.show
            phases.finish()


class Phases:
    """The lines of a terminal: the last one is at work, those above it are done and keep their time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage = ""
        self._task: TaskID | None = None

    def show(self, stage: str, message: str) -> None:
        """Say what is being done; another phase than before ends that."""
        if self._task is None or stage != self._stage:
            self.finish()
            self._stage, self._task = stage, self._progress.add_task(message[:60], stage=stage, total=None)
        else:
            self._progress.update(self._task, description=message[:60])

    def finish(self) -> None:
        """The phase at work is done."""
        if self._task is not None:
            self._progress.update(self._task, total=1, completed=1)
            self._task = None


class Lines:
    """For logs: a line when a phase begins, and one whenever nothing was said for a while."""

    def __init__(self, out: Console, silent_seconds: float = _SILENT_SECONDS) -> None:
        self._out = out
        self._silent_seconds = silent_seconds
        self._lock = threading.Lock()
        self._stage = self._message = ""
        self._began = self._said = time.monotonic()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Lines:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watcher.join()

    def show(self, stage: str, message: str) -> None:
        """Say what is being done, if it is another phase than before."""
        with self._lock:
            self._message = message
            if stage != self._stage:
                self._stage, self._began = stage, time.monotonic()
                self._say(message)

    def _watch(self) -> None:
        while not self._over.wait(self._silent_seconds / 4):
            with self._lock:
                silent = time.monotonic() - self._said
                if self._stage and silent >= self._silent_seconds * 3 / 4:
                    self._say(f"{self._message} ({time.monotonic() - self._began:.0f} s)")

    def _say(self, text: str) -> None:
        self._out.print(f"{self._stage}: {text}", highlight=False, markup=False)
        self._said = time.monotonic()
