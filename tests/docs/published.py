"""Published tables as dbt's YAML files declare them, and which of them a piece of SQL reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from dashboards.references import references
from tests.docs.markdown import ROOT

MARTS = ROOT / "models/marts"


@dataclass(frozen=True, slots=True)
class Published:
    """A published table: how another resource depends on it in dbt, and what its YAML says of it."""

    dependency: str
    description: str
    columns: dict[str, dict[str, Any]]


@cache
def published() -> dict[str, Published]:
    """Every published table by name: the models, and what publishing itself makes (a source to dbt)."""
    found: dict[str, Published] = {}
    for path in sorted(MARTS.rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for model in content.get("models") or []:
            table = _alias(path.with_suffix(".sql")) or model["name"]
            found[table] = _published(f"ref('{model['name']}')", model)
        for source in content.get("sources") or []:
            for table in source["tables"]:
                found[table["name"]] = _published(f"source('{source['name']}', '{table['name']}')", table)
    return found


def contracts() -> dict[str, dict[str, str]]:
    """Columns with their types in DuckDB, by published table that a model makes."""
    return {
        table: {name: _kind(column["data_type"]) for name, column in declared.columns.items()}
        for table, declared in published().items()
        if declared.dependency.startswith("ref(")
    }


def tables_read(sql: str, place: str) -> frozenset[str]:
    """Published tables that a query reads; anything else that it reads is an error."""
    with duckdb.connect() as connection:
        return references(connection, sql, place).tables


def _kind(data_type: str) -> str:
    """One that depends on the engine is the name that each gives to a double."""
    return "double" if "{{" in data_type else {"string": "varchar"}.get(data_type, data_type)


def _alias(path: Path) -> str | None:
    """A model has another name than its table where a seed has that name already."""
    found = re.search(r"alias\s*=\s*'(\w+)'", path.read_text(encoding="utf-8"))
    return found.group(1) if found else None


def _published(dependency: str, declared: dict[str, Any]) -> Published:
    columns = {column["name"]: column for column in declared.get("columns") or []}
    return Published(dependency, declared.get("description", ""), columns)
