"""Which published columns count people: what docs/metrics.md says of them, not a list of their names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from publishing.audit import counts_people
from runtime.warehouse import Column

ROOT = Path(__file__).parents[2]
UNIT = re.compile(r"^\| `(\w+)` \| (\w+) \|", re.MULTILINE)


def _whole_numbers() -> set[str]:
    marts = (
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "models/marts").rglob("*.yml")
    )
    models: list[dict[str, Any]] = [model for mart in marts for model in mart.get("models", ())]
    columns = [column for model in models for column in model["columns"]]
    return {column["name"] for column in columns if column.get("data_type") in ("bigint", "integer")}


def test_every_whole_number_counts_people_unless_its_definition_says_otherwise() -> None:
    units = UNIT.findall((ROOT / "docs/metrics.md").read_text(encoding="utf-8"))
    defined = {name for name, unit in units if unit in ("people", "accounts")}
    # The headcount is always shown; a change is the difference of two figures that are checked themselves.
    expected = {name for name in defined if name != "headcount" and not name.endswith("_change")}
    counted = {name for name in _whole_numbers() if counts_people(Column(name, "BIGINT"))}
    assert counted == expected


def test_a_new_whole_number_is_taken_for_a_count_of_people() -> None:
    assert counts_people(Column("champions", "bigint"))
    assert not counts_people(Column("champion_ratio", "double precision"))
