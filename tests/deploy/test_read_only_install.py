"""A night writes to its data folder and nowhere else: the product's own folder may be read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.parsed import INSTALLED
from tests.docs.markdown import ROOT
from tests.tools import tool

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PARTS = ("dbt_project.yml", "profiles.yml", "pyproject.toml", "macros", "models", "seeds", "docs/metrics.md")
PACKAGES = (
    *("dashboards", "demo", "ingestion", "ledger", "lifecycle"),
    *("metrics", "orchestration", "publishing", "runtime"),
)
# Root may write anywhere; without these capabilities modes count for root as well.
AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of what an image holds, and no right to write to it."""
    folder = tmp_path / "installed"
    folder.mkdir()
    for name in (*PARTS, *PACKAGES, "tests/dbt", INSTALLED.name):
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            target.parent.mkdir(exist_ok=True)
            shutil.copy(source, target)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


def as_anybody() -> list[str]:
    if os.geteuid() != 0:
        return []
    tool("setpriv")
    return AS_ANYBODY


@pytest.mark.end_to_end
def test_a_night_from_a_read_only_folder_publishes_and_is_quiet(installed: Path, tmp_path: Path) -> None:
    home, data = tmp_path / "home", tmp_path / "data"
    home.mkdir(mode=0o555)
    variables = {
        "AI_USAGE_DATA_DIR": str(data),
        "AI_USAGE_PSEUDONYM_KEY": KEY,
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(installed),
    }
    command = [*as_anybody(), str(Path(sys.executable).with_name("ai-usage")), "run", "--quiet"]
    try:
        denied = subprocess.run(
            [*as_anybody(), "touch", str(installed / "new")], capture_output=True, text=True
        )
        assert denied.returncode != 0, "the folder can be written to: the test would prove nothing"
        done = subprocess.run(command, cwd=home, env=variables, capture_output=True, text=True, timeout=300)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    finally:
        for path in [installed, *installed.rglob("*")]:  # pytest removes it
            path.chmod(0o755)
    assert (data / "published" / "marts.duckdb").exists()
    assert list(home.iterdir()) == []
    assert not list(installed.rglob("__pycache__"))
