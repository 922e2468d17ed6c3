"""What was measured, run by run, and the medians of it."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field

from benchmarks.process import Run


@dataclass(slots=True)
class Recording:
    """Every run of every measurement."""

    runs: dict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, run: Run) -> None:
        """One more run; told on the terminal at once."""
        self.runs[name].append(run)
        spill = f", spill {run.spill / 1e6:,.0f} MB" if run.spill else ""
        print(
            f"  {name:<16}{run.wall:8.1f} s  CPU {run.cpu:8.1f} s  peak {run.peak / 1e6:7,.0f} MB{spill}",
            flush=True,
        )

    def medians(self) -> dict[str, float]:
        """`<measurement>.<what>` → median over the rounds."""
        found = {}
        for name, runs in self.runs.items():
            for what in ("wall", "cpu", "peak", "spill"):
                found[f"{name}.{what}"] = statistics.median(getattr(run, what) for run in runs)
            for key in (key for key, value in runs[0].told.items() if isinstance(value, int | float)):
                what = {"seconds": "wall_told", "cpu": "cpu_told"}.get(key, key)
                found[f"{name}.{what}"] = statistics.median(float(run.told[key]) for run in runs)
        return found
