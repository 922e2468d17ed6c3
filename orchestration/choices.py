"""What a company chooses about its figures: reporting zone, k, smallest unit, rehire days.

Each is a variable of `dbt_project.yml` with its default there; an environment variable of a deployment wins.
"""

from __future__ import annotations

import json
import os
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ingestion.config import Environment
from ingestion.errors import ConfigurationError
from ingestion.private_file import replace_json
from orchestration.project import PROJECT_DIR

ZONE = "reporting_timezone"
FILE = "choices.json"
# Lowest and highest value; below five people a group is somebody.
_NUMBERS = {"suppression_k": (5, 1000), "min_unit_headcount": (5, 10_000), "rehire_days": (0, 3650)}


def variable(name: str) -> str:
    """The environment variable of a choice."""
    return f"AI_USAGE_{name.upper()}"


def chosen(variables: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What this deployment sets, by dbt's name of it.

    Raises:
        ConfigurationError: a value is none, or out of its range.
    """
    found: dict[str, Any] = {}
    if zone := variables.get(variable(ZONE)):
        if zone not in zoneinfo.available_timezones():
            raise ConfigurationError(
                f"{variable(ZONE)} is no time zone.", "Write one such as `Europe/Berlin` or `UTC`."
            )
        found[ZONE] = zone
    for name, (lowest, highest) in _NUMBERS.items():
        if text := variables.get(variable(name)):
            if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
                raise ConfigurationError(
                    f"{variable(name)} is out of its range.",
                    f"Write a whole number from {lowest} to {highest}.",
                )
            found[name] = int(text)
    return found


def project_var(name: str) -> Any:
    """A variable of the dbt project as the models use it in this deployment."""
    return chosen().get(name, _default(name))


def require_same_zone(environment: Environment, *, full_refresh: bool) -> None:
    """Refuse to build days of one zone beside days of another.

    Raises:
        ConfigurationError: the zone differs from that of the last build, and not everything is built again.
    """
    zone, before = str(project_var(ZONE)), _zone_before(environment)
    if before is not None and before != zone and not full_refresh:
        raise ConfigurationError(
            f"The reporting zone is {zone}, but what was built is in {before}.",
            "Build everything in the new zone once with `ai-usage run --full-refresh` (closed periods keep "
            f"their figures), or set {variable(ZONE)} back.",
        )


def remember_zone(environment: Environment) -> None:
    """After a good build: its zone."""
    replace_json(environment.data_dir / FILE, {ZONE: project_var(ZONE)})


def _zone_before(environment: Environment) -> str | None:
    """The zone of the last build; None before the first. Earlier releases built in the project's own."""
    try:
        return str(json.loads((environment.data_dir / FILE).read_text(encoding="utf-8"))[ZONE])
    except (OSError, ValueError, KeyError, TypeError):
        was_built = (environment.data_dir / "target" / "run_results.json").exists()
        return str(_default(ZONE)) if was_built else None


def _default(name: str, folder: Path = PROJECT_DIR) -> Any:
    project = yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))
    return project["vars"][name]
