"""What a reading of the project begins with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration import parsed

FLAG = "--partial-parse-file-path"  # dbt refuses it for a file that is not there


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(parsed, "INSTALLED", tmp_path / "installed")
    return tmp_path / "installed" / "partial_parse.msgpack"


def test_it_begins_with_nothing_then_with_the_newest(installed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "manifest"
    assert parsed.reading_into(folder) == ["--target-path", str(folder)]
    _written(installed, 100)
    assert parsed.reading_into(folder)[-2:] == [FLAG, str(installed)]
    own = _written(folder / installed.name, 200)
    assert parsed.reading_into(folder)[-2:] == [FLAG, str(own)]
    _written(installed, 300)
    assert parsed.reading_into(folder)[-2:] == [FLAG, str(installed)], "after an update"


def _written(path: Path, at: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (at, at))
    return path
