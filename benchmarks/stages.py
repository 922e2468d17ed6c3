"""The stages: each prepares its input once, then alternates what is compared, round by round."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process import Run, run
from benchmarks.recording import Recording
from benchmarks.workload.vendors import vendors

INGESTED, INGESTED_SMALL, THROUGH_DEFAULTS = 2_400_000, 500_000, 100_000
_FRAMES_AT_MOST = 10_000_000
_TASKS, _BASELINE = "benchmarks.tasks.", "benchmarks.baseline."


@dataclass(frozen=True, slots=True)
class Bench:
    """What one run of the benchmark works with.

    Attributes:
        folder: everything it writes; workloads and loaded warehouses are kept for the next run.
    """

    folder: Path
    messages: int
    rounds: int
    seed: int
    recording: Recording

    @property
    def company(self) -> Path:
        """The folder of this size: `workload`, `data`, `baseline`."""
        return self.folder / f"{self.messages}-{self.seed}"


def ingestion(bench: Bench) -> None:
    """Log files through the real source, against DuckDB's own reader and against dlt's defaults."""
    workloads = {
        name: _log_files(bench, messages)
        for name, messages in (("ingest", INGESTED), ("ingest_small", INGESTED_SMALL))
    }
    scratch = bench.folder / "scratch"
    for _ in range(bench.rounds):
        with _empty(scratch):
            bench.recording.add(
                "read_json", run(f"{_TASKS}read_json", workloads["ingest"], scratch / "read.duckdb")
            )
        for name, workload in workloads.items():
            with _empty(scratch), vendors(workload) as variables:
                bench.recording.add(
                    name, _counted(run(f"{_TASKS}ingest", scratch / "data", variables=variables))
                )
    with _empty(scratch):
        arguments = (workloads["ingest"], scratch / "defaults.duckdb", THROUGH_DEFAULTS)
        bench.recording.add("dlt_defaults", run(f"{_TASKS}dlt_defaults", *arguments))


def transforms(bench: Bench) -> None:
    """A full refresh of every model, against the tables by hand; both are compared first.

    Raises:
        RuntimeError: a table differs.
    """
    data, empty = prepared(bench), _empty_warehouse(bench)
    for number in range(bench.rounds):
        hand_written(bench)
        spill = data / "spill"
        bench.recording.add("full_refresh", run(f"{_TASKS}dbt_build", data, "--full-refresh", spill=spill))
        if number == 0:
            require_equal(bench)
        bench.recording.add("nothing_new", run(f"{_TASKS}dbt_build", data))
        bench.recording.add("empty", run(f"{_TASKS}dbt_build", empty, "--full-refresh"))


def night(bench: Bench) -> None:
    """One more day with late rows of three days before it, on a copy of the built warehouse.

    What is final is closed before, as on every night but the first.
    """
    data, empty = prepared(bench), _empty_warehouse(bench)
    copy = bench.folder / "scratch"
    for _ in range(bench.rounds):
        if (
            "full_refresh" not in bench.recording.runs
            or len(bench.recording.runs["full_refresh"]) < bench.rounds
        ):
            bench.recording.add("full_refresh", run(f"{_TASKS}dbt_build", data, "--full-refresh"))
            bench.recording.add("empty", run(f"{_TASKS}dbt_build", empty, "--full-refresh"))
        with _empty(copy):
            shutil.copytree(data, copy / "data")
            run(f"{_TASKS}close_periods", copy / "data")
            arguments = ("--folder", bench.company / "workload", "--data-dir", copy / "data", "--night", 1)
            bench.recording.add("night_load", run("benchmarks.workload.load", *arguments))
            bench.recording.add("night", run(f"{_TASKS}dbt_build", copy / "data"))
            bench.recording.add("quiet_night", run(f"{_TASKS}dbt_build", copy / "data"))


def floor(bench: Bench) -> None:
    """Nights with nothing new, against importing dbt."""
    data, copy = prepared(bench), bench.folder / "scratch"
    with _empty(copy), vendors((bench.company / "workload").absolute(), night=1) as variables:
        shutil.copytree(data, copy / "data")
        run(f"{_TASKS}dagster_night", copy / "data", 1, variables=variables)  # what is new, and a first publish
        for _ in range(bench.rounds):
            bench.recording.add("import_dbt", run(f"{_TASKS}import_dbt"))
            bench.recording.add("dbt_night", run(f"{_TASKS}dbt_night", copy / "data"))
            bench.recording.add(
                "dagster_night", run(f"{_TASKS}dagster_night", copy / "data", 1, variables=variables)
            )


def frames(bench: Bench) -> None:
    """The heavy part in Polars and in pandas; each compares its result with the SQL by hand.

    Only of companies whose messages fit into memory as frames.
    """
    if bench.messages > _FRAMES_AT_MOST:
        print(f"  frames are compared up to {_FRAMES_AT_MOST:,} messages", flush=True)
        return
    data = prepared(bench)
    warehouse, target = data / "warehouse.duckdb", bench.folder / "scratch"
    arguments = (bench.company / "workload" / "raw", warehouse, target)
    for _ in range(bench.rounds):
        with _empty(target):
            made = run(f"{_BASELINE}hand_written", "--heavy", "--warehouse", warehouse, "--folder", target)
            bench.recording.add("heavy_sql", made)
            bench.recording.add("polars_streaming", run(f"{_BASELINE}polars_frames", *arguments, "streaming"))
            bench.recording.add("polars", run(f"{_BASELINE}polars_frames", *arguments))
            bench.recording.add("pandas", run(f"{_BASELINE}pandas_frames", *arguments))


STAGES = {
    "ingestion": ingestion,
    "transforms": transforms,
    "night": night,
    "floor": floor,
    "frames": frames,
}


def prepared(bench: Bench) -> Path:
    """The data folder of a company whose first night is loaded and built; kept between runs.

    Its raw tables were written directly: loading 50 million messages would take longer than all of this.
    """
    workload, data = bench.company / "workload", bench.company / "data"
    if not (bench.company / "built").exists():
        shutil.rmtree(bench.company, ignore_errors=True)
        print(f"  preparing {bench.messages:,} messages", flush=True)
        run("benchmarks.workload", *_company(bench.messages, bench.seed, workload), "--raw")
        run("benchmarks.workload.load", "--folder", workload, "--data-dir", data)
        run(f"{_TASKS}dbt_build", data)
        (bench.company / "built").touch()
    return data


def hand_written(bench: Bench) -> None:
    """The tables by hand, with more memory than the pipeline has."""
    target = bench.company / "baseline"
    arguments = ("--warehouse", bench.company / "data" / "warehouse.duckdb", "--folder", target)
    made = run(f"{_BASELINE}hand_written", *arguments, spill=target / "spill")
    bench.recording.add("hand_written", made)


def require_equal(bench: Bench) -> None:
    """Compare the pipeline's tables with those by hand.

    Raises:
        RuntimeError: names the tables and how many rows differ.
    """
    arguments = (bench.company / "data" / "warehouse.duckdb", bench.company / "baseline")
    found = run(f"{_BASELINE}compare", *arguments).told
    print("  equal: " + ", ".join(f"{table} ({rows:,} rows)" for table, rows in found.items()), flush=True)


def _company(messages: int, seed: int, folder: Path) -> tuple[object, ...]:
    return ("--messages", messages, "--seed", seed, "--folder", folder)


def _log_files(bench: Bench, messages: int) -> Path:
    """A workload with all its log files; kept between runs."""
    folder = (bench.folder / f"logs-{messages}-{bench.seed}").absolute()
    if not (folder / "workload.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"  preparing log files of {messages:,} messages", flush=True)
        run("benchmarks.workload", *_company(messages, bench.seed, folder))
    return folder


def _empty_warehouse(bench: Bench) -> Path:
    """A warehouse with every table and no event: what dbt costs before it has anything to do."""
    data = bench.folder / "empty"
    if not (data / "built").exists():
        shutil.rmtree(data, ignore_errors=True)
        run("benchmarks.workload.load", "--folder", bench.company / "workload", "--data-dir", data, "--empty")
        run(f"{_TASKS}dbt_build", data)
        (data / "built").touch()
    return data


@contextmanager
def _empty(folder: Path) -> Iterator[None]:
    """A folder for one round, gone after it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _counted(loaded: Run) -> Run:
    loaded.told["rows"] = loaded.told["conversation_messages"]
    return loaded
