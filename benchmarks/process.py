"""One timed command in a process of its own: wall, CPU with its children, largest memory, and spill."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LOOK_EVERY = 0.05  # seconds
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Run:
    """What one command took.

    Attributes:
        wall, cpu: seconds, from start to end of the process; CPU is user and system, with its children.
        peak: bytes of resident memory, of the largest process among the command and its children.
        spill: bytes, the most that the watched folder held at any look.
        told: what the command printed about itself.
    """

    wall: float
    cpu: float
    peak: int
    spill: int
    told: dict[str, Any] = field(default_factory=dict)


def run(
    module: str,
    *arguments: object,
    variables: Mapping[str, str] | None = None,
    spill: Path | None = None,
) -> Run:
    """Run `python -m module arguments` and measure it.

    Raises:
        RuntimeError: it failed; its output is in the message.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with tempfile.TemporaryFile() as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env={**os.environ, **(variables or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        watch = _Watch(spill)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.stop()
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{text[-3000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, watch.most, _last_json(text))


class _Watch(threading.Thread):
    """Looks at the size of a folder until it is stopped."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._folder = folder
        self._is_over = threading.Event()

    def run(self) -> None:
        while self._folder is not None and not self._is_over.wait(_LOOK_EVERY):
            self.most = max(self.most, _size(self._folder))

    def stop(self) -> None:
        self._is_over.set()
        self.join()


def _size(folder: Path) -> int:
    total = 0
    for where, _, names in os.walk(folder):  # what is removed meanwhile, folders too, is passed over
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += (Path(where) / name).stat().st_size
    return total


def _last_json(text: str) -> dict[str, Any]:
    lines: Sequence[str] = [line for line in text.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found
