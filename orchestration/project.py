"""Where the dbt project, the pages and the seeds lie: beside the code, so in a checkout and not in a wheel."""

from __future__ import annotations

from pathlib import Path

from runtime.errors import ConfigurationError

PROJECT_DIR = Path(__file__).resolve().parents[1]
_NEEDED = (
    "dbt_project.yml",
    "profiles.yml",
    "models",
    "macros",
    "seeds",
    "dashboards/pages",
    "dashboards/templates",
)


def missing_parts(folder: Path = PROJECT_DIR) -> list[str]:
    """What is not there of all that a night reads."""
    return [name for name in _NEEDED if not (folder / name).exists()]


def require_project(folder: Path = PROJECT_DIR) -> None:
    """Refuse to begin a night that could load and not build.

    Raises:
        ConfigurationError: the package was installed without the project.
    """
    if missing := missing_parts(folder):
        raise ConfigurationError(
            f"This installation has no {', '.join(missing)}: it was made without `--editable`, "
            "and the models lie in the checkout.",
            "In the checkout, run `pip install --no-deps --editable .` again (docs/deploy.md).",
        )
