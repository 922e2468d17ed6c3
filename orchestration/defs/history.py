"""Where Dagster keeps its history: a folder in the data folder, with the settings of dagster.yaml."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.project import PROJECT_DIR

_SETTINGS = "dagster.yaml"


def prepare_home(home: Path) -> Path:
    """Make `home` ready to be a DAGSTER_HOME."""
    home.mkdir(parents=True, exist_ok=True)
    if (PROJECT_DIR / _SETTINGS).exists():
        shutil.copyfile(PROJECT_DIR / _SETTINGS, home / _SETTINGS)
    return home
