"""Published tables as dbt's YAML files declare them, and which of them a piece of SQL reads."""

from __future__ import annotations

import duckdb

from dashboards.references import references
from orchestration.metrics.published import published
from tests.docs.markdown import ROOT

MARTS = ROOT / "models/marts"


def contracts() -> dict[str, dict[str, str]]:
    """Columns with their types in DuckDB, by published table that a model makes."""
    return {
        table: {name: _kind(column["data_type"]) for name, column in declared.columns.items()}
        for table, declared in published().items()
        if declared.model
    }


def tables_read(sql: str, place: str) -> frozenset[str]:
    """Published tables that a query reads; anything else that it reads is an error."""
    with duckdb.connect() as connection:
        return references(connection, sql, place).tables


def _kind(data_type: str) -> str:
    """One that depends on the engine is the name that each gives to a double."""
    return "double" if "{{" in data_type else {"string": "varchar"}.get(data_type, data_type)
