"""How values of published columns are written on the pages."""

from __future__ import annotations

from pathlib import Path

import yaml

from dashboards.sentences import Names

HERE = Path(__file__).parent
FILES = ("names.yml", "tools.yml")


def value_names(folder: Path = HERE) -> Names:
    """Names by column and value, from `names.yml` (by hand) and `tools.yml` (from the vendors' kits)."""
    found: dict[str, dict[str, str]] = {}
    for name in FILES:
        stated = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        for column, names in stated.items():
            found.setdefault(column, {}).update(names)
    return found
