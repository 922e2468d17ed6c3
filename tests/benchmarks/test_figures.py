"""Figures are ratios of medians, and a missed target is named."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import readme, results
from benchmarks.figures import FIGURES, missed, values
from benchmarks.process import Run, run
from benchmarks.recording import Recording
from benchmarks.stages import STAGES, Bench

MEDIANS = {
    "full_refresh.cpu": 40.0,
    **dict.fromkeys(("nothing_new.cpu", "quiet_night.cpu", "empty.cpu"), 10.0),
    "hand_written.cpu": 20.0,
}

BOTH_FLOORS = ["transforms", "transforms_strict"]


def test_a_ratio_at_its_target_is_met_and_one_over_it_is_missed() -> None:
    assert values(MEDIANS)["transforms"] == pytest.approx(1.5)
    assert missed(values(MEDIANS), 5_000_000) == []
    assert missed(values(MEDIANS | {"full_refresh.cpu": 40.1}), 5_000_000) == BOTH_FLOORS


def test_what_has_to_be_reached_is_missed_below_its_target() -> None:
    told = {"ingest.cpu_told": 10.0, "ingest.rows": 1000.0, "dlt_defaults.rows": 100.0}
    assert missed(values(told | {"dlt_defaults.cpu_told": 21.0}), 5_000_000) == []
    assert missed(values(told | {"dlt_defaults.cpu_told": 19.0}), 5_000_000) == ["dlt_defaults"]


def test_a_share_of_a_full_refresh_is_judged_at_the_size_that_its_target_is_for() -> None:
    found = values(MEDIANS | {"night.cpu": 20.0})
    assert missed(found, 5_000_000) == []
    assert missed(found, 50_000_000) == ["night", "night_strict"]


def test_every_figure_belongs_to_a_stage_and_has_a_name_of_its_own() -> None:
    assert {figure.stage for figure in FIGURES} == set(STAGES)
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)


def test_no_target_is_in_seconds() -> None:
    assert {figure.unit for figure in FIGURES if figure.target is not None} <= {"×", "", " GB"}


def test_the_command_fails_and_names_the_figure(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stage(bench: Bench) -> None:
        for name, cpu in MEDIANS.items():
            bench.recording.add(name.removesuffix(".cpu"), Run(cpu, cpu * slower[0], 10**6, 0))
            slower[0] = 1.0

    monkeypatch.setitem(STAGES, "transforms", stage)
    monkeypatch.setattr(sys, "argv", ["bench", "--only", "transforms", "--folder", str(tmp_path)])
    slower = [1.0]
    assert command.main() == 0
    slower = [1.2]  # only the full refresh, which is the first
    assert command.main() == 1
    assert "Missed: transforms, transforms_strict" in capsys.readouterr().err


def test_medians_are_over_rounds() -> None:
    recording = Recording()
    for cpu in (1.0, 9.0, 2.0):
        recording.add("hand_written", Run(1.0, cpu, 10**6, 0, {"seconds": cpu, "table": "x"}))
    assert recording.medians()["hand_written.cpu"] == 2.0
    assert recording.medians()["hand_written.wall_told"] == 2.0


def test_a_process_is_measured_with_its_memory_and_what_it_told() -> None:
    measured = run("benchmarks.tasks.import_dbt")
    assert measured.cpu >= measured.told["cpu"] > 0
    assert measured.peak > 10_000_000


def test_a_failed_command_is_no_figure() -> None:
    with pytest.raises(RuntimeError, match="ended with 1"):
        run("benchmarks.tasks.read_json")


def test_results_are_kept_by_size_and_told_in_the_readme(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 5_000_000, 1, 7, Recording())
    for name, cpu in MEDIANS.items():
        bench.recording.add(name.removesuffix(".cpu"), Run(cpu, cpu, 10**6, 0))
    results.keep(tmp_path, bench, values(bench.recording.medians()))
    results.keep(tmp_path, replace(bench, messages=50_000_000), {"transforms": 9.0})
    text = readme.section(readme.kept_results(tmp_path))
    assert "| figure | target | stretch | 5M messages | 50M messages |" in text
    assert "| ≤ 1.50× | ≤ 1.20× | 1.50× | **9.00×** (missed) |" in text
    assert "| hand_written | 5M | 20.0 | 20.0 | 1 | 0 |" in text
    assert ", 1 round, seed 7, " in text


def test_growth_is_told_of_what_both_sizes_measured() -> None:
    facts = {
        "figures": {},
        "versions": {},
        "machine": "m",
        "measured_on": "d",
        "rounds": 3,
        "seed": 7,
        "command": "c",
    }

    def result(messages: int, **medians: float) -> dict[str, object]:
        whole = {
            f"{name}.{what}": value
            for name, value in medians.items()
            for what in ("wall", "cpu", "peak", "spill")
        }
        return facts | {"messages": messages, "medians": whole}

    small, large = result(5_000_000, night=2.0, pandas=9.0), result(50_000_000, night=5.0)
    text = readme.section([small, large])
    assert "Growth from 5M to 50M messages (10 times):" in text
    assert "| night | 2.5× | 2.5× | 2.5× |" in text
    assert "| pandas | 5M |" in text
    assert "| pandas | 1" not in text.partition("Growth from")[2]
    assert "Growth" not in readme.section([small])


def test_the_command_names_no_place_of_this_machine() -> None:
    told = results.command(["--messages", "50M", "--folder", "/home/someone/bench", "--only", "night"])
    assert told == 'make bench ARGS="--messages 50M --only night"'
    assert results.command([]) == "make bench"
