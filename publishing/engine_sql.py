"""The few expressions of publishing's SQL that the two engines write differently. Nowhere else."""

from __future__ import annotations

from ingestion.warehouse import Column, WarehouseSession

# What the information schemas call a text column.
_TEXT_TYPES = frozenset({"VARCHAR", "text", "character varying", "character"})


def is_text(column: Column) -> bool:
    """Whether the column can hold words."""
    return column.data_type in _TEXT_TYPES


def matches(session: WarehouseSession, expression: str) -> str:
    """A condition: some part of the text matches the regular expression given as the parameter."""
    return f"{expression} ~ %s" if session.engine == "postgres" else f"regexp_matches({expression}, %s)"
