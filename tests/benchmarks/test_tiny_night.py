"""Checkouts are measured in turn, and each is told by the medians of its rounds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import tiny_night


def test_checkouts_are_measured_in_turn_and_told_by_their_medians(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Path] = []
    given = iter(
        [[9.0, 5.0, 2.0], [4.0, 2.0, 1.0], [7.0, 6.0, 3.0], [5.0, 1.0, 1.0], [8.0, 4.0, 4.0], [3.0, 3.0, 1.0]]
    )

    def measured(tree: Path, people: int, weeks: int) -> list[float]:
        asked.append(tree)
        return next(given)

    monkeypatch.setattr(tiny_night, "_measured", measured)
    before, after = tmp_path / "before", tmp_path / "after"
    monkeypatch.setattr("sys.argv", ["tiny_night", "--trees", str(before), str(after), "--rounds", "3"])
    tiny_night.main()
    assert asked == [before, after] * 3
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"tree": str(before), "rounds": 3, "first night": 8.0, "second night": 5.0, "loads again": 3.0},
        {"tree": str(after), "rounds": 3, "first night": 4.0, "second night": 2.0, "loads again": 1.0},
    ]
