"""Results: the table on the terminal, JSON under `.data/bench/results`, README and plot."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.figures import FIGURES, Figure
from benchmarks.stages import Bench

_PACKAGES = ("duckdb", "dlt", "dbt-core", "dbt-duckdb", "dagster", "polars", "pandas", "pyarrow")


def table(found: Mapping[str, float], messages: int) -> str:
    """The figures with their targets, a line each."""
    lines = []
    for figure in FIGURES:
        if figure.name in found:
            value = found[figure.name]
            verdict = "" if figure.target is None else "missed" if figure.is_missed(value, messages) else "met"
            if verdict == "met" and messages < figure.from_messages:
                verdict = "not judged"
            lines.append(
                f"{figure.title:<72} {shown(figure, value):>9}  {bound(figure, figure.target):>8} "
                f"{bound(figure, figure.stretch):>8}  {verdict}"
            )
    return "\n".join([f"{'figure':<72} {'value':>9}  {'target':>8} {'stretch':>8}", *lines])


def shown(figure: Figure, value: float) -> str:
    """A value with its unit; shares in per cent."""
    if figure.unit == "":
        return f"{value * 100:.1f} %"
    return f"{value:.2f}{figure.unit}"


def bound(figure: Figure, value: float | None) -> str:
    """A target as it is written in the tables."""
    if value is None:
        return ""
    return f"{'≥' if figure.at_least else '≤'} {shown(figure, value)}"


def keep(folder: Path, bench: Bench, found: Mapping[str, float]) -> Path:
    """Write figures, medians and every run of this size; stages that were not run keep their last result."""
    path = folder / "results" / f"{bench.messages}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    runs = {name: [asdict(run) for run in runs] for name, runs in bench.recording.runs.items()}
    content: dict[str, Any] = {
        "messages": bench.messages,
        "figures": before.get("figures", {}) | dict(found),
        "medians": before.get("medians", {}) | bench.recording.medians(),
        "runs": before.get("runs", {}) | runs,
        "rounds": bench.rounds,
        "seed": bench.seed,
        "measured_on": dt.datetime.now(dt.UTC).date().isoformat(),
        "command": command(sys.argv[1:]),
        "machine": machine(),
        "versions": versions(),
    }
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return path


def command(arguments: Sequence[str]) -> str:
    """The command to repeat it with, without the place where this machine kept its files."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--folder")
    rest = parser.parse_known_args(arguments)[1]
    return f'make bench ARGS="{" ".join(rest)}"' if rest else "make bench"


def versions() -> dict[str, str]:
    """Versions of what is measured, as far as it is installed: only the frames need Polars."""
    found = {}
    for name in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def machine() -> str:
    """Cores, memory and interpreter; nothing that names the host."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )
