"""Published tables, as the property files of marts declare them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.project import PROJECT_DIR

MARTS = Path("models/marts")


@dataclass(frozen=True, slots=True)
class Published:
    """A published table.

    Attributes:
        dependency: how another resource depends on it in dbt.
        model: dbt's name of the model; None for what publishing itself makes, which is a source to dbt.
        description: as its property file says it.
        label: what pages call it.
        question: which question it answers.
        columns: properties by column.
    """

    dependency: str
    model: str | None
    description: str
    label: str
    question: str
    columns: dict[str, dict[str, Any]]


@cache
def published(project: Path = PROJECT_DIR) -> dict[str, Published]:
    """Every published table of the product by name; a company's own marts are not among them."""
    found: dict[str, Published] = {}
    for path in sorted((project / MARTS).rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for model in content.get("models") or []:
            table = _alias(path.with_suffix(".sql")) or model["name"]
            found[table] = _table(f"ref('{model['name']}')", model, model["name"])
        for source, table in _sources(content):
            found[table["name"]] = _table(f"source('{source}', '{table['name']}')", table)
    return found


def _sources(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for source in content.get("sources") or []:
        for table in source["tables"]:
            yield source["name"], table


def _alias(path: Path) -> str | None:
    """A model has another name than its table where a seed has that name already."""
    found = re.search(r"alias\s*=\s*'(\w+)'", path.read_text(encoding="utf-8"))
    return found.group(1) if found else None


def _table(dependency: str, declared: dict[str, Any], model: str | None = None) -> Published:
    meta = declared.get("config", {}).get("meta", {})
    return Published(
        dependency,
        model,
        declared.get("description", ""),
        meta.get("label", ""),
        meta.get("question", ""),
        {column["name"]: column for column in declared.get("columns") or []},
    )
