"""`make dev`: Dagster's pages and its daemon on this machine.

Before the first night of one's own they show the demo's, where there is one. Both programs are started as the
shipped units start them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.privacy.pseudonym import load_key
from orchestration.defs.history import prepare_home
from orchestration.places import DATA_DIR_VARIABLE, DEMO_DIR, HISTORY
from runtime.errors import ConfigurationError

HOME_VARIABLE = "DAGSTER_HOME"
_DATA_DIR = Path(".data")
_MODULE = ("-m", "orchestration.definitions")
_LOOPBACK = ("--host", "127.0.0.1")
_ENDING_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pages are to show: a data folder, Dagster's history of it, and a word on why."""

    data_dir: Path
    home: Path
    because: str


def shown(variables: Mapping[str, str], folder: Path, *, has_key: bool) -> Shown:
    """The data of this deployment; the demo's where no other is named, no key is set and no night has run."""
    data_dir = Path(variables.get(DATA_DIR_VARIABLE) or folder / _DATA_DIR)
    home = Path(variables.get(HOME_VARIABLE) or data_dir / HISTORY)
    is_named = bool(variables.get(DATA_DIR_VARIABLE) or variables.get(HOME_VARIABLE))
    demo = folder / DEMO_DIR
    if is_named or has_key or (data_dir / "warehouse.duckdb").exists() or not (demo / HISTORY).is_dir():
        return Shown(data_dir, home, f"Showing {data_dir}.")
    return Shown(
        demo,
        demo / HISTORY,
        f"Showing the demo in {demo}, because no key is set and no night has run in {data_dir}.",
    )


def main(arguments: Sequence[str]) -> int:
    """Run both programs until one ends or somebody ends them; `arguments` are the web server's."""
    os.umask(0o077)
    what = shown(os.environ, Path.cwd(), has_key=_has_key())
    prepare_home(what.home)
    sys.stdout.write(f"{what.because} Open http://localhost:{_port(arguments)} in half a minute.\n")
    sys.stdout.flush()
    variables = os.environ | {
        HOME_VARIABLE: str(what.home.absolute()),
        DATA_DIR_VARIABLE: str(what.data_dir.absolute()),
    }
    programs = [
        [_program("dagster-webserver"), *_MODULE, *_LOOPBACK, *arguments],
        [_program("dagster-daemon"), "run", *_MODULE],
    ]
    running = [subprocess.Popen(program, env=variables) for program in programs]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        while all(process.poll() is None for process in running):
            time.sleep(0.5)
        return next(process.returncode for process in running if process.poll() is not None)
    except KeyboardInterrupt:
        return 0
    finally:
        for process in running:
            process.terminate()
        for process in running:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _has_key() -> bool:
    try:
        load_key()
    except ConfigurationError:
        return False
    return True


def _program(name: str) -> str:
    found = Path(sys.executable).with_name(name)
    return str(found) if found.exists() else shutil.which(name) or name


def _port(arguments: Sequence[str]) -> str:
    """The port that the web server is asked for."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if option in ("--port", "-p"):
            return value
        if option.startswith("--port="):
            return option.partition("=")[2]
    return "3000"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
