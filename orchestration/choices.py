"""What a company chooses about its figures: reporting zone and currency, k, smallest unit, rehire days.

Each is a variable of `dbt_project.yml` with its default there; an environment variable of a deployment wins.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestration.project import PROJECT_DIR
from runtime.environment import Environment
from runtime.errors import ConfigurationError
from runtime.private_file import replace_json

ZONE, CURRENCY = "reporting_timezone", "reporting_currency"
FILE = "choices.json"
# The first day from which closed periods are built as well (`int_rebuilt_periods`).
REBUILT_FROM = "AI_USAGE_REBUILT_FROM"
_CODE = re.compile(r"[A-Z]{3}")
# Figures of two of these cannot stand beside each other; how each is told of.
_SAME = {ZONE: "zone", CURRENCY: "currency"}
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
    if currency := variables.get(variable(CURRENCY)):
        if not _CODE.fullmatch(currency):
            raise ConfigurationError(
                f"{variable(CURRENCY)} is no currency.", "Write a code of three capital letters such as `EUR`."
            )
        found[CURRENCY] = currency
    for name, (lowest, highest) in _NUMBERS.items():
        if text := variables.get(variable(name)):
            if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
                raise ConfigurationError(
                    f"{variable(name)} is out of its range.",
                    f"Write a whole number from {lowest} to {highest}.",
                )
            found[name] = int(text)
    _require_day(REBUILT_FROM, variables)
    return found


def _require_day(name: str, variables: Mapping[str, str]) -> None:
    """A model reads the variable itself, so it is no variable of dbt."""
    try:
        dt.date.fromisoformat(variables.get(name) or "0001-01-01")
    except ValueError:
        raise ConfigurationError(f"{name} is no day.", "Write a date such as `2026-01-01`.") from None


def lowest(name: str) -> int:
    """The least that a deployment may set; the models take no less either."""
    return _NUMBERS[name][0]


def project_var(name: str) -> Any:
    """A variable of the dbt project as the models use it in this deployment."""
    return chosen().get(name, _default(name))


def require_same_build(environment: Environment, *, full_refresh: bool) -> None:
    """Refuse to build figures in one zone or currency beside figures in another.

    Raises:
        ConfigurationError: one differs from that of the last build, and not everything is built again.
    """
    for name, what in _SAME.items():
        now, before = str(project_var(name)), _before(environment, name)
        if before is not None and before != now and not full_refresh:
            raise ConfigurationError(
                f"The reporting {what} is {now}, but what was built is in {before}.",
                f"Build everything in the new {what} once with `ai-usage run --full-refresh` (closed periods "
                f"keep their figures until you reopen them), or set {variable(name)} back.",
            )


def remember_build(environment: Environment) -> None:
    """After a good build: its zone and currency."""
    replace_json(environment.data_dir / FILE, {name: project_var(name) for name in _SAME})


def _before(environment: Environment, name: str) -> str | None:
    """The zone or currency of the last build; None before the first. Earlier releases used the project's."""
    file = environment.data_dir / FILE
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))[name])
    except (OSError, ValueError, KeyError, TypeError):
        was_built = file.exists() or (environment.data_dir / "target" / "run_results.json").exists()
        return str(_default(name)) if was_built else None


def _default(name: str, folder: Path = PROJECT_DIR) -> Any:
    project = yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))
    return project["vars"][name]
