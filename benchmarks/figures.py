"""The figures, what they are made of, and their targets: the one table of the benchmark.

A figure is a ratio of medians of one run, so that it holds on a slower machine; memory is in bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

GB = 1_000_000_000
Medians = Mapping[str, float]
"""`<measurement>.<wall|cpu|peak|spill|told>` → median over the rounds."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its target.

    Attributes:
        stage: the name of one of `stages.STAGES`.
        target, stretch: what it must not exceed, or must reach where `at_least`; None = only told.
        from_messages: the target holds from this size on; smaller companies only show the figure.
    """

    name: str
    stage: str
    title: str
    value: Callable[[Medians], float]
    target: float | None = None
    stretch: float | None = None
    at_least: bool = False
    unit: str = "×"
    from_messages: int = 0

    def is_missed(self, value: float, messages: int) -> bool:
        """Whether the target is missed by a company of that size."""
        if self.target is None or messages < self.from_messages:
            return False
        return value < self.target if self.at_least else value > self.target


def _over(above: str, below: str, less: str | None = None) -> Callable[[Medians], float]:
    """Ratio of two measurements, both of them or only the first less a third."""
    return lambda medians: (medians[above] - (medians[less] if less else 0.0)) / medians[below]


def _per_row(medians: Medians) -> float:
    ours = medians["ingest.cpu_told"] / medians["ingest.rows"]
    return (medians["dlt_defaults.cpu_told"] / medians["dlt_defaults.rows"]) / ours


def _night(floor: str) -> Callable[[Medians], float]:
    return lambda m: (m["night.cpu"] - m[floor]) / (m["full_refresh.cpu"] - m["empty.cpu"])


FIGURES = (
    Figure(
        "ingestion", "ingestion", "ingestion through gate and dlt / DuckDB's read_json of the files, wall",
        _over("ingest.wall_told", "read_json.wall_told"), 2.2, 1.7,
    ),
    Figure(
        "dlt_defaults", "ingestion", "dlt with all defaults / ingestion, CPU a message",
        _per_row, 20, 30, at_least=True,
    ),
    Figure(
        "ingestion_memory", "ingestion", "peak memory of the ingestion",
        lambda m: m["ingest.peak"] / GB, 0.8, 0.8, unit=" GB",
    ),
    Figure(
        "ingestion_growth", "ingestion", "its growth from 0.5M to 2.4M messages",
        _over("ingest.peak", "ingest_small.peak"), 1.3, 1.05,
    ),
    Figure(
        "transforms", "transforms", "transforms / hand-written SQL, CPU, less the same call with nothing new",
        _over("full_refresh.cpu", "hand_written.cpu", less="nothing_new.cpu"), 1.5, 1.2,
    ),
    Figure(
        "transforms_strict", "transforms", "the same, less the call on an empty warehouse",
        _over("full_refresh.cpu", "hand_written.cpu", less="empty.cpu"), 1.5, 1.2,
    ),
    Figure(
        "transforms_memory", "transforms", "peak memory of the transforms at a limit of 1 GB",
        lambda m: m["full_refresh.peak"] / GB, 1.25, 1.25, unit=" GB",
    ),
    Figure(
        "transforms_spill", "transforms", "their spill", lambda m: m["full_refresh.spill"] / GB, unit=" GB"
    ),
    Figure(
        "night", "night", "a night (1 new day, 3 with late rows) / full refresh, SQL CPU",
        _night("quiet_night.cpu"), 0.04, 0.02, unit="", from_messages=50_000_000,
    ),
    Figure(
        "night_strict", "night", "the same, with what is rebuilt every night",
        _night("empty.cpu"), 0.04, 0.02, unit="", from_messages=50_000_000,
    ),
    Figure(
        "nothing_new_dbt", "floor", "nothing new: the step that builds / import dbt.cli.main, CPU",
        _over("dbt_night.cpu", "import_dbt.cpu"), 2.5, 2.0,
    ),
    Figure(
        "nothing_new_dagster", "floor", "nothing new: a whole Dagster run / import dbt.cli.main, CPU",
        _over("dagster_night.cpu", "import_dbt.cpu"), 6.0, 4.0,
    ),
    Figure(
        "polars_streaming", "frames", "Polars, streaming / hand-written SQL, the heavy part, CPU",
        _over("polars_streaming.cpu", "heavy_sql.cpu"),
    ),
    Figure(
        "polars", "frames", "Polars, in memory / hand-written SQL, the heavy part, CPU",
        _over("polars.cpu", "heavy_sql.cpu"),
    ),
    Figure(
        "pandas", "frames", "pandas / hand-written SQL, the heavy part, CPU",
        _over("pandas.cpu", "heavy_sql.cpu"),
    ),
)  # fmt: skip


def values(medians: Medians) -> dict[str, float]:
    """Every figure that the measurements allow; a stage that was not run gives none."""
    found = {}
    for figure in FIGURES:
        try:
            found[figure.name] = figure.value(medians)
        except KeyError:
            continue
    return found


def missed(found: Mapping[str, float], messages: int) -> list[str]:
    """Names of the figures whose target is missed."""
    return [f.name for f in FIGURES if f.name in found and f.is_missed(found[f.name], messages)]
